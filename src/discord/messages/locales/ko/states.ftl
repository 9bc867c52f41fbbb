state-mark-right = ✅
state-mark-unchecked = ⏳ 아직 확인 전
state-mark-searching = 🔎 왕국 찾는 중
state-mark-not-found = ⚠️ 왕국을 못 찾음
state-mark-no-such-player = ⚠️ 이 ID의 플레이어 없음
state-mark-unclear = ❔ 확인 불가

state-list-missing = ⚠️ { $players }명의 왕국 정보가 없어요. 찾고 있고, 찾는 대로 코드를 교환해요. 더 빨리 하려면 왕국을 넣어 플레이어를 다시 추가하세요.
state-list-none = ⚠️ 아직 목록에 왕국 정보가 있는 사람이 없어서 찾을 수 없어요. `/manage players edit player:{ $player } state:`에 한 명의 왕국을 입력하면, 그 왕국에 있는 다른 플레이어를 찾아요.
state-list-correct = ⚠️ ID나 왕국이 틀린 플레이어가 있어요. 왕국은 `/manage players edit`로 고치세요. ID가 틀렸다면 `/manage players remove`로 제거한 뒤 올바른 ID를 추가하세요.

state-batch-searching = 🔎 { $players }명의 왕국이 틀리거나 없어요. 찾고 있고, 찾는 대로 코드를 교환해요.
state-batch-found = 🔎 { $players }명의 왕국을 찾았어요: { $names }
state-batch-found-more = … 외 { $left }명
state-batch-found-player = { $player } ({ $state })

state-status-title = ID와 왕국
state-status-unchecked = ⏳ 확인 대기: { $players }명
state-status-searching = 🔎 왕국 찾는 중: { $players }명
state-status-not-found = ⚠️ 왕국을 못 찾음: { $players }명
state-status-no-such-player = ⚠️ 게임에 없는 ID: { $players }명
state-status-unclear = ❔ 확인 불가: { $players }명
state-status-correct = 누구인지는 `/manage players list`에서 볼 수 있어요. 왕국은 `/manage players edit`로 고치세요. ID가 틀렸다면 `/manage players remove`로 제거한 뒤 올바른 ID를 추가하세요.

state-checked-in-background = ID와 왕국은 백그라운드에서 확인해요. 결과는 `/manage players list`에서 볼 수 있어요.
