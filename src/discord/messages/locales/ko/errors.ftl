code-error-empty = ❌ 기프트 코드에는 글자나 숫자가 하나 이상 있어야 해요. 코드를 확인하고 다시 시도하세요.
code-error-too-long = ❌ “{ $text }”: 기프트 코드가 아니에요. { $most }자가 넘어요. 코드를 확인하고 다시 시도하세요.
code-error-character = ❌ “{ $text }”: 기프트 코드가 아니에요. 쓸 수 없는 문자가 있어요: { $character }. 영문자 A–Z, 숫자, `-`, `_`만 쓸 수 있어요.
character-blank = 공백
character-invisible = 보이지 않는 문자 { $number }
character-control = 제어 문자 { $number }
character-visible = “{ $character }”

player-error-id = “{ $text }”: 플레이어 ID가 아니에요. 플레이어 ID는 1~12자리 숫자예요
player-error-state = “{ $text }”: 왕국이 아니에요. 왕국은 1 이상의 정수예요
player-error-id-shortened = “{ $text }”: 온전한 플레이어 ID가 아니에요. 스프레드시트에서 줄여졌어요. 열 서식을 소수점 없는 숫자로 바꾸세요
player-error-state-shortened = “{ $text }”: 온전한 왕국 번호가 아니에요. 스프레드시트에서 줄여졌어요. 열 서식을 소수점 없는 숫자로 바꾸세요
player-error-nothing-changed = ❌ { $error }. 변경된 건 없어요.
