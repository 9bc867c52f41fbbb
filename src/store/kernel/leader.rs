//! The store's view of leadership.

use std::time::Duration;

use crate::runtime::wake::Wake;

pub trait Leader: Send + Sync {
    fn is_leader(&self) -> bool;
    /// Whether the intent of an outward action must reach the replica before the action.
    fn has_standby(&self) -> bool;
    /// Whether another instance leads or may lead.
    fn is_waiting(&self) -> bool;
    /// When the lease expires or expired, by the boot clock; `None` if there is no lease.
    fn until(&self) -> Option<Duration>;
    /// Woken when any of these values changes.
    fn wake(&self) -> &Wake;
}

/// Always leads: without a replica, the file lock excludes any other instance.
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
