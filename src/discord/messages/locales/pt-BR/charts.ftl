chart-per-day = Resgates por dia
chart-per-code = Jogadores que têm os últimos códigos
chart-speed = Velocidade
chart-redemptions = resgates
chart-players = jogadores
chart-legend = { $name }: { $number }
chart-redeemed = resgatados
chart-already = já tinham
chart-failed = falharam
chart-gave-up = sem mais tentativas
chart-have = têm
chart-have-not = falharam ou sem mais tentativas
chart-to-post = visto → publicado
chart-to-done = publicado → último jogador pronto
chart-of = { $have } de { $players }
chart-more = e mais { $rows }
chart-nothing = nada ainda
chart-date =
    { $day } { $month ->
        [jan] jan.
        [feb] fev.
        [mar] mar.
        [apr] abr.
        [may] mai.
        [jun] jun.
        [jul] jul.
        [aug] ago.
        [sep] set.
        [oct] out.
        [nov] nov.
       *[dec] dez.
    }
chart-milliseconds = { $number } ms
chart-seconds = { $number } s
chart-minutes = { $number } min
chart-hours = { $number } h
chart-days = { $number } d
chart-both = { $larger } { $smaller }
