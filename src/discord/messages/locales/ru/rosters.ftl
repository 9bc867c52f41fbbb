roster-added-new = ✅ { $new ->
        [one] Добавлен { $new } игрок
        [few] Добавлено { $new } игрока
        [many] Добавлено { $new } игроков
       *[other] Добавлено { $new } игроков
    }.
roster-added-known = ✅ { $known ->
        [one] Обновлён { $known } игрок
        [few] Обновлено { $known } игрока
        [many] Обновлено { $known } игроков
       *[other] Обновлено { $known } игроков
    }.
roster-added-both = ✅ { $new ->
        [one] Добавлен { $new } игрок
        [few] Добавлено { $new } игрока
        [many] Добавлено { $new } игроков
       *[other] Добавлено { $new } игроков
    }, обновлено: { $known }.
roster-total = В списке игроков теперь { $total ->
        [one] { $total } игрок
        [few] { $total } игрока
        [many] { $total } игроков
       *[other] { $total } игроков
    }.
roster-kept-states = У { $players ->
        [one] { $players } игрока
        [few] { $players } игроков
        [many] { $players } игроков
       *[other] { $players } игроков
    } осталось прежнее государство, потому что его использует и другой сервер или участник. Если оно неверное, участник может исправить его командой `/link` с новым государством. Или введите эту команду ещё раз, когда из-за этого не сработает код.
roster-retried = Повторяю { $redemptions ->
        [one] { $redemptions } активацию, которая не удалась
        [few] { $redemptions } активации, которые не удались
        [many] { $redemptions } активаций, которые не удались
       *[other] { $redemptions } активаций, которые не удались
    } из-за неверного государства.
roster-active-codes-follow = Действующие коды будут активированы для новых игроков.
roster-auto-is-off = Коды пока не активируются автоматически: введите `/manage giftcode auto switch:on`.
roster-nobody-added = ❌ Никто не добавлен.
roster-nothing-pasted = ❌ Никто не добавлен: список был пуст. Пишите каждого игрока на отдельной строке: ID игрока и, если хотите, имя и государство.
roster-how-many-ids = ❌ Никто не добавлен. Введите от 1 до { $most } ID игроков через пробел или запятую. Если их больше, введите `/manage players add` без параметров и вставьте список.
roster-file-or-ids = ❌ Укажите либо `file`, либо `player_ids`, но не оба. Ничего не изменилось.
roster-bad-state = ❌ «{ $text }» — не государство. Государство — это число, например 245; оно указано после # в игровом профиле. Ничего не изменилось.
roster-skipped =
    { $lines ->
        [one] Пропущена { $lines } строка:
        [few] Пропущено { $lines } строки:
        [many] Пропущено { $lines } строк:
       *[other] Пропущено { $lines } строк:
    }
roster-skipped-ids =
    { $ids ->
        [one] Пропущена { $ids } запись:
        [few] Пропущено { $ids } записи:
        [many] Пропущено { $ids } записей:
       *[other] Пропущено { $ids } записей:
    }
roster-skipped-more = … и ещё { $more }
roster-bad-no-id = • Строка { $line }, «{ $text }»: нет ID игрока. В нём 6–12 цифр, он указан в игровом профиле.
roster-bad-several-ids = • Строка { $line }, «{ $text }»: возможно, здесь несколько игроков или один игрок и другое число. Пишите каждого игрока на отдельной строке, без других чисел.
roster-bad-state-or-name = • Строка { $line }, «{ $text }»: { $number } — это государство или часть имени? Если государство, напишите #{ $number }; если нет, возьмите имя в кавычки.
roster-bad-several-states = • Строка { $line }, «{ $text }»: здесь несколько государств. Оставьте верное.
roster-bad-repeated = • Строка { $line }, «{ $text }»: игрок есть и в строке { $first }, с другим именем. Оставьте одну из двух.
roster-bad-contradicted = • Строка { $line }, «{ $text }»: игрок есть и в строке { $first }, с другим государством. Оставьте верную.
roster-bad-id = • «{ $text }» — не ID игрока. Это число, в котором до 12 цифр. Чтобы добавить и имена, введите `/manage players add` без параметров.
roster-bad-id-to-remove = • «{ $text }» — не ID игрока. Это число, в котором до 12 цифр. Чтобы убрать кого-то по имени, используйте `player`.
roster-form = Добавить игроков
    .list = Игроки, каждый на отдельной строке
    .example = 12345678 Lord Frost #245
    .state = Государство для тех, у кого не указано
