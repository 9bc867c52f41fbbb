### `/manage players`: adding by form and file, editing, removing several, replacing the list, and its filters.

## Adding players

# $new were not on the player list, $known were.
roster-added-new = ✅ { $new ->
    [one] { $new } player was
   *[other] { $new } players were
} added.
roster-added-known = ✅ { $known ->
    [one] { $known } player was
   *[other] { $known } players were
} updated.
roster-added-both = ✅ { $new ->
    [one] { $new } player was
   *[other] { $new } players were
} added, { $known } updated.
roster-total = The player list now has { $total ->
    [one] { $total } player
   *[other] { $total } players
}.
# Others have the same player on their list, or linked it, so this server may not change the state.
roster-kept-states = { $players ->
    [one] { $players } player keeps the saved state, because another server or member uses it too. If it is
   *[other] { $players } players keep the saved state, because other servers or members use it too. If it is
} wrong, the member can correct it with `/link` and the new state. Or use this command again once a code has failed because of it.
roster-retried = { $redemptions ->
    [one] { $redemptions } redemption that failed because of a wrong state is
   *[other] { $redemptions } redemptions that failed because of a wrong state are
} tried again.
roster-active-codes-follow = The active codes will be redeemed for the new players.
# The same place, where auto-redemption is off.
roster-auto-is-off = Codes are not redeemed automatically yet: use `/manage giftcode auto switch:on`.
roster-nobody-added = ❌ Nobody was added.
roster-nothing-pasted = ❌ Nobody was added, because the list was empty. Put each player on a line of their own: the player ID and, if you like, the name and the state.
# $most is a number.
roster-how-many-ids = ❌ Nobody was added. Enter 1 to { $most } player IDs, separated by spaces or commas. For more, use `/manage players add` without options and paste the list.
roster-file-or-ids = ❌ Use either `file` or `player_ids`, not both. Nothing was changed.
# $text is what the person entered.
roster-bad-state = ❌ “{ $text }” is not a state. A state is a number such as 245; it is after the # in the in-game profile. Nothing was changed.

## Lines that were skipped. A list of “roster-bad-…” follows.

roster-skipped = { $lines ->
    [one] { $lines } line was skipped:
   *[other] { $lines } lines were skipped:
}
# The same for ids in a single field.
roster-skipped-ids = { $ids ->
    [one] { $ids } entry was skipped:
   *[other] { $ids } entries were skipped:
}
roster-skipped-more = … and { $more } more
# $line is the number of the line, $text its beginning.
roster-bad-no-id = • Line { $line }, “{ $text }”: there is no player ID. It has 6 to 12 digits and is in the in-game profile.
roster-bad-several-ids = • Line { $line }, “{ $text }”: these may be several players, or one player and another number. Put each player on a line of their own, without other numbers.
# $number is a number that the line contains.
roster-bad-state-or-name = • Line { $line }, “{ $text }”: is { $number } the state or a part of the name? For a state, write #{ $number }; otherwise put the name in quotes.
roster-bad-several-states = • Line { $line }, “{ $text }”: there are several states. Keep the right one.
# $first is the number of another line.
roster-bad-repeated = • Line { $line }, “{ $text }”: the player is also on line { $first }, with another name. Keep one of the two.
roster-bad-contradicted = • Line { $line }, “{ $text }”: the player is also on line { $first }, with another state. Keep the right one.
roster-bad-id = • “{ $text }” is not a player ID. It is a number of up to 12 digits. To add names too, use `/manage players add` without options.
# `player` is another option of the same command.
roster-bad-id-to-remove = • “{ $text }” is not a player ID. A player ID is a number of up to 12 digits. To remove somebody by name, use `player`.

## The form that `/manage players add` opens. A title and a label have at most 45 characters, a placeholder 100.

roster-form = Add players
    .list = Players, each on a line of their own
    .example = 12345678 Lord Frost #245
    .state = State of those without one (optional)

## Editing

# $player is a name and an id.
roster-edited = ✅ Saved: { $player } · state { $state }.
roster-edited-without-state = ✅ Saved: { $player }, without a state.
roster-edit-keeps-name = The name stays, because another player list has this player too.
roster-edit-keeps-state = The state stays { $state }, because another server or member uses it too. If it is wrong, the member can correct it with `/link` and the new state. Or use this command again once a code has failed because of it.
roster-edit-nothing = ❌ Give a `name`, a `state` or both. Nothing was changed.
roster-not-on-list = ❌ { $player } is not on the player list. Nothing was changed.

## Moving all players of one state to another, after a transfer

