link-too-many = ❌ Ya tienes { $most } cuentas vinculadas, el máximo permitido. Quita antes una con `/unlink`.
link-wrong-state = ❌ Según el juego, { $player } no está en el estado { $state }. Tu estado aparece en tu perfil del juego, después del signo #. No se cambió nada.
link-no-such-player = ❌ El juego no conoce a ningún jugador { $player }. Tu ID de jugador aparece en tu perfil del juego. No se cambió nada.
link-cannot-check = ❌ El juego no responde bien en este momento, así que no puedo comprobarlo. Inténtalo de nuevo en unos minutos. No se cambió nada.
link-none-yet = Todavía no tienes ninguna cuenta vinculada. Usa antes `/link` con tu ID de jugador.

unlink-not-yours = Esa cuenta no está vinculada a ti. No se cambió nada.
unlink-done =
    { $accounts ->
        [1] ✅ La cuenta ya no está vinculada a ti.
        [one] ✅ Tu { $accounts } cuenta ya no está vinculada a ti.
       *[other] ✅ Tus { $accounts } cuentas ya no están vinculadas a ti.
    }
unlink-still-listed = Sigue en una lista de jugadores. Para que la quiten de ahí, pídeselo a un líder.
unlink-which-one = Tienes varias cuentas vinculadas. Elige con `player_id` cuál quieres desvincular:
unlink-one-or-everything = ❌ Usa `player_id`, para desvincular una cuenta, o `everything`, pero no los dos. No se cambió nada.
forget-nothing-known = No tengo datos sobre ti. No se cambió nada.
forget-done = ✅ Borré todo lo que tenía guardado sobre ti. Ya no tienes ninguna cuenta vinculada.
forget-erased = Borradas, junto con su historial de canjes: { $players }.
forget-kept = Estas cuentas se quedan, pero sin ningún vínculo contigo: { $players }. Cada una está en la lista de jugadores de un servidor, que pertenece a ese servidor, o la vinculó otro miembro. Para que quiten una cuenta de una lista de jugadores, pídeselo a los líderes del servidor.

redeem-sent = 🎁 { $who }: enviado, revisa tu correo del juego
redeem-already = 📦 { $who }: ya se había canjeado
redeem-failed = ❌ { $who }: { $why }
redeem-waiting = ⏳ { $who }: en espera
redeem-trying-again = ⏳ { $who }: { $why }, lo intento otra vez
redeem-not-done = ⏳ { $who }: aún no está listo
redeem-over = ⌛ **{ $code }** no está activo: { $why }
redeem-goes-on = Seguiré intentándolo. Para ver el resultado más tarde, canjea el código otra vez.
redeem-see-each-account = Para ver cada cuenta, usa `/redeem` con un solo código.
redeem-code-over = ⌛ `{ $code }` no está activo: { $why }.
redeem-too-many-waiting = ⏳ Tienes { $most } códigos en espera, el máximo permitido. Inténtalo de nuevo cuando alguno esté listo: { $codes }
redeem-busy = ⏳ Tus últimas solicitudes siguen en curso. Espera a que termine alguna.
list-more = … y { $number } más

form-expired = ⌛ Este formulario estuvo abierto demasiado tiempo y ya no sé qué códigos elegiste. Elígelos de nuevo.

servers-only = Solo funciono en servidores. Usa este comando en un servidor en el que yo esté.
button-outdated = Este botón ya no funciona. Usa `/giftcode` y `/redeem` en su lugar.
failure-unknown = ❌ Algo salió mal por mi parte. Inténtalo de nuevo en un minuto. Si sigue pasando, dale este número al operador del bot: `{ $incident }`.
failure-not-saved = ❌ No se pudo guardar, así que no se cambió nada. Inténtalo de nuevo en un minuto. Si sigue pasando, dale este número al operador del bot: `{ $incident }`.
failure-restarting = ⏳ Me estoy reiniciando. Tu solicitud continúa. Para ver el resultado, pregunta de nuevo en un minuto.
