link-too-many = ❌ Você já tem { $most } contas vinculadas, o máximo permitido. Remova uma antes com `/unlink`.
link-wrong-state = ❌ Segundo o jogo, { $player } não está no estado { $state }. Seu estado aparece no seu perfil do jogo, depois do sinal #. Nada foi alterado.
link-no-such-player = ❌ O jogo não conhece nenhum jogador { $player }. Seu ID de jogador aparece no seu perfil do jogo. Nada foi alterado.
link-cannot-check = ❌ O jogo não está respondendo direito no momento, então não consigo verificar. Tente de novo em alguns minutos. Nada foi alterado.
link-none-yet = Você ainda não tem nenhuma conta vinculada. Use antes `/link` com seu ID de jogador.

unlink-not-yours = Essa conta não está vinculada a você. Nada foi alterado.
unlink-done =
    { $accounts ->
        [1] ✅ A conta não está mais vinculada a você.
        [one] ✅ Sua { $accounts } conta não está mais vinculada a você.
       *[other] ✅ Suas { $accounts } contas não estão mais vinculadas a você.
    }
unlink-still-listed = Ela ainda está em uma lista de jogadores. Para tirá-la de lá, peça a um líder.
unlink-which-one = Você tem várias contas vinculadas. Escolha qual desvincular com `player_id`:
unlink-one-or-everything = ❌ Use `player_id`, para desvincular uma conta, ou `everything`, não os dois. Nada foi alterado.
forget-nothing-known = Não tenho dados sobre você. Nada foi alterado.
forget-done = ✅ Apaguei tudo o que tinha salvo sobre você. Nenhuma conta está mais vinculada a você.
forget-erased = Apagadas, junto com o histórico de resgates: { $players }.
forget-kept = Estas contas ficam, mas sem nenhum vínculo com você: { $players }. Cada uma está na lista de jogadores de um servidor, que pertence a esse servidor, ou foi vinculada por outro membro. Para tirar uma conta de uma lista de jogadores, peça aos líderes do servidor.

redeem-sent = 🎁 { $who }: enviado, confira o correio do jogo
redeem-already = 📦 { $who }: já tinha sido resgatado
redeem-failed = ❌ { $who }: { $why }
redeem-waiting = ⏳ { $who }: esperando
redeem-trying-again = ⏳ { $who }: { $why }, tentando de novo
redeem-not-done = ⏳ { $who }: ainda não terminou
redeem-over = ⌛ **{ $code }** não está ativo: { $why }
redeem-goes-on = Vou continuar tentando. Para ver o resultado depois, resgate o código de novo.
redeem-see-each-account = Para ver cada conta, use `/redeem` com um código só.
redeem-code-over = ⌛ `{ $code }` não está ativo: { $why }.
redeem-too-many-waiting = ⏳ Você tem { $most } códigos em espera, o máximo permitido. Tente de novo quando alguns terminarem: { $codes }
redeem-busy = ⏳ Seus últimos pedidos ainda estão em andamento. Espere até um deles terminar.
list-more = … e mais { $number }

form-expired = ⌛ Este formulário ficou aberto tempo demais, e não sei mais quais códigos você escolheu. Escolha de novo.

servers-only = Só funciono em servidores. Use este comando em um servidor em que eu esteja.
button-outdated = Este botão não funciona mais. Use `/giftcode` e `/redeem` no lugar.
failure-unknown = ❌ Algo deu errado do meu lado. Tente de novo em um minuto. Se continuar acontecendo, passe este número ao operador do bot: `{ $incident }`.
failure-not-saved = ❌ Não deu para salvar, então nada foi alterado. Tente de novo em um minuto. Se continuar acontecendo, passe este número ao operador do bot: `{ $incident }`.
failure-restarting = ⏳ Estou reiniciando. Seu pedido continua. Para ver o resultado, pergunte de novo em um minuto.
