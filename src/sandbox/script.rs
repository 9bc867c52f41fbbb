//! The sandbox's script: its players and codes, and what happens when.

use std::time::Duration;

use crate::domain::codes::code::Code;
use crate::domain::limits::budget::RateLimit;
use crate::domain::players::player::{AllianceId, Player, PlayerId, State};

use super::faults::Faults;
use super::feed::FeedEntry;
use super::rules::{Rule, SimCode, SimPlayer};

/// The game's limits, but faster, so that a newcomer need not wait: 30 calls in 3 s instead of 60 s.
pub const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(3) };
/// The time between two calls for one player, instead of 2.2 s.
pub const PLAYER_INTERVAL: Duration = Duration::from_millis(110);
/// How often the simulated game fails.
pub const FAULTS: Faults = Faults {
    timeout_retry: 0.04,
    server_error: 0.03,
    html: 0.02,
    unknown: 0.02,
    reset: 0.01,
    truncated: 0.01,
    hang: 0.0,
};
/// How long a code must have been over before its reactivation is believed. In the sandbox codes are away for seconds,
/// not weeks.
pub const MIN_ABSENCE: Duration = Duration::from_secs(2);

/// The two guilds of the sandbox, with their names.
pub const GUILDS: [(AllianceId, &str); 2] = [(AllianceId(1001), "Frostfire"), (AllianceId(1002), "Aurora")];

const APPEARS: Duration = Duration::from_secs(8);
const LEAVES: Duration = Duration::from_secs(10);
const RETURNS: Duration = Duration::from_secs(15);
/// The time between the first eight codes and the next eight, and so on.
const ROUND_AFTER: Duration = Duration::from_secs(15);

#[derive(Debug, Clone)]
pub struct ScriptedCode {
    pub sim: SimCode,
    /// What the simulated feed lists, and when.
    pub entry: FeedEntry,
    /// In plain words.
    pub fate: &'static str,
}

#[derive(Debug, Clone)]
pub struct Script {
    pub players: Vec<SimPlayer>,
    pub codes: Vec<ScriptedCode>,
}

struct Fate {
    name: &'static str,
    rewards: &'static str,
    phases: &'static [(Duration, Rule)],
    windows: &'static [(Duration, Option<Duration>)],
    fate: &'static str,
}

const START: Duration = Duration::ZERO;
const ALWAYS: &[(Duration, Option<Duration>)] = &[(START, None)];

/// The fates in the order in which `--codes` uses them. Further codes start from the first again, [`ROUND_AFTER`]
/// later.
const FATES: [Fate; 8] = [
    Fate {
        name: "WOS1124",
        rewards: "1K Gems, 2 Speedups",
        phases: &[(START, Rule::Good)],
        windows: ALWAYS,
        fate: "good",
    },
    Fate {
        name: "PEPERO1111",
        rewards: "500 Gems",
        phases: &[(START, Rule::Expired)],
        windows: ALWAYS,
        fate: "expired, though the feed still lists it",
    },
    Fate {
        name: "gogoWOS",
        rewards: "Unknown",
        phases: &[(START, Rule::Unknown)],
        windows: ALWAYS,
        fate: "unknown to the game",
    },
    Fate {
        name: "DCMILESTONE",
        rewards: "2K Gems",
        phases: &[(START, Rule::UsedUp)],
        windows: ALWAYS,
        fate: "claim limit reached",
    },
    Fate {
        name: "FBMILESTONE",
        rewards: "10 VIP XP",
        phases: &[(START, Rule::VipOnly)],
        windows: ALWAYS,
        fate: "for VIPs only",
    },
    Fate {
        name: "TRICKORTREAT25",
        rewards: "1 Hero Shard",
        phases: &[(START, Rule::Furnace(10))],
        windows: ALWAYS,
        fate: "from furnace level 10",
    },
    Fate {
        name: "OFFICIALSTORE",
        rewards: "1K Gems, 2 VIP XP",
        phases: &[(START, Rule::Expired), (RETURNS, Rule::Good)],
        windows: &[(START, Some(LEAVES)), (RETURNS, None)],
        fate: "expired, then valid again",
    },
    Fate {
        name: "BREAKING24",
        rewards: "3K Gems",
        phases: &[(START, Rule::Good)],
        windows: &[(APPEARS, None)],
        fate: "appears while you watch",
    },
];

