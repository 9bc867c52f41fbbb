chart-per-day = Einlösungen pro Tag
chart-per-code = Spieler, die die neuesten Codes haben
chart-speed = Tempo
chart-redemptions = Einlösungen
chart-players = Spieler
chart-legend = { $name }: { $number }
chart-redeemed = eingelöst
chart-already = schon abgeholt
chart-failed = fehlgeschlagen
chart-gave-up = aufgegeben
chart-have = haben ihn
chart-have-not = fehlgeschlagen oder aufgegeben
chart-to-post = gefunden → gepostet
chart-to-done = gepostet → letzter Spieler fertig
chart-of = { $have } von { $players }
chart-more = und { $rows ->
    [one] { $rows } weiterer
   *[other] { $rows } weitere
}
chart-nothing = noch nichts
chart-date =
    { $day }. { $month ->
        [jan] Jan.
        [feb] Feb.
        [mar] März
        [apr] Apr.
        [may] Mai
        [jun] Juni
        [jul] Juli
        [aug] Aug.
        [sep] Sept.
        [oct] Okt.
        [nov] Nov.
       *[dec] Dez.
    }
chart-milliseconds = { $number } ms
chart-seconds = { $number } s
chart-minutes = { $number } min
chart-hours = { $number } h
chart-days = { $number } d
chart-both = { $larger } { $smaller }
