batch-title =
    { $players ->
        [one] ⏳ Активирую { $code } для { $players } игрока
        [few] ⏳ Активирую { $code } для { $players } игроков
        [many] ⏳ Активирую { $code } для { $players } игроков
       *[other] ⏳ Активирую { $code } для { $players } игроков
    }
batch-percent = { $percent } %
batch-done-by = 🏁 Будет готово { $when }
batch-waits = 💤 { $why }
batch-result-all =
    { $players ->
        [one] ✅ { $code }: готово для { $players } игрока
        [few] ✅ { $code }: готово для { $players } игроков
        [many] ✅ { $code }: готово для { $players } игроков
       *[other] ✅ { $code }: готово для { $players } игроков
    }
batch-result-some =
    { $players ->
        [one] ☑️ { $code }: готово для { $players } игрока
        [few] ☑️ { $code }: готово для { $players } игроков
        [many] ☑️ { $code }: готово для { $players } игроков
       *[other] ☑️ { $code }: готово для { $players } игроков
    }
batch-result-none =
    { $players ->
        [one] ❌ { $code }: готово для { $players } игрока
        [few] ❌ { $code }: готово для { $players } игроков
        [many] ❌ { $code }: готово для { $players } игроков
       *[other] ❌ { $code }: готово для { $players } игроков
    }
batch-no-room-for-names = Не все имена поместились. Чтобы получать весь список файлом, дайте мне в этом канале право «Прикреплять файлы».
count-redeemed = 🎁 активировано: { $number }
count-already = 📦 уже было: { $number }
count-failed = ❌ не удалось: { $number }
count-pending = ⏳ осталось: { $number }
count-empty-list = Список игроков пуст.
batch-group =
    { $players ->
        [one] { $players } игрок: { $why }
        [few] { $players } игрока: { $why }
        [many] { $players } игроков: { $why }
       *[other] { $players } игроков: { $why }
    }
batch-gave-up = больше не пробую: { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … и ещё { $number }
