reminder-title = ⏰ { $code } läuft bald ab
reminder-text = Er läuft { $when } ab, und { $missing ->
    [one] { $missing } Spieler hat ihn noch nicht
   *[other] { $missing } Spieler haben ihn noch nicht
}.
reminder-untried = { $players ->
    [one] { $players } Spieler: noch nicht versucht
   *[other] { $players } Spieler: noch nicht versucht
}
reminder-redeem-button = Für die Spielerliste einlösen
reminder-without-file = Es war nicht genug Platz für alle Namen. Um die ganze Liste als Datei zu bekommen, erlaube mir in diesem Kanal „Dateien anhängen“.
reminder-off = Um Erinnerungen auszuschalten: /manage giftcode notify reminder:off
