channel-refused = ❌ No puedo publicar en { $channel }: necesito { $permissions } ahí. Dame esos permisos en los ajustes del canal y vuelve a usar este comando. No se cambió nada.
permissions-and = { $first } y { $last }
permission-view-channel = Ver canal
permission-send-messages = Enviar mensajes
permission-embed-links = Insertar enlaces
permission-send-in-threads = Enviar mensajes en hilos
permission-create-posts = Crear publicaciones
permission-send-in-posts = Enviar mensajes en publicaciones
permission-add-reactions = Añadir reacciones
permission-attach-files = Adjuntar archivos
permission-read-history = Leer el historial de mensajes
channel-timeout = ❌ Estoy en aislamiento temporal en este servidor hasta { $until } y no puedo publicar. Un moderador puede quitármelo; después, vuelve a usar este comando. No se cambió nada.
channel-everyone-refused = ❌ No menciono a todo el mundo. Elige un rol para los miembros que quieran enterarse de los códigos de regalo. No se cambió nada.
channel-role-or-none = ❌ Usa `role` o `no_role`, pero no los dos. No se cambió nada.
channel-unknown = ❌ No puedo publicar ahí. Elige un canal de texto, un canal de anuncios, un hilo o un foro de este servidor. No se cambió nada.
channel-unset = ✅ Ya no publico códigos de regalo. Los canjes en curso continúan.
channel-was-not-set = No hay ningún canal elegido, así que no se publican códigos de regalo.

auto-off = ✅ Los códigos nuevos ya no se canjean automáticamente. Los canjes en curso continúan.

code-unknown = ❌ No conozco el código `{ $code }`. Para añadirlo, usa `/manage giftcode add`.
code-unknown-unchanged = ❌ No conozco el código `{ $code }`. No se cambió nada.
code-known = `{ $code }` ya está activo.
code-added-posted-redeemed =
    { $players ->
        [one] ✅ `{ $code }` se añadió. Se publicará en { $channel } y se canjeará para { $players } jugador.
       *[other] ✅ `{ $code }` se añadió. Se publicará en { $channel } y se canjeará para { $players } jugadores.
    }
code-added-posted = ✅ `{ $code }` se añadió. Se publicará en { $channel }. Canjéalo con `/manage giftcode redeem code:{ $code }`.
code-added-redeemed =
    { $players ->
        [one] ✅ `{ $code }` se añadió. No hay ningún canal elegido, así que no se publica. Se canjeará para { $players } jugador.
       *[other] ✅ `{ $code }` se añadió. No hay ningún canal elegido, así que no se publica. Se canjeará para { $players } jugadores.
    }
code-added = ✅ `{ $code }` se añadió. No hay ningún canal elegido, así que no se publica. Canjéalo con `/manage giftcode redeem code:{ $code }`.
code-removed = ✅ `{ $code }` ya no se publica ni se canjea.
code-removed-waiting =
    { $players ->
        [one] ✅ `{ $code }` ya no se publica ni se canjea. No se canjeará para { $players } jugador que aún esperaba.
       *[other] ✅ `{ $code }` ya no se publica ni se canjea. No se canjeará para los { $players } jugadores que aún esperaban.
    }

list-no-codes = Ahora mismo no hay códigos de regalo activos.
list-title =
    { $codes ->
        [one] 🎁 { $codes } código de regalo activo
       *[other] 🎁 { $codes } códigos de regalo activos
    }
list-code-expires = `{ $code }` · expira { $when }
list-code-source = de { $source }
suggestion-not-active = { $code } (no activo)

list-empty-add-players = ❌ La lista de jugadores está vacía. Añade jugadores con `/manage players add` o `/manage players import`.
batch-done-already =
    { $players ->
        [one] `{ $code }` ya está listo para { $players } jugador, o sea, para todos. Para reintentarlo si falló, usa `/manage giftcode retry code:{ $code }`.
       *[other] `{ $code }` ya está listo para los { $players } jugadores. Para reintentar los fallidos, usa `/manage giftcode retry code:{ $code }`.
    }
batch-going-on =
    { $players ->
        [one] `{ $code }` ya se está canjeando: falta { $players } jugador.
       *[other] `{ $code }` ya se está canjeando: faltan { $players } jugadores.
    }
batch-started =
    { $players ->
        [one] ✅ Estoy canjeando `{ $code }` para { $players } jugador.
       *[other] ✅ Estoy canjeando `{ $code }` para { $players } jugadores.
    }
batch-see-history = Para ver el progreso, usa `/manage giftcode history`.
batch-see-channel = El progreso se muestra en { $channel }.
batch-line-empty = ❌ `{ $code }`: la lista de jugadores está vacía
batch-line-done = `{ $code }`: ya está listo para todos
batch-line-started =
    { $players ->
        [one] ✅ `{ $code }`: canjeando para { $players } jugador
       *[other] ✅ `{ $code }`: canjeando para { $players } jugadores
    }
batch-line-over = ⌛ `{ $code }` no está activo: { $why }
retry-nothing = `{ $code }` no le falló a nadie aquí, así que no hay nada que reintentar.
retry-started =
    { $players ->
        [one] ✅ Estoy reintentando `{ $code }` para { $players } jugador.
       *[other] ✅ Estoy reintentando `{ $code }` para { $players } jugadores.
    }

history-title = 📜 Historial de canjes
history-nothing = Aún no se ha canjeado ningún código para la lista de jugadores.
history-nothing-of-code = `{ $code }` nunca se ha canjeado para la lista de jugadores.
history-round = { $code } (ronda { $round })
history-finished = terminado { $when }
history-started = iniciado { $when }, aún sin terminar
