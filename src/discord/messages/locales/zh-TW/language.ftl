language-is = 🌐 這個伺服器的貼文和進度訊息使用 { $name }。要換語言請用 `/manage language language:`。指令和按鈕的回覆會使用每個人自己的 Discord 語言。
language-set = ✅ 從現在起，這個伺服器的新貼文和進度訊息使用 { $name }。指令和按鈕的回覆會使用每個人自己的 Discord 語言。
