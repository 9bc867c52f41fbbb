# Several alliances in one Discord server. An alliance is the game's word for a guild of players. While a server has one
# alliance, nobody sees these texts.

# Between the names of alliances in a list.
alliances-between = ,{ " " }
# Somebody named an alliance with the option `alliance`. The option's name stays English.
alliances-unknown = ❌ There is no alliance called **{ $name }** here. Choose one with `alliance`: { $names }.
alliances-unknown-only-one = ❌ There is no alliance called **{ $name }** here. This server has one alliance: leave `alliance` out.
# A command was used without the option `alliance`.
alliances-which = ❌ This server has several alliances. Say which one you mean with `alliance`: { $names }.
alliances-which-here = ❌ Several alliances post in this channel. Say which one you mean with `alliance`: { $names }.
