### The panel: one message in a channel with buttons for what leaders do every day.

# A heading; $alliance is the name of the alliance, where a server has several.
panel-title = 🎛 Gift codes
panel-title-of = 🎛 Gift codes: { $alliance }
# The status line: its parts are shown with dots between them.
panel-codes = 🎁 { $codes ->
    [one] { $codes } active code
   *[other] { $codes } active codes
}
panel-players = 👥 { $players ->
    [one] { $players } player
   *[other] { $players } players
}
panel-auto-on = 🤖 auto-redemption is on
panel-auto-off = 🤖 auto-redemption is off
# $channel is a mention of the channel in which codes are posted.
panel-channel = 📣 { $channel }
panel-no-channel = 📣 no channel: `/manage giftcode setchannel`
panel-failed = ❌ { $failed } failed
# Small, below the status line.
panel-note = For those who may manage the bot. Only you see the answers. The numbers are renewed whenever somebody uses a button.

## Buttons. At most 80 characters, better 20.

panel-add-code = Add code
panel-missing = Who is missing
panel-retry = Retry failed
panel-redeem = Redeem now
panel-add-players = Add players
panel-remove-players = Remove players
panel-list = Player list
panel-status = Status
panel-turn-on = Turn auto on
panel-turn-off = Turn auto off

## The form behind “Add code”

panel-form-title = Add a gift code
# Labels of a form have at most 45 characters.
panel-form-code = The code, exactly as published

## Menus

panel-choose-code = Another code …
panel-choose-retry = Retry which code? …
panel-choose-redeem = Redeem which code? …
# The first entry of these menus.
panel-all-codes = All of them
# An entry: a code, and for how many players it failed, or was never tried.
panel-entry-failed = { $code }: { $players } failed
panel-entry-untried = { $code }: { $players ->
    [one] { $players } player has not tried it
   *[other] { $players } players have not tried it
}
panel-which-retry = For which code shall I try again?
panel-which-redeem = Which code shall I redeem for the player list?

## Answers

# $channel is a mention of a channel. “Pin” is Discord's own word.
panel-made = ✅ The panel is in { $channel }. Pin it, so that everybody finds it. You can make a new one at any time, and old ones keep working.
panel-refused = ❌ I cannot post a panel here: I need { $permissions } in this channel. Allow me that in the channel's settings, then use `/manage panel` again.
# The panel's alliance was removed.
panel-gone = This panel's alliance is no longer there. Delete this message, and use `/manage panel` to make a new one.
panel-no-codes = There are no active codes. Add one with **Add code**.
panel-nothing-failed = No active code failed for anybody on the player list.
panel-nothing-to-redeem = Every active code was tried for everybody on the player list. For those who failed, tap **Retry failed**.
