self-linked = ✅ { $player }（王国 { $state }）と連携しました。`/redeem` や投稿の下のボタンで、このアカウントのコードを交換できます。連携を解除するには `/unlink` を使ってください。
self-linked-state-unknown = ✅ { $player } と連携しました。王国を探しています。わかる場合は、王国を指定してもう一度 `/link` を使ってください。連携を解除するには `/unlink` を使ってください。
self-linked-before = ✅ { $player } はすでに連携済みです。王国を { $state } にしました。
self-linked-before-state-unknown = ✅ { $player } はすでに連携済みです。何も変更していません。
self-retried = 王国の間違いで失敗したコードをもう一度試します。

self-remembered = { $player } を覚えておくので、次回は1タップで済みます。解除するには `/unlink` を使ってください。

self-join-question = リーダーのプレイヤーリストにも追加しますか？リーダーがコードを交換するとき、あなたの分も交換されます。
self-join-button = プレイヤーリストに参加
self-join-menu = 参加するプレイヤーリストを選択 …
self-joined-automatically = このサーバーのプレイヤーリストにも追加しました。リストから外すには、リーダーに頼んでください。

self-joined = ✅ { $player } をプレイヤーリストに追加しました。リーダーが自動交換をオンにすると、新しいコードが交換されます。
self-joined-alliance = ✅ { $player } を { $alliance } のプレイヤーリストに追加しました。同盟のリーダーが自動交換をオンにすると、新しいコードが交換されます。
self-joined-auto = ✅ { $player } をプレイヤーリストに追加しました。新しいコードは自動で交換されます。
self-joined-alliance-auto = ✅ { $player } を { $alliance } のプレイヤーリストに追加しました。新しいコードは自動で交換されます。
self-joined-before = { $player } はすでにプレイヤーリストにあります。
self-join-list-is-full = ❌ プレイヤーリストがいっぱいです（{ $most }人）。リーダーに追加を頼んでください。
self-join-not-linked = ❌ { $player } はもうあなたと連携していません。先に `/link` を使ってください。
self-join-off = 🔒 このサーバーでプレイヤーを追加できるのはリーダーだけです。リーダーに頼んでください。

self-form-title = ゲームのアカウントを教えてください
self-form-player = プレイヤーID（ゲーム内のプロフィールに表示）
self-form-state = 王国（# の後の番号、わかる場合）

self-mode-off = 🔗 `/link` の後：何もしません。プレイヤーを追加できるのはリーダーだけです。変更するには `/manage players idchannel join:` を使ってください。
self-mode-ask = 🔗 `/link` の後：プレイヤーリストに参加するかメンバーに確認します。変更するには `/manage players idchannel join:` を使ってください。
self-mode-auto = 🔗 `/link` の後：確認なしでプレイヤーリストに追加します。変更するには `/manage players idchannel join:` を使ってください。
self-mode-auto-several = 🔗 `/link` の後：メンバーが参加する同盟を選びます。変更するには `/manage players idchannel join:` を使ってください。
self-no-id-channel = 🆔 IDチャンネル：なし。`/manage players idchannel channel:` を使うと、メンバーがチャンネルにプレイヤーIDを入力して参加できます。
self-id-channel = 🆔 IDチャンネル：{ $channel }。メンバーがそこにプレイヤーIDを入力します（王国はあってもなくても可）：`12345678 #245`。本人と連携し、リアクションで答えます：✅ 追加、🔁 すでにリストにあり、❌ IDではない、そのIDのプレイヤーがいない、6つ目のアカウント、またはリストが満員、⏳ 確認中。
self-id-channel-taken = **{ $alliance }** のIDチャンネルではなくなりました。
self-reading-is-off = ⚠️ まだメッセージを読めません。ボットの運営者がDiscordの開発者ポータルの *Bot* で *Message Content Intent* をオンにし、`DISCORD_MESSAGE_CONTENT=true` を設定して再起動する必要があります。それまでメンバーは `/link` を使ってください。
self-reading-is-not-allowed = ⚠️ Discordがメッセージの読み取りを許可していません。ボットの運営者がDiscordの開発者ポータルの *Bot* で *Message Content Intent* をオンにし、再起動する必要があります。それまでメンバーは `/link` を使ってください。
self-channel-or-off = ❌ `channel` と `off` はどちらか一方だけ使ってください。何も変更していません。
self-not-a-text-channel = ❌ このサーバーのテキストチャンネルではありません。何も変更していません。
self-id-channel-refused = ❌ { $channel } をIDチャンネルにできません：そこで { $permissions } の権限が必要です。チャンネルの設定で許可してから、もう一度お試しください。何も変更していません。

self-results-on-button = 自分の結果を受け取る
self-results-off-button = 自分の結果の受け取りをやめる
self-results-on = ✅ あなたのアカウントでコードを交換したら、結果をダイレクトメッセージで送ります。やめるには、もう一度 `/link` を使ってボタンをタップしてください。
self-results-off = ✅ 今後、結果のダイレクトメッセージは送りません。
self-results-refused = ⚠️ ダイレクトメッセージを送れなかったため、停止しました。また受け取るには、このサーバーのプライバシー設定で*ダイレクトメッセージ*を許可してから、`/link` を使ってボタンをタップしてください。
self-results-why = -# 希望されたのでお送りしています。やめるには、サーバーで `/link` を使ってボタンをタップしてください。
