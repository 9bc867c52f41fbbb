status-redeemed = resgatado
status-already-claimed = já tinha sido resgatado
status-same-kind = um código do mesmo tipo já foi resgatado
status-code-expired = o código expirou
status-code-unknown = o jogo não conhece o código
status-code-used-up = o limite de resgates do código foi atingido
status-no-such-player = nenhum jogador tem este ID
status-wrong-state = o estado salvo está errado
status-no-state = falta o estado
status-furnace-too-low = o nível da fornalha é baixo demais
status-spent-too-little = não houve gastos suficientes no jogo
status-vip-too-low = o nível VIP é baixo demais
status-signature-rejected = o jogo recusa a assinatura do bot
status-request-rejected = o jogo recusa as solicitações do bot como malformadas
status-bot-blocked = o jogo bloqueia o bot
status-interrupted = o bot foi interrompido em todas as tentativas
status-too-many-requests = o jogo recebeu solicitações demais
status-captcha = o jogo pede um captcha
status-no-proper-answer = o jogo não respondeu direito
status-unknown-answer = o jogo deu uma resposta desconhecida
status-no-reason = motivo desconhecido

advice-correct-the-state = use `/link` com o estado certo, ou peça a um líder para corrigir
advice-check-the-id = confira o ID de jogador: ele aparece no perfil do jogo
advice-use-the-page = resgate em { $page }

explanation-with-advice = → { $why }: { $advice }
