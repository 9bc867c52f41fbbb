presence-no-codes = s’il y a des codes cadeaux
presence-codes =
    { $codes ->
        [one] { $codes } code cadeau actif
       *[other] { $codes } codes cadeaux actifs
    }
