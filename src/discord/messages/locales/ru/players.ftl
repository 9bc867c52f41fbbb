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
