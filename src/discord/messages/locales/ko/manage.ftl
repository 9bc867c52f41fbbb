channel-refused = ❌ { $channel } 채널에 게시할 수 없어요. 그곳에서 { $permissions } 권한이 필요해요. 채널 설정에서 허용한 뒤 이 명령어를 다시 쓰세요. 변경된 건 없어요.
permissions-and = { $first } 및 { $last }
permission-view-channel = 채널 보기
permission-send-messages = 메시지 보내기
permission-embed-links = 링크 첨부
permission-send-in-threads = 스레드에서 메시지 보내기
permission-create-posts = 게시물 만들기
permission-send-in-posts = 게시물에서 메시지 보내기
permission-add-reactions = 반응 추가하기
permission-attach-files = 파일 첨부
permission-read-history = 메시지 기록 보기
channel-timeout = ❌ 이 서버에서 { $until }까지 타임아웃 상태라 게시할 수 없어요. 관리자가 타임아웃을 해제하면 이 명령어를 다시 쓰세요. 변경된 건 없어요.
channel-everyone-refused = ❌ 모두를 멘션하지는 않아요. 기프트 코드 소식을 받고 싶은 멤버용 역할을 고르세요. 변경된 건 없어요.
channel-role-or-none = ❌ `role`과 `no_role` 중 하나만 쓰세요. 변경된 건 없어요.
channel-unknown = ❌ 그곳에는 게시할 수 없어요. 이 서버의 텍스트 채널, 공지 채널, 스레드, 포럼 중에서 고르세요. 변경된 건 없어요.
channel-unset = ✅ 이제 기프트 코드를 게시하지 않아요. 진행 중인 교환은 계속돼요.
channel-was-not-set = 설정된 채널이 없어서, 기프트 코드는 게시되지 않아요.

auto-off = ✅ 이제 새 코드를 자동으로 교환하지 않아요. 진행 중인 교환은 계속돼요.

code-unknown = ❌ 등록되지 않은 코드예요: `{ $code }`. 추가하려면 `/manage giftcode add`를 쓰세요.
code-unknown-unchanged = ❌ 등록되지 않은 코드예요: `{ $code }`. 변경된 건 없어요.
code-known = `{ $code }` 코드는 이미 사용 가능해요.
code-added-posted-redeemed = ✅ `{ $code }` 코드를 추가했어요. { $channel } 채널에 게시하고 { $players }명에게 교환해요.
code-added-posted = ✅ `{ $code }` 코드를 추가했어요. { $channel } 채널에 게시해요. 교환하기: `/manage giftcode redeem code:{ $code }`
code-added-redeemed = ✅ `{ $code }` 코드를 추가했어요. 설정된 채널이 없어 게시하지 않지만, { $players }명에게 교환해요.
code-added = ✅ `{ $code }` 코드를 추가했어요. 설정된 채널이 없어 게시하지 않아요. 교환하기: `/manage giftcode redeem code:{ $code }`
code-removed = ✅ 이제 `{ $code }` 코드를 게시하거나 교환하지 않아요.
code-removed-waiting = ✅ 이제 `{ $code }` 코드를 게시하거나 교환하지 않아요. 아직 기다리던 { $players }명에게도 교환하지 않아요.

list-no-codes = 지금은 사용 가능한 기프트 코드가 없어요.
list-title = 🎁 사용 가능한 기프트 코드 { $codes }개
list-code-expires = `{ $code }` · 만료 { $when }
list-code-source = 출처: { $source }
suggestion-not-active = { $code } (사용 불가)

list-empty-add-players = ❌ 플레이어 목록이 비어 있어요. `/manage players add`나 `/manage players import`로 플레이어를 추가하세요.
batch-done-already = `{ $code }` 코드는 { $players }명 모두 완료됐어요. 실패한 플레이어 다시 시도: `/manage giftcode retry code:{ $code }`
batch-going-on = `{ $code }` 코드는 이미 교환 중이에요: { $players }명 남음.
batch-started = ✅ `{ $code }` 코드를 { $players }명에게 교환하고 있어요.
batch-see-history = 진행 상황은 `/manage giftcode history`에서 볼 수 있어요.
batch-see-channel = 진행 상황은 { $channel } 채널에 표시돼요.
batch-line-empty = ❌ `{ $code }`: 플레이어 목록이 비어 있음
batch-line-done = `{ $code }`: 이미 모두 완료
batch-line-started = ✅ `{ $code }`: { $players }명에게 교환 중
batch-line-over = ⌛ `{ $code }` 사용 불가: { $why }
retry-nothing = 여기에서는 `{ $code }` 교환에 실패한 사람이 없어서 다시 시도할 게 없어요.
retry-started = ✅ `{ $code }` 코드를 { $players }명에게 다시 시도하고 있어요.

history-title = 📜 교환 기록
history-nothing = 플레이어 목록에 아직 교환한 코드가 없어요.
history-nothing-of-code = 플레이어 목록에 `{ $code }` 코드를 교환한 적이 없어요.
history-round = { $code } ({ $round }회차)
history-finished = 완료 { $when }
history-started = 시작 { $when }, 아직 진행 중