impl Script {
    /// A world with so many players and codes. The seed decides who is a VIP, and the furnace levels.
    ///
    /// # Errors
    ///
    /// None for the numbers that the command line allows.
    pub fn new(players: u32, codes: u32, seed: u64) -> anyhow::Result<Self> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let player = |index: u32| {
            let id =
                PlayerId::new(33_750_000 + u64::from(index)).ok_or_else(|| anyhow::anyhow!("no player {index}"))?;
            let state = State::new(240 + rng.u32(0..8)).ok_or_else(|| anyhow::anyhow!("no state"))?;
            let nickname = format!("{}{index}", ["Frost", "Ember", "Gale", "Rime", "Sleet"][index as usize % 5]);
            Ok(SimPlayer { id, nickname, state, furnace_level: rng.u32(4..31), vip: rng.u32(0..3) == 0 })
        };
        let players = (1..=players).map(player).collect::<anyhow::Result<_>>()?;
        let code = |index: u32| {
            let fate = &FATES[index as usize % FATES.len()];
            let round = index / u32::try_from(FATES.len())?;
            let name = if round == 0 { fate.name.to_owned() } else { format!("{}R{round}", fate.name) };
            let code = Code::parse(&name)?;
            let later = ROUND_AFTER * round;
            let phases = fate.phases.iter().map(|(from, rule)| (*from + later, *rule)).collect();
            let sim = SimCode { code: code.clone(), phases };
            let windows =
                fate.windows.iter().map(|(from, until)| (*from + later, until.map(|at| at + later))).collect();
            let entry = FeedEntry { code, rewards: fate.rewards.to_owned(), expiry: None, windows };
            anyhow::Ok(ScriptedCode { sim, entry, fate: fate.fate })
        };
        let codes = (0..codes).map(code).collect::<anyhow::Result<_>>()?;
        Ok(Self { players, codes })
    }

    /// The rosters: the players are dealt out alternately, and every tenth one is in both guilds.
    pub fn roster(&self, guild: AllianceId) -> Vec<Player> {
        let of = |index: usize| index % GUILDS.len();
        let in_guild = |index: &usize| GUILDS[of(*index)].0 == guild || index % 10 == 9;
        let on_file = |player: &SimPlayer| Player {
            id: player.id,
            nickname: player.nickname.clone(),
            state: Some(player.state),
            furnace_level: None,
        };
        self.players.iter().enumerate().filter(|(index, _)| in_guild(index)).map(|(_, p)| on_file(p)).collect()
    }

    /// When the last event of the script happens, counted from the world's start.
    pub fn last_event(&self) -> Duration {
        self.codes.iter().flat_map(|code| code.entry.windows.iter().map(|(from, _)| *from)).max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_world_has_every_fate_and_both_rosters() {
        let script = Script::new(40, 8, 1).unwrap();
        assert_eq!((script.players.len(), script.codes.len()), (40, 8));
        let rosters: Vec<usize> = GUILDS.iter().map(|(guild, _)| script.roster(*guild).len()).collect();
        assert_eq!(rosters.iter().sum::<usize>(), 44, "four players are in both");
        assert!(script.players.iter().any(|p| p.vip) && script.players.iter().any(|p| !p.vip));
        assert!(script.players.iter().any(|p| p.furnace_level < 10));
        assert_eq!(script.last_event(), RETURNS);
    }

    #[test]
    fn every_allowed_size_makes_a_world() {
        let script = Script::new(2000, 64, 9).unwrap();
        let mut names: Vec<_> = script.codes.iter().map(|c| c.sim.code.key()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 64);
        assert_eq!(script.last_event(), RETURNS + 7 * ROUND_AFTER);
    }
}
