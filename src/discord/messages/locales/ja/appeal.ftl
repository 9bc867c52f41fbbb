over-expired = 期限切れ
over-unknown = ゲームに存在しないコード
over-used-up = 受け取り上限に到達
over-rejected = ゲームが拒否
over-reissued = 再発行済み（新しい投稿を参照）

over-line = ⌛ `{ $code }` は無効です：{ $why }
over-line-next-check = ⌛ `{ $code }` は無効です：{ $why } · 次の確認：{ $next }

appeal-checked = ⌛ `{ $code }` は無効です：{ $why }。たった今ゲームで確認しました。
appeal-checking = ⏳ `{ $code }` はこちらの情報では無効です：{ $why }。もう一度ゲームに確認しています。結果は `/manage giftcode history code:{ $code }` で見られます。
appeal-nobody-to-check-with = ⌛ `{ $code }` は無効です：{ $why }。王国のわかるプレイヤーがリストにいないため、ゲームに確認できません。`/manage players add` で追加してください。
appeal-checked-again-for-two-days = 2日間はときどき確認し、使えるようになったらすぐに投稿して交換します。
