### What members do for themselves: link their game account, and join a player list.

## The answer to /link

# $player is the id of a game account, $state the number of its state (game server).
self-linked = ✅ { $player } in state { $state } is now linked to you. `/redeem` and the buttons under posts redeem codes for it. To undo this, use `/unlink`.
self-linked-state-unknown = ✅ { $player } is now linked to you. I am looking for its state; if you know it, use `/link` again with your state. To undo this, use `/unlink`.
self-linked-before = ✅ { $player } was already linked to you. Its state is now { $state }.
self-linked-before-state-unknown = ✅ { $player } was already linked to you. Nothing was changed.
# Follows one of the messages above.
self-retried = Codes that failed because of the wrong state will be tried again.

## After codes were redeemed for an account that a person typed into the form

# Follows the results.
self-remembered = I will remember { $player }, so that next time one tap is enough. To undo this, use `/unlink`.

## The question that follows

self-join-question = Shall the leaders' player list have it too? Then new codes are redeemed for you automatically.
# A button.
self-join-button = Join the player list
# What a menu of alliances says before somebody chooses; at most 150 characters.
self-join-menu = Join the player list of …
self-joined-automatically = It is now on this server's player list too.

## The answer to the button or menu

self-joined = ✅ { $player } is on the player list now. New codes are redeemed for it as soon as the leaders turn that on.
self-joined-alliance = ✅ { $player } is on the player list of { $alliance } now. New codes are redeemed for it as soon as its leaders turn that on.
self-joined-before = { $player } is on the player list already.
self-join-list-is-full = ❌ The player list is full: it has { $most } players. Ask a leader to add you.
self-join-not-linked = ❌ { $player } is no longer linked to you. Use `/link` first.
self-join-off = 🔒 In this server only the leaders add players. Ask one of them.

## The form: titles and labels have at most 45 characters

self-form-title = Who are you in the game?
self-form-player = Your player id (in your in-game profile)
# “#” is shown before the state in the game's own profile.
self-form-state = Your state (after the #), if you know it
