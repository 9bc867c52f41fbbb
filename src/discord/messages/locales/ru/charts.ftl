chart-per-day = Активации по дням
chart-per-code = У скольких игроков есть последние коды
chart-speed = Скорость
chart-redemptions = активации
chart-players = игроки
chart-legend = { $name }: { $number }
chart-redeemed = активировано
chart-already = уже было
chart-failed = не удалось
chart-gave-up = больше не пробую
chart-have = есть
chart-have-not = не удалось или больше не пробую
chart-to-post = появился → опубликован
chart-to-done = опубликован → последний игрок готов
chart-of = { $have } из { $players }
chart-more = и ещё { $rows }
chart-nothing = пока ничего
chart-date =
    { $day } { $month ->
        [jan] янв.
        [feb] февр.
        [mar] мар.
        [apr] апр.
        [may] мая
        [jun] июн.
        [jul] июл.
        [aug] авг.
        [sep] сент.
        [oct] окт.
        [nov] нояб.
       *[dec] дек.
    }
chart-milliseconds = { $number } мс
chart-seconds = { $number } с
chart-minutes = { $number } мин
chart-hours = { $number } ч
chart-days = { $number } д
chart-both = { $larger } { $smaller }
