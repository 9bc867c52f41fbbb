status-title = 📊 État du bot
status-field-channel = Salon
status-field-auto = Utilisation automatique
status-field-players = Joueurs
status-field-codes = Codes actifs
status-field-waiting = En attente
status-field-sources = Sources des codes
status-field-game = Jeu
status-field-storage = Données enregistrées
status-field-discord = Discord
status-number = { $number }
status-channel-none = aucun : choisis-en un avec `/manage giftcode setchannel`
status-channel-paused = ⏸ { $channel } est en pause : { $why }
status-channel-failing = ⚠️ { $channel } : les publications échouent depuis { $since }. { $reason }. Je continue d’essayer : corrige cela, ou choisis un autre salon
status-mentions-role = mentionne { $role }
status-auto-on = activée
status-auto-off = désactivée : active-la avec `/manage giftcode auto`
status-waiting = { $here } ici, { $everywhere } sur tous les serveurs
status-sources-read = ✅ lues { $when }
status-sources-not-read = pas encore lues
status-sources-fail = ⚠️ illisibles en ce moment. Je continue d’essayer, et l’opérateur du bot est prévenu
status-sources-some-fail = ⚠️ { $failing } sur { $all } { $failing ->
    [one] illisible
   *[other] illisibles
} en ce moment. Je continue d’essayer, et l’opérateur du bot est prévenu
status-game-no-limit = ✅ aucune limite fixée
status-game-limit = ✅ { $limit }
status-game-waits = ⚠️ { $why }
status-storage-saved = ✅ enregistrées
status-storage-attention = ⚠️ enregistrées, mais le stockage demande de l’attention. Rien n’est perdu, et l’opérateur du bot est prévenu
status-storage-unsaved = ⚠️ rien ne peut être enregistré en ce moment. Je ne fais rien que je ne peux pas enregistrer, et l’opérateur du bot est prévenu
status-discord-connected = ✅ connecté { $since }
status-discord-connected-latency = ✅ connecté { $since }, répond en { $milliseconds } ms
status-discord-connecting = ⚠️ certains serveurs sont sans connexion depuis { $since } ; je continue d’essayer
paused-channel-deleted = le salon a été supprimé. Choisis-en un autre avec `/manage giftcode setchannel`
paused-channel-hidden = je ne vois pas le salon. Autorise-moi à le voir, ou choisis-en un autre
paused-no-permission = je ne peux pas publier dans le salon. Autorise-moi à le voir, à y envoyer des messages et à y intégrer des liens, ou choisis-en un autre
paused-no-history = j’ai été interrompu et je ne peux pas vérifier si un code a été publié. Autorise-moi à voir les anciens messages du salon
paused-tag-required = chaque post du forum doit avoir un tag, et seuls les modérateurs peuvent en mettre. Ajoute un tag que tout le monde peut utiliser, ou n’exige plus de tags
paused-thread-locked = le fil est verrouillé ou archivé, et je ne peux pas le rouvrir. Déverrouille-le, ou choisis un autre salon
paused-timeout = je suis exclu temporairement sur ce serveur et je ne peux pas publier. Un modérateur peut lever l’exclusion
paused-removed = j’ai été retiré du serveur
wait-no-answer = le jeu ne répond plus depuis { $since } ; je continue d’essayer
wait-refused = depuis { $since }, le jeu refuse chaque requête comme une de trop ; je continue d’essayer
wait-captcha = depuis { $since }, le jeu demande un captcha à chaque joueur ; je continue d’essayer. En attendant, les joueurs peuvent utiliser le code ici : { $page }
wait-busy = depuis { $since }, le jeu donne à chaque joueur la réponse { $answer } ; je continue d’essayer
wait-odd = depuis { $since }, le jeu donne à chaque joueur la réponse inconnue { $answer } ; je continue d’essayer, et l’opérateur du bot est prévenu. Rien n’est perdu
wait-held = depuis { $since }, le jeu donne à chaque joueur la réponse inconnue { $answer } pour { $code } ; je continue d’essayer
wait-blocked = depuis { $since }, le jeu bloque le bot ; l’opérateur du bot sait quoi faire. Rien n’est perdu
wait-signature = depuis { $since }, le jeu refuse la signature du bot ; l’opérateur du bot sait quoi faire. Rien n’est perdu
wait-malformed = depuis { $since }, le jeu refuse les requêtes du bot ; l’opérateur du bot sait quoi faire. Rien n’est perdu
wait-limit-minute =
    { $calls ->
        [one] le jeu permet { $calls } requête par minute
       *[other] le jeu permet { $calls } requêtes par minute
    }
wait-limit-seconds =
    { $calls ->
        [one] le jeu permet { $calls } requête en { $seconds } s
       *[other] le jeu permet { $calls } requêtes en { $seconds } s
    }
wait-too-many-calls = le jeu a reçu trop de requêtes
wait-game-busy = le jeu était surchargé ; les essais échoués seront bientôt répétés
