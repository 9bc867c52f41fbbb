state-mark-right = ✅
state-mark-unchecked = ⏳ 未確認
state-mark-searching = 🔎 王国を検索中
state-mark-not-found = ⚠️ 王国が見つからない
state-mark-no-such-player = ⚠️ このIDのプレイヤーなし
state-mark-unclear = ❔ 確認できず

state-list-missing = ⚠️ { $players }人の王国が未登録です。今探していて、見つかりしだいコードを交換します。早く済ませるには、王国を付けてもう一度追加してください。
state-list-none = ⚠️ リストの誰にも王国が登録されていないため、探せません。`/manage players edit player:{ $player } state:` で1人分を入力すると、同じ王国にいる他のプレイヤーを見つけます。
state-list-correct = ⚠️ IDか王国が間違っている人がいます。王国は `/manage players edit` で直せます。IDが間違っている場合は `/manage players remove` で削除し、正しいIDを追加してください。

state-batch-searching = 🔎 { $players }人の王国が間違っているか、未登録です。今探していて、見つかりしだいコードを交換します。
state-batch-found = 🔎 { $players }人の王国が見つかりました：{ $names }
state-batch-found-more = … ほか{ $left }人
state-batch-found-player = { $player }（{ $state }）

state-status-title = IDと王国
state-status-unchecked = ⏳ 確認待ち：{ $players }人
state-status-searching = 🔎 王国を検索中：{ $players }人
state-status-not-found = ⚠️ 王国が見つからない：{ $players }人
state-status-no-such-player = ⚠️ IDがゲームに存在しない：{ $players }人
state-status-unclear = ❔ 確認できず：{ $players }人
state-status-correct = 該当者は `/manage players list` で確認できます。王国は `/manage players edit` で直せます。IDが間違っている場合は `/manage players remove` で削除し、正しいIDを追加してください。

state-checked-in-background = IDと王国はあとから確認します。結果は `/manage players list` で見られます。
