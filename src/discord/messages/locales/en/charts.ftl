### The words inside the pictures of /manage giftcode stats, and lengths of time. There is little room for them.
### The fonts of the pictures in ko, ja and zh-TW have only the letters of this file: docs/translating.md says how to add one.

# The titles of the pictures, which also stand above them.
chart-per-day = Redemptions per day
chart-per-code = Players who have the latest codes
chart-speed = How fast
# What is counted along an axis.
chart-redemptions = redemptions
chart-players = players
# The legend says how many of each there are: “55 redeemed”. Where the word would have to agree with the number, put it first: “{ $name }: { $number }”.
chart-legend = { $number } { $name }
chart-redeemed = redeemed
chart-already = already claimed
chart-failed = failed
chart-gave-up = gave up
# The legend of the players who have a code.
chart-have = have it
chart-have-not = failed or gave up
# The legend of the times: from when a code was seen until it was posted, and from then on until the last player has it.
chart-to-post = seen → posted
chart-to-done = posted → last player done
# Beside a bar: 43 of 60 players.
chart-of = { $have } of { $players }
# Below bars: there was no room for so many others.
chart-more = and { $rows } more
chart-nothing = nothing yet
# A day below a column.
chart-date =
    { $day } { $month ->
        [jan] Jan
        [feb] Feb
        [mar] Mar
        [apr] Apr
        [may] May
        [jun] Jun
        [jul] Jul
        [aug] Aug
        [sep] Sep
        [oct] Oct
        [nov] Nov
       *[dec] Dec
    }
# Lengths of time, as short as they can be: milliseconds, seconds, minutes, hours, days. $number has come in digits already.
chart-milliseconds = { $number } ms
chart-seconds = { $number } s
chart-minutes = { $number } min
chart-hours = { $number } h
chart-days = { $number } d
# “3 min 20 s”
chart-both = { $larger } { $smaller }
