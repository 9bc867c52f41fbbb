### Whether the game knows a player's id, and whether the player is in the state on file. A state is the number of a game server.

## A mark behind each player in the player list. Short: there are 20 in a message.

state-mark-right = ✅
state-mark-unchecked = ⏳ not checked yet
state-mark-searching = 🔎 looking for the state
state-mark-not-found = ⚠️ state not found
state-mark-no-such-player = ⚠️ no player has this ID
# The game's answers showed nothing.
state-mark-unclear = ❔ could not be checked

## Below the player list

state-list-missing = ⚠️ The state of { $players ->
    [one] one player
   *[other] { $players } players
} is missing. I am looking for it, and redeem the codes once I have it. To be quicker, add the player again with the state.
# Instead of that where nobody on the list has a state. $player is the ID of one of them. Answers to `add` and `import` end with it, too.
state-list-none = ⚠️ Nobody on the list has a state yet, so I cannot look for any. Give one player's with `/manage players edit player:{ $player } state:`, and I find the others who are in that state.
# Follows where a player's mark says “state not found” or “no player has this ID”.
state-list-correct = ⚠️ Somebody's ID or state is wrong. Correct a state with `/manage players edit`. For a wrong ID, use `/manage players remove`, then add the right one.

## In the message that shows how far a code is

# $players wait for their code until the bot knows their state.
state-batch-searching = 🔎 { $players ->
    [one] One player's state is wrong or missing. I am looking for it, and redeem the code once I have it.
   *[other] The states of { $players } players are wrong or missing. I am looking for them, and redeem the code once I have them.
}
# $names is a list such as “Frost (246), Snow (312)”.
state-batch-found = 🔎 I found the state of { $players ->
    [one] one player
   *[other] { $players } players
}: { $names }
# Ends that list.
state-batch-found-more = … and { $left } more
# One player of that list. $state is the number of the state.
state-batch-found-player = { $player } ({ $state })

## In the bot's status, one line each

state-status-title = IDs and states
state-status-unchecked = ⏳ { $players } to check
state-status-searching = 🔎 looking for the state of { $players }
state-status-not-found = ⚠️ state not found: { $players }
state-status-no-such-player = ⚠️ the game does not know the ID: { $players }
state-status-unclear = ❔ could not be checked: { $players }
# Follows the lines above where a person has to do something.
state-status-correct = `/manage players list` shows who it is. Correct a state with `/manage players edit`. For a wrong ID, use `/manage players remove`, then add the right one.

## The end of the answer to somebody who added players

state-checked-in-background = I check IDs and states in the background: `/manage players list` shows the results.
