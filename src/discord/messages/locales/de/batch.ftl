batch-title =
    { $players ->
        [one] ⏳ { $code } wird für { $players } Spieler eingelöst
       *[other] ⏳ { $code } wird für { $players } Spieler eingelöst
    }
batch-percent = { $percent } %
batch-done-by = 🏁 Voraussichtlich fertig { $when }
batch-waits = 💤 { $why }
batch-result-all =
    { $players ->
        [one] ✅ { $code }: fertig für { $players } Spieler
       *[other] ✅ { $code }: fertig für { $players } Spieler
    }
batch-result-some =
    { $players ->
        [one] ☑️ { $code }: fertig für { $players } Spieler
       *[other] ☑️ { $code }: fertig für { $players } Spieler
    }
batch-result-none =
    { $players ->
        [one] ❌ { $code }: fertig für { $players } Spieler
       *[other] ❌ { $code }: fertig für { $players } Spieler
    }
batch-no-room-for-names = Es war nicht genug Platz für alle Namen. Um die ganze Liste als Datei zu bekommen, erlaube mir in diesem Kanal „Dateien anhängen“.
count-redeemed = 🎁 { $number } eingelöst
count-already = 📦 { $number } schon abgeholt
count-failed = ❌ { $number } fehlgeschlagen
count-pending = ⏳ noch { $number }
count-empty-list = Die Spielerliste ist leer.
batch-group =
    { $players ->
        [one] { $players } Spieler: { $why }
       *[other] { $players } Spieler: { $why }
    }
batch-gave-up = aufgegeben: { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … und { $number ->
    [one] { $number } weiterer
   *[other] { $number } weitere
}
