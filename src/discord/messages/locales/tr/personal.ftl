link-too-many = ❌ Zaten { $most } bağlı hesabın var, daha fazlası olmaz. Önce `/unlink` ile birini kaldır.
link-wrong-state = ❌ Oyuna göre { $player }, { $state } eyaletinde değil. Eyaletin oyun içi profilinde, # işaretinden sonra yazar. Hiçbir şey değişmedi.
link-no-such-player = ❌ Oyun { $player } kimliğinde bir oyuncu tanımıyor. Oyuncu kimliğin oyun içi profilinde yazar. Hiçbir şey değişmedi.
link-cannot-check = ❌ Oyun şu anda düzgün yanıt vermiyor, bu yüzden kontrol edemiyorum. Birkaç dakika sonra yeniden dene. Hiçbir şey değişmedi.
link-none-yet = Henüz bağlı bir hesabın yok. Önce oyuncu kimliğinle `/link` komutunu kullan.
unlink-not-yours = Bu hesap sana bağlı değil. Hiçbir şey değişmedi.
unlink-done =
    { $accounts ->
        [1] ✅ Hesap artık sana bağlı değil.
       *[other] ✅ { $accounts } hesabın artık sana bağlı değil.
    }
unlink-still-listed = Hâlâ bir oyuncu listesinde. Oradan çıkarılmasını istiyorsan bir lidere söyle.
unlink-which-one = Birden çok bağlı hesabın var. Bağlantısı kaldırılacak olanı `player_id` ile seç:
unlink-one-or-everything = ❌ Ya tek hesap için `player_id` ya da `everything` kullan, ikisini birden değil. Hiçbir şey değişmedi.
forget-nothing-known = Senin hakkında verim yok. Hiçbir şey değişmedi.
forget-done = ✅ Senin hakkında sakladığım her şeyi sildim. Artık sana bağlı bir hesap yok.
forget-erased = Kullanım geçmişiyle birlikte silindi: { $players }.
forget-kept = Şu hesaplar kalıyor, ama seninle bağlantıları yok: { $players }. Her biri ya bir sunucunun oyuncu listesinde, ki o liste sunucuya aittir, ya da başka bir üyeye bağlı. Bir hesabı oyuncu listesinden çıkarmak için sunucunun liderlerine sor.
redeem-sent = 🎁 { $who }: gönderildi, oyun içi postana bak
redeem-already = 📦 { $who }: zaten alınmış
redeem-failed = ❌ { $who }: { $why }
redeem-waiting = ⏳ { $who }: bekliyor
redeem-trying-again = ⏳ { $who }: { $why }, yeniden deneniyor
redeem-not-done = ⏳ { $who }: henüz tamamlanmadı
redeem-over = ⌛ **{ $code }** aktif değil: { $why }
redeem-goes-on = Denemeye devam edeceğim. Sonucu sonra görmek için kodu yeniden kullan.
redeem-see-each-account = Her hesabı görmek için `/redeem` komutunu tek bir kodla kullan.
redeem-code-over = ⌛ `{ $code }` aktif değil: { $why }.
redeem-too-many-waiting = ⏳ Bekleyen { $most } kodun var, daha fazlası olmaz. Bir kısmı tamamlanınca yeniden dene: { $codes }
redeem-busy = ⏳ Son isteklerin hâlâ sürüyor. Lütfen biri tamamlanana kadar bekle.
list-more = … ve { $number } tane daha
form-expired = ⌛ Bu form çok uzun süre açık kaldı ve hangi kodları seçtiğini artık bilmiyorum. Lütfen yeniden seç.
servers-only = Yalnızca sunucularda çalışırım. Bu komutu benim de olduğum bir sunucuda kullan.
button-outdated = Bu düğme artık çalışmıyor. Onun yerine `/giftcode` ve `/redeem` kullan.
failure-unknown = ❌ Benim tarafımda bir sorun çıktı. Bir dakika sonra yeniden dene. Sürerse botun işletmecisine şu numarayı ver: `{ $incident }`.
failure-not-saved = ❌ Kaydedilemedi, bu yüzden hiçbir şey değişmedi. Bir dakika sonra yeniden dene. Sürerse botun işletmecisine şu numarayı ver: `{ $incident }`.
failure-restarting = ⏳ Yeniden başlıyorum. İsteğin devam ediyor. Sonucu görmek için bir dakika sonra yeniden sor.
