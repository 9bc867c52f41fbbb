roster-added-new = ✅ { $new ->
    [one] Se añadió { $new } jugador
   *[other] Se añadieron { $new } jugadores
}.
roster-added-known = ✅ { $known ->
    [one] Se actualizó { $known } jugador
   *[other] Se actualizaron { $known } jugadores
}.
roster-added-both = ✅ { $new ->
    [one] Se añadió { $new } jugador
   *[other] Se añadieron { $new } jugadores
} y se { $known ->
    [one] actualizó { $known }
   *[other] actualizaron { $known }
}.
roster-total = La lista de jugadores tiene ahora { $total ->
    [one] { $total } jugador
   *[other] { $total } jugadores
}.
roster-kept-states = { $players ->
    [one] { $players } jugador conserva el estado guardado, porque otro servidor o miembro también lo usa. Si está
   *[other] { $players } jugadores conservan el estado guardado, porque otros servidores o miembros también lo usan. Si está
} mal, el miembro puede corregirlo con `/link` y el estado nuevo. O usa este comando otra vez cuando un código haya fallado por eso.
roster-retried = { $redemptions ->
    [one] Se reintenta { $redemptions } canje que falló
   *[other] Se reintentan { $redemptions } canjes que fallaron
} por un estado incorrecto.
roster-active-codes-follow = Los códigos activos se canjearán para los jugadores nuevos.
roster-auto-is-off = Los códigos aún no se canjean automáticamente: usa `/manage giftcode auto switch:on`.
roster-nobody-added = ❌ No se añadió a nadie.
roster-nothing-pasted = ❌ No se añadió a nadie, porque la lista estaba vacía. Pon cada jugador en su propia línea: el ID de jugador y, si quieres, el nombre y el estado.
roster-how-many-ids = ❌ No se añadió a nadie. Escribe de 1 a { $most } ID de jugador, separados por espacios o comas. Para más, usa `/manage players add` sin opciones y pega la lista.
roster-file-or-ids = ❌ Usa `file` o `player_ids`, pero no los dos. No se cambió nada.
roster-bad-state = ❌ “{ $text }” no es un estado. Un estado es un número como 245; está después del # en el perfil del juego. No se cambió nada.

roster-skipped = { $lines ->
    [one] Se omitió { $lines } línea:
   *[other] Se omitieron { $lines } líneas:
}
roster-skipped-ids = { $ids ->
    [one] Se omitió { $ids } entrada:
   *[other] Se omitieron { $ids } entradas:
}
roster-skipped-more = … y { $more } más
roster-bad-no-id = • Línea { $line }, “{ $text }”: no hay ID de jugador. Tiene de 6 a 12 dígitos y está en el perfil del juego.
roster-bad-several-ids = • Línea { $line }, “{ $text }”: pueden ser varios jugadores, o un jugador y otro número. Pon cada jugador en su propia línea, sin otros números.
roster-bad-state-or-name = • Línea { $line }, “{ $text }”: ¿{ $number } es el estado o parte del nombre? Si es un estado, escribe #{ $number }; si no, pon el nombre entre comillas.
roster-bad-several-states = • Línea { $line }, “{ $text }”: hay varios estados. Deja el correcto.
roster-bad-repeated = • Línea { $line }, “{ $text }”: el jugador también está en la línea { $first }, con otro nombre. Deja uno de los dos.
roster-bad-contradicted = • Línea { $line }, “{ $text }”: el jugador también está en la línea { $first }, con otro estado. Deja el correcto.
roster-bad-id = • “{ $text }” no es un ID de jugador. Es un número de hasta 12 dígitos. Para añadir también nombres, usa `/manage players add` sin opciones.
roster-bad-id-to-remove = • “{ $text }” no es un ID de jugador. Es un número de hasta 12 dígitos. Para quitar a alguien por su nombre, usa `player`.

roster-form = Añadir jugadores
    .list = Jugadores, cada uno en su propia línea
    .example = 12345678 Lord Frost #245
    .state = Estado de los que no lo tengan (opcional)

roster-edited = ✅ Guardado: { $player } · estado { $state }.
roster-edited-without-state = ✅ Guardado: { $player }, sin estado.
roster-edit-keeps-name = El nombre no cambia, porque otra lista de jugadores también tiene a este jugador.
roster-edit-keeps-state = El estado sigue siendo { $state }, porque otro servidor o miembro también lo usa. Si está mal, el miembro puede corregirlo con `/link` y el estado nuevo. O usa este comando otra vez cuando un código haya fallado por eso.
roster-edit-nothing = ❌ Indica `name`, `state` o los dos. No se cambió nada.
roster-not-on-list = ❌ { $player } no está en la lista de jugadores. No se cambió nada.

roster-state-changed = ✅ { $players ->
    [one] { $players } jugador pasó
   *[other] { $players } jugadores pasaron
} del estado { $from } al estado { $to }. Para deshacerlo, usa `/manage players setstate from:{ $to } to:{ $from }`.
roster-state-there-before = { $players ->
    [one] { $players } jugador ya estaba antes en el estado { $to }. Si lo deshaces, también lo mueves a él
   *[other] { $players } jugadores ya estaban antes en el estado { $to }. Si lo deshaces, también los mueves a ellos
}.
roster-state-unchanged = Nadie pasó del estado { $from } al estado { $to }.
roster-state-nobody = ❌ Nadie de la lista de jugadores está en el estado { $from }. No se cambió nada.
roster-state-same = ❌ Los dos estados son { $state }. No se cambió nada.

