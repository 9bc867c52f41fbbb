//! One session: what runs beside the services, what ends it, and how it ends.

use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::leadership::Phase;
use crate::leadership::election::{BROKEN_GRACE, Ended};
use crate::ports::replica::{LeaseStore, ReplicaError};
use crate::store::{Leader, Store};

use super::{ActiveSession, Replicated, Replication, Sessions};

/// Services end within this time of a stop.
const SERVICES_WITHIN: Duration = Duration::from_secs(12);
/// What MongoDB lacks is sent within this time of it; the rest of the 25 s is for giving the lease back.
const SENT_WITHIN: Duration = Duration::from_secs(22);
/// Between two looks at what is left to send.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

impl<R: Replication, L: LeaseStore> Sessions<R, L> {
    /// One session, from the opening of the working copy to its end: then either the process ends, or another one is to begin,
    /// for which the file may be suspect.
    pub(super) async fn session<T>(
        &mut self,
        stop: &CancellationToken,
        services: &mut impl AsyncFnMut(ActiveSession) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<ControlFlow<Option<T>, bool>> {
        let store = self.open().await?;
        let this = &*self;
        let leadership = &this.leadership;
        // Beside the services, in this same future: who drops it ends all of it.
        let mut machinery = pin!(this.keep_and_replicate(&store).fuse());
        let mut trouble = pin!(this.trouble(&store).fuse());
        let done = CancellationToken::new();
        let running = async {
            let until_ready = async {
                leadership.until_phase(Phase::acts).await;
                // A temporary copy takes nothing that MongoDB does not: that must be in step.
                while store.is_temporary() && !store.sync_log().is_replica_caught_up() {
                    sleep(POLL_INTERVAL).await;
                }
            };
            tokio::select! {
                biased;
                () = done.cancelled() => return Ok(None),
                () = until_ready => {}
            }
            let session = ActiveSession { store: store.clone(), leadership: leadership.clone(), done: done.clone() };
            services(session).await
        };
        let mut running = Box::pin(running);
        // What the services ended with, or until when calls in flight may take.
        let mut ended = tokio::select! {
            biased;
            () = stop.cancelled() => Err(Instant::now() + SERVICES_WITHIN),
            cut_at = &mut machinery => Err(cut_at),
            cut_at = &mut trouble => Err(cut_at),
            ended = &mut running => Ok(Some(ended)),
        };
        let ended_at = Instant::now();
        done.cancel();
        let ended = loop {
            let cut_at = match ended {
                Ok(ended) => break ended,
                Err(cut_at) => cut_at,
            };
            ended = tokio::select! {
                biased;
                sooner = &mut machinery => Err(cut_at.min(sooner)),
                sooner = &mut trouble => Err(cut_at.min(sooner)),
                ended = &mut running => Ok(Some(ended)),
                () = sleep_until(cut_at) => Ok(None),
            };
        };
        drop(running);
        // The services' last writes may still be on their way, and are part of what MongoDB gets.
        if !store.is_broken()
            && let Err(error) = store.settle().await
        {
            tracing::debug!("The last writes failed: {error}");
        }
        // Acting without the right to, or without a file, is how services come to fail.
        let is_over = machinery.is_terminated() || trouble.is_terminated();
        let ended = match ended {
            Some(Err(error)) if is_over || store.is_broken() || !leadership.is_leader() => {
                tracing::debug!("The services ended with {error:#}");
                None
            }
            ended => ended.and_then(Result::transpose),
        };
        if ended.is_none() && !stop.is_cancelled() {
            let is_unused = store.is_temporary() || store.is_broken();
            return Ok(ControlFlow::Continue(store.is_suspect() || is_unused && this.replicated.is_some()));
        }
        this.close(&store, ended_at + SENT_WITHIN, machinery).await;
        Ok(ControlFlow::Break(ended.transpose()?))
    }

    /// The end of the process: MongoDB gets what it lacks, as far as there is time, and the lease is given back. Whoever acts on
    /// the file alone tries to have the lease for that, and a former leader sends without.
    async fn close(
        &self,
        store: &Store,
        sent_by: Instant,
        mut machinery: Pin<&mut impl FusedFuture<Output = Instant>>,
    ) {
        let Some(Replicated { replica, election }) = &self.replicated else { return };
        let sending = async {
            if !machinery.is_terminated() {
                tokio::select! {
                    biased;
                    _ = &mut machinery => {}
                    () = until_sent(store) => return,
                }
            }
            while let Err(failure @ ReplicaError::Unreachable(_)) =
                replica.send_rest(&store.sync_log(), &self.leadership).await
            {
                tracing::debug!("What is left cannot be sent yet: {failure}");
                sleep(POLL_INTERVAL).await;
            }
        };
        drop(timeout_at(sent_by, sending).await);
        let unsent = store.sync_log().unsent().await.map(|lag| lag.records).unwrap_or_default();
        if unsent > 0 {
            tracing::error!(
                "CRITICAL: Failed to persist state: {unsent} changes could not be sent to MongoDB within 25 s and are in {} only",
                self.location.path.display()
            );
        }
        if let Some(position) = election.release(unsent.into()).await
            && let Err(error) = store.sync_log().outbox_confirmed(position).await
        {
            tracing::debug!("It cannot be noted what MongoDB has: {error}");
        }
    }

    /// Waits for the lease, keeps it, and replicates. Returns when the session must end, with the time until which calls in
    /// flight may take.
    async fn keep_and_replicate(&self, store: &Store) -> Instant {
        let Some(Replicated { replica, election }) = &self.replicated else { return std::future::pending().await };
        let sync_log = store.sync_log();
        let electing = async {
            election.wait(&sync_log).await?;
            election.keep(&sync_log).await
        };
        let ended = tokio::select! {
            biased;
            Err(ended) = electing => ended,
            failure = replica.replicate(&sync_log, &self.leadership, election.succession()) => {
                if let ReplicaError::Fenced(term) = failure
                    && let Err(error) = election.note_later(&sync_log, term).await
                {
                    tracing::warn!("It cannot be noted that another instance has led: {error}");
                }
                Ended::lost(format!("{failure}: this one stops"))
            }
        };
        tracing::error!("{}", ended.why);
        if ended.calls_end_within.is_zero() {
            self.leadership.set(Phase::Waiting);
        }
        Instant::now() + ended.calls_end_within
    }

    /// Returns when the working copy is of no use any more, with the time until which calls in flight may take. Without MongoDB
    /// a full disk is no reason to start over: nothing is done that cannot be kept, until there is room again.
    async fn trouble(&self, store: &Store) -> Instant {
        let until_broken = async {
            let reason = store.broken().await;
            if self.replicated.is_none() && !store.is_suspect() {
                std::future::pending().await
            }
            reason
        };
        tokio::select! {
            biased;
            reason = until_broken => {
                tracing::error!("The state file cannot be used any more ({reason}): starting over");
                Instant::now() + BROKEN_GRACE
            }
            () = self.until_usable(), if store.is_temporary() => {
                tracing::info!("The state file can be used again");
                Instant::now() + SERVICES_WITHIN
            }
        }
    }
}

/// Returns when everything was sent.
async fn until_sent(store: &Store) {
    while !store.sync_log().unsent().await.is_ok_and(|lag| lag.records == 0) {
        sleep(POLL_INTERVAL).await;
    }
}
