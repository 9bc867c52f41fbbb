alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ Não há nenhuma aliança chamada **{ $name }** aqui. Escolha uma com `alliance`: { $names }.
alliances-unknown-only-one = ❌ Não há nenhuma aliança chamada **{ $name }** aqui. Este servidor tem uma aliança só: deixe `alliance` de fora.
alliances-which = ❌ Este servidor tem várias alianças. Diga qual com `alliance`: { $names }.
alliances-which-here = ❌ Várias alianças publicam neste canal. Diga qual com `alliance`: { $names }.
alliances-added-second = ✅ Adicionei **{ $name }**. A primeira aliança deste servidor agora se chama **{ $first }**: mude isso com `/manage alliance rename`.
    A partir de agora, os comandos têm a opção `alliance`. O Discord pode levar um minuto para mostrá-la.
alliances-added = ✅ Adicionei **{ $name }**.
alliances-next-channel = Escolha onde os códigos dela são publicados com `/manage giftcode setchannel alliance:{ $name } channel:`, e adicione jogadores com `/manage players add alliance:{ $name }`.
alliances-next-players = Adicione os jogadores dela com `/manage players add alliance:{ $name }`.
alliances-known = **{ $name }** já foi adicionada.
alliances-name-taken = ❌ Já existe uma aliança chamada **{ $name }** aqui. Escolha outro nome.
alliances-bad-name = ❌ Um nome tem de 1 a { $most } caracteres.
alliances-too-many = ❌ Um servidor pode ter { $most } alianças. Remova uma antes com `/manage alliance remove`.
alliances-role-without-channel = ❌ Informe também um `channel`: o cargo é mencionado nas publicações de lá.
alliances-renamed = ✅ A aliança agora se chama **{ $name }**.
alliances-gone = Esta aliança já foi removida.
alliances-last = ❌ Esta é a única aliança do servidor, então ela fica. Para parar de publicar, use `/manage giftcode unsetchannel`.
alliances-remove-sure = Remover **{ $name }**? { $players ->
        [0] A lista de jogadores dela está vazia.
        [one] A lista de jogadores dela, com { $players } jogador, será apagada.
       *[other] A lista de jogadores dela, com { $players } jogadores, será apagada.
    } Nada mais é publicado nem resgatado para ela. Os resultados anteriores ficam: enquanto houver várias alianças, `/manage giftcode history` com o nome da aliança os mostra.
alliances-remove-button = Remover
alliances-removed = ✅ Removi **{ $name }**. { $players ->
        [0] A lista de jogadores dela estava vazia.
        [one] Havia { $players } jogador na lista dela.
       *[other] Havia { $players } jogadores na lista dela.
    }
alliances-one-left = Este servidor voltou a ter uma aliança só: os comandos não precisam mais da opção `alliance`.
alliances-order = Quando há códigos para várias alianças, elas vão nesta ordem. Um jogador que está em várias listas vai com a primeira delas.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players ->
        [one] { $players } jogador
       *[other] { $players } jogadores
    } · { $auto }
alliances-no-channel = sem canal
alliances-auto-on = automático ligado
alliances-auto-off = automático desligado
alliances-post = 🛡️ { $names }
