over-expired = 기간이 만료됨
over-unknown = 게임에 없는 코드
over-used-up = 수령 한도 도달
over-rejected = 게임에서 거부됨
over-reissued = 재발급됨(새 게시물 참고)

over-line = ⌛ `{ $code }` 사용 불가: { $why }
over-line-next-check = ⌛ `{ $code }` 사용 불가: { $why } · 다음 확인 { $next }

appeal-checked = ⌛ `{ $code }` 사용 불가: { $why }. 방금 게임에서 확인했어요.
appeal-checking = ⏳ 제가 알기로는 `{ $code }` 사용 불가: { $why }. 게임에 다시 확인하고 있어요. 결과는 `/manage giftcode history code:{ $code }`에서 볼 수 있어요.
appeal-nobody-to-check-with = ⌛ `{ $code }` 사용 불가: { $why }. 목록에 왕국이 확인된 플레이어가 없어서 게임에 물어볼 수 없어요. `/manage players add`로 추가하세요.
appeal-checked-again-for-two-days = 이틀 동안 가끔 다시 확인하고, 사용할 수 있게 되면 바로 게시하고 교환할게요.
