alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ Burada **{ $name }** adlı bir ittifak yok. `alliance` ile birini seç: { $names }.
alliances-unknown-only-one = ❌ Burada **{ $name }** adlı bir ittifak yok. Bu sunucuda tek ittifak var: `alliance` seçeneğini boş bırak.
alliances-which = ❌ Bu sunucuda birden çok ittifak var. Hangisi olduğunu `alliance` ile belirt: { $names }.
alliances-which-here = ❌ Bu kanalda birden çok ittifakın gönderileri var. Hangisi olduğunu `alliance` ile belirt: { $names }.
alliances-added-second = ✅ **{ $name }** eklendi. Bu sunucunun ilk ittifakının adı artık **{ $first }**: bunu `/manage alliance rename` ile değiştirebilirsin.
    Bundan sonra komutlarda `alliance` seçeneği var. Discord'un göstermesi bir dakika sürebilir.
alliances-added = ✅ **{ $name }** eklendi.
alliances-next-channel = Kodlarının nerede paylaşılacağını `/manage giftcode setchannel alliance:{ $name } channel:` ile seç, oyuncuları `/manage players add alliance:{ $name }` ile ekle.
alliances-next-players = Oyuncularını `/manage players add alliance:{ $name }` ile ekle.
alliances-known = **{ $name }** zaten ekli.
alliances-name-taken = ❌ Burada **{ $name }** adlı bir ittifak zaten var. Başka bir ad seç.
alliances-bad-name = ❌ Ad 1 ile { $most } karakter arasında olmalı.
alliances-too-many = ❌ Bir sunucuda en fazla { $most } ittifak olabilir. Önce birini `/manage alliance remove` ile kaldır.
alliances-role-without-channel = ❌ Bir `channel` da belirt: rolden oradaki gönderilerde bahsedilir.
alliances-renamed = ✅ İttifakın adı artık **{ $name }**.
alliances-gone = Bu ittifak zaten kaldırılmış.
alliances-last = ❌ Bu, sunucunun tek ittifakı olduğu için kalıyor. Paylaşımı durdurmak için: `/manage giftcode unsetchannel`.
alliances-remove-sure = **{ $name }** kaldırılsın mı? { $players ->
        [0] Oyuncu listesi boş.
       *[other] { $players } oyunculuk listesi silinir.
    } Artık onun için bir şey paylaşılmaz ve kod kullanılmaz. Geçmiş sonuçlar kalır: birden fazla ittifak olduğu sürece `/manage giftcode history` ve ittifakın adı onları gösterir.
alliances-remove-button = Kaldır
alliances-removed = ✅ **{ $name }** kaldırıldı. { $players ->
        [0] Oyuncu listesi boştu.
       *[other] Listesinde { $players } oyuncu vardı.
    }
alliances-one-left = Bu sunucuda yeniden tek ittifak var: komutlarda artık `alliance` seçeneği gerekmiyor.
alliances-order = Kodlar birden çok ittifak için kullanılacaksa sıra budur. Birden çok listede olan oyuncu, bunların ilkiyle gider.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players } oyuncu · { $auto }
alliances-no-channel = kanal yok
alliances-auto-on = otomatik açık
alliances-auto-off = otomatik kapalı
alliances-post = 🛡️ { $names }
