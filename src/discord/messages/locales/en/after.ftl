### After a batch: who did not get a code, what to do about it, and how long auto-redemption will take.

## The result of a batch

# A button. It does the same as the command `/manage giftcode retry`.
after-retry-button = Retry failed

# The next messages stand below the reason why a code failed, and say what a leader can do. Commands stay as they are.
after-fix-state-of-one = → Leaders: `/manage players edit player:{ $player } state:` and the right state
after-fix-states = → Leaders: `/manage players edit player:{ $player } state:` and the right state, for each. If they all moved: `/manage players setstate from: to:`
after-fix-no-states = → Leaders: `/manage players edit player:{ $player } state:` and the right state. I then find the others who are in that state.
after-fix-id = → Leaders: if the player is gone, `/manage players remove player:{ $player }`
# The same for several. $players are their IDs, with spaces between them.
after-fix-ids = → Leaders: if they are gone, `/manage players remove player_ids:{ $players }`
# They have to spend more, or reach a higher level, first.
after-retry-when-ready = → Once they can, leaders: `/manage giftcode retry code:{ $code }`
after-try-again = → Leaders: **Retry failed**, or `/manage giftcode retry code:{ $code }`

## A message that mentions the people for whom a code failed

after-mention-title = ❌ { $code } failed for your account
after-mention = It could not be redeemed for an account that you linked. Why, and what to do, is in [the result]({ $link }).
# The result was deleted.
after-mention-without-result = It could not be redeemed for an account that you linked. To try again and see why, use `/redeem code:{ $code }`.

## Who has a code

after-players-title = 📋 { $code }: who has it
# All of these are shown one after the other, with dots between them.
after-players-counts = 🎁 { $redeemed ->
    [one] { $redeemed } has it
   *[other] { $redeemed } have it
} · ❌ { $failed } failed · ➖ { $missing } missing in all
after-players-empty = The player list is empty. Add players with `/manage players add`.
# No player of the chosen kind.
after-players-nobody = Nobody.
# A player's line: $player is a name with an id. $why is why the code failed, such as “the saved state is wrong”.
after-player-failed = ❌ { $player }: { $why }
after-player-gave-up = ❌ { $player }: gave up, { $why }
after-player-granted = 🎁 { $player }: redeemed
after-player-already = 📦 { $player }: already claimed
after-player-pending = ⏳ { $player }: being redeemed
after-player-untried = ➖ { $player }: not tried yet
# A menu of which players to show, and its entries with how many they are.
after-players-menu = Show …
after-players-missing = Missing: { $players }
after-players-failed = Failed: { $players }
after-players-redeemed = Redeemed: { $players }
after-players-all = All: { $players }

## Turning auto-redemption on

# The list has players, but no code is active or all is done.
after-auto-on = ✅ From now on, every new code is redeemed for the player list ({ $players ->
    [one] { $players } player
   *[other] { $players } players
}).
after-auto-on-empty = ✅ From now on, every code is redeemed for the player list. The list is empty: add players with `/manage players add` or `/manage players import`.
# Follows one of these messages, and the answer of `notify` where no channel is set.
after-auto-on-without-channel = No channel is set, so the results are only in `/manage giftcode history`. Set one with `/manage giftcode setchannel`.
# $estimate is the next message.
after-auto-on-codes = ✅ From now on, every code is redeemed for the player list. { $estimate }
# $players and $codes are multiplied. $time is for example “about 12 minutes”.
after-estimate = { $players ->
    [one] { $players } player
   *[other] { $players } players
} × { $codes ->
    [one] { $codes } code
   *[other] { $codes } codes
}, { $redemptions } to redeem: { $time }.
# $estimate is the message before.
after-auto-asks = ⏳ { $estimate } The game allows only so many redemptions in a minute, and other players of this bot wait, too. Turn auto-redemption on?
after-auto-yes = Turn on
after-auto-no = Not now
after-auto-stays = Auto-redemption stays as it was.
after-seconds = less than a minute
after-minutes = about { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
after-hours = about { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}
# The game sets no limit, as far as the bot knows.
after-fast = as fast as the game allows

## What the server wants to be told

after-notify-failed-on = ✅ After each code, I mention the people who linked an account for which it failed.
after-notify-failed-off = Nobody is mentioned when a code fails. To change that: `/manage giftcode notify failed:on`.
after-notify-reminder-on = ✅ A day before a code ends, I post who does not have it, if anybody lacks it.
after-notify-reminder-off = Nothing is posted before a code ends. To change that: `/manage giftcode notify reminder:on`.
