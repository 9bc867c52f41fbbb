panel-title = 🎛 Códigos de regalo
panel-title-of = 🎛 Códigos de regalo: { $alliance }
panel-codes = 🎁 { $codes ->
    [one] { $codes } código activo
   *[other] { $codes } códigos activos
}
panel-players = 👥 { $players ->
    [one] { $players } jugador
   *[other] { $players } jugadores
}
panel-auto-on = 🤖 canje automático activado
panel-auto-off = 🤖 canje automático desactivado
panel-channel = 📣 { $channel }
panel-no-channel = 📣 sin canal: `/manage giftcode setchannel`
panel-failed = ❌ { $failed } { $failed ->
    [one] fallido
   *[other] fallidos
}
panel-note = Para quienes pueden gestionar el bot. Solo tú ves las respuestas. Los números se actualizan cada vez que alguien usa un botón.

panel-add-code = Añadir código
panel-missing = Quién falta
panel-retry = Reintentar fallidos
panel-redeem = Canjear ahora
panel-add-players = Añadir jugadores
panel-remove-players = Quitar jugadores
panel-list = Lista de jugadores
panel-status = Estado del bot
panel-turn-on = Activar automático
panel-turn-off = Parar automático

panel-form-title = Añadir un código de regalo
panel-form-code = El código, tal como se publicó

panel-choose-code = Otro código …
panel-choose-retry = ¿Qué código reintentar? …
panel-choose-redeem = ¿Qué código canjear? …
panel-all-codes = Todos
panel-entry-failed = { $code }: { $players } { $players ->
    [one] fallido
   *[other] fallidos
}
panel-entry-untried = { $code }: { $players ->
    [one] { $players } jugador sin intentarlo
   *[other] { $players } jugadores sin intentarlo
}
panel-which-retry = ¿Qué código vuelvo a intentar?
panel-which-redeem = ¿Qué código canjeo para la lista de jugadores?

panel-made = ✅ El panel está en { $channel }. Fíjalo para que todos lo encuentren. Puedes crear otro cuando quieras, y los anteriores siguen funcionando.
panel-refused = ❌ No puedo publicar un panel aquí: necesito { $permissions } en este canal. Dame esos permisos en los ajustes del canal y vuelve a usar `/manage panel`.
panel-gone = La alianza de este panel ya no existe. Borra este mensaje y usa `/manage panel` para crear otro.
panel-no-codes = No hay códigos activos. Añade uno con **Añadir código**.
panel-nothing-failed = Ningún código activo le falló a nadie de la lista de jugadores.
panel-nothing-to-redeem = Todos los códigos activos ya se intentaron para toda la lista de jugadores. Para los que fallaron, toca **Reintentar fallidos**.
