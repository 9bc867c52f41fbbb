post-title-new = 🎁 Neuer Geschenkcode
post-title-again = 🎁 Dieser Geschenkcode funktioniert wieder
post-title-several-new =
    { $codes ->
        [one] 🎁 { $codes } neuer Geschenkcode
       *[other] 🎁 { $codes } neue Geschenkcodes
    }
post-title-active = 📋 Der aktive Geschenkcode
post-title-several-active =
    { $codes ->
        [one] 📋 Der { $codes } aktive Geschenkcode
       *[other] 📋 Die { $codes } aktiven Geschenkcodes
    }
post-title-more =
    { $codes ->
        [one] … { $codes } weiterer Code
       *[other] … { $codes } weitere Codes
    }
post-title-over = ⌛ Dieser Geschenkcode ist nicht mehr aktiv
post-title-several-over =
    { $codes ->
        [one] ⌛ Dieser Geschenkcode ist nicht mehr aktiv
       *[other] ⌛ Diese { $codes } Geschenkcodes sind nicht mehr aktiv
    }
post-not-active = Nicht aktiv: { $why }.
post-works-again = Er hatte aufgehört zu funktionieren, jetzt nimmt ihn das Spiel wieder an.
post-checked = ✔ Geprüft: er funktioniert.
post-field-rewards = Belohnungen
post-field-expires = Läuft ab
post-expires = Läuft { $when } ab
post-note-works-again = { $number } · funktioniert wieder
post-note-checked = { $number } · geprüft
post-more-below = … und { $number ->
    [one] { $number } weiterer
   *[other] { $number } weitere
}, siehe unten.
post-line-over = ~~`{ $code }`~~ nicht aktiv: { $why }
post-line-expires = `{ $code }` · läuft { $when } ab
post-source = Quelle: { $sources }
post-redeem-for-me = Für mich einlösen
post-choose-for-me = Für mich einlösen …
