//! Redemptions: claim → commit → call → record. Invariants 3, 4 and 6 are enforced here.

pub(super) mod checks;
pub(super) mod claim;
mod give_back;
mod outcomes;
pub(super) mod overdue;
mod queue;
mod recent_calls;
mod search;
pub(super) mod states;

pub use checks::{CheckStart, Invalidated, Judged, OverCode};
pub use claim::{Admission, Candidate, Claim, ClaimRequest};
pub use outcomes::{AttemptResult, Next, Recorded};
pub use queue::Claims;
pub use states::{NextQuestion, StateQuestion, Waits};
