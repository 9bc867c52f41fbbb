access-managers-only = 🔒 Solo pueden hacer esto los miembros con el permiso **Gestionar servidor**. Pídeselo a uno de ellos, o pídeles que autoricen tu rol con `/manage access`.
access-managers-and-roles-only = 🔒 Solo pueden hacer esto los miembros con el permiso **Gestionar servidor** o con uno de estos roles: { $roles }
access-only-server-managers-change = 🔒 Solo los miembros con el permiso **Gestionar servidor** pueden cambiar quién puede usar `/manage`.

access-nobody-named = Solo los miembros con el permiso **Gestionar servidor** pueden usar `/manage`. Para autorizar también a tus R4 y R5, usa `/manage access role:` y elige su rol.
access-roles-named = Los miembros con el permiso **Gestionar servidor** pueden usar `/manage`, y también los que tienen estos roles: { $roles }
    Para quitárselo a un rol, usa `/manage access role: remove:True`.
access-role-of-alliance = { $role } (para { $alliance })
access-role-added = ✅ Los miembros con { $role } ya pueden usar `/manage` y los botones para líderes. Solo los miembros con **Gestionar servidor** pueden cambiar esto.
    ¿No ven `/manage`? Entonces alguien lo ha limitado en *Ajustes del servidor → Integraciones*, que Discord solo muestra en el PC. Autoriza el rol también ahí.
access-role-known = Los miembros con { $role } ya pueden usar `/manage`. No se cambió nada.
access-role-removed = ✅ Los miembros con { $role } ya no pueden usar `/manage`, salvo que otro rol o **Gestionar servidor** se lo permita.
access-role-not-named = { $role } no es uno de los roles que pueden usar `/manage`. No se cambió nada.
access-role-of-all-alliances = { $role } puede usar `/manage` en todas las alianzas de este servidor, así que no puedo quitárselo en una sola. Quítaselo en todas con `/manage access role: remove:True` y luego dáselo con `alliance` en las que deba conservarlo. No se cambió nada.
access-too-many-roles = ❌ Ya hay { $most } roles que pueden usar `/manage`, y no se admiten más. Quítaselo antes a uno con `/manage access role: remove:True`. No se cambió nada.
access-not-everyone = ❌ No dejo que todo el mundo use `/manage`. Elige un rol que solo tengan tus líderes. No se cambió nada.
access-which-role = ❌ ¿Qué rol ya no debe usar `/manage`? Usa `/manage access role: remove:True` y elígelo. No se cambió nada.