roster-edited = ✅ Сохранено: { $player } · государство { $state }.
roster-edited-without-state = ✅ Сохранено: { $player }, без государства.
roster-edit-keeps-name = Имя остаётся прежним: этот игрок есть и в другом списке игроков.
roster-edit-keeps-state = Государство остаётся { $state }: его использует и другой сервер или участник. Если оно неверное, участник может исправить его командой `/link` с новым государством. Или введите эту команду ещё раз, когда из-за этого не сработает код.
roster-edit-nothing = ❌ Укажите `name`, `state` или оба. Ничего не изменилось.
roster-not-on-list = ❌ { $player } не в списке игроков. Ничего не изменилось.
roster-state-changed = ✅ { $players ->
        [one] Перенесён { $players } игрок
        [few] Перенесено { $players } игрока
        [many] Перенесено { $players } игроков
       *[other] Перенесено { $players } игроков
    } из государства { $from } в государство { $to }. Отменить: `/manage players setstate from:{ $to } to:{ $from }`.
roster-state-there-before =
    { $players ->
        [1] Один игрок уже был в государстве { $to }. При отмене перенесётся и он.
        [one] { $players } игрок уже был в государстве { $to }. При отмене перенесутся и они.
        [few] { $players } игрока уже были в государстве { $to }. При отмене перенесутся и они.
        [many] { $players } игроков уже были в государстве { $to }. При отмене перенесутся и они.
       *[other] { $players } игроков уже были в государстве { $to }. При отмене перенесутся и они.
    }
roster-state-unchanged = Из государства { $from } в государство { $to } никто не перенесён.
roster-state-nobody = ❌ В списке игроков нет никого из государства { $from }. Ничего не изменилось.
roster-state-same = ❌ Оба раза указано государство { $state }. Ничего не изменилось.
roster-removed = ✅ { $players ->
        [one] Из списка игроков убран { $players } игрок
        [few] Из списка игроков убрано { $players } игрока
        [many] Из списка игроков убрано { $players } игроков
       *[other] Из списка игроков убрано { $players } игроков
    }: { $names }. Начатые активации продолжатся.
roster-removed-undo = Чтобы вернуть { $players ->
        [one] { $players } игрока
        [few] { $players } игроков
        [many] { $players } игроков
       *[other] { $players } игроков
    }, нажмите **Отменить** до { $until }.
roster-undo = Отменить
roster-not-removed = Нет в списке игроков: { $names }.
roster-nobody-removed = Ничего не изменилось.
roster-names-more = { $names } и ещё { $more }
roster-undone = ✅ { $players ->
        [one] { $players } игрок снова
        [few] { $players } игрока снова
        [many] { $players } игроков снова
       *[other] { $players } игроков снова
    } в списке игроков.
roster-undone-before = Они уже в списке игроков.
roster-undo-too-late = ⌛ Отменить это уже нельзя. `/manage players list filter:left` покажет, кто ушёл; `/manage players add` вернёт их.
roster-menu = Выберите, кого убрать из списка игроков.
roster-menu-found = Выберите, кого убрать из списка игроков. Показано: «{ $text }».
roster-menu-nobody = В списке игроков нет никого с именем «{ $text }».
roster-menu-choose = Кого убрать
roster-menu-state = Государство { $state }
roster-menu-no-state = Без государства
roster-menu-search = Поиск
roster-menu-all = Показать всех
roster-search = Найти игроков
    .text = Имя или первые цифры ID игрока
