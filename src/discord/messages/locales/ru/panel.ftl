panel-title = 🎛 Подарочные коды
panel-title-of = 🎛 Подарочные коды: { $alliance }
panel-codes = 🎁 { $codes ->
        [one] { $codes } действующий код
        [few] { $codes } действующих кода
        [many] { $codes } действующих кодов
       *[other] { $codes } действующих кодов
    }
panel-players = 👥 { $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    }
panel-auto-on = 🤖 автоактивация включена
panel-auto-off = 🤖 автоактивация выключена
panel-channel = 📣 { $channel }
panel-no-channel = 📣 нет канала: `/manage giftcode setchannel`
panel-failed = ❌ не удалось: { $failed }
panel-note = Для тех, кто управляет ботом. Ответы видите только вы. Числа обновляются, когда кто-то нажимает кнопку.
panel-add-code = Добавить код
panel-missing = У кого нет
panel-retry = Повторить неудачные
panel-redeem = Активировать сейчас
panel-add-players = Добавить игроков
panel-remove-players = Убрать игроков
panel-list = Список игроков
panel-status = Статус
panel-turn-on = Включить авто
panel-turn-off = Выключить авто
panel-form-title = Добавить подарочный код
panel-form-code = Код, точно как он опубликован
panel-choose-code = Другой код …
panel-choose-retry = Какой код повторить? …
panel-choose-redeem = Какой код активировать? …
panel-all-codes = Все
panel-entry-failed = { $code }: не удалось у { $players }
panel-entry-untried = { $code }: { $players ->
        [one] { $players } игрок ещё не пробовал
        [few] { $players } игрока ещё не пробовали
        [many] { $players } игроков ещё не пробовали
       *[other] { $players } игроков ещё не пробовали
    }
panel-which-retry = Какой код повторить?
panel-which-redeem = Какой код активировать для списка игроков?
panel-made = ✅ Панель теперь в { $channel }. Закрепите её, чтобы все её находили. Новую можно создать когда угодно, а старые продолжат работать.
panel-refused = ❌ Я не могу опубликовать здесь панель: в этом канале мне нужны права { $permissions }. Дайте их в настройках канала и повторите `/manage panel`.
panel-gone = Альянса этой панели больше нет. Удалите это сообщение и создайте новую панель: `/manage panel`.
panel-no-codes = Действующих кодов нет. Добавьте код кнопкой **Добавить код**.
panel-nothing-failed = Ни у кого из списка игроков нет неудач с действующими кодами.
panel-nothing-to-redeem = Все действующие коды уже пробовали для всех из списка игроков. Для тех, у кого не удалось, нажмите **Повторить неудачные**.
