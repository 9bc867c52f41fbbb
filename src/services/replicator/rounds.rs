//! Sending: the outbox, round after round.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use crate::domain::sync::election::Position;
use crate::domain::sync::record::{Key, Record, RecordKind};
use crate::ports::replica::{Answer, Authority, IN_FLIGHT, Replica, ReplicaError, within};
use crate::store::OutboxChunk;

use super::{PUT_WITHIN, Replicator};

/// The most records of a round, and the fewest of one after a slow one.
const CHUNK: (u32, u32) = (4000, 25);
/// Records that a former leader sends at once.
const LATE_CHUNK: u32 = 100;
/// A round that takes longer is followed by a smaller one: what is urgent waits for it.
const ROUND_WITHIN: Duration = Duration::from_secs(3);

impl<R: Replica> Replicator<R> {
    /// One round under this term; whether MongoDB then has everything.
    pub(super) async fn round(&self, at: &mut Position) -> Answer<bool> {
        let chunk = self.sync_log.outbox_chunk(self.limit.load(Ordering::Relaxed)).await?;
        if chunk.changes() == 0 {
            self.sync_log.replica_took(&chunk);
            return Ok(chunk.is_all);
        }
        // One that failed is not tried again under its number: part of it may be there.
        at.round += 1;
        self.put(&chunk, Authority::Leader(*at)).await?;
        // Before it is noted here: who waits need not wait for that.
        self.sync_log.replica_took(&chunk);
        let is_poster_state =
            |record: &Record| matches!(record.kind, RecordKind::Guilds | RecordKind::Codes | RecordKind::Posts);
        if !self.sync_log.is_temporary() && chunk.parents.iter().chain(&chunk.records).any(is_poster_state) {
            tracing::info!("✅ Dual-write success: State persisted to both MongoDB and file");
        }
        self.sync_log.outbox_sent(&chunk, at.round).await?;
        self.leadership.round_done(*at);
        Ok(chunk.is_all)
    }

    /// Sends a batch, and decides how large the next one may be. Each command that is answered counts, and is noted even if others are
    /// not: over a bad line all of many never are, and a stop has no time to send them all again.
    async fn put(&self, chunk: &OutboxChunk, authority: Authority) -> Answer<()> {
        let (began, limit, mut there) = (Instant::now(), self.limit.load(Ordering::Relaxed), Vec::new());
        // What comes after an erasure may rest on it: a death in between leaves nothing that could come back.
        let put = async {
            self.put_some(&chunk.erasures, authority, &mut there).await?;
            if !chunk.erased.is_empty() {
                within(PUT_WITHIN, self.replica.erase(&chunk.erased, authority)).await?;
            }
            self.put_some(&chunk.parents, authority, &mut there).await?;
            self.put_some(&chunk.records, authority, &mut there).await
        };
        let put = put.await;
        let next = match &put {
            // What fails as a whole may get through in parts: MongoDB gets less and less, one record in the end.
            Err(_) if there.is_empty() => (limit / 4).max(1),
            _ if began.elapsed() > ROUND_WITHIN => (limit / 2).max(CHUNK.1),
            // Between two rounds the server has nothing to do for as long as it is away.
            Ok(()) if !chunk.is_all && began.elapsed() < ROUND_WITHIN / 2 => (2 * limit).min(CHUNK.0),
            _ => limit,
        };
        self.limit.store(next, Ordering::Relaxed);
        if put.is_err() {
            let round = if let Authority::Leader(at) = authority { at.round } else { 0 };
            self.sync_log.outbox_sent(&chunk.only(&there), round).await?;
        }
        put
    }

    /// Sends records, several commands at once, and adds to what is there. The next command follows one that was answered: to a server
    /// that went silent none follow.
    async fn put_some(&self, records: &[Record], authority: Authority, there: &mut Vec<Record>) -> Answer<()> {
        let of_kinds = records.chunk_by(|one, next| one.kind == next.kind);
        let mut commands = of_kinds
            .flat_map(|some| some.chunks(self.replica.per_command(some.len())))
            .map(|some| async move { (some, self.command(some, authority).await) });
        let mut in_flight: FuturesUnordered<_> = commands.by_ref().take(IN_FLIGHT).collect();
        let mut ended = Ok(());
        while let Some((some, answered)) = in_flight.next().await {
            match answered {
                Ok(()) => {
                    there.extend_from_slice(some);
                    in_flight.extend(commands.next());
                }
                Err(failure @ ReplicaError::Unreachable(_)) => ended = Err(failure),
                Err(failure) => return Err(failure),
            }
        }
        ended
    }

    /// Sends records of one kind, and merges what beat them there.
    async fn command(&self, records: &[Record], authority: Authority) -> Answer<()> {
        // What was sent before may have taken long, and the machine may have slept: a write that lands behind the next leader's
        // catching up is read by nobody.
        if let Authority::Leader(at) = authority
            && self.leadership.term() != Some(at.term)
        {
            return Err(ReplicaError::Unreachable("the lease is over".to_owned()));
        }
        let lost = within(PUT_WITHIN, self.replica.put(records, authority)).await?;
        let keys: Vec<Key> = lost.into_iter().filter_map(|at| records.get(at)).map(Record::key).collect();
        if !keys.is_empty() {
            let there = within(PUT_WITHIN, self.replica.get(records[0].kind, keys)).await?;
            self.sync_log.merge(there).await?;
        }
        Ok(())
    }

    /// Sends what this instance acknowledged while it led, and could not send then. There is no haste, and the leader has work of
    /// its own: a little at a time.
    ///
    /// # Errors
    /// When MongoDB or the working copy does not do it; then the rest is sent another time.
    pub async fn send_late(&self) -> Answer<()> {
        if self.sync_log.replica_history().await?.position == Position::default() {
            return Ok(());
        }
        self.sync_log.outbox_reopen().await?;
        loop {
            let chunk = self.sync_log.outbox_chunk(LATE_CHUNK.min(self.limit.load(Ordering::Relaxed))).await?;
            if chunk.changes() == 0 {
                return Ok(());
            }
            let put = self.put(&chunk, Authority::Former).await;
            if put.is_ok() {
                self.sync_log.outbox_sent(&chunk, 0).await?;
            }
            self.sync_log.outbox_confirmed(Position::default()).await?;
            put?;
            tracing::info!("{} changes from when this instance led were sent to MongoDB late", chunk.changes());
        }
    }
}
