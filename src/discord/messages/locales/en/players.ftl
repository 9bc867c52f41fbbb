### Answers to /manage players list, import and export.

# $name is what the person typed.
players-several-of-that-name = ❌ Several players on the list are called “{ $name }”. Enter the player ID instead. Nothing was changed.
players-nobody-of-that-name = ❌ Nobody on the player list is called “{ $name }”. Nothing was changed.
players-list-empty = The player list is empty. Add players with `/manage players add` or `/manage players import`.
players-title =
    { $players ->
        [one] 👥 { $players } player
       *[other] 👥 { $players } players
    }
# Parts of a player's line, with dots between them. The state is the server on which the player plays.
players-state = state { $state }
players-no-state = ⚠️ no state
# The furnace is the central building in the game.
players-furnace = furnace { $level }
# A list of lines follows, and then the next message.
players-not-imported = ❌ Nobody was imported because of these lines:
players-correct-the-lines = Correct them, or skip them with `skip_bad_lines`.
players-file-not-fetched = ❌ Nobody was imported: I could not download the file from Discord. Please try again.
players-nothing-to-export = The player list is empty, so there is nothing to export.
players-exported =
    { $players ->
        [one] 👥 { $players } player. `/manage players import` accepts this file.
       *[other] 👥 { $players } players. `/manage players import` accepts this file.
    }
