presence-no-codes = nach Geschenkcodes
presence-codes =
    { $codes ->
        [one] auf { $codes } aktiven Geschenkcode
       *[other] auf { $codes } aktive Geschenkcodes
    }
