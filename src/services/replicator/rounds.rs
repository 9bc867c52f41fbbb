//! Sends the outbox, round by round.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::Instant;

use crate::domain::sync::election::Position;
use crate::domain::sync::record::{Key, Record, RecordKind};
use crate::ports::replica::{Authority, IN_FLIGHT, Replica, ReplicaError, ReplicaResult, within};
use crate::store::OutboxChunk;

use super::{PUT_WITHIN, Replicator};

/// How many records a round holds: at most, and at least after a slow round.
const CHUNK: (u32, u32) = (4000, 25);
/// How many records a former leader sends at once.
const LATE_CHUNK: u32 = 100;
/// A round that takes longer is followed by a smaller one, so that urgent changes do not wait long.
const ROUND_WITHIN: Duration = Duration::from_secs(3);

impl<R: Replica> Replicator<R> {
    /// Sends one round under this term. Returns whether MongoDB then has everything.
    #[tracing::instrument(level = "error", name = "round", skip_all, fields(term = at.term, round = at.round + 1))]
    pub(super) async fn send_round(&self, at: &mut Position) -> ReplicaResult<bool> {
        let chunk = self.sync_log.outbox_chunk(self.limit.load(Ordering::Relaxed)).await?;
        if chunk.changes() == 0 {
            self.sync_log.replica_took(&chunk);
            return Ok(chunk.is_all);
        }
        // A failed round's number is not used again: a part of it may have been written.
        at.round += 1;
        self.put_chunk(&chunk, Authority::Leader(*at)).await?;
        // Reported before it is stored here, so that writers need not wait for that.
        self.sync_log.replica_took(&chunk);
        let is_poster_state =
            |record: &Record| matches!(record.kind, RecordKind::Guilds | RecordKind::Codes | RecordKind::Posts);
        if !self.sync_log.is_temporary() && chunk.parents.iter().chain(&chunk.records).any(is_poster_state) {
            tracing::info!("✅ Dual-write success: State persisted to both MongoDB and file");
        }
        // Before the outbox shows that nothing is unsent: a stop releases the lease at that moment, and says which rounds are done.
        self.leadership.round_done(*at);
        self.sync_log.outbox_sent(&chunk, at.round).await?;
        Ok(chunk.is_all)
    }

    /// Sends a chunk, and decides how large the next one may be. Each answered command is recorded even if others fail: over a bad
    /// connection a whole chunk may never succeed, and a stop has no time to send all of it again.
    async fn put_chunk(&self, chunk: &OutboxChunk, authority: Authority) -> ReplicaResult<()> {
        let (began, limit, mut stored) = (Instant::now(), self.limit.load(Ordering::Relaxed), Vec::new());
        // Erasures go first: later records may depend on them, and a crash in between leaves nothing that could come back.
        let put = async {
            self.put_records(&chunk.erasures, authority, &mut stored).await?;
            if !chunk.erased.is_empty() {
                within(PUT_WITHIN, self.replica.erase(&chunk.erased, authority)).await?;
            }
            self.put_records(&chunk.parents, authority, &mut stored).await?;
            self.put_records(&chunk.records, authority, &mut stored).await
        };
        let put = put.await;
        let next = match &put {
            // Parts of a failing chunk may succeed, so the next one is smaller, down to one record.
            Err(_) if stored.is_empty() => (limit / 4).max(1),
            _ if began.elapsed() > ROUND_WITHIN => (limit / 2).max(CHUNK.1),
            // A larger round saves the time in which the server waits for the next one.
            Ok(()) if !chunk.is_all && began.elapsed() < ROUND_WITHIN / 2 => (2 * limit).min(CHUNK.0),
            _ => limit,
        };
        self.limit.store(next, Ordering::Relaxed);
        if put.is_err() {
            let round = if let Authority::Leader(at) = authority { at.round } else { 0 };
            self.sync_log.outbox_sent(&chunk.only(&stored), round).await?;
        }
        put
    }

    /// Sends records in several commands at once, and adds the answered ones to `stored`. Each answer lets the next command start,
    /// so a silent server gets no further commands.
    async fn put_records(
        &self,
        records: &[Record],
        authority: Authority,
        stored: &mut Vec<Record>,
    ) -> ReplicaResult<()> {
        let of_kinds = records.chunk_by(|one, next| one.kind == next.kind);
        let mut commands = of_kinds
            .flat_map(|some| some.chunks(self.replica.per_command(some.len())))
            .map(|some| async move { (some, self.put_command(some, authority).await) });
        let mut in_flight: FuturesUnordered<_> = commands.by_ref().take(IN_FLIGHT).collect();
        let mut ended = Ok(());
        while let Some((some, answered)) = in_flight.next().await {
            match answered {
                Ok(()) => {
                    stored.extend_from_slice(some);
                    in_flight.extend(commands.next());
                }
                Err(failure @ ReplicaError::Unreachable(_)) => ended = Err(failure),
                Err(failure) => return Err(failure),
            }
        }
        ended
    }

    /// Sends records of one kind, and merges the ones that won against them in MongoDB.
    async fn put_command(&self, records: &[Record], authority: Authority) -> ReplicaResult<()> {
        // Earlier commands may have taken long, and the machine may have slept. Nobody would read a write that lands after the
        // next leader has caught up.
        if let Authority::Leader(at) = authority
            && self.leadership.term() != Some(at.term)
        {
            return Err(ReplicaError::Unreachable("the lease has expired".to_owned()));
        }
        let lost = within(PUT_WITHIN, self.replica.put(records, authority)).await?;
        let keys: Vec<Key> = lost.into_iter().filter_map(|at| records.get(at)).map(Record::key).collect();
        if !keys.is_empty() {
            let there = within(PUT_WITHIN, self.replica.get(records[0].kind, keys)).await?;
            self.sync_log.merge(there).await?;
        }
        Ok(())
    }

    /// Sends what this instance acknowledged while it led and could not send then. It sends little at a time, because this is not
    /// urgent and the leader has its own work. What fails is sent by a later call.
    pub async fn send_late(&self) -> ReplicaResult<()> {
        if self.sync_log.replica_history().await?.position == Position::default() {
            return Ok(());
        }
        self.sync_log.outbox_reopen().await?;
        loop {
            let chunk = self.sync_log.outbox_chunk(LATE_CHUNK.min(self.limit.load(Ordering::Relaxed))).await?;
            if chunk.changes() == 0 {
                return Ok(());
            }
            let put = self.put_chunk(&chunk, Authority::Former).await;
            if put.is_ok() {
                self.sync_log.outbox_sent(&chunk, 0).await?;
            }
            self.sync_log.outbox_confirmed(Position::default()).await?;
            put?;
            tracing::info!("Sent {} changes late to MongoDB, from when this instance led", chunk.changes());
        }
    }
}
