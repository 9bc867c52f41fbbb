//! Players' states as redemptions need them: questions to the game, and redemptions that wait for the answers.
//!
//! A call of a search is counted for its day before it is made: what a crash swallowed is not made twice.

mod asking;
mod retrying;
mod waiting;

pub use asking::{NextQuestion, StateQuestion};
pub(in crate::store) use retrying::{again, retry_wrong_state};
pub use waiting::Waits;
pub(super) use waiting::{confirm, put_aside};
