reminder-title = ⏰ { $code } yakında bitiyor
reminder-text = Bitiş: { $when }. { $missing } oyuncuda henüz yok.
reminder-untried = { $players } oyuncu: henüz denenmedi
reminder-redeem-button = Oyuncu listesi için kullan
reminder-without-file = Bütün adlar sığmadı. Listenin tamamını dosya olarak almak için bana bu kanalda “Dosya Ekle” izni ver.
reminder-off = Hatırlatmaları kapatmak için: /manage giftcode notify reminder:off
