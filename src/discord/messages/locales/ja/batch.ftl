batch-title = ⏳ { $code } を{ $players }人分交換中
batch-percent = { $percent } %
batch-done-by = 🏁 { $when }に完了予定
batch-waits = 💤 { $why }

batch-result-all = ✅ { $code }：{ $players }人分完了
batch-result-some = ☑️ { $code }：{ $players }人分完了
batch-result-none = ❌ { $code }：{ $players }人分完了
batch-no-room-for-names = 名前をすべて表示しきれませんでした。全員のリストをファイルで受け取るには、このチャンネルでボットに「ファイルを添付」を許可してください。

count-redeemed = 🎁 交換 { $number }
count-already = 📦 受け取り済み { $number }
count-failed = ❌ 失敗 { $number }
count-pending = ⏳ 残り { $number }
count-empty-list = プレイヤーリストは空です。

batch-group = { $players }人：{ $why }
batch-gave-up = 断念：{ $why }
batch-advice = → { $advice }
batch-names-more = { $names } … ほか{ $number }人
