//! The contents of the simulated game: players, codes, and which player gets which code.

use std::time::Duration;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::Code;
use crate::domain::players::player::{PlayerId, State};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimPlayer {
    pub id: PlayerId,
    pub nickname: String,
    pub state: State,
    /// The furnace level.
    pub furnace_level: u32,
    /// Whether the VIP level is high enough for VIP codes.
    pub vip: bool,
}

/// Which players get a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Good,
    /// Nobody any more.
    Expired,
    /// Nobody, because there is no such code.
    Unknown,
    /// Nobody any more, because the claim limit is reached.
    UsedUp,
    VipOnly,
    /// Players with at least this furnace level.
    Furnace(u32),
    /// The first so many players.
    ClaimLimit(u32),
}

/// A code of the simulated game, whose rule may change over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimCode {
    pub code: Code,
    /// The rules in order, each with its start, counted from the world's start. Before the first there is no such code.
    pub phases: Vec<(Duration, Rule)>,
}

impl SimCode {
    /// A code with one rule from the start.
    pub fn always(code: Code, rule: Rule) -> Self {
        Self { code, phases: vec![(Duration::ZERO, rule)] }
    }

    /// The phase at `elapsed` after the world's start, counted from 0; `None` before the first.
    pub fn phase_at(&self, elapsed: Duration) -> Option<usize> {
        self.phases.iter().rposition(|(from, _)| *from <= elapsed)
    }

    /// Whether it is over for everybody in any of its phases.
    pub fn is_ever_over(&self) -> bool {
        self.phases.iter().any(|(_, rule)| rule.is_over())
    }

    /// Whether it is over for everybody in the end.
    pub fn is_over_in_the_end(&self) -> bool {
        self.phases.last().is_some_and(|(_, rule)| rule.is_over())
    }

    /// The rule at `elapsed` after the world's start.
    pub fn rule_at(&self, elapsed: Duration) -> Rule {
        self.phase_at(elapsed).and_then(|phase| self.phases.get(phase)).map_or(Rule::Unknown, |(_, rule)| *rule)
    }
}

impl Rule {
    fn is_over(self) -> bool {
        matches!(self, Self::Expired | Self::Unknown | Self::UsedUp)
    }

    /// The answer of this rule for `player` after `claims` other players got the code; `Success` if the player gets it.
    pub fn answer(self, player: &SimPlayer, claims: u32) -> Status {
        match self {
            Self::Good => Status::Success,
            Self::Expired => Status::TimeError,
            Self::Unknown => Status::CdkNotFound,
            Self::UsedUp => Status::Used,
            Self::VipOnly if player.vip => Status::Success,
            Self::VipOnly => Status::RechargeMoneyVip,
            Self::Furnace(level) if player.furnace_level >= level => Status::Success,
            Self::Furnace(_) => Status::StoveLevel,
            Self::ClaimLimit(limit) if claims < limit => Status::Success,
            Self::ClaimLimit(_) => Status::Used,
        }
    }
}

/// The `msg` and `err_code` of a status (docs/protocol.md, "Statuses").
pub fn wording(status: &Status) -> (&'static str, i64) {
    match status {
        Status::Success => ("SUCCESS", 20000),
        Status::Received => ("RECEIVED.", 40008),
        Status::SameTypeExchange => ("SAME TYPE EXCHANGE.", 40011),
        Status::TimeError => ("TIME ERROR.", 40007),
        Status::CdkNotFound => ("CDK NOT FOUND.", 40014),
        Status::Used => ("USED.", 40005),
        Status::TimeoutRetry => ("TIMEOUT RETRY.", 40004),
        Status::TooFrequent => ("TOO FREQUENT", 40019),
        Status::RoleNotExist => ("role not exist", 40001),
        Status::UserInfoError => ("USER INFO ERROR", 40020),
        Status::StoveLevel => ("STOVE_LV ERROR.", 40006),
        Status::RechargeMoneyVip => ("RECHARGE_MONEY_VIP ERROR.", 40018),
        _ => ("Sign Error", 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_each_other() {
        let at = Duration::from_secs;
        let code = Code::parse("OFFICIALSTORE").unwrap();
        let returning = SimCode { code, phases: vec![(at(1), Rule::Expired), (at(9), Rule::Good)] };
        let rules: Vec<Rule> = [0, 1, 8, 9, 99].map(|s| returning.rule_at(at(s))).into();
        assert_eq!(rules, [Rule::Unknown, Rule::Expired, Rule::Expired, Rule::Good, Rule::Good]);
        assert_eq!((returning.phase_at(at(0)), returning.phase_at(at(9))), (None, Some(1)));
    }
}
