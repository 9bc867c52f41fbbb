chart-per-day = 1日ごとの交換数
chart-per-code = 最新のコードを受け取った人数
chart-speed = 交換の速さ
chart-redemptions = 交換数
chart-players = 人数
chart-legend = { $name } { $number }
chart-redeemed = 交換
chart-already = 受け取り済み
chart-failed = 失敗
chart-gave-up = 断念
chart-have = 受け取った人
chart-have-not = 失敗または断念
chart-to-post = 発見 → 投稿
chart-to-done = 投稿 → 最後の人の完了
chart-of = { $players }人中{ $have }人
chart-more = ほか{ $rows }件
chart-nothing = まだありません
chart-date =
    { $month ->
        [jan] 1月
        [feb] 2月
        [mar] 3月
        [apr] 4月
        [may] 5月
        [jun] 6月
        [jul] 7月
        [aug] 8月
        [sep] 9月
        [oct] 10月
        [nov] 11月
       *[dec] 12月
    }{ $day }日
chart-milliseconds = { $number }ミリ秒
chart-seconds = { $number }秒
chart-minutes = { $number }分
chart-hours = { $number }時間
chart-days = { $number }日
chart-both = { $larger }{ $smaller }
