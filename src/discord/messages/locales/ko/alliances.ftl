alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ 여기에는 **{ $name }** 연맹이 없어요. `alliance`에서 고르세요: { $names }
alliances-unknown-only-one = ❌ 여기에는 **{ $name }** 연맹이 없어요. 이 서버에는 연맹이 하나뿐이니 `alliance`는 빼 주세요.
alliances-which = ❌ 이 서버에는 연맹이 여러 개 있어요. `alliance`로 어느 연맹인지 알려 주세요: { $names }
alliances-which-here = ❌ 이 채널에는 여러 연맹의 글이 올라와요. `alliance`로 어느 연맹인지 알려 주세요: { $names }
alliances-added-second = ✅ **{ $name }** 연맹을 추가했어요. 이 서버의 첫 연맹 이름: **{ $first }** (`/manage alliance rename`으로 바꿀 수 있어요)
    이제부터 명령어에서 `alliance` 옵션을 쓸 수 있어요. Discord에 표시되기까지 1분쯤 걸릴 수 있어요.
alliances-added = ✅ **{ $name }** 연맹을 추가했어요.
alliances-next-channel = `/manage giftcode setchannel alliance:{ $name } channel:`로 코드를 올릴 채널을 정하고, `/manage players add alliance:{ $name }`로 플레이어를 추가하세요.
alliances-next-players = `/manage players add alliance:{ $name }`로 플레이어를 추가하세요.
alliances-known = **{ $name }** 연맹은 이미 추가되어 있어요.
alliances-name-taken = ❌ **{ $name }** 연맹이 이미 있어요. 다른 이름을 고르세요.
alliances-bad-name = ❌ 이름은 1~{ $most }자여야 해요.
alliances-too-many = ❌ 서버 하나에 연맹은 { $most }개까지예요. 먼저 `/manage alliance remove`로 하나를 삭제하세요.
alliances-role-without-channel = ❌ `channel`도 지정하세요. 역할은 그 채널의 게시물에서 멘션돼요.
alliances-renamed = ✅ 연맹 이름을 바꿨어요: **{ $name }**
alliances-gone = 이 연맹은 이미 삭제됐어요.
alliances-last = ❌ 이 서버의 하나뿐인 연맹이라 삭제할 수 없어요. 게시를 멈추려면 `/manage giftcode unsetchannel`을 쓰세요.
alliances-remove-sure = **{ $name }** 연맹을 삭제할까요? { $players ->
        [0] 플레이어 목록은 비어 있어요.
       *[other] 플레이어 목록({ $players }명)도 삭제돼요.
    } 앞으로 이 연맹에는 게시도 교환도 하지 않아요. 지난 결과는 남아요: 연맹이 여러 개인 동안에는 `/manage giftcode history`에서 연맹 이름을 지정하면 볼 수 있어요.
alliances-remove-button = 삭제
alliances-removed = ✅ **{ $name }** 연맹을 삭제했어요. { $players ->
        [0] 플레이어 목록은 비어 있었어요.
       *[other] 플레이어 목록에는 { $players }명이 있었어요.
    }
alliances-one-left = 이 서버의 연맹이 다시 하나가 됐어요. 이제 명령어에 `alliance` 옵션이 필요 없어요.
alliances-order = 여러 연맹에서 코드를 교환할 때는 이 순서로 해요. 여러 목록에 있는 플레이어는 첫 번째 연맹에서 교환돼요.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players }명 · { $auto }
alliances-no-channel = 채널 없음
alliances-auto-on = 자동 켜짐
alliances-auto-off = 자동 꺼짐
alliances-post = 🛡️ { $names }
