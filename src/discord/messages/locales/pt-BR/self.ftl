self-linked = ✅ A conta { $player }, do estado { $state }, agora está vinculada a você. `/redeem` e os botões das publicações resgatam códigos para ela. Para remover o vínculo, use `/unlink`.
self-linked-state-unknown = ✅ A conta { $player } agora está vinculada a você. Estou procurando o estado dela; se você souber, use `/link` de novo com o seu estado. Para remover o vínculo, use `/unlink`.
self-linked-before = ✅ A conta { $player } já estava vinculada a você. O estado dela agora é { $state }.
self-linked-before-state-unknown = ✅ A conta { $player } já estava vinculada a você. Nada foi alterado.
self-retried = Os códigos que falharam por causa do estado errado serão tentados de novo.

self-remembered = Vou lembrar da conta { $player }, para que da próxima vez baste um toque. Para desfazer, use `/unlink`.

self-join-question = Quer que ela entre também na lista de jogadores dos líderes? Aí os códigos que eles resgatam são resgatados para você também.
self-join-button = Entrar na lista de jogadores
self-join-menu = Entrar na lista de jogadores de …
self-joined-automatically = Agora ela também está na lista de jogadores deste servidor. Para tirá-la de lá, peça a um líder.

self-joined = ✅ A conta { $player } agora está na lista de jogadores. Os códigos novos são resgatados para ela assim que os líderes ligarem isso.
self-joined-alliance = ✅ A conta { $player } agora está na lista de jogadores de { $alliance }. Os códigos novos são resgatados para ela assim que os líderes ligarem isso.
self-joined-auto = ✅ A conta { $player } agora está na lista de jogadores. Os códigos novos são resgatados para ela automaticamente.
self-joined-alliance-auto = ✅ A conta { $player } agora está na lista de jogadores de { $alliance }. Os códigos novos são resgatados para ela automaticamente.
self-joined-before = A conta { $player } já está na lista de jogadores.
self-join-list-is-full = ❌ A lista de jogadores está cheia: tem { $most } jogadores. Peça a um líder para adicionar você.
self-join-not-linked = ❌ A conta { $player } não está mais vinculada a você. Use `/link` antes.
self-join-off = 🔒 Neste servidor, só os líderes adicionam jogadores. Peça a um deles.

self-form-title = Quem é você no jogo?
self-form-player = Seu ID de jogador (no seu perfil do jogo)
self-form-state = Seu estado (depois do #), se souber

self-mode-off = 🔗 Depois do `/link`: nada. Só os líderes adicionam jogadores. Para mudar isso, use `/manage players idchannel join:`.
self-mode-ask = 🔗 Depois do `/link`: pergunto aos membros se querem entrar na lista de jogadores. Para mudar isso, use `/manage players idchannel join:`.
self-mode-auto = 🔗 Depois do `/link`: os membros entram na lista de jogadores sem pergunta. Para mudar isso, use `/manage players idchannel join:`.
self-mode-auto-several = 🔗 Depois do `/link`: os membros escolhem em qual aliança entrar. Para mudar isso, use `/manage players idchannel join:`.
self-no-id-channel = 🆔 Canal de IDs: nenhum. Com `/manage players idchannel channel:`, os membros podem entrar digitando o ID de jogador em um canal.
self-id-channel = 🆔 Canal de IDs: { $channel }. Os membros digitam lá o ID de jogador, com ou sem o estado: `12345678 #245`. Eu vinculo a eles e respondo com uma reação: ✅ adicionado, 🔁 já está na lista, ❌ não é um ID, não há jogador com esse ID, é uma sexta conta ou a lista está cheia, ⏳ verificando.
self-id-channel-taken = Ele não é mais o canal de IDs de **{ $alliance }**.
self-reading-is-off = ⚠️ Ainda não consigo ler mensagens. O operador do bot precisa ativar *Message Content Intent* em *Bot*, no portal de desenvolvedores do Discord, definir `DISCORD_MESSAGE_CONTENT=true` e me reiniciar. Até lá, os membros usam `/link`.
self-reading-is-not-allowed = ⚠️ O Discord não me deixa ler mensagens. O operador do bot precisa ativar *Message Content Intent* em *Bot*, no portal de desenvolvedores do Discord, e me reiniciar. Até lá, os membros usam `/link`.
self-channel-or-off = ❌ Use `channel` ou `off`, não os dois. Nada foi alterado.
self-not-a-text-channel = ❌ Este não é um canal de texto deste servidor. Nada foi alterado.
self-id-channel-refused = ❌ Não consigo usar { $channel } para IDs: preciso de { $permissions } lá. Me dê isso nas configurações do canal e tente de novo. Nada foi alterado.

self-results-on-button = Enviar meus resultados
self-results-off-button = Parar de enviar meus resultados
self-results-on = ✅ Quando um código for resgatado para as suas contas, envio os resultados por mensagem direta. Para parar, use `/link` de novo e toque no botão.
self-results-off = ✅ Não envio mais resultados por mensagem direta.
self-results-refused = ⚠️ Não consegui enviar uma mensagem direta para você, então parei. Para voltar a receber os resultados, permita *Mensagens diretas* nas configurações de privacidade deste servidor, use `/link` e toque no botão.
self-results-why = -# Você recebe isto porque pediu. Para parar, use `/link` no seu servidor e toque no botão.
