status-redeemed = 交換済み
status-already-claimed = 受け取り済み
status-same-kind = 同じ種類のコードを受け取り済み
status-code-expired = コードの期限切れ
status-code-unknown = ゲームに存在しないコード
status-code-used-up = コードの受け取り上限に到達
status-no-such-player = このIDのプレイヤーが存在しない
status-wrong-state = 保存されている王国が違う
status-no-state = 王国が未登録
status-furnace-too-low = 大溶鉱炉レベル不足
status-spent-too-little = ゲーム内の課金額が不足
status-vip-too-low = VIPレベル不足
status-signature-rejected = ゲームがボットの署名を拒否
status-request-rejected = ゲームがボットのリクエストを不正な形式として拒否
status-bot-blocked = ゲームがボットをブロック中
status-interrupted = 毎回、途中で中断
status-too-many-requests = ゲームへのリクエストが多すぎる
status-captcha = ゲームが画像認証を要求
status-no-proper-answer = ゲームから正しい応答がない
status-unknown-answer = ゲームから不明な応答
status-no-reason = 理由不明

advice-correct-the-state = 正しい王国で `/link` を使うか、リーダーに修正を頼んでください
advice-check-the-id = プレイヤーIDを確認してください（ゲーム内のプロフィールに表示されています）
advice-use-the-page = { $page } で交換してください

explanation-with-advice = → { $why }：{ $advice }
