chart-per-day = Günlük kullanım
chart-per-code = Son kodları alan oyuncular
chart-speed = Hız
chart-redemptions = kullanım
chart-players = oyuncu
chart-legend = { $number } { $name }
chart-redeemed = kullanıldı
chart-already = zaten alınmış
chart-failed = başarısız
chart-gave-up = vazgeçildi
chart-have = alan
chart-have-not = başarısız ya da vazgeçildi
chart-to-post = görüldü → paylaşıldı
chart-to-done = paylaşıldı → son oyuncu tamamlandı
chart-of = { $have } / { $players }
chart-more = ve { $rows } tane daha
chart-nothing = henüz bir şey yok
chart-date =
    { $day } { $month ->
        [jan] Oca
        [feb] Şub
        [mar] Mar
        [apr] Nis
        [may] May
        [jun] Haz
        [jul] Tem
        [aug] Ağu
        [sep] Eyl
        [oct] Eki
        [nov] Kas
       *[dec] Ara
    }
chart-milliseconds = { $number } ms
chart-seconds = { $number } sn
chart-minutes = { $number } dk
chart-hours = { $number } sa
chart-days = { $number } gün
chart-both = { $larger } { $smaller }
