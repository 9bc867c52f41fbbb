channel-refused = ❌ Je ne peux pas publier dans { $channel } : il m’y faut { $permissions }. Autorise-le dans les paramètres du salon, puis réutilise cette commande. Rien n’a changé.
permissions-and = { $first } et { $last }
permission-view-channel = Voir le salon
permission-send-messages = Envoyer des messages
permission-embed-links = Intégrer des liens
permission-send-in-threads = Envoyer des messages dans les fils
permission-create-posts = Créer des posts
permission-send-in-posts = Envoyer des messages dans les posts
permission-add-reactions = Ajouter des réactions
permission-attach-files = Joindre des fichiers
permission-read-history = Voir les anciens messages
channel-timeout = ❌ Je suis exclu temporairement sur ce serveur jusqu’à { $until } et je ne peux pas publier. Un modérateur peut lever l’exclusion ; réutilise ensuite cette commande. Rien n’a changé.
channel-everyone-refused = ❌ Je ne mentionne pas tout le monde. Choisis un rôle pour les membres qui veulent être avertis des codes cadeaux. Rien n’a changé.
channel-role-or-none = ❌ Utilise soit `role`, soit `no_role`, pas les deux. Rien n’a changé.
channel-unknown = ❌ Je ne peux pas publier là. Choisis un salon textuel, un salon d’annonces, un fil ou un forum de ce serveur. Rien n’a changé.
channel-unset = ✅ Je ne publie plus de codes cadeaux. Ce qui est en cours continue.
channel-was-not-set = Aucun salon n’est choisi, donc aucun code cadeau n’est publié.
auto-off = ✅ Les nouveaux codes ne sont plus utilisés automatiquement. Ce qui est en cours continue.
code-unknown = ❌ Je ne connais pas le code `{ $code }`. Pour l’ajouter, utilise `/manage giftcode add`.
code-unknown-unchanged = ❌ Je ne connais pas le code `{ $code }`. Rien n’a changé.
code-known = `{ $code }` est déjà actif.
code-added-posted-redeemed =
    { $players ->
        [one] ✅ `{ $code }` a été ajouté. Il sera publié dans { $channel } et utilisé pour { $players } joueur.
       *[other] ✅ `{ $code }` a été ajouté. Il sera publié dans { $channel } et utilisé pour { $players } joueurs.
    }
code-added-posted = ✅ `{ $code }` a été ajouté. Il sera publié dans { $channel }. Utilise-le avec `/manage giftcode redeem code:{ $code }`.
code-added-redeemed =
    { $players ->
        [one] ✅ `{ $code }` a été ajouté. Aucun salon n’est choisi, il n’est donc pas publié. Il sera utilisé pour { $players } joueur.
       *[other] ✅ `{ $code }` a été ajouté. Aucun salon n’est choisi, il n’est donc pas publié. Il sera utilisé pour { $players } joueurs.
    }
code-added = ✅ `{ $code }` a été ajouté. Aucun salon n’est choisi, il n’est donc pas publié. Utilise-le avec `/manage giftcode redeem code:{ $code }`.
code-removed = ✅ `{ $code }` n’est plus publié ni utilisé.
code-removed-waiting =
    { $players ->
        [one] ✅ `{ $code }` n’est plus publié ni utilisé. Il ne sera pas utilisé pour le joueur qui attend encore ({ $players }).
       *[other] ✅ `{ $code }` n’est plus publié ni utilisé. Il ne sera pas utilisé pour les { $players } joueurs qui attendent encore.
    }
list-no-codes = Il n’y a pas de code cadeau actif en ce moment.
list-title =
    { $codes ->
        [one] 🎁 { $codes } code cadeau actif
       *[other] 🎁 { $codes } codes cadeaux actifs
    }
list-code-expires = `{ $code }` · expire { $when }
list-code-source = de { $source }
suggestion-not-active = { $code } (pas actif)
list-empty-add-players = ❌ La liste des joueurs est vide. Ajoute des joueurs avec `/manage players add` ou `/manage players import`.
batch-done-already =
    { $players ->
        [one] `{ $code }` est terminé pour { $players } joueur, c’est-à-dire tout le monde. S’il a échoué, réessaie avec `/manage giftcode retry code:{ $code }`.
       *[other] `{ $code }` est terminé pour les { $players } joueurs. Pour réessayer les échecs, utilise `/manage giftcode retry code:{ $code }`.
    }
batch-going-on =
    { $players ->
        [one] `{ $code }` est déjà en cours : encore { $players } joueur.
       *[other] `{ $code }` est déjà en cours : encore { $players } joueurs.
    }
batch-started =
    { $players ->
        [one] ✅ J’utilise `{ $code }` pour { $players } joueur.
       *[other] ✅ J’utilise `{ $code }` pour { $players } joueurs.
    }
batch-see-history = Pour voir la progression, utilise `/manage giftcode history`.
batch-see-channel = La progression s’affiche dans { $channel }.
batch-line-empty = ❌ `{ $code }` : la liste des joueurs est vide
batch-line-done = `{ $code }` : déjà terminé pour tout le monde
batch-line-started =
    { $players ->
        [one] ✅ `{ $code }` : en cours pour { $players } joueur
       *[other] ✅ `{ $code }` : en cours pour { $players } joueurs
    }
batch-line-over = ⌛ `{ $code }` n’est pas actif : { $why }
retry-nothing = `{ $code }` n’a échoué pour personne ici, il n’y a donc rien à réessayer.
retry-started =
    { $players ->
        [one] ✅ Je réessaie `{ $code }` pour { $players } joueur.
       *[other] ✅ Je réessaie `{ $code }` pour { $players } joueurs.
    }
history-title = 📜 Historique des codes
history-nothing = Aucun code n’a encore été utilisé pour la liste des joueurs.
history-nothing-of-code = `{ $code }` n’a jamais été utilisé pour la liste des joueurs.
history-round = { $code } (tour { $round })
history-finished = terminé { $when }
history-started = commencé { $when }, pas encore terminé
