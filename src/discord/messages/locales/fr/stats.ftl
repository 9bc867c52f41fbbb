stats-last-days =
    { $days ->
        [one] { $days } dernier jour : { $counts }
       *[other] { $days } derniers jours : { $counts }
    }
stats-today = Aujourd’hui : { $counts }
stats-today-nothing = Aujourd’hui : rien pour l’instant
stats-midnight = Les jours commencent à minuit UTC.
stats-gave-up = ⌛ { $number ->
    [one] { $number } abandonné
   *[other] { $number } abandonnés
}
stats-code =
    { $players ->
        [one] `{ $code }` { $have } sur { $players } joueur
       *[other] `{ $code }` { $have } sur { $players } joueurs
    }
stats-posted-and-done = publié { $posted } après sa découverte, dernier joueur terminé { $done } plus tard
stats-posted = publié { $time } après sa découverte
stats-done = dernier joueur terminé { $time } après le début
stats-no-players = 📈 Il n’y a pas encore de chiffres pour ce serveur. Ajoute des joueurs avec `/manage players add` ou `/manage players import`, et choisis un salon avec `/manage giftcode setchannel`.
stats-nothing-yet = 📈 Il n’y a pas encore de chiffres pour ce serveur. Ils arrivent dès qu’un code a été publié ou utilisé. Choisis un salon avec `/manage giftcode setchannel`, et active `/manage giftcode auto`.
stats-not-drawn = ⚠️ Les images n’ont pas pu être dessinées ; voici les chiffres.
