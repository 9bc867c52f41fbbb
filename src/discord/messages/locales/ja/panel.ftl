panel-title = 🎛 ギフトコード
panel-title-of = 🎛 ギフトコード：{ $alliance }
panel-codes = 🎁 有効なコード{ $codes }個
panel-players = 👥 プレイヤー{ $players }人
panel-auto-on = 🤖 自動交換オン
panel-auto-off = 🤖 自動交換オフ
panel-channel = 📣 { $channel }
panel-no-channel = 📣 チャンネルなし：`/manage giftcode setchannel`
panel-failed = ❌ 失敗 { $failed }
panel-note = ボットを管理できる人用です。返事は本人にだけ表示されます。数字は誰かがボタンを押すたびに更新されます。

panel-add-code = コードを追加
panel-missing = 未受け取りの人
panel-retry = 失敗分を再試行
panel-redeem = 今すぐ交換
panel-add-players = プレイヤーを追加
panel-remove-players = プレイヤーを削除
panel-list = プレイヤーリスト
panel-status = 状態
panel-turn-on = 自動をオンにする
panel-turn-off = 自動をオフにする

panel-form-title = ギフトコードを追加
panel-form-code = 公開されたとおりのコード

panel-choose-code = 別のコード …
panel-choose-retry = どのコードを再試行しますか？ …
panel-choose-redeem = どのコードを交換しますか？ …
panel-all-codes = すべて
panel-entry-failed = { $code }：失敗 { $players }人
panel-entry-untried = { $code }：未試行 { $players }人
panel-which-retry = どのコードを再試行しますか？
panel-which-redeem = プレイヤーリストの分を交換するコードはどれですか？

panel-made = ✅ パネルを { $channel } に投稿しました。みんなが見つけられるように、ピン留めしてください。新しいパネルはいつでも作れ、古いものもそのまま使えます。
panel-refused = ❌ ここにパネルを投稿できません：このチャンネルで { $permissions } の権限が必要です。チャンネルの設定で許可してから、もう一度 `/manage panel` を使ってください。
panel-gone = このパネルの同盟はもうありません。このメッセージを削除し、`/manage panel` で新しく作ってください。
panel-no-codes = 有効なコードはありません。**コードを追加**で追加してください。
panel-nothing-failed = プレイヤーリストで、有効なコードに失敗した人はいません。
panel-nothing-to-redeem = 有効なコードはすべて、プレイヤーリスト全員分を試しました。失敗した人の分は**失敗分を再試行**を押してください。
