welcome-title = 👋 안녕하세요! 화이트아웃 서바이벌의 기프트 코드를 게시하고 연맹을 위해 교환해 드려요.
welcome-intro = 세 단계면 끝나요:
welcome-end = 직접 코드를 교환하고 싶은 멤버는 `/link`나 게시물 아래 버튼을 쓰세요. `/help`로 이 안내를 다시 볼 수 있어요.

welcome-help-title = 🎁 기프트 코드 사용 방법
welcome-members = 모두에게
welcome-members-steps = 1️⃣ `/link`로 플레이어 ID를 한 번 연결하세요. ID는 게임 프로필에 있어요.
    2️⃣ 게시물 아래 **내 계정에 교환**을 탭하거나 `/redeem`을 쓰세요. 보상은 게임 우편으로 와요.
welcome-leaders = 운영진에게
welcome-leaders-steps = 1️⃣ 기프트 코드용 채널에서 `/manage giftcode setchannel`을 쓰세요. 새 코드를 모두 그곳에 게시해요.
    2️⃣ `/manage players add`나 `/manage players import`로 플레이어를 등록하세요.
    3️⃣ `/manage giftcode auto`에서 *켜기*를 고르세요. 그러면 모든 코드를 전원에게 교환해요.
welcome-panel = 버튼이 더 편하다면 `/manage panel`로 매일 하는 일을 모은 메뉴를 게시하세요. `/manage language`로 게시물의 언어를 정할 수 있어요.
welcome-more = 더 보기
welcome-more-commands = `/giftcode`는 사용 가능한 코드를 보여 주고, `/unlink`는 내 계정 연결을 해제해요. 운영진: `/manage access role:`로 R4에게 `/manage`를 허용하고, `/manage giftcode status`로 설정을 보고, `/manage players idchannel`로 멤버가 직접 목록에 참가하게 할 수 있어요.
welcome-second-alliance = 두 번째 연맹은 `/manage alliance add`로 추가해요.
