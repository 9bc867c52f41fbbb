roster-added-new = ✅ { $new ->
    [one] { $new } joueur ajouté
   *[other] { $new } joueurs ajoutés
}.
roster-added-known = ✅ { $known ->
    [one] { $known } joueur mis à jour
   *[other] { $known } joueurs mis à jour
}.
roster-added-both = ✅ { $new ->
    [one] { $new } joueur ajouté
   *[other] { $new } joueurs ajoutés
}, { $known } mis à jour.
roster-total = La liste des joueurs a maintenant { $total ->
    [one] { $total } joueur
   *[other] { $total } joueurs
}.
roster-kept-states = { $players ->
    [one] { $players } joueur garde l’État enregistré, car un autre serveur ou membre l’utilise aussi. S’il est
   *[other] { $players } joueurs gardent l’État enregistré, car d’autres serveurs ou membres l’utilisent aussi. S’il est
} faux, le membre peut le corriger avec `/link` et le nouvel État. Ou réutilise cette commande quand un code aura échoué à cause de cela.
roster-retried = { $redemptions ->
    [one] { $redemptions } code échoué à cause d’un mauvais État est réessayé
   *[other] { $redemptions } codes échoués à cause d’un mauvais État sont réessayés
}.
roster-active-codes-follow = Les codes actifs seront utilisés pour les nouveaux joueurs.
roster-auto-is-off = Les codes ne sont pas encore utilisés automatiquement : utilise `/manage giftcode auto switch:on`.
roster-nobody-added = ❌ Personne n’a été ajouté.
roster-nothing-pasted = ❌ Personne n’a été ajouté, car la liste était vide. Mets chaque joueur sur sa propre ligne : l’ID de joueur et, si tu veux, le nom et l’État.
roster-how-many-ids = ❌ Personne n’a été ajouté. Donne de 1 à { $most } ID de joueur, séparés par des espaces ou des virgules. S’il y en a plus, utilise `/manage players add` sans options et colle la liste.
roster-file-or-ids = ❌ Utilise soit `file`, soit `player_ids`, pas les deux. Rien n’a changé.
roster-bad-state = ❌ « { $text } » n’est pas un État. Un État est un nombre comme 245 ; il est après le # dans le profil du jeu. Rien n’a changé.
roster-skipped = { $lines ->
    [one] { $lines } ligne ignorée :
   *[other] { $lines } lignes ignorées :
}
roster-skipped-ids = { $ids ->
    [one] { $ids } entrée ignorée :
   *[other] { $ids } entrées ignorées :
}
roster-skipped-more = … et { $more } de plus
roster-bad-no-id = • Ligne { $line }, « { $text } » : il n’y a pas d’ID de joueur. Il a de 6 à 12 chiffres et se trouve dans le profil du jeu.
roster-bad-several-ids = • Ligne { $line }, « { $text } » : ce sont peut-être plusieurs joueurs, ou un joueur et un autre nombre. Mets chaque joueur sur sa propre ligne, sans autre nombre.
roster-bad-state-or-name = • Ligne { $line }, « { $text } » : { $number } est-il l’État ou une partie du nom ? Pour un État, écris #{ $number } ; sinon, mets le nom entre guillemets.
roster-bad-several-states = • Ligne { $line }, « { $text } » : il y a plusieurs États. Garde le bon.
roster-bad-repeated = • Ligne { $line }, « { $text } » : le joueur est aussi à la ligne { $first }, avec un autre nom. Garde l’un des deux.
roster-bad-contradicted = • Ligne { $line }, « { $text } » : le joueur est aussi à la ligne { $first }, avec un autre État. Garde le bon.
roster-bad-id = • « { $text } » n’est pas un ID de joueur. C’est un nombre de 12 chiffres au plus. Pour ajouter aussi des noms, utilise `/manage players add` sans options.
roster-bad-id-to-remove = • « { $text } » n’est pas un ID de joueur. C’est un nombre de 12 chiffres au plus. Pour retirer quelqu’un par son nom, utilise `player`.
roster-form = Ajouter des joueurs
    .list = Les joueurs, un par ligne
    .example = 12345678 Lord Frost #245
    .state = État de ceux qui n’en ont pas (facultatif)
