//! How the engine is doing, and what the redemptions of a batch wait for because of it.

use jiff::Timestamp;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::limits::budget::RateLimit;
use crate::domain::redeeming::breaker::{Cause, Trouble};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineStatus {
    pub phase: EnginePhase,
    /// How many calls the redeem endpoint takes, as configured or as the game's answers taught since; `None` is no limit.
    pub limit: Option<RateLimit>,
    /// How the last call failed, where several did not reach the game, and none ever did.
    pub never_reached: Option<Status>,
}

/// The order is no rank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum EnginePhase {
    /// It works, or would if there were something to do.
    #[default]
    Working,
    /// The game does not serve us; it is asked at intervals whether it does again.
    Open {
        trouble: Trouble,
        /// When the first call in a row failed.
        since: Timestamp,
    },
    /// The game refused a call as one too many; it is not called until then.
    Limited { until: Timestamp },
    /// The game serves us, but gives everybody the same unknown answer for this code, and maybe for others.
    Held {
        code: CodeKey,
        /// When the first player in a row got that answer.
        since: Timestamp,
        evidence: Status,
    },
}

/// Why the redemptions of a batch wait. Times are those of the minute: a message shows no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaitReason {
    /// The game does not answer.
    NoAnswer { since: Timestamp },
    /// The game answers, and does not serve us.
    Outage { cause: Cause, evidence: Status, since: Timestamp },
    /// The code is held.
    Held { code: CodeKey, evidence: Status, since: Timestamp },
    /// The game allows no more calls than these.
    Limit(RateLimit),
    /// The game refused a call as one too many, and no limit is known.
    TooManyCalls,
    /// No call is due: what failed is tried again later.
    Busy,
}

impl EngineStatus {
    /// Why the redemptions of a code wait, or of all with `None`; `None` while all goes well. `calls_now` is whether calls are
    /// due now.
    pub fn wait_reason(&self, code: Option<&CodeKey>, calls_now: bool) -> Option<WaitReason> {
        match &self.phase {
            EnginePhase::Open { trouble, since } => {
                let since = minute(*since);
                Some(match trouble.cause {
                    Cause::Down => WaitReason::NoAnswer { since },
                    cause => WaitReason::Outage { cause, evidence: trouble.evidence.clone(), since },
                })
            }
            EnginePhase::Limited { .. } => Some(self.limit.map_or(WaitReason::TooManyCalls, WaitReason::Limit)),
            // Another code's trouble does not concern this one.
            EnginePhase::Held { code: held, since, evidence } if code.is_none_or(|code| code == held) => {
                Some(WaitReason::Held { code: held.clone(), evidence: evidence.clone(), since: minute(*since) })
            }
            EnginePhase::Working | EnginePhase::Held { .. } if calls_now => self.limit.map(WaitReason::Limit),
            EnginePhase::Working | EnginePhase::Held { .. } => Some(WaitReason::Busy),
        }
    }

    /// Whether it is the same status, though its times, which are worked out each time, may differ by a hair.
    pub fn is_same(&self, other: &Self) -> bool {
        use EnginePhase::{Held, Limited, Open};
        let is_same_phase = match (&self.phase, &other.phase) {
            (Open { trouble, .. }, Open { trouble: other, .. }) => trouble == other,
            (Held { code, evidence, .. }, Held { code: of, evidence: other, .. }) => code == of && evidence == other,
            (Limited { until }, Limited { until: other }) => {
                until.duration_since(*other).unsigned_abs().as_millis() < 10
            }
            (one, other) => one == other,
        };
        is_same_phase && self.limit == other.limit && self.never_reached == other.never_reached
    }
}

/// The beginning of the minute.
fn minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::code::Code;

    #[test]
    fn a_code_that_is_held_concerns_its_own_batches_and_status() {
        let key = |text| Code::parse(text).unwrap().key();
        let evidence = Status::Unknown("*NEW*".into());
        let since = Timestamp::from_second(59).unwrap();
        let limit = Some(RateLimit { calls: 30, window: std::time::Duration::from_secs(60) });
        let phase = EnginePhase::Held { code: key("HELD"), since, evidence: evidence.clone() };
        let status = EngineStatus { phase, limit, never_reached: None };
        let held = WaitReason::Held { code: key("HELD"), evidence, since: Timestamp::UNIX_EPOCH };
        assert_eq!(status.wait_reason(Some(&key("held")), true).as_ref(), Some(&held));
        assert_eq!(status.wait_reason(None, false), Some(held));
        assert_eq!(status.wait_reason(Some(&key("OTHER")), true), limit.map(WaitReason::Limit));
    }
}
