status-title = 📊 Статус бота
status-field-channel = Канал
status-field-auto = Автоактивация
status-field-players = Игроки
status-field-codes = Действующие коды
status-field-waiting = Ждут активации
status-field-sources = Источники кодов
status-field-game = Игра
status-field-storage = Сохранённые данные
status-field-discord = Discord
status-number = { $number }
status-channel-none = нет: задайте его через `/manage giftcode setchannel`
status-channel-paused = ⏸ { $channel } на паузе: { $why }
status-channel-failing = ⚠️ { $channel }: посты не проходят с { $since }. { $reason }. Я пробую дальше: исправьте это или задайте другой канал
status-mentions-role = упоминает { $role }
status-auto-on = включена
status-auto-off = выключена: включите через `/manage giftcode auto`
status-waiting = { $here } здесь, { $everywhere } на всех серверах
status-sources-read = ✅ прочитаны { $when }
status-sources-not-read = ещё не прочитаны
status-sources-fail = ⚠️ сейчас не читаются. Я пробую дальше, оператор бота предупреждён
status-sources-some-fail = ⚠️ сейчас не читаются: { $failing } из { $all }. Я пробую дальше, оператор бота предупреждён
status-game-no-limit = ✅ без ограничений
status-game-limit = ✅ { $limit }
status-game-waits = ⚠️ { $why }
status-storage-saved = ✅ сохранено
status-storage-attention = ⚠️ сохранено, но хранилищу нужно внимание. Ничего не потеряно, оператор бота предупреждён
status-storage-unsaved = ⚠️ сейчас ничего нельзя сохранить. Я не делаю того, что не могу сохранить; оператор бота предупреждён
status-discord-connected = ✅ на связи { $since }
status-discord-connected-latency = ✅ на связи { $since }, отвечает за { $milliseconds } мс
status-discord-connecting = ⚠️ у части серверов нет связи с { $since }; я пробую дальше
paused-channel-deleted = канал удалён. Задайте другой через `/manage giftcode setchannel`
paused-channel-hidden = я не вижу канал. Разрешите мне его просматривать или задайте другой
paused-no-permission = я не могу писать в канал. Разрешите мне просматривать его, отправлять сообщения и встраивать ссылки или задайте другой
paused-no-history = меня прервали, и я не могу проверить, был ли опубликован код. Разрешите мне читать историю сообщений канала
paused-tag-required = каждой публикации на форуме нужен тег, а ставить его могут только модераторы. Добавьте тег, доступный всем, или отключите обязательные теги
paused-thread-locked = ветка закрыта или в архиве, а открыть её я не могу. Откройте её или задайте другой канал
paused-timeout = я в тайм-ауте на этом сервере и не могу писать. Модератор может его снять
paused-removed = меня удалили с сервера
wait-no-answer = игра не отвечает с { $since }; я пробую дальше
wait-refused = с { $since } игра отклоняет каждый запрос как лишний; я пробую дальше
wait-captcha = с { $since } игра требует капчу для каждого игрока; я пробую дальше. Тем временем коды можно активировать на { $page }
wait-busy = с { $since } игра отвечает каждому игроку { $answer }; я пробую дальше
wait-odd = с { $since } игра даёт каждому игроку неизвестный ответ { $answer }; я пробую дальше, оператор бота предупреждён. Ничего не потеряно
wait-held = с { $since } игра даёт каждому игроку неизвестный ответ { $answer } на { $code }; я пробую дальше
wait-blocked = с { $since } игра блокирует бота; оператор бота знает, что делать. Ничего не потеряно
wait-signature = с { $since } игра отклоняет подпись бота; оператор бота знает, что делать. Ничего не потеряно
wait-malformed = с { $since } игра отклоняет запросы бота; оператор бота знает, что делать. Ничего не потеряно
wait-limit-minute =
    { $calls ->
        [one] игра допускает { $calls } запрос в минуту
        [few] игра допускает { $calls } запроса в минуту
        [many] игра допускает { $calls } запросов в минуту
       *[other] игра допускает { $calls } запросов в минуту
    }
wait-limit-seconds =
    { $calls ->
        [one] игра допускает { $calls } запрос за { $seconds } с
        [few] игра допускает { $calls } запроса за { $seconds } с
        [many] игра допускает { $calls } запросов за { $seconds } с
       *[other] игра допускает { $calls } запросов за { $seconds } с
    }
wait-too-many-calls = игра получила слишком много запросов
wait-game-busy = игра была занята; неудачные попытки скоро повторятся
