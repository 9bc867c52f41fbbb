welcome-title = 👋 Привет! Я публикую подарочные коды Whiteout Survival и активирую их для вашего альянса.
welcome-intro = Три шага, и всё готово:
welcome-end = Кто хочет активировать коды сам, вводит `/link` или нажимает кнопку под постом. `/help` покажет всё это ещё раз.
welcome-help-title = 🎁 Подарочные коды: как это работает
welcome-members = Для всех
welcome-members-steps = 1️⃣ Один раз привяжите свой ID игрока: `/link`. Он указан в игровом профиле.
    2️⃣ Нажмите **Активировать для меня** под постом или введите `/redeem`. Награды придут по игровой почте.
welcome-leaders = Для лидеров
welcome-leaders-steps = 1️⃣ В канале для подарочных кодов введите `/manage giftcode setchannel`. Я буду публиковать там каждый новый код.
    2️⃣ Передайте мне своих игроков: `/manage players add` или `/manage players import`.
    3️⃣ Введите `/manage giftcode auto` и выберите *вкл.* Тогда я буду активировать каждый код для всех них.
welcome-panel = Удобнее кнопки? `/manage panel` публикует меню для всего, что вы делаете каждый день. `/manage language` задаёт язык постов.
welcome-more = Ещё
welcome-more-commands = `/giftcode` показывает действующие коды, `/unlink` отвязывает ваш аккаунт. Лидерам: `/manage access role:` даёт вашим R4 доступ к `/manage`, `/manage giftcode status` показывает настройки, а с `/manage players idchannel` участники сами вступают в список.
welcome-second-alliance = `/manage alliance add` — для второго альянса.
