batch-title =
    { $players ->
        [one] ⏳ Resgatando { $code } para { $players } jogador
       *[other] ⏳ Resgatando { $code } para { $players } jogadores
    }
batch-percent = { $percent }%
batch-done-by = 🏁 Deve terminar { $when }
batch-waits = 💤 { $why }

batch-result-all =
    { $players ->
        [one] ✅ { $code }: pronto para { $players } jogador
       *[other] ✅ { $code }: pronto para { $players } jogadores
    }
batch-result-some =
    { $players ->
        [one] ☑️ { $code }: pronto para { $players } jogador
       *[other] ☑️ { $code }: pronto para { $players } jogadores
    }
batch-result-none =
    { $players ->
        [one] ❌ { $code }: pronto para { $players } jogador
       *[other] ❌ { $code }: pronto para { $players } jogadores
    }
batch-no-room-for-names = Não coube o nome de todo mundo. Para receber a lista completa como arquivo, me dê a permissão “Anexar arquivos” neste canal.

count-redeemed = 🎁 { $number } { $number ->
    [one] resgatado
   *[other] resgatados
}
count-already = 📦 { $number } já { $number ->
    [one] tinha
   *[other] tinham
}
count-failed = ❌ { $number } { $number ->
    [one] falhou
   *[other] falharam
}
count-pending = ⏳ { $number } { $number ->
    [one] pendente
   *[other] pendentes
}
count-empty-list = A lista de jogadores está vazia.

batch-group =
    { $players ->
        [one] { $players } jogador: { $why }
       *[other] { $players } jogadores: { $why }
    }
batch-gave-up = desisti: { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … e mais { $number }
