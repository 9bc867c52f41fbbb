access-managers-only = 🔒 Bunu yalnızca **Sunucuyu Yönet** izni olan üyeler yapabilir. Onlardan birine sor veya `/manage access` ile rolüne izin vermelerini iste.
access-managers-and-roles-only = 🔒 Bunu yalnızca **Sunucuyu Yönet** izni veya şu rollerden biri olan üyeler yapabilir: { $roles }
access-only-server-managers-change = 🔒 `/manage` komutunu kimlerin kullanabileceğini yalnızca **Sunucuyu Yönet** izni olan üyeler değiştirebilir.
access-nobody-named = `/manage` komutunu yalnızca **Sunucuyu Yönet** izni olan üyeler kullanabilir. R4 ve R5'lerine de izin vermek için `/manage access role:` yaz ve rollerini seç.
access-roles-named = `/manage` komutunu **Sunucuyu Yönet** izni olan üyeler ve şu rollerdeki üyeler kullanabilir: { $roles }
    Bir rolden bu izni almak için: `/manage access role: remove:True`.
access-role-of-alliance = { $role } ({ $alliance } için)
access-role-added = ✅ { $role } rolündeki üyeler artık `/manage` komutunu ve lider düğmelerini kullanabilir. Bunu yalnızca **Sunucuyu Yönet** izni olan üyeler değiştirebilir.
    `/manage` onlara görünmüyor mu? O zaman biri onu *Sunucu Ayarları → Entegrasyonlar* bölümünde kısıtlamış; Discord bu bölümü yalnızca bilgisayarda gösterir. Role orada da izin ver.
access-role-known = { $role } rolündeki üyeler `/manage` komutunu zaten kullanabiliyor. Hiçbir şey değişmedi.
access-role-removed = ✅ { $role } rolündeki üyeler artık `/manage` komutunu kullanamaz; başka bir rol veya **Sunucuyu Yönet** izin veriyorsa o ayrı.
access-role-not-named = { $role }, `/manage` komutunu kullanabilen rollerden değil. Hiçbir şey değişmedi.
access-role-of-all-alliances = { $role } rolü `/manage` komutunu bu sunucudaki tüm ittifaklar için kullanabiliyor, bu yüzden tek bir ittifak için alamam. Önce hepsi için al: `/manage access role: remove:True`. Sonra kalması gerekenler için `alliance` ile yeniden izin ver. Hiçbir şey değişmedi.
access-too-many-roles = ❌ `/manage` komutunu zaten { $most } rol kullanabiliyor, daha fazlası olmaz. Önce birinden al: `/manage access role: remove:True`. Hiçbir şey değişmedi.
access-not-everyone = ❌ `/manage` komutunu herkese açmam. Yalnızca liderlerinde olan bir rol seç. Hiçbir şey değişmedi.
access-which-role = ❌ Hangi rol artık `/manage` komutunu kullanmasın? `/manage access role: remove:True` yaz ve rolü seç. Hiçbir şey değişmedi.
