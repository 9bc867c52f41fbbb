post-title-new = 🎁 新しいギフトコード
post-title-again = 🎁 このギフトコードがまた使えます
post-title-several-new = 🎁 新しいギフトコード：{ $codes }個
post-title-active = 📋 有効なギフトコード
post-title-several-active = 📋 有効なギフトコード：{ $codes }個
post-title-more = … ほかのコード{ $codes }個
post-title-over = ⌛ このギフトコードは無効になりました
post-title-several-over = ⌛ これらのギフトコード（{ $codes }個）は無効になりました

post-not-active = 無効：{ $why }。
post-works-again = 一度使えなくなりましたが、また使えるようになりました。
post-checked = ✔ 確認済み：使えます。
post-field-rewards = 報酬
post-field-expires = 期限
post-expires = 期限：{ $when }
post-note-works-again = { $number } · 再び使えます
post-note-checked = { $number } · 確認済み
post-more-below = … ほか{ $number }個は下に続きます。
post-line-over = ~~`{ $code }`~~ 無効：{ $why }
post-line-expires = `{ $code }` · 期限：{ $when }
post-source = 情報元：{ $sources }

post-redeem-for-me = 自分の分を交換
post-choose-for-me = 自分の分を交換 …
