### What members do for themselves: link their game account, and join a player list.

## The answer to /link

# $player is the id of a game account, $state the number of its state (game server).
self-linked = ✅ { $player } in state { $state } is now linked to you. `/redeem` and the buttons under posts redeem codes for it. To remove the link, use `/unlink`.
self-linked-state-unknown = ✅ { $player } is now linked to you. I am looking for its state; if you know it, use `/link` again with your state. To remove the link, use `/unlink`.
self-linked-before = ✅ { $player } was already linked to you. Its state is now { $state }.
self-linked-before-state-unknown = ✅ { $player } was already linked to you. Nothing was changed.
# Follows one of the messages above.
self-retried = Codes that failed because of the wrong state will be tried again.

## After codes were redeemed for an account that a person typed into the form

# Follows the results.
self-remembered = I will remember { $player }, so that next time one tap is enough. To undo this, use `/unlink`.

## The question that follows

self-join-question = Add it to the leaders' player list too? Codes that they redeem are then redeemed for you as well.
# A button.
self-join-button = Join the player list
# What a menu of alliances says before somebody chooses; at most 150 characters.
self-join-menu = Join the player list of …
self-joined-automatically = It is now on this server's player list too. To have it removed there, ask a leader.

## The answer to the button or menu

self-joined = ✅ { $player } is on the player list now. New codes are redeemed for it as soon as the leaders turn that on.
self-joined-alliance = ✅ { $player } is on the player list of { $alliance } now. New codes are redeemed for it as soon as its leaders turn that on.
# The same, where the leaders have turned that on.
self-joined-auto = ✅ { $player } is on the player list now. New codes are redeemed for it automatically.
self-joined-alliance-auto = ✅ { $player } is on the player list of { $alliance } now. New codes are redeemed for it automatically.
self-joined-before = { $player } is on the player list already.
self-join-list-is-full = ❌ The player list is full: it has { $most } players. Ask a leader to add you.
self-join-not-linked = ❌ { $player } is no longer linked to you. Use `/link` first.
self-join-off = 🔒 In this server only the leaders add players. Ask one of them.

## The form: titles and labels have at most 45 characters

self-form-title = Who are you in the game?
self-form-player = Your player ID (in your in-game profile)
# “#” is shown before the state in the game's own profile.
self-form-state = Your state (after the #), if you know it

## The answers of /manage players idchannel

self-mode-off = 🔗 After `/link`: nothing. Only leaders add players. To change this, use `/manage players idchannel join:`.
self-mode-ask = 🔗 After `/link`: members are asked whether to join the player list. To change this, use `/manage players idchannel join:`.
self-mode-auto = 🔗 After `/link`: members join the player list without being asked. To change this, use `/manage players idchannel join:`.
# The same, in a server with several alliances.
self-mode-auto-several = 🔗 After `/link`: members choose the alliance to join. To change this, use `/manage players idchannel join:`.
self-no-id-channel = 🆔 ID channel: none. With `/manage players idchannel channel:` members can join by typing their player ID in a channel.
# The symbols are reactions of the bot to a message.
self-id-channel = 🆔 ID channel: { $channel }. Members type their player ID there, with or without the state: `12345678 #245`. I link it to them and answer with a reaction: ✅ added, 🔁 already on the list, ❌ not an ID, no player with this ID, a sixth account, or a full list, ⏳ checking.
# Follows the message before. “It” is the channel. $alliance is a name.
self-id-channel-taken = It is no longer the ID channel of **{ $alliance }**.
# “Message Content Intent” and “Bot” are names in Discord's developer portal.
self-reading-is-off = ⚠️ I cannot read messages yet. The bot's operator must turn on *Message Content Intent* under *Bot* in Discord's developer portal, set `DISCORD_MESSAGE_CONTENT=true` and restart me. Until then members use `/link`.
self-reading-is-not-allowed = ⚠️ Discord does not let me read messages. The bot's operator must turn on *Message Content Intent* under *Bot* in Discord's developer portal and restart me. Until then members use `/link`.
self-channel-or-off = ❌ Use either `channel` or `off`, not both. Nothing was changed.
self-not-a-text-channel = ❌ This is not a text channel of this server. Nothing was changed.
# $permissions is a list of names, as Discord shows them.
self-id-channel-refused = ❌ I cannot use { $channel } for player IDs: I need { $permissions } there. Allow it in the channel's settings and try again. Nothing was changed.

## Results by direct message

# Two labels of one button, at most 80 characters.
self-results-on-button = Send me my results
self-results-off-button = Stop sending me my results
self-results-on = ✅ When a code was redeemed for your accounts, I send you the results in a direct message. To stop this, use `/link` again and tap the button.
self-results-off = ✅ I no longer send you results in direct messages.
# “Direct Messages” is a setting that Discord has for each server.
self-results-refused = ⚠️ I could not send you a direct message, so I have stopped. To get your results again, allow *Direct Messages* in the privacy settings of this server, then use `/link` and tap the button.
# The end of each direct message.
self-results-why = -# You get this because you asked for it. To stop it, use `/link` in your server and tap the button.
