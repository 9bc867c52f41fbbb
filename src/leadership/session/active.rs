//! One session: what runs beside the services, what ends it, and how it ends.

use std::ops::ControlFlow;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::leadership::Phase;
use crate::leadership::election::{BROKEN_GRACE, SessionEnd};
use crate::ports::replica::{LeaseStore, ReplicaError};
use crate::store::{Leader, Store};

use super::{ActiveSession, Replicated, Replication, Sessions};

/// How long services may take to end after a stop.
const SERVICES_WITHIN: Duration = Duration::from_secs(12);
/// How long after a stop the working copy may still take to open. After that, its session is given up.
const OPENED_WITHIN: Duration = SERVICES_WITHIN;
/// How long after a stop the outbox is sent. The rest of the 25 s is for releasing the lease, and for what watches the process.
const SENT_WITHIN: Duration = Duration::from_secs(21);
/// How long after a stop the lease may be released, and that may be noted in the file.
const RELEASED_WITHIN: Duration = Duration::from_secs(23);
/// How often the store is checked for unsent changes.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

impl<R: Replication, L: LeaseStore> Sessions<R, L> {
    /// Runs one session, from opening the working copy to closing it. Returns `Continue` with whether the file is suspect if another
    /// session must follow.
    pub(super) async fn session<T>(
        &mut self,
        stop: &CancellationToken,
        services: &mut impl AsyncFnMut(ActiveSession) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<ControlFlow<Option<T>, bool>> {
        let too_late = async {
            stop.cancelled().await;
            sleep(OPENED_WITHIN).await;
        };
        let store = tokio::select! {
            biased;
            opened = self.open() => opened?,
            () = too_late => return Ok(ControlFlow::Break(None)),
        };
        let this = &*self;
        let leadership = &this.leadership;
        // Part of this same future, so that dropping the session stops it.
        let mut replication = pin!(this.lead_and_replicate(&store).fuse());
        let mut copy_must_change = pin!(this.until_copy_must_change(&store).fuse());
        let done = CancellationToken::new();
        let running = async {
            let until_ready = async {
                leadership.until_phase(Phase::is_active).await;
                // A temporary copy acknowledges only what MongoDB has, so MongoDB must be caught up first.
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
        // The services' result, or the time at which calls in flight are cut off.
        let mut ended = tokio::select! {
            biased;
            () = stop.cancelled() => Err(Instant::now() + SERVICES_WITHIN),
            cut_at = &mut replication => Err(cut_at),
            cut_at = &mut copy_must_change => Err(cut_at),
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
                sooner = &mut replication => Err(cut_at.min(sooner)),
                sooner = &mut copy_must_change => Err(cut_at.min(sooner)),
                ended = &mut running => Ok(Some(ended)),
                () = sleep_until(cut_at) => Ok(None),
            };
        };
        drop(running);
        // The last writes of the services may still be running; MongoDB must get them too. Another program that holds the file
        // delays a stop no further than this.
        if !store.is_broken() {
            match timeout_at(ended_at + SENT_WITHIN, store.settle()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!("The last writes failed: {error}"),
                Err(_) => tracing::debug!("The last writes have not ended"),
            }
        }
        // Services fail when they lose leadership or the file. That is no error of theirs.
        let is_over = replication.is_terminated() || copy_must_change.is_terminated();
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
        this.close(&store, ended_at, replication).await;
        Ok(ControlFlow::Break(ended.transpose()?))
    }

    /// Ends the process's work: sends the outbox to MongoDB while there is time, and releases the lease. An isolated instance tries
    /// to get the lease for that; a former leader sends without it.
    async fn close(
        &self,
        store: &Store,
        ended_at: Instant,
        mut replication: Pin<&mut impl FusedFuture<Output = Instant>>,
    ) {
        let Some(Replicated { replica, election }) = &self.replicated else { return };
        let sending = async {
            if !replication.is_terminated() {
                tokio::select! {
                    biased;
                    _ = &mut replication => {}
                    () = until_sent(store) => return,
                }
            }
            while let Err(failure @ ReplicaError::Unreachable(_)) =
                replica.send_rest(&store.sync_log(), &self.leadership).await
            {
                tracing::debug!("The outbox cannot be sent yet: {failure}");
                sleep(POLL_INTERVAL).await;
            }
        };
        drop(timeout_at(ended_at + SENT_WITHIN, sending).await);
        let unsent = timeout_at(ended_at + RELEASED_WITHIN, store.sync_log().unsent()).await;
        let unsent = unsent.ok().and_then(Result::ok).map(|lag| lag.records).unwrap_or_default();
        if unsent > 0 {
            tracing::error!(
                "CRITICAL: Failed to persist state: {unsent} changes could not be sent to MongoDB within 25 s and are in {} only",
                self.location.path.display()
            );
        }
        let releasing = async {
            if let Some(position) = election.release(unsent.into()).await
                && let Err(error) = store.sync_log().outbox_confirmed(position).await
            {
                tracing::debug!("Cannot record that MongoDB has everything: {error}");
            }
        };
        if timeout_at(ended_at + RELEASED_WITHIN, releasing).await.is_err() {
            tracing::warn!("The lease cannot be released in time: if it still counts, it will expire by itself");
        }
    }

    /// Campaigns for the lease, holds it, and replicates. Returns when the session must end, with the time at which calls in flight
    /// are cut off.
    async fn lead_and_replicate(&self, store: &Store) -> Instant {
        let Some(Replicated { replica, election }) = &self.replicated else { return std::future::pending().await };
        let sync_log = store.sync_log();
        let electing = async {
            election.campaign(&sync_log).await?;
            election.hold(&sync_log).await
        };
        let ended = tokio::select! {
            biased;
            Err(ended) = electing => ended,
            failure = replica.replicate(&sync_log, &self.leadership, election.succession()) => {
                if let ReplicaError::Fenced(term) = failure
                    && let Err(error) = election.note_superseded(&sync_log, term).await
                {
                    tracing::warn!("Cannot record that another instance has led: {error}");
                }
                SessionEnd::lost(format!("{failure}: stopping"))
            }
        };
        tracing::error!("{}", ended.reason);
        if ended.calls_end_within.is_zero() {
            self.leadership.set(Phase::Waiting);
        }
        Instant::now() + ended.calls_end_within
    }

    /// Returns when the session must change its working copy, with the time at which calls in flight are cut off. Without MongoDB a
    /// full disk does not end the session: writes wait until there is space.
    async fn until_copy_must_change(&self, store: &Store) -> Instant {
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
                tracing::error!("The state file can no longer be used ({reason}): starting a new session");
                Instant::now() + BROKEN_GRACE
            }
            () = self.until_usable(), if store.is_temporary() => {
                tracing::info!("The state file can be used again");
                Instant::now() + SERVICES_WITHIN
            }
        }
    }
}

async fn until_sent(store: &Store) {
    while !store.sync_log().unsent().await.is_ok_and(|lag| lag.records == 0) {
        sleep(POLL_INTERVAL).await;
    }
}
