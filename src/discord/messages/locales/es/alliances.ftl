alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ Aquí no hay ninguna alianza llamada **{ $name }**. Elige una con `alliance`: { $names }.
alliances-unknown-only-one = ❌ Aquí no hay ninguna alianza llamada **{ $name }**. Este servidor tiene una sola alianza: omite `alliance`.
alliances-which = ❌ Este servidor tiene varias alianzas. Indica cuál con `alliance`: { $names }.
alliances-which-here = ❌ Varias alianzas publican en este canal. Indica cuál con `alliance`: { $names }.
alliances-added-second = ✅ Añadí **{ $name }**. La primera alianza de este servidor ahora se llama **{ $first }**: cámbialo con `/manage alliance rename`.
    A partir de ahora, los comandos tienen la opción `alliance`. Discord puede tardar un minuto en mostrarla.
alliances-added = ✅ Añadí **{ $name }**.
alliances-next-channel = Elige dónde se publican sus códigos con `/manage giftcode setchannel alliance:{ $name } channel:`, y añade jugadores con `/manage players add alliance:{ $name }`.
alliances-next-players = Añade sus jugadores con `/manage players add alliance:{ $name }`.
alliances-known = **{ $name }** ya está añadida.
alliances-name-taken = ❌ Aquí ya hay una alianza llamada **{ $name }**. Elige otro nombre.
alliances-bad-name = ❌ Un nombre tiene de 1 a { $most } caracteres.
alliances-too-many = ❌ Un servidor puede tener { $most } alianzas. Quita antes una con `/manage alliance remove`.
alliances-role-without-channel = ❌ Indica también un `channel`: el rol se menciona en las publicaciones de ese canal.
alliances-renamed = ✅ La alianza ahora se llama **{ $name }**.
alliances-gone = Esta alianza ya se había quitado.
alliances-last = ❌ Es la única alianza de este servidor, así que se queda. Para dejar de publicar, usa `/manage giftcode unsetchannel`.
alliances-remove-sure = ¿Quitar **{ $name }**? { $players ->
        [0] Su lista de jugadores está vacía.
        [one] Se borra su lista de jugadores, con { $players } jugador.
       *[other] Se borra su lista de jugadores, con { $players } jugadores.
    } Ya no se publica ni se canjea nada para ella. Los resultados anteriores se conservan: mientras haya varias alianzas, `/manage giftcode history` con el nombre de la alianza los muestra.
alliances-remove-button = Quitar
alliances-removed = ✅ Quité **{ $name }**. { $players ->
        [0] Su lista de jugadores estaba vacía.
        [one] Había { $players } jugador en su lista.
       *[other] Había { $players } jugadores en su lista.
    }
alliances-one-left = Este servidor vuelve a tener una sola alianza: los comandos ya no necesitan la opción `alliance`.
alliances-order = Cuando toca canjear códigos para varias alianzas, van en este orden. Un jugador que está en varias listas va con la primera de ellas.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players ->
        [one] { $players } jugador
       *[other] { $players } jugadores
    } · { $auto }
alliances-no-channel = sin canal
alliances-auto-on = automático activado
alliances-auto-off = automático desactivado
alliances-post = 🛡️ { $names }
