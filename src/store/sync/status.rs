//! How far the replica is, as the replicator reports it, and what is wrong with it.

use crate::domain::sync::election::CALLS_END_WITHIN;
use crate::ports::replica::ReplicaError;
use crate::store::handles::SyncLog;
use crate::store::kernel::{ReplicaProgress, ReplicaState, StoreError};

use super::{Lag, OutboxChunk};

/// A replica that lacks something for longer than this is said to lag.
const LAGS_AFTER: i64 = 60;
/// From so many percent of what it may hold the replica is said to be full.
const FULL: u64 = 80;

impl SyncLog {
    /// The replica has this batch: everything up to its commit, if it held all that was unsent; else the rest is on its way.
    pub fn replica_took(&self, chunk: &OutboxChunk) {
        self.0.inner.progress.change(|progress| {
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
        self.0.inner.progress.change(|progress| {
            (progress.state, progress.is_caught_up) = (ReplicaState::Failed(why.clone()), false);
        });
    }

    /// Whether the replica keeps up.
    pub fn is_replica_caught_up(&self) -> bool {
        self.0.inner.progress.get().is_caught_up
    }

    /// What is wrong with keeping the state in two stores, if anything: for the health line.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn replica_trouble(&self) -> Result<Option<String>, StoreError> {
        if !self.0.is_replicated() {
            return Ok(None);
        }
        let ReplicaProgress { state, size, .. } = self.0.inner.progress.get();
        let Lag { records, since } = self.unsent().await?;
        let age = since.map(|since| self.0.inner.clock.now().duration_since(since).as_secs().max(0));
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
        let file = self.0.is_temporary().then(|| "the state file cannot be used".to_owned());
        let troubles: Vec<String> = [file, replica, full].into_iter().flatten().collect();
        Ok((!troubles.is_empty()).then(|| troubles.join(", and ")))
    }

    /// Whether the lease was renewed so lately that this instance does not doubt it: then MongoDB answers, however slowly it takes
    /// what it is sent.
    fn is_renewed(&self) -> bool {
        let inner = &self.0.inner;
        inner.leader.until().is_some_and(|until| until.saturating_sub(CALLS_END_WITHIN) > inner.clock.boot())
    }

    /// Notes how many bytes the replica holds, and may hold.
    pub fn note_replica_size(&self, holds: u64, may_hold: u64) {
        self.0.inner.progress.change(|progress| progress.size = Some((holds, may_hold)));
    }
}
