access-managers-only = 🔒 Das können nur Mitglieder mit der Berechtigung **Server verwalten**. Frag eines von ihnen, oder bitte darum, deine Rolle mit `/manage access` zuzulassen.
access-managers-and-roles-only = 🔒 Das können nur Mitglieder mit der Berechtigung **Server verwalten** oder mit einer dieser Rollen: { $roles }
access-only-server-managers-change = 🔒 Nur Mitglieder mit der Berechtigung **Server verwalten** können ändern, wer `/manage` benutzen darf.
access-nobody-named = Nur Mitglieder mit der Berechtigung **Server verwalten** können `/manage` benutzen. Um auch deine R4 und R5 zuzulassen, nimm `/manage access role:` und wähle ihre Rolle.
access-roles-named = Mitglieder mit der Berechtigung **Server verwalten** können `/manage` benutzen, und Mitglieder mit diesen Rollen: { $roles }
    Um es einer Rolle wieder zu nehmen: `/manage access role: remove:True`.
access-role-of-alliance = { $role } (für { $alliance })
access-role-added = ✅ Mitglieder mit { $role } können jetzt `/manage` und die Knöpfe für Anführer benutzen. Ändern können das nur Mitglieder mit **Server verwalten**.
    Sie sehen `/manage` nicht? Dann hat es jemand unter *Servereinstellungen → Integrationen* eingeschränkt, was Discord nur am Computer zeigt. Lass die Rolle auch dort zu.
access-role-known = Mitglieder mit { $role } können `/manage` schon benutzen. Es wurde nichts geändert.
access-role-removed = ✅ Mitglieder mit { $role } können `/manage` nicht mehr benutzen, außer eine andere Rolle oder **Server verwalten** erlaubt es.
access-role-not-named = { $role } ist keine der Rollen, die `/manage` benutzen dürfen. Es wurde nichts geändert.
access-role-of-all-alliances = { $role } darf `/manage` für alle Allianzen dieses Servers benutzen, für eine allein kann ich es ihr nicht nehmen. Nimm es ihr für alle mit `/manage access role: remove:True` und erlaube es dann mit `alliance` für die, die bleiben sollen. Es wurde nichts geändert.
access-too-many-roles = ❌ Schon { $most } Rollen dürfen `/manage` benutzen, mehr geht nicht. Nimm es erst einer mit `/manage access role: remove:True`. Es wurde nichts geändert.
access-not-everyone = ❌ Ich lasse nicht alle `/manage` benutzen. Wähle eine Rolle, die nur deine Anführer haben. Es wurde nichts geändert.
access-which-role = ❌ Welche Rolle soll `/manage` nicht mehr benutzen? Nimm `/manage access role: remove:True` und wähle sie. Es wurde nichts geändert.
