chart-per-day = Canjes por día
chart-per-code = Jugadores que tienen los últimos códigos
chart-speed = Lo rápido que va
chart-redemptions = canjes
chart-players = jugadores
chart-legend = { $name }: { $number }
chart-redeemed = canjeados
chart-already = ya lo tenían
chart-failed = fallidos
chart-gave-up = sin más intentos
chart-have = lo tienen
chart-have-not = fallidos o sin más intentos
chart-to-post = visto → publicado
chart-to-done = publicado → último jugador listo
chart-of = { $have } de { $players }
chart-more = y { $rows } más
chart-nothing = nada todavía
chart-date =
    { $day } { $month ->
        [jan] ene
        [feb] feb
        [mar] mar
        [apr] abr
        [may] may
        [jun] jun
        [jul] jul
        [aug] ago
        [sep] sept
        [oct] oct
        [nov] nov
       *[dec] dic
    }
chart-milliseconds = { $number } ms
chart-seconds = { $number } s
chart-minutes = { $number } min
chart-hours = { $number } h
chart-days = { $number } d
chart-both = { $larger } { $smaller }
