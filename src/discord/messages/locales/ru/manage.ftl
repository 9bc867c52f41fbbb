channel-refused = ❌ Я не могу публиковать в { $channel }: там мне нужны права { $permissions }. Дайте их в настройках канала и повторите команду. Ничего не изменилось.
permissions-and = { $first } и { $last }
permission-view-channel = Просматривать канал
permission-send-messages = Отправлять сообщения
permission-embed-links = Встраивать ссылки
permission-send-in-threads = Отправлять сообщения в ветках
permission-create-posts = Создавать публикации
permission-send-in-posts = Отправлять сообщения в публикациях
permission-add-reactions = Добавлять реакции
permission-attach-files = Прикреплять файлы
permission-read-history = Читать историю сообщений
channel-timeout = ❌ До { $until } я в тайм-ауте на этом сервере и не могу публиковать. Модератор может его снять; потом повторите команду. Ничего не изменилось.
channel-everyone-refused = ❌ Я не упоминаю всех подряд. Выберите роль для тех, кто хочет узнавать о подарочных кодах. Ничего не изменилось.
channel-role-or-none = ❌ Укажите либо `role`, либо `no_role`, но не оба. Ничего не изменилось.
channel-unknown = ❌ Там я публиковать не могу. Выберите текстовый канал, канал с объявлениями, ветку или форум этого сервера. Ничего не изменилось.
channel-unset = ✅ Я больше не публикую подарочные коды. Начатые активации продолжатся.
channel-was-not-set = Канал не задан, поэтому подарочные коды не публикуются.
auto-off = ✅ Новые коды больше не активируются автоматически. Начатые активации продолжатся.
code-unknown = ❌ Я не знаю код `{ $code }`. Чтобы добавить его: `/manage giftcode add`.
code-unknown-unchanged = ❌ Я не знаю код `{ $code }`. Ничего не изменилось.
code-known = `{ $code }` уже действует.
code-added-posted-redeemed =
    { $players ->
        [one] ✅ Код `{ $code }` добавлен. Он будет опубликован в { $channel } и активирован для { $players } игрока.
        [few] ✅ Код `{ $code }` добавлен. Он будет опубликован в { $channel } и активирован для { $players } игроков.
        [many] ✅ Код `{ $code }` добавлен. Он будет опубликован в { $channel } и активирован для { $players } игроков.
       *[other] ✅ Код `{ $code }` добавлен. Он будет опубликован в { $channel } и активирован для { $players } игроков.
    }
code-added-posted = ✅ Код `{ $code }` добавлен. Он будет опубликован в { $channel }. Активировать: `/manage giftcode redeem code:{ $code }`.
code-added-redeemed =
    { $players ->
        [one] ✅ Код `{ $code }` добавлен. Канал не задан, поэтому поста не будет. Код будет активирован для { $players } игрока.
        [few] ✅ Код `{ $code }` добавлен. Канал не задан, поэтому поста не будет. Код будет активирован для { $players } игроков.
        [many] ✅ Код `{ $code }` добавлен. Канал не задан, поэтому поста не будет. Код будет активирован для { $players } игроков.
       *[other] ✅ Код `{ $code }` добавлен. Канал не задан, поэтому поста не будет. Код будет активирован для { $players } игроков.
    }
code-added = ✅ Код `{ $code }` добавлен. Канал не задан, поэтому поста не будет. Активировать: `/manage giftcode redeem code:{ $code }`.
code-removed = ✅ `{ $code }` больше не публикуется и не активируется.
code-removed-waiting =
    { $players ->
        [one] ✅ `{ $code }` больше не публикуется и не активируется. Для { $players } игрока, который ещё ждал, его не будет.
        [few] ✅ `{ $code }` больше не публикуется и не активируется. Для { $players } игроков, которые ещё ждали, его не будет.
        [many] ✅ `{ $code }` больше не публикуется и не активируется. Для { $players } игроков, которые ещё ждали, его не будет.
       *[other] ✅ `{ $code }` больше не публикуется и не активируется. Для { $players } игроков, которые ещё ждали, его не будет.
    }
list-no-codes = Сейчас нет действующих подарочных кодов.
list-title =
    { $codes ->
        [one] 🎁 { $codes } действующий подарочный код
        [few] 🎁 { $codes } действующих подарочных кода
        [many] 🎁 { $codes } действующих подарочных кодов
       *[other] 🎁 { $codes } действующих подарочных кодов
    }
list-code-expires = `{ $code }` · истекает { $when }
list-code-source = с { $source }
suggestion-not-active = { $code } (не действует)
list-empty-add-players = ❌ Список игроков пуст. Добавьте игроков командой `/manage players add` или `/manage players import`.
batch-done-already =
    { $players ->
        [one] `{ $code }`: готово для { $players } игрока, то есть для всех. Повторить, если не удалось: `/manage giftcode retry code:{ $code }`.
        [few] `{ $code }`: готово для всех { $players } игроков. Повторить неудачные: `/manage giftcode retry code:{ $code }`.
        [many] `{ $code }`: готово для всех { $players } игроков. Повторить неудачные: `/manage giftcode retry code:{ $code }`.
       *[other] `{ $code }`: готово для всех { $players } игроков. Повторить неудачные: `/manage giftcode retry code:{ $code }`.
    }
batch-going-on =
    { $players ->
        [one] `{ $code }` уже активируется: остался { $players } игрок.
        [few] `{ $code }` уже активируется: осталось { $players } игрока.
        [many] `{ $code }` уже активируется: осталось { $players } игроков.
       *[other] `{ $code }` уже активируется: осталось { $players } игроков.
    }
batch-started =
    { $players ->
        [one] ✅ Активирую `{ $code }` для { $players } игрока.
        [few] ✅ Активирую `{ $code }` для { $players } игроков.
        [many] ✅ Активирую `{ $code }` для { $players } игроков.
       *[other] ✅ Активирую `{ $code }` для { $players } игроков.
    }
batch-see-history = Следить за ходом: `/manage giftcode history`.
batch-see-channel = Ход активации показан в { $channel }.
batch-line-empty = ❌ `{ $code }`: список игроков пуст
batch-line-done = `{ $code }`: уже готово для всех
batch-line-started =
    { $players ->
        [one] ✅ `{ $code }`: активирую для { $players } игрока
        [few] ✅ `{ $code }`: активирую для { $players } игроков
        [many] ✅ `{ $code }`: активирую для { $players } игроков
       *[other] ✅ `{ $code }`: активирую для { $players } игроков
    }
batch-line-over = ⌛ `{ $code }` не действует: { $why }
retry-nothing = Здесь `{ $code }` ни у кого не завершился неудачей, повторять нечего.
retry-started =
    { $players ->
        [one] ✅ Повторяю `{ $code }` для { $players } игрока.
        [few] ✅ Повторяю `{ $code }` для { $players } игроков.
        [many] ✅ Повторяю `{ $code }` для { $players } игроков.
       *[other] ✅ Повторяю `{ $code }` для { $players } игроков.
    }
history-title = 📜 История активаций
history-nothing = Для списка игроков ещё не активировали ни одного кода.
history-nothing-of-code = `{ $code }` ни разу не активировали для списка игроков.
history-round = { $code } (круг { $round })
history-finished = завершено { $when }
history-started = начато { $when }, ещё не завершено
