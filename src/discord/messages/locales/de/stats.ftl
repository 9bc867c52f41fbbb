stats-last-days =
    { $days ->
        [one] Letzter { $days } Tag: { $counts }
       *[other] Letzte { $days } Tage: { $counts }
    }
stats-today = Heute: { $counts }
stats-today-nothing = Heute: noch nichts
stats-midnight = Ein Tag beginnt um Mitternacht UTC.
stats-gave-up = ⌛ { $number } aufgegeben
stats-code =
    { $players ->
        [one] `{ $code }` { $have } von { $players } Spieler
       *[other] `{ $code }` { $have } von { $players } Spielern
    }
stats-posted-and-done = { $posted } nach dem Fund gepostet, letzter Spieler { $done } später fertig
stats-posted = { $time } nach dem Fund gepostet
stats-done = letzter Spieler { $time } nach dem Start fertig
stats-no-players = 📈 Für diesen Server gibt es noch keine Zahlen. Füge Spieler mit `/manage players add` oder `/manage players import` hinzu und wähle mit `/manage giftcode setchannel` einen Kanal.
stats-nothing-yet = 📈 Für diesen Server gibt es noch keine Zahlen. Sie kommen, sobald ein Code gepostet oder eingelöst wurde. Wähle mit `/manage giftcode setchannel` einen Kanal und schalte `/manage giftcode auto` ein.
stats-not-drawn = ⚠️ Die Bilder ließen sich nicht zeichnen; hier sind die Zahlen.
