access-managers-only = 🔒 Só membros com a permissão **Gerenciar servidor** podem fazer isso. Peça a um deles, ou peça que liberem o seu cargo com `/manage access`.
access-managers-and-roles-only = 🔒 Só membros com a permissão **Gerenciar servidor** ou com um destes cargos podem fazer isso: { $roles }
access-only-server-managers-change = 🔒 Só membros com a permissão **Gerenciar servidor** podem mudar quem pode usar `/manage`.

access-nobody-named = Só membros com a permissão **Gerenciar servidor** podem usar `/manage`. Para liberar também seus R4 e R5, use `/manage access role:` e escolha o cargo deles.
access-roles-named = Membros com a permissão **Gerenciar servidor** podem usar `/manage`, e também os membros com estes cargos: { $roles }
    Para tirar o acesso de um cargo, use `/manage access role: remove:True`.
access-role-of-alliance = { $role } (para { $alliance })
access-role-added = ✅ Membros com { $role } já podem usar `/manage` e os botões para líderes. Só membros com **Gerenciar servidor** podem mudar isso.
    Eles não veem `/manage`? Então alguém limitou o acesso em *Config. do servidor → Integrações*, que o Discord só mostra no computador. Libere o cargo lá também.
access-role-known = Membros com { $role } já podem usar `/manage`. Nada foi alterado.
access-role-removed = ✅ Membros com { $role } não podem mais usar `/manage`, a menos que outro cargo ou **Gerenciar servidor** permita.
access-role-not-named = { $role } não é um dos cargos que podem usar `/manage`. Nada foi alterado.
access-role-of-all-alliances = { $role } pode usar `/manage` em todas as alianças deste servidor, por isso não posso tirar o acesso de uma só. Tire o acesso de todas com `/manage access role: remove:True` e depois libere com `alliance` as que devem continuar. Nada foi alterado.
access-too-many-roles = ❌ { $most } cargos já podem usar `/manage`, e mais do que isso não dá. Tire antes o acesso de um com `/manage access role: remove:True`. Nada foi alterado.
access-not-everyone = ❌ Não deixo todo mundo usar `/manage`. Escolha um cargo que só seus líderes têm. Nada foi alterado.
access-which-role = ❌ Qual cargo não deve mais usar `/manage`? Use `/manage access role: remove:True` e escolha o cargo. Nada foi alterado.
