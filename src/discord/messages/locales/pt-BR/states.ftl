state-mark-right = ✅
state-mark-unchecked = ⏳ ainda não verificado
state-mark-searching = 🔎 procurando o estado
state-mark-not-found = ⚠️ estado não encontrado
state-mark-no-such-player = ⚠️ nenhum jogador tem este ID
state-mark-unclear = ❔ não deu para verificar

state-list-missing = ⚠️ Falta o estado de { $players ->
    [one] um jogador
   *[other] { $players } jogadores
}. Estou procurando, e resgato os códigos assim que souber. Para ir mais rápido, adicione o jogador de novo com o estado.
state-list-none = ⚠️ Ninguém na lista tem estado ainda, então não consigo procurar nenhum. Informe o de um jogador com `/manage players edit player:{ $player } state:`, e encontro os outros que estão nesse estado.
state-list-correct = ⚠️ O ID ou o estado de alguém está errado. Corrija um estado com `/manage players edit`. Se o ID estiver errado, use `/manage players remove` e depois adicione o certo.

state-batch-searching = 🔎 { $players ->
    [one] O estado de um jogador está errado ou faltando. Estou procurando, e resgato o código assim que souber.
   *[other] Os estados de { $players } jogadores estão errados ou faltando. Estou procurando, e resgato o código assim que souber.
}
state-batch-found = 🔎 Encontrei o estado de { $players ->
    [one] um jogador
   *[other] { $players } jogadores
}: { $names }
state-batch-found-more = … e mais { $left }
state-batch-found-player = { $player } ({ $state })

state-status-title = IDs e estados
state-status-unchecked = ⏳ { $players } a verificar
state-status-searching = 🔎 procurando o estado de { $players }
state-status-not-found = ⚠️ estado não encontrado: { $players }
state-status-no-such-player = ⚠️ o jogo não conhece o ID: { $players }
state-status-unclear = ❔ não deu para verificar: { $players }
state-status-correct = `/manage players list` mostra quem é. Corrija um estado com `/manage players edit`. Se o ID estiver errado, use `/manage players remove` e depois adicione o certo.

state-checked-in-background = Verifico IDs e estados em segundo plano: `/manage players list` mostra os resultados.
