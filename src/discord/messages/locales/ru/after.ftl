after-retry-button = Повторить неудачные
after-fix-state-of-one = → Лидерам: `/manage players edit player:{ $player } state:` и верное государство
after-fix-states = → Лидерам: `/manage players edit player:{ $player } state:` и верное государство, для каждого. Если переехали все: `/manage players setstate from: to:`
after-fix-no-states = → Лидерам: `/manage players edit player:{ $player } state:` и верное государство. Тогда я найду остальных из этого государства.
after-fix-id = → Лидерам: если игрока больше нет, `/manage players remove player:{ $player }`
after-fix-ids = → Лидерам: если этих игроков больше нет, `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → Лидерам, когда игроки будут готовы: `/manage giftcode retry code:{ $code }`
after-try-again = → Лидерам: **Повторить неудачные** или `/manage giftcode retry code:{ $code }`
after-mention-title = ❌ { $code }: не вышло для вашего аккаунта
after-mention = Код не удалось активировать для аккаунта, который вы привязали. Почему и что делать, написано в [результатах]({ $link }).
after-mention-without-result = Код не удалось активировать для аккаунта, который вы привязали. Чтобы попробовать ещё раз и узнать причину, введите `/redeem code:{ $code }`.
after-players-title = 📋 { $code }: у кого он есть
after-players-counts = 🎁 получили: { $redeemed } · ❌ не удалось: { $failed } · ➖ всего не хватает: { $missing }
after-players-empty = Список игроков пуст. Добавьте игроков командой `/manage players add`.
after-players-nobody = Никого.
after-player-failed = ❌ { $player }: { $why }
after-player-gave-up = ❌ { $player }: больше не пробую, { $why }
after-player-granted = 🎁 { $player }: активирован
after-player-already = 📦 { $player }: уже был получен
after-player-pending = ⏳ { $player }: активируется
after-player-untried = ➖ { $player }: ещё не пробовали
after-players-menu = Показать …
after-players-missing = Не хватает: { $players }
after-players-failed = Не удалось: { $players }
after-players-redeemed = Активирован: { $players }
after-players-all = Все: { $players }
after-auto-on = ✅ Теперь каждый новый код активируется для списка игроков ({ $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    }).
after-auto-on-empty = ✅ Теперь каждый код активируется для списка игроков. Список пуст: добавьте игроков командой `/manage players add` или `/manage players import`.
after-auto-on-without-channel = Канал не задан, поэтому результаты видны только в `/manage giftcode history`. Задайте его командой `/manage giftcode setchannel`.
after-auto-on-codes = ✅ Теперь каждый код активируется для списка игроков. { $estimate }
after-estimate =
    { $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    } × { $codes ->
        [one] { $codes } код
        [few] { $codes } кода
        [many] { $codes } кодов
       *[other] { $codes } кодов
    }, активаций: { $redemptions }, время: { $time }.
after-auto-asks = ⏳ { $estimate } Игра ограничивает число активаций в минуту, и другие игроки этого бота тоже ждут. Включить автоактивацию?
after-auto-yes = Включить
after-auto-no = Не сейчас
after-auto-stays = Автоактивация осталась как была.
after-seconds = меньше минуты
after-minutes = примерно { $minutes ->
        [one] { $minutes } минута
        [few] { $minutes } минуты
        [many] { $minutes } минут
       *[other] { $minutes } минут
    }
after-hours = примерно { $hours ->
        [one] { $hours } час
        [few] { $hours } часа
        [many] { $hours } часов
       *[other] { $hours } часов
    }
after-fast = так быстро, как позволяет игра
after-notify-failed-on = ✅ После каждого кода я упоминаю тех, для чьих привязанных аккаунтов он не сработал.
after-notify-failed-off = Если код не сработал, я никого не упоминаю. Изменить: `/manage giftcode notify failed:on`.
after-notify-reminder-on = ✅ За день до окончания кода я пишу, у кого его ещё нет, если такие есть.
after-notify-reminder-off = Перед окончанием кода я ничего не пишу. Изменить: `/manage giftcode notify reminder:on`.
