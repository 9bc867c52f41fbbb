### Posts: the messages in a server's channel that announce gift codes.

## Titles

post-title-new = 🎁 New gift code
post-title-again = 🎁 This gift code works again
post-title-several-new =
    { $codes ->
        [one] 🎁 { $codes } new gift code
       *[other] 🎁 { $codes } new gift codes
    }
post-title-active = 📋 The active gift code
post-title-several-active =
    { $codes ->
        [one] 📋 The { $codes } active gift code
       *[other] 📋 The { $codes } active gift codes
    }
# The rest of a list that began in another message.
post-title-more =
    { $codes ->
        [one] … { $codes } more code
       *[other] … { $codes } more codes
    }
post-title-over = ⌛ This gift code is no longer active
post-title-several-over =
    { $codes ->
        [one] ⌛ This gift code is no longer active
       *[other] ⌛ These { $codes } gift codes are no longer active
    }

## About a code

# $why is one of the messages “over-…” of appeal.ftl.
post-not-active = Not active: { $why }.
post-works-again = It had stopped working, and now the game accepts it again.
# The bot has redeemed it for somebody before it posted it.
post-checked = ✔ Checked: it works.
# What the game gives for the code.
post-field-rewards = Rewards
post-field-expires = Expires
# $when is a time that Discord shows, such as “in 3 days”.
post-expires = Expires { $when }
# Behind the number of a code, in a post of several codes.
post-note-works-again = { $number } · works again
post-note-checked = { $number } · checked
post-more-below = … and { $number } more, listed below.
# A line of a list.
post-line-over = ~~`{ $code }`~~ not active: { $why }
post-line-expires = `{ $code }` · expires { $when }
# $sources is the names of websites.
post-source = Source: { $sources }

## Buttons, at most 80 characters, and menus with several codes

post-redeem-for-me = Redeem for me
post-choose-for-me = Redeem for me …
