players-several-of-that-name = ❌ Mehrere Spieler auf der Liste heißen „{ $name }“. Gib stattdessen die Spieler-ID ein. Es wurde nichts geändert.
players-nobody-of-that-name = ❌ Niemand auf der Spielerliste heißt „{ $name }“. Es wurde nichts geändert.
players-list-empty = Die Spielerliste ist leer. Füge Spieler mit `/manage players add` oder `/manage players import` hinzu.
players-title =
    { $players ->
        [one] 👥 { $players } Spieler
       *[other] 👥 { $players } Spieler
    }
players-state = Staat { $state }
players-no-state = ⚠️ kein Staat
players-furnace = Ofen { $level }
players-not-imported = ❌ Wegen dieser Zeilen wurde niemand importiert:
players-correct-the-lines = Berichtige sie, oder überspring sie mit `skip_bad_lines`.
players-file-not-fetched = ❌ Es wurde niemand importiert: ich konnte die Datei nicht von Discord herunterladen. Versuche es bitte noch einmal.
players-nothing-to-export = Die Spielerliste ist leer, es gibt also nichts zu exportieren.
players-exported =
    { $players ->
        [one] 👥 { $players } Spieler. `/manage players import` nimmt diese Datei an.
       *[other] 👥 { $players } Spieler. `/manage players import` nimmt diese Datei an.
    }
