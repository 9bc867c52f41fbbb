//! How the engine does, for people who wait for it.

use jiff::Timestamp;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::redeeming::breaker::Trouble;
use crate::domain::redeeming::explanation::{remedy, trouble_in_words};

/// How the engine does. The order is no rank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// It works, or would if there were something to do.
    #[default]
    Working,
    /// The game does not serve us since then; it is asked now and then whether it does again.
    Open {
        /// Why.
        trouble: Trouble,
        /// When the first call in a row failed.
        since: Timestamp,
    },
    /// The game took more calls for too many; it is left alone for a while.
    Limited {
        /// When calls go on.
        until: Timestamp,
    },
    /// The game is well, but tells everybody the same unknown thing for this code, and maybe for others.
    Held {
        /// The code.
        code: CodeKey,
        /// When the first player in a row was told so.
        since: Timestamp,
        /// What.
        evidence: Status,
    },
}

impl Condition {
    /// What is wrong, since when, and who must act: for the health line. That the limit is reached is nothing wrong.
    pub fn trouble(&self) -> Option<String> {
        match self {
            Self::Working | Self::Limited { .. } => None,
            Self::Open { trouble, since } => {
                let since = since.strftime("%Y-%m-%d %H:%M");
                Some(format!("{}, since {since} UTC; {}", trouble_in_words(trouble), remedy(trouble)))
            }
            Self::Held { code, since, evidence } => {
                let since = since.strftime("%Y-%m-%d %H:%M");
                Some(format!("{code} is held, since {since} UTC: the game tells everybody {evidence} for it"))
            }
        }
    }

    /// Whether it is the same one, though its time was worked out anew and differs by a hair.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Open { trouble, .. }, Self::Open { trouble: other, .. }) => trouble == other,
            (Self::Held { code, evidence, .. }, Self::Held { code: of, evidence: other, .. }) => {
                code == of && evidence == other
            }
            (Self::Limited { until }, Self::Limited { until: other }) => {
                until.duration_since(*other).unsigned_abs().as_millis() < 10
            }
            (one, other) => one == other,
        }
    }
}
