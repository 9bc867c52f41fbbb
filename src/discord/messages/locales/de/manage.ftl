channel-refused = ❌ Ich kann in { $channel } nicht posten: dort brauche ich { $permissions }. Erlaube mir das in den Einstellungen des Kanals und benutze den Befehl dann noch einmal. Es wurde nichts geändert.
permissions-and = { $first } und { $last }
permission-view-channel = Kanal anzeigen
permission-send-messages = Nachrichten senden
permission-embed-links = Links einbetten
permission-send-in-threads = Nachrichten in Threads senden
permission-create-posts = Posts erstellen
permission-send-in-posts = Nachrichten in Posts senden
permission-add-reactions = Reaktionen hinzufügen
permission-attach-files = Dateien anhängen
permission-read-history = Nachrichtenverlauf anzeigen
channel-timeout = ❌ Ich bin auf diesem Server bis { $until } im Timeout und kann nicht posten. Ein Moderator kann den Timeout beenden; benutze den Befehl dann noch einmal. Es wurde nichts geändert.
channel-everyone-refused = ❌ Ich erwähne nicht alle. Wähle eine Rolle für Mitglieder, die von Geschenkcodes hören wollen. Es wurde nichts geändert.
channel-role-or-none = ❌ Nimm entweder `role` oder `no_role`, nicht beides. Es wurde nichts geändert.
channel-unknown = ❌ Dort kann ich nicht posten. Wähle einen Textkanal, Ankündigungskanal, Thread oder ein Forum dieses Servers. Es wurde nichts geändert.
channel-unset = ✅ Ich poste keine Geschenkcodes mehr. Laufende Einlösungen gehen weiter.
channel-was-not-set = Es ist kein Kanal eingestellt, also werden keine Geschenkcodes gepostet.
auto-off = ✅ Neue Codes werden nicht mehr automatisch eingelöst. Laufende Einlösungen gehen weiter.
code-unknown = ❌ Ich kenne den Code `{ $code }` nicht. Um ihn hinzuzufügen, nimm `/manage giftcode add`.
code-unknown-unchanged = ❌ Ich kenne den Code `{ $code }` nicht. Es wurde nichts geändert.
code-known = `{ $code }` ist schon aktiv.
code-added-posted-redeemed =
    { $players ->
        [one] ✅ `{ $code }` wurde hinzugefügt. Er wird in { $channel } gepostet und für { $players } Spieler eingelöst.
       *[other] ✅ `{ $code }` wurde hinzugefügt. Er wird in { $channel } gepostet und für { $players } Spieler eingelöst.
    }
code-added-posted = ✅ `{ $code }` wurde hinzugefügt. Er wird in { $channel } gepostet. Löse ihn mit `/manage giftcode redeem code:{ $code }` ein.
code-added-redeemed =
    { $players ->
        [one] ✅ `{ $code }` wurde hinzugefügt. Es ist kein Kanal eingestellt, also wird er nicht gepostet. Er wird für { $players } Spieler eingelöst.
       *[other] ✅ `{ $code }` wurde hinzugefügt. Es ist kein Kanal eingestellt, also wird er nicht gepostet. Er wird für { $players } Spieler eingelöst.
    }
code-added = ✅ `{ $code }` wurde hinzugefügt. Es ist kein Kanal eingestellt, also wird er nicht gepostet. Löse ihn mit `/manage giftcode redeem code:{ $code }` ein.
code-removed = ✅ `{ $code }` wird nicht mehr gepostet oder eingelöst.
code-removed-waiting =
    { $players ->
        [one] ✅ `{ $code }` wird nicht mehr gepostet oder eingelöst. Für den { $players } Spieler, der noch wartet, wird er nicht eingelöst.
       *[other] ✅ `{ $code }` wird nicht mehr gepostet oder eingelöst. Für die { $players } Spieler, die noch warten, wird er nicht eingelöst.
    }
list-no-codes = Im Moment gibt es keine aktiven Geschenkcodes.
list-title =
    { $codes ->
        [one] 🎁 { $codes } aktiver Geschenkcode
       *[other] 🎁 { $codes } aktive Geschenkcodes
    }
list-code-expires = `{ $code }` · läuft { $when } ab
list-code-source = von { $source }
suggestion-not-active = { $code } (nicht aktiv)
list-empty-add-players = ❌ Die Spielerliste ist leer. Füge Spieler mit `/manage players add` oder `/manage players import` hinzu.
batch-done-already =
    { $players ->
        [one] `{ $code }` ist für { $players } Spieler fertig, also für alle. Wenn es fehlgeschlagen ist, versuche es mit `/manage giftcode retry code:{ $code }` noch einmal.
       *[other] `{ $code }` ist für alle { $players } Spieler fertig. Um es für fehlgeschlagene Spieler noch einmal zu versuchen, nimm `/manage giftcode retry code:{ $code }`.
    }
batch-going-on =
    { $players ->
        [one] `{ $code }` wird schon eingelöst: noch { $players } Spieler.
       *[other] `{ $code }` wird schon eingelöst: noch { $players } Spieler.
    }
batch-started =
    { $players ->
        [one] ✅ Ich löse `{ $code }` für { $players } Spieler ein.
       *[other] ✅ Ich löse `{ $code }` für { $players } Spieler ein.
    }
batch-see-history = Den Fortschritt zeigt `/manage giftcode history`.
batch-see-channel = Den Fortschritt siehst du in { $channel }.
batch-line-empty = ❌ `{ $code }`: die Spielerliste ist leer
batch-line-done = `{ $code }`: für alle schon fertig
batch-line-started =
    { $players ->
        [one] ✅ `{ $code }`: wird für { $players } Spieler eingelöst
       *[other] ✅ `{ $code }`: wird für { $players } Spieler eingelöst
    }
batch-line-over = ⌛ `{ $code }` ist nicht aktiv: { $why }
retry-nothing = `{ $code }` ist hier für niemanden fehlgeschlagen, es gibt also nichts zu wiederholen.
retry-started =
    { $players ->
        [one] ✅ Ich versuche `{ $code }` für { $players } Spieler noch einmal.
       *[other] ✅ Ich versuche `{ $code }` für { $players } Spieler noch einmal.
    }
history-title = 📜 Bisherige Einlösungen
history-nothing = Für die Spielerliste wurden noch keine Codes eingelöst.
history-nothing-of-code = `{ $code }` wurde nie für die Spielerliste eingelöst.
history-round = { $code } (Runde { $round })
history-finished = fertig { $when }
history-started = begonnen { $when }, noch nicht fertig
