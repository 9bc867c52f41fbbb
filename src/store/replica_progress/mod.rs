//! What the writes know of the replica: whether it keeps up, and how far it is.
//!
//! Being slow is not being down. While the replica takes what it is sent, somebody waits for it: each write for a moment, an
//! outward act beside a standby for as long as the lease holds, and everybody while far too much is unsent.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::sync::election::CALLS_END_WITHIN;
use crate::ports::replica::ReplicaError;
use crate::runtime::wake::Wake;

use super::{Lag, OutboxChunk, Store, StoreError};

/// The longest that a write waits for the replica: with what it takes to write the file, two seconds at most.
const WAIT: Duration = Duration::from_millis(1500);
/// Writes wait while more than this is unsent, so that what a stop must still send fits into it.
pub(super) const OUTBOX_BOUND: u32 = 4_000;
/// A replica that lacks something for longer than this is said to lag.
const LAGS_AFTER: i64 = 60;

/// From so many percent of what it may hold the replica is said to be full.
const FULL: u64 = 80;

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
    state: ReplicaState,
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

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum ReplicaState {
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
            progress.state = ReplicaState::Up;
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
            (progress.state, progress.is_caught_up) = (ReplicaState::Failed(why.clone()), false);
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

    /// What is wrong with keeping the state in two stores, if anything: for the health line.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn replica_trouble(&self) -> Result<Option<String>, StoreError> {
        if !self.is_replicated() {
            return Ok(None);
        }
        let ReplicaProgress { state, size, .. } = self.inner.progress.get();
        let Lag { records, since } = self.unsent().await?;
        let age = since.map(|since| self.inner.clock.now().duration_since(since).as_secs().max(0));
        let oldest = age.map(|age| format!(", the oldest for {age} s")).unwrap_or_default();
        let lacks = format!("lacks {records} changes{oldest}");
        let is_away = matches!(state, ReplicaState::Failed(_) | ReplicaState::Untried) && !self.is_renewed();
        let replica = match state {
            ReplicaState::Failed(why @ (ReplicaError::Refused(_) | ReplicaError::Newer(_))) => {
                Some(format!("{why}; it {lacks}"))
            }
            _ if is_away => Some(format!("MongoDB does not answer and {lacks}")),
            _ => age.filter(|age| *age > LAGS_AFTER).map(|_| format!("MongoDB is catching up: it {lacks}")),
        };
        let full = size.filter(|(holds, may_hold)| holds / FULL >= may_hold / 100).map(|(holds, may_hold)| {
            format!("MongoDB holds {} of {} MB (MONGODB_MAX_SIZE)", holds >> 20, may_hold >> 20)
        });
        let file = self.is_temporary().then(|| "the state file cannot be used".to_owned());
        let troubles: Vec<String> = [file, replica, full].into_iter().flatten().collect();
        Ok((!troubles.is_empty()).then(|| troubles.join(", and ")))
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
        self.wait_until(|progress| !progress.is_outbox_full || progress.state != ReplicaState::Up).await;
        if self.is_temporary() && self.inner.progress.get().state != ReplicaState::Up {
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
        self.wait_until(|progress| !must() || progress.state != ReplicaState::Up || has_it(progress)).await;
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
        let why = match &self.inner.progress.get().state {
            ReplicaState::Failed(why) => why.to_string(),
            ReplicaState::Untried => "MongoDB is not in step yet".to_owned(),
            ReplicaState::Up => "another instance may lead by now".to_owned(),
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
        !self.inner.leader.has_standby() || progress.state == ReplicaState::Up
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
