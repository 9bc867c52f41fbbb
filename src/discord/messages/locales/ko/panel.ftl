panel-title = 🎛 기프트 코드
panel-title-of = 🎛 기프트 코드: { $alliance }
panel-codes = 🎁 사용 가능한 코드 { $codes }개
panel-players = 👥 플레이어 { $players }명
panel-auto-on = 🤖 자동 교환 켜짐
panel-auto-off = 🤖 자동 교환 꺼짐
panel-channel = 📣 { $channel }
panel-no-channel = 📣 채널 없음: `/manage giftcode setchannel`
panel-failed = ❌ 실패 { $failed }
panel-note = 봇을 관리할 수 있는 사람용이에요. 답변은 본인에게만 보여요. 숫자는 누군가 버튼을 누를 때마다 새로고침돼요.

panel-add-code = 코드 추가
panel-missing = 못 받은 사람
panel-retry = 실패 재시도
panel-redeem = 지금 교환
panel-add-players = 플레이어 추가
panel-remove-players = 플레이어 삭제
panel-list = 플레이어 목록
panel-status = 상태
panel-turn-on = 자동 켜기
panel-turn-off = 자동 끄기

panel-form-title = 기프트 코드 추가
panel-form-code = 공개된 그대로의 코드

panel-choose-code = 다른 코드 …
panel-choose-retry = 어떤 코드를 재시도할까요? …
panel-choose-redeem = 어떤 코드를 교환할까요? …
panel-all-codes = 전부
panel-entry-failed = { $code }: { $players }명 실패
panel-entry-untried = { $code }: { $players }명 아직 시도 안 함
panel-which-retry = 어떤 코드를 다시 시도할까요?
panel-which-redeem = 플레이어 목록에 어떤 코드를 교환할까요?

panel-made = ✅ { $channel } 채널에 패널을 만들었어요. 모두가 찾을 수 있게 고정해 주세요. 새 패널은 언제든 만들 수 있고, 예전 패널도 계속 작동해요.
panel-refused = ❌ 여기에는 패널을 올릴 수 없어요. 이 채널에서 { $permissions } 권한이 필요해요. 채널 설정에서 허용한 뒤 `/manage panel`을 다시 쓰세요.
panel-gone = 이 패널의 연맹은 더 이상 없어요. 이 메시지를 삭제하고 `/manage panel`로 새로 만드세요.
panel-no-codes = 사용 가능한 코드가 없어요. **코드 추가**로 추가하세요.
panel-nothing-failed = 플레이어 목록에서 사용 가능한 코드에 실패한 사람이 없어요.
panel-nothing-to-redeem = 사용 가능한 코드를 플레이어 목록 전원에게 모두 시도했어요. 실패한 사람은 **실패 재시도**를 누르세요.
