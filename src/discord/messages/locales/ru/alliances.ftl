alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ Альянса **{ $name }** здесь нет. Выберите один в `alliance`: { $names }.
alliances-unknown-only-one = ❌ Альянса **{ $name }** здесь нет. На этом сервере один альянс: не указывайте `alliance`.
alliances-which = ❌ На этом сервере несколько альянсов. Укажите нужный в `alliance`: { $names }.
alliances-which-here = ❌ В этом канале посты нескольких альянсов. Укажите нужный в `alliance`: { $names }.
alliances-added-second = ✅ Альянс **{ $name }** добавлен. Первый альянс этого сервера теперь называется **{ $first }**: изменить это можно командой `/manage alliance rename`.
    Теперь у команд есть параметр `alliance`. Discord может показать его только через минуту.
alliances-added = ✅ Альянс **{ $name }** добавлен.
alliances-next-channel = Выберите, где публиковать его коды: `/manage giftcode setchannel alliance:{ $name } channel:`, и добавьте игроков: `/manage players add alliance:{ $name }`.
alliances-next-players = Добавьте его игроков: `/manage players add alliance:{ $name }`.
alliances-known = Альянс **{ $name }** уже добавлен.
alliances-name-taken = ❌ Альянс **{ $name }** здесь уже есть. Выберите другое название.
alliances-bad-name = ❌ Длина названия: от 1 до { $most } символов.
alliances-too-many = ❌ Альянсов на сервере может быть не больше { $most }. Сначала уберите один: `/manage alliance remove`.
alliances-role-without-channel = ❌ Укажите и `channel`: роль упоминается в постах там.
alliances-renamed = ✅ Альянс теперь называется **{ $name }**.
alliances-gone = Этот альянс уже убрали.
alliances-last = ❌ Это единственный альянс сервера, поэтому он остаётся. Чтобы остановить посты: `/manage giftcode unsetchannel`.
alliances-remove-sure = Убрать **{ $name }**? { $players ->
        [0] Его список игроков пуст.
        [one] Его список игроков ({ $players } игрок) будет удалён.
        [few] Его список игроков ({ $players } игрока) будет удалён.
        [many] Его список игроков ({ $players } игроков) будет удалён.
       *[other] Его список игроков ({ $players } игроков) будет удалён.
    } Для него больше ничего не публикуется и не активируется. Прошлые результаты останутся: пока альянсов несколько, их покажет `/manage giftcode history` с названием альянса.
alliances-remove-button = Убрать
alliances-removed = ✅ Альянс **{ $name }** убран. { $players ->
        [0] Его список игроков был пуст.
        [one] В его списке был { $players } игрок.
        [few] В его списке было { $players } игрока.
        [many] В его списке было { $players } игроков.
       *[other] В его списке было { $players } игроков.
    }
alliances-one-left = На этом сервере снова один альянс: параметр `alliance` командам больше не нужен.
alliances-order = Когда коды нужны нескольким альянсам, очередь такая. Игрок из нескольких списков идёт с первым из них.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    } · { $auto }
alliances-no-channel = нет канала
alliances-auto-on = авто вкл.
alliances-auto-off = авто выкл.
alliances-post = 🛡️ { $names }
