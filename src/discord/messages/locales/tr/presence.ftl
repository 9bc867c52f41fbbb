presence-no-codes = hediye kodlarını
presence-codes = { $codes } aktif hediye kodunu
