link-too-many = ❌ 연결한 계정이 이미 최대치인 { $most }개예요. 먼저 `/unlink`로 하나를 해제하세요.
link-wrong-state = ❌ 게임에 따르면 { $player } 플레이어는 왕국 { $state }에 없어요. 왕국은 게임 프로필의 # 뒤에 표시돼요. 변경된 건 없어요.
link-no-such-player = ❌ 게임에 { $player } 플레이어가 없어요. 플레이어 ID는 게임 프로필에 표시돼요. 변경된 건 없어요.
link-cannot-check = ❌ 지금 게임이 제대로 응답하지 않아 확인할 수 없어요. 몇 분 뒤 다시 시도해 주세요. 변경된 건 없어요.
link-none-yet = 아직 연결한 계정이 없어요. 먼저 `/link`로 플레이어 ID를 입력하세요.

unlink-not-yours = 나와 연결된 계정이 아니에요. 변경된 건 없어요.
unlink-done =
    { $accounts ->
        [1] ✅ 계정 연결을 해제했어요.
       *[other] ✅ 계정 { $accounts }개의 연결을 해제했어요.
    }
unlink-still-listed = 아직 플레이어 목록에 있어요. 목록에서 빼려면 운영진에게 부탁하세요.
unlink-which-one = 연결한 계정이 여러 개예요. 해제할 계정을 `player_id`에서 고르세요:
unlink-one-or-everything = ❌ 계정 하나만 해제하는 `player_id`와 `everything` 중 하나만 쓰세요. 변경된 건 없어요.
forget-nothing-known = 저장된 내 정보가 없어요. 변경된 건 없어요.
forget-done = ✅ 저장된 내 정보를 모두 삭제했어요. 이제 연결된 계정이 없어요.
forget-erased = 교환 기록과 함께 삭제됨: { $players }
forget-kept = 다음 계정은 남지만 나와의 연결은 없어졌어요: { $players }. 서버의 플레이어 목록(그 서버의 것)에 있거나 다른 멤버가 연결한 계정이에요. 플레이어 목록에서 빼려면 그 서버의 운영진에게 부탁하세요.

redeem-sent = 🎁 { $who }: 보냈어요. 게임 우편을 확인하세요
redeem-already = 📦 { $who }: 이미 수령
redeem-failed = ❌ { $who }: { $why }
redeem-waiting = ⏳ { $who }: 대기 중
redeem-trying-again = ⏳ { $who }: { $why }, 다시 시도 중
redeem-not-done = ⏳ { $who }: 아직 진행 중
redeem-over = ⌛ **{ $code }** 사용 불가: { $why }
redeem-goes-on = 계속 시도할게요. 나중에 결과를 보려면 코드를 다시 교환하세요.
redeem-see-each-account = 계정별 결과를 보려면 코드 하나로 `/redeem`을 쓰세요.
redeem-code-over = ⌛ `{ $code }` 사용 불가: { $why }.
redeem-too-many-waiting = ⏳ 대기 중인 코드가 이미 최대치인 { $most }개예요. 몇 개가 끝나면 다시 시도하세요: { $codes }
redeem-busy = ⏳ 이전 요청이 아직 진행 중이에요. 하나가 끝날 때까지 기다려 주세요.
list-more = … 외 { $number }개

form-expired = ⌛ 양식을 너무 오래 열어 두어서 어떤 코드를 골랐는지 알 수 없어요. 다시 골라 주세요.

servers-only = 저는 서버에서만 작동해요. 제가 있는 서버에서 이 명령어를 써 주세요.
button-outdated = 이 버튼은 더 이상 작동하지 않아요. 대신 `/giftcode`와 `/redeem`을 쓰세요.
failure-unknown = ❌ 봇에 문제가 생겼어요. 1분 뒤 다시 시도해 주세요. 계속되면 봇 운영자에게 이 번호를 알려 주세요: `{ $incident }`
failure-not-saved = ❌ 저장하지 못해서 변경된 건 없어요. 1분 뒤 다시 시도해 주세요. 계속되면 봇 운영자에게 이 번호를 알려 주세요: `{ $incident }`
failure-restarting = ⏳ 재시작하는 중이에요. 요청은 계속 처리돼요. 결과는 1분 뒤 다시 확인하세요.
