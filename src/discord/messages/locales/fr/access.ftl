access-managers-only = 🔒 Seuls les membres avec la permission **Gérer le serveur** peuvent faire cela. Demande à l’un d’eux, ou demande-lui d’autoriser ton rôle avec `/manage access`.
access-managers-and-roles-only = 🔒 Seuls les membres avec la permission **Gérer le serveur** ou l’un de ces rôles peuvent faire cela : { $roles }
access-only-server-managers-change = 🔒 Seuls les membres avec la permission **Gérer le serveur** peuvent changer qui utilise `/manage`.
access-nobody-named = Seuls les membres avec la permission **Gérer le serveur** peuvent utiliser `/manage`. Pour autoriser aussi tes R4 et R5, utilise `/manage access role:` et choisis leur rôle.
access-roles-named = Les membres avec la permission **Gérer le serveur** peuvent utiliser `/manage`, ainsi que ceux qui ont ces rôles : { $roles }
    Pour retirer ce droit à un rôle : `/manage access role: remove:True`.
access-role-of-alliance = { $role } (pour { $alliance })
access-role-added = ✅ Les membres avec { $role } peuvent maintenant utiliser `/manage` et les boutons des chefs. Seuls les membres avec **Gérer le serveur** peuvent changer cela.
    Ils ne voient pas `/manage` ? Quelqu’un l’a limité dans *Paramètres du serveur → Intégrations*, que Discord ne montre que sur ordinateur. Autorise le rôle là aussi.
access-role-known = Les membres avec { $role } peuvent déjà utiliser `/manage`. Rien n’a changé.
access-role-removed = ✅ Les membres avec { $role } ne peuvent plus utiliser `/manage`, sauf si un autre rôle ou **Gérer le serveur** le permet.
access-role-not-named = { $role } ne fait pas partie des rôles qui peuvent utiliser `/manage`. Rien n’a changé.
access-role-of-all-alliances = { $role } peut utiliser `/manage` pour toutes les alliances de ce serveur : je ne peux pas lui retirer ce droit pour une seule. Retire-le pour toutes avec `/manage access role: remove:True`, puis donne-le avec `alliance` pour celles qui doivent le garder. Rien n’a changé.
access-too-many-roles = ❌ { $most } rôles peuvent déjà utiliser `/manage`, c’est le maximum. Retire d’abord ce droit à l’un d’eux avec `/manage access role: remove:True`. Rien n’a changé.
access-not-everyone = ❌ Je ne laisse pas tout le monde utiliser `/manage`. Choisis un rôle que seuls tes chefs ont. Rien n’a changé.
access-which-role = ❌ Quel rôle ne doit plus utiliser `/manage` ? Utilise `/manage access role: remove:True` et choisis-le. Rien n’a changé.
