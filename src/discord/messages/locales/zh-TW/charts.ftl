chart-per-day = 每日兌換數
chart-per-code = 最新禮包碼的領取玩家數
chart-speed = 兌換速度
chart-redemptions = 兌換數
chart-players = 玩家數
chart-legend = { $name } { $number }
chart-redeemed = 已兌換
chart-already = 先前已領取
chart-failed = 失敗
chart-gave-up = 已放棄
chart-have = 已領取
chart-have-not = 失敗或已放棄
chart-to-post = 發現 → 發布
chart-to-done = 發布 → 全部玩家完成
chart-of = { $players } 位中 { $have } 位
chart-more = 還有 { $rows } 個
chart-nothing = 還沒有
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
chart-milliseconds = { $number } 毫秒
chart-seconds = { $number } 秒
chart-minutes = { $number } 分
chart-hours = { $number } 小時
chart-days = { $number } 天
chart-both = { $larger } { $smaller }
