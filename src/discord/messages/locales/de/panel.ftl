panel-title = 🎛 Geschenkcodes
panel-title-of = 🎛 Geschenkcodes: { $alliance }
panel-codes = 🎁 { $codes ->
    [one] { $codes } aktiver Code
   *[other] { $codes } aktive Codes
}
panel-players = 👥 { $players ->
    [one] { $players } Spieler
   *[other] { $players } Spieler
}
panel-auto-on = 🤖 automatisches Einlösen ist an
panel-auto-off = 🤖 automatisches Einlösen ist aus
panel-channel = 📣 { $channel }
panel-no-channel = 📣 kein Kanal: `/manage giftcode setchannel`
panel-failed = ❌ { $failed } fehlgeschlagen
panel-note = Für alle, die den Bot verwalten dürfen. Die Antworten siehst nur du. Die Zahlen werden bei jedem Tippen auf einen Knopf erneuert.
panel-add-code = Code hinzufügen
panel-missing = Wer fehlt
panel-retry = Wiederholen
panel-redeem = Jetzt einlösen
panel-add-players = Spieler hinzufügen
panel-remove-players = Spieler entfernen
panel-list = Spielerliste
panel-status = Status
panel-turn-on = Automatik an
panel-turn-off = Automatik aus
panel-form-title = Geschenkcode hinzufügen
panel-form-code = Der Code, genau wie veröffentlicht
panel-choose-code = Anderer Code …
panel-choose-retry = Welchen Code wiederholen? …
panel-choose-redeem = Welchen Code einlösen? …
panel-all-codes = Alle
panel-entry-failed = { $code }: { $players } fehlgeschlagen
panel-entry-untried = { $code }: { $players ->
    [one] für { $players } Spieler noch nicht versucht
   *[other] für { $players } Spieler noch nicht versucht
}
panel-which-retry = Für welchen Code soll ich es noch einmal versuchen?
panel-which-redeem = Welchen Code soll ich für die Spielerliste einlösen?
panel-made = ✅ Das Panel ist in { $channel }. Pinne es an, damit alle es finden. Du kannst jederzeit ein neues machen, und alte funktionieren weiter.
panel-refused = ❌ Ich kann hier kein Panel posten: in diesem Kanal brauche ich { $permissions }. Erlaube mir das in den Einstellungen des Kanals und benutze `/manage panel` dann noch einmal.
panel-gone = Die Allianz dieses Panels gibt es nicht mehr. Lösche diese Nachricht und mach mit `/manage panel` ein neues.
panel-no-codes = Es gibt keine aktiven Codes. Füge einen mit **Code hinzufügen** hinzu.
panel-nothing-failed = Kein aktiver Code ist für jemanden auf der Spielerliste fehlgeschlagen.
panel-nothing-to-redeem = Jeder aktive Code wurde schon für alle auf der Spielerliste versucht. Für die, bei denen er fehlgeschlagen ist, tippe auf **Wiederholen**.
