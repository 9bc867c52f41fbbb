panel-title = 🎛 Códigos de presente
panel-title-of = 🎛 Códigos de presente: { $alliance }
panel-codes = 🎁 { $codes ->
    [one] { $codes } código ativo
   *[other] { $codes } códigos ativos
}
panel-players = 👥 { $players ->
    [one] { $players } jogador
   *[other] { $players } jogadores
}
panel-auto-on = 🤖 resgate automático ligado
panel-auto-off = 🤖 resgate automático desligado
panel-channel = 📣 { $channel }
panel-no-channel = 📣 sem canal: `/manage giftcode setchannel`
panel-failed = ❌ { $failed } { $failed ->
    [one] falhou
   *[other] falharam
}
panel-note = Para quem pode gerenciar o bot. Só você vê as respostas. Os números são atualizados sempre que alguém usa um botão.

panel-add-code = Adicionar código
panel-missing = Quem falta
panel-retry = Tentar de novo
panel-redeem = Resgatar agora
panel-add-players = Adicionar jogadores
panel-remove-players = Remover jogadores
panel-list = Lista de jogadores
panel-status = Status
panel-turn-on = Ligar automático
panel-turn-off = Desligar automático

panel-form-title = Adicionar um código de presente
panel-form-code = O código, exatamente como foi publicado

panel-choose-code = Outro código …
panel-choose-retry = Tentar qual código de novo? …
panel-choose-redeem = Resgatar qual código? …
panel-all-codes = Todos
panel-entry-failed = { $code }: { $players } { $players ->
    [one] falhou
   *[other] falharam
}
panel-entry-untried = { $code }: { $players ->
    [one] { $players } jogador ainda não tentou
   *[other] { $players } jogadores ainda não tentaram
}
panel-which-retry = Qual código devo tentar de novo?
panel-which-redeem = Qual código devo resgatar para a lista de jogadores?

panel-made = ✅ O painel está em { $channel }. Fixe a mensagem, para que todos a encontrem. Você pode criar outro quando quiser, e os antigos continuam funcionando.
panel-refused = ❌ Não consigo publicar um painel aqui: preciso de { $permissions } neste canal. Me dê isso nas configurações do canal e use `/manage panel` de novo.
panel-gone = A aliança deste painel não existe mais. Apague esta mensagem e use `/manage panel` para criar outro.
panel-no-codes = Não há códigos ativos. Adicione um com **Adicionar código**.
panel-nothing-failed = Nenhum código ativo falhou para alguém da lista de jogadores.
panel-nothing-to-redeem = Todos os códigos ativos já foram tentados para toda a lista de jogadores. Para quem falhou, toque em **Tentar de novo**.
