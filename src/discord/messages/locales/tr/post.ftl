post-title-new = 🎁 Yeni hediye kodu
post-title-again = 🎁 Bu hediye kodu yeniden çalışıyor
post-title-several-new = 🎁 { $codes } yeni hediye kodu
post-title-active = 📋 Aktif hediye kodu
post-title-several-active = 📋 { $codes } aktif hediye kodu
post-title-more = … { $codes } kod daha
post-title-over = ⌛ Bu hediye kodu artık aktif değil
post-title-several-over =
    { $codes ->
        [one] ⌛ Bu hediye kodu artık aktif değil
       *[other] ⌛ Bu { $codes } hediye kodu artık aktif değil
    }
post-not-active = Aktif değil: { $why }.
post-works-again = Çalışmıyordu, şimdi oyun yeniden kabul ediyor.
post-checked = ✔ Kontrol edildi: çalışıyor.
post-field-rewards = Ödüller
post-field-expires = Bitiş
post-expires = Bitiş: { $when }
post-note-works-again = { $number } · yeniden çalışıyor
post-note-checked = { $number } · kontrol edildi
post-more-below = … ve { $number } tane daha, aşağıda.
post-line-over = ~~`{ $code }`~~ aktif değil: { $why }
post-line-expires = `{ $code }` · bitiş: { $when }
post-source = Kaynak: { $sources }
post-redeem-for-me = Benim için kullan
post-choose-for-me = Benim için kullan …
