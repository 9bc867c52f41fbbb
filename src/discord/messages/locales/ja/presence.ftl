presence-no-codes = ギフトコード情報
presence-codes = 有効なギフトコード{ $codes }個
