//! The replicator: keeps the second store in step with the file.
//!
//! # Guarantees
//! Every change is in the outbox from the moment it is committed, and leaves it when the second store has it (invariant
//! 7). At the start, and after every failure, both are compared by key and version, and each gets what it lacks; which one
//! was ahead does not matter. While the second store keeps up, those who write wait for it and are told when it has their
//! commit; while it does not, nobody waits and changes stay in the file. Without the lease it is left alone.
//!
//! # Races
//! A record that changes while its old version is on its way stays in the outbox. A record that lost there won by
//! somebody else's write: it is fetched and merged here.
//!
//! # Crash
//! What was sent and not noted is sent again; the second store takes no version twice.

mod compare;
pub mod next;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::domain::record::{Key, Kind, Record};
use crate::ports::{Replica, ReplicaError};
use crate::store::{Store, StoreError};

/// Records per round.
const BATCH: u32 = 1000;
/// The outbox is looked at this often, though the replicator should be woken.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The first and the longest wait after a failure.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// Why a round failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{0}")]
    Replica(#[from] ReplicaError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the lease is not this instance's yet")]
    NoLease,
}

/// What a comparison moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Records that the file lacked.
    pub fetched: usize,
    /// Records that the second store lacked.
    pub sent: usize,
}

/// The replicator. [`Replicator::run`] may be called again after it ended; not twice at once.
pub struct Replicator<R> {
    replica: R,
    store: Store,
    /// Both were just compared, and nothing failed since.
    is_compared: AtomicBool,
}

impl<R: Replica> Replicator<R> {
    /// A replicator between this file and this second store.
    pub fn new(replica: R, store: Store) -> Self {
        Self { replica, store, is_compared: AtomicBool::new(false) }
    }

    /// Compares both stores once and gives each what it lacks: for the start, before anything else is done.
    ///
    /// # Errors
    /// When the second store does not answer; then the file goes on alone.
    pub async fn compare(&self) -> anyhow::Result<Moved> {
        let moved = self.compare_all().await.context("cannot compare the file with MongoDB")?;
        self.is_compared.store(true, Ordering::Relaxed);
        Ok(moved)
    }

    /// Keeps both in step until `shutdown`, then sends what is left.
    ///
    /// # Errors
    /// None at present: failures are said and got over.
    pub async fn run(&self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut wait = BACK_OFF.0;
        let mut is_down = false;
        let mut is_compared = self.is_compared.swap(false, Ordering::Relaxed);
        loop {
            // Listening begins before the look, so that no wake is lost.
            let mut woken = std::pin::pin!(self.store.outbox_wake().notified());
            woken.as_mut().enable();
            let failed = self.round(is_compared).await.err();
            is_compared = failed.is_none();
            if let Some(error) = failed {
                self.store.second_store_is_down();
                let what = match error {
                    Failure::Replica(_) => "MongoDB does not answer",
                    Failure::NoLease => "MongoDB is left alone",
                    Failure::Store(_) => "MongoDB cannot be kept in step",
                };
                if shutdown.is_cancelled() {
                    tracing::warn!("{what} at the end ({error}); what it lacks waits in the file");
                    return Ok(());
                }
                let lag = self.store.lag().await.map(|lag| lag.records).unwrap_or_default();
                if is_down {
                    tracing::debug!("{what}: {error}");
                } else {
                    tracing::warn!("{what}: {error}; {lag} changes wait in the file");
                }
                is_down = true;
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    () = tokio::time::sleep(wait) => {}
                }
                wait = (2 * wait).min(BACK_OFF.1);
                continue;
            }
            // A write that waited for too long has said that it is down, too.
            if self.store.take_was_slow() || is_down {
                tracing::info!("MongoDB answers again and has everything");
            }
            (is_down, wait) = (false, BACK_OFF.0);
            if shutdown.is_cancelled() {
                return Ok(());
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = woken => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    async fn round(&self, is_compared: bool) -> Result<(), Failure> {
        if !self.store.has_lease() {
            return Err(Failure::NoLease);
        }
        if !is_compared {
            let moved = self.compare_all().await?;
            if moved != Moved::default() {
                tracing::info!("MongoDB and the file: {} records fetched, {} sent", moved.fetched, moved.sent);
            }
        }
        self.drain().await
    }

    /// Sends the outbox until it is empty.
    async fn drain(&self) -> Result<(), Failure> {
        loop {
            // What is committed by now is in what is read next.
            let commit = self.store.latest_commit();
            let changes = self.store.outbox(BATCH).await?;
            // What comes after an erasure may rest on it: a death in between leaves nothing that could come back.
            self.send(&changes.erasures).await?;
            if !changes.erased.is_empty() {
                self.replica.erase(&changes.erased).await?;
            }
            self.send(&changes.records).await?;
            let is_all = changes.changes < BATCH as usize;
            if is_all {
                // Before it is noted here: who waits need not wait for that.
                self.store.second_store_has(commit);
            }
            if changes.changes == 0 {
                return Ok(());
            }
            // What the poster's promises rest on is in both.
            let is_poster_state = |record: &Record| matches!(record.kind, Kind::Guilds | Kind::Codes | Kind::Posts);
            if !self.store.is_in_memory() && changes.records.iter().any(is_poster_state) {
                tracing::info!("✅ Dual-write success: State persisted to both MongoDB and file");
            }
            self.store.outbox_done(&changes).await?;
        }
    }

    /// Sends records, and merges what beat them there.
    async fn send(&self, records: &[Record]) -> Result<(), Failure> {
        if records.is_empty() {
            return Ok(());
        }
        let lost = self.replica.put(records).await?;
        let mut keys: BTreeMap<Kind, Vec<Key>> = BTreeMap::new();
        for record in lost.into_iter().filter_map(|at| records.get(at)) {
            keys.entry(record.kind).or_default().push(record.key());
        }
        for (kind, keys) in keys {
            self.fetch(kind, keys).await?;
        }
        Ok(())
    }

    async fn fetch(&self, kind: Kind, keys: Vec<Key>) -> Result<usize, Failure> {
        let records = self.replica.get(kind, keys).await?;
        Ok(self.store.merge(records).await?.taken)
    }
}
