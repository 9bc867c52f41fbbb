### The answer to /manage giftcode status, and why redemptions wait.

## The titles of the fields

status-title = 📊 Bot status
status-field-channel = Channel
status-field-auto = Auto-redemption
status-field-players = Players
status-field-codes = Active codes
status-field-waiting = Waiting to be redeemed
# Where the bot reads new codes: websites.
status-field-sources = Code sources
status-field-game = Game
status-field-storage = Saved data
status-field-discord = Discord

## Their contents

# A whole number and nothing else.
status-number = { $number }
status-channel-none = none: set one with `/manage giftcode setchannel`
status-channel-paused = ⏸ { $channel } is paused: { $why }
# $since is a time. $reason is what Discord answered, in English.
status-channel-failing = ⚠️ { $channel }: posts have failed since { $since }. { $reason }. I keep trying: fix this, or set another channel
status-mentions-role = mentions { $role }
status-auto-on = on
status-auto-off = off: turn it on with `/manage giftcode auto`
# How many redemptions wait in this server, and how many in all servers.
status-waiting = { $here } here, { $everywhere } in all servers
status-sources-read = ✅ read { $when }
status-sources-not-read = not read yet
status-sources-fail = ⚠️ cannot be read at the moment. I keep trying, and the bot's operator has been told
status-sources-some-fail = ⚠️ { $failing } of { $all } cannot be read at the moment. I keep trying, and the bot's operator has been told
status-game-no-limit = ✅ no limit set
# $limit is one of the messages “wait-limit-…”.
status-game-limit = ✅ { $limit }
# $why is one of the messages “wait-…”.
status-game-waits = ⚠️ { $why }
status-storage-saved = ✅ saved
status-storage-attention = ⚠️ saved, but the storage needs attention. Nothing is lost, and the bot's operator has been told
status-storage-unsaved = ⚠️ nothing can be saved at the moment. I do nothing that I cannot save, and the bot's operator has been told
# $milliseconds is how long Discord takes to answer.
status-discord-connected = ✅ connected { $since }
status-discord-connected-latency = ✅ connected { $since }, answers in { $milliseconds } ms
status-discord-connecting = ⚠️ some servers have had no connection since { $since }; I keep trying

## Why nothing can be posted. Each follows “#channel is paused:”.

paused-channel-deleted = the channel was deleted. Set another one with `/manage giftcode setchannel`
paused-channel-hidden = I cannot see the channel. Allow me to view it, or set another one
paused-no-permission = I cannot post in the channel. Allow me to view it, send messages and embed links there, or set another one
paused-no-history = I was interrupted and cannot check whether a code was posted. Allow me to read the channel's message history
# A tag is a label of a post in a forum.
paused-tag-required = every post in the forum needs a tag, and only moderators may set one. Add a tag that everybody may use, or stop requiring tags
paused-thread-locked = the thread is locked or archived, and I may not reopen it. Unlock it, or set another channel
# Discord's timeout, which a moderator gives.
paused-timeout = I am in a timeout in this server and cannot post. A moderator can end it
paused-removed = I was removed from the server

## Why redemptions wait: behind 💤 in a progress message, and in the status. $since is a time of day.

wait-no-answer = the game has not answered since { $since }; I keep trying
wait-refused = since { $since } the game rejects every call as one too many; I keep trying
# $page is the address of the game's own page for gift codes.
wait-captcha = since { $since } the game asks every player for a captcha; I keep trying. Meanwhile, players can redeem at { $page }
# $answer is what the game answered.
wait-busy = since { $since } the game gives every player the answer { $answer }; I keep trying
wait-odd = since { $since } the game gives every player the unknown answer { $answer }; I keep trying, and the bot's operator has been told. Nothing is lost
wait-held = since { $since } the game gives every player the unknown answer { $answer } for { $code }; I keep trying
# The bot's operator is who runs the bot.
wait-blocked = since { $since } the game blocks the bot; the bot's operator has been told what to do. Nothing is lost
wait-signature = since { $since } the game rejects the bot's signature; the bot's operator has been told what to do. Nothing is lost
wait-malformed = since { $since } the game rejects the bot's requests; the bot's operator has been told what to do. Nothing is lost
wait-limit-minute =
    { $calls ->
        [one] the game allows { $calls } call a minute
       *[other] the game allows { $calls } calls a minute
    }
# $seconds can be a fraction, such as 2.5.
wait-limit-seconds =
    { $calls ->
        [one] the game allows { $calls } call in { $seconds } s
       *[other] the game allows { $calls } calls in { $seconds } s
    }
wait-too-many-calls = the game received too many requests
wait-game-busy = the game was busy; failed tries will be repeated shortly
