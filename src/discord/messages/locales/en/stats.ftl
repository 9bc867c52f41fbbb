### The answer to /manage giftcode stats: charts as pictures, and the same numbers as text.

# $counts is a list such as “🎁 90 redeemed · ❌ 5 failed”.
stats-last-days =
    { $days ->
        [one] Last { $days } day: { $counts }
       *[other] Last { $days } days: { $counts }
    }
stats-today = Today: { $counts }
stats-today-nothing = Today: nothing yet
stats-midnight = Days begin at midnight UTC.
stats-gave-up = ⌛ { $number } gave up
stats-code =
    { $players ->
        [one] `{ $code }` { $have } of { $players } player
       *[other] `{ $code }` { $have } of { $players } players
    }
# $time is a length of time, such as “3 min 2 s”.
stats-posted-and-done = posted { $posted } after it was seen, last player done { $done } later
stats-posted = posted { $time } after it was seen
stats-done = last player done { $time } after the start
stats-no-players = 📈 There are no numbers for this server yet. Add players with `/manage players add` or `/manage players import`, and set a channel with `/manage giftcode setchannel`.
stats-nothing-yet = 📈 There are no numbers for this server yet. They appear once a code has been posted or redeemed. Set a channel with `/manage giftcode setchannel`, and turn on `/manage giftcode auto`.
stats-not-drawn = ⚠️ The pictures could not be drawn; here are the numbers.
