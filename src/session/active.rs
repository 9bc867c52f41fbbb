//! One session: what runs beside the services, what ends it, and how it ends.

use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::FusedFuture;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::election;
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{LeaseStore, Replica, ReplicaError};
use crate::replicator::{Failure, Replicator};
use crate::store::Store;

use super::{ActiveSession, Ended, Replicated, Sessions, WorkingCopy};

/// Services end within this time of a stop.
const SERVICES_WITHIN: Duration = Duration::from_secs(12);
/// What MongoDB lacks is sent within this time of it; the rest of the 25 s is for giving the lease back.
const SENT_WITHIN: Duration = Duration::from_secs(22);
/// How long calls in flight may take to end where nothing can be noted of them any more.
const BROKEN_GRACE: Duration = Duration::from_secs(3);
/// Calls in flight are cut off this long before a lease is over that cannot be renewed.
const CUT_BEFORE: Duration = Duration::from_millis(500);
/// Between two looks at what is left to send.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Why a session is over that nobody asked to end.
enum Over {
    /// The working copy can be used no longer.
    Broken(String),
    /// The file can be used again.
    FileIsBack,
    /// Nothing more may be done.
    Lost(String),
    /// Calls in flight may end, until the lease does.
    CannotRenew(String),
    /// The services ended by themselves.
    Done,
}

impl WorkingCopy {
    /// The working copy of the next session.
    fn after(store: &Store, over: &Over) -> Self {
        match over {
            Over::FileIsBack => Self::OldFile,
            _ if store.is_doubtful() => Self::OldFile,
            _ if store.is_temporary() || store.is_broken() => Self::Temporary,
            _ => Self::File,
        }
    }
}

/// Why the services end.
enum Why<T> {
    Asked,
    Over(Over),
    Done(anyhow::Result<Option<T>>),
}

