target-set = ✅ A partir de agora, publico códigos de presente em { $channel }.
target-set-first = ✅ A partir de agora, publico códigos de presente em { $channel }, começando pelos ativos.
target-publishes = Divulgo cada publicação nos canais que seguem esse canal.
target-forum = Cada código ganha seu próprio post lá, e o progresso aparece nesse post.
target-forum-post = Este é um único post de um fórum. Para cada código ter seu próprio post, use `/manage giftcode setchannel channel:` e escolha o fórum.
target-mentions = Cada publicação menciona { $roles }.
target-mentions-nobody = As publicações não mencionam mais nenhum cargo.
target-role-gone = Um cargo que as publicações mencionavam foi apagado. Defina outro com `role` ou `add_role`.
target-not-notified = O Discord não notifica { $roles }: ative “Permitir que qualquer pessoa @mencione este cargo” nas configurações do cargo.
target-allow-too = Me dê também estas permissões lá: { $permissions }.

target-blocked = ❌ Não consigo publicar em { $channel }: { $why }. Nada foi alterado.
target-too-many-roles = ❌ Uma publicação menciona no máximo { $most } cargos. Tire um antes com `remove_role`. Nada foi alterado.
target-channel-gone = ❌ O canal foi apagado. Defina outro com `/manage giftcode setchannel`.

test-no-channel = Nenhum canal está definido. Defina um com `/manage giftcode setchannel` e depois teste.
test-still-there = Ainda estou apagando a última publicação de teste. Tente de novo em um minuto.
test-post-name = Teste do bot de códigos de presente
test-post-title = 🧪 Isto é um teste
test-post-text = Os novos códigos de presente vão aparecer aqui. Este teste some em alguns segundos.

test-works = 🧪 Publicar funciona
test-not-tried = 🧪 Não falta nada, mas não testei publicar
test-something-missing = 🧪 Falta alguma coisa
test-post-there = ✅ Publicação: está lá. Apago em alguns segundos.
test-post-not-tried = ➖ Publicação: não testei, porque não conseguiria apagá-la de um fórum. Para testar, me dê a permissão **Gerenciar posts** lá.
test-post-failed = ❌ Publicação: { $why }.
test-mention = ✅ Menção: as publicações notificam { $roles }. O teste não notificou ninguém.
test-mention-silent = ❌ Menção: o Discord não notifica { $roles }. Ative “Permitir que qualquer pessoa @mencione este cargo” nas configurações do cargo.
test-mention-gone = ❌ Menção: um cargo foi apagado. Defina outro com `/manage giftcode setchannel role:`.
test-mention-none = ➖ Menção: nenhum cargo está definido. Adicione um com `/manage giftcode setchannel add_role:`.
test-embed = ✅ Cartão: aparece.
test-files = ✅ Arquivos: posso anexar listas de jogadores que falharam.
test-files-missing = ❌ Arquivos: listas longas de jogadores que falharam são cortadas. Me dê a permissão **Anexar arquivos** lá.
test-history-missing = ❌ Histórico: depois de uma interrupção, não consigo ver se um código foi publicado. Me dê a permissão **Ver histórico de mensagens** lá.
test-publish = ✅ Divulgação: divulgo as publicações nos canais que seguem este. O teste não foi divulgado.

post-for-alliance = Aliança (líderes)
post-for-alliance-menu = Aliança (líderes) …
post-auto-is-on = -# O resgate automático está ligado: os códigos novos são resgatados para toda a lista de jogadores sem este botão.
