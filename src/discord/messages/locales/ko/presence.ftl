presence-no-codes = 기프트 코드 소식
presence-codes = 사용 가능한 기프트 코드 { $codes }개
