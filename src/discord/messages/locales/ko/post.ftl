post-title-new = 🎁 새 기프트 코드
post-title-again = 🎁 이 기프트 코드를 다시 쓸 수 있어요
post-title-several-new = 🎁 새 기프트 코드 { $codes }개
post-title-active = 📋 사용 가능한 기프트 코드
post-title-several-active = 📋 사용 가능한 기프트 코드 { $codes }개
post-title-more = … 코드 { $codes }개 더
post-title-over = ⌛ 이 기프트 코드는 이제 쓸 수 없어요
post-title-several-over = ⌛ 이 기프트 코드 { $codes }개는 이제 쓸 수 없어요

post-not-active = 사용 불가: { $why }.
post-works-again = 한동안 안 됐지만 이제 게임에서 다시 쓸 수 있어요.
post-checked = ✔ 확인됨: 사용할 수 있어요.
post-field-rewards = 보상
post-field-expires = 만료
post-expires = 만료 { $when }
post-note-works-again = { $number } · 다시 사용 가능
post-note-checked = { $number } · 확인됨
post-more-below = … 외 { $number }개는 아래에 있어요.
post-line-over = ~~`{ $code }`~~ 사용 불가: { $why }
post-line-expires = `{ $code }` · 만료 { $when }
post-source = 출처: { $sources }

post-redeem-for-me = 내 계정에 교환
post-choose-for-me = 내 계정에 교환 …
