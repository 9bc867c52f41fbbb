roster-added-new = ✅ { $new ->
    [one] { $new } Spieler wurde
   *[other] { $new } Spieler wurden
} hinzugefügt.
roster-added-known = ✅ { $known ->
    [one] { $known } Spieler wurde
   *[other] { $known } Spieler wurden
} aktualisiert.
roster-added-both = ✅ { $new ->
    [one] { $new } Spieler wurde
   *[other] { $new } Spieler wurden
} hinzugefügt, { $known } aktualisiert.
roster-total = Die Spielerliste hat jetzt { $total ->
    [one] { $total } Spieler
   *[other] { $total } Spieler
}.
roster-kept-states = { $players ->
    [one] { $players } Spieler behält den gespeicherten Staat, weil ihn auch ein anderer Server oder ein anderes Mitglied benutzt. Wenn er
   *[other] { $players } Spieler behalten den gespeicherten Staat, weil ihn auch andere Server oder Mitglieder benutzen. Wenn er
} falsch ist, kann das Mitglied ihn mit `/link` und dem neuen Staat berichtigen. Oder nimm diesen Befehl noch einmal, sobald ein Code deswegen fehlgeschlagen ist.
roster-retried = { $redemptions ->
    [one] { $redemptions } Einlösung, die wegen eines falschen Staats fehlgeschlagen ist, wird
   *[other] { $redemptions } Einlösungen, die wegen eines falschen Staats fehlgeschlagen sind, werden
} noch einmal versucht.
roster-active-codes-follow = Die aktiven Codes werden für die neuen Spieler eingelöst.
roster-auto-is-off = Codes werden noch nicht automatisch eingelöst: nimm `/manage giftcode auto switch:on`.
roster-nobody-added = ❌ Es wurde niemand hinzugefügt.
roster-nothing-pasted = ❌ Es wurde niemand hinzugefügt, weil die Liste leer war. Schreib jeden Spieler in eine eigene Zeile: die Spieler-ID und, wenn du magst, den Namen und den Staat.
roster-how-many-ids = ❌ Es wurde niemand hinzugefügt. Gib 1 bis { $most } Spieler-IDs ein, getrennt durch Leerzeichen oder Kommas. Für mehr nimm `/manage players add` ohne Optionen und füge die Liste ein.
roster-file-or-ids = ❌ Nimm entweder `file` oder `player_ids`, nicht beides. Es wurde nichts geändert.
roster-bad-state = ❌ „{ $text }“ ist kein Staat. Ein Staat ist eine Zahl wie 245; sie steht im Profil im Spiel hinter dem #. Es wurde nichts geändert.
roster-skipped = { $lines ->
    [one] { $lines } Zeile wurde übersprungen:
   *[other] { $lines } Zeilen wurden übersprungen:
}
roster-skipped-ids = { $ids ->
    [one] { $ids } Eintrag wurde übersprungen:
   *[other] { $ids } Einträge wurden übersprungen:
}
roster-skipped-more = … und { $more } weitere
roster-bad-no-id = • Zeile { $line }, „{ $text }“: da ist keine Spieler-ID. Sie hat 6 bis 12 Ziffern und steht im Profil im Spiel.
roster-bad-several-ids = • Zeile { $line }, „{ $text }“: das können mehrere Spieler sein, oder einer und eine andere Zahl. Schreib jeden Spieler in eine eigene Zeile, ohne andere Zahlen.
roster-bad-state-or-name = • Zeile { $line }, „{ $text }“: ist { $number } der Staat oder ein Teil des Namens? Für einen Staat schreib #{ $number }; sonst setz den Namen in Anführungszeichen.
roster-bad-several-states = • Zeile { $line }, „{ $text }“: da sind mehrere Staaten. Lass nur den richtigen stehen.
roster-bad-repeated = • Zeile { $line }, „{ $text }“: der Spieler steht mit einem anderen Namen auch in Zeile { $first }. Lass nur eine der beiden stehen.
roster-bad-contradicted = • Zeile { $line }, „{ $text }“: der Spieler steht mit einem anderen Staat auch in Zeile { $first }. Lass nur die richtige stehen.
roster-bad-id = • „{ $text }“ ist keine Spieler-ID. Das ist eine Zahl mit bis zu 12 Ziffern. Um auch Namen anzugeben, nimm `/manage players add` ohne Optionen.
roster-bad-id-to-remove = • „{ $text }“ ist keine Spieler-ID. Das ist eine Zahl mit bis zu 12 Ziffern. Um jemanden mit dem Namen zu entfernen, nimm `player`.
roster-form = Spieler hinzufügen
    .list = Spieler, jeder in einer eigenen Zeile
    .example = 12345678 Lord Frost #245
    .state = Staat für alle ohne Staat (optional)
