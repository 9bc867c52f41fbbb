//! Decides which instance acts, and on which working copy: the lease, the election and the sessions.

pub mod election;
mod phase;
pub mod session;

pub use phase::{HeldLease, Leadership, Phase};
