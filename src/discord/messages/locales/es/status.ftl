status-title = 📊 Estado del bot
status-field-channel = Canal
status-field-auto = Canje automático
status-field-players = Jugadores
status-field-codes = Códigos activos
status-field-waiting = Por canjear
status-field-sources = Fuentes de códigos
status-field-game = Juego
status-field-storage = Datos guardados
status-field-discord = Discord

status-number = { $number }
status-channel-none = ninguno: elige uno con `/manage giftcode setchannel`
status-channel-paused = ⏸ { $channel } está en pausa: { $why }
status-channel-failing = ⚠️ { $channel }: las publicaciones fallan desde { $since }. { $reason }. Sigo intentándolo: arréglalo, o elige otro canal
status-mentions-role = menciona { $role }
status-auto-on = activado
status-auto-off = desactivado: actívalo con `/manage giftcode auto`
status-waiting = { $here } aquí, { $everywhere } en todos los servidores
status-sources-read = ✅ leídas { $when }
status-sources-not-read = aún sin leer
status-sources-fail = ⚠️ ahora mismo no se pueden leer. Sigo intentándolo, y el operador del bot ya está avisado
status-sources-some-fail = ⚠️ { $failing } de { $all } { $failing ->
    [one] no se puede
   *[other] no se pueden
} leer ahora mismo. Sigo intentándolo, y el operador del bot ya está avisado
status-game-no-limit = ✅ sin límite
status-game-limit = ✅ { $limit }
status-game-waits = ⚠️ { $why }
status-storage-saved = ✅ guardado
status-storage-attention = ⚠️ guardado, pero el almacenamiento necesita atención. No se pierde nada, y el operador del bot ya está avisado
status-storage-unsaved = ⚠️ ahora mismo no se puede guardar nada. No hago nada que no pueda guardar, y el operador del bot ya está avisado
status-discord-connected = ✅ conectado { $since }
status-discord-connected-latency = ✅ conectado { $since }, responde en { $milliseconds } ms
status-discord-connecting = ⚠️ algunos servidores no tienen conexión desde { $since }; sigo intentándolo

paused-channel-deleted = el canal se borró. Elige otro con `/manage giftcode setchannel`
paused-channel-hidden = no puedo ver el canal. Permíteme verlo, o elige otro
paused-no-permission = no puedo publicar en el canal. Permíteme verlo, enviar mensajes e insertar enlaces ahí, o elige otro
paused-no-history = sufrí una interrupción y no puedo comprobar si un código se publicó. Permíteme leer el historial de mensajes del canal
paused-tag-required = cada publicación del foro necesita una etiqueta, y solo los moderadores pueden ponerla. Añade una etiqueta que todos puedan usar, o deja de exigir etiquetas
paused-thread-locked = el hilo está bloqueado o archivado, y no puedo reabrirlo. Desbloquéalo, o elige otro canal
paused-timeout = estoy en aislamiento temporal en este servidor y no puedo publicar. Un moderador puede quitármelo
paused-removed = me expulsaron del servidor

wait-no-answer = el juego no responde desde { $since }; sigo intentándolo
wait-refused = desde { $since }, el juego rechaza cada llamada como si fuera una de más; sigo intentándolo
wait-captcha = desde { $since }, el juego pide un captcha a todos los jugadores; sigo intentándolo. Mientras tanto, los jugadores pueden canjear en { $page }
wait-busy = desde { $since }, el juego da a todos los jugadores la respuesta { $answer }; sigo intentándolo
wait-odd = desde { $since }, el juego da a todos los jugadores la respuesta desconocida { $answer }; sigo intentándolo, y el operador del bot ya está avisado. No se pierde nada
wait-held = desde { $since }, el juego da a todos los jugadores la respuesta desconocida { $answer } para { $code }; sigo intentándolo
wait-blocked = desde { $since }, el juego bloquea al bot; el operador del bot ya sabe qué hacer. No se pierde nada
wait-signature = desde { $since }, el juego rechaza la firma del bot; el operador del bot ya sabe qué hacer. No se pierde nada
wait-malformed = desde { $since }, el juego rechaza las solicitudes del bot; el operador del bot ya sabe qué hacer. No se pierde nada
wait-limit-minute =
    { $calls ->
        [one] el juego permite { $calls } llamada por minuto
       *[other] el juego permite { $calls } llamadas por minuto
    }
wait-limit-seconds =
    { $calls ->
        [one] el juego permite { $calls } llamada cada { $seconds } s
       *[other] el juego permite { $calls } llamadas cada { $seconds } s
    }
wait-too-many-calls = el juego recibió demasiadas solicitudes
wait-game-busy = el juego estaba ocupado; los intentos fallidos se repetirán en breve
