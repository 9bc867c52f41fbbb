//! How the engine does, for people who wait for it.

use jiff::Timestamp;

use crate::domain::status::Status;

/// How the engine does. The order is no rank.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Condition {
    /// It works, or would if there were something to do.
    #[default]
    Working,
    /// The game does not answer, or not sensibly, since then; it is asked now and then whether it does again.
    Outage {
        /// When the first call in a row failed.
        since: Timestamp,
    },
    /// The game took more calls for too many; it is left alone for a while.
    Limited {
        /// When calls go on.
        until: Timestamp,
    },
    /// No call will work until an operator acts, for this reason.
    Halted(Status),
}
