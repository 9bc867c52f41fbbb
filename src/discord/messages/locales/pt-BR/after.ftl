after-retry-button = Tentar de novo

after-fix-state-of-one = → Líderes: `/manage players edit player:{ $player } state:` e o estado certo
after-fix-states = → Líderes: `/manage players edit player:{ $player } state:` e o estado certo, para cada um. Se todos mudaram: `/manage players setstate from: to:`
after-fix-no-states = → Líderes: `/manage players edit player:{ $player } state:` e o estado certo. Aí encontro os outros que estão nesse estado.
after-fix-id = → Líderes: se o jogador saiu, `/manage players remove player:{ $player }`
after-fix-ids = → Líderes: se eles saíram, `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → Quando der, líderes: `/manage giftcode retry code:{ $code }`
after-try-again = → Líderes: **Tentar de novo**, ou `/manage giftcode retry code:{ $code }`

after-mention-title = ❌ { $code } falhou na sua conta
after-mention = Não deu para resgatar em uma conta que você vinculou. O motivo e o que fazer estão no [resultado]({ $link }).
after-mention-without-result = Não deu para resgatar em uma conta que você vinculou. Para tentar de novo e ver o motivo, use `/redeem code:{ $code }`.

after-players-title = 📋 { $code }: quem tem
after-players-counts = 🎁 Têm: { $redeemed } · ❌ Falharam: { $failed } · ➖ Faltam no total: { $missing }
after-players-empty = A lista de jogadores está vazia. Adicione jogadores com `/manage players add`.
after-players-nobody = Ninguém.
after-player-failed = ❌ { $player }: { $why }
after-player-gave-up = ❌ { $player }: desisti, { $why }
after-player-granted = 🎁 { $player }: resgatado
after-player-already = 📦 { $player }: já tinha
after-player-pending = ⏳ { $player }: resgatando
after-player-untried = ➖ { $player }: ainda não tentado
after-players-menu = Mostrar …
after-players-missing = Faltam: { $players }
after-players-failed = Falharam: { $players }
after-players-redeemed = Resgatados: { $players }
after-players-all = Todos: { $players }

after-auto-on = ✅ A partir de agora, todo código novo é resgatado para a lista de jogadores ({ $players ->
    [one] { $players } jogador
   *[other] { $players } jogadores
}).
after-auto-on-empty = ✅ A partir de agora, todo código é resgatado para a lista de jogadores. A lista está vazia: adicione jogadores com `/manage players add` ou `/manage players import`.
after-auto-on-without-channel = Nenhum canal está definido, então os resultados ficam só em `/manage giftcode history`. Defina um com `/manage giftcode setchannel`.
after-auto-on-codes = ✅ A partir de agora, todo código é resgatado para a lista de jogadores. { $estimate }
after-estimate = { $players ->
    [one] { $players } jogador
   *[other] { $players } jogadores
} × { $codes ->
    [one] { $codes } código
   *[other] { $codes } códigos
}, { $redemptions } a resgatar: { $time }.
after-auto-asks = ⏳ { $estimate } O jogo só permite certo número de resgates por minuto, e outros jogadores deste bot também esperam. Ativar o resgate automático?
after-auto-yes = Ativar
after-auto-no = Agora não
after-auto-stays = O resgate automático ficou como estava.
after-seconds = menos de um minuto
after-minutes = cerca de { $minutes ->
    [one] { $minutes } minuto
   *[other] { $minutes } minutos
}
after-hours = cerca de { $hours ->
    [one] { $hours } hora
   *[other] { $hours } horas
}
after-fast = tão rápido quanto o jogo permitir

after-notify-failed-on = ✅ Depois de cada código, menciono quem vinculou uma conta em que ele falhou.
after-notify-failed-off = Não menciono ninguém quando um código falha. Para mudar isso: `/manage giftcode notify failed:on`.
after-notify-reminder-on = ✅ Um dia antes de um código acabar, publico quem ainda não tem, se faltar alguém.
after-notify-reminder-off = Não publico nada antes de um código acabar. Para mudar isso: `/manage giftcode notify reminder:on`.