roster-removed = ✅ { $players ->
    [one] Se quitó { $players } jugador
   *[other] Se quitaron { $players } jugadores
} de la lista de jugadores: { $names }. Los canjes en curso continúan.
roster-removed-undo = Para { $players ->
    [one] devolver al jugador a la lista
   *[other] devolverlos a todos a la lista
}, toca **Deshacer** antes de { $until }.
roster-undo = Deshacer
roster-not-removed = No están en la lista de jugadores: { $names }.
roster-nobody-removed = No se cambió nada.
roster-names-more = { $names } y { $more } más
roster-undone = ✅ { $players ->
    [one] { $players } jugador está
   *[other] { $players } jugadores están
} de nuevo en la lista de jugadores.
roster-undone-before = Ya están en la lista de jugadores.
roster-undo-too-late = ⌛ Esto ya no se puede deshacer. `/manage players list filter:left` muestra quién salió; `/manage players add` los devuelve a la lista.

roster-menu = Elige quién sale de la lista de jugadores.
roster-menu-found = Elige quién sale de la lista de jugadores. Se muestra: “{ $text }”.
roster-menu-nobody = Nadie de la lista de jugadores se llama “{ $text }”.
roster-menu-choose = Jugadores a quitar
roster-menu-state = Estado { $state }
roster-menu-no-state = Sin estado
roster-menu-search = Buscar
roster-menu-all = Mostrar todos
roster-search = Buscar jugadores
    .text = Nombre, o primeros dígitos del ID de jugador
page-of = { $page } de { $pages }
roster-empty = La lista de jugadores está vacía. Añade jugadores con `/manage players add` o `/manage players import`.

roster-replace = ¿Reemplazar la lista de jugadores?
roster-replace-comes = ➕ { $players ->
    [one] Entra { $players } jugador
   *[other] Entran { $players } jugadores
}: { $names }
roster-replace-goes = ➖ { $players ->
    [one] Sale { $players } jugador
   *[other] Salen { $players } jugadores
}: { $names }
roster-replace-changes = ✏️ { $players ->
    [one] Cambia { $players } jugador
   *[other] Cambian { $players } jugadores
}: { $names }
roster-replace-same = { $players ->
    [one] { $players } jugador sigue igual.
   *[other] { $players } jugadores siguen igual.
}
roster-replace-how = Todavía no ha cambiado nada. El archivo adjunto tiene todos los detalles. El botón funciona durante 24 horas.
roster-replace-anew = ⚠️ La lista de jugadores cambió desde entonces, así que no se hizo nada. Esto es lo que pasaría ahora:
roster-replace-button = Reemplazar la lista
roster-replaced = ✅ La lista de jugadores se reemplazó: nuevos: { $new }, quitados: { $gone }, cambiados: { $changed }.
roster-replace-nothing = ✅ La lista de jugadores ya es igual que el archivo. No se cambió nada.
roster-replace-unknown = ⌛ Ya no conozco este archivo. Vuelve a usar `/manage players import mode:replace`. No se cambió nada.
roster-replace-too-many = ❌ No se cambió nada: el archivo tiene { $players } jugadores, y reemplazo una lista por { $most } como máximo.

roster-filter-no-state = ⚠️ { $players ->
    [one] { $players } jugador
   *[other] { $players } jugadores
} sin estado
roster-filter-failing = ❌ { $players ->
    [one] { $players } jugador
   *[other] { $players } jugadores
} con códigos fallidos en los últimos 30 días
roster-filter-not-linked = 🔗 { $players ->
    [one] { $players } jugador
   *[other] { $players } jugadores
} sin vincular por nadie
roster-filter-left = 🚪 { $players ->
    [one] { $players } jugador que salió
   *[other] { $players } jugadores que salieron
} en los últimos 30 días
roster-filter-no-state-advice = Añade un estado con `/manage players edit`.
roster-filter-failing-advice = Corrige un estado con `/manage players edit`; `/manage giftcode retry` reintenta un código.
roster-filter-not-linked-advice = Los jugadores se vinculan ellos mismos con `/link`.
roster-filter-left-advice = `/manage players add` los devuelve a la lista.
roster-filter-no-state-nobody = ✅ Todos los jugadores de la lista tienen estado.
roster-filter-failing-nobody = ✅ Ningún código le ha fallado a nadie de la lista en los últimos 30 días.
roster-filter-not-linked-nobody = ✅ A todos los jugadores de la lista los ha vinculado alguien.
roster-filter-left-nobody = No se quitó a nadie en los últimos 30 días.
roster-line = { $player } · estado { $state }
roster-line-no-state = { $player } · ⚠️ sin estado
roster-line-failed = { $line } · ❌ { $codes ->
    [one] { $codes } código
   *[other] { $codes } códigos
}, último: { $why }
roster-line-left = { $line } · salió { $since }
roster-as-file = Como archivo: `/manage players export`
