link-too-many = ❌ 連携できるアカウントの上限（{ $most }個）に達しています。先に `/unlink` でどれかを解除してください。
link-wrong-state = ❌ ゲームによると、{ $player } は王国 { $state } にいません。王国は、ゲーム内のプロフィールの # の後に表示されています。何も変更していません。
link-no-such-player = ❌ プレイヤー { $player } はゲームに存在しません。プレイヤーIDはゲーム内のプロフィールに表示されています。何も変更していません。
link-cannot-check = ❌ 現在ゲームから正しい応答がないため、確認できません。数分後にもう一度お試しください。何も変更していません。
link-none-yet = まだアカウントを連携していません。先に `/link` でプレイヤーIDを入力してください。

unlink-not-yours = そのアカウントはあなたと連携していません。何も変更していません。
unlink-done =
    { $accounts ->
        [1] ✅ アカウントの連携を解除しました。
       *[other] ✅ { $accounts }個のアカウントの連携を解除しました。
    }
unlink-still-listed = まだプレイヤーリストに載っています。リストから外すには、リーダーに頼んでください。
unlink-which-one = 複数のアカウントを連携しています。解除するものを `player_id` で選んでください：
unlink-one-or-everything = ❌ 1つだけ解除する `player_id` か、`everything` のどちらか一方だけ使ってください。何も変更していません。
forget-nothing-known = あなたに関するデータはありません。何も変更していません。
forget-done = ✅ あなたに関する保存データをすべて消去しました。連携しているアカウントはもうありません。
forget-erased = 交換履歴とともに消去：{ $players }
forget-kept = 次のアカウントは残りますが、あなたとの連携はありません：{ $players }。サーバーのプレイヤーリスト（そのサーバーのものです）にあるか、ほかのメンバーが連携しています。プレイヤーリストから外すには、そのサーバーのリーダーに頼んでください。

redeem-sent = 🎁 { $who }：送信しました。ゲーム内メールを確認してください
redeem-already = 📦 { $who }：受け取り済み
redeem-failed = ❌ { $who }：{ $why }
redeem-waiting = ⏳ { $who }：待機中
redeem-trying-again = ⏳ { $who }：{ $why }、再試行中
redeem-not-done = ⏳ { $who }：まだ完了していません
redeem-over = ⌛ **{ $code }** は無効です：{ $why }
redeem-goes-on = このまま試し続けます。あとで結果を見るには、もう一度コードを交換してください。
redeem-see-each-account = アカウントごとの結果を見るには、コードを1つ指定して `/redeem` を使ってください。
redeem-code-over = ⌛ `{ $code }` は無効です：{ $why }。
redeem-too-many-waiting = ⏳ 待機中のコードが上限の{ $most }個に達しています。いくつか終わってから、もう一度お試しください：{ $codes }
redeem-busy = ⏳ 前のリクエストがまだ進行中です。どれかが終わるまでお待ちください。
list-more = … ほか{ $number }件

form-expired = ⌛ フォームを開いてから時間がたちすぎて、選んだコードがわからなくなりました。もう一度選んでください。

servers-only = このボットはサーバー内でのみ使えます。ボットのいるサーバーでこのコマンドを使ってください。
button-outdated = このボタンはもう使えません。代わりに `/giftcode` と `/redeem` を使ってください。
failure-unknown = ❌ ボット側で問題が発生しました。1分後にもう一度お試しください。続く場合は、ボットの運営者にこの番号を伝えてください：`{ $incident }`
failure-not-saved = ❌ 保存できなかったため、何も変更していません。1分後にもう一度お試しください。続く場合は、ボットの運営者にこの番号を伝えてください：`{ $incident }`
failure-restarting = ⏳ 再起動中です。リクエストはそのまま続きます。結果は1分後にもう一度確認してください。
