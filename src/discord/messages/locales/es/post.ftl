post-title-new = 🎁 Nuevo código de regalo
post-title-again = 🎁 Este código de regalo vuelve a funcionar
post-title-several-new =
    { $codes ->
        [one] 🎁 { $codes } código de regalo nuevo
       *[other] 🎁 { $codes } códigos de regalo nuevos
    }
post-title-active = 📋 El código de regalo activo
post-title-several-active =
    { $codes ->
        [one] 📋 El código de regalo activo ({ $codes })
       *[other] 📋 Los { $codes } códigos de regalo activos
    }
post-title-more =
    { $codes ->
        [one] … { $codes } código más
       *[other] … { $codes } códigos más
    }
post-title-over = ⌛ Este código de regalo ya no está activo
post-title-several-over =
    { $codes ->
        [one] ⌛ Este código de regalo ya no está activo
       *[other] ⌛ Estos { $codes } códigos de regalo ya no están activos
    }

post-not-active = No está activo: { $why }.
post-works-again = Había dejado de funcionar, y ahora el juego lo acepta otra vez.
post-checked = ✔ Comprobado: funciona.
post-field-rewards = Recompensas
post-field-expires = Expira
post-expires = Expira { $when }
post-note-works-again = { $number } · vuelve a funcionar
post-note-checked = { $number } · comprobado
post-more-below = … y { $number } más, en la lista de abajo.
post-line-over = ~~`{ $code }`~~ no está activo: { $why }
post-line-expires = `{ $code }` · expira { $when }
post-source = Fuente: { $sources }

post-redeem-for-me = Canjear para mí
post-choose-for-me = Canjear para mí …
