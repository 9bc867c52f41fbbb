after-retry-button = 실패 재시도

after-fix-state-of-one = → 운영진: `/manage players edit player:{ $player } state:`에 올바른 왕국 입력
after-fix-states = → 운영진: 각각 `/manage players edit player:{ $player } state:`에 올바른 왕국 입력. 모두 이동했다면: `/manage players setstate from: to:`
after-fix-no-states = → 운영진: `/manage players edit player:{ $player } state:`에 올바른 왕국 입력. 그러면 그 왕국에 있는 다른 플레이어를 찾아요.
after-fix-id = → 운영진: 떠난 플레이어라면 `/manage players remove player:{ $player }`
after-fix-ids = → 운영진: 떠난 플레이어라면 `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → 조건을 채운 뒤, 운영진: `/manage giftcode retry code:{ $code }`
after-try-again = → 운영진: **실패 재시도** 또는 `/manage giftcode retry code:{ $code }`

after-mention-title = ❌ 내 계정에서 { $code } 교환에 실패했어요
after-mention = 연결한 계정에서 교환하지 못했어요. 이유와 해결 방법은 [결과]({ $link })에서 확인하세요.
after-mention-without-result = 연결한 계정에서 교환하지 못했어요. 다시 시도하고 이유 보기: `/redeem code:{ $code }`

after-players-title = 📋 { $code }: 수령 현황
after-players-counts = 🎁 수령 { $redeemed } · ❌ 실패 { $failed } · ➖ 미수령 총 { $missing }
after-players-empty = 플레이어 목록이 비어 있어요. `/manage players add`로 플레이어를 추가하세요.
after-players-nobody = 아무도 없어요.
after-player-failed = ❌ { $player }: { $why }
after-player-gave-up = ❌ { $player }: 포기, { $why }
after-player-granted = 🎁 { $player }: 교환 완료
after-player-already = 📦 { $player }: 이미 수령
after-player-pending = ⏳ { $player }: 교환 중
after-player-untried = ➖ { $player }: 아직 시도 안 함
after-players-menu = 보기 …
after-players-missing = 미수령: { $players }
after-players-failed = 실패: { $players }
after-players-redeemed = 교환 완료: { $players }
after-players-all = 전체: { $players }

after-auto-on = ✅ 이제부터 새 코드는 모두 플레이어 목록({ $players }명)에 자동으로 교환돼요.
after-auto-on-empty = ✅ 이제부터 코드는 모두 플레이어 목록에 자동으로 교환돼요. 목록이 비어 있으니 `/manage players add`나 `/manage players import`로 플레이어를 추가하세요.
after-auto-on-without-channel = 채널이 설정되지 않아서 결과는 `/manage giftcode history`에서만 볼 수 있어요. `/manage giftcode setchannel`로 설정하세요.
after-auto-on-codes = ✅ 이제부터 코드는 모두 플레이어 목록에 자동으로 교환돼요. { $estimate }
after-estimate = { $players }명 × 코드 { $codes }개, 교환 { $redemptions }건: { $time }.
after-auto-asks = ⏳ { $estimate } 게임에는 1분당 교환 횟수 제한이 있고, 이 봇의 다른 플레이어들도 기다리고 있어요. 자동 교환을 켤까요?
after-auto-yes = 켜기
after-auto-no = 나중에
after-auto-stays = 자동 교환 설정은 그대로예요.
after-seconds = 1분 미만
after-minutes = 약 { $minutes }분
after-hours = 약 { $hours }시간
after-fast = 게임이 허용하는 한 빠르게

after-notify-failed-on = ✅ 코드마다, 연결한 계정에서 교환에 실패한 사람을 멘션해요.
after-notify-failed-off = 코드 교환에 실패해도 아무도 멘션하지 않아요. 바꾸려면: `/manage giftcode notify failed:on`
after-notify-reminder-on = ✅ 코드가 끝나기 하루 전에, 아직 못 받은 사람이 있으면 알려 드려요.
after-notify-reminder-off = 코드가 끝나기 전에 아무것도 올리지 않아요. 바꾸려면: `/manage giftcode notify reminder:on`
