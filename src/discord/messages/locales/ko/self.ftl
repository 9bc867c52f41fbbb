self-linked = ✅ { $player }(왕국 { $state }) 계정을 연결했어요. `/redeem`이나 게시물 아래 버튼으로 이 계정에 코드를 교환할 수 있어요. 연결을 해제하려면 `/unlink`를 쓰세요.
self-linked-state-unknown = ✅ { $player } 계정을 연결했어요. 왕국을 찾고 있어요. 알고 있다면 왕국을 넣어 `/link`를 다시 쓰세요. 연결을 해제하려면 `/unlink`를 쓰세요.
self-linked-before = ✅ { $player } 계정은 이미 연결되어 있었어요. 현재 왕국: { $state }
self-linked-before-state-unknown = ✅ { $player } 계정은 이미 연결되어 있었어요. 변경된 건 없어요.
self-retried = 틀린 왕국 때문에 실패한 코드를 다시 시도해요.

self-remembered = 다음엔 한 번만 탭하면 되도록 { $player } 계정을 기억할게요. 취소하려면 `/unlink`를 쓰세요.

self-join-question = 운영진의 플레이어 목록에도 넣을까요? 그러면 운영진이 코드를 교환할 때 내 계정에도 교환돼요.
self-join-button = 플레이어 목록에 참가
self-join-menu = 참가할 플레이어 목록 …
self-joined-automatically = 이제 이 서버의 플레이어 목록에도 있어요. 목록에서 빼려면 운영진에게 부탁하세요.

self-joined = ✅ { $player } 계정이 플레이어 목록에 추가됐어요. 운영진이 자동 교환을 켜면 새 코드가 교환돼요.
self-joined-alliance = ✅ { $player } 계정이 { $alliance } 연맹의 플레이어 목록에 추가됐어요. 연맹 운영진이 자동 교환을 켜면 새 코드가 교환돼요.
self-joined-auto = ✅ { $player } 계정이 플레이어 목록에 추가됐어요. 새 코드가 자동으로 교환돼요.
self-joined-alliance-auto = ✅ { $player } 계정이 { $alliance } 연맹의 플레이어 목록에 추가됐어요. 새 코드가 자동으로 교환돼요.
self-joined-before = { $player } 계정은 이미 플레이어 목록에 있어요.
self-join-list-is-full = ❌ 플레이어 목록이 가득 찼어요({ $most }명). 운영진에게 추가를 부탁하세요.
self-join-not-linked = ❌ { $player } 계정은 더 이상 나와 연결되어 있지 않아요. 먼저 `/link`를 쓰세요.
self-join-off = 🔒 이 서버에서는 운영진만 플레이어를 추가할 수 있어요. 운영진에게 부탁하세요.

self-form-title = 게임에서 누구인가요?
self-form-player = 플레이어 ID (게임 프로필에 있어요)
self-form-state = 왕국 (# 뒤의 번호, 아는 경우)

self-mode-off = 🔗 `/link` 후: 아무것도 안 해요. 운영진만 플레이어를 추가해요. 바꾸려면 `/manage players idchannel join:`을 쓰세요.
self-mode-ask = 🔗 `/link` 후: 플레이어 목록에 참가할지 멤버에게 물어봐요. 바꾸려면 `/manage players idchannel join:`을 쓰세요.
self-mode-auto = 🔗 `/link` 후: 묻지 않고 플레이어 목록에 추가해요. 바꾸려면 `/manage players idchannel join:`을 쓰세요.
self-mode-auto-several = 🔗 `/link` 후: 멤버가 참가할 연맹을 골라요. 바꾸려면 `/manage players idchannel join:`을 쓰세요.
self-no-id-channel = 🆔 ID 채널: 없음. `/manage players idchannel channel:`을 쓰면 멤버가 채널에 플레이어 ID를 입력해 참가할 수 있어요.
self-id-channel = 🆔 ID 채널: { $channel }. 멤버가 여기에 플레이어 ID를 입력해요(왕국은 없어도 돼요): `12345678 #245`. 그 계정을 연결하고 반응으로 답해요: ✅ 추가됨, 🔁 이미 목록에 있음, ❌ ID가 아님, 그 ID의 플레이어가 없음, 여섯 번째 계정, 또는 목록이 가득 참, ⏳ 확인 중.
self-id-channel-taken = 이제 **{ $alliance }** 연맹의 ID 채널이 아니에요.
self-reading-is-off = ⚠️ 아직 메시지를 읽을 수 없어요. 봇 운영자가 Discord 개발자 포털의 *Bot*에서 *Message Content Intent*를 켜고, `DISCORD_MESSAGE_CONTENT=true`를 설정한 뒤 봇을 재시작해야 해요. 그때까지 멤버는 `/link`를 쓰세요.
self-reading-is-not-allowed = ⚠️ Discord가 메시지 읽기를 허용하지 않아요. 봇 운영자가 Discord 개발자 포털의 *Bot*에서 *Message Content Intent*를 켜고 봇을 재시작해야 해요. 그때까지 멤버는 `/link`를 쓰세요.
self-channel-or-off = ❌ `channel`과 `off` 중 하나만 쓰세요. 변경된 건 없어요.
self-not-a-text-channel = ❌ 이 서버의 텍스트 채널이 아니에요. 변경된 건 없어요.
self-id-channel-refused = ❌ { $channel } 채널을 ID용으로 쓸 수 없어요. 그곳에서 { $permissions } 권한이 필요해요. 채널 설정에서 허용하고 다시 시도하세요. 변경된 건 없어요.

self-results-on-button = 내 결과 받기
self-results-off-button = 내 결과 그만 받기
self-results-on = ✅ 내 계정에 코드를 교환하면 결과를 다이렉트 메시지로 보내 드려요. 그만 받으려면 `/link`를 다시 쓰고 버튼을 탭하세요.
self-results-off = ✅ 이제 결과를 다이렉트 메시지로 보내지 않아요.
self-results-refused = ⚠️ 다이렉트 메시지를 보낼 수 없어서 중단했어요. 결과를 다시 받으려면 이 서버의 개인정보 보호 설정에서 *다이렉트 메시지*를 허용한 뒤, `/link`를 쓰고 버튼을 탭하세요.
self-results-why = -# 요청하셔서 보내 드리는 메시지예요. 그만 받으려면 서버에서 `/link`를 쓰고 버튼을 탭하세요.
