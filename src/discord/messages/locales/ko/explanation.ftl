status-redeemed = 교환 완료
status-already-claimed = 이미 수령
status-same-kind = 같은 종류의 코드를 이미 수령
status-code-expired = 코드 기간 만료
status-code-unknown = 게임에 없는 코드
status-code-used-up = 코드 수령 한도 도달
status-no-such-player = 이 ID의 플레이어가 없음
status-wrong-state = 저장된 왕국이 틀림
status-no-state = 왕국 정보 없음
status-furnace-too-low = 용광로 레벨 부족
status-spent-too-little = 게임 내 결제 금액 부족
status-vip-too-low = VIP 레벨 부족
status-signature-rejected = 게임이 봇의 서명을 거부함
status-request-rejected = 게임이 봇의 요청을 잘못된 형식으로 거부함
status-bot-blocked = 게임이 봇을 차단함
status-interrupted = 시도할 때마다 봇이 중단됨
status-too-many-requests = 게임에 요청이 너무 많음
status-captcha = 게임이 캡차를 요구함
status-no-proper-answer = 게임이 제대로 응답하지 않음
status-unknown-answer = 게임이 알 수 없는 응답을 보냄
status-no-reason = 알 수 없는 이유

advice-correct-the-state = 올바른 왕국으로 `/link`를 쓰거나 운영진에게 수정을 부탁하세요
advice-check-the-id = 플레이어 ID를 확인하세요(게임 프로필에 있어요)
advice-use-the-page = { $page } 에서 교환하세요

explanation-with-advice = → { $why }: { $advice }
