//! Sessions: the times in which this instance may act, on one working copy.
//!
//! # Guarantees
//! A session begins when the election allows it and the working copy is complete. It ends when the process stops, when
//! another instance leads or may lead, when the file breaks, or when a broken file can be used again. Then the services end as
//! at the end of the process, and the next session begins like a new process. Only one thing stays in memory: the answers that
//! no store has recorded yet (`engine::Unrecorded`). While an instance may act alone, an outage of MongoDB does not end its
//! session.
//!
//! A stop takes 25 s at most. Services end within 12 s, the outbox is sent until second 21, and then the lease is released
//! until second 23. A working copy that is not open after 12 s is given up.
//! Changes that could not be sent are logged.
//!
//! # Races
//! Everything that belongs to a session is one future. Dropping it stops all of it.
//!
//! # Crash
//! The file records what is left to do, and how far it can be trusted.

mod active;
mod lock;
mod working_copy;

use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::sync::election::{Identity, Succession};
use crate::leadership::election::Election;
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{LeaseStore, ReplicaError, ReplicaResult};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::panic_text;
use crate::store::{Blocking, FileLock, StateKind, Store, SyncLog};

pub use lock::{lock, wait_for_lock};

/// Between two sessions.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(60));
/// After a session of this length, the wait starts from the shortest again.
const GOOD_AFTER: Duration = Duration::from_secs(60);

#[derive(Debug, Clone)]
pub struct StateLocation {
    pub path: PathBuf,
    pub kind: StateKind,
    /// Nothing may act without MongoDB.
    pub is_mongodb_required: bool,
    pub clock: Clock,
    /// The threads on which SQL runs.
    pub blocking: Blocking,
}

/// What the services of a session work with.
pub struct ActiveSession {
    pub store: Store,
    /// Services check it immediately before each action.
    pub leadership: Leadership,
    /// Cancelled when the services must end.
    pub done: CancellationToken,
}

/// Keeps the working copy and MongoDB equal.
pub trait Replication {
    /// Replicates until this instance must stop. Returns the reason.
    fn replicate(
        &self,
        sync_log: &SyncLog,
        leadership: &Leadership,
        succession: watch::Receiver<Succession>,
    ) -> impl Future<Output = ReplicaError> + Send;
    /// Sends the outbox, with or without the lease.
    fn send_rest(&self, sync_log: &SyncLog, leadership: &Leadership) -> impl Future<Output = ReplicaResult<()>> + Send;
}

/// Runs this process's sessions, one after the other.
pub struct Sessions<R, L> {
    location: StateLocation,
    lock: Option<Arc<FileLock>>,
    leadership: Leadership,
    replicated: Option<Replicated<R, L>>,
    /// The file was removed or damaged, or lacks recent changes. It is not trusted before MongoDB was read.
    is_suspect: bool,
}

struct Replicated<R, L> {
    replica: R,
    election: Election<L>,
}

impl<R: Replication, L: LeaseStore> Sessions<R, L> {
    /// `lock` is `None` if the file could not be opened.
    pub fn new(location: StateLocation, lock: Option<Arc<FileLock>>, mongodb: Option<(R, L)>) -> Self {
        let clock = location.clock;
        let leadership = if mongodb.is_some() { Leadership::waiting(clock) } else { Leadership::single(clock) };
        let replicated = mongodb.map(|(replica, leases)| {
            let own = lock.as_ref().map_or_else(|| format!("{:032x}", fastrand::u128(..)), |l| l.holder().to_owned());
            let dead = lock.as_ref().and_then(|lock| lock.dead_predecessor().map(str::to_owned));
            let identity = Identity { own, dead };
            let election = Election::new(leases, identity, location.is_mongodb_required, clock, leadership.clone());
            Replicated { replica, election }
        });
        Self { location, lock, leadership, replicated, is_suspect: false }
    }

    pub fn leadership(&self) -> &Leadership {
        &self.leadership
    }

    /// Runs the services in one session after the other, until `stop` is cancelled or they return a value. Services should end soon
    /// after [`ActiveSession::done`] is cancelled; otherwise they are dropped.
    ///
    /// # Errors
    /// The state cannot be used and there is no MongoDB, or the services failed while the session was in order.
    pub async fn run<T>(
        &mut self,
        stop: &CancellationToken,
        mut services: impl AsyncFnMut(ActiveSession) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<Option<T>> {
        let mut back_off = BACK_OFF;
        loop {
            let began = self.location.clock.elapsed();
            // Boxed: the session is a large future.
            let session = AssertUnwindSafe(Box::pin(self.session(stop, &mut services))).catch_unwind().await;
            if self.replicated.is_some() {
                self.leadership.set(Phase::Waiting);
            }
            match session {
                Ok(Ok(ControlFlow::Break(value))) => return Ok(value),
                Ok(Ok(ControlFlow::Continue(is_suspect))) => self.is_suspect = is_suspect,
                Ok(Err(error)) => return Err(error),
                Err(panic) if stop.is_cancelled() => {
                    anyhow::bail!("a session panicked: {}", panic_text(panic.as_ref()))
                }
                Err(panic) => {
                    tracing::error!("A session panicked, starting the next one: {}", panic_text(panic.as_ref()))
                }
            }
            if self.location.clock.elapsed().saturating_sub(began) >= GOOD_AFTER {
                back_off.reset();
            }
            // After a stop in this pause, the next session runs no services: it sends the outbox and releases the lease.
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = tokio::time::sleep(back_off.next_wait()) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
