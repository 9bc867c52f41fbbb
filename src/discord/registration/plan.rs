//! Which commands are registered where.
//!
//! A server shows the commands of its own beside those of all servers, so each command is registered in one of the two.
//! While every server has one alliance, all commands are global. As soon as one has several, its `/manage` takes an option
//! more, so `/manage` is registered in each server; the others stay global.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::players::player::GuildId;

/// A set of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandSet {
    None,
    /// `takes_alliance` if `/manage` has the option `alliance`.
    All {
        takes_alliance: bool,
    },
    Manage {
        takes_alliance: bool,
    },
    AllButManage,
}

/// One request to Discord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Global(CommandSet),
    /// `CommandSet::None` removes what the guild has of its own.
    Guild(GuildId, CommandSet),
}

/// What decides it.
#[derive(Debug, Clone, Default)]
pub struct Situation {
    /// The only guild that gets commands, if there is one.
    pub dev_guild: Option<GuildId>,
    /// The guilds that the bot is in.
    pub guilds: BTreeSet<GuildId>,
    /// Those of them with several alliances.
    pub several: BTreeSet<GuildId>,
    /// The guilds that have commands of their own.
    pub have_own: BTreeSet<GuildId>,
}

/// What each guild and all of them together should have, in the order in which it is done: a command is registered in its
/// new place before it is removed from the old one, so that people can use it all the time.
pub fn plan(situation: &Situation) -> Vec<Step> {
    let Situation { dev_guild, guilds, several, have_own } = situation;
    let (global, own): (CommandSet, BTreeMap<GuildId, CommandSet>) = match dev_guild {
        Some(guild) => {
            let set = CommandSet::All { takes_alliance: several.contains(guild) };
            (CommandSet::None, [(*guild, set)].into())
        }
        None if several.is_empty() => (CommandSet::All { takes_alliance: false }, BTreeMap::new()),
        None => {
            let set = |guild: &GuildId| CommandSet::Manage { takes_alliance: several.contains(guild) };
            (CommandSet::AllButManage, guilds.union(several).map(|guild| (*guild, set(guild))).collect())
        }
    };
    let removed = have_own.iter().filter(|guild| !own.contains_key(guild));
    let removed = removed.map(|guild| Step::Guild(*guild, CommandSet::None)).collect::<Vec<_>>();
    let own = own.iter().map(|(guild, set)| Step::Guild(*guild, *set));
    own.chain([Step::Global(global)]).chain(removed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(ids: &[u64]) -> BTreeSet<GuildId> {
        ids.iter().copied().map(GuildId).collect()
    }

    #[test]
    fn manage_moves_into_the_servers_and_back() {
        let mut situation = Situation { guilds: ids(&[1, 2]), ..Situation::default() };
        let all = Step::Global(CommandSet::All { takes_alliance: false });
        assert_eq!(plan(&situation), [all]);
        situation.several = ids(&[2]);
        let in_servers = [
            Step::Guild(GuildId(1), CommandSet::Manage { takes_alliance: false }),
            Step::Guild(GuildId(2), CommandSet::Manage { takes_alliance: true }),
            Step::Global(CommandSet::AllButManage),
        ];
        assert_eq!(plan(&situation), in_servers);
        (situation.several, situation.have_own) = (ids(&[]), ids(&[1, 2]));
        let removed = |guild| Step::Guild(GuildId(guild), CommandSet::None);
        assert_eq!(plan(&situation), [all, removed(1), removed(2)]);
    }

    #[test]
    fn a_dev_guild_has_everything_for_itself() {
        let situation =
            Situation { dev_guild: Some(GuildId(1)), guilds: ids(&[1, 2]), several: ids(&[1]), have_own: ids(&[2]) };
        let all = CommandSet::All { takes_alliance: true };
        let rest = [Step::Global(CommandSet::None), Step::Guild(GuildId(2), CommandSet::None)];
        assert_eq!(plan(&situation), [&[Step::Guild(GuildId(1), all)][..], &rest[..]].concat());
    }

    proptest! {
        #[test]
        fn a_server_shows_each_command_once_at_the_end_and_at_least_once_on_the_way(
            guilds in proptest::collection::btree_set((1u64..9).prop_map(GuildId), 0..6),
            several in proptest::collection::btree_set((1u64..9).prop_map(GuildId), 0..3),
            before in proptest::collection::btree_set((1u64..9).prop_map(GuildId), 0..3),
        ) {
            let several: BTreeSet<GuildId> = several.intersection(&guilds).copied().collect();
            let before: BTreeSet<GuildId> = before.intersection(&guilds).copied().collect();
            let of = |several: &BTreeSet<GuildId>, have_own: BTreeSet<GuildId>| Situation {
                dev_guild: None, guilds: guilds.clone(), several: several.clone(), have_own,
            };
            // `/manage` and the others, as each server shows them.
            let mut global = CommandSet::None;
            let mut own: BTreeMap<GuildId, CommandSet> = BTreeMap::new();
            let mut run = |steps: Vec<Step>, is_first: bool| {
                for step in steps {
                    match step {
                        Step::Global(set) => global = set,
                        Step::Guild(guild, CommandSet::None) => drop(own.remove(&guild)),
                        Step::Guild(guild, set) => drop(own.insert(guild, set)),
                    }
                    for guild in &guilds {
                        let has = own.get(guild).copied().unwrap_or(CommandSet::None);
                        let manages = [global, has].iter()
                            .filter(|set| matches!(set, CommandSet::All { .. } | CommandSet::Manage { .. })).count();
                        assert!(is_first || manages > 0, "{guild} has no /manage for a moment");
                    }
                }
                own.clone()
            };
            let had = run(plan(&of(&before, BTreeSet::new())), true);
            let has = run(plan(&of(&several, had.keys().copied().collect())), false);
            for guild in &guilds {
                let is_own = has.contains_key(guild);
                prop_assert_eq!(is_own, !several.is_empty());
                if is_own {
                    prop_assert_eq!(has[guild], CommandSet::Manage { takes_alliance: several.contains(guild) });
                }
            }
        }
    }
}
