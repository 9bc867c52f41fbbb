//! This instance as a whole: what it is doing, and the health of its parts while it acts.

use jiff::Timestamp;
use strum::{AsRefStr, VariantNames};

use super::{Health, Part, Problem};

/// What the instance may do. Its name is a label of metrics, so it does not change.
#[derive(Debug, Clone, PartialEq, Eq, AsRefStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// It takes the state file's lock, or opens its working copy.
    Starting,
    /// Another instance leads. This one takes over when that one ends.
    Standby,
    /// It must not act until something outside of it changes: what, in one clause.
    Blocked(String),
    /// It leads, and takes in what its working copy lacks.
    CatchingUp,
    /// It acts.
    Active,
    /// It was told to stop.
    Stopping,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceHealth {
    pub standing: Standing,
    /// When the process started.
    pub started_at: Timestamp,
    /// `None` while it does not act.
    pub parts: Option<Health>,
}

impl InstanceHealth {
    /// What is wrong, part by part; nothing while all is well. A standby is well.
    pub fn problems(&self, now: Timestamp) -> Vec<Problem> {
        let blocked = match &self.standing {
            Standing::Blocked(why) => Some(Problem {
                part: Part::Leadership,
                text: why.clone(),
                since: None,
                remedy: "nothing is posted or redeemed meanwhile; the bot continues by itself when this is mended"
                    .to_owned(),
            }),
            _ => None,
        };
        let parts = self.parts.iter().flat_map(|parts| parts.problems(now));
        blocked.into_iter().chain(parts).collect()
    }

    /// Whether it does what an instance is for: it acts, or waits for the one that acts.
    pub fn is_ready(&self) -> bool {
        match self.standing {
            Standing::Active => self.parts.is_some(),
            Standing::Standby | Standing::CatchingUp => true,
            Standing::Starting | Standing::Blocked(_) | Standing::Stopping => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_that_must_not_act_is_not_well_and_a_standby_is() {
        let instance = |standing| InstanceHealth { standing, started_at: Timestamp::UNIX_EPOCH, parts: None };
        let problems = |standing| instance(standing).problems(Timestamp::UNIX_EPOCH);
        let blocked = Standing::Blocked("MongoDB does not answer".into());
        assert_eq!(problems(blocked.clone())[0].text, "MongoDB does not answer");
        assert!(!instance(blocked).is_ready());
        assert!(problems(Standing::Standby).is_empty() && instance(Standing::Standby).is_ready());
        assert!(!instance(Standing::Starting).is_ready() && !instance(Standing::Active).is_ready());
    }
}
