### Answers for everybody: linking a game account, redeeming for oneself, refusals and failures.

## /link

# $player is a player ID, $state a number: the server on which the player plays.
link-too-many = ❌ You already have { $most } linked accounts, the most allowed. Remove one with `/unlink` first.
link-wrong-state = ❌ According to the game, { $player } is not in state { $state }. Your state is shown in your in-game profile, after the # sign. Nothing was changed.
link-no-such-player = ❌ The game knows no player { $player }. Your player ID is shown in your in-game profile. Nothing was changed.
link-cannot-check = ❌ The game is not responding properly at the moment, so I cannot check this. Please try again in a few minutes. Nothing was changed.
link-none-yet = You have no linked account yet. Use `/link` with your player ID first.

## /unlink

unlink-not-yours = That account is not linked to you. Nothing was changed.
unlink-done =
    { $accounts ->
        [1] ✅ The account is no longer linked to you.
        [one] ✅ Your { $accounts } account is no longer linked to you.
       *[other] ✅ Your { $accounts } accounts are no longer linked to you.
    }
# Follows “unlink-done”. “It” is the account, whose codes are still redeemed automatically where the leaders want that.
unlink-still-listed = It is still on a player list. To have it removed there, ask a leader.
# `player_id` is the name of an option.
unlink-which-one = You have several linked accounts. Choose the one to unlink with `player_id`:
unlink-one-or-everything = ❌ Use either `player_id`, to unlink one account, or `everything`, not both. Nothing was changed.
forget-nothing-known = I have no data about you. Nothing was changed.
forget-done = ✅ I erased everything I had stored about you. No account is linked to you any more.
# $players is a list of player IDs.
forget-erased = Erased, together with their redemption history: { $players }.
forget-kept = These accounts stay, but without any link to you: { $players }. Each is on the player list of a server, which belongs to that server, or is linked by another member. To have an account removed from a player list, ask the server's leaders.

## Redeeming: one line for each account, below the name of the code

# $who is a player's name with the ID in brackets. In-game mail is where the rewards arrive.
redeem-sent = 🎁 { $who }: sent, check your in-game mail
redeem-already = 📦 { $who }: already claimed
# $why is one of the messages “status-…” of explanation.ftl.
redeem-failed = ❌ { $who }: { $why }
redeem-waiting = ⏳ { $who }: waiting
redeem-trying-again = ⏳ { $who }: { $why }, trying again
redeem-not-done = ⏳ { $who }: not done yet
# $code is a code, in bold. $why is one of the messages “over-…” of appeal.ftl.
redeem-over = ⌛ **{ $code }** is not active: { $why }
redeem-goes-on = I will keep trying. To see the result later, redeem the code again.
redeem-see-each-account = To see each account, use `/redeem` with one code.
redeem-code-over = ⌛ `{ $code }` is not active: { $why }.
# $codes is a list of codes.
redeem-too-many-waiting = ⏳ You have { $most } codes waiting, the most allowed. Try again when some of them are done: { $codes }
redeem-busy = ⏳ Your last requests are still in progress. Please wait until one of them is done.
# The end of a list that is too long. $number is how many more there are.
list-more = … and { $number } more

## The form that asks for an account

form-expired = ⌛ This form was open for too long, and I no longer know which codes you chose. Please choose them again.

## Refusals and failures

servers-only = I only work in servers. Please use this command in a server that I am in.
button-outdated = This button no longer works. Use `/giftcode` and `/redeem` instead.
# $incident is a number by which the operator finds the failure in the bot's log.
failure-unknown = ❌ Something went wrong on my side. Please try again in a minute. If it keeps happening, give the bot's operator this number: `{ $incident }`.
failure-not-saved = ❌ This could not be saved, so nothing was changed. Please try again in a minute. If it keeps happening, give the bot's operator this number: `{ $incident }`.
failure-restarting = ⏳ I am restarting. Your request continues. To see the result, ask again in a minute.
