presence-no-codes = a chegada de códigos de presente
presence-codes =
    { $codes ->
        [one] { $codes } código de presente ativo
       *[other] { $codes } códigos de presente ativos
    }
