### The reminder in a channel, a day before a code ends.

# $when is a time that Discord shows, such as “in 23 hours”.
reminder-title = ⏰ { $code } ends soon
reminder-text = It ends { $when }, and { $missing ->
    [one] { $missing } player does not have it yet
   *[other] { $missing } players do not have it yet
}.
# Heads the names of players for whom the code was never tried.
reminder-untried = { $players ->
    [one] { $players } player: not tried yet
   *[other] { $players } players: not tried yet
}
# A button. It redeems the code for everybody on the player list.
reminder-redeem-button = Redeem for the player list
reminder-without-file = There was no room for all names. To get the whole list as a file, allow me to “Attach Files” in this channel.
# Below the text. Leaders can turn it off.
reminder-off = To turn reminders off: /manage giftcode notify reminder:off
