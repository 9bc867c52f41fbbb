### Who may use /manage, besides the members with Discord's permission “Manage Server”.

## Refusals

access-managers-only = 🔒 Only members with the **Manage Server** permission can do this. Ask one of them, or ask them to allow your role with `/manage access`.
# $roles is one or more mentions of roles.
access-managers-and-roles-only = 🔒 Only members with the **Manage Server** permission or one of these roles can do this: { $roles }
access-only-server-managers-change = 🔒 Only members with the **Manage Server** permission can change who may use `/manage`.

## The answers of /manage access

# R4 and R5 are the ranks of an alliance's leaders in the game.
access-nobody-named = Only members with the **Manage Server** permission can use `/manage`. To allow your R4s and R5s too, use `/manage access role:` and choose their role.
access-roles-named = Members with the **Manage Server** permission can use `/manage`, and so can members with these roles: { $roles }
    To take it away from a role, use `/manage access role: remove:True`.
# A role that may manage one alliance only, in a list of roles. $alliance is the alliance's name.
access-role-of-alliance = { $role } (for { $alliance })
# “Server Settings → Integrations” is a page of Discord's own settings.
access-role-added = ✅ Members with { $role } can now use `/manage` and the buttons for leaders. Only members with **Manage Server** can change this.
    They do not see `/manage`? Then somebody has limited it under *Server Settings → Integrations*, which Discord shows on a computer only. Allow the role there as well.
access-role-known = Members with { $role } can already use `/manage`. Nothing was changed.
access-role-removed = ✅ Members with { $role } can no longer use `/manage`, unless another role or **Manage Server** allows it.
access-role-not-named = { $role } is not one of the roles that can use `/manage`. Nothing was changed.
# Somebody wanted to take it away from the role for one of several alliances.
access-role-of-all-alliances = { $role } can use `/manage` for all alliances of this server, so I cannot take it away for one of them. Take it away for all with `/manage access role: remove:True`, then allow it with `alliance` for those that it should keep. Nothing was changed.
access-too-many-roles = ❌ { $most } roles can use `/manage` already, and more are not allowed. Take it away from one first, with `/manage access role: remove:True`. Nothing was changed.
access-not-everyone = ❌ I do not let everyone use `/manage`. Choose a role that only your leaders have. Nothing was changed.
access-which-role = ❌ Which role should no longer use `/manage`? Use `/manage access role: remove:True` and choose it. Nothing was changed.
