//! What the writes know of the replica: whether it keeps up, and how far it is.
//!
//! Being slow is not being down. While the replica takes what it is sent, somebody waits for it: each write for a moment, an
//! outward act beside a standby for as long as the lease holds, and everybody while far too much is unsent.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::ports::replica::ReplicaError;
use crate::runtime::wake::Wake;

use super::{Store, StoreError};

/// The longest that a write waits for the replica: with what it takes to write the file, two seconds at most.
const WAIT: Duration = Duration::from_millis(1500);
/// Writes wait while more than this is unsent, so that what a stop must still send fits into it.
const OUTBOX_BOUND: u32 = 4_000;

/// How the replica is doing, for all who wait for it. They are woken in the order in which they came; a `watch` channel wakes
/// in any order.
#[derive(Default)]
pub(in crate::store) struct WatchedReplica {
    progress: Mutex<ReplicaProgress>,
    changed: Wake,
}

/// How the replica is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) struct ReplicaProgress {
    pub delivery: Delivery,
    /// It keeps up: a write waits until it has it too.
    pub is_caught_up: bool,
    /// The latest commit up to which it has everything, and everything that is acted on.
    pub has: u64,
    pub has_urgent: u64,
    /// More is unsent than there may be.
    pub is_outbox_full: bool,
    /// How many bytes it holds and may hold, where that is asked.
    pub size: Option<(u64, u64)>,
}

/// How the latest delivery to it ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::store) enum Delivery {
    /// It takes what it is sent.
    Up,
    /// Nobody has sent it anything yet, or there is none.
    #[default]
    Untried,
    /// It does not take anything.
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
        // Each commit tells of it: nobody is woken for what is as it was.
        if *progress != before {
            self.changed.wake_all();
        }
    }
}

/// Whether too much is unsent.
pub(super) fn is_outbox_full(connection: &Connection) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM outbox WHERE round IS NULL LIMIT 1 OFFSET ?1")?.exists([OUTBOX_BOUND])
}

impl Store {
    /// Whether the state is kept in MongoDB too.
    pub fn is_replicated(&self) -> bool {
        self.inner.is_replicated.load(Ordering::SeqCst)
    }

    /// Notes whether far too much is unsent.
    pub(in crate::store) fn set_outbox_full(&self, is_outbox_full: bool) {
        self.inner.progress.change(|progress| progress.is_outbox_full = is_outbox_full);
    }

    /// Returns when this is so of the replica, or the lease is over.
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

    /// Returns when there is room for another write: not much is unsent, or nobody takes it.
    pub(in crate::store) async fn wait_for_room(&self) -> Result<(), StoreError> {
        self.wait_until(|progress| !progress.is_outbox_full || progress.delivery != Delivery::Up).await;
        if self.is_temporary() && self.inner.progress.get().delivery != Delivery::Up {
            self.not_persisted()
        } else {
            Ok(())
        }
    }

    /// Returns when the replica has this commit, or does not keep up. Where it must have it, there is no other end but the lease's,
    /// and none without it is good: a temporary copy counts for nothing, and so does the intent of an outward act beside a standby.
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
            // Until it is in step again nobody waits.
            tracing::debug!("MongoDB took more than {} s to take a change", WAIT.as_secs_f32());
            self.inner.progress.change(|progress| progress.is_caught_up = false);
        }
        Ok(())
    }

    fn not_persisted(&self) -> Result<(), StoreError> {
        let why = match &self.inner.progress.get().delivery {
            Delivery::Failed(why) => why.to_string(),
            Delivery::Untried => "MongoDB is not in step yet".to_owned(),
            Delivery::Up => "another instance may lead by now".to_owned(),
        };
        let reason = format!("the state file cannot be used, and {why}");
        tracing::error!("CRITICAL: Failed to persist state: {reason}");
        Err(StoreError::Persist(reason))
    }

    /// Whether an outward act may begin: this instance leads, and its intent can be brought to MongoDB where that must have it.
    pub(in crate::store) fn may_begin(&self) -> Result<(), StoreError> {
        self.require_leader()?;
        if self.can_be_had(&self.inner.progress.get()) { Ok(()) } else { Err(StoreError::NotActive) }
    }

    fn can_be_had(&self, progress: &ReplicaProgress) -> bool {
        !self.inner.leader.has_standby() || progress.delivery == Delivery::Up
    }

    /// Returns when the intent of an outward act can be brought to MongoDB where that must have it, or the lease is over. Who
    /// would act need not ask again and again.
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
