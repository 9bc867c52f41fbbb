welcome-title = 👋 Olá! Publico códigos de presente de Whiteout Survival e resgato para a sua aliança.
welcome-intro = Três passos, e pronto:
welcome-end = Membros que querem resgatar códigos por conta própria usam `/link`, ou o botão de uma publicação. `/help` mostra tudo isto de novo.

welcome-help-title = 🎁 Códigos de presente: como funciona
welcome-members = Para todo mundo
welcome-members-steps = 1️⃣ Use `/link` uma vez com seu ID de jogador. Você o encontra no seu perfil do jogo.
    2️⃣ Toque em **Resgatar para mim** em uma publicação, ou use `/redeem`. As recompensas chegam pelo correio do jogo.
welcome-leaders = Para líderes
welcome-leaders-steps = 1️⃣ No canal para códigos de presente, use `/manage giftcode setchannel`. Publico todo código novo lá.
    2️⃣ Use `/manage players add` ou `/manage players import` para me passar seus jogadores.
    3️⃣ Use `/manage giftcode auto` e escolha *ligado*. Aí resgato todo código para todos eles.
welcome-panel = Prefere botões? `/manage panel` publica um menu para tudo o que você faz no dia a dia. `/manage language` define o idioma das publicações.
welcome-more = Mais
welcome-more-commands = `/giftcode` mostra os códigos ativos, `/unlink` desvincula a sua conta. Líderes: `/manage access role:` deixa seus R4 usarem `/manage`, `/manage giftcode status` mostra o que está definido, e `/manage players idchannel` deixa os membros entrarem na lista sozinhos.
welcome-second-alliance = `/manage alliance add` é para uma segunda aliança.