roster-state-changed = ✅ { $players ->
    [one] { $players } player was
   *[other] { $players } players were
} moved from state { $from } to state { $to }. To undo this, use `/manage players setstate from:{ $to } to:{ $from }`.
# Undoing would move these players as well.
roster-state-there-before = { $players ->
    [one] { $players } player was in state { $to } before. To undo this would move that player
   *[other] { $players } players were in state { $to } before. To undo this would move them
} too.
roster-state-unchanged = Nobody was moved from state { $from } to state { $to }.
roster-state-nobody = ❌ Nobody on the player list is in state { $from }. Nothing was changed.
roster-state-same = ❌ Both states are { $state }. Nothing was changed.

## Removing

# $names are names and ids, separated by commas.
roster-removed = ✅ { $players ->
    [one] { $players } player was
   *[other] { $players } players were
} removed from the player list: { $names }. Redemptions in progress continue.
# $until is a time of day.
roster-removed-undo = To put { $players ->
    [one] the player
   *[other] them all
} back, tap **Undo** before { $until }.
roster-undo = Undo
roster-not-removed = Not on the player list: { $names }.
roster-nobody-removed = Nothing was changed.
roster-names-more = { $names } and { $more } more
roster-undone = ✅ { $players ->
    [one] { $players } player is
   *[other] { $players } players are
} back on the player list.
roster-undone-before = They are on the player list already.
roster-undo-too-late = ⌛ This can no longer be undone. `/manage players list filter:left` shows who left; `/manage players add` puts them back.

## The menu of `/manage players remove`

roster-menu = Choose who leaves the player list.
# $text is what was searched for.
roster-menu-found = Choose who leaves the player list. Shown: “{ $text }”.
roster-menu-nobody = Nobody on the player list is called “{ $text }”.
roster-menu-choose = Players to remove
roster-menu-state = State { $state }
roster-menu-no-state = No state
roster-menu-search = Search
roster-menu-all = Show all
# The form behind “Search”. A title and a label have at most 45 characters.
roster-search = Find players
    .text = Name, or the first digits of the player ID
# Between two arrows: the number of the page, and of all pages.
page-of = { $page } of { $pages }
roster-empty = The player list is empty. Add players with `/manage players add` or `/manage players import`.

## Replacing the whole list

roster-replace = Replace the player list?
roster-replace-comes = ➕ { $players ->
    [one] { $players } player comes
   *[other] { $players } players come
}: { $names }
roster-replace-goes = ➖ { $players ->
    [one] { $players } player goes
   *[other] { $players } players go
}: { $names }
roster-replace-changes = ✏️ { $players ->
    [one] { $players } player changes
   *[other] { $players } players change
}: { $names }
roster-replace-same = { $players ->
    [one] { $players } player stays as before.
   *[other] { $players } players stay as before.
}
roster-replace-how = Nothing has changed yet. The attached file has all the details. The button works for 24 hours.
roster-replace-anew = ⚠️ The player list has changed since, so nothing was done. This is what would happen now:
roster-replace-button = Replace the list
roster-replaced = ✅ The player list was replaced: { $new } new, { $gone } removed, { $changed } changed.
roster-replace-nothing = ✅ The player list is like the file already. Nothing was changed.
roster-replace-unknown = ⌛ I no longer know this file. Please use `/manage players import mode:replace` again. Nothing was changed.
roster-replace-too-many = ❌ Nothing was changed: the file has { $players } players, and I replace a list by { $most } at most.

## The filters of `/manage players list`. The first four are titles.

roster-filter-no-state = ⚠️ { $players ->
    [one] { $players } player
   *[other] { $players } players
} without a state
roster-filter-failing = ❌ { $players ->
    [one] { $players } player
   *[other] { $players } players
} with failed codes in the last 30 days
roster-filter-not-linked = 🔗 { $players ->
    [one] { $players } player
   *[other] { $players } players
} linked by nobody
roster-filter-left = 🚪 { $players ->
    [one] { $players } player
   *[other] { $players } players
} removed in the last 30 days
roster-filter-no-state-advice = Add a state with `/manage players edit`.
roster-filter-failing-advice = Correct a state with `/manage players edit`; `/manage giftcode retry` tries a code again.
roster-filter-not-linked-advice = Players link themselves with `/link`.
roster-filter-left-advice = `/manage players add` puts them back.
roster-filter-no-state-nobody = ✅ Every player on the list has a state.
roster-filter-failing-nobody = ✅ No code has failed for anybody on the list in the last 30 days.
roster-filter-not-linked-nobody = ✅ Every player on the list is linked by somebody.
roster-filter-left-nobody = Nobody was removed in the last 30 days.
roster-line = { $player } · state { $state }
roster-line-no-state = { $player } · ⚠️ no state
# $why is the reason of the last failure, such as “the saved state is wrong”.
roster-line-failed = { $line } · ❌ { $codes ->
    [one] { $codes } code
   *[other] { $codes } codes
}, last: { $why }
# $since is a time such as “2 days ago”.
roster-line-left = { $line } · removed { $since }
roster-as-file = As a file: `/manage players export`
