self-linked = ✅ La cuenta { $player }, del estado { $state }, ya está vinculada a ti. `/redeem` y los botones de las publicaciones canjean códigos para ella. Para quitar el vínculo, usa `/unlink`.
self-linked-state-unknown = ✅ La cuenta { $player } ya está vinculada a ti. Estoy buscando su estado; si lo sabes, usa `/link` otra vez con tu estado. Para quitar el vínculo, usa `/unlink`.
self-linked-before = ✅ La cuenta { $player } ya estaba vinculada a ti. Su estado ahora es { $state }.
self-linked-before-state-unknown = ✅ La cuenta { $player } ya estaba vinculada a ti. No se cambió nada.
self-retried = Los códigos que fallaron por el estado incorrecto se intentarán otra vez.

self-remembered = Recordaré la cuenta { $player } para que la próxima vez baste con un toque. Para deshacerlo, usa `/unlink`.

self-join-question = ¿La pongo también en la lista de jugadores de los líderes? Así los códigos que ellos canjean se canjean también para ti.
self-join-button = Entrar en la lista de jugadores
self-join-menu = Entrar en la lista de jugadores de …
self-joined-automatically = Ahora también está en la lista de jugadores de este servidor. Para que la quiten de ahí, pídeselo a un líder.

self-joined = ✅ La cuenta { $player } ya está en la lista de jugadores. Los códigos nuevos se canjean para ella en cuanto los líderes lo activen.
self-joined-alliance = ✅ La cuenta { $player } ya está en la lista de jugadores de { $alliance }. Los códigos nuevos se canjean para ella en cuanto sus líderes lo activen.
self-joined-auto = ✅ La cuenta { $player } ya está en la lista de jugadores. Los códigos nuevos se canjean para ella automáticamente.
self-joined-alliance-auto = ✅ La cuenta { $player } ya está en la lista de jugadores de { $alliance }. Los códigos nuevos se canjean para ella automáticamente.
self-joined-before = La cuenta { $player } ya está en la lista de jugadores.
self-join-list-is-full = ❌ La lista de jugadores está llena: tiene { $most } jugadores. Pide a un líder que te añada.
self-join-not-linked = ❌ La cuenta { $player } ya no está vinculada a ti. Usa antes `/link`.
self-join-off = 🔒 En este servidor solo los líderes añaden jugadores. Pídeselo a uno de ellos.

self-form-title = ¿Quién eres en el juego?
self-form-player = Tu ID de jugador (en tu perfil del juego)
self-form-state = Tu estado (después del #), si lo sabes

self-mode-off = 🔗 Después de `/link`: nada. Solo los líderes añaden jugadores. Para cambiarlo, usa `/manage players idchannel join:`.
self-mode-ask = 🔗 Después de `/link`: pregunto a los miembros si quieren entrar en la lista de jugadores. Para cambiarlo, usa `/manage players idchannel join:`.
self-mode-auto = 🔗 Después de `/link`: los miembros entran en la lista de jugadores sin que se les pregunte. Para cambiarlo, usa `/manage players idchannel join:`.
self-mode-auto-several = 🔗 Después de `/link`: los miembros eligen en la lista de qué alianza entrar. Para cambiarlo, usa `/manage players idchannel join:`.
self-no-id-channel = 🆔 Canal de ID: ninguno. Con `/manage players idchannel channel:` los miembros pueden entrar escribiendo su ID de jugador en un canal.
self-id-channel = 🆔 Canal de ID: { $channel }. Los miembros escriben ahí su ID de jugador, con o sin el estado: `12345678 #245`. Se lo vinculo y respondo con una reacción: ✅ añadido, 🔁 ya está en la lista, ❌ no es un ID, no hay jugador con ese ID, es una sexta cuenta o la lista está llena, ⏳ comprobando.
self-id-channel-taken = Ya no es el canal de ID de **{ $alliance }**.
self-reading-is-off = ⚠️ Todavía no puedo leer mensajes. El operador del bot debe activar *Message Content Intent* en *Bot*, en el portal de desarrolladores de Discord, poner `DISCORD_MESSAGE_CONTENT=true` y reiniciarme. Hasta entonces, los miembros usan `/link`.
self-reading-is-not-allowed = ⚠️ Discord no me deja leer mensajes. El operador del bot debe activar *Message Content Intent* en *Bot*, en el portal de desarrolladores de Discord, y reiniciarme. Hasta entonces, los miembros usan `/link`.
self-channel-or-off = ❌ Usa `channel` u `off`, pero no los dos. No se cambió nada.
self-not-a-text-channel = ❌ No es un canal de texto de este servidor. No se cambió nada.
self-id-channel-refused = ❌ No puedo usar { $channel } para los ID: necesito { $permissions } ahí. Dame esos permisos en los ajustes del canal e inténtalo de nuevo. No se cambió nada.

self-results-on-button = Enviarme mis resultados
self-results-off-button = No enviarme más mis resultados
self-results-on = ✅ Cuando se canjee un código para tus cuentas, te envío los resultados por mensaje directo. Para pararlo, usa `/link` otra vez y toca el botón.
self-results-off = ✅ Ya no te envío resultados por mensaje directo.
self-results-refused = ⚠️ No pude enviarte un mensaje directo, así que dejé de hacerlo. Para volver a recibir tus resultados, permite los *Mensajes directos* en los ajustes de privacidad de este servidor, usa `/link` y toca el botón.
self-results-why = -# Recibes esto porque lo pediste. Para pararlo, usa `/link` en tu servidor y toca el botón.
