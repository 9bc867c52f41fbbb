//! Which instance acts, and on which working copy: the lease, the election, the sessions.

pub mod election;
mod phase;
pub mod session;

pub use phase::{Held, Leadership, Phase};
