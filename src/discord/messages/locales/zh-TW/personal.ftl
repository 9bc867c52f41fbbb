link-too-many = ❌ 你已經綁定了 { $most } 個帳號，達到上限了。請先用 `/unlink` 移除一個。
link-wrong-state = ❌ 遊戲顯示 { $player } 不在王國 { $state }。你的王國在遊戲內個人資料的 # 後面。沒有任何變更。
link-no-such-player = ❌ 遊戲查無玩家 { $player }。你的玩家 ID 在遊戲內的個人資料中。沒有任何變更。
link-cannot-check = ❌ 遊戲目前沒有正常回應，所以我無法確認。請過幾分鐘再試。沒有任何變更。
link-none-yet = 你還沒有綁定帳號。請先用 `/link` 填入你的玩家 ID。
unlink-not-yours = 那個帳號沒有綁定到你。沒有任何變更。
unlink-done =
    { $accounts ->
        [1] ✅ 已解除這個帳號與你的綁定。
       *[other] ✅ 已解除你 { $accounts } 個帳號的綁定。
    }
unlink-still-listed = 它仍在玩家名單上。想從名單移除，請找幹部。
unlink-which-one = 你綁定了多個帳號。請用 `player_id` 選擇要解除綁定的帳號：
unlink-one-or-everything = ❌ 請用 `player_id` 解除一個帳號，或用 `everything`，兩者只能擇一。沒有任何變更。
forget-nothing-known = 我沒有任何關於你的資料。沒有任何變更。
forget-done = ✅ 我已清除所有關於你的資料。沒有任何帳號綁定到你了。
forget-erased = 連同兌換紀錄一起清除：{ $players }。
forget-kept = 這些帳號會保留，但與你不再有任何關聯：{ $players }。它們要嘛在某個伺服器的玩家名單上（名單屬於該伺服器），要嘛由其他成員綁定。想把帳號從玩家名單移除，請找該伺服器的幹部。
redeem-sent = 🎁 { $who }：已發送，請查看遊戲內信件
redeem-already = 📦 { $who }：先前已領取
redeem-failed = ❌ { $who }：{ $why }
redeem-waiting = ⏳ { $who }：等待中
redeem-trying-again = ⏳ { $who }：{ $why }，重試中
redeem-not-done = ⏳ { $who }：尚未完成
redeem-over = ⌛ **{ $code }** 已失效：{ $why }
redeem-goes-on = 我會繼續嘗試。稍後想看結果，請再兌換一次這個禮包碼。
redeem-see-each-account = 想查看每個帳號的結果，請用 `/redeem` 並只填一個禮包碼。
redeem-code-over = ⌛ `{ $code }` 已失效：{ $why }。
redeem-too-many-waiting = ⏳ 你有 { $most } 個禮包碼在等待，達到上限了。等其中幾個完成後再試：{ $codes }
redeem-busy = ⏳ 你先前的請求還在處理中。請等其中一個完成。
list-more = …還有 { $number } 個
form-expired = ⌛ 這個表單開太久了，我已經不知道你選了哪些禮包碼。請重新選擇。
servers-only = 我只能在伺服器中使用。請在有我的伺服器裡使用這個指令。
button-outdated = 這個按鈕已經失效。請改用 `/giftcode` 和 `/redeem`。
failure-unknown = ❌ 我這邊出了點問題。請過一分鐘再試。如果一直發生，請把這個編號告訴機器人營運者：`{ $incident }`。
failure-not-saved = ❌ 無法儲存，所以沒有任何變更。請過一分鐘再試。如果一直發生，請把這個編號告訴機器人營運者：`{ $incident }`。
failure-restarting = ⏳ 我正在重新啟動。你的請求會繼續處理。想看結果，請過一分鐘再查詢。
