state-mark-right = ✅
state-mark-unchecked = ⏳ ещё не проверен
state-mark-searching = 🔎 ищу государство
state-mark-not-found = ⚠️ государство не найдено
state-mark-no-such-player = ⚠️ нет игрока с таким ID
state-mark-unclear = ❔ проверить не удалось
state-list-missing = ⚠️ Не указано государство: { $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    }. Я ищу его и активирую коды, когда найду. Будет быстрее, если добавить игрока ещё раз с государством.
state-list-none = ⚠️ Пока ни у кого в списке не указано государство, поэтому искать негде. Укажите его для одного игрока: `/manage players edit player:{ $player } state:`, и я найду остальных из этого государства.
state-list-correct = ⚠️ У кого-то неверный ID или государство. Государство исправьте через `/manage players edit`. Если неверный ID, уберите его через `/manage players remove` и добавьте верный.
state-batch-searching = 🔎 { $players ->
        [1] У одного игрока государство неверное или не указано. Я ищу его и активирую код, когда найду.
        [one] У { $players } игрока государство неверное или не указано. Я ищу его и активирую код, когда найду.
        [few] У { $players } игроков государство неверное или не указано. Я ищу его и активирую код, когда найду.
        [many] У { $players } игроков государство неверное или не указано. Я ищу его и активирую код, когда найду.
       *[other] У { $players } игроков государство неверное или не указано. Я ищу его и активирую код, когда найду.
    }
state-batch-found = 🔎 Нашлось государство { $players ->
        [one] { $players } игрока
        [few] { $players } игроков
        [many] { $players } игроков
       *[other] { $players } игроков
    }: { $names }
state-batch-found-more = … и ещё { $left }
state-batch-found-player = { $player } ({ $state })
state-status-title = ID и государства
state-status-unchecked = ⏳ осталось проверить: { $players }
state-status-searching = 🔎 ищу государство: { $players }
state-status-not-found = ⚠️ государство не найдено: { $players }
state-status-no-such-player = ⚠️ игра не знает ID: { $players }
state-status-unclear = ❔ проверить не удалось: { $players }
state-status-correct = `/manage players list` покажет, кто это. Государство исправьте через `/manage players edit`. Если неверный ID, уберите его через `/manage players remove` и добавьте верный.
state-checked-in-background = Я проверяю ID и государства в фоне: результаты покажет `/manage players list`.
