post-title-new = 🎁 Novo código de presente
post-title-again = 🎁 Este código de presente voltou a funcionar
post-title-several-new =
    { $codes ->
        [one] 🎁 { $codes } novo código de presente
       *[other] 🎁 { $codes } novos códigos de presente
    }
post-title-active = 📋 O código de presente ativo
post-title-several-active =
    { $codes ->
        [one] 📋 O código de presente ativo ({ $codes })
       *[other] 📋 Os { $codes } códigos de presente ativos
    }
post-title-more =
    { $codes ->
        [one] … mais { $codes } código
       *[other] … mais { $codes } códigos
    }
post-title-over = ⌛ Este código de presente não está mais ativo
post-title-several-over =
    { $codes ->
        [one] ⌛ Este código de presente não está mais ativo
       *[other] ⌛ Estes { $codes } códigos de presente não estão mais ativos
    }

post-not-active = Não está ativo: { $why }.
post-works-again = Tinha parado de funcionar, e agora o jogo aceita de novo.
post-checked = ✔ Verificado: funciona.
post-field-rewards = Recompensas
post-field-expires = Expira
post-expires = Expira { $when }
post-note-works-again = { $number } · voltou a funcionar
post-note-checked = { $number } · verificado
post-more-below = … e mais { $number }, listados abaixo.
post-line-over = ~~`{ $code }`~~ não está ativo: { $why }
post-line-expires = `{ $code }` · expira { $when }
post-source = Fonte: { $sources }

post-redeem-for-me = Resgatar para mim
post-choose-for-me = Resgatar para mim …
