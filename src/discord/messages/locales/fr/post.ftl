post-title-new = 🎁 Nouveau code cadeau
post-title-again = 🎁 Ce code cadeau fonctionne de nouveau
post-title-several-new =
    { $codes ->
        [one] 🎁 { $codes } nouveau code cadeau
       *[other] 🎁 { $codes } nouveaux codes cadeaux
    }
post-title-active = 📋 Le code cadeau actif
post-title-several-active =
    { $codes ->
        [one] 📋 Le { $codes } code cadeau actif
       *[other] 📋 Les { $codes } codes cadeaux actifs
    }
post-title-more =
    { $codes ->
        [one] … { $codes } code de plus
       *[other] … { $codes } codes de plus
    }
post-title-over = ⌛ Ce code cadeau n’est plus actif
post-title-several-over =
    { $codes ->
        [one] ⌛ Ce code cadeau n’est plus actif
       *[other] ⌛ Ces { $codes } codes cadeaux ne sont plus actifs
    }
post-not-active = Pas actif : { $why }.
post-works-again = Il ne fonctionnait plus, et maintenant le jeu l’accepte de nouveau.
post-checked = ✔ Vérifié : il fonctionne.
post-field-rewards = Récompenses
post-field-expires = Expire
post-expires = Expire { $when }
post-note-works-again = { $number } · fonctionne de nouveau
post-note-checked = { $number } · vérifié
post-more-below = … et { $number } de plus, ci-dessous.
post-line-over = ~~`{ $code }`~~ pas actif : { $why }
post-line-expires = `{ $code }` · expire { $when }
post-source = Source : { $sources }
post-redeem-for-me = Utiliser pour moi
post-choose-for-me = Utiliser pour moi …
