chart-per-day = Utilisations par jour
chart-per-code = Joueurs qui ont les derniers codes
chart-speed = Vitesse
chart-redemptions = utilisations
chart-players = joueurs
chart-legend = { $name } : { $number }
chart-redeemed = obtenus
chart-already = déjà récupérés
chart-failed = échecs
chart-gave-up = abandonnés
chart-have = l’ont
chart-have-not = échecs ou abandons
chart-to-post = vu → publié
chart-to-done = publié → dernier joueur terminé
chart-of = { $have } sur { $players }
chart-more = et { $rows } de plus
chart-nothing = rien pour l’instant
chart-date =
    { $day } { $month ->
        [jan] janv.
        [feb] févr.
        [mar] mars
        [apr] avr.
        [may] mai
        [jun] juin
        [jul] juil.
        [aug] août
        [sep] sept.
        [oct] oct.
        [nov] nov.
       *[dec] déc.
    }
chart-milliseconds = { $number } ms
chart-seconds = { $number } s
chart-minutes = { $number } min
chart-hours = { $number } h
chart-days = { $number } j
chart-both = { $larger } { $smaller }
