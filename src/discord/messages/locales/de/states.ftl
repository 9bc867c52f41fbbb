state-mark-right = ✅
state-mark-unchecked = ⏳ noch nicht geprüft
state-mark-searching = 🔎 Staat wird gesucht
state-mark-not-found = ⚠️ Staat nicht gefunden
state-mark-no-such-player = ⚠️ kein Spieler hat diese ID
state-mark-unclear = ❔ ließ sich nicht prüfen
state-list-missing = ⚠️ Der Staat von { $players ->
    [one] einem Spieler
   *[other] { $players } Spielern
} fehlt. Ich suche ihn und löse die Codes ein, sobald ich ihn habe. Schneller geht es, wenn du den Spieler mit dem Staat noch einmal hinzufügst.
state-list-none = ⚠️ Noch hat niemand auf der Liste einen Staat, also kann ich keinen suchen. Gib ihn für einen Spieler mit `/manage players edit player:{ $player } state:` an, dann finde ich die anderen, die in diesem Staat sind.
state-list-correct = ⚠️ Eine ID oder ein Staat ist falsch. Einen Staat berichtigst du mit `/manage players edit`. Bei einer falschen ID nimm `/manage players remove` und füge dann die richtige hinzu.
state-batch-searching = 🔎 { $players ->
    [one] Der Staat eines Spielers ist falsch oder fehlt. Ich suche ihn und löse den Code ein, sobald ich ihn habe.
   *[other] Die Staaten von { $players } Spielern sind falsch oder fehlen. Ich suche sie und löse den Code ein, sobald ich sie habe.
}
state-batch-found = 🔎 Ich habe den Staat von { $players ->
    [one] einem Spieler
   *[other] { $players } Spielern
} gefunden: { $names }
state-batch-found-more = … und { $left ->
    [one] { $left } weiterer
   *[other] { $left } weitere
}
state-batch-found-player = { $player } ({ $state })
state-status-title = IDs und Staaten
state-status-unchecked = ⏳ { $players } noch zu prüfen
state-status-searching = 🔎 Staat wird gesucht: { $players }
state-status-not-found = ⚠️ Staat nicht gefunden: { $players }
state-status-no-such-player = ⚠️ das Spiel kennt die ID nicht: { $players }
state-status-unclear = ❔ ließ sich nicht prüfen: { $players }
state-status-correct = `/manage players list` zeigt, wer es ist. Einen Staat berichtigst du mit `/manage players edit`. Bei einer falschen ID nimm `/manage players remove` und füge dann die richtige hinzu.
state-checked-in-background = IDs und Staaten prüfe ich im Hintergrund: `/manage players list` zeigt die Ergebnisse.
