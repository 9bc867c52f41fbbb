after-retry-button = Réessayer les échecs
after-fix-state-of-one = → Chefs : `/manage players edit player:{ $player } state:` et le bon État
after-fix-states = → Chefs : `/manage players edit player:{ $player } state:` et le bon État, pour chacun. S’ils ont tous déménagé : `/manage players setstate from: to:`
after-fix-no-states = → Chefs : `/manage players edit player:{ $player } state:` et le bon État. Je trouve ensuite les autres qui sont dans cet État.
after-fix-id = → Chefs : si le joueur est parti, `/manage players remove player:{ $player }`
after-fix-ids = → Chefs : s’ils sont partis, `/manage players remove player_ids:{ $players }`
after-retry-when-ready = → Dès que c’est possible, chefs : `/manage giftcode retry code:{ $code }`
after-try-again = → Chefs : **Réessayer les échecs**, ou `/manage giftcode retry code:{ $code }`
after-mention-title = ❌ { $code } a échoué pour ton compte
after-mention = Le code n’a pas pu être utilisé pour un compte que tu as lié. La raison, et ce qu’il faut faire, se trouvent dans [le résultat]({ $link }).
after-mention-without-result = Le code n’a pas pu être utilisé pour un compte que tu as lié. Pour réessayer et voir pourquoi, utilise `/redeem code:{ $code }`.
after-players-title = 📋 { $code } : qui l’a
after-players-counts = 🎁 { $redeemed ->
    [one] { $redeemed } l’a
   *[other] { $redeemed } l’ont
} · ❌ { $failed ->
    [one] { $failed } échec
   *[other] { $failed } échecs
} · ➖ { $missing ->
    [one] { $missing } manque en tout
   *[other] { $missing } manquent en tout
}
after-players-empty = La liste des joueurs est vide. Ajoute des joueurs avec `/manage players add`.
after-players-nobody = Personne.
after-player-failed = ❌ { $player } : { $why }
after-player-gave-up = ❌ { $player } : abandonné, { $why }
after-player-granted = 🎁 { $player } : obtenu
after-player-already = 📦 { $player } : déjà récupéré
after-player-pending = ⏳ { $player } : en cours
after-player-untried = ➖ { $player } : pas encore essayé
after-players-menu = Afficher …
after-players-missing = Manquants : { $players }
after-players-failed = Échecs : { $players }
after-players-redeemed = Obtenus : { $players }
after-players-all = Tous : { $players }
after-auto-on = ✅ Désormais, chaque nouveau code est utilisé pour la liste des joueurs ({ $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
}).
after-auto-on-empty = ✅ Désormais, chaque code est utilisé pour la liste des joueurs. La liste est vide : ajoute des joueurs avec `/manage players add` ou `/manage players import`.
after-auto-on-without-channel = Aucun salon n’est choisi, donc les résultats sont seulement dans `/manage giftcode history`. Choisis-en un avec `/manage giftcode setchannel`.
after-auto-on-codes = ✅ Désormais, chaque code est utilisé pour la liste des joueurs. { $estimate }
after-estimate = { $players ->
    [one] { $players } joueur
   *[other] { $players } joueurs
} × { $codes ->
    [one] { $codes } code
   *[other] { $codes } codes
}, { $redemptions } à utiliser : { $time }.
after-auto-asks = ⏳ { $estimate } Le jeu n’en permet qu’un certain nombre par minute, et d’autres joueurs de ce bot attendent aussi. Activer l’utilisation automatique ?
after-auto-yes = Activer
after-auto-no = Pas maintenant
after-auto-stays = L’utilisation automatique reste comme elle était.
after-seconds = moins d’une minute
after-minutes = environ { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
after-hours = environ { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}
after-fast = aussi vite que le jeu le permet
after-notify-failed-on = ✅ Après chaque code, je mentionne ceux qui ont lié un compte pour lequel il a échoué.
after-notify-failed-off = Personne n’est mentionné quand un code échoue. Pour changer cela : `/manage giftcode notify failed:on`.
after-notify-reminder-on = ✅ Un jour avant la fin d’un code, je publie qui ne l’a pas encore, s’il manque à quelqu’un.
after-notify-reminder-off = Rien n’est publié avant la fin d’un code. Pour changer cela : `/manage giftcode notify reminder:on`.
