//! Sending: the outbox, round after round.

use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::domain::election::Position;
use crate::domain::record::{Key, Kind, Record};
use crate::leadership::Phase;
use crate::ports::replica::{Authority, LeaseStore, Replica, ReplicaError};
use crate::store::Batch;

use super::{BATCH, BackOff, FIRST_BATCH, Failure, LATE_BATCH, ROUND_WITHIN, Replicator, STAND_BY_EVERY, within};

impl<R: Replica> Replicator<R> {
    /// Sends what changes, for as long as there is a lease. Returns only for a reason that ends the session.
    pub(super) async fn send(&self) -> Failure {
        let mut phases = self.leadership.changes();
        let (mut at, mut back_off, mut is_down) = (Position::default(), BackOff::new(), false);
        let mut limit = FIRST_BATCH;
        loop {
            // Listening begins before the look, so that no wake is lost.
            let mut woken = std::pin::pin!(self.store.outbox_wake().notified());
            woken.as_mut().enable();
            let phase = *phases.borrow_and_update();
            let Some(term) = self.leadership.term() else {
                is_down |= matches!(phase, Phase::Isolated { .. });
                if phases.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                continue;
            };
            let began = Instant::now();
            match self.round(&mut at, term, limit).await {
                Ok(is_all) => {
                    back_off = BackOff::new();
                    let took = began.elapsed();
                    if took > ROUND_WITHIN {
                        limit = (limit / 2).max(BATCH.0);
                    }
                    if !is_all {
                        // Between two rounds the server has nothing to do for as long as it is away.
                        limit = if took < ROUND_WITHIN / 2 { (2 * limit).min(BATCH.1) } else { limit };
                        continue;
                    }
                    if std::mem::take(&mut is_down) {
                        tracing::info!("MongoDB answers again and has everything");
                    }
                    tokio::select! {
                        biased;
                        () = woken => {}
                        _ = phases.changed() => {}
                        () = tokio::time::sleep(STAND_BY_EVERY) => {}
                    }
                }
                Err(failure) if failure.ends_the_session() => return failure,
                Err(failure) => {
                    self.store.replica_failed(&failure.of_replica());
                    let lag = self.store.unsent().await.map(|lag| lag.records).unwrap_or_default();
                    if std::mem::replace(&mut is_down, true) {
                        tracing::debug!("{failure}");
                    } else {
                        tracing::warn!("{failure}; {lag} changes wait in the file");
                    }
                    // A server that does not write this much in time never will: it gets less, until it does.
                    limit = (limit / 4).max(BATCH.0);
                    let wait = back_off.next();
                    tokio::select! {
                        biased;
                        _ = phases.changed() => {}
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// One round under this term; whether MongoDB then has everything.
    async fn round(&self, at: &mut Position, term: i64, limit: u32) -> Result<bool, Failure> {
        if at.term != term {
            // What an earlier lease sent may have been fenced off.
            self.store.outbox_reopen().await?;
            *at = Position { term, round: 0 };
        }
        let batch = self.store.outbox_batch(limit).await?;
        if !batch.is_empty() {
            // One that failed is not tried again under its number: part of it may be there.
            at.round += 1;
            self.put(&batch, Authority::Leader(*at)).await?;
        }
        // Before it is noted here: who waits need not wait for that.
        if batch.is_all {
            self.store.replica_has(batch.commit);
        } else {
            // Any answer shows that it takes what it is sent: from then on too much that is unsent holds writers back.
            self.store.replica_has_urgent(if batch.is_all_urgent { batch.commit } else { 0 });
        }
        if !batch.is_empty() {
            let is_poster_state = |record: &Record| matches!(record.kind, Kind::Guilds | Kind::Codes | Kind::Posts);
            if !self.store.is_temporary() && batch.parents.iter().chain(&batch.records).any(is_poster_state) {
                tracing::info!("✅ Dual-write success: State persisted to both MongoDB and file");
            }
            self.store.outbox_sent(&batch, at.round).await?;
            self.leadership.round_done(*at);
        }
        Ok(batch.is_all)
    }

    /// What comes after an erasure may rest on it: a death in between leaves nothing that could come back.
    async fn put(&self, batch: &Batch, authority: Authority) -> Result<(), Failure> {
        self.put_some(&batch.erasures, authority).await?;
        if !batch.erased.is_empty() {
            within(self.replica.erase(&batch.erased, authority)).await?;
        }
        self.put_some(&batch.parents, authority).await?;
        self.put_some(&batch.records, authority).await
    }

    /// Sends records, and merges what beat them there.
    async fn put_some(&self, records: &[Record], authority: Authority) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        // What was sent before may have taken long, and the machine may have slept: a write that lands behind the next leader's
        // catching up is read by nobody.
        if let Authority::Leader(at) = authority
            && self.leadership.term() != Some(at.term)
        {
            return Err(ReplicaError::Unreachable("the lease is over".to_owned()).into());
        }
        let lost = within(self.replica.put(records, authority)).await?;
        let mut keys: BTreeMap<Kind, Vec<Key>> = BTreeMap::new();
        for record in lost.into_iter().filter_map(|at| records.get(at)) {
            keys.entry(record.kind).or_default().push(record.key());
        }
        for (kind, keys) in keys {
            self.fetch(kind, keys).await?;
        }
        Ok(())
    }

    /// Sends what this instance acknowledged while it led, and could not send then. Told before it is forgotten here: the leader
    /// hears of it twice rather than never.
    ///
    /// # Errors
    /// When MongoDB or the working copy does not do it; then the rest is sent another time.
    pub async fn send_late<L: LeaseStore>(&self, leases: &L) -> Result<(), Failure> {
        if self.store.replica_history().await?.position == Position::default() {
            return Ok(());
        }
        self.store.outbox_reopen().await?;
        loop {
            let batch = self.store.outbox_batch(LATE_BATCH).await?;
            if batch.is_empty() {
                return Ok(());
            }
            self.put(&batch, Authority::Former).await?;
            within(leases.announce_late()).await?;
            let sent = batch.changes();
            self.store.outbox_forget(&batch).await?;
            tracing::info!("{sent} changes from when this instance led were sent to MongoDB late");
        }
    }
}
