reminder-title = ⏰ { $code } はまもなく終了します
reminder-text = { $when }に終了します。まだ受け取っていないプレイヤーが{ $missing }人います。
reminder-untried = { $players }人：まだ試していません
reminder-redeem-button = プレイヤーリストの分を交換
reminder-without-file = 名前をすべて表示しきれませんでした。全員のリストをファイルで受け取るには、このチャンネルでボットに「ファイルを添付」を許可してください。
reminder-off = リマインダーをオフにするには：/manage giftcode notify reminder:off
