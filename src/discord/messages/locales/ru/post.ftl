post-title-new = 🎁 Новый подарочный код
post-title-again = 🎁 Этот подарочный код снова работает
post-title-several-new =
    { $codes ->
        [one] 🎁 { $codes } новый подарочный код
        [few] 🎁 { $codes } новых подарочных кода
        [many] 🎁 { $codes } новых подарочных кодов
       *[other] 🎁 { $codes } новых подарочных кодов
    }
post-title-active = 📋 Действующий подарочный код
post-title-several-active =
    { $codes ->
        [one] 📋 { $codes } действующий подарочный код
        [few] 📋 { $codes } действующих подарочных кода
        [many] 📋 { $codes } действующих подарочных кодов
       *[other] 📋 { $codes } действующих подарочных кодов
    }
post-title-more =
    { $codes ->
        [one] … ещё { $codes } код
        [few] … ещё { $codes } кода
        [many] … ещё { $codes } кодов
       *[other] … ещё { $codes } кодов
    }
post-title-over = ⌛ Этот подарочный код больше не действует
post-title-several-over =
    { $codes ->
        [1] ⌛ Этот подарочный код больше не действует
        [one] ⌛ { $codes } подарочный код больше не действует
        [few] ⌛ { $codes } подарочных кода больше не действуют
        [many] ⌛ { $codes } подарочных кодов больше не действуют
       *[other] ⌛ { $codes } подарочных кодов больше не действуют
    }
post-not-active = Не действует: { $why }.
post-works-again = Он переставал работать, а теперь игра снова его принимает.
post-checked = ✔ Проверено: работает.
post-field-rewards = Награды
post-field-expires = Истекает
post-expires = Истекает { $when }
post-note-works-again = { $number } · снова работает
post-note-checked = { $number } · проверен
post-more-below = … и ещё { $number }, список ниже.
post-line-over = ~~`{ $code }`~~ не действует: { $why }
post-line-expires = `{ $code }` · истекает { $when }
post-source = Источник: { $sources }
post-redeem-for-me = Активировать для меня
post-choose-for-me = Активировать для меня …
