players-several-of-that-name = ❌ Vários jogadores da lista se chamam “{ $name }”. Digite o ID de jogador no lugar do nome. Nada foi alterado.
players-nobody-of-that-name = ❌ Ninguém da lista de jogadores se chama “{ $name }”. Nada foi alterado.
players-list-empty = A lista de jogadores está vazia. Adicione jogadores com `/manage players add` ou `/manage players import`.
players-title =
    { $players ->
        [one] 👥 { $players } jogador
       *[other] 👥 { $players } jogadores
    }
players-state = estado { $state }
players-no-state = ⚠️ sem estado
players-furnace = fornalha { $level }
players-not-imported = ❌ Ninguém foi importado por causa destas linhas:
players-correct-the-lines = Corrija, ou ignore essas linhas com `skip_bad_lines`.
players-file-not-fetched = ❌ Ninguém foi importado: não consegui baixar o arquivo do Discord. Tente de novo.
players-nothing-to-export = A lista de jogadores está vazia, então não há nada para exportar.
players-exported =
    { $players ->
        [one] 👥 { $players } jogador. `/manage players import` aceita este arquivo.
       *[other] 👥 { $players } jogadores. `/manage players import` aceita este arquivo.
    }
