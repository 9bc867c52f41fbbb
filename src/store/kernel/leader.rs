//! What the store needs to know about leadership.

use std::time::Duration;

use crate::runtime::wake::Wake;

pub trait Leader: Send + Sync {
    fn is_leader(&self) -> bool;
    /// Whether the intent of an outward action must be in the replica first.
    fn has_standby(&self) -> bool;
    /// Whether another instance leads or may lead.
    fn is_waiting(&self) -> bool;
    /// When the lease expires or expired, by the boot clock; `None` if there is no lease.
    fn until(&self) -> Option<Duration>;
    /// Woken when any of this changes.
    fn wake(&self) -> &Wake;
}

/// The only possible instance: there is no replica, and the file is locked.
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