page-of = { $page } из { $pages }
roster-empty = Список игроков пуст. Добавьте игроков командой `/manage players add` или `/manage players import`.
roster-replace = Заменить список игроков?
roster-replace-comes = ➕ { $players ->
        [one] { $players } игрок добавится
        [few] { $players } игрока добавятся
        [many] { $players } игроков добавятся
       *[other] { $players } игроков добавятся
    }: { $names }
roster-replace-goes = ➖ { $players ->
        [one] { $players } игрок уйдёт
        [few] { $players } игрока уйдут
        [many] { $players } игроков уйдут
       *[other] { $players } игроков уйдут
    }: { $names }
roster-replace-changes = ✏️ { $players ->
        [one] { $players } игрок изменится
        [few] { $players } игрока изменятся
        [many] { $players } игроков изменятся
       *[other] { $players } игроков изменятся
    }: { $names }
roster-replace-same =
    { $players ->
        [one] { $players } игрок останется как был.
        [few] { $players } игрока останутся как были.
        [many] { $players } игроков останутся как были.
       *[other] { $players } игроков останутся как были.
    }
roster-replace-how = Пока ничего не изменилось. Все подробности в прикреплённом файле. Кнопка работает 24 часа.
roster-replace-anew = ⚠️ Список игроков с тех пор изменился, поэтому ничего не сделано. Вот что произойдёт теперь:
roster-replace-button = Заменить список
roster-replaced = ✅ Список игроков заменён: новых { $new }, убрано { $gone }, изменено { $changed }.
roster-replace-nothing = ✅ Список игроков уже такой, как в файле. Ничего не изменилось.
roster-replace-unknown = ⌛ Я уже не помню этот файл. Повторите `/manage players import mode:replace`. Ничего не изменилось.
roster-replace-too-many = ❌ Ничего не изменилось: игроков в файле { $players }, а при замене списка допустимо не больше { $most }.
roster-filter-no-state = ⚠️ { $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    } без государства
roster-filter-failing = ❌ { $players ->
        [one] { $players } игрок
        [few] { $players } игрока
        [many] { $players } игроков
       *[other] { $players } игроков
    } с неудачными кодами за последние 30 дней
roster-filter-not-linked = 🔗 { $players ->
        [one] { $players } игрок, которого
        [few] { $players } игрока, которых
        [many] { $players } игроков, которых
       *[other] { $players } игроков, которых
    } никто не привязал
roster-filter-left = 🚪 { $players ->
        [one] { $players } игрок убран
        [few] { $players } игрока убраны
        [many] { $players } игроков убраны
       *[other] { $players } игроков убраны
    } за последние 30 дней
roster-filter-no-state-advice = Добавьте государство: `/manage players edit`.
roster-filter-failing-advice = Исправить государство: `/manage players edit`; повторить код: `/manage giftcode retry`.
roster-filter-not-linked-advice = Игроки привязывают себя сами: `/link`.
roster-filter-left-advice = `/manage players add` вернёт их.
roster-filter-no-state-nobody = ✅ У каждого игрока в списке есть государство.
roster-filter-failing-nobody = ✅ За последние 30 дней ни у кого в списке не было неудач с кодами.
roster-filter-not-linked-nobody = ✅ Каждый игрок из списка кем-то привязан.
roster-filter-left-nobody = За последние 30 дней никого не убирали.
roster-line = { $player } · государство { $state }
roster-line-no-state = { $player } · ⚠️ без государства
roster-line-failed = { $line } · ❌ { $codes ->
        [one] { $codes } код
        [few] { $codes } кода
        [many] { $codes } кодов
       *[other] { $codes } кодов
    }, последняя причина: { $why }
roster-line-left = { $line } · убран { $since }
roster-as-file = Файлом: `/manage players export`
