welcome-title = 👋 Merhaba! Whiteout Survival hediye kodlarını paylaşır ve ittifakın için kullanırım.
welcome-intro = Üç adımda hazırsın:
welcome-end = Kodları kendisi kullanmak isteyen üyeler `/link` komutunu veya gönderinin altındaki düğmeyi kullanır. `/help` bunları yeniden gösterir.
welcome-help-title = 🎁 Hediye kodları: nasıl çalışır
welcome-members = Herkes için
welcome-members-steps = 1️⃣ Oyuncu kimliğini `/link` ile bir kez bağla. Oyun içi profilinde yazar.
    2️⃣ Bir gönderinin altında **Benim için kullan** düğmesine dokun veya `/redeem` kullan. Ödüller oyun içi postayla gelir.
welcome-leaders = Liderler için
welcome-leaders-steps = 1️⃣ Hediye kodu kanalında `/manage giftcode setchannel` kullan. Her yeni kodu orada paylaşırım.
    2️⃣ Oyuncularını bana `/manage players add` veya `/manage players import` ile ver.
    3️⃣ `/manage giftcode auto` kullan ve *açık* seç. Sonra her kodu hepsi için kullanırım.
welcome-panel = Düğmeleri mi tercih edersin? `/manage panel` her gün yaptığın her şey için bir menü paylaşır. `/manage language` gönderilerin dilini ayarlar.
welcome-more = Daha fazlası
welcome-more-commands = `/giftcode` aktif kodları gösterir, `/unlink` hesabının bağlantısını kaldırır. Liderler: `/manage access role:` R4'lerinin `/manage` kullanmasını sağlar, `/manage giftcode status` ayarları gösterir, `/manage players idchannel` ile üyeler listeye kendileri katılır.
welcome-second-alliance = `/manage alliance add` ikinci bir ittifak içindir.
