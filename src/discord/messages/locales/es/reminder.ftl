reminder-title = ⏰ { $code } termina pronto
reminder-text = Termina { $when }, y { $missing ->
    [one] { $missing } jugador aún no lo tiene
   *[other] { $missing } jugadores aún no lo tienen
}.
reminder-untried = { $players ->
    [one] { $players } jugador: aún sin intentar
   *[other] { $players } jugadores: aún sin intentar
}
reminder-redeem-button = Canjear para la lista de jugadores
reminder-without-file = No cabían todos los nombres. Para recibir la lista completa como archivo, dame el permiso “Adjuntar archivos” en este canal.
reminder-off = Para desactivar los recordatorios: /manage giftcode notify reminder:off
