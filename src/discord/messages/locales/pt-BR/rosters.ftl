roster-added-new = ✅ { $new ->
    [one] { $new } jogador foi adicionado
   *[other] { $new } jogadores foram adicionados
}.
roster-added-known = ✅ { $known ->
    [one] { $known } jogador foi atualizado
   *[other] { $known } jogadores foram atualizados
}.
roster-added-both = ✅ { $new ->
    [one] { $new } jogador foi adicionado
   *[other] { $new } jogadores foram adicionados
}, { $known ->
    [one] { $known } foi atualizado
   *[other] { $known } foram atualizados
}.
roster-total = A lista de jogadores agora tem { $total ->
    [one] { $total } jogador
   *[other] { $total } jogadores
}.
roster-kept-states = { $players ->
    [one] { $players } jogador mantém o estado salvo, porque outro servidor ou membro também o usa. Se estiver
   *[other] { $players } jogadores mantêm o estado salvo, porque outros servidores ou membros também o usam. Se estiver
} errado, o membro pode corrigi-lo com `/link` e o novo estado. Ou use este comando de novo quando um código tiver falhado por causa disso.
roster-retried = { $redemptions ->
    [one] { $redemptions } resgate que falhou por causa de um estado errado está sendo tentado
   *[other] { $redemptions } resgates que falharam por causa de um estado errado estão sendo tentados
} de novo.
roster-active-codes-follow = Os códigos ativos serão resgatados para os novos jogadores.
roster-auto-is-off = Os códigos ainda não são resgatados automaticamente: use `/manage giftcode auto switch:on`.
roster-nobody-added = ❌ Ninguém foi adicionado.
roster-nothing-pasted = ❌ Ninguém foi adicionado, porque a lista estava vazia. Coloque cada jogador em uma linha: o ID de jogador e, se quiser, o nome e o estado.
roster-how-many-ids = ❌ Ninguém foi adicionado. Digite de 1 a { $most } IDs de jogador, separados por espaços ou vírgulas. Para mais, use `/manage players add` sem opções e cole a lista.
roster-file-or-ids = ❌ Use `file` ou `player_ids`, não os dois. Nada foi alterado.
roster-bad-state = ❌ “{ $text }” não é um estado. Um estado é um número como 245; fica depois do # no perfil do jogo. Nada foi alterado.

roster-skipped = { $lines ->
    [one] { $lines } linha foi ignorada:
   *[other] { $lines } linhas foram ignoradas:
}
roster-skipped-ids = { $ids ->
    [one] { $ids } item foi ignorado:
   *[other] { $ids } itens foram ignorados:
}
roster-skipped-more = … e mais { $more }
roster-bad-no-id = • Linha { $line }, “{ $text }”: não há ID de jogador. Ele tem de 6 a 12 dígitos e está no perfil do jogo.
roster-bad-several-ids = • Linha { $line }, “{ $text }”: podem ser vários jogadores, ou um jogador e outro número. Coloque cada jogador em uma linha, sem outros números.
roster-bad-state-or-name = • Linha { $line }, “{ $text }”: { $number } é o estado ou parte do nome? Se for o estado, escreva #{ $number }; se não, coloque o nome entre aspas.
roster-bad-several-states = • Linha { $line }, “{ $text }”: há vários estados. Deixe só o certo.
roster-bad-repeated = • Linha { $line }, “{ $text }”: o jogador também está na linha { $first }, com outro nome. Deixe só um dos dois.
roster-bad-contradicted = • Linha { $line }, “{ $text }”: o jogador também está na linha { $first }, com outro estado. Deixe só o certo.
roster-bad-id = • “{ $text }” não é um ID de jogador. Ele é um número de até 12 dígitos. Para adicionar nomes também, use `/manage players add` sem opções.
roster-bad-id-to-remove = • “{ $text }” não é um ID de jogador. Ele é um número de até 12 dígitos. Para remover alguém pelo nome, use `player`.

roster-form = Adicionar jogadores
    .list = Jogadores, um em cada linha
    .example = 12345678 Lord Frost #245
    .state = Estado de quem está sem (opcional)

roster-edited = ✅ Salvo: { $player } · estado { $state }.
roster-edited-without-state = ✅ Salvo: { $player }, sem estado.
roster-edit-keeps-name = O nome fica, porque outra lista de jogadores também tem este jogador.
roster-edit-keeps-state = O estado continua { $state }, porque outro servidor ou membro também o usa. Se estiver errado, o membro pode corrigi-lo com `/link` e o novo estado. Ou use este comando de novo quando um código tiver falhado por causa disso.
roster-edit-nothing = ❌ Informe `name`, `state` ou os dois. Nada foi alterado.
roster-not-on-list = ❌ { $player } não está na lista de jogadores. Nada foi alterado.

roster-state-changed = ✅ { $players ->
    [one] { $players } jogador passou
   *[other] { $players } jogadores passaram
} do estado { $from } para o estado { $to }. Para desfazer, use `/manage players setstate from:{ $to } to:{ $from }`.
roster-state-there-before = { $players ->
    [one] { $players } jogador já estava no estado { $to } antes. Desfazer mudaria esse jogador
   *[other] { $players } jogadores já estavam no estado { $to } antes. Desfazer mudaria esses jogadores
} também.
roster-state-unchanged = Ninguém passou do estado { $from } para o estado { $to }.
roster-state-nobody = ❌ Ninguém da lista de jogadores está no estado { $from }. Nada foi alterado.
roster-state-same = ❌ Os dois estados são { $state }. Nada foi alterado.

