welcome-title = 👋 Salut ! Je publie les codes cadeaux de Whiteout Survival et je les utilise pour ton alliance.
welcome-intro = Trois étapes, et c’est prêt :
welcome-end = Ceux qui veulent utiliser des codes eux-mêmes prennent `/link`, ou le bouton sous une publication. `/help` réaffiche tout cela.
welcome-help-title = 🎁 Codes cadeaux : comment ça marche
welcome-members = Pour tout le monde
welcome-members-steps = 1️⃣ Lie une fois ton ID de joueur avec `/link`. Tu le trouves dans ton profil du jeu.
    2️⃣ Appuie sur **Utiliser pour moi** sous une publication, ou utilise `/redeem`. Les récompenses arrivent par courrier dans le jeu.
welcome-leaders = Pour les chefs
welcome-leaders-steps = 1️⃣ Dans le salon des codes cadeaux, utilise `/manage giftcode setchannel`. J’y publie chaque nouveau code.
    2️⃣ Donne-moi tes joueurs avec `/manage players add` ou `/manage players import`.
    3️⃣ Utilise `/manage giftcode auto` et choisis *activé*. J’utilise alors chaque code pour tous.
welcome-panel = Tu préfères des boutons ? `/manage panel` publie un menu pour tout ce que tu fais chaque jour. `/manage language` choisit la langue des publications.
welcome-more = Plus
welcome-more-commands = `/giftcode` affiche les codes actifs, `/unlink` supprime le lien avec ton compte. Chefs : `/manage access role:` permet à tes R4 d’utiliser `/manage`, `/manage giftcode status` montre ce qui est réglé, et `/manage players idchannel` permet aux membres de rejoindre la liste eux-mêmes.
welcome-second-alliance = `/manage alliance add` sert à ajouter une deuxième alliance.
