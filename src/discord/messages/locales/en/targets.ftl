### Where gift codes are posted: `/manage giftcode setchannel` and `test`, and the buttons of posts.

## Answers to `setchannel`. $channel is a mention of the channel, $roles are mentions of roles.

target-set = ✅ From now on, I post gift codes in { $channel }.
target-set-first = ✅ From now on, I post gift codes in { $channel }, starting with the active ones.
# The following messages are added to the two above, each after a space.
target-publishes = I publish every post to the channels that follow it.
# A forum: a channel in which each post is a thread.
target-forum = Every code gets its own post there, and its progress is shown in that post.
# A thread that is a post of a forum was chosen.
target-forum-post = This is one post of a forum. For a post of its own for each code, use `/manage giftcode setchannel channel:` and choose the forum.
target-mentions = Each post mentions { $roles }.
target-mentions-nobody = Posts no longer mention a role.
target-role-gone = A role that posts mentioned was deleted. Set another one with `role` or `add_role`.
target-not-notified = Discord does not notify { $roles }: turn on “Allow anyone to @mention this role” in the role's settings.
# $permissions are names of Discord's permissions.
target-allow-too = Please also allow me to { $permissions } there.

# $why is a part of a sentence that says what is wrong, and what to do.
target-blocked = ❌ I cannot post in { $channel }: { $why }. Nothing was changed.
target-too-many-roles = ❌ A post mentions at most { $most } roles. Take one away with `remove_role` first. Nothing was changed.
# The channel that is set, when it is tested or its roles are changed.
target-channel-gone = ❌ The channel was deleted. Set another one with `/manage giftcode setchannel`.

## `test`: it posts a sample, says what works, and deletes the sample.

test-no-channel = No channel is set. Set one with `/manage giftcode setchannel`, then test it.
test-still-there = I am still deleting the last test post. Try again in a minute.
# The name of the sample in a forum.
test-post-name = Test of the gift code bot
test-post-title = 🧪 This is a test
test-post-text = New gift codes will appear here. This test disappears in a few seconds.

test-works = 🧪 Posting works
# The title instead of that, where the bot could not have deleted a post.
test-not-tried = 🧪 Nothing is missing, but posting was not tried
test-something-missing = 🧪 Something is missing
test-post-there = ✅ Post: it is there. I delete it in a few seconds.
# “Manage Posts” is what Discord calls this permission in a forum.
test-post-not-tried = ➖ Post: not tried, because I could not delete it from a forum. To try it, allow me to **Manage Posts** there.
test-post-failed = ❌ Post: { $why }.
test-mention = ✅ Mention: posts notify { $roles }. The test notified nobody.
test-mention-silent = ❌ Mention: Discord does not notify { $roles }. Turn on “Allow anyone to @mention this role” in the role's settings.
test-mention-gone = ❌ Mention: a role was deleted. Set another one with `/manage giftcode setchannel role:`.
test-mention-none = ➖ Mention: no role is set. Add one with `/manage giftcode setchannel add_role:`.
# The card is the coloured box below a message's text.
test-embed = ✅ Card: it is shown.
test-files = ✅ Files: I can attach lists of failed players.
test-files-missing = ❌ Files: long lists of failed players are cut off. Allow me to **Attach Files** there.
test-history-missing = ❌ History: after an interruption I cannot see whether a code was posted. Allow me to **Read Message History** there.
test-publish = ✅ Publish: I publish posts to the channels that follow this one. The test was not published.

## Posts

# A button that redeems the code for all players of the alliance. Only leaders may use it. Keep it short.
post-for-alliance = Alliance (leaders)
# The same as a menu in which codes are chosen.
post-for-alliance-menu = Alliance (leaders) …
# Added to the answer when a leader taps the button of an older post.
post-auto-is-on = -# Auto-redemption is on: new codes are redeemed for the whole player list without this button.
