//! Brings other instances' writes from MongoDB into the file.
//!
//! Erasures are the first kind, so that erased rows are gone from the file before records arrive.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};

use futures_util::future::join_all;
use tokio::sync::mpsc;

use crate::domain::sync::election::{Lease, Position};
use crate::domain::sync::record::{Record, RecordKind};
use crate::ports::replica::{Replica, ReplicaResult, Scope};

use super::{ReadKinds, Replicator};

const PAGE: u32 = 10_000;
/// How many pages wait at most, and are merged together.
const WAITING: usize = 2;

impl<R: Replica> Replicator<R> {
    /// Reads everything that was ever written, after the lease was taken. Returns how many records were merged.
    pub(super) async fn take_over(
        &self,
        before: Option<&Lease>,
        own: &Lease,
        read: &mut ReadKinds,
    ) -> ReplicaResult<usize> {
        let fetched =
            self.catch_up(before, &mut read.new).await? + self.adopt_late_writes(before, &mut read.late).await?;
        if before.is_some_and(|before| before.schema < own.schema) {
            // An older program wrote these documents. Writing them again adds the fields that they lack.
            self.sync_log.put_all_into_outbox().await?;
        }
        self.sync_log.note_caught_up(&own.database, Position { term: own.term, round: 0 }).await?;
        Ok(fetched)
    }

    /// Reads what was written after the file's position, or everything if that position means nothing in this database. Returns how
    /// many records were merged.
    pub(super) async fn catch_up(
        &self,
        lease: Option<&Lease>,
        done: &mut BTreeSet<RecordKind>,
    ) -> ReplicaResult<usize> {
        let known = self.sync_log.replica_history().await?;
        let is_known = |lease: &Lease| {
            known.database.as_deref() == Some(lease.database.as_str())
                && known.position != Position::default()
                && known.position <= lease.position()
        };
        let is_empty = self.sync_log.is_empty().await?;
        let is_comparison = !is_empty && !lease.is_some_and(is_known);
        if is_comparison && done.is_empty() {
            tracing::info!(
                "Reading all of MongoDB and comparing it with the state file: their common history is not known"
            );
        }
        let scope = if is_empty || is_comparison { Scope::All } else { Scope::After(known.position) };
        self.read_all(scope, is_comparison, done).await
    }

    /// Merges the late writes of earlier leaders, and puts them into the outbox. Written under the present term they are no longer
    /// late.
    pub(super) async fn adopt_late_writes(
        &self,
        before: Option<&Lease>,
        done: &mut BTreeSet<RecordKind>,
    ) -> ReplicaResult<usize> {
        let adopted = self.read_all(Scope::Late(before.map(Lease::position).unwrap_or_default()), false, done).await?;
        done.clear();
        Ok(adopted)
    }

    /// Reads all kinds at once, erasures before the rest, except for those in `done`, which an earlier try has read. Over a bad
    /// connection not all of them succeed in one try.
    async fn read_all(
        &self,
        scope: Scope,
        is_comparison: bool,
        done: &mut BTreeSet<RecordKind>,
    ) -> ReplicaResult<usize> {
        let (first, rest) = RecordKind::ALL.split_at(1);
        let mut fetched = 0;
        for kinds in [first, rest] {
            let left = kinds.iter().filter(|kind| !done.contains(kind));
            let read = left.map(|kind| Box::pin(async { (*kind, self.read(*kind, scope, is_comparison).await) }));
            let read = join_all(read).await;
            done.extend(read.iter().filter(|(_, result)| result.is_ok()).map(|(kind, _)| *kind));
            fetched += read.into_iter().map(|(_, result)| result).sum::<ReplicaResult<usize>>()?;
        }
        Ok(fetched)
    }

    /// Reads one kind. While a page is merged, the next ones arrive. If nobody knows what the file has or lacks, `is_comparison` is
    /// set: records that MongoDB lacks are put into the outbox. This costs about as much as a restore, so an interrupted
    /// restore may continue this way.
    async fn read(&self, kind: RecordKind, scope: Scope, is_comparison: bool) -> ReplicaResult<usize> {
        let (pages, mut received) = mpsc::channel(WAITING);
        // Hashes of the keys in MongoDB, with a new seed for each comparison: a collision hides a record only until the next.
        let (hasher, mut seen) = (RandomState::new(), Vec::new());
        let reading = self.replica.read(kind, scope, pages);
        let writing = async {
            let (mut waiting, mut fetched) = (Vec::new(), 0);
            while received.recv_many(&mut waiting, WAITING).await > 0 {
                let records: Vec<Record> = waiting.drain(..).flatten().collect();
                if is_comparison {
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
        if !is_comparison {
            return Ok(fetched);
        }
        seen.sort_unstable();
        let mut after = None;
        // Records that were not seen in MongoDB are sent.
        loop {
            let mut keys = self.sync_log.shared_keys(kind, after, PAGE).await?;
            let Some(last) = keys.last() else { return Ok(fetched) };
            after = Some(last.clone());
            keys.retain(|key| seen.binary_search(&hasher.hash_one(key)).is_err());
            self.sync_log.put_into_outbox(kind, keys).await?;
        }
    }
}
