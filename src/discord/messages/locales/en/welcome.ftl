### The first steps: the welcome of a new server, and /help.

## The welcome, in the server's system channel or to its owner

welcome-title = 👋 Hello! I post gift codes for Whiteout Survival and redeem them for your alliance.
welcome-intro = Three steps, and you are done:
welcome-end = Members who want to redeem codes themselves use `/link`, or the button under a post. `/help` shows all this again.

## /help. Each of the headings stands above the text that follows.

welcome-help-title = 🎁 Gift codes: how it works
welcome-members = For everyone
# “Redeem for me” is a button under a post.
welcome-members-steps = 1️⃣ `/link` your player ID once. You find it in your in-game profile.
    2️⃣ Tap **Redeem for me** under a post, or use `/redeem`. The rewards come by in-game mail.
welcome-leaders = For leaders
# R4 and R5 are the ranks of an alliance's leaders in the game.
welcome-leaders-steps = 1️⃣ In the channel for gift codes, use `/manage giftcode setchannel`. I post every new code there.
    2️⃣ Use `/manage players add` or `/manage players import` to give me your players.
    3️⃣ Use `/manage giftcode auto` and choose *on*. I then redeem every code for all of them.
# Follows the steps, in the welcome too.
welcome-panel = Prefer buttons? `/manage panel` posts a menu for everything you do daily. `/manage language` sets the language of posts.
welcome-more = More
welcome-more-commands = `/giftcode` shows the active codes, `/unlink` removes the link to your account. Leaders: `/manage access role:` lets your R4s use `/manage`, `/manage giftcode status` shows what is set, and `/manage players idchannel` lets members join the list by themselves.
# Follows the message before.
welcome-second-alliance = `/manage alliance add` is for a second alliance.
