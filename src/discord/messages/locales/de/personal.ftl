link-too-many = ❌ Du hast schon { $most } verknüpfte Accounts, mehr geht nicht. Entferne erst einen mit `/unlink`.
link-wrong-state = ❌ Laut dem Spiel ist { $player } nicht in Staat { $state }. Dein Staat steht in deinem Profil im Spiel, hinter dem Zeichen #. Es wurde nichts geändert.
link-no-such-player = ❌ Das Spiel kennt keinen Spieler { $player }. Deine Spieler-ID steht in deinem Profil im Spiel. Es wurde nichts geändert.
link-cannot-check = ❌ Das Spiel antwortet gerade nicht richtig, deshalb kann ich das nicht prüfen. Versuche es bitte in ein paar Minuten noch einmal. Es wurde nichts geändert.
link-none-yet = Du hast noch keinen verknüpften Account. Nimm zuerst `/link` mit deiner Spieler-ID.
unlink-not-yours = Dieser Account ist nicht mit dir verknüpft. Es wurde nichts geändert.
unlink-done =
    { $accounts ->
        [1] ✅ Der Account ist nicht mehr mit dir verknüpft.
        [one] ✅ Dein { $accounts } Account ist nicht mehr mit dir verknüpft.
       *[other] ✅ Deine { $accounts } Accounts sind nicht mehr mit dir verknüpft.
    }
unlink-still-listed = Er steht noch auf einer Spielerliste. Um ihn dort entfernen zu lassen, frag einen Anführer.
unlink-which-one = Du hast mehrere verknüpfte Accounts. Wähle mit `player_id` den, der getrennt werden soll:
unlink-one-or-everything = ❌ Nimm entweder `player_id`, um einen Account zu trennen, oder `everything`, nicht beides. Es wurde nichts geändert.
forget-nothing-known = Ich habe keine Daten über dich. Es wurde nichts geändert.
forget-done = ✅ Ich habe alles gelöscht, was ich über dich gespeichert hatte. Es ist kein Account mehr mit dir verknüpft.
forget-erased = Samt bisherigen Einlösungen gelöscht: { $players }.
forget-kept = Diese Accounts bleiben, aber ohne Verbindung zu dir: { $players }. Jeder steht auf der Spielerliste eines Servers, die diesem Server gehört, oder ist mit einem anderen Mitglied verknüpft. Um einen Account von einer Spielerliste nehmen zu lassen, frag die Anführer auf dem Server.
redeem-sent = 🎁 { $who }: geschickt, schau in deine Post im Spiel
redeem-already = 📦 { $who }: schon abgeholt
redeem-failed = ❌ { $who }: { $why }
redeem-waiting = ⏳ { $who }: wartet
redeem-trying-again = ⏳ { $who }: { $why }, neuer Versuch läuft
redeem-not-done = ⏳ { $who }: noch nicht fertig
redeem-over = ⌛ **{ $code }** ist nicht aktiv: { $why }
redeem-goes-on = Ich versuche es weiter. Um das Ergebnis später zu sehen, löse den Code noch einmal ein.
redeem-see-each-account = Um jeden Account zu sehen, nimm `/redeem` mit einem Code.
redeem-code-over = ⌛ `{ $code }` ist nicht aktiv: { $why }.
redeem-too-many-waiting = ⏳ Von dir warten schon { $most } Codes, mehr geht nicht. Versuche es wieder, wenn einige davon fertig sind: { $codes }
redeem-busy = ⏳ Deine letzten Anfragen laufen noch. Warte bitte, bis eine davon fertig ist.
list-more = … und { $number } mehr
form-expired = ⌛ Dieses Formular war zu lange offen, und ich weiß nicht mehr, welche Codes du gewählt hattest. Wähle sie bitte noch einmal.
servers-only = Ich arbeite nur auf Servern. Benutze diesen Befehl bitte auf einem Server, auf dem ich bin.
button-outdated = Dieser Knopf funktioniert nicht mehr. Nimm stattdessen `/giftcode` und `/redeem`.
failure-unknown = ❌ Bei mir ist etwas schiefgegangen. Versuche es bitte in einer Minute noch einmal. Wenn es öfter passiert, gib dem Betreiber des Bots diese Nummer: `{ $incident }`.
failure-not-saved = ❌ Das konnte nicht gespeichert werden, also wurde nichts geändert. Versuche es bitte in einer Minute noch einmal. Wenn es öfter passiert, gib dem Betreiber des Bots diese Nummer: `{ $incident }`.
failure-restarting = ⏳ Ich starte gerade neu. Deine Anfrage läuft weiter. Um das Ergebnis zu sehen, frag in einer Minute noch einmal.
