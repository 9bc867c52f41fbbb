channel-refused = ❌ Não consigo publicar em { $channel }: preciso de { $permissions } lá. Me dê isso nas configurações do canal e use este comando de novo. Nada foi alterado.
permissions-and = { $first } e { $last }
permission-view-channel = Ver canal
permission-send-messages = Enviar mensagens
permission-embed-links = Inserir links
permission-send-in-threads = Enviar mensagens em tópicos
permission-create-posts = Criar posts
permission-send-in-posts = Enviar mensagens em posts
permission-add-reactions = Adicionar reações
permission-attach-files = Anexar arquivos
permission-read-history = Ver histórico de mensagens
channel-timeout = ❌ Estou de castigo neste servidor até { $until } e não consigo publicar. Um moderador pode tirar o castigo; depois, use este comando de novo. Nada foi alterado.
channel-everyone-refused = ❌ Não menciono todo mundo. Escolha um cargo para os membros que querem saber dos códigos de presente. Nada foi alterado.
channel-role-or-none = ❌ Use `role` ou `no_role`, não os dois. Nada foi alterado.
channel-unknown = ❌ Não consigo publicar lá. Escolha um canal de texto, canal de anúncios, tópico ou fórum deste servidor. Nada foi alterado.
channel-unset = ✅ Não publico mais códigos de presente. Os resgates em andamento continuam.
channel-was-not-set = Nenhum canal está definido, então nenhum código de presente é publicado.

auto-off = ✅ Os códigos novos não são mais resgatados automaticamente. Os resgates em andamento continuam.

code-unknown = ❌ Não conheço o código `{ $code }`. Para adicioná-lo, use `/manage giftcode add`.
code-unknown-unchanged = ❌ Não conheço o código `{ $code }`. Nada foi alterado.
code-known = `{ $code }` já está ativo.
code-added-posted-redeemed =
    { $players ->
        [one] ✅ `{ $code }` foi adicionado. Será publicado em { $channel } e resgatado para { $players } jogador.
       *[other] ✅ `{ $code }` foi adicionado. Será publicado em { $channel } e resgatado para { $players } jogadores.
    }
code-added-posted = ✅ `{ $code }` foi adicionado. Será publicado em { $channel }. Resgate com `/manage giftcode redeem code:{ $code }`.
code-added-redeemed =
    { $players ->
        [one] ✅ `{ $code }` foi adicionado. Nenhum canal está definido, então não será publicado. Será resgatado para { $players } jogador.
       *[other] ✅ `{ $code }` foi adicionado. Nenhum canal está definido, então não será publicado. Será resgatado para { $players } jogadores.
    }
code-added = ✅ `{ $code }` foi adicionado. Nenhum canal está definido, então não será publicado. Resgate com `/manage giftcode redeem code:{ $code }`.
code-removed = ✅ `{ $code }` não é mais publicado nem resgatado.
code-removed-waiting =
    { $players ->
        [one] ✅ `{ $code }` não é mais publicado nem resgatado. Não será resgatado para { $players } jogador que ainda esperava.
       *[other] ✅ `{ $code }` não é mais publicado nem resgatado. Não será resgatado para os { $players } jogadores que ainda esperavam.
    }

list-no-codes = Não há códigos de presente ativos no momento.
list-title =
    { $codes ->
        [one] 🎁 { $codes } código de presente ativo
       *[other] 🎁 { $codes } códigos de presente ativos
    }
list-code-expires = `{ $code }` · expira { $when }
list-code-source = de { $source }
suggestion-not-active = { $code } (não ativo)

list-empty-add-players = ❌ A lista de jogadores está vazia. Adicione jogadores com `/manage players add` ou `/manage players import`.
batch-done-already =
    { $players ->
        [one] `{ $code }` já está pronto para { $players } jogador, ou seja, para todo mundo. Para tentar de novo se falhou, use `/manage giftcode retry code:{ $code }`.
       *[other] `{ $code }` já está pronto para todos os { $players } jogadores. Para tentar de novo com quem falhou, use `/manage giftcode retry code:{ $code }`.
    }
batch-going-on =
    { $players ->
        [one] `{ $code }` já está sendo resgatado: falta { $players } jogador.
       *[other] `{ $code }` já está sendo resgatado: faltam { $players } jogadores.
    }
batch-started =
    { $players ->
        [one] ✅ Estou resgatando `{ $code }` para { $players } jogador.
       *[other] ✅ Estou resgatando `{ $code }` para { $players } jogadores.
    }
batch-see-history = Para ver o progresso, use `/manage giftcode history`.
batch-see-channel = O progresso aparece em { $channel }.
batch-line-empty = ❌ `{ $code }`: a lista de jogadores está vazia
batch-line-done = `{ $code }`: já está pronto para todo mundo
batch-line-started =
    { $players ->
        [one] ✅ `{ $code }`: resgatando para { $players } jogador
       *[other] ✅ `{ $code }`: resgatando para { $players } jogadores
    }
batch-line-over = ⌛ `{ $code }` não está ativo: { $why }
retry-nothing = `{ $code }` não falhou para ninguém aqui, então não há o que tentar de novo.
retry-started =
    { $players ->
        [one] ✅ Estou tentando `{ $code }` de novo para { $players } jogador.
       *[other] ✅ Estou tentando `{ $code }` de novo para { $players } jogadores.
    }

history-title = 📜 Histórico de resgates
history-nothing = Nenhum código foi resgatado ainda para a lista de jogadores.
history-nothing-of-code = `{ $code }` nunca foi resgatado para a lista de jogadores.
history-round = { $code } (rodada { $round })
history-finished = terminou { $when }
history-started = começou { $when }, ainda não terminou
