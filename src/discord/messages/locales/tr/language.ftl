language-is = 🌐 Bu sunucuda gönderilerin ve ilerleme mesajlarının dili: { $name }. Başka bir dil seçmek için: `/manage language language:`. Komut ve düğmelerin yanıtları herkesin kendi Discord dilindedir.
language-set = ✅ Bu sunucuda yeni gönderilerin ve ilerleme mesajlarının dili artık { $name }. Komut ve düğmelerin yanıtları herkesin kendi Discord dilindedir.
