reminder-title = ⏰ { $code } скоро закончится
reminder-text = Он закончится { $when }, а получили его ещё не все: не хватает { $missing ->
        [one] { $missing } игроку
        [few] { $missing } игрокам
        [many] { $missing } игрокам
       *[other] { $missing } игрокам
    }.
reminder-untried =
    { $players ->
        [one] { $players } игрок: ещё не пробовали
        [few] { $players } игрока: ещё не пробовали
        [many] { $players } игроков: ещё не пробовали
       *[other] { $players } игроков: ещё не пробовали
    }
reminder-redeem-button = Активировать для списка игроков
reminder-without-file = Не все имена поместились. Чтобы получать весь список файлом, дайте мне в этом канале право «Прикреплять файлы».
reminder-off = Отключить напоминания: /manage giftcode notify reminder:off
