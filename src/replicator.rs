//! The replicator: MongoDB gets what changes here, and the file gets what others wrote there.
//!
//! # Guarantees
//! Every change is in the outbox from the moment it is committed. It is sent in rounds, parents first, decisions and posts
//! before bulk, and leaves the outbox when a renewal of the lease has shown that its round was written while this instance
//! led. So what is not in the outbox is in MongoDB, and whoever leads next finds it there (invariant 7). While MongoDB keeps
//! up, those who write wait for it.
//!
//! A new leader reads what was written behind the position that its file has; everything, with merge keys alone, only where
//! that position means nothing. A standby does the same every 30 s, so that a takeover has little to read. What a former
//! leader could not send in time it sends late: the present leader is told, reads it, and writes it under its own term.
//!
//! # Races
//! A record that changes while its old version is on its way stays in the outbox. A record that lost there won by
//! somebody else's write: it is fetched and merged here. A write that the fence refuses ends the session.
//!
//! # Crash
//! What was sent and not shown to be there is sent again; the same version twice does no harm.

mod catch_up;
mod rounds;

use std::future::Future;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::election::Taking;
use crate::leadership::{Leadership, Phase, Renewal};
use crate::ports::replica::{LeaseStore, Replica, ReplicaError};
use crate::store::{Store, StoreError};

pub use catch_up::Moved;

/// The fewest and the most records of a round, and those of the first.
const BATCH: (u32, u32) = (25, 4000);
const FIRST_BATCH: u32 = 1000;
/// A round that takes longer is followed by a smaller one: what is urgent waits for it.
const ROUND_WITHIN: Duration = Duration::from_secs(3);
/// Records that a former leader sends at once: there is no haste, and the leader has work of its own.
const LATE_BATCH: u32 = 100;
/// The first and the longest wait after a failure.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// A standby catches up so often, and sends so often what it still has from when it led.
const STAND_BY_EVERY: Duration = Duration::from_secs(30);
/// A leader looks so often for what was written late, though it should be told: a former leader may die before it tells.
const ADOPT_EVERY: Duration = Duration::from_secs(60);
/// Who waits for so short a time has no use for catching up.
const STAND_BY_AFTER: Duration = Duration::from_secs(1);
/// No command of a round takes longer: then it counts as not answered.
const PUT_WITHIN: Duration = Duration::from_secs(30);

