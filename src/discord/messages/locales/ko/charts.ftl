chart-per-day = 일별 교환 수
chart-per-code = 최근 코드를 받은 플레이어
chart-speed = 교환 속도
chart-redemptions = 교환
chart-players = 플레이어
chart-legend = { $name } { $number }
chart-redeemed = 교환
chart-already = 이미 수령
chart-failed = 실패
chart-gave-up = 포기
chart-have = 받음
chart-have-not = 실패 또는 포기
chart-to-post = 발견 → 게시
chart-to-done = 게시 → 마지막 플레이어 완료
chart-of = { $players }명 중 { $have }명
chart-more = 외 { $rows }개
chart-nothing = 아직 없음
chart-date =
    { $month ->
        [jan] 1월
        [feb] 2월
        [mar] 3월
        [apr] 4월
        [may] 5월
        [jun] 6월
        [jul] 7월
        [aug] 8월
        [sep] 9월
        [oct] 10월
        [nov] 11월
       *[dec] 12월
    } { $day }일
chart-milliseconds = { $number } ms
chart-seconds = { $number }초
chart-minutes = { $number }분
chart-hours = { $number }시간
chart-days = { $number }일
chart-both = { $larger } { $smaller }
