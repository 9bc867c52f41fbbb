### Codes that are over, and what happens when somebody thinks that they still work.

## Why a code is over. Each is part of a sentence: “`CODE` is not active: it has expired.”

over-expired = it has expired
over-unknown = the game does not know this code
# The game gives out a code only so often, to the first who claim it.
over-used-up = its claim limit has been reached
over-rejected = the game rejects it
over-reissued = it was reissued, see the newer post

## Lists

# $code is shown in backticks. $why is one of the messages “over-…”.
over-line = ⌛ `{ $code }` is not active: { $why }
# The same, with the time of the next check. $next is a time that Discord shows, such as “in 3 hours”.
over-line-next-check = ⌛ `{ $code }` is not active: { $why } · next check { $next }

## The answer to a leader who asked for, or added, a code that is over

appeal-checked = ⌛ `{ $code }` is not active: { $why }. I have just checked this with the game.
appeal-checking = ⏳ `{ $code }` is not active as far as I know: { $why }. I am asking the game again. For the result, use `/manage giftcode history code:{ $code }`.
appeal-nobody-to-check-with = ⌛ `{ $code }` is not active: { $why }. I cannot ask the game, because no player on the list has a known state. Add one with `/manage players add`.
# Follows one of the two messages above.
appeal-checked-again-for-two-days = For two days I check it again from time to time, and post and redeem it as soon as it works.
