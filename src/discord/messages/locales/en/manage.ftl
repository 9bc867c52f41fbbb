### Answers to /manage giftcode.

## setchannel, unsetchannel

# $channel is a mention of a channel. $permissions is a list of Discord's permissions.
channel-refused = ❌ I cannot post in { $channel }: I need { $permissions } there. Allow me that in the channel's settings, then use this command again. Nothing was changed.
# A list of two or more, in bold: “$first” is one or more of them with commas.
permissions-and = { $first } and { $last }
# Discord's permissions, in the words that Discord has in your language.
permission-view-channel = View Channel
permission-send-messages = Send Messages
permission-embed-links = Embed Links
permission-send-in-threads = Send Messages in Threads
# The same two in a forum, where a thread is called a post.
permission-create-posts = Create Posts
permission-send-in-posts = Send Messages in Posts
permission-add-reactions = Add Reactions
permission-attach-files = Attach Files
permission-read-history = Read Message History
# $until is a time.
channel-timeout = ❌ I am in a timeout in this server until { $until } and cannot post. A moderator can end the timeout; then use this command again. Nothing was changed.
channel-everyone-refused = ❌ I do not mention everyone. Choose a role for members who want to hear about gift codes. Nothing was changed.
# `role` and `no_role` are names of options.
channel-role-or-none = ❌ Use either `role` or `no_role`, not both. Nothing was changed.
channel-unknown = ❌ I cannot post there. Choose a text channel, announcement channel, thread or forum of this server. Nothing was changed.
channel-unset = ✅ I no longer post gift codes. Redemptions in progress continue.
channel-was-not-set = No channel is set, so no gift codes are posted.

## auto

auto-off = ✅ New codes are no longer redeemed automatically. Redemptions in progress continue.

## add, remove

code-unknown = ❌ I do not know the code `{ $code }`. To add it, use `/manage giftcode add`.
code-unknown-unchanged = ❌ I do not know the code `{ $code }`. Nothing was changed.
code-known = `{ $code }` is already active.
# With auto-redemption.
code-added-posted-redeemed =
    { $players ->
        [one] ✅ `{ $code }` was added. It will be posted in { $channel } and redeemed for { $players } player.
       *[other] ✅ `{ $code }` was added. It will be posted in { $channel } and redeemed for { $players } players.
    }
code-added-posted = ✅ `{ $code }` was added. It will be posted in { $channel }. Redeem it with `/manage giftcode redeem code:{ $code }`.
code-added-redeemed =
    { $players ->
        [one] ✅ `{ $code }` was added. No channel is set, so it is not posted. It will be redeemed for { $players } player.
       *[other] ✅ `{ $code }` was added. No channel is set, so it is not posted. It will be redeemed for { $players } players.
    }
code-added = ✅ `{ $code }` was added. No channel is set, so it is not posted. Redeem it with `/manage giftcode redeem code:{ $code }`.
code-removed = ✅ `{ $code }` is no longer posted or redeemed.
# Some redemptions had not begun. $players is how many.
code-removed-waiting =
    { $players ->
        [one] ✅ `{ $code }` is no longer posted or redeemed. It will not be redeemed for the { $players } player still waiting.
       *[other] ✅ `{ $code }` is no longer posted or redeemed. It will not be redeemed for the { $players } players still waiting.
    }

## list

list-no-codes = There are no active gift codes at the moment.
list-title =
    { $codes ->
        [one] 🎁 { $codes } active gift code
       *[other] 🎁 { $codes } active gift codes
    }
# $when is a time that Discord shows, such as “in 3 days”.
list-code-expires = `{ $code }` · expires { $when }
# $source is the name of the website that listed the code.
list-code-source = from { $source }
# Behind a code in a suggestion while a person types.
suggestion-not-active = { $code } (not active)

## redeem, retry

list-empty-add-players = ❌ The player list is empty. Add players with `/manage players add` or `/manage players import`.
batch-done-already =
    { $players ->
        [one] `{ $code }` is done for { $players } player, which is everybody. To try again if it failed, use `/manage giftcode retry code:{ $code }`.
       *[other] `{ $code }` is done for all { $players } players. To try failed players again, use `/manage giftcode retry code:{ $code }`.
    }
batch-going-on =
    { $players ->
        [one] `{ $code }` is already being redeemed: { $players } player to go.
       *[other] `{ $code }` is already being redeemed: { $players } players to go.
    }
batch-started =
    { $players ->
        [one] ✅ I am redeeming `{ $code }` for { $players } player.
       *[other] ✅ I am redeeming `{ $code }` for { $players } players.
    }
# One of these follows the two messages above.
batch-see-history = To see the progress, use `/manage giftcode history`.
batch-see-channel = The progress is shown in { $channel }.
# One line for each of several codes.
batch-line-empty = ❌ `{ $code }`: the player list is empty
batch-line-done = `{ $code }`: already done for everybody
batch-line-started =
    { $players ->
        [one] ✅ `{ $code }`: redeeming for { $players } player
       *[other] ✅ `{ $code }`: redeeming for { $players } players
    }
batch-line-over = ⌛ `{ $code }` is not active: { $why }
retry-nothing = `{ $code }` did not fail for anybody here, so there is nothing to try again.
retry-started =
    { $players ->
        [one] ✅ I am trying `{ $code }` again for { $players } player.
       *[other] ✅ I am trying `{ $code }` again for { $players } players.
    }

## history

history-title = 📜 Redemption history
history-nothing = No codes were redeemed for the player list yet.
history-nothing-of-code = `{ $code }` was never redeemed for the player list.
# A code can become valid again after it was over. $round counts how often it was.
history-round = { $code } (round { $round })
# $when is a time.
history-finished = finished { $when }
history-started = started { $when }, not finished yet
