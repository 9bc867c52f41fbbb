//! Redemptions: when one is tried again, how it ends, and what stops them all.

pub mod batch_progress;
pub mod breaker;
pub mod explanation;
pub mod login_stage;
pub mod outcome;
pub mod retry;
pub mod state_check;
pub mod state_search;
