access-managers-only = 🔒 **서버 관리하기** 권한이 있는 멤버만 할 수 있어요. 그 멤버에게 부탁하거나, `/manage access`로 내 역할을 허용해 달라고 하세요.
access-managers-and-roles-only = 🔒 **서버 관리하기** 권한이나 다음 역할이 있는 멤버만 할 수 있어요: { $roles }
access-only-server-managers-change = 🔒 `/manage`를 쓸 수 있는 사람은 **서버 관리하기** 권한이 있는 멤버만 바꿀 수 있어요.

access-nobody-named = **서버 관리하기** 권한이 있는 멤버만 `/manage`를 쓸 수 있어요. R4와 R5에게도 허용하려면 `/manage access role:`에서 그 역할을 고르세요.
access-roles-named = **서버 관리하기** 권한이 있는 멤버와 다음 역할의 멤버가 `/manage`를 쓸 수 있어요: { $roles }
    역할의 허용을 취소하려면 `/manage access role: remove:True`를 쓰세요.
access-role-of-alliance = { $role }({ $alliance })
access-role-added = ✅ 이제 { $role } 역할의 멤버가 `/manage`와 운영진용 버튼을 쓸 수 있어요. 이 설정은 **서버 관리하기** 권한이 있는 멤버만 바꿀 수 있어요.
    `/manage`가 보이지 않나요? 누군가 *서버 설정 → 연동*에서 제한해 둔 거예요(PC용 Discord에서만 보여요). 거기에서도 역할을 허용해 주세요.
access-role-known = { $role } 역할의 멤버는 이미 `/manage`를 쓸 수 있어요. 변경된 건 없어요.
access-role-removed = ✅ 이제 { $role } 역할의 멤버는 `/manage`를 쓸 수 없어요. 단, 다른 역할이나 **서버 관리하기** 권한이 있으면 쓸 수 있어요.
access-role-not-named = { $role } 역할은 `/manage`를 쓸 수 있는 역할이 아니에요. 변경된 건 없어요.
access-role-of-all-alliances = { $role } 역할은 이 서버의 모든 연맹에서 `/manage`를 쓸 수 있어서, 한 연맹에서만 뺄 수는 없어요. 먼저 `/manage access role: remove:True`로 모두 뺀 다음, 계속 허용할 연맹을 `alliance`로 지정해 다시 허용하세요. 변경된 건 없어요.
access-too-many-roles = ❌ 이미 최대치인 { $most }개 역할이 `/manage`를 쓸 수 있어요. 먼저 `/manage access role: remove:True`로 하나를 빼 주세요. 변경된 건 없어요.
access-not-everyone = ❌ 모두에게 `/manage`를 허용할 수는 없어요. 운영진만 가진 역할을 고르세요. 변경된 건 없어요.
access-which-role = ❌ 어떤 역할의 `/manage` 허용을 취소할까요? `/manage access role: remove:True`에서 역할을 고르세요. 변경된 건 없어요.
