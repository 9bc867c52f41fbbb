status-redeemed = canjeado
status-already-claimed = ya se había canjeado
status-same-kind = ya se canjeó un código del mismo tipo
status-code-expired = el código ya expiró
status-code-unknown = el juego no conoce el código
status-code-used-up = se alcanzó el límite de canjes del código
status-no-such-player = ningún jugador tiene este ID
status-wrong-state = el estado guardado no es correcto
status-no-state = falta el estado
status-furnace-too-low = el nivel del calefactor es demasiado bajo
status-spent-too-little = no se ha gastado lo suficiente en el juego
status-vip-too-low = el nivel VIP es demasiado bajo
status-signature-rejected = el juego rechaza la firma del bot
status-request-rejected = el juego rechaza las solicitudes del bot por incorrectas
status-bot-blocked = el juego bloquea al bot
status-interrupted = el bot se interrumpió en cada intento
status-too-many-requests = el juego recibió demasiadas solicitudes
status-captcha = el juego pide un captcha
status-no-proper-answer = el juego no respondió bien
status-unknown-answer = el juego dio una respuesta desconocida
status-no-reason = motivo desconocido

advice-correct-the-state = usa `/link` con el estado correcto, o pide a un líder que lo corrija
advice-check-the-id = revisa el ID de jugador: aparece en el perfil del juego
advice-use-the-page = canjéalo en { $page }

explanation-with-advice = → { $why }: { $advice }
