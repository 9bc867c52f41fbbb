access-managers-only = 🔒 只有擁有 **管理伺服器** 權限的成員可以這麼做。請找他們幫忙，或請他們用 `/manage access` 開放給你的身分組。
access-managers-and-roles-only = 🔒 只有擁有 **管理伺服器** 權限或以下身分組的成員可以這麼做：{ $roles }
access-only-server-managers-change = 🔒 只有擁有 **管理伺服器** 權限的成員可以變更誰能使用 `/manage`。
access-nobody-named = 目前只有擁有 **管理伺服器** 權限的成員可以使用 `/manage`。想讓 R4、R5 也能使用，請用 `/manage access role:` 並選擇他們的身分組。
access-roles-named = 擁有 **管理伺服器** 權限的成員，以及擁有這些身分組的成員可以使用 `/manage`：{ $roles }
    要取消某個身分組的使用權，請用 `/manage access role: remove:True`。
access-role-of-alliance = { $role }（{ $alliance }）
access-role-added = ✅ 擁有 { $role } 的成員現在可以使用 `/manage` 和幹部按鈕。只有擁有 **管理伺服器** 權限的成員能變更這項設定。
    他們看不到 `/manage`？那就是有人在 *伺服器設定 → 整合* 設了限制，這個頁面只有電腦版 Discord 才看得到。請在那裡也開放這個身分組。
access-role-known = 擁有 { $role } 的成員本來就能使用 `/manage`。沒有任何變更。
access-role-removed = ✅ 擁有 { $role } 的成員不能再使用 `/manage`，除非他們有其他可用的身分組或 **管理伺服器** 權限。
access-role-not-named = { $role } 不在可使用 `/manage` 的身分組之中。沒有任何變更。
access-role-of-all-alliances = { $role } 可以對這個伺服器的所有聯盟使用 `/manage`，無法只取消其中一個。請先用 `/manage access role: remove:True` 全部取消，再用 `alliance` 為要保留的聯盟重新允許。沒有任何變更。
access-too-many-roles = ❌ 已有 { $most } 個身分組可以使用 `/manage`，不能再增加了。請先用 `/manage access role: remove:True` 移除一個。沒有任何變更。
access-not-everyone = ❌ 我不能讓所有人都使用 `/manage`。請選擇只有幹部才有的身分組。沒有任何變更。
access-which-role = ❌ 要取消哪個身分組使用 `/manage`？請用 `/manage access role: remove:True` 並選擇身分組。沒有任何變更。
