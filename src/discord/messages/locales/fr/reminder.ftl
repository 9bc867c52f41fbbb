reminder-title = ⏰ { $code } se termine bientôt
reminder-text = Il se termine { $when }, et { $missing ->
    [one] { $missing } joueur ne l’a pas encore
   *[other] { $missing } joueurs ne l’ont pas encore
}.
reminder-untried = { $players ->
    [one] { $players } joueur : pas encore essayé
   *[other] { $players } joueurs : pas encore essayé
}
reminder-redeem-button = Utiliser pour la liste des joueurs
reminder-without-file = Il n’y avait pas assez de place pour tous les noms. Pour recevoir toute la liste dans un fichier, autorise-moi à « Joindre des fichiers » dans ce salon.
reminder-off = Pour désactiver les rappels : /manage giftcode notify reminder:off
