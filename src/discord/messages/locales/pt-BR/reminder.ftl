reminder-title = ⏰ { $code } acaba em breve
reminder-text = Acaba { $when }, e { $missing ->
    [one] { $missing } jogador ainda não tem
   *[other] { $missing } jogadores ainda não têm
}.
reminder-untried = { $players ->
    [one] { $players } jogador: ainda não tentado
   *[other] { $players } jogadores: ainda não tentados
}
reminder-redeem-button = Resgatar para a lista de jogadores
reminder-without-file = Não coube o nome de todo mundo. Para receber a lista completa como arquivo, me dê a permissão “Anexar arquivos” neste canal.
reminder-off = Para desligar os lembretes: /manage giftcode notify reminder:off
