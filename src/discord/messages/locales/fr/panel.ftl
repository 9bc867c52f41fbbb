panel-title = 🎛 Codes cadeaux
panel-title-of = 🎛 Codes cadeaux : { $alliance }
panel-codes = 🎁 { $codes ->
    [one] { $codes } code actif
   *[other] { $codes } codes actifs
}
panel-players = 👥 { $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
}
panel-auto-on = 🤖 utilisation automatique activée
panel-auto-off = 🤖 utilisation automatique désactivée
panel-channel = 📣 { $channel }
panel-no-channel = 📣 pas de salon : `/manage giftcode setchannel`
panel-failed = ❌ { $failed ->
    [one] { $failed } échec
   *[other] { $failed } échecs
}
panel-note = Pour ceux qui peuvent gérer le bot. Toi seul vois les réponses. Les chiffres sont mis à jour chaque fois que quelqu’un utilise un bouton.
panel-add-code = Ajouter un code
panel-missing = Qui manque
panel-retry = Réessayer les échecs
panel-redeem = Utiliser maintenant
panel-add-players = Ajouter des joueurs
panel-remove-players = Retirer des joueurs
panel-list = Liste des joueurs
panel-status = État du bot
panel-turn-on = Activer l’auto
panel-turn-off = Désactiver l’auto
panel-form-title = Ajouter un code cadeau
panel-form-code = Le code, exactement comme publié
panel-choose-code = Un autre code …
panel-choose-retry = Réessayer quel code ? …
panel-choose-redeem = Utiliser quel code ? …
panel-all-codes = Tous
panel-entry-failed = { $code } : { $players ->
    [one] { $players } échec
   *[other] { $players } échecs
}
panel-entry-untried = { $code } : { $players ->
    [one] { $players } joueur ne l’a pas essayé
   *[other] { $players } joueurs ne l’ont pas essayé
}
panel-which-retry = Pour quel code dois-je réessayer ?
panel-which-redeem = Quel code dois-je utiliser pour la liste des joueurs ?
panel-made = ✅ Le panneau est dans { $channel }. Épingle-le pour que tout le monde le trouve. Tu peux en créer un nouveau à tout moment ; les anciens continuent de fonctionner.
panel-refused = ❌ Je ne peux pas publier de panneau ici : il me faut { $permissions } dans ce salon. Autorise-le dans les paramètres du salon, puis réutilise `/manage panel`.
panel-gone = L’alliance de ce panneau n’existe plus. Supprime ce message et crée un nouveau panneau avec `/manage panel`.
panel-no-codes = Il n’y a pas de code actif. Ajoutes-en un avec **Ajouter un code**.
panel-nothing-failed = Aucun code actif n’a échoué pour un joueur de la liste.
panel-nothing-to-redeem = Chaque code actif a été essayé pour toute la liste des joueurs. Pour ceux qui ont échoué, appuie sur **Réessayer les échecs**.
