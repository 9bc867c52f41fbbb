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
count-redeemed = 🎁 { $number } obtenus
count-already = 📦 { $number } déjà récupérés
count-failed = ❌ { $number } échecs
count-pending = ⏳ { $number } restants
count-empty-list = La liste des joueurs est vide.
batch-group =
    { $players ->
        [one] { $players } joueur : { $why }
       *[other] { $players } joueurs : { $why }
    }
batch-gave-up = abandonné : { $why }
batch-advice = → { $advice }
batch-names-more = { $names } … et { $number } autres
