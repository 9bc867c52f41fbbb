language-is = 🌐 이 서버의 게시물과 진행 상황 메시지 언어: { $name }. `/manage language language:`에서 다른 언어를 고를 수 있어요. 명령어와 버튼의 답변은 각자의 Discord 언어로 표시돼요.
language-set = ✅ 이제부터 이 서버의 새 게시물과 진행 상황 메시지 언어: { $name }. 명령어와 버튼의 답변은 각자의 Discord 언어로 표시돼요.
