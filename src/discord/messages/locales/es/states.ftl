state-mark-right = ✅
state-mark-unchecked = ⏳ aún sin comprobar
state-mark-searching = 🔎 buscando el estado
state-mark-not-found = ⚠️ estado no encontrado
state-mark-no-such-player = ⚠️ ningún jugador tiene este ID
state-mark-unclear = ❔ no se pudo comprobar

state-list-missing = ⚠️ Falta el estado de { $players ->
    [one] un jugador
   *[other] { $players } jugadores
}. Lo estoy buscando, y canjeo los códigos en cuanto lo tenga. Para ir más rápido, añade de nuevo al jugador con el estado.
state-list-none = ⚠️ Nadie de la lista tiene estado todavía, así que no puedo buscar ninguno. Indica el de un jugador con `/manage players edit player:{ $player } state:`, y encuentro a los demás que están en ese estado.
state-list-correct = ⚠️ Hay un ID o un estado incorrecto. Corrige un estado con `/manage players edit`. Si el ID es incorrecto, usa `/manage players remove` y luego añade el correcto.

state-batch-searching = 🔎 { $players ->
    [one] El estado de un jugador falta o es incorrecto. Lo estoy buscando, y canjeo el código en cuanto lo tenga.
   *[other] Los estados de { $players } jugadores faltan o son incorrectos. Los estoy buscando, y canjeo el código en cuanto los tenga.
}
state-batch-found = 🔎 Encontré el estado de { $players ->
    [one] un jugador
   *[other] { $players } jugadores
}: { $names }
state-batch-found-more = … y { $left } más
state-batch-found-player = { $player } ({ $state })

state-status-title = ID y estados
state-status-unchecked = ⏳ { $players } por comprobar
state-status-searching = 🔎 buscando el estado de { $players }
state-status-not-found = ⚠️ estado no encontrado: { $players }
state-status-no-such-player = ⚠️ el juego no conoce el ID: { $players }
state-status-unclear = ❔ no se pudo comprobar: { $players }
state-status-correct = `/manage players list` muestra quiénes son. Corrige un estado con `/manage players edit`. Si el ID es incorrecto, usa `/manage players remove` y luego añade el correcto.

state-checked-in-background = Compruebo los ID y los estados en segundo plano: `/manage players list` muestra los resultados.