/// Why something could not be replicated.
#[derive(Debug, Clone, Error)]
pub enum Failure {
    /// MongoDB did not do it.
    #[error("{0}")]
    Replica(#[from] ReplicaError),
    /// The working copy did not.
    #[error("{0}")]
    Store(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

impl Failure {
    /// This instance must not go on.
    fn ends_the_session(&self) -> bool {
        matches!(self, Self::Replica(ReplicaError::Fenced(_) | ReplicaError::Newer(_)))
    }

    /// It as what MongoDB said.
    fn of_replica(&self) -> ReplicaError {
        match self {
            Self::Replica(error) => error.clone(),
            Self::Store(error) => ReplicaError::Unreachable(format!("the state file cannot be read ({error})")),
        }
    }
}

/// Waits longer after each failure.
struct BackOff(Duration);

impl BackOff {
    fn new() -> Self {
        Self(BACK_OFF.0)
    }

    fn next(&mut self) -> Duration {
        let wait = self.0;
        self.0 = (2 * wait).min(BACK_OFF.1);
        wait
    }
}

async fn within<T>(asked: impl Future<Output = Result<T, ReplicaError>>) -> Result<T, ReplicaError> {
    let late = || ReplicaError::Unreachable(format!("it took more than {} s", PUT_WITHIN.as_secs()));
    tokio::time::timeout(PUT_WITHIN, asked).await.unwrap_or_else(|_| Err(late()))
}

/// The replicator of one working copy.
pub struct Replicator<R> {
    replica: R,
    store: Store,
    leadership: Leadership,
}

impl<R: Replica> Replicator<R> {
    /// A replicator between this working copy and this replica, for as long as this leadership lasts.
    pub fn new(replica: R, store: Store, leadership: Leadership) -> Self {
        Self { replica, store, leadership }
    }

    /// Catches up after each taking of the lease, and then keeps MongoDB in step. Begins to lead when the file is complete.
    /// Returns only for a reason that ends the session.
    pub async fn run(&self, takings: watch::Receiver<Option<Taking>>) -> Failure {
        tokio::select! {
            biased;
            failure = self.follow(takings) => failure,
            failure = self.send() => failure,
        }
    }

    /// After each taking of the lease: catches up. Then what renewals show is noted, and what former leaders send is adopted.
    async fn follow(&self, mut takings: watch::Receiver<Option<Taking>>) -> Failure {
        let mut renewals = self.leadership.renewals();
        loop {
            let taking = takings.borrow_and_update().clone();
            let Some(taking) = taking else {
                if takings.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                continue;
            };
            let followed = tokio::select! {
                biased;
                _ = takings.changed() => continue,
                followed = self.follow_one(&taking, &mut renewals) => followed,
            };
            return followed;
        }
    }

    async fn follow_one(&self, taking: &Taking, renewals: &mut watch::Receiver<Renewal>) -> Failure {
        let mut back_off = BackOff::new();
        let moved = loop {
            match self.take_over(taking).await {
                Ok(moved) => break moved,
                Err(failure) if failure.ends_the_session() => return failure,
                Err(failure) => {
                    tracing::warn!("What MongoDB has cannot be read: {failure}; it is tried again");
                    tokio::time::sleep(back_off.next()).await;
                }
            }
        };
        let Moved { fetched, sent } = moved;
        tracing::info!("MongoDB and the file are in step: {fetched} records fetched, {sent} sent");
        self.leadership.advance(|phase| match phase {
            Phase::CatchingUp { term, until, has_standby } => Phase::Leading { term, until, has_standby },
            other => other,
        });
        let (mut late, mut adopted_at) = (taking.taken.late, Instant::now());
        let mut back_off = BackOff::new();
        loop {
            let renewal = *renewals.borrow_and_update();
            let noted = async {
                if renewal.proven.term == taking.taken.term {
                    self.store.outbox_confirmed(renewal.proven).await?;
                    if renewal.late > late || adopted_at.elapsed() >= ADOPT_EVERY {
                        self.adopt().await?;
                        (late, adopted_at) = (renewal.late, Instant::now());
                    }
                }
                Ok::<_, Failure>(())
            };
            match noted.await {
                Ok(()) => {
                    back_off = BackOff::new();
                    let has_ended = tokio::select! {
                        biased;
                        changed = renewals.changed() => changed.is_err(),
                        () = tokio::time::sleep(ADOPT_EVERY) => false,
                    };
                    if has_ended {
                        std::future::pending::<()>().await;
                    }
                }
                Err(failure) if failure.ends_the_session() => return failure,
                Err(failure) => {
                    tracing::debug!("What a renewal showed cannot be noted yet: {failure}");
                    tokio::time::sleep(back_off.next()).await;
                }
            }
        }
    }

    /// While another instance leads: sends what is left from when this one led, and catches up. Does not return.
    pub async fn stand_by<L: LeaseStore>(&self, leases: &L, own: &str) {
        tokio::time::sleep(STAND_BY_AFTER).await;
        let mut back_off = BackOff::new();
        loop {
            match self.stand_by_once(leases, own).await {
                Ok(()) => {
                    back_off = BackOff::new();
                    tokio::time::sleep(STAND_BY_EVERY).await;
                }
                Err(failure) => {
                    tracing::debug!("What the leader wrote cannot be read yet: {failure}");
                    tokio::time::sleep(back_off.next()).await;
                }
            }
        }
    }

    async fn stand_by_once<L: LeaseStore>(&self, leases: &L, own: &str) -> Result<(), Failure> {
        let seen = within(leases.poll()).await?;
        let Some(lease) = seen.lease.filter(|lease| lease.holder != own && !lease.released) else { return Ok(()) };
        self.send_late(leases).await?;
        // From here on the file looks complete, and is not: another instance goes on writing.
        self.store.note_standby(true).await?;
        self.catch_up(Some(&lease)).await?;
        Ok(self.store.note_caught_up(&lease.database, lease.position()).await?)
    }
}
