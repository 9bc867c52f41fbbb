over-expired = já expirou
over-unknown = o jogo não conhece este código
over-used-up = o limite de resgates foi atingido
over-rejected = o jogo recusa o código
over-reissued = foi relançado, veja a publicação mais recente

over-line = ⌛ `{ $code }` não está ativo: { $why }
over-line-next-check = ⌛ `{ $code }` não está ativo: { $why } · próxima verificação { $next }

appeal-checked = ⌛ `{ $code }` não está ativo: { $why }. Acabei de verificar isso com o jogo.
appeal-checking = ⏳ Até onde sei, `{ $code }` não está ativo: { $why }. Estou perguntando ao jogo de novo. Para ver o resultado, use `/manage giftcode history code:{ $code }`.
appeal-nobody-to-check-with = ⌛ `{ $code }` não está ativo: { $why }. Não consigo perguntar ao jogo, porque não sei o estado de nenhum jogador da lista. Adicione um com `/manage players add`.
appeal-checked-again-for-two-days = Durante dois dias verifico de vez em quando, e publico e resgato assim que funcionar.
