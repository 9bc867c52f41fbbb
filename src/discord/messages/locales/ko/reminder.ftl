reminder-title = ⏰ { $code } 곧 종료
reminder-text = { $when } 종료돼요. 아직 { $missing }명이 받지 못했어요.
reminder-untried = { $players }명: 아직 시도 안 함
reminder-redeem-button = 플레이어 목록에 교환
reminder-without-file = 이름을 모두 표시할 자리가 없었어요. 전체 목록을 파일로 받으려면 이 채널에서 봇에게 “파일 첨부” 권한을 주세요.
reminder-off = 알림을 끄려면: /manage giftcode notify reminder:off
