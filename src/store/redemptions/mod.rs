//! Redemptions: claim → commit → call → record. Invariants 3, 4 and 6 end here.

pub(super) mod checks;
pub(super) mod claim_queue;
mod give_back;
mod outcomes;
pub(super) mod overdue;
mod queue;
mod recent_calls;
mod states;

pub use checks::{CheckStart, OverCode};
pub use outcomes::{Invalidated, Judged, Recorded, Verdict};
pub use queue::{Admission, Candidate, Claim, ClaimRequest, Claims};
