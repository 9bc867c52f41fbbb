//! What the store asks of whoever knows which instance leads.

use std::time::Duration;

use crate::runtime::wake::Wake;

/// Whether this instance may act on what is in the working copy.
pub trait Leader: Send + Sync {
    /// Whether it may act now.
    fn is_leader(&self) -> bool;
    /// Whether an outward act needs its intent in the replica first.
    fn has_standby(&self) -> bool;
    /// Whether another instance leads, or may.
    fn is_waiting(&self) -> bool;
    /// When the lease is over, or was, by the clock that never sleeps; `None` where there is none.
    fn until(&self) -> Option<Duration>;
    /// Woken when any of this changes.
    fn wake(&self) -> &Wake;
}

/// The only instance there can be: there is no replica, and the file is locked.
#[derive(Default)]
pub(super) struct SoleInstance(Wake);

impl Leader for SoleInstance {
    fn is_leader(&self) -> bool {
        true
    }

    fn has_standby(&self) -> bool {
        false
    }

    fn is_waiting(&self) -> bool {
        false
    }

    fn until(&self) -> Option<Duration> {
        None
    }

    fn wake(&self) -> &Wake {
        &self.0
    }
}
