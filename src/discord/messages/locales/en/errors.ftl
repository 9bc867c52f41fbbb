### Why something that a person typed cannot be read.

## Codes

code-error-empty = ❌ A gift code has at least one letter or digit. Check the code, then try again.
# $text is what the person typed. $most is the greatest length, in characters.
code-error-too-long = ❌ “{ $text }” is not a gift code: it is longer than { $most } characters. Check the code, then try again.
# $character is one of the messages “character-…”.
code-error-character = ❌ “{ $text }” is not a gift code: it contains { $character }. Only the letters A–Z, digits, `-` and `_` are allowed.
character-blank = a space
# $number is the character's number in Unicode, such as U+200B.
character-invisible = the invisible character { $number }
character-control = the control character { $number }
character-visible = “{ $character }”

## Players: clauses without a full stop at the end. Each stands alone, or in a list.

# $text is what the person typed instead of a player ID.
player-error-id = “{ $text }” is not a player ID: that is a number of 1 to 12 digits
# A state is a server of the game, and has a number.
player-error-state = “{ $text }” is not a state: that is a whole number from 1
# A spreadsheet has turned a long number into something like 4.1E+07.
player-error-id-shortened = “{ $text }” is not a whole player ID: a spreadsheet shortened it. Format the column as a number without decimals
player-error-state-shortened = “{ $text }” is not a whole state: a spreadsheet shortened it. Format the column as a number without decimals
# $error is one of the messages “player-error-…”.
player-error-nothing-changed = ❌ { $error }. Nothing was changed.
