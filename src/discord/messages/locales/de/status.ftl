status-title = 📊 Status des Bots
status-field-channel = Kanal
status-field-auto = Automatisches Einlösen
status-field-players = Spieler
status-field-codes = Aktive Codes
status-field-waiting = Warten auf Einlösung
status-field-sources = Code-Quellen
status-field-game = Spiel
status-field-storage = Gespeicherte Daten
status-field-discord = Discord
status-number = { $number }
status-channel-none = keiner: stell einen mit `/manage giftcode setchannel` ein
status-channel-paused = ⏸ { $channel } pausiert: { $why }
status-channel-failing = ⚠️ { $channel }: Posts schlagen seit { $since } fehl. { $reason }. Ich versuche es weiter: behebe das, oder stell einen anderen Kanal ein
status-mentions-role = erwähnt { $role }
status-auto-on = an
status-auto-off = aus: schalte es mit `/manage giftcode auto` ein
status-waiting = { $here } hier, { $everywhere } auf allen Servern
status-sources-read = ✅ gelesen { $when }
status-sources-not-read = noch nicht gelesen
status-sources-fail = ⚠️ können gerade nicht gelesen werden. Ich versuche es weiter, und der Betreiber des Bots weiß Bescheid
status-sources-some-fail = ⚠️ { $failing ->
    [one] { $failing } von { $all } kann
   *[other] { $failing } von { $all } können
} gerade nicht gelesen werden. Ich versuche es weiter, und der Betreiber des Bots weiß Bescheid
status-game-no-limit = ✅ keine Grenze eingestellt
status-game-limit = ✅ { $limit }
status-game-waits = ⚠️ { $why }
status-storage-saved = ✅ gespeichert
status-storage-attention = ⚠️ gespeichert, aber der Speicher braucht Aufmerksamkeit. Nichts geht verloren, und der Betreiber des Bots weiß Bescheid
status-storage-unsaved = ⚠️ im Moment kann nichts gespeichert werden. Ich tue nichts, was ich nicht speichern kann, und der Betreiber des Bots weiß Bescheid
status-discord-connected = ✅ verbunden { $since }
status-discord-connected-latency = ✅ verbunden { $since }, antwortet in { $milliseconds } ms
status-discord-connecting = ⚠️ einige Server haben seit { $since } keine Verbindung; ich versuche es weiter
paused-channel-deleted = der Kanal wurde gelöscht. Stell mit `/manage giftcode setchannel` einen anderen ein
paused-channel-hidden = ich kann den Kanal nicht sehen. Erlaube mir, ihn anzuzeigen, oder stell einen anderen ein
paused-no-permission = ich kann in dem Kanal nicht posten. Erlaube mir dort, ihn anzuzeigen, Nachrichten zu senden und Links einzubetten, oder stell einen anderen ein
paused-no-history = ich wurde unterbrochen und kann nicht prüfen, ob ein Code gepostet wurde. Erlaube mir, den Nachrichtenverlauf des Kanals anzuzeigen
paused-tag-required = jeder Post in dem Forum braucht einen Tag, und nur Moderatoren dürfen einen setzen. Leg einen Tag an, den alle benutzen dürfen, oder verlange keine Tags mehr
paused-thread-locked = der Thread ist gesperrt oder archiviert, und ich darf ihn nicht wieder öffnen. Entsperre ihn, oder stell einen anderen Kanal ein
paused-timeout = ich bin auf diesem Server im Timeout und kann nicht posten. Ein Moderator kann ihn beenden
paused-removed = ich wurde vom Server entfernt
wait-no-answer = das Spiel antwortet seit { $since } nicht; ich versuche es weiter
wait-refused = seit { $since } lehnt das Spiel jede Anfrage als eine zu viel ab; ich versuche es weiter
wait-captcha = seit { $since } verlangt das Spiel von jedem Spieler ein Captcha; ich versuche es weiter. Bis dahin können Spieler hier einlösen: { $page }
wait-busy = seit { $since } gibt das Spiel jedem Spieler die Antwort { $answer }; ich versuche es weiter
wait-odd = seit { $since } gibt das Spiel jedem Spieler die unbekannte Antwort { $answer }; ich versuche es weiter, und der Betreiber des Bots weiß Bescheid. Nichts geht verloren
wait-held = seit { $since } gibt das Spiel jedem Spieler für { $code } die unbekannte Antwort { $answer }; ich versuche es weiter
wait-blocked = seit { $since } sperrt das Spiel den Bot; der Betreiber des Bots weiß, was zu tun ist. Nichts geht verloren
wait-signature = seit { $since } lehnt das Spiel die Signatur des Bots ab; der Betreiber des Bots weiß, was zu tun ist. Nichts geht verloren
wait-malformed = seit { $since } lehnt das Spiel die Anfragen des Bots ab; der Betreiber des Bots weiß, was zu tun ist. Nichts geht verloren
wait-limit-minute =
    { $calls ->
        [one] das Spiel erlaubt { $calls } Anfrage in der Minute
       *[other] das Spiel erlaubt { $calls } Anfragen in der Minute
    }
wait-limit-seconds =
    { $calls ->
        [one] das Spiel erlaubt { $calls } Anfrage in { $seconds } s
       *[other] das Spiel erlaubt { $calls } Anfragen in { $seconds } s
    }
wait-too-many-calls = das Spiel hat zu viele Anfragen bekommen
wait-game-busy = das Spiel war überlastet; fehlgeschlagene Versuche werden gleich wiederholt
