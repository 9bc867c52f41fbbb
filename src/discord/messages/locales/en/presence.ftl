### The bot's activity in the list of members, behind Discord's word “Watching”. It is the same for all servers.

presence-no-codes = for gift codes
presence-codes =
    { $codes ->
        [one] { $codes } active gift code
       *[other] { $codes } active gift codes
    }
