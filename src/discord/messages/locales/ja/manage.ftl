channel-refused = ❌ { $channel } に投稿できません：そこで { $permissions } の権限が必要です。チャンネルの設定で許可してから、もう一度このコマンドを使ってください。何も変更していません。
permissions-and = { $first }と{ $last }
permission-view-channel = チャンネルを見る
permission-send-messages = メッセージを送信
permission-embed-links = 埋め込みリンク
permission-send-in-threads = スレッドでメッセージを送信
permission-create-posts = 投稿を作成
permission-send-in-posts = 投稿でメッセージを送信
permission-add-reactions = リアクションの追加
permission-attach-files = ファイルを添付
permission-read-history = メッセージ履歴を読む
channel-timeout = ❌ { $until } までこのサーバーでタイムアウト中のため、投稿できません。モデレーターが解除したら、もう一度このコマンドを使ってください。何も変更していません。
channel-everyone-refused = ❌ 全員へのメンションはしません。ギフトコードのお知らせを受け取りたいメンバー用のロールを選んでください。何も変更していません。
channel-role-or-none = ❌ `role` と `no_role` はどちらか一方だけ使ってください。何も変更していません。
channel-unknown = ❌ そこには投稿できません。このサーバーのテキストチャンネル、アナウンスチャンネル、スレッド、フォーラムを選んでください。何も変更していません。
channel-unset = ✅ ギフトコードの投稿をやめました。進行中の交換は続きます。
channel-was-not-set = チャンネルが設定されていないため、ギフトコードは投稿されていません。

auto-off = ✅ 新しいコードの自動交換をオフにしました。進行中の交換は続きます。

code-unknown = ❌ コード `{ $code }` は登録されていません。追加するには `/manage giftcode add` を使ってください。
code-unknown-unchanged = ❌ コード `{ $code }` は登録されていません。何も変更していません。
code-known = `{ $code }` はすでに有効です。
code-added-posted-redeemed = ✅ `{ $code }` を追加しました。{ $channel } に投稿し、{ $players }人分交換します。
code-added-posted = ✅ `{ $code }` を追加しました。{ $channel } に投稿します。交換するには `/manage giftcode redeem code:{ $code }` を使ってください。
code-added-redeemed = ✅ `{ $code }` を追加しました。チャンネルが設定されていないため投稿はしませんが、{ $players }人分交換します。
code-added = ✅ `{ $code }` を追加しました。チャンネルが設定されていないため投稿はしません。交換するには `/manage giftcode redeem code:{ $code }` を使ってください。
code-removed = ✅ 今後、`{ $code }` の投稿と交換は行いません。
code-removed-waiting = ✅ 今後、`{ $code }` の投稿と交換は行いません。待機中の{ $players }人分も交換しません。

list-no-codes = 現在、有効なギフトコードはありません。
list-title = 🎁 有効なギフトコード：{ $codes }個
list-code-expires = `{ $code }` · 期限：{ $when }
list-code-source = 情報元：{ $source }
suggestion-not-active = { $code }（無効）

list-empty-add-players = ❌ プレイヤーリストは空です。`/manage players add` か `/manage players import` でプレイヤーを追加してください。
batch-done-already = `{ $code }` は全員（{ $players }人）完了しています。失敗した分をもう一度試すには `/manage giftcode retry code:{ $code }` を使ってください。
batch-going-on = `{ $code }` はすでに交換中です：残り{ $players }人。
batch-started = ✅ `{ $code }` を{ $players }人分交換します。
batch-see-history = 進行状況は `/manage giftcode history` で確認できます。
batch-see-channel = 進行状況は { $channel } に表示されます。
batch-line-empty = ❌ `{ $code }`：プレイヤーリストが空です
batch-line-done = `{ $code }`：全員完了しています
batch-line-started = ✅ `{ $code }`：{ $players }人分交換します
batch-line-over = ⌛ `{ $code }` は無効です：{ $why }
retry-nothing = ここでは `{ $code }` に失敗した人がいないため、再試行するものはありません。
retry-started = ✅ `{ $code }` を{ $players }人分もう一度試します。

history-title = 📜 交換履歴
history-nothing = プレイヤーリストでは、まだコードを交換していません。
history-nothing-of-code = プレイヤーリストでは、`{ $code }` を交換したことがありません。
history-round = { $code }（{ $round }回目）
history-finished = 完了：{ $when }
history-started = 開始：{ $when }、進行中