roster-edited = ✅ Gespeichert: { $player } · Staat { $state }.
roster-edited-without-state = ✅ Gespeichert: { $player }, ohne Staat.
roster-edit-keeps-name = Der Name bleibt, weil dieser Spieler auch auf einer anderen Spielerliste steht.
roster-edit-keeps-state = Der Staat bleibt { $state }, weil ihn auch ein anderer Server oder ein anderes Mitglied benutzt. Wenn er falsch ist, kann das Mitglied ihn mit `/link` und dem neuen Staat berichtigen. Oder nimm diesen Befehl noch einmal, sobald ein Code deswegen fehlgeschlagen ist.
roster-edit-nothing = ❌ Gib `name`, `state` oder beides an. Es wurde nichts geändert.
roster-not-on-list = ❌ { $player } steht nicht auf der Spielerliste. Es wurde nichts geändert.
roster-state-changed = ✅ { $players ->
    [one] { $players } Spieler wurde
   *[other] { $players } Spieler wurden
} von Staat { $from } nach Staat { $to } verschoben. Um das rückgängig zu machen, nimm `/manage players setstate from:{ $to } to:{ $from }`.
roster-state-there-before = { $players ->
    [one] { $players } Spieler war schon vorher in Staat { $to }. Beim Rückgängigmachen würde er
   *[other] { $players } Spieler waren schon vorher in Staat { $to }. Beim Rückgängigmachen würden sie
} mit verschoben.
roster-state-unchanged = Es wurde niemand von Staat { $from } nach Staat { $to } verschoben.
roster-state-nobody = ❌ Niemand auf der Spielerliste ist in Staat { $from }. Es wurde nichts geändert.
roster-state-same = ❌ Beide Staaten sind { $state }. Es wurde nichts geändert.
roster-removed = ✅ { $players ->
    [one] { $players } Spieler wurde
   *[other] { $players } Spieler wurden
} von der Spielerliste entfernt: { $names }. Laufende Einlösungen gehen weiter.
roster-removed-undo = Um { $players ->
    [one] den Spieler
   *[other] alle
} zurückzuholen, tippe bis { $until } auf **Rückgängig**.
roster-undo = Rückgängig
roster-not-removed = Nicht auf der Spielerliste: { $names }.
roster-nobody-removed = Es wurde nichts geändert.
roster-names-more = { $names } und { $more ->
    [one] { $more } weiterer
   *[other] { $more } weitere
}
roster-undone = ✅ { $players ->
    [one] { $players } Spieler steht
   *[other] { $players } Spieler stehen
} wieder auf der Spielerliste.
roster-undone-before = Sie stehen schon auf der Spielerliste.
roster-undo-too-late = ⌛ Das lässt sich nicht mehr rückgängig machen. `/manage players list filter:left` zeigt, wer entfernt wurde; mit `/manage players add` holst du sie zurück.
roster-menu = Wähle, wer von der Spielerliste entfernt wird.
roster-menu-found = Wähle, wer von der Spielerliste entfernt wird. Gezeigt: „{ $text }“.
roster-menu-nobody = Niemand auf der Spielerliste heißt „{ $text }“.
roster-menu-choose = Spieler zum Entfernen
roster-menu-state = Staat { $state }
roster-menu-no-state = Kein Staat
roster-menu-search = Suchen
roster-menu-all = Alle zeigen
roster-search = Spieler suchen
    .text = Name, oder die ersten Ziffern der Spieler-ID
