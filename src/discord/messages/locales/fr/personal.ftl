link-too-many = ❌ Tu as déjà { $most } comptes liés, c’est le maximum. Retires-en d’abord un avec `/unlink`.
link-wrong-state = ❌ D’après le jeu, { $player } n’est pas dans l’État { $state }. Ton État est affiché dans ton profil du jeu, après le #. Rien n’a changé.
link-no-such-player = ❌ Le jeu ne connaît pas de joueur { $player }. Ton ID de joueur est affiché dans ton profil du jeu. Rien n’a changé.
link-cannot-check = ❌ Le jeu ne répond pas correctement en ce moment, je ne peux donc pas vérifier. Réessaie dans quelques minutes. Rien n’a changé.
link-none-yet = Tu n’as pas encore de compte lié. Utilise d’abord `/link` avec ton ID de joueur.
unlink-not-yours = Ce compte n’est pas lié à toi. Rien n’a changé.
unlink-done =
    { $accounts ->
        [1] ✅ Le compte n’est plus lié à toi.
        [one] ✅ Ton { $accounts } compte n’est plus lié à toi.
       *[other] ✅ Tes { $accounts } comptes ne sont plus liés à toi.
    }
unlink-still-listed = Il est encore sur une liste des joueurs. Pour le faire retirer de la liste, demande à un chef.
unlink-which-one = Tu as plusieurs comptes liés. Choisis celui à délier avec `player_id` :
unlink-one-or-everything = ❌ Utilise soit `player_id`, pour délier un compte, soit `everything`, pas les deux. Rien n’a changé.
forget-nothing-known = Je n’ai aucune donnée sur toi. Rien n’a changé.
forget-done = ✅ J’ai effacé tout ce que j’avais enregistré sur toi. Plus aucun compte n’est lié à toi.
forget-erased = Effacés, avec leur historique de codes : { $players }.
forget-kept = Ces comptes restent, mais sans aucun lien avec toi : { $players }. Chacun est sur la liste des joueurs d’un serveur, à qui elle appartient, ou est lié par un autre membre. Pour faire retirer un compte d’une liste des joueurs, demande aux chefs sur le serveur.
redeem-sent = 🎁 { $who } : envoyé, regarde ton courrier dans le jeu
redeem-already = 📦 { $who } : déjà récupéré
redeem-failed = ❌ { $who } : { $why }
redeem-waiting = ⏳ { $who } : en attente
redeem-trying-again = ⏳ { $who } : { $why }, je réessaie
redeem-not-done = ⏳ { $who } : pas encore terminé
redeem-over = ⌛ **{ $code }** n’est pas actif : { $why }
redeem-goes-on = Je continue d’essayer. Pour voir le résultat plus tard, utilise à nouveau le code.
redeem-see-each-account = Pour voir chaque compte, utilise `/redeem` avec un seul code.
redeem-code-over = ⌛ `{ $code }` n’est pas actif : { $why }.
redeem-too-many-waiting = ⏳ Tu as { $most } codes en attente, c’est le maximum. Réessaie quand certains seront terminés : { $codes }
redeem-busy = ⏳ Tes dernières demandes sont encore en cours. Attends que l’une d’elles soit terminée.
list-more = … et { $number } de plus
form-expired = ⌛ Ce formulaire est resté ouvert trop longtemps, et je ne sais plus quels codes tu as choisis. Choisis-les à nouveau.
servers-only = Je ne fonctionne que sur des serveurs. Utilise cette commande sur un serveur où je suis.
button-outdated = Ce bouton ne fonctionne plus. Utilise plutôt `/giftcode` et `/redeem`.
failure-unknown = ❌ Il y a eu un problème de mon côté. Réessaie dans une minute. Si ça continue, donne ce numéro à l’opérateur du bot : `{ $incident }`.
failure-not-saved = ❌ Impossible d’enregistrer, donc rien n’a changé. Réessaie dans une minute. Si ça continue, donne ce numéro à l’opérateur du bot : `{ $incident }`.
failure-restarting = ⏳ Je redémarre. Ta demande continue. Pour voir le résultat, redemande dans une minute.
