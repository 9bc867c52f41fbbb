//! Sending: the outbox, round after round.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::election::Position;
use crate::domain::record::{Key, Kind, Record};
use crate::ports::replica::{Authority, Replica, ReplicaError, within};
use crate::store::Batch;

use super::{PUT_WITHIN, Replicator};

/// The most records of a round, and the fewest of one after a slow one.
const BATCH: (u32, u32) = (4000, 25);
/// Records that a former leader sends at once.
const LATE_BATCH: u32 = 100;
/// A round that takes longer is followed by a smaller one: what is urgent waits for it.
const ROUND_WITHIN: Duration = Duration::from_secs(3);

impl<R: Replica> Replicator<R> {
    /// One round under this term; whether MongoDB then has everything.
    pub(super) async fn round(&self, at: &mut Position) -> Result<bool, ReplicaError> {
        let batch = self.store.outbox_batch(self.limit.load(Ordering::Relaxed)).await?;
        if batch.changes() > 0 {
            // One that failed is not tried again under its number: part of it may be there.
            at.round += 1;
            self.put(&batch, Authority::Leader(*at)).await?;
        }
        // Before it is noted here: who waits need not wait for that.
        self.store.replica_took(&batch);
        if batch.changes() > 0 {
            let is_poster_state = |record: &Record| matches!(record.kind, Kind::Guilds | Kind::Codes | Kind::Posts);
            if !self.store.is_temporary() && batch.parents.iter().chain(&batch.records).any(is_poster_state) {
                tracing::info!("✅ Dual-write success: State persisted to both MongoDB and file");
            }
            self.store.outbox_sent(&batch, at.round).await?;
            self.leadership.round_done(*at);
        }
        Ok(batch.is_all)
    }

    /// Sends a batch, and decides how large the next one may be.
    async fn put(&self, batch: &Batch, authority: Authority) -> Result<(), ReplicaError> {
        let (began, limit) = (Instant::now(), self.limit.load(Ordering::Relaxed));
        let went = self.put_in_order(batch, authority).await;
        let next = match &went {
            // What fails as a whole may get through in parts: MongoDB gets less and less, one record in the end.
            Err(_) => (limit / 4).max(1),
            Ok(()) if began.elapsed() > ROUND_WITHIN => (limit / 2).max(BATCH.1),
            // Between two rounds the server has nothing to do for as long as it is away.
            Ok(()) if !batch.is_all && began.elapsed() < ROUND_WITHIN / 2 => (2 * limit).min(BATCH.0),
            Ok(()) => limit,
        };
        self.limit.store(next, Ordering::Relaxed);
        went
    }

    /// What comes after an erasure may rest on it: a death in between leaves nothing that could come back.
    async fn put_in_order(&self, batch: &Batch, authority: Authority) -> Result<(), ReplicaError> {
        self.put_some(&batch.erasures, authority).await?;
        if !batch.erased.is_empty() {
            within(PUT_WITHIN, self.replica.erase(&batch.erased, authority)).await?;
        }
        self.put_some(&batch.parents, authority).await?;
        self.put_some(&batch.records, authority).await
    }

    /// Sends records, and merges what beat them there.
    async fn put_some(&self, records: &[Record], authority: Authority) -> Result<(), ReplicaError> {
        if records.is_empty() {
            return Ok(());
        }
        // What was sent before may have taken long, and the machine may have slept: a write that lands behind the next leader's
        // catching up is read by nobody.
        if let Authority::Leader(at) = authority
            && self.leadership.term() != Some(at.term)
        {
            return Err(ReplicaError::Unreachable("the lease is over".to_owned()));
        }
        let lost = within(PUT_WITHIN, self.replica.put(records, authority)).await?;
        let mut keys: BTreeMap<Kind, Vec<Key>> = BTreeMap::new();
        for record in lost.into_iter().filter_map(|at| records.get(at)) {
            keys.entry(record.kind).or_default().push(record.key());
        }
        for (kind, keys) in keys {
            let records = within(PUT_WITHIN, self.replica.get(kind, keys)).await?;
            self.store.merge(records).await?;
        }
        Ok(())
    }

    /// Sends what this instance acknowledged while it led, and could not send then. There is no haste, and the leader has work of
    /// its own: a little at a time.
    ///
    /// # Errors
    /// When MongoDB or the working copy does not do it; then the rest is sent another time.
    pub async fn send_late(&self) -> Result<(), ReplicaError> {
        if self.store.replica_history().await?.position == Position::default() {
            return Ok(());
        }
        self.store.outbox_reopen().await?;
        loop {
            let batch = self.store.outbox_batch(LATE_BATCH.min(self.limit.load(Ordering::Relaxed))).await?;
            if batch.changes() == 0 {
                return Ok(());
            }
            self.put(&batch, Authority::Former).await?;
            self.store.outbox_sent(&batch, 0).await?;
            self.store.outbox_confirmed(Position::default()).await?;
            tracing::info!("{} changes from when this instance led were sent to MongoDB late", batch.changes());
        }
    }
}
