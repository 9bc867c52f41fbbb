players-several-of-that-name = ❌ В списке несколько игроков с именем «{ $name }». Введите вместо него ID игрока. Ничего не изменилось.
players-nobody-of-that-name = ❌ В списке игроков нет никого с именем «{ $name }». Ничего не изменилось.
players-list-empty = Список игроков пуст. Добавьте игроков командой `/manage players add` или `/manage players import`.
players-title =
    { $players ->
        [one] 👥 { $players } игрок
        [few] 👥 { $players } игрока
        [many] 👥 { $players } игроков
       *[other] 👥 { $players } игроков
    }
players-state = государство { $state }
players-no-state = ⚠️ без государства
players-furnace = топка { $level }
players-page = { $page } из { $pages }
players-imported =
    { $players ->
        [one] ✅ Импортирован { $players } игрок: новых { $new }, обновлено { $known }.
        [few] ✅ Импортировано { $players } игрока: новых { $new }, обновлено { $known }.
        [many] ✅ Импортировано { $players } игроков: новых { $new }, обновлено { $known }.
       *[other] ✅ Импортировано { $players } игроков: новых { $new }, обновлено { $known }.
    }
players-lines-skipped =
    { $lines ->
        [one] Пропущена { $lines } строка:
        [few] Пропущено { $lines } строки:
        [many] Пропущено { $lines } строк:
       *[other] Пропущено { $lines } строк:
    }
players-kept-state =
    { $players ->
        [one] У { $players } игрока осталось прежнее государство, потому что его используют и другие серверы или участники.
        [few] У { $players } игроков осталось прежнее государство, потому что его используют и другие серверы или участники.
        [many] У { $players } игроков осталось прежнее государство, потому что его используют и другие серверы или участники.
       *[other] У { $players } игроков осталось прежнее государство, потому что его используют и другие серверы или участники.
    }
players-not-imported = ❌ Никто не импортирован из-за этих строк:
players-correct-the-lines = Исправьте их или пропустите с помощью `skip_bad_lines`.
players-file-not-fetched = ❌ Никто не импортирован: не удалось скачать файл из Discord. Попробуйте ещё раз.
players-nothing-to-export = Список игроков пуст, экспортировать нечего.
players-exported =
    { $players ->
        [one] 👥 { $players } игрок. Этот файл подходит для `/manage players import`.
        [few] 👥 { $players } игрока. Этот файл подходит для `/manage players import`.
        [many] 👥 { $players } игроков. Этот файл подходит для `/manage players import`.
       *[other] 👥 { $players } игроков. Этот файл подходит для `/manage players import`.
    }