roster-removed = ✅ { $players ->
    [one] { $players } jogador foi removido
   *[other] { $players } jogadores foram removidos
} da lista de jogadores: { $names }. Os resgates em andamento continuam.
roster-removed-undo = Para colocar { $players ->
    [one] o jogador
   *[other] todos
} de volta, toque em **Desfazer** antes de { $until }.
roster-undo = Desfazer
roster-not-removed = Não estão na lista de jogadores: { $names }.
roster-nobody-removed = Nada foi alterado.
roster-names-more = { $names } e mais { $more }
roster-undone = ✅ { $players ->
    [one] { $players } jogador está
   *[other] { $players } jogadores estão
} de volta na lista de jogadores.
roster-undone-before = Eles já estão na lista de jogadores.
roster-undo-too-late = ⌛ Isso não pode mais ser desfeito. `/manage players list filter:left` mostra quem saiu; `/manage players add` coloca de volta.

roster-menu = Escolha quem sai da lista de jogadores.
roster-menu-found = Escolha quem sai da lista de jogadores. Mostrando: “{ $text }”.
roster-menu-nobody = Ninguém da lista de jogadores se chama “{ $text }”.
roster-menu-choose = Jogadores para remover
roster-menu-state = Estado { $state }
roster-menu-no-state = Sem estado
roster-menu-search = Buscar
roster-menu-all = Mostrar todos
roster-search = Buscar jogadores
    .text = Nome, ou primeiros dígitos do ID
page-of = { $page } de { $pages }
roster-empty = A lista de jogadores está vazia. Adicione jogadores com `/manage players add` ou `/manage players import`.

roster-replace = Substituir a lista de jogadores?
roster-replace-comes = ➕ { $players ->
    [one] { $players } jogador entra
   *[other] { $players } jogadores entram
}: { $names }
roster-replace-goes = ➖ { $players ->
    [one] { $players } jogador sai
   *[other] { $players } jogadores saem
}: { $names }
roster-replace-changes = ✏️ { $players ->
    [one] { $players } jogador muda
   *[other] { $players } jogadores mudam
}: { $names }
roster-replace-same = { $players ->
    [one] { $players } jogador fica como antes.
   *[other] { $players } jogadores ficam como antes.
}
roster-replace-how = Nada mudou ainda. O arquivo anexado tem todos os detalhes. O botão funciona por 24 horas.
roster-replace-anew = ⚠️ A lista de jogadores mudou desde então, por isso nada foi feito. Agora aconteceria isto:
roster-replace-button = Substituir a lista
roster-replaced = ✅ A lista de jogadores foi substituída: novos: { $new }, removidos: { $gone }, alterados: { $changed }.
roster-replace-nothing = ✅ A lista de jogadores já está igual ao arquivo. Nada foi alterado.
roster-replace-unknown = ⌛ Não conheço mais este arquivo. Use `/manage players import mode:replace` de novo. Nada foi alterado.
roster-replace-too-many = ❌ Nada foi alterado: o arquivo tem { $players } jogadores, e substituo uma lista por { $most } no máximo.

roster-filter-no-state = ⚠️ { $players ->
    [one] { $players } jogador
   *[other] { $players } jogadores
} sem estado
roster-filter-failing = ❌ { $players ->
    [one] { $players } jogador
   *[other] { $players } jogadores
} com códigos que falharam nos últimos 30 dias
roster-filter-not-linked = 🔗 { $players ->
    [one] { $players } jogador
   *[other] { $players } jogadores
} sem vínculo com ninguém
roster-filter-left = 🚪 { $players ->
    [one] { $players } jogador removido
   *[other] { $players } jogadores removidos
} nos últimos 30 dias
roster-filter-no-state-advice = Adicione um estado com `/manage players edit`.
roster-filter-failing-advice = Corrija um estado com `/manage players edit`; `/manage giftcode retry` tenta um código de novo.
roster-filter-not-linked-advice = Os jogadores se vinculam sozinhos com `/link`.
roster-filter-left-advice = `/manage players add` coloca de volta.
roster-filter-no-state-nobody = ✅ Todos os jogadores da lista têm um estado.
roster-filter-failing-nobody = ✅ Nenhum código falhou para alguém da lista nos últimos 30 dias.
roster-filter-not-linked-nobody = ✅ Todos os jogadores da lista foram vinculados por alguém.
roster-filter-left-nobody = Ninguém foi removido nos últimos 30 dias.
roster-line = { $player } · estado { $state }
roster-line-no-state = { $player } · ⚠️ sem estado
roster-line-failed = { $line } · ❌ { $codes ->
    [one] { $codes } código
   *[other] { $codes } códigos
}, último: { $why }
roster-line-left = { $line } · saiu { $since }
roster-as-file = Como arquivo: `/manage players export`
