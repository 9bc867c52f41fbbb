### The descriptions of commands and their options, as Discord shows them while somebody types: at most 100
### characters each. Made from the source; see src/discord/interactions/commands/localised/mod.rs.

## Options that several commands have, and the names of choices

command-option-alliance = Which alliance; the one that posts in this channel if you leave it out
command-option-code = The code
command-option-file = CSV with the columns player_id, nickname, state, furnace_level; or one ID per line; or JSON
command-option-name = Its name
command-option-player = The player: type a name or an ID
command-choice-add = add
command-choice-all = all
command-choice-ask = ask
command-choice-auto = auto
command-choice-failed = failed
command-choice-failing--codes-failed-in-the-last-30-days = failing: codes failed in the last 30 days
command-choice-left--removed-in-the-last-30-days = left: removed in the last 30 days
command-choice-missing = missing
command-choice-no-state = no state
command-choice-not-linked = not linked
command-choice-off = off
command-choice-on = on
command-choice-redeemed = redeemed
command-choice-replace = replace

## Commands

# /manage
command-manage = Manage gift codes and players
# /manage giftcode
command-manage-giftcode = Channel, codes and results
# /manage giftcode setchannel
command-manage-giftcode-setchannel = Post new codes in this or another channel, thread or forum
    .channel = Where to post; this channel if you leave it out
    .role = The only role for each post to mention; leave it out to keep the present ones
    .add_role = One more role for each post to mention
    .remove_role = Stop mentioning this role
    .no_role = Stop mentioning any role
# /manage giftcode unsetchannel
command-manage-giftcode-unsetchannel = Stop posting codes
# /manage giftcode auto
command-manage-giftcode-auto = Turn auto-redemption for the whole player list on or off
    .switch = on or off
# /manage giftcode notify
command-manage-giftcode-notify = What to tell this server: who failed after a code, and who is missing a day before it ends
    .failed = Mention the people who linked an account for which a code failed
    .reminder = A day before a code ends, post who does not have it
# /manage giftcode add
command-manage-giftcode-add = Add a code that no feed lists
    .code = The code, exactly as published
# /manage giftcode remove
command-manage-giftcode-remove = Stop posting and redeeming a code
# /manage giftcode list
command-manage-giftcode-list = Show the active codes of this server
# /manage giftcode redeem
command-manage-giftcode-redeem = Redeem a code for the whole player list now
# /manage giftcode retry
command-manage-giftcode-retry = Try a code again for the players for whom it failed
# /manage giftcode status
command-manage-giftcode-status = Show the status of the bot in this server
# /manage giftcode history
command-manage-giftcode-history = Show the results of past codes
    .code = Only this code
    .show = With a code: which players to name; those without the code if you leave it out
# /manage giftcode stats
command-manage-giftcode-stats = Show charts: redemptions per day, players per code, and how fast it goes
# /manage giftcode test
command-manage-giftcode-test = Post a sample where codes are posted, say what works, and take it back
# /manage players
command-manage-players = The player list: the players to redeem codes for
# /manage players add
command-manage-players-add = Add players to the player list: paste them into a form, or give a file or IDs
    .player_ids = One or more player IDs, separated by spaces or commas
    .state = The state of all who have none of their own
# /manage players edit
command-manage-players-edit = Change a player's name or state
    .name = The new name
    .state = The new state
# /manage players setstate
command-manage-players-setstate = Move all players of one state to another, after a transfer
    .from = The state that they are in on the player list
    .to = The state that they are in now
# /manage players remove
command-manage-players-remove = Remove players from the player list: choose them from a menu, or name them
    .player_ids = Several player IDs, separated by spaces or commas
# /manage players list
command-manage-players-list = Show the player list
    .filter = Show some players only
# /manage players import
command-manage-players-import = Add the players of a file to the player list, or replace the list by them
    .state = The state of players whose state is not in the file
    .skip_bad_lines = Import the good lines even if there are bad ones
    .mode = add (as usual), or replace: shows who comes and goes, and asks first
# /manage players export
command-manage-players-export = Download the player list as a CSV file
# /manage players idchannel
command-manage-players-idchannel = Let members join the player list themselves: by typing their ID in a channel, or after /link
    .channel = The channel in which members type their player ID
    .off = No longer read such a channel
    .join = After /link: off (only leaders add players), ask, or auto
# /manage alliance
command-manage-alliance = Several alliances in one server
# /manage alliance add
command-manage-alliance-add = Add an alliance to this server
    .channel = Where its codes are posted; you can set that later
    .role = A role that its posts mention
# /manage alliance rename
command-manage-alliance-rename = Give an alliance of this server another name
    .name = The new name
# /manage alliance remove
command-manage-alliance-remove = Remove an alliance from this server; you are asked first
# /manage alliance order
command-manage-alliance-order = Show or change which alliance goes first when all are due
    .place = Its new place, 1 for the first
# /manage access
command-manage-access = Show or choose the roles that may use /manage
    .role = A role whose members may use /manage too; leave it out to see who may
    .remove = Take it away from this role again
    .alliance = For this alliance only; for all of them if you leave it out
# /manage language
command-manage-language = Show or choose the language of posts and progress messages
    .language = The language; leave it out to see which one is set
# /manage panel
command-manage-panel = Post a message here with buttons for what leaders do every day
# /giftcode
command-giftcode = Show the active gift codes
# /link
command-link = Link your game account, so that you can redeem codes for it
    .player_id = Your player ID, shown in your in-game profile
    .state = Your state, shown after the # in your profile; leave it out and the bot looks for it
# /unlink
command-unlink = Unlink your game account
    .player_id = Which of your accounts; needed if you linked several
    .everything = Erase everything stored about you, including accounts that nobody else has
# /redeem
command-redeem = Redeem a code for your linked game accounts
# /help
command-help = Show how this bot works
