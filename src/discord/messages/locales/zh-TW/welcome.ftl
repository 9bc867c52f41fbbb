welcome-title = 👋 哈囉！我會發布《寒霜啟示錄》的禮包碼，並為你的聯盟兌換。
welcome-intro = 只要三個步驟就完成：
welcome-end = 想自己兌換禮包碼的成員，請用 `/link` 或貼文下方的按鈕。`/help` 可以再看一次這些說明。
welcome-help-title = 🎁 禮包碼：使用說明
welcome-members = 給所有人
welcome-members-steps = 1️⃣ 用 `/link` 綁定你的玩家 ID，只要一次。它在遊戲內的個人資料中。
    2️⃣ 按貼文下方的 **幫我兌換**，或用 `/redeem`。獎勵會寄到遊戲內信件。
welcome-leaders = 給幹部
welcome-leaders-steps = 1️⃣ 在要發布禮包碼的頻道使用 `/manage giftcode setchannel`。我會在那裡發布每個新禮包碼。
    2️⃣ 用 `/manage players add` 或 `/manage players import` 告訴我有哪些玩家。
    3️⃣ 用 `/manage giftcode auto` 並選擇 *開啟*。之後我會為所有人兌換每個禮包碼。
welcome-panel = 比較喜歡用按鈕？`/manage panel` 會發布一個選單，包含你每天要做的事。`/manage language` 設定貼文的語言。
welcome-more = 更多
welcome-more-commands = `/giftcode` 顯示有效的禮包碼，`/unlink` 解除帳號的綁定。幹部：`/manage access role:` 讓 R4 也能使用 `/manage`，`/manage giftcode status` 顯示目前的設定，`/manage players idchannel` 讓成員自己加入名單。
welcome-second-alliance = `/manage alliance add` 用來新增第二個聯盟。
