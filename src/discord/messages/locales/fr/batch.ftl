batch-title =
    { $players ->
        [one] ⏳ { $code } : en cours pour { $players } joueur
       *[other] ⏳ { $code } : en cours pour { $players } joueurs
    }
batch-percent = { $percent } %
batch-done-by = 🏁 Fin prévue { $when }
batch-waits = 💤 { $why }
batch-result-all =
    { $players ->
        [one] ✅ { $code } : terminé pour { $players } joueur
       *[other] ✅ { $code } : terminé pour { $players } joueurs
    }
batch-result-some =
    { $players ->
        [one] ☑️ { $code } : terminé pour { $players } joueur
       *[other] ☑️ { $code } : terminé pour { $players } joueurs
    }
batch-result-none =
    { $players ->
        [one] ❌ { $code } : terminé pour { $players } joueur
       *[other] ❌ { $code } : terminé pour { $players } joueurs
    }
batch-no-room-for-names = Il n’y avait pas assez de place pour tous les noms. Pour recevoir toute la liste dans un fichier, autorise-moi à « Joindre des fichiers » dans ce salon.
count-redeemed = 🎁 { $number ->
    [one] { $number } obtenu
   *[other] { $number } obtenus
}
count-already = 📦 { $number ->
    [one] { $number } déjà récupéré
   *[other] { $number } déjà récupérés
}
count-failed = ❌ { $number ->
    [one] { $number } échec
   *[other] { $number } échecs
}
count-pending = ⏳ { $number ->
    [one] { $number } restant
   *[other] { $number } restants
}
count-empty-list = La liste des joueurs est vide.
batch-group =
    { $players ->
        [one] { $players } joueur : { $why }
       *[other] { $players } joueurs : { $why }
    }
batch-gave-up = abandonné : { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … et { $number ->
    [one] { $number } autre
   *[other] { $number } autres
}
