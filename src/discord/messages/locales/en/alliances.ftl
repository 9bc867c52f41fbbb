# Several alliances in one Discord server. An alliance is the game's word for a guild of players. While a server has one
# alliance, nobody sees most of these texts. The option `alliance` and the commands keep their English names.

# Between the names of alliances in a list.
alliances-between = ,{ " " }
# The first line of an answer that is about one alliance of several.
alliances-about = 🛡️ **{ $name }**
# Somebody named an alliance with the option `alliance`.
alliances-unknown = ❌ There is no alliance called **{ $name }** here. Choose one with `alliance`: { $names }.
alliances-unknown-only-one = ❌ There is no alliance called **{ $name }** here. This server has one alliance: leave `alliance` out.
# A command was used without the option `alliance`.
alliances-which = ❌ This server has several alliances. Say which one you mean with `alliance`: { $names }.
alliances-which-here = ❌ Several alliances post in this channel. Say which one you mean with `alliance`: { $names }.
# $first is the name that the server's first alliance got.
alliances-added-second = ✅ Added **{ $name }**. This server's first alliance is now called **{ $first }**: change that with `/manage alliance rename`.
    From now on, commands take the option `alliance`. It may take a minute until Discord shows it.
alliances-added = ✅ Added **{ $name }**.
# The next steps. $name is the name as it is typed.
alliances-next-channel = Choose where its codes are posted with `/manage giftcode setchannel alliance:{ $name } channel:`, and add players with `/manage players add alliance:{ $name }`.
alliances-next-players = Add its players with `/manage players add alliance:{ $name }`.
alliances-known = **{ $name }** is already added.
alliances-name-taken = ❌ There already is an alliance called **{ $name }** here. Choose another name.
alliances-bad-name = ❌ A name has 1 to { $most } characters.
alliances-too-many = ❌ A server can have { $most } alliances. Remove one first with `/manage alliance remove`.
alliances-role-without-channel = ❌ Give a `channel` too: the role is mentioned in the posts there.
alliances-renamed = ✅ The alliance is now called **{ $name }**.
alliances-gone = This alliance has been removed already.
alliances-last = ❌ This is the only alliance of this server, so it stays. To stop posting, use `/manage giftcode unsetchannel`.
# A question with a red button.
alliances-remove-sure = Remove **{ $name }**? { $players ->
        [0] Its player list is empty.
        [one] Its player list with { $players } player is deleted.
       *[other] Its player list with { $players } players is deleted.
    } Nothing more is posted or redeemed for it. Past results stay: while there are several alliances, `/manage giftcode history` with the name of the alliance shows them.
# On a button. The name of the alliance follows.
alliances-remove-button = Remove
alliances-removed = ✅ Removed **{ $name }**. { $players ->
        [0] Its player list was empty.
        [one] { $players } player was on its list.
       *[other] { $players } players were on its list.
    }
# After one of two alliances was removed.
alliances-one-left = This server has one alliance again: commands need no option `alliance` any more.
# The title of a list of alliances in order.
alliances-order = When codes are due for several alliances, they go in this order. A player on several lists goes with the first of them.
# One line of that list. $place is a number.
alliances-order-line = { $place }. **{ $name }** · { $channel } · { $players ->
        [one] { $players } player
       *[other] { $players } players
    } · { $auto }
alliances-no-channel = no channel
# Whether codes are redeemed automatically.
alliances-auto-on = auto on
alliances-auto-off = auto off
# Above a post or the results of a code: the names of the alliances that it is for.
alliances-post = 🛡️ { $names }
