//! What the writes know of the replica: whether it keeps up, and how far it is.
//!
//! Being slow is not being down. While the replica takes what it is sent, somebody waits for it: each write for a moment, an
//! outward act beside a standby for as long as the lease holds, and everybody while far too much is unsent.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::health::{ReplicaState, ReplicaStatus};
use crate::domain::sync::election::CALLS_END_WITHIN;
use crate::ports::replica::ReplicaError;
use crate::runtime::wake::Wake;

use super::{Lag, OutboxChunk, Store, StoreError};

/// The longest that a write waits for the replica: with what it takes to write the file, two seconds at most.
const WAIT: Duration = Duration::from_millis(1500);
/// Writes wait while more than this is unsent, so that what a stop must still send fits into it.
pub(super) const OUTBOX_BOUND: u32 = 4_000;

/// How the replica is doing, for all who wait for it. They are woken in the order in which they came; a `watch` channel wakes
/// in any order.
#[derive(Default)]
pub(super) struct Watched {
    progress: Mutex<ReplicaProgress>,
    changed: Wake,
}

/// How the replica is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct ReplicaProgress {
    delivery: Delivery,
    /// It keeps up: a write waits until it has it too.
    is_caught_up: bool,
    /// The latest commit up to which it has everything, and everything that is acted on.
    has: u64,
    has_urgent: u64,
    /// More is unsent than there may be.
    is_outbox_full: bool,
    /// How many bytes it holds and may hold, where that is asked.
    size: Option<(u64, u64)>,
}

/// How the latest delivery to it ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Delivery {
    /// It takes what it is sent.
    Up,
    /// Nobody has sent it anything yet, or there is none.
    #[default]
    Untried,
    /// It does not take anything.
    Failed(ReplicaError),
}

impl Watched {
    fn get(&self) -> ReplicaProgress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut ReplicaProgress)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let before = progress.clone();
        change(&mut progress);
        // Each commit tells of it: nobody is woken for what is as it was.
        if *progress != before {
            self.changed.wake_all();
        }
    }
}

impl Store {
    /// The replica has this batch: everything up to its commit, if it held all that was unsent; else the rest is on its way.
    pub fn replica_took(&self, chunk: &OutboxChunk) {
        self.inner.progress.change(|progress| {
            // From now on too much that is unsent holds writers back.
            progress.delivery = Delivery::Up;
            if chunk.is_all {
                (progress.is_caught_up, progress.has) = (true, chunk.commit);
            }
            if chunk.is_all_urgent {
                progress.has_urgent = chunk.commit;
            }
        });
    }

    /// The replica does not take what it is sent: writes do not wait for it, what it lacks stays in the outbox.
    pub fn replica_failed(&self, why: &ReplicaError) {
        self.inner.progress.change(|progress| {
            (progress.delivery, progress.is_caught_up) = (Delivery::Failed(why.clone()), false);
        });
    }

    /// Whether the replica keeps up.
    pub fn is_replica_caught_up(&self) -> bool {
        self.inner.progress.get().is_caught_up
    }

    /// Whether the state is kept in MongoDB too.
    pub fn is_replicated(&self) -> bool {
        self.inner.is_replicated.load(Ordering::SeqCst)
    }

    /// How the replica is doing, for the health.
    pub async fn replica_status(&self) -> Result<ReplicaStatus, StoreError> {
        if !self.is_replicated() {
            return Ok(ReplicaStatus::default());
        }
        let ReplicaProgress { delivery, size, .. } = self.inner.progress.get();
        let Lag { records, since } = self.unsent().await?;
        let age = since.map(|since| self.inner.clock.now().duration_since(since));
        let state = match delivery {
            Delivery::Failed(why @ (ReplicaError::Refused(_) | ReplicaError::Newer(_))) => {
                ReplicaState::Refuses(why.to_string())
            }
            Delivery::Failed(_) | Delivery::Untried if !self.is_renewed() => ReplicaState::Silent,
            _ => ReplicaState::Answers,
        };
        Ok(ReplicaStatus {
            is_used: true,
            is_temporary: self.is_temporary(),
            state,
            unsent: records,
            oldest_unsent: age.map(|age| Duration::try_from(age).unwrap_or_default()),
            size,
        })
    }

    /// Whether the lease was renewed so lately that this instance does not doubt it: then MongoDB answers, however slowly it takes
    /// what it is sent.
    fn is_renewed(&self) -> bool {
        let inner = &self.inner;
        inner.leader.until().is_some_and(|until| until.saturating_sub(CALLS_END_WITHIN) > inner.clock.boot())
    }

    /// Notes how many bytes the replica holds, and may hold.
    pub fn note_replica_size(&self, holds: u64, may_hold: u64) {
        self.inner.progress.change(|progress| progress.size = Some((holds, may_hold)));
    }

    /// Notes whether far too much is unsent.
    pub(super) fn set_outbox_full(&self, is_outbox_full: bool) {
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
    pub(super) async fn wait_for_room(&self) -> Result<(), StoreError> {
        self.wait_until(|progress| !progress.is_outbox_full || progress.delivery != Delivery::Up).await;
        if self.is_temporary() && self.inner.progress.get().delivery != Delivery::Up {
            self.not_persisted()
        } else {
            Ok(())
        }
    }

    /// Returns when the replica has this commit, or does not keep up. Where it must have it, there is no other end but the lease's,
    /// and none without it is good: a temporary copy counts for nothing, and so does the intent of an outward act beside a standby.
    pub(super) async fn wait_for_replica(&self, commit: u64, is_intent: bool) -> Result<(), StoreError> {
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
    pub(super) fn may_begin(&self) -> Result<(), StoreError> {
        self.require_leader()?;
        if self.can_be_had(&self.inner.progress.get()) { Ok(()) } else { Err(StoreError::NotActive) }
    }

    fn can_be_had(&self, progress: &ReplicaProgress) -> bool {
        !self.inner.leader.has_standby() || progress.delivery == Delivery::Up
    }

    /// Returns when the intent of an outward act can be brought to MongoDB where that must have it, or the lease is over. Who
    /// would act need not ask again and again.
    pub(super) async fn wait_for_reach(&self) {
        self.wait_until(|progress| self.can_be_had(progress)).await;
    }

    /// Whether this process may act on what it has written.
    pub(super) fn require_leader(&self) -> Result<(), StoreError> {
        if self.inner.leader.is_leader() { Ok(()) } else { Err(StoreError::NotActive) }
    }
}

#[cfg(test)]
mod tests;
