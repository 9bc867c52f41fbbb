### The message of a batch: redeeming one code for a server's whole player list.

## While it goes on

# $code is the code.
batch-title =
    { $players ->
        [one] ⏳ Redeeming { $code } for { $players } player
       *[other] ⏳ Redeeming { $code } for { $players } players
    }
# Behind a bar that fills up. $percent is from 0 to 100.
batch-percent = { $percent } %
# $when is a time that Discord shows, such as “in 6 minutes”.
batch-done-by = 🏁 Should be done { $when }
# $why is one of the messages “wait-…” of status.ftl.
batch-waits = 💤 { $why }

## The result

batch-result-all =
    { $players ->
        [one] ✅ { $code }: done for { $players } player
       *[other] ✅ { $code }: done for { $players } players
    }
batch-result-some =
    { $players ->
        [one] ☑️ { $code }: done for { $players } player
       *[other] ☑️ { $code }: done for { $players } players
    }
batch-result-none =
    { $players ->
        [one] ❌ { $code }: done for { $players } player
       *[other] ❌ { $code }: done for { $players } players
    }
# “Attach Files” is one of Discord's permissions: use the words that Discord has in your language.
batch-no-room-for-names = There was no room for all names. To get the whole list as a file, allow me to “Attach Files” in this channel.

## How many players it went how for. They stand side by side: “🎁 90 redeemed · ❌ 5 failed”. $number is how many players.

count-redeemed = 🎁 { $number } redeemed
count-already = 📦 { $number } already claimed
count-failed = ❌ { $number } failed
count-pending = ⏳ { $number } to go
count-empty-list = The player list is empty.

## Who did not get it, and why

# $why is one of the messages “status-…” of explanation.ftl, or “batch-gave-up”.
batch-group =
    { $players ->
        [one] { $players } player: { $why }
       *[other] { $players } players: { $why }
    }
# Every allowed try failed. $why is how the last one did.
batch-gave-up = gave up: { $why }
# $advice is one of the messages “advice-…” of explanation.ftl.
batch-advice = → { $advice }
# $names is a list of players, $number how many more there are.
batch-names-more = { $names } … and { $number } more