page-of = { $page } von { $pages }
roster-empty = Die Spielerliste ist leer. Füge Spieler mit `/manage players add` oder `/manage players import` hinzu.
roster-replace = Spielerliste ersetzen?
roster-replace-comes = ➕ { $players ->
    [one] { $players } Spieler kommt dazu
   *[other] { $players } Spieler kommen dazu
}: { $names }
roster-replace-goes = ➖ { $players ->
    [one] { $players } Spieler fällt weg
   *[other] { $players } Spieler fallen weg
}: { $names }
roster-replace-changes = ✏️ { $players ->
    [one] { $players } Spieler ändert sich
   *[other] { $players } Spieler ändern sich
}: { $names }
roster-replace-same = { $players ->
    [one] { $players } Spieler bleibt, wie er ist.
   *[other] { $players } Spieler bleiben, wie sie sind.
}
roster-replace-how = Noch hat sich nichts geändert. Alle Einzelheiten stehen in der angehängten Datei. Der Knopf funktioniert 24 Stunden lang.
roster-replace-anew = ⚠️ Die Spielerliste hat sich inzwischen geändert, deshalb wurde nichts getan. Das würde jetzt geschehen:
roster-replace-button = Liste ersetzen
roster-replaced = ✅ Die Spielerliste wurde ersetzt: { $new } neu, { $gone } entfernt, { $changed } geändert.
roster-replace-nothing = ✅ Die Spielerliste entspricht schon der Datei. Es wurde nichts geändert.
roster-replace-unknown = ⌛ Ich kenne diese Datei nicht mehr. Nimm bitte noch einmal `/manage players import mode:replace`. Es wurde nichts geändert.
roster-replace-too-many = ❌ Es wurde nichts geändert: die Datei hat { $players } Spieler, und ich ersetze eine Liste durch höchstens { $most }.
roster-filter-no-state = ⚠️ { $players ->
    [one] { $players } Spieler
   *[other] { $players } Spieler
} ohne Staat
roster-filter-failing = ❌ { $players ->
    [one] { $players } Spieler
   *[other] { $players } Spieler
} mit fehlgeschlagenen Codes in den letzten 30 Tagen
roster-filter-not-linked = 🔗 { $players ->
    [one] { $players } Spieler, mit niemandem
   *[other] { $players } Spieler, mit niemandem
} verknüpft
roster-filter-left = 🚪 { $players ->
    [one] { $players } Spieler
   *[other] { $players } Spieler
} in den letzten 30 Tagen entfernt
roster-filter-no-state-advice = Ergänze den Staat mit `/manage players edit`.
roster-filter-failing-advice = Einen Staat berichtigst du mit `/manage players edit`; `/manage giftcode retry` versucht einen Code noch einmal.
roster-filter-not-linked-advice = Spieler verknüpfen sich selbst mit `/link`.
roster-filter-left-advice = Mit `/manage players add` holst du sie zurück.
roster-filter-no-state-nobody = ✅ Jeder Spieler auf der Liste hat einen Staat.
roster-filter-failing-nobody = ✅ In den letzten 30 Tagen ist für niemanden auf der Liste ein Code fehlgeschlagen.
roster-filter-not-linked-nobody = ✅ Jeder Spieler auf der Liste ist mit jemandem verknüpft.
roster-filter-left-nobody = In den letzten 30 Tagen wurde niemand entfernt.
roster-line = { $player } · Staat { $state }
roster-line-no-state = { $player } · ⚠️ kein Staat
roster-line-failed = { $line } · ❌ { $codes ->
    [one] { $codes } Code
   *[other] { $codes } Codes
}, zuletzt: { $why }
roster-line-left = { $line } · entfernt { $since }
roster-as-file = Als Datei: `/manage players export`
