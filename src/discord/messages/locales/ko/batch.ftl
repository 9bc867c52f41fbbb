batch-title = ⏳ { $code } 교환 중: { $players }명
batch-percent = { $percent } %
batch-done-by = 🏁 { $when } 완료 예정
batch-waits = 💤 { $why }

batch-result-all = ✅ { $code }: { $players }명 완료
batch-result-some = ☑️ { $code }: { $players }명 완료
batch-result-none = ❌ { $code }: { $players }명 완료
batch-no-room-for-names = 이름을 모두 표시할 자리가 없었어요. 전체 목록을 파일로 받으려면 이 채널에서 봇에게 “파일 첨부” 권한을 주세요.

count-redeemed = 🎁 교환 { $number }
count-already = 📦 이미 수령 { $number }
count-failed = ❌ 실패 { $number }
count-pending = ⏳ 남음 { $number }
count-empty-list = 플레이어 목록이 비어 있어요.

batch-group = { $players }명: { $why }
batch-gave-up = 포기: { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … 외 { $number }명
