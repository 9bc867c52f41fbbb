players-several-of-that-name = ❌ Varios jugadores de la lista se llaman “{ $name }”. Escribe mejor el ID de jugador. No se cambió nada.
players-nobody-of-that-name = ❌ Nadie de la lista de jugadores se llama “{ $name }”. No se cambió nada.
players-list-empty = La lista de jugadores está vacía. Añade jugadores con `/manage players add` o `/manage players import`.
players-title =
    { $players ->
        [one] 👥 { $players } jugador
       *[other] 👥 { $players } jugadores
    }
players-state = estado { $state }
players-no-state = ⚠️ sin estado
players-furnace = calefactor { $level }
players-not-imported = ❌ No se importó a nadie por culpa de estas líneas:
players-correct-the-lines = Corrígelas, u omítelas con `skip_bad_lines`.
players-file-not-fetched = ❌ No se importó a nadie: no pude descargar el archivo de Discord. Inténtalo de nuevo.
players-nothing-to-export = La lista de jugadores está vacía, así que no hay nada que exportar.
players-exported =
    { $players ->
        [one] 👥 { $players } jugador. `/manage players import` acepta este archivo.
       *[other] 👥 { $players } jugadores. `/manage players import` acepta este archivo.
    }
