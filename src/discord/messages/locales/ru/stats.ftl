stats-last-days =
    { $days ->
        [one] За последний { $days } день: { $counts }
        [few] За последние { $days } дня: { $counts }
        [many] За последние { $days } дней: { $counts }
       *[other] За последние { $days } дней: { $counts }
    }
stats-today = Сегодня: { $counts }
stats-today-nothing = Сегодня: пока ничего
stats-midnight = День начинается в полночь по UTC.
stats-gave-up = ⌛ больше не пробую: { $number }
stats-code =
    { $players ->
        [one] `{ $code }` у { $have } из { $players } игрока
        [few] `{ $code }` у { $have } из { $players } игроков
        [many] `{ $code }` у { $have } из { $players } игроков
       *[other] `{ $code }` у { $have } из { $players } игроков
    }
stats-posted-and-done = опубликован через { $posted } после появления, последний игрок готов ещё через { $done }
stats-posted = опубликован через { $time } после появления
stats-done = последний игрок готов через { $time } после начала
stats-no-players = 📈 Для этого сервера пока нет данных. Добавьте игроков командой `/manage players add` или `/manage players import` и задайте канал: `/manage giftcode setchannel`.
stats-nothing-yet = 📈 Для этого сервера пока нет данных. Они появятся, когда будет опубликован или активирован первый код. Задайте канал: `/manage giftcode setchannel`, и включите автоактивацию: `/manage giftcode auto`.
stats-not-drawn = ⚠️ Не удалось нарисовать графики; вот числа.
