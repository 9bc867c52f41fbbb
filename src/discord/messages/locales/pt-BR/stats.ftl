stats-last-days =
    { $days ->
        [one] Último { $days } dia: { $counts }
       *[other] Últimos { $days } dias: { $counts }
    }
stats-today = Hoje: { $counts }
stats-today-nothing = Hoje: nada ainda
stats-midnight = Os dias começam à meia-noite UTC.
stats-gave-up = ⌛ desisti de { $number }
stats-code =
    { $players ->
        [one] `{ $code }` { $have } de { $players } jogador
       *[other] `{ $code }` { $have } de { $players } jogadores
    }
stats-posted-and-done = publicado { $posted } depois de visto, último jogador pronto { $done } mais tarde
stats-posted = publicado { $time } depois de visto
stats-done = último jogador pronto { $time } depois do início
stats-no-players = 📈 Ainda não há números para este servidor. Adicione jogadores com `/manage players add` ou `/manage players import`, e defina um canal com `/manage giftcode setchannel`.
stats-nothing-yet = 📈 Ainda não há números para este servidor. Eles aparecem assim que um código for publicado ou resgatado. Defina um canal com `/manage giftcode setchannel`, e ligue `/manage giftcode auto`.
stats-not-drawn = ⚠️ Não deu para desenhar os gráficos; aqui estão os números.
