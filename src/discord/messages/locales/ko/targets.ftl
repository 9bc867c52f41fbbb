target-set = ✅ 이제부터 기프트 코드를 { $channel } 채널에 게시해요.
target-set-first = ✅ 이제부터 기프트 코드를 { $channel } 채널에 게시해요. 사용 가능한 코드부터 올릴게요.
target-publishes = 모든 게시물을 이 채널을 팔로우하는 채널에도 발행해요.
target-forum = 코드마다 게시물을 따로 만들고, 진행 상황도 그 게시물에 표시해요.
target-forum-post = 여기는 포럼의 게시물 하나예요. 코드마다 게시물을 따로 만들려면 `/manage giftcode setchannel channel:`에서 포럼을 고르세요.
target-mentions = 게시할 때마다 { $roles } 역할을 멘션해요.
target-mentions-nobody = 이제 게시물에서 역할을 멘션하지 않아요.
target-role-gone = 게시물에서 멘션하던 역할이 삭제됐어요. `role`이나 `add_role`로 다른 역할을 설정하세요.
target-not-notified = Discord가 { $roles } 역할에 알림을 보내지 않아요. 역할 설정에서 “모두가 이 역할을 @mention할 수 있도록 허용하기”를 켜세요.
target-allow-too = 그곳에서 { $permissions } 권한도 봇에게 허용해 주세요.

target-blocked = ❌ { $channel } 채널에 게시할 수 없어요: { $why }. 변경된 건 없어요.
target-too-many-roles = ❌ 게시물에서는 역할을 { $most }개까지만 멘션해요. 먼저 `remove_role`로 하나를 빼세요. 변경된 건 없어요.
target-channel-gone = ❌ 채널이 삭제되었어요. `/manage giftcode setchannel`로 다른 채널을 설정하세요.

test-no-channel = 설정된 채널이 없어요. `/manage giftcode setchannel`로 설정한 뒤 테스트하세요.
test-still-there = 지난 테스트 게시물을 아직 삭제하는 중이에요. 1분 뒤 다시 시도하세요.
test-post-name = 기프트 코드 봇 테스트
test-post-title = 🧪 테스트예요
test-post-text = 새 기프트 코드가 여기에 표시돼요. 이 테스트는 몇 초 뒤 사라져요.

test-works = 🧪 게시할 수 있어요
test-not-tried = 🧪 부족한 건 없지만, 게시는 시도하지 않았어요
test-something-missing = 🧪 빠진 게 있어요
test-post-there = ✅ 게시: 올라갔어요. 몇 초 뒤 삭제할게요.
test-post-not-tried = ➖ 게시: 포럼에서는 삭제할 수 없어서 시도하지 않았어요. 시도하려면 그곳에서 봇에게 **게시물 관리하기**를 허용하세요.
test-post-failed = ❌ 게시: { $why }.
test-mention = ✅ 멘션: 게시물이 { $roles } 역할에 알림을 보내요. 테스트에서는 아무에게도 알리지 않았어요.
test-mention-silent = ❌ 멘션: Discord가 { $roles } 역할에 알림을 보내지 않아요. 역할 설정에서 “모두가 이 역할을 @mention할 수 있도록 허용하기”를 켜세요.
test-mention-gone = ❌ 멘션: 역할이 삭제됐어요. `/manage giftcode setchannel role:`로 다른 역할을 설정하세요.
test-mention-none = ➖ 멘션: 설정된 역할이 없어요. `/manage giftcode setchannel add_role:`로 추가하세요.
test-embed = ✅ 카드: 표시돼요.
test-files = ✅ 파일: 실패한 플레이어 목록을 첨부할 수 있어요.
test-files-missing = ❌ 파일: 실패한 플레이어가 많으면 목록이 잘려요. 그곳에서 봇에게 **파일 첨부**를 허용하세요.
test-history-missing = ❌ 기록: 작업이 중단되면 코드를 게시했는지 확인할 수 없어요. 그곳에서 봇에게 **메시지 기록 보기**를 허용하세요.
test-publish = ✅ 발행: 게시물을 이 채널을 팔로우하는 채널에도 발행해요. 테스트는 발행하지 않았어요.

post-for-alliance = 연맹 (운영진)
post-for-alliance-menu = 연맹 (운영진) …
post-auto-is-on = -# 자동 교환이 켜져 있어요. 이 버튼 없이도 새 코드가 플레이어 목록 전체에 교환돼요.
