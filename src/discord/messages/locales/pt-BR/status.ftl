status-title = 📊 Status do bot
status-field-channel = Canal
status-field-auto = Resgate automático
status-field-players = Jogadores
status-field-codes = Códigos ativos
status-field-waiting = Esperando resgate
status-field-sources = Fontes de códigos
status-field-game = Jogo
status-field-storage = Dados salvos
status-field-discord = Discord

status-number = { $number }
status-channel-none = nenhum: defina um com `/manage giftcode setchannel`
status-channel-paused = ⏸ { $channel } está em pausa: { $why }
status-channel-failing = ⚠️ { $channel }: as publicações falham desde { $since }. { $reason }. Continuo tentando: resolva isso, ou defina outro canal
status-mentions-role = menciona { $role }
status-auto-on = ligado
status-auto-off = desligado: ligue com `/manage giftcode auto`
status-waiting = { $here } aqui, { $everywhere } em todos os servidores
status-sources-read = ✅ lidas { $when }
status-sources-not-read = ainda não lidas
status-sources-fail = ⚠️ não dá para ler no momento. Continuo tentando, e o operador do bot já foi avisado
status-sources-some-fail = ⚠️ não dá para ler { $failing } de { $all } no momento. Continuo tentando, e o operador do bot já foi avisado
status-game-no-limit = ✅ sem limite
status-game-limit = ✅ { $limit }
status-game-waits = ⚠️ { $why }
status-storage-saved = ✅ salvos
status-storage-attention = ⚠️ salvos, mas o armazenamento precisa de atenção. Nada se perde, e o operador do bot já foi avisado
status-storage-unsaved = ⚠️ nada pode ser salvo no momento. Não faço nada que não possa salvar, e o operador do bot já foi avisado
status-discord-connected = ✅ conectado { $since }
status-discord-connected-latency = ✅ conectado { $since }, responde em { $milliseconds } ms
status-discord-connecting = ⚠️ alguns servidores estão sem conexão desde { $since }; continuo tentando

paused-channel-deleted = o canal foi apagado. Defina outro com `/manage giftcode setchannel`
paused-channel-hidden = não consigo ver o canal. Me deixe ver o canal, ou defina outro
paused-no-permission = não consigo publicar no canal. Me deixe ver o canal, enviar mensagens e inserir links lá, ou defina outro
paused-no-history = fui interrompido e não consigo verificar se um código foi publicado. Me deixe ver o histórico de mensagens do canal
paused-tag-required = todo post do fórum precisa de uma tag, e só moderadores podem colocar uma. Adicione uma tag que todos possam usar, ou pare de exigir tags
paused-thread-locked = o tópico está trancado ou arquivado, e não posso reabri-lo. Destranque, ou defina outro canal
paused-timeout = estou de castigo neste servidor e não consigo publicar. Um moderador pode tirar o castigo
paused-removed = fui removido do servidor

wait-no-answer = o jogo não responde desde { $since }; continuo tentando
wait-refused = desde { $since }, o jogo recusa toda chamada como se fosse uma a mais; continuo tentando
wait-captcha = desde { $since }, o jogo pede um captcha a todos os jogadores; continuo tentando. Enquanto isso, os jogadores podem resgatar em { $page }
wait-busy = desde { $since }, o jogo dá a todos os jogadores a resposta { $answer }; continuo tentando
wait-odd = desde { $since }, o jogo dá a todos os jogadores a resposta desconhecida { $answer }; continuo tentando, e o operador do bot já foi avisado. Nada se perde
wait-held = desde { $since }, o jogo dá a todos os jogadores a resposta desconhecida { $answer } para { $code }; continuo tentando
wait-blocked = desde { $since }, o jogo bloqueia o bot; o operador do bot já sabe o que fazer. Nada se perde
wait-signature = desde { $since }, o jogo recusa a assinatura do bot; o operador do bot já sabe o que fazer. Nada se perde
wait-malformed = desde { $since }, o jogo recusa as solicitações do bot; o operador do bot já sabe o que fazer. Nada se perde
wait-limit-minute =
    { $calls ->
        [one] o jogo permite { $calls } chamada por minuto
       *[other] o jogo permite { $calls } chamadas por minuto
    }
wait-limit-seconds =
    { $calls ->
        [one] o jogo permite { $calls } chamada a cada { $seconds } s
       *[other] o jogo permite { $calls } chamadas a cada { $seconds } s
    }
wait-too-many-calls = o jogo recebeu solicitações demais
wait-game-busy = o jogo estava ocupado; as tentativas que falharam serão repetidas em breve
