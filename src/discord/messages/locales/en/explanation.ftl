### What became of a redemption, and what a player can do about it.

## Why a player did not get a code, or that they did: clauses without a full stop. Each follows a name (“Frost: the code has
## expired”) or a number of players (“3 players: the code has expired”).

status-redeemed = redeemed
status-already-claimed = already claimed
# Some codes exclude each other: a player can have only one of them.
status-same-kind = a code of the same kind was already claimed
status-code-expired = the code has expired
status-code-unknown = the game does not know the code
status-code-used-up = the code's claim limit has been reached
status-no-such-player = no player has this ID
# The state is the server on which the player plays. It is saved with the player, and must be the right one.
status-wrong-state = the saved state is wrong
status-no-state = the state is missing
# The furnace is the central building in the game.
status-furnace-too-low = the furnace level is too low
status-spent-too-little = the player has not spent enough in the game
status-vip-too-low = the VIP level is too low
status-signature-rejected = the game rejects the bot's signature
status-request-rejected = the game rejects the bot's requests as malformed
status-bot-blocked = the game blocks the bot
status-interrupted = the bot was interrupted on every try
status-too-many-requests = the game received too many requests
status-captcha = the game asks for a captcha
status-no-proper-answer = the game did not respond properly
status-unknown-answer = the game gave an unknown answer
# There is no reason on file.
status-no-reason = unknown reason

## What to do about it: the end of “→ …”, without a full stop.

advice-correct-the-state = use `/link` with the right state, or ask a leader to correct it
advice-check-the-id = check the player ID: it is shown in the in-game profile
# $page is the address of the game's own page for gift codes.
advice-use-the-page = redeem it at { $page }

# $why is one of the messages “status-…”, $advice one of the messages “advice-…”.
explanation-with-advice = → { $why }: { $advice }
