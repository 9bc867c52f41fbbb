presence-no-codes = si salen códigos de regalo
presence-codes =
    { $codes ->
        [one] { $codes } código de regalo activo
       *[other] { $codes } códigos de regalo activos
    }
