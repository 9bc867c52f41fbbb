players-several-of-that-name = ❌ Plusieurs joueurs de la liste s’appellent « { $name } ». Donne plutôt l’ID de joueur. Rien n’a changé.
players-nobody-of-that-name = ❌ Personne sur la liste des joueurs ne s’appelle « { $name } ». Rien n’a changé.
players-list-empty = La liste des joueurs est vide. Ajoute des joueurs avec `/manage players add` ou `/manage players import`.
players-title =
    { $players ->
        [one] 👥 { $players } joueur
       *[other] 👥 { $players } joueurs
    }
players-state = État { $state }
players-no-state = ⚠️ sans État
players-furnace = chaudière { $level }
players-not-imported = ❌ Personne n’a été importé, à cause de ces lignes :
players-correct-the-lines = Corrige-les, ou ignore-les avec `skip_bad_lines`.
players-file-not-fetched = ❌ Personne n’a été importé : je n’ai pas pu télécharger le fichier depuis Discord. Réessaie, s’il te plaît.
players-nothing-to-export = La liste des joueurs est vide, il n’y a donc rien à exporter.
players-exported =
    { $players ->
        [one] 👥 { $players } joueur. `/manage players import` accepte ce fichier.
       *[other] 👥 { $players } joueurs. `/manage players import` accepte ce fichier.
    }
