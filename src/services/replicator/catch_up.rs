//! Catching up: what others wrote to MongoDB comes into the file.
//!
//! Erasures are the first kind: what they cover is gone from the file before its records come.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use futures_util::future::join_all;
use tokio::sync::mpsc;

use crate::domain::sync::election::{Lease, Position};
use crate::domain::sync::record::{Record, RecordKind};
use crate::ports::replica::{Answer, Replica, Scope};

use super::{Done, Replicator};

/// Keys per page of the file.
const PAGE: u32 = 10_000;
/// Pages that wait at most, and are worked on together.
const WAITING: usize = 2;

impl<R: Replica> Replicator<R> {
    /// Brings the file up to what there is under a lease that was just taken: it then has everything that anybody wrote. Returns
    /// how many records came.
    pub(super) async fn take_over(&self, before: Option<&Lease>, own: &Lease, done: &mut Done) -> Answer<usize> {
        let fetched = self.catch_up(before, &mut done[0]).await? + self.adopt(before, &mut done[1]).await?;
        if before.is_some_and(|before| before.schema < own.schema) {
            // An older program wrote these documents: each gets the fields it lacks.
            self.sync_log.put_all_into_outbox().await?;
        }
        self.sync_log.note_caught_up(&own.database, Position { term: own.term, round: 0 }).await?;
        Ok(fetched)
    }

    /// Reads what was written behind the file's position; everything, where that means nothing in this database.
    /// Returns how many records came.
    pub(super) async fn catch_up(&self, lease: Option<&Lease>, done: &mut BTreeSet<RecordKind>) -> Answer<usize> {
        let known = self.sync_log.replica_history().await?;
        let is_known = |lease: &Lease| {
            known.database.as_deref() == Some(lease.database.as_str())
                && known.position != Position::default()
                && known.position <= lease.position()
        };
        let is_empty = self.sync_log.is_empty().await?;
        let compares = !is_empty && !lease.is_some_and(is_known);
        if compares && done.is_empty() {
            tracing::info!("All of MongoDB is read, and the state file compared with it: their history is not known");
        }
        let scope = if is_empty || compares { Scope::All } else { Scope::After(known.position) };
        self.read_all(scope, compares, done).await
    }

    /// Takes over what was written late by those who led before this lease was taken, and puts it into the outbox: written
    /// under the present term it is late no more.
    pub(super) async fn adopt(&self, before: Option<&Lease>, done: &mut BTreeSet<RecordKind>) -> Answer<usize> {
        let adopted = self.read_all(Scope::Late(before.map(Lease::position).unwrap_or_default()), false, done).await?;
        done.clear();
        Ok(adopted)
    }

    /// Reads all kinds at once, erasures before the rest, but for those that an earlier try has `done`: over a bad line they never
    /// all come in one.
    async fn read_all(&self, scope: Scope, compares: bool, done: &mut BTreeSet<RecordKind>) -> Answer<usize> {
        let (first, rest) = RecordKind::ALL.split_at(1);
        let mut fetched = 0;
        for kinds in [first, rest] {
            let left = kinds.iter().filter(|kind| !done.contains(kind));
            let read = left.map(|kind| Box::pin(async { (*kind, self.read(*kind, scope, compares).await) }));
            let read = join_all(read).await;
            done.extend(read.iter().filter(|(_, went)| went.is_ok()).map(|(kind, _)| *kind));
            fetched += read.into_iter().map(|(_, went)| went).sum::<Answer<usize>>()?;
        }
        Ok(fetched)
    }

    /// Reads one kind in one go: while a page is written, the next ones are on their way. Where nobody knows what the file lacks
    /// or has, it `compares`: what MongoDB lacks is sent. That costs about as much as a restore, so that one which was
    /// interrupted may go on this way.
    async fn read(&self, kind: RecordKind, scope: Scope, compares: bool) -> Answer<usize> {
        let (pages, mut received) = mpsc::channel(WAITING);
        // Which keys MongoDB has, as numbers that differ with every comparison: two keys that share one hide a record until the
        // next.
        let (hasher, mut seen) = (RandomState::new(), Vec::new());
        let reading = self.replica.read(kind, scope, pages);
        let writing = async {
            let (mut waiting, mut fetched) = (Vec::new(), 0);
            while received.recv_many(&mut waiting, WAITING).await > 0 {
                let records: Vec<Record> = waiting.drain(..).flatten().collect();
                if compares {
                    seen.extend(records.iter().map(|record| hasher.hash_one(record.key())));
                }
                let late = matches!(scope, Scope::Late(_)).then(|| records.iter().map(Record::key).collect());
                fetched += self.sync_log.merge(records).await?.taken;
                if let Some(late) = late {
                    self.sync_log.put_into_outbox(kind, late).await?;
                }
            }
            Ok(fetched)
        };
        let ((), fetched) = tokio::try_join!(reading, writing)?;
        if !compares {
            return Ok(fetched);
        }
        seen.sort_unstable();
        let mut after = None;
        // What MongoDB was not seen to have is sent.
        loop {
            let mut keys = self.sync_log.shared_keys(kind, after, PAGE).await?;
            let Some(last) = keys.last() else { return Ok(fetched) };
            after = Some(last.clone());
            keys.retain(|key| seen.binary_search(&hasher.hash_one(key)).is_err());
            self.sync_log.put_into_outbox(kind, keys).await?;
        }
    }
}
