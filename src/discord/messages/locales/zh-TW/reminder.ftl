reminder-title = ⏰ { $code } 即將到期
reminder-text = 它將於 { $when } 到期，還有 { $missing } 位玩家沒領到。
reminder-untried = { $players } 位玩家：還沒試過
reminder-redeem-button = 為玩家名單兌換
reminder-without-file = 空間不足，無法列出所有名字。想收到完整名單的檔案，請允許我在這個頻道「附加檔案」。
reminder-off = 要關閉提醒：/manage giftcode notify reminder:off