impl<R: Replica + Clone, L: LeaseStore> Sessions<R, L> {
    /// One session, from the opening of the working copy to its end.
    pub(super) async fn session<T>(
        &mut self,
        copy: &WorkingCopy,
        stop: &CancellationToken,
        services: &mut impl AsyncFnMut(ActiveSession) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<Ended<T>> {
        let store = self.open(copy).await?;
        let this = &*self;
        let leadership = &this.leadership;
        let replicator =
            this.replicated.as_ref().map(|r| Replicator::new(r.replica.clone(), store.clone(), leadership.clone()));
        let replicated = this.replicated.as_ref().zip(replicator.as_ref());
        let mut trouble = pin!(this.trouble(&store).fuse());
        if let Some((Replicated { election, name, .. }, replicator)) = replicated {
            let over = tokio::select! {
                biased;
                () = stop.cancelled() => None,
                over = &mut trouble => Some(over),
                waited = election.wait(&store) => waited.err().map(|error| Over::Broken(error.to_string())),
                () = replicator.stand_by(election.leases(), name) => None,
            };
            if let Some(over) = over {
                this.cut_at(&over);
                return Ok(Ended::Again(WorkingCopy::after(&store, &over)));
            }
        }
        // Beside the services, in this same future: who drops it ends all of it.
        let mut machinery = pin!(keep_and_replicate(replicated, &store).fuse());
        let done = CancellationToken::new();
        let running = async {
            let until_ready = async {
                until_acting(leadership).await;
                // A temporary copy takes nothing that MongoDB does not: that must be in step.
                while store.is_temporary() && !store.replica_keeps_up() {
                    tokio::time::sleep(LOOK_EVERY).await;
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
        let why = tokio::select! {
            biased;
            () = stop.cancelled() => Why::Asked,
            over = &mut machinery => Why::Over(over),
            over = &mut trouble => Why::Over(over),
            ended = &mut running => Why::Done(ended),
        };
        let ended_at = Instant::now();
        done.cancel();
        // Acting without the right to, or without a file, is how services come to fail.
        let mut is_excused = match why {
            Why::Over(_) => true,
            Why::Asked => store.is_broken(),
            Why::Done(_) => store.is_broken() || !leadership.is_leader(),
        };
        let (next, ended) = match why {
            Why::Done(ended) => (Some(WorkingCopy::after(&store, &Over::Done)), Some(ended)),
            Why::Asked => (None, this.end(&mut running, ended_at + SERVICES_WITHIN, &mut machinery).await),
            Why::Over(over) => {
                let ended = this.end(&mut running, this.cut_at(&over), &mut machinery).await;
                (Some(WorkingCopy::after(&store, &over)), ended)
            }
        };
        drop(running);
        // The services' last writes may still be on their way, and are part of what MongoDB gets.
        if !store.is_broken()
            && let Err(error) = store.settle().await
        {
            tracing::debug!("The last writes failed: {error}");
        }
        is_excused |= machinery.is_terminated();
        let ended = match ended {
            Some(Err(error)) if is_excused => {
                tracing::debug!("The services ended with {error:#}");
                None
            }
            Some(ended) => ended.transpose(),
            None => None,
        };
        if let Some(next) = next
            && ended.is_none()
            && !stop.is_cancelled()
        {
            return Ok(Ended::Again(next));
        }
        if let Some(replicated) = replicated {
            this.close(&store, replicated, ended_at, machinery).await;
        }
        Ok(Ended::Finished(ended.transpose()?))
    }

    /// Lets the services end, and cuts off what is in flight then. What they ended with, if they did.
    async fn end<T>(
        &self,
        running: &mut (impl Future<Output = T> + Unpin),
        mut cut_at: Instant,
        machinery: &mut Pin<&mut impl FusedFuture<Output = Over>>,
    ) -> Option<T> {
        loop {
            tokio::select! {
                biased;
                over = &mut *machinery => cut_at = cut_at.min(self.cut_at(&over)),
                ended = &mut *running => return Some(ended),
                () = tokio::time::sleep_until(cut_at) => return None,
            }
        }
    }

    /// Until when calls in flight may take where this ends the session. Says it, too.
    fn cut_at(&self, over: &Over) -> Instant {
        let now = Instant::now();
        let lease = self.leadership.until().map(|until| until.saturating_sub(self.location.clock.boot()));
        match over {
            Over::Broken(reason) => {
                tracing::error!("The state file cannot be used any more ({reason}): starting over");
                now + BROKEN_GRACE
            }
            Over::FileIsBack => {
                tracing::info!("The state file can be used again");
                now + SERVICES_WITHIN
            }
            Over::Lost(why) => {
                tracing::error!("{why}");
                self.leadership.set(Phase::Waiting);
                now
            }
            Over::Done => now,
            Over::CannotRenew(why) => {
                tracing::error!("{why}");
                now + lease.unwrap_or_default().saturating_sub(CUT_BEFORE)
            }
        }
    }

    /// The end of the process: MongoDB gets what it lacks, as far as there is time, and the lease is given back.
    async fn close(
        &self,
        store: &Store,
        (Replicated { election, .. }, replicator): (&Replicated<R, L>, &Replicator<R>),
        asked_at: Instant,
        mut machinery: Pin<&mut impl FusedFuture<Output = Over>>,
    ) {
        let phase = self.leadership.advance(|phase| match phase {
            Phase::CatchingUp { term, until, .. } | Phase::Leading { term, until, .. } => Phase::Ending { term, until },
            other => other,
        });
        if matches!(phase, Phase::Ending { .. }) && !machinery.is_terminated() {
            tokio::select! {
                biased;
                over = &mut machinery => drop(self.cut_at(&over)),
                () = until_sent(store) => {}
                () = tokio::time::sleep_until(asked_at + SENT_WITHIN) => {}
            }
        }
        if phase == Phase::Waiting {
            // It led once, and another one leads now: that one is told.
            let sending = tokio::time::timeout_at(asked_at + SENT_WITHIN, replicator.send_late(election.leases()));
            if let Ok(Err(failure)) = sending.await {
                tracing::debug!("What is left cannot be sent: {failure}");
            }
        }
        let unsent = store.unsent().await.map(|lag| lag.records).unwrap_or_default();
        if unsent > 0 {
            tracing::error!(
                "CRITICAL: Failed to persist state: {unsent} changes could not be sent to MongoDB within 25 s and are in {} only",
                self.location.path.display()
            );
        }
        if let Some(position) = election.release(unsent.into()).await
            && let Err(error) = store.outbox_confirmed(position).await
        {
            tracing::debug!("It cannot be noted what MongoDB has: {error}");
        }
    }

    /// Returns when the working copy is of no use any more. Without MongoDB a full disk is no reason to start over: nothing is
    /// done that cannot be kept, until there is room again.
    async fn trouble(&self, store: &Store) -> Over {
        let until_broken = async {
            let reason = store.broken().await;
            if self.replicated.is_none() && !store.is_doubtful() {
                std::future::pending().await
            }
            reason
        };
        tokio::select! {
            biased;
            reason = until_broken => Over::Broken(reason),
            () = self.until_usable(), if store.is_temporary() => Over::FileIsBack,
        }
    }
}

/// Keeps the lease and replicates, until the session must end.
async fn keep_and_replicate<R: Replica, L: LeaseStore>(
    replicated: Option<(&Replicated<R, L>, &Replicator<R>)>,
    store: &Store,
) -> Over {
    let Some((Replicated { election, .. }, replicator)) = replicated else { return std::future::pending().await };
    tokio::select! {
        biased;
        ended = election.keep(store) => match ended {
            election::Ended::Lost(why) => Over::Lost(why),
            election::Ended::CannotRenew(why) => Over::CannotRenew(why),
        },
        failure = replicator.run(election.takings()) => {
            if let Failure::Replica(ReplicaError::Fenced(term)) = failure {
                election.saw_term(term);
                if let Err(error) = store.note_stale().await {
                    tracing::warn!("It cannot be noted that another instance has led: {error}");
                }
            }
            Over::Lost(format!("{failure}: this one stops"))
        }
    }
}

/// Returns when this instance may act.
async fn until_acting(leadership: &Leadership) {
    let mut phases = leadership.changes();
    // It never closes: `leadership` has the other end.
    while !leadership.is_leader() && phases.changed().await.is_ok() {}
}

/// Returns when everything was sent.
async fn until_sent(store: &Store) {
    while !store.unsent().await.is_ok_and(|lag| lag.records == 0) {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
