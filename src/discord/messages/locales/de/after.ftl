after-retry-button = Fehlgeschlagene wiederholen
after-fix-state-of-one = → Anführer: `/manage players edit player:{ $player } state:` und der richtige Staat
after-fix-states = → Anführer: `/manage players edit player:{ $player } state:` und der richtige Staat, für jeden einzeln. Wenn alle umgezogen sind: `/manage players setstate from: to:`
after-fix-no-states = → Anführer: `/manage players edit player:{ $player } state:` und der richtige Staat. Dann finde ich die anderen, die in diesem Staat sind.
after-fix-id = → Anführer: wenn der Spieler weg ist, `/manage players remove player:{ $player }`
after-fix-ids = → Anführer: wenn sie weg sind, `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → Sobald es geht, Anführer: `/manage giftcode retry code:{ $code }`
after-try-again = → Anführer: **Fehlgeschlagene wiederholen**, oder `/manage giftcode retry code:{ $code }`
after-mention-title = ❌ { $code } hat für deinen Account nicht geklappt
after-mention = Der Code konnte für einen Account, den du verknüpft hast, nicht eingelöst werden. Warum, und was zu tun ist, steht im [Ergebnis]({ $link }).
after-mention-without-result = Der Code konnte für einen Account, den du verknüpft hast, nicht eingelöst werden. Um es noch einmal zu versuchen und den Grund zu sehen, nimm `/redeem code:{ $code }`.
after-players-title = 📋 { $code }: wer ihn hat
after-players-counts = 🎁 { $redeemed ->
    [one] { $redeemed } hat ihn
   *[other] { $redeemed } haben ihn
} · ❌ { $failed } fehlgeschlagen · ➖ insgesamt { $missing ->
    [one] fehlt er { $missing } Spieler
   *[other] fehlt er { $missing } Spielern
}
after-players-empty = Die Spielerliste ist leer. Füge Spieler mit `/manage players add` hinzu.
after-players-nobody = Niemand.
after-player-failed = ❌ { $player }: { $why }
after-player-gave-up = ❌ { $player }: aufgegeben, { $why }
after-player-granted = 🎁 { $player }: eingelöst
after-player-already = 📦 { $player }: schon abgeholt
after-player-pending = ⏳ { $player }: wird gerade eingelöst
after-player-untried = ➖ { $player }: noch nicht versucht
after-players-menu = Zeige …
after-players-missing = Fehlt: { $players }
after-players-failed = Fehlgeschlagen: { $players }
after-players-redeemed = Eingelöst: { $players }
after-players-all = Alle: { $players }
after-auto-on = ✅ Ab jetzt wird jeder neue Code für die Spielerliste eingelöst ({ $players ->
    [one] { $players } Spieler
   *[other] { $players } Spieler
}).
after-auto-on-empty = ✅ Ab jetzt wird jeder Code für die Spielerliste eingelöst. Die Liste ist leer: füge Spieler mit `/manage players add` oder `/manage players import` hinzu.
after-auto-on-without-channel = Es ist kein Kanal eingestellt, daher stehen die Ergebnisse nur in `/manage giftcode history`. Stelle einen mit `/manage giftcode setchannel` ein.
after-auto-on-codes = ✅ Ab jetzt wird jeder Code für die Spielerliste eingelöst. { $estimate }
after-estimate = { $players ->
    [one] { $players } Spieler
   *[other] { $players } Spieler
} × { $codes ->
    [one] { $codes } Code
   *[other] { $codes } Codes
}, { $redemptions ->
    [one] { $redemptions } Einlösung
   *[other] { $redemptions } Einlösungen
}: { $time }.
after-auto-asks = ⏳ { $estimate } Das Spiel erlaubt nur eine bestimmte Zahl von Einlösungen in der Minute, und andere Spieler dieses Bots warten auch. Automatisches Einlösen einschalten?
after-auto-yes = Einschalten
after-auto-no = Jetzt nicht
after-auto-stays = Das automatische Einlösen bleibt, wie es war.
after-seconds = weniger als eine Minute
after-minutes = etwa { $minutes ->
    [one] { $minutes } Minute
   *[other] { $minutes } Minuten
}
after-hours = etwa { $hours ->
    [one] { $hours } Stunde
   *[other] { $hours } Stunden
}
after-fast = so schnell, wie es das Spiel erlaubt
after-notify-failed-on = ✅ Nach jedem Code erwähne ich alle, die einen Account verknüpft haben, für den er fehlgeschlagen ist.
after-notify-failed-off = Niemand wird erwähnt, wenn ein Code fehlschlägt. Um das zu ändern: `/manage giftcode notify failed:on`.
after-notify-reminder-on = ✅ Einen Tag, bevor ein Code abläuft, poste ich, wer ihn noch nicht hat, falls ihn jemand nicht hat.
after-notify-reminder-off = Bevor ein Code abläuft, wird nichts gepostet. Um das zu ändern: `/manage giftcode notify reminder:on`.
