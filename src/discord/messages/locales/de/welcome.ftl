welcome-title = 👋 Hallo! Ich poste Geschenkcodes für Whiteout Survival und löse sie für eure Allianz ein.
welcome-intro = Drei Schritte, und es kann losgehen:
welcome-end = Wer selbst Codes einlösen will, nimmt `/link` oder den Knopf unter einem Post. `/help` zeigt das alles noch einmal.
welcome-help-title = 🎁 Geschenkcodes: so geht es
welcome-members = Für alle
welcome-members-steps = 1️⃣ Verknüpfe mit `/link` einmal deine Spieler-ID. Du findest sie in deinem Profil im Spiel.
    2️⃣ Tippe unter einem Post auf **Für mich einlösen**, oder nimm `/redeem`. Die Belohnungen kommen mit der Post im Spiel.
welcome-leaders = Für Anführer
welcome-leaders-steps = 1️⃣ Benutze im Kanal für Geschenkcodes `/manage giftcode setchannel`. Dort poste ich jeden neuen Code.
    2️⃣ Gib mir mit `/manage players add` oder `/manage players import` eure Spieler.
    3️⃣ Nimm `/manage giftcode auto` und wähle *an*. Dann löse ich jeden Code für alle ein.
welcome-panel = Lieber Knöpfe? `/manage panel` postet ein Menü für alles, was täglich anfällt. `/manage language` stellt die Sprache der Posts ein.
welcome-more = Mehr
welcome-more-commands = `/giftcode` zeigt die aktiven Codes, `/unlink` löst die Verknüpfung mit deinem Account. Anführer: `/manage access role:` lässt eure R4 `/manage` benutzen, `/manage giftcode status` zeigt, was eingestellt ist, und mit `/manage players idchannel` kommen Mitglieder von selbst auf die Liste.
welcome-second-alliance = `/manage alliance add` ist für eine zweite Allianz.
