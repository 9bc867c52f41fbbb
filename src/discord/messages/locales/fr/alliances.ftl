alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ Il n’y a pas d’alliance appelée **{ $name }** ici. Choisis-en une avec `alliance` : { $names }.
alliances-unknown-only-one = ❌ Il n’y a pas d’alliance appelée **{ $name }** ici. Ce serveur n’a qu’une alliance : laisse `alliance` de côté.
alliances-which = ❌ Ce serveur a plusieurs alliances. Dis laquelle avec `alliance` : { $names }.
alliances-which-here = ❌ Plusieurs alliances publient dans ce salon. Dis laquelle avec `alliance` : { $names }.
alliances-added-second = ✅ **{ $name }** a été ajoutée. La première alliance de ce serveur s’appelle maintenant **{ $first }** : change cela avec `/manage alliance rename`.
    Désormais, les commandes ont l’option `alliance`. Discord peut mettre une minute à l’afficher.
alliances-added = ✅ **{ $name }** a été ajoutée.
alliances-next-channel = Choisis où ses codes sont publiés avec `/manage giftcode setchannel alliance:{ $name } channel:`, et ajoute des joueurs avec `/manage players add alliance:{ $name }`.
alliances-next-players = Ajoute ses joueurs avec `/manage players add alliance:{ $name }`.
alliances-known = **{ $name }** est déjà ajoutée.
alliances-name-taken = ❌ Il y a déjà une alliance appelée **{ $name }** ici. Choisis un autre nom.
alliances-bad-name = ❌ Un nom a de 1 à { $most } caractères.
alliances-too-many = ❌ Un serveur peut avoir { $most } alliances. Retires-en d’abord une avec `/manage alliance remove`.
alliances-role-without-channel = ❌ Donne aussi un `channel` : le rôle est mentionné dans ses publications.
alliances-renamed = ✅ L’alliance s’appelle maintenant **{ $name }**.
alliances-gone = Cette alliance a déjà été retirée.
alliances-last = ❌ C’est la seule alliance de ce serveur, elle reste donc. Pour ne plus rien publier, utilise `/manage giftcode unsetchannel`.
alliances-remove-sure = Retirer **{ $name }** ? { $players ->
        [0] Sa liste des joueurs est vide.
        [one] Sa liste avec { $players } joueur est supprimée.
       *[other] Sa liste avec { $players } joueurs est supprimée.
    } Plus rien n’est publié ni utilisé pour elle. Les résultats passés restent : tant qu’il y a plusieurs alliances, `/manage giftcode history` avec le nom de l’alliance les montre.
alliances-remove-button = Retirer
alliances-removed = ✅ **{ $name }** a été retirée. { $players ->
        [0] Sa liste des joueurs était vide.
        [one] { $players } joueur était sur sa liste.
       *[other] { $players } joueurs étaient sur sa liste.
    }
alliances-one-left = Ce serveur n’a de nouveau qu’une alliance : les commandes n’ont plus besoin de l’option `alliance`.
alliances-order = Quand des codes attendent pour plusieurs alliances, elles passent dans cet ordre. Un joueur sur plusieurs listes passe avec la première.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players ->
        [one] { $players } joueur
       *[other] { $players } joueurs
    } · { $auto }
alliances-no-channel = pas de salon
alliances-auto-on = auto activée
alliances-auto-off = auto désactivée
alliances-post = 🛡️ { $names }
