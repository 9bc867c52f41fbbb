batch-title =
    { $players ->
        [one] ⏳ Canjeando { $code } para { $players } jugador
       *[other] ⏳ Canjeando { $code } para { $players } jugadores
    }
batch-percent = { $percent } %
batch-done-by = 🏁 Debería terminar { $when }
batch-waits = 💤 { $why }

batch-result-all =
    { $players ->
        [one] ✅ { $code }: listo para { $players } jugador
       *[other] ✅ { $code }: listo para { $players } jugadores
    }
batch-result-some =
    { $players ->
        [one] ☑️ { $code }: listo para { $players } jugador
       *[other] ☑️ { $code }: listo para { $players } jugadores
    }
batch-result-none =
    { $players ->
        [one] ❌ { $code }: listo para { $players } jugador
       *[other] ❌ { $code }: listo para { $players } jugadores
    }
batch-no-room-for-names = No cabían todos los nombres. Para recibir la lista completa como archivo, dame el permiso “Adjuntar archivos” en este canal.

count-redeemed = 🎁 { $number } { $number ->
    [one] canjeado
   *[other] canjeados
}
count-already = 📦 { $number } { $number ->
    [one] ya lo tenía
   *[other] ya lo tenían
}
count-failed = ❌ { $number } { $number ->
    [one] fallido
   *[other] fallidos
}
count-pending = ⏳ { $number } { $number ->
    [one] pendiente
   *[other] pendientes
}
count-empty-list = La lista de jugadores está vacía.

batch-group =
    { $players ->
        [one] { $players } jugador: { $why }
       *[other] { $players } jugadores: { $why }
    }
batch-gave-up = no hay más intentos: { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … y { $number } más
