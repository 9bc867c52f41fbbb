//! Asks MongoDB for its size every ten minutes, for the health line.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::ports::replica::Replica;
use crate::runtime::supervisor::Service;
use crate::store::SyncLog;

const POLL_INTERVAL: Duration = Duration::from_secs(600);

pub struct SizeWatch<R> {
    replica: R,
    sync_log: SyncLog,
    max: u64,
}

impl<R: Replica> SizeWatch<R> {
    /// `max` is in bytes.
    pub fn new(replica: R, sync_log: SyncLog, max: u64) -> Self {
        Self { replica, sync_log, max }
    }
}

impl<R: Replica> Service for SizeWatch<R> {
    fn name(&self) -> &'static str {
        "MongoDB size watch"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut ticks = tokio::time::interval(POLL_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let size = tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                size = async { ticks.tick().await; self.replica.size().await } => size,
            };
            match size {
                Ok(size) => self.sync_log.note_replica_size(size, self.max),
                Err(error) => tracing::debug!("MongoDB does not report its size: {error}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use jiff::Timestamp;
    use tokio::sync::mpsc;

    use super::*;
    use crate::domain::sync::erasure::Erased;
    use crate::domain::sync::record::{Key, Record, RecordKind};
    use crate::ports::replica::{Authority, ReplicaError, Scope};
    use crate::runtime::clock::Clock;
    use crate::store::StateKind;
    use crate::store::Store;

    /// A replica of this many bytes that takes everything; it does not answer while that is 0.
    #[derive(Clone, Default)]
    struct Sized {
        bytes: Arc<AtomicU64>,
        asked: Arc<AtomicU64>,
    }

    impl Replica for Sized {
        async fn put(&self, _: &[Record], _: Authority) -> Result<Vec<usize>, ReplicaError> {
            Ok(Vec::new())
        }
        async fn erase(&self, _: &[Erased], _: Authority) -> Result<(), ReplicaError> {
            Ok(())
        }
        async fn get(&self, _: RecordKind, _: Vec<Key>) -> Result<Vec<Record>, ReplicaError> {
            Ok(Vec::new())
        }
        async fn read(&self, _: RecordKind, _: Scope, _: mpsc::Sender<Vec<Record>>) -> Result<(), ReplicaError> {
            Ok(())
        }
        async fn size(&self) -> Result<u64, ReplicaError> {
            self.asked.fetch_add(1, Ordering::Relaxed);
            match self.bytes.load(Ordering::Relaxed) {
                0 => Err(ReplicaError::Unreachable("it is down".to_owned())),
                bytes => Ok(bytes),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn from_80_percent_on_the_health_line_shows_how_full_mongodb_is() {
        const MB: u64 = 1024 * 1024;
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let store = Store::open(&folder.path().join("a.db"), StateKind::Bot, clock).unwrap();
        store.sync_log().set_replicated(true).await.unwrap();
        store.replica_has(store.latest_commit());
        let replica = Sized::default();
        let watch = Arc::new(SizeWatch::new(replica.clone(), store.sync_log(), 512 * MB));
        let (stop, bytes) = (CancellationToken::new(), replica.bytes.clone());
        let checks = async {
            // Between the watch's polls, not at the same time.
            tokio::time::sleep(Duration::from_secs(1)).await;
            let full = Some("MongoDB holds 410 of 512 MB (MONGODB_MAX_SIZE)".to_owned());
            for (size, expected) in
                [(0, None), (100 * MB, None), (409 * MB, None), (410 * MB, full.clone()), (0, full), (300 * MB, None)]
            {
                bytes.store(size, Ordering::Relaxed);
                tokio::time::sleep(POLL_INTERVAL).await;
                assert_eq!(store.sync_log().replica_status().await.unwrap().trouble(), expected, "{size}");
            }
            stop.cancel();
        };
        let (ran, ()) = tokio::join!(watch.run(stop.clone()), checks);
        ran.unwrap();
        assert_eq!(replica.asked.load(Ordering::Relaxed), 7);
    }
}
