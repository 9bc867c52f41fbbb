//! One turn: what runs beside the services, and what ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::keeper::MARGIN;
use crate::replica::MongoReplica;
use crate::replicator::Replicator;
use crate::store::{FileLock, Opening, StateKind, Store};
use crate::supervisor::Supervisor;
use crate::tenure::Tenure;

use super::TRY_FILE_EVERY;

/// How long calls in flight may take to end where the working copy broke.
const BROKEN_GRACE: Duration = Duration::from_secs(3);
/// Calls in flight are cut off this long before a lost lease ends.
const CUT_BEFORE: Duration = Duration::from_millis(500);

/// One turn.
pub(in crate::app) struct Turn {
    /// The working copy.
    pub store: Store,
    /// Cancelled when the turn must end.
    pub over: CancellationToken,
    tenure: Tenure,
    replicating: Option<(CancellationToken, JoinHandle<anyhow::Result<()>>)>,
    watching: JoinHandle<()>,
}

/// A file that could not be used, to be tried again.
pub(super) struct Probe {
    pub path: PathBuf,
    pub kind: StateKind,
    pub lock: Option<Arc<FileLock>>,
    pub clock: Clock,
}

impl Turn {
    /// Begins to replicate, and to watch for what ends the turn.
    pub(super) fn begin(
        store: Store,
        tenure: Tenure,
        replicator: Option<Arc<Replicator<MongoReplica>>>,
        lost: Option<CancellationToken>,
        probe: Option<Probe>,
    ) -> Self {
        let over = CancellationToken::new();
        let is_alone = replicator.is_none();
        let replicating = replicator.map(|replicator| {
            let stop = CancellationToken::new();
            let mut supervisor = Supervisor::new(stop.clone());
            let token = stop.clone();
            supervisor.add("replicator", move || {
                let (replicator, token) = (replicator.clone(), token.clone());
                async move { replicator.run(token).await }
            });
            (stop, tokio::spawn(supervisor.run()))
        });
        let (watched, token) = (store.clone(), over.clone());
        let watching = tokio::spawn(async move {
            let lease_lost = async {
                match lost {
                    Some(lost) => lost.cancelled().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = lease_lost => {}
                reason = until_broken(&watched, is_alone) => {
                    tracing::error!("The state file cannot be used any more ({reason}): starting over");
                }
                () = until_usable(probe) => tracing::info!("The state file can be used again"),
            }
            token.cancel();
        });
        Self { store, over, tenure, replicating, watching }
    }

    /// Ends what runs beside the services: MongoDB gets what it lacks, as far as it answers. Returns the working copy.
    pub(super) async fn end(self) -> Store {
        self.watching.abort();
        // The services' last writes may still be on their way, and are part of what MongoDB gets.
        if !self.store.is_broken()
            && let Err(error) = self.store.settle().await
        {
            tracing::debug!("The last writes failed: {error}");
        }
        if let Some((stop, task)) = self.replicating {
            stop.cancel();
            if let Err(error) = task.await.context("the replicator ended").and_then(|ended| ended) {
                tracing::error!("{error:#}");
            }
        }
        self.store
    }

    /// Ends the services: calls in flight may end, but not after a lost lease, and not for long where nothing can be noted
    /// of them any more.
    ///
    /// # Errors
    /// When one of them kept dying, while nothing else was wrong.
    pub async fn stop(
        &self,
        done: &CancellationToken,
        mut services: JoinHandle<anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        done.cancel();
        let now = Instant::now();
        let soon = now + MARGIN + Duration::from_secs(2);
        let is_over = self.over.is_cancelled();
        let cut_at = match self.tenure.ends_at() {
            _ if !is_over => None,
            _ if !self.tenure.may_act() => Some(now),
            _ if self.store.is_broken() => Some(now + BROKEN_GRACE),
            Some(ends_at) if ends_at < soon => Some(ends_at - CUT_BEFORE),
            _ => None,
        };
        let cut = async {
            match cut_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = &mut services => match ended.context("the services ended").and_then(|ended| ended) {
                // That is why it is over.
                Err(error) if is_over => tracing::debug!("{error:#}"),
                ended => return ended,
            },
            () = cut => {
                services.abort();
                drop(services.await);
            }
        }
        Ok(())
    }
}

/// Returns when the file can be used no longer. Without a second store a full disk is no reason to start over: nothing is
/// done that cannot be kept, until there is room again.
async fn until_broken(store: &Store, is_alone: bool) -> String {
    let reason = store.broken().await;
    if is_alone && !store.is_doubtful() {
        std::future::pending().await
    }
    reason
}

/// Returns when the file can be opened and written.
async fn until_usable(probe: Option<Probe>) {
    let Some(Probe { path, kind, lock, clock }) = probe else { return std::future::pending().await };
    loop {
        tokio::time::sleep(TRY_FILE_EVERY).await;
        let (path, lock) = (path.clone(), lock.clone());
        let opened = tokio::task::spawn_blocking(move || {
            let lock = lock.map_or_else(|| FileLock::take(&path), Ok)?;
            // A damaged one can be made anew.
            Store::open_locked(lock, Opening { replaces_damaged: true, ..Opening::new(kind, clock) }).map(drop)
        });
        match opened.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::debug!("Still not: {error}"),
            Err(error) => tracing::debug!("Still not: {error}"),
        }
    }
}
