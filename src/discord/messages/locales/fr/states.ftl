state-mark-right = ✅
state-mark-unchecked = ⏳ pas encore vérifié
state-mark-searching = 🔎 je cherche l’État
state-mark-not-found = ⚠️ État introuvable
state-mark-no-such-player = ⚠️ aucun joueur n’a cet ID
state-mark-unclear = ❔ impossible à vérifier
state-list-missing = ⚠️ Il manque l’État de { $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
}. Je le cherche, et j’utilise les codes dès que je l’ai. Pour aller plus vite, ajoute à nouveau le joueur avec l’État.
state-list-none = ⚠️ Personne sur la liste n’a encore d’État, je ne peux donc en chercher aucun. Indique celui d’un joueur avec `/manage players edit player:{ $player } state:`, et je trouve les autres qui sont dans cet État.
state-list-correct = ⚠️ Un ID ou un État est faux. Corrige un État avec `/manage players edit`. Si l’ID est faux, utilise `/manage players remove`, puis ajoute le bon.
state-batch-searching = 🔎 { $players ->
    [one] L’État de { $players } joueur est faux ou manque. Je le cherche, et j’utilise le code dès que je l’ai.
   *[other] Les États de { $players } joueurs sont faux ou manquent. Je les cherche, et j’utilise le code dès que je les ai.
}
state-batch-found = 🔎 J’ai trouvé l’État de { $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
} : { $names }
state-batch-found-more = … et { $left } de plus
state-batch-found-player = { $player } ({ $state })
state-status-title = ID et États
state-status-unchecked = ⏳ { $players } à vérifier
state-status-searching = 🔎 je cherche l’État de { $players }
state-status-not-found = ⚠️ État introuvable : { $players }
state-status-no-such-player = ⚠️ le jeu ne connaît pas l’ID : { $players }
state-status-unclear = ❔ impossible à vérifier : { $players }
state-status-correct = `/manage players list` montre de qui il s’agit. Corrige un État avec `/manage players edit`. Si l’ID est faux, utilise `/manage players remove`, puis ajoute le bon.
state-checked-in-background = Je vérifie les ID et les États en arrière-plan : `/manage players list` montre les résultats.
