target-set = ✅ 今後、ギフトコードを { $channel } に投稿します。
target-set-first = ✅ 今後、ギフトコードを { $channel } に投稿します。まず、現在有効なものを投稿します。
target-publishes = 投稿はすべて、フォローしているチャンネルにも公開します。
target-forum = コードごとに投稿を作成し、進行状況もそこに表示します。
target-forum-post = ここはフォーラム内の1つの投稿です。コードごとに投稿を作成するには、`/manage giftcode setchannel channel:` でフォーラムを選んでください。
target-mentions = 投稿のたびに { $roles } をメンションします。
target-mentions-nobody = 今後、投稿でロールをメンションしません。
target-role-gone = 投稿でメンションしていたロールが削除されました。`role` か `add_role` で別のロールを設定してください。
target-not-notified = Discordは { $roles } に通知しません：ロールの設定で「このロールに対して@mentionを許可する」をオンにしてください。
target-allow-too = そこで { $permissions } もボットに許可してください。

target-blocked = ❌ { $channel } に投稿できません：{ $why }。何も変更していません。
target-too-many-roles = ❌ 投稿でメンションできるロールは{ $most }個までです。先に `remove_role` でどれかを外してください。何も変更していません。
target-channel-gone = ❌ チャンネルが削除されました。`/manage giftcode setchannel` で別のチャンネルを設定してください。

test-no-channel = チャンネルが設定されていません。`/manage giftcode setchannel` で設定してからテストしてください。
test-still-there = 前回のテスト投稿をまだ削除しています。1分後にもう一度お試しください。
test-post-name = ギフトコードボットのテスト
test-post-title = 🧪 これはテストです
test-post-text = 新しいギフトコードはここに表示されます。このテストは数秒で消えます。

test-works = 🧪 投稿できます
test-not-tried = 🧪 不足はありませんが、投稿は試していません
test-something-missing = 🧪 足りないものがあります
test-post-there = ✅ 投稿：できました。数秒後に削除します。
test-post-not-tried = ➖ 投稿：フォーラムでは削除できないため、試していません。試すには、そこで**投稿の管理**をボットに許可してください。
test-post-failed = ❌ 投稿：{ $why }。
test-mention = ✅ メンション：投稿は { $roles } に通知されます。テストでは誰にも通知していません。
test-mention-silent = ❌ メンション：Discordは { $roles } に通知しません。ロールの設定で「このロールに対して@mentionを許可する」をオンにしてください。
test-mention-gone = ❌ メンション：ロールが削除されました。`/manage giftcode setchannel role:` で別のロールを設定してください。
test-mention-none = ➖ メンション：ロールが設定されていません。`/manage giftcode setchannel add_role:` で追加できます。
test-embed = ✅ カード：表示されています。
test-files = ✅ ファイル：失敗したプレイヤーのリストを添付できます。
test-files-missing = ❌ ファイル：失敗したプレイヤーの長いリストは途中で切れます。そこで**ファイルを添付**をボットに許可してください。
test-history-missing = ❌ 履歴：中断の後、コードを投稿したか確認できません。そこで**メッセージ履歴を読む**をボットに許可してください。
test-publish = ✅ 公開：投稿は、このチャンネルをフォローしているチャンネルにも公開されます。テストは公開していません。

post-for-alliance = 同盟（リーダー用）
post-for-alliance-menu = 同盟（リーダー用） …
post-auto-is-on = -# 自動交換がオンです：このボタンを押さなくても、新しいコードはプレイヤーリスト全員分が交換されます。