roster-edited = ✅ Enregistré : { $player } · État { $state }.
roster-edited-without-state = ✅ Enregistré : { $player }, sans État.
roster-edit-keeps-name = Le nom reste, car ce joueur est aussi sur une autre liste des joueurs.
roster-edit-keeps-state = L’État reste { $state }, car un autre serveur ou membre l’utilise aussi. S’il est faux, le membre peut le corriger avec `/link` et le nouvel État. Ou réutilise cette commande quand un code aura échoué à cause de cela.
roster-edit-nothing = ❌ Donne un `name`, un `state` ou les deux. Rien n’a changé.
roster-not-on-list = ❌ { $player } n’est pas sur la liste des joueurs. Rien n’a changé.
roster-state-changed = ✅ { $players ->
    [one] { $players } joueur est passé
   *[other] { $players } joueurs sont passés
} de l’État { $from } à l’État { $to }. Pour annuler, utilise `/manage players setstate from:{ $to } to:{ $from }`.
roster-state-there-before = { $players ->
    [one] { $players } joueur était déjà dans l’État { $to }. Annuler le déplacerait
   *[other] { $players } joueurs étaient déjà dans l’État { $to }. Annuler les déplacerait
} aussi.
roster-state-unchanged = Personne n’est passé de l’État { $from } à l’État { $to }.
roster-state-nobody = ❌ Personne sur la liste des joueurs n’est dans l’État { $from }. Rien n’a changé.
roster-state-same = ❌ Les deux États sont { $state }. Rien n’a changé.
roster-removed = ✅ { $players ->
    [one] { $players } joueur retiré
   *[other] { $players } joueurs retirés
} de la liste des joueurs : { $names }. Ce qui est en cours continue.
roster-removed-undo = Pour remettre { $players ->
    [one] le joueur
   *[other] tous ces joueurs
}, appuie sur **Annuler** avant { $until }.
roster-undo = Annuler
roster-not-removed = Pas sur la liste des joueurs : { $names }.
roster-nobody-removed = Rien n’a changé.
roster-names-more = { $names } et { $more } de plus
roster-undone = ✅ { $players ->
    [one] { $players } joueur est
   *[other] { $players } joueurs sont
} de nouveau sur la liste des joueurs.
roster-undone-before = Ils sont déjà sur la liste des joueurs.
roster-undo-too-late = ⌛ Il est trop tard pour annuler. `/manage players list filter:left` montre qui est parti ; `/manage players add` les remet.
roster-menu = Choisis qui quitte la liste des joueurs.
roster-menu-found = Choisis qui quitte la liste des joueurs. Affichés : « { $text } ».
roster-menu-nobody = Personne sur la liste des joueurs ne s’appelle « { $text } ».
roster-menu-choose = Joueurs à retirer
roster-menu-state = État { $state }
roster-menu-no-state = Sans État
roster-menu-search = Chercher
roster-menu-all = Tout afficher
roster-search = Chercher des joueurs
    .text = Nom, ou début de l’ID de joueur
page-of = { $page } sur { $pages }
roster-empty = La liste des joueurs est vide. Ajoute des joueurs avec `/manage players add` ou `/manage players import`.
roster-replace = Remplacer la liste des joueurs ?
roster-replace-comes = ➕ { $players ->
    [one] { $players } joueur arrive
   *[other] { $players } joueurs arrivent
} : { $names }
roster-replace-goes = ➖ { $players ->
    [one] { $players } joueur part
   *[other] { $players } joueurs partent
} : { $names }
roster-replace-changes = ✏️ { $players ->
    [one] { $players } joueur change
   *[other] { $players } joueurs changent
} : { $names }
roster-replace-same = { $players ->
    [one] { $players } joueur reste comme avant.
   *[other] { $players } joueurs restent comme avant.
}
roster-replace-how = Rien n’a encore changé. Le fichier joint donne tous les détails. Le bouton fonctionne pendant 24 heures.
roster-replace-anew = ⚠️ La liste des joueurs a changé entre-temps, donc rien n’a été fait. Voici ce qui se passerait maintenant :
roster-replace-button = Remplacer la liste
roster-replaced = ✅ La liste des joueurs a été remplacée : { $new ->
    [one] { $new } nouveau
   *[other] { $new } nouveaux
}, { $gone ->
    [one] { $gone } retiré
   *[other] { $gone } retirés
}, { $changed ->
    [one] { $changed } modifié
   *[other] { $changed } modifiés
}.
roster-replace-nothing = ✅ La liste des joueurs est déjà comme le fichier. Rien n’a changé.
roster-replace-unknown = ⌛ Je ne connais plus ce fichier. Réutilise `/manage players import mode:replace`. Rien n’a changé.
roster-replace-too-many = ❌ Rien n’a changé : le fichier a { $players } joueurs, et je remplace une liste par { $most } au plus.
roster-filter-no-state = ⚠️ { $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
} sans État
roster-filter-failing = ❌ { $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
} avec des échecs ces 30 derniers jours
roster-filter-not-linked = 🔗 { $players ->
    [one] { $players } joueur que personne n’a lié
   *[other] { $players } joueurs que personne n’a liés
}
roster-filter-left = 🚪 { $players ->
    [one] { $players } joueur retiré
   *[other] { $players } joueurs retirés
} ces 30 derniers jours
roster-filter-no-state-advice = Ajoute un État avec `/manage players edit`.
roster-filter-failing-advice = Corrige un État avec `/manage players edit` ; `/manage giftcode retry` réessaie un code.
roster-filter-not-linked-advice = Les joueurs se lient eux-mêmes avec `/link`.
roster-filter-left-advice = `/manage players add` les remet.
roster-filter-no-state-nobody = ✅ Chaque joueur de la liste a un État.
roster-filter-failing-nobody = ✅ Aucun code n’a échoué pour un joueur de la liste ces 30 derniers jours.
roster-filter-not-linked-nobody = ✅ Chaque joueur de la liste est lié par quelqu’un.
roster-filter-left-nobody = Personne n’a été retiré ces 30 derniers jours.
roster-line = { $player } · État { $state }
roster-line-no-state = { $player } · ⚠️ sans État
roster-line-failed = { $line } · ❌ { $codes ->
    [one] { $codes } code
   *[other] { $codes } codes
}, dernier : { $why }
roster-line-left = { $line } · retiré { $since }
roster-as-file = En fichier : `/manage players export`
