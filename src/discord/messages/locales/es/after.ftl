after-retry-button = Reintentar fallidos

after-fix-state-of-one = → Líderes: `/manage players edit player:{ $player } state:` y el estado correcto
after-fix-states = → Líderes: `/manage players edit player:{ $player } state:` y el estado correcto, para cada uno. Si se mudaron todos: `/manage players setstate from: to:`
after-fix-no-states = → Líderes: `/manage players edit player:{ $player } state:` y el estado correcto. Así encuentro a los demás que están en ese estado.
after-fix-id = → Líderes: si el jugador ya no está, `/manage players remove player:{ $player }`
after-fix-ids = → Líderes: si ya no están, `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → Cuando ya puedan, líderes: `/manage giftcode retry code:{ $code }`
after-try-again = → Líderes: **Reintentar fallidos**, o `/manage giftcode retry code:{ $code }`

after-mention-title = ❌ { $code } falló en tu cuenta
after-mention = No se pudo canjear para una cuenta que vinculaste. El motivo y qué hacer están en [el resultado]({ $link }).
after-mention-without-result = No se pudo canjear para una cuenta que vinculaste. Para reintentarlo y ver el motivo, usa `/redeem code:{ $code }`.

after-players-title = 📋 { $code }: quién lo tiene
after-players-counts = 🎁 Lo tienen: { $redeemed } · ❌ Fallidos: { $failed } · ➖ Faltan en total: { $missing }
after-players-empty = La lista de jugadores está vacía. Añade jugadores con `/manage players add`.
after-players-nobody = Nadie.
after-player-failed = ❌ { $player }: { $why }
after-player-gave-up = ❌ { $player }: no hay más intentos, { $why }
after-player-granted = 🎁 { $player }: canjeado
after-player-already = 📦 { $player }: ya lo tenía
after-player-pending = ⏳ { $player }: canjeando
after-player-untried = ➖ { $player }: aún sin intentar
after-players-menu = Mostrar …
after-players-missing = Faltan: { $players }
after-players-failed = Fallidos: { $players }
after-players-redeemed = Canjeados: { $players }
after-players-all = Todos: { $players }

after-auto-on = ✅ A partir de ahora, cada código nuevo se canjea para la lista de jugadores ({ $players ->
    [one] { $players } jugador
   *[other] { $players } jugadores
}).
after-auto-on-empty = ✅ A partir de ahora, cada código se canjea para la lista de jugadores. La lista está vacía: añade jugadores con `/manage players add` o `/manage players import`.
after-auto-on-without-channel = No hay ningún canal elegido, así que los resultados solo están en `/manage giftcode history`. Elige uno con `/manage giftcode setchannel`.
after-auto-on-codes = ✅ A partir de ahora, cada código se canjea para la lista de jugadores. { $estimate }
after-estimate = { $players ->
    [one] { $players } jugador
   *[other] { $players } jugadores
} × { $codes ->
    [one] { $codes } código
   *[other] { $codes } códigos
}, { $redemptions } por canjear: { $time }.
after-auto-asks = ⏳ { $estimate } El juego solo permite cierto número de canjes por minuto, y otros jugadores de este bot también esperan. ¿Activar el canje automático?
after-auto-yes = Activar
after-auto-no = Ahora no
after-auto-stays = El canje automático queda como estaba.
after-seconds = menos de un minuto
after-minutes = cerca de { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}
after-hours = cerca de { $hours ->
    [one] { $hours } hora
   *[other] { $hours } horas
}
after-fast = tan rápido como permita el juego

after-notify-failed-on = ✅ Después de cada código, menciono a quienes vincularon una cuenta en la que falló.
after-notify-failed-off = No menciono a nadie cuando falla un código. Para cambiarlo: `/manage giftcode notify failed:on`.
after-notify-reminder-on = ✅ Un día antes de que termine un código, publico quién no lo tiene, si le falta a alguien.
after-notify-reminder-off = No publico nada antes de que termine un código. Para cambiarlo: `/manage giftcode notify reminder:on`.
