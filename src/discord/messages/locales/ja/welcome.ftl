welcome-title = 👋 はじめまして！ホワイトアウト・サバイバルのギフトコードを投稿し、同盟の分を交換します。
welcome-intro = 3ステップで完了です：
welcome-end = 自分でコードを交換したいメンバーは `/link` か、投稿の下のボタンを使ってください。この説明は `/help` でいつでも見られます。

welcome-help-title = 🎁 ギフトコードの使い方
welcome-members = みなさんへ
welcome-members-steps = 1️⃣ `/link` でプレイヤーIDを一度連携します。IDはゲーム内のプロフィールにあります。
    2️⃣ 投稿の下の**自分の分を交換**をタップするか、`/redeem` を使います。報酬はゲーム内メールで届きます。
welcome-leaders = リーダーの方へ
welcome-leaders-steps = 1️⃣ ギフトコード用のチャンネルで `/manage giftcode setchannel` を使います。新しいコードをすべてそこに投稿します。
    2️⃣ `/manage players add` か `/manage players import` でプレイヤーを登録します。
    3️⃣ `/manage giftcode auto` で*オン*を選びます。コードをすべて全員分交換します。
welcome-panel = ボタンのほうがよければ、`/manage panel` で毎日の操作をまとめたメニューを投稿できます。`/manage language` で投稿の言語を設定できます。
welcome-more = その他
welcome-more-commands = `/giftcode` は有効なコードの表示、`/unlink` はアカウントの連携解除です。リーダー：`/manage access role:` でR4に `/manage` を許可、`/manage giftcode status` で現在の設定を表示、`/manage players idchannel` でメンバーが自分でリストに参加できるようになります。
welcome-second-alliance = `/manage alliance add` は2つ目の同盟を追加するときに使います。
