over-expired = ya expiró
over-unknown = el juego no conoce este código
over-used-up = se alcanzó su límite de canjes
over-rejected = el juego lo rechaza
over-reissued = se volvió a emitir, mira la publicación más reciente

over-line = ⌛ `{ $code }` no está activo: { $why }
over-line-next-check = ⌛ `{ $code }` no está activo: { $why } · próxima comprobación { $next }

appeal-checked = ⌛ `{ $code }` no está activo: { $why }. Lo acabo de comprobar con el juego.
appeal-checking = ⏳ Que yo sepa, `{ $code }` no está activo: { $why }. Estoy volviendo a preguntar al juego. Para ver el resultado, usa `/manage giftcode history code:{ $code }`.
appeal-nobody-to-check-with = ⌛ `{ $code }` no está activo: { $why }. No puedo preguntar al juego, porque no conozco el estado de ningún jugador de la lista. Añade uno con `/manage players add`.
appeal-checked-again-for-two-days = Durante dos días lo compruebo de vez en cuando, y lo publico y lo canjeo en cuanto funcione.
