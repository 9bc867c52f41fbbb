after-retry-button = 失敗分を再試行

after-fix-state-of-one = → リーダー：`/manage players edit player:{ $player } state:` に正しい王国を入力
after-fix-states = → リーダー：それぞれ `/manage players edit player:{ $player } state:` に正しい王国を入力。全員が移動した場合：`/manage players setstate from: to:`
after-fix-no-states = → リーダー：`/manage players edit player:{ $player } state:` に正しい王国を入力。同じ王国にいる他のプレイヤーはボットが見つけます。
after-fix-id = → リーダー：もういないプレイヤーなら `/manage players remove player:{ $player }`
after-fix-ids = → リーダー：もういないプレイヤーなら `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → 条件を満たしたら、リーダー：`/manage giftcode retry code:{ $code }`
after-try-again = → リーダー：**失敗分を再試行**、または `/manage giftcode retry code:{ $code }`

after-mention-title = ❌ あなたのアカウントで { $code } の交換に失敗しました
after-mention = 連携したアカウントで交換できませんでした。理由と対処方法は[結果]({ $link })をご覧ください。
after-mention-without-result = 連携したアカウントで交換できませんでした。もう一度試して理由を確認するには `/redeem code:{ $code }` を使ってください。

after-players-title = 📋 { $code }：受け取り状況
after-players-counts = 🎁 受け取り済み { $redeemed } · ❌ 失敗 { $failed } · ➖ 未受け取り 計{ $missing }
after-players-empty = プレイヤーリストは空です。`/manage players add` でプレイヤーを追加してください。
after-players-nobody = 該当者はいません。
after-player-failed = ❌ { $player }：{ $why }
after-player-gave-up = ❌ { $player }：断念、{ $why }
after-player-granted = 🎁 { $player }：交換済み
after-player-already = 📦 { $player }：受け取り済み
after-player-pending = ⏳ { $player }：交換中
after-player-untried = ➖ { $player }：まだ試していません
after-players-menu = 表示 …
after-players-missing = 未受け取り：{ $players }
after-players-failed = 失敗：{ $players }
after-players-redeemed = 交換済み：{ $players }
after-players-all = 全員：{ $players }

after-auto-on = ✅ 今後、新しいコードはすべてプレイヤーリスト（{ $players }人）の分を交換します。
after-auto-on-empty = ✅ 今後、コードはすべてプレイヤーリストの分を交換します。リストはまだ空です：`/manage players add` か `/manage players import` でプレイヤーを追加してください。
after-auto-on-without-channel = チャンネルが設定されていないため、結果は `/manage giftcode history` でしか見られません。`/manage giftcode setchannel` で設定してください。
after-auto-on-codes = ✅ 今後、コードはすべてプレイヤーリストの分を交換します。{ $estimate }
after-estimate = { $players }人 × コード{ $codes }個、交換{ $redemptions }回：{ $time }。
after-auto-asks = ⏳ { $estimate } ゲームには1分あたりの交換回数に制限があり、このボットのほかのプレイヤーも待っています。自動交換をオンにしますか？
after-auto-yes = オンにする
after-auto-no = 今はしない
after-auto-stays = 自動交換の設定はそのままです。
after-seconds = 1分未満
after-minutes = 約{ $minutes }分
after-hours = 約{ $hours }時間
after-fast = ゲームが許すかぎり速く

after-notify-failed-on = ✅ コードごとに、連携したアカウントで交換に失敗した人をメンションします。
after-notify-failed-off = コードの交換に失敗しても、誰もメンションしません。変更するには：`/manage giftcode notify failed:on`
after-notify-reminder-on = ✅ コードが終了する1日前に、まだ受け取っていない人がいればお知らせします。
after-notify-reminder-off = コードの終了前には何も投稿しません。変更するには：`/manage giftcode notify reminder:on`
