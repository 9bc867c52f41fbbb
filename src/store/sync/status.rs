//! The replica's progress as the replicator reports it, and its troubles.

use std::time::Duration;

use crate::domain::health::{ReplicaState, ReplicaStatus, UnsavedChanges};
use crate::domain::sync::election::CALLS_END_WITHIN;
use crate::ports::replica::ReplicaError;
use crate::store::handles::SyncLog;
use crate::store::kernel::{Delivery, ReplicaProgress, StoreError};

use super::{Lag, OutboxChunk};

impl SyncLog {
    /// The replica has this chunk: everything up to its commit, if it held all unsent changes.
    pub fn replica_took(&self, chunk: &OutboxChunk) {
        self.0.inner.progress.change(|progress| {
            // From now on too many unsent changes hold writers back.
            progress.delivery = Delivery::Up;
            if chunk.is_all {
                (progress.is_caught_up, progress.has) = (true, chunk.commit);
            }
            if chunk.is_all_urgent {
                progress.has_urgent = chunk.commit;
            }
        });
    }

    /// The replica takes nothing: writes do not wait for it, and the outbox keeps what it lacks.
    pub fn replica_failed(&self, why: &ReplicaError) {
        self.0.inner.progress.change(|progress| {
            (progress.delivery, progress.is_caught_up) = (Delivery::Failed(why.clone()), false);
        });
    }

    pub fn is_replica_caught_up(&self) -> bool {
        self.0.inner.progress.get().is_caught_up
    }

    pub async fn replica_status(&self) -> Result<ReplicaStatus, StoreError> {
        let unsaved = self.0.unsaved().await.map(|(since, reason)| UnsavedChanges { since, reason });
        if !self.0.is_replicated() {
            return Ok(ReplicaStatus { unsaved, ..ReplicaStatus::default() });
        }
        let ReplicaProgress { delivery, size, .. } = self.0.inner.progress.get();
        let Lag { records, since } = self.unsent().await?;
        let age = since.map(|since| self.0.inner.clock.now().duration_since(since));
        let state = match delivery {
            Delivery::Failed(why @ (ReplicaError::Refused(_) | ReplicaError::Newer(_))) => {
                ReplicaState::Refuses(why.to_string())
            }
            Delivery::Failed(_) | Delivery::Untried if !self.is_renewed() => ReplicaState::Silent,
            _ => ReplicaState::Answers,
        };
        Ok(ReplicaStatus {
            is_used: true,
            unsaved,
            is_temporary: self.0.is_temporary(),
            state,
            unsent: records,
            oldest_unsent: age.map(|age| Duration::try_from(age).unwrap_or_default()),
            size,
        })
    }

    /// Whether the lease was renewed so recently that MongoDB certainly answers, however slowly it takes what it is sent.
    fn is_renewed(&self) -> bool {
        let inner = &self.0.inner;
        inner.leader.until().is_some_and(|until| until.saturating_sub(CALLS_END_WITHIN) > inner.clock.boot())
    }

    /// Records how many bytes the replica holds, and may hold.
    pub fn note_replica_size(&self, holds: u64, may_hold: u64) {
        self.0.inner.progress.change(|progress| progress.size = Some((holds, may_hold)));
    }
}
