alliances-between = 、
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ 這裡沒有叫 **{ $name }** 的聯盟。請用 `alliance` 選擇：{ $names }。
alliances-unknown-only-one = ❌ 這裡沒有叫 **{ $name }** 的聯盟。這個伺服器只有一個聯盟，不用填 `alliance`。
alliances-which = ❌ 這個伺服器有多個聯盟。請用 `alliance` 指定是哪一個：{ $names }。
alliances-which-here = ❌ 有多個聯盟使用這個頻道發布禮包碼。請用 `alliance` 指定是哪一個：{ $names }。
alliances-added-second = ✅ 已新增 **{ $name }**。這個伺服器的第一個聯盟現在叫 **{ $first }**，可用 `/manage alliance rename` 改名。
    從現在起，指令會多一個 `alliance` 選項，Discord 可能要過一分鐘才會顯示。
alliances-added = ✅ 已新增 **{ $name }**。
alliances-next-channel = 接著用 `/manage giftcode setchannel alliance:{ $name } channel:` 選擇發布禮包碼的頻道，再用 `/manage players add alliance:{ $name }` 新增玩家。
alliances-next-players = 接著用 `/manage players add alliance:{ $name }` 新增玩家。
alliances-known = **{ $name }** 已經新增過了。
alliances-name-taken = ❌ 這裡已經有叫 **{ $name }** 的聯盟。請換一個名稱。
alliances-bad-name = ❌ 名稱長度為 1 到 { $most } 個字元。
alliances-too-many = ❌ 一個伺服器最多 { $most } 個聯盟。請先用 `/manage alliance remove` 移除一個。
alliances-role-without-channel = ❌ 請一併填寫 `channel`：身分組會在那裡的貼文中被提及。
alliances-renamed = ✅ 聯盟現在叫 **{ $name }**。
alliances-gone = 這個聯盟已經被移除了。
alliances-last = ❌ 這是這個伺服器唯一的聯盟，所以不能移除。要停止發布，請用 `/manage giftcode unsetchannel`。
alliances-remove-sure = 要移除 **{ $name }** 嗎？{ $players ->
        [0] 它的玩家名單是空的。
       *[other] 它有 { $players } 位玩家的玩家名單會被刪除。
    }之後不會再為它發布或兌換。過去的結果會保留：只要還有多個聯盟，用 `/manage giftcode history` 加上聯盟名稱就能查看。
alliances-remove-button = 移除
alliances-removed = ✅ 已移除 **{ $name }**。{ $players ->
        [0] 它的玩家名單是空的。
       *[other] 它的名單上有 { $players } 位玩家。
    }
alliances-one-left = 這個伺服器又只剩一個聯盟了，指令不再需要 `alliance` 選項。
alliances-order = 有多個聯盟要兌換時，會依這個順序進行。同時在多份名單上的玩家，跟著最前面的聯盟。
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players } 位玩家 · { $auto }
alliances-no-channel = 沒有頻道
alliances-auto-on = 自動兌換開啟
alliances-auto-off = 自動兌換關閉
alliances-post = 🛡️ { $names }
