presence-no-codes = 禮包碼動態
presence-codes = { $codes } 個有效的禮包碼
