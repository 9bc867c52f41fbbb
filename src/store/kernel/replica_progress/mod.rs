//! The replica's progress, as writes see it: whether it is caught up, and up to which commit.
//!
//! A slow replica is not down. While it takes what it is sent, others wait for it: each write for a moment, an outward action
//! beside a standby for as long as the lease holds, and every write while too much is unsent.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::ports::replica::ReplicaError;
use crate::runtime::wake::Wake;

use super::{Store, StoreError};

/// The longest that a write waits for the replica. With the time to write the file, this makes two seconds at most.
const WAIT: Duration = Duration::from_millis(1500);
/// Writes wait while more than this is unsent, so that a stop can still send it.
const OUTBOX_BOUND: u32 = 4_000;

/// The replica's state, for all that wait for it. They wake in the order in which they came; a `watch` channel has no order.
#[derive(Default)]
pub(in crate::store) struct WatchedReplica {
    progress: Mutex<ReplicaProgress>,
    changed: Wake,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct ReplicaProgress {
    pub delivery: Delivery,
    /// It is caught up: writes wait until it has them too.
    pub is_caught_up: bool,
    /// The latest commits up to which it has everything, and everything that is acted on.
    pub has: u64,
    pub has_urgent: u64,
    /// More is unsent than allowed.
    pub is_outbox_full: bool,
    /// How many bytes it holds and may hold, if known.
    pub size: Option<(u64, u64)>,
}

/// The result of the latest delivery.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) enum Delivery {
    /// It takes what it is sent.
    Up,
    /// Nothing was sent yet, or there is no replica.
    #[default]
    Untried,
    /// It takes nothing.
    Failed(ReplicaError),
}

impl WatchedReplica {
    pub fn get(&self) -> ReplicaProgress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn change(&self, change: impl FnOnce(&mut ReplicaProgress)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let before = progress.clone();
        change(&mut progress);
        // Each commit reports this, so an unchanged state wakes nobody.
        if *progress != before {
            self.changed.wake_all();
        }
    }
}

pub(super) fn is_outbox_full(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM outbox WHERE round IS NULL LIMIT 1 OFFSET ?1")?.exists([OUTBOX_BOUND])
}

impl Store {
    pub fn is_replicated(&self) -> bool {
        self.inner.is_replicated.load(Ordering::SeqCst)
    }

    pub(in crate::store) fn set_outbox_full(&self, is_outbox_full: bool) {
        self.inner.progress.change(|progress| progress.is_outbox_full = is_outbox_full);
    }

    /// Returns when the replica's state matches, or the lease has expired.
    async fn wait_until(&self, is_so: impl Fn(&ReplicaProgress) -> bool) {
        loop {
            let progress = self.inner.progress.changed.listen();
            let phases = self.inner.leader.wake().listen();
            if is_so(&self.inner.progress.get()) || self.inner.leader.is_waiting() {
                return;
            }
            let over = self.inner.leader.until().map(|until| until.saturating_sub(self.inner.clock.boot()));
            tokio::select! {
                biased;
                () = progress => {}
                () = phases => {}
                () = tokio::time::sleep(over.unwrap_or_default()), if over.is_some() => {}
            }
        }
    }

    /// Returns when another write may begin: not too much is unsent, or the replica takes nothing.
    pub(in crate::store) async fn wait_for_room(&self) -> Result<(), StoreError> {
        self.wait_until(|progress| !progress.is_outbox_full || progress.delivery != Delivery::Up).await;
        if self.is_temporary() && self.inner.progress.get().delivery != Delivery::Up {
            self.not_persisted()
        } else {
            Ok(())
        }
    }

    /// Returns when the replica has this commit or is not caught up. A write to a temporary copy, and the intent of an outward action
    /// beside a standby, are useless without the replica: these wait until the lease expires.
    pub(in crate::store) async fn wait_for_replica(&self, commit: u64, is_intent: bool) -> Result<(), StoreError> {
        let must = || self.is_temporary() || (is_intent && self.inner.leader.has_standby());
        let has_it = |progress: &ReplicaProgress| commit <= if is_intent { progress.has_urgent } else { progress.has };
        self.wait_until(|progress| !must() || progress.delivery != Delivery::Up || has_it(progress)).await;
        if must() {
            let has_it = has_it(&self.inner.progress.get());
            let lacks_it = || if self.is_temporary() { self.not_persisted() } else { Err(StoreError::NotActive) };
            return if has_it { Ok(()) } else { lacks_it() };
        }
        let is_caught_up = self.wait_until(|progress| !progress.is_caught_up || has_it(progress));
        if tokio::time::timeout(WAIT, is_caught_up).await.is_err() {
            // No write waits until it is caught up again.
            tracing::debug!("MongoDB took more than {} s to take a change", WAIT.as_secs_f32());
            self.inner.progress.change(|progress| progress.is_caught_up = false);
        }
        Ok(())
    }

    fn not_persisted(&self) -> Result<(), StoreError> {
        let why = match &self.inner.progress.get().delivery {
            Delivery::Failed(why) => why.to_string(),
            Delivery::Untried => "MongoDB has not caught up yet".to_owned(),
            Delivery::Up => "another instance may lead by now".to_owned(),
        };
        let reason = format!("the state file cannot be used, and {why}");
        tracing::error!("CRITICAL: Failed to persist state: {reason}");
        Err(StoreError::Persist(reason))
    }

    /// Whether an outward action may begin: this instance leads, and can bring its intent to MongoDB if it must be there.
    pub(in crate::store) fn may_begin(&self) -> Result<(), StoreError> {
        self.require_leader()?;
        if self.can_be_had(&self.inner.progress.get()) { Ok(()) } else { Err(StoreError::NotActive) }
    }

    fn can_be_had(&self, progress: &ReplicaProgress) -> bool {
        !self.inner.leader.has_standby() || progress.delivery == Delivery::Up
    }

    /// Returns when the intent of an outward action can be brought to MongoDB if it must be there, or the lease has expired. This saves
    /// repeated checks.
    pub(in crate::store) async fn wait_for_reach(&self) {
        self.wait_until(|progress| self.can_be_had(progress)).await;
    }

    /// Whether this process may act on what it has written.
    pub(in crate::store) fn require_leader(&self) -> Result<(), StoreError> {
        if self.inner.leader.is_leader() { Ok(()) } else { Err(StoreError::NotActive) }
    }
}

#[cfg(test)]
mod tests;
