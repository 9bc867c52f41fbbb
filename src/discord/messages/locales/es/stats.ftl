stats-last-days =
    { $days ->
        [one] Último { $days } día: { $counts }
       *[other] Últimos { $days } días: { $counts }
    }
stats-today = Hoy: { $counts }
stats-today-nothing = Hoy: nada todavía
stats-midnight = Los días empiezan a medianoche UTC.
stats-gave-up = ⌛ { $number } sin más intentos
stats-code =
    { $players ->
        [one] `{ $code }` { $have } de { $players } jugador
       *[other] `{ $code }` { $have } de { $players } jugadores
    }
stats-posted-and-done = publicado { $posted } después de verlo, último jugador listo { $done } más tarde
stats-posted = publicado { $time } después de verlo
stats-done = último jugador listo { $time } después del inicio
stats-no-players = 📈 Todavía no hay números para este servidor. Añade jugadores con `/manage players add` o `/manage players import`, y elige un canal con `/manage giftcode setchannel`.
stats-nothing-yet = 📈 Todavía no hay números para este servidor. Aparecen en cuanto se publique o se canjee un código. Elige un canal con `/manage giftcode setchannel`, y activa `/manage giftcode auto`.
stats-not-drawn = ⚠️ No se pudieron dibujar los gráficos; aquí están los números.
