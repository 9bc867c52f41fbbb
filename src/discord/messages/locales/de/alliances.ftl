alliances-between = ,{ " " }
alliances-about = 🛡️ **{ $name }**
alliances-unknown = ❌ Hier gibt es keine Allianz namens **{ $name }**. Wähle eine mit `alliance`: { $names }.
alliances-unknown-only-one = ❌ Hier gibt es keine Allianz namens **{ $name }**. Dieser Server hat nur eine Allianz: lass `alliance` weg.
alliances-which = ❌ Dieser Server hat mehrere Allianzen. Sag mit `alliance`, welche du meinst: { $names }.
alliances-which-here = ❌ Mehrere Allianzen posten in diesem Kanal. Sag mit `alliance`, welche du meinst: { $names }.
alliances-added-second = ✅ **{ $name }** wurde hinzugefügt. Die erste Allianz dieses Servers heißt jetzt **{ $first }**: das kannst du mit `/manage alliance rename` ändern.
    Ab jetzt haben die Befehle die Option `alliance`. Es kann eine Minute dauern, bis Discord sie zeigt.
alliances-added = ✅ **{ $name }** wurde hinzugefügt.
alliances-next-channel = Wähle mit `/manage giftcode setchannel alliance:{ $name } channel:`, wo ihre Codes gepostet werden, und füge mit `/manage players add alliance:{ $name }` Spieler hinzu.
alliances-next-players = Füge ihre Spieler mit `/manage players add alliance:{ $name }` hinzu.
alliances-known = **{ $name }** gibt es hier schon.
alliances-name-taken = ❌ Eine Allianz namens **{ $name }** gibt es hier schon. Wähle einen anderen Namen.
alliances-bad-name = ❌ Ein Name hat 1 bis { $most } Zeichen.
alliances-too-many = ❌ Ein Server kann { $most } Allianzen haben. Entferne erst eine mit `/manage alliance remove`.
alliances-role-without-channel = ❌ Gib auch einen `channel` an: die Rolle wird in den Posts dort erwähnt.
alliances-renamed = ✅ Die Allianz heißt jetzt **{ $name }**.
alliances-gone = Diese Allianz wurde schon entfernt.
alliances-last = ❌ Das ist die einzige Allianz dieses Servers, also bleibt sie. Um nichts mehr zu posten, nimm `/manage giftcode unsetchannel`.
alliances-remove-sure = **{ $name }** entfernen? { $players ->
        [0] Ihre Spielerliste ist leer.
        [one] Ihre Spielerliste mit { $players } Spieler wird gelöscht.
       *[other] Ihre Spielerliste mit { $players } Spielern wird gelöscht.
    } Für sie wird nichts mehr gepostet oder eingelöst. Bisherige Ergebnisse bleiben: Solange es mehrere Allianzen gibt, zeigt sie `/manage giftcode history` mit dem Namen der Allianz.
alliances-remove-button = Entfernen
alliances-removed = ✅ **{ $name }** wurde entfernt. { $players ->
        [0] Ihre Spielerliste war leer.
        [one] { $players } Spieler stand auf ihrer Liste.
       *[other] { $players } Spieler standen auf ihrer Liste.
    }
alliances-one-left = Dieser Server hat wieder eine Allianz: die Befehle brauchen die Option `alliance` nicht mehr.
alliances-order = Wenn Codes für mehrere Allianzen anstehen, kommen sie in dieser Reihenfolge dran. Wer auf mehreren Listen steht, kommt mit der ersten dran.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players ->
        [one] { $players } Spieler
       *[other] { $players } Spieler
    } · { $auto }
alliances-no-channel = kein Kanal
alliances-auto-on = automatisch
alliances-auto-off = nicht automatisch
alliances-post = 🛡️ { $names }
