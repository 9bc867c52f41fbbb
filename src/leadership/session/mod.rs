//! Sessions: the times in which this instance may act, on one working copy.
//!
//! # Guarantees
//! A session begins when the election allows it and the working copy is complete. It ends when the process is to stop, when
//! another instance leads or may, when the file breaks, or when one that was broken can be used again. Then the services end,
//! as at the end of the process, and the next session begins as the start of a process does: nothing is handed over in
//! memory but what calls came to that no store has taken yet (`engine::Unrecorded`). An outage of MongoDB ends no session of
//! an instance that may go on alone.
//!
//! A stop takes 25 s at most, whatever there is to do: services end within 12 s, what MongoDB lacks is sent until the 22nd, then
//! the lease is given back. What could not be sent is said.
//!
//! # Races
//! Everything that belongs to a session is one future: when it is dropped, nothing of it goes on.
//!
//! # Crash
//! The file tells what is left to do, and how far it is to be trusted.

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

use crate::domain::sync::election::{Succession, Watcher};
use crate::leadership::election::Election;
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{Answer, LeaseStore, ReplicaError};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::panic_text;
use crate::store::{Blocking, FileLock, StateKind, Store, SyncLog};

pub use lock::{lock, wait_for_lock};

/// The first and the longest wait between two sessions.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// A session that was as long as this began well.
const GOOD_AFTER: Duration = Duration::from_secs(60);

/// Where the state is, and how it is used.
#[derive(Debug, Clone)]
pub struct StateLocation {
    /// The state file.
    pub path: PathBuf,
    /// What it is for.
    pub kind: StateKind,
    /// Nothing is done without MongoDB.
    pub is_mongodb_required: bool,
    /// The time.
    pub clock: Clock,
    /// Where SQL runs.
    pub blocking: Blocking,
}

/// What services work with.
pub struct ActiveSession {
    /// The working copy.
    pub store: Store,
    /// Whether this instance may act: asked right before each act.
    pub leadership: Leadership,
    /// Cancelled when they are to end.
    pub done: CancellationToken,
}

/// Keeps the working copy and the replica the same.
pub trait Replication {
    /// Replicates until this instance must stop; returns why it must.
    fn replicate(
        &self,
        sync_log: &SyncLog,
        leadership: &Leadership,
        succession: watch::Receiver<Succession>,
    ) -> impl Future<Output = ReplicaError> + Send;
    /// Sends what is left, with or without the lease.
    fn send_rest(&self, sync_log: &SyncLog, leadership: &Leadership) -> impl Future<Output = Answer<()>> + Send;
}

/// This process's sessions, one after the other.
pub struct Sessions<R, L> {
    location: StateLocation,
    lock: Option<Arc<FileLock>>,
    leadership: Leadership,
    replicated: Option<Replicated<R, L>>,
    /// The file was taken away or damaged, or lacks what was written since: MongoDB is asked before it is trusted.
    is_suspect: bool,
}

struct Replicated<R, L> {
    replica: R,
    election: Election<L>,
}

impl<R: Replication, L: LeaseStore> Sessions<R, L> {
    /// The sessions of a process that has this lock, if it could be had, and this MongoDB, if there is one.
    pub fn new(location: StateLocation, lock: Option<Arc<FileLock>>, mongodb: Option<(R, L)>) -> Self {
        let clock = location.clock;
        let leadership = if mongodb.is_some() { Leadership::waiting(clock) } else { Leadership::single(clock) };
        let replicated = mongodb.map(|(replica, leases)| {
            let own = lock.as_ref().map_or_else(|| format!("{:032x}", fastrand::u128(..)), |l| l.holder().to_owned());
            let dead = lock.as_ref().and_then(|lock| lock.dead_predecessor().map(str::to_owned));
            let who = Watcher { own, dead };
            let election = Election::new(leases, who, location.is_mongodb_required, clock, leadership.clone());
            Replicated { replica, election }
        });
        Self { location, lock, leadership, replicated, is_suspect: false }
    }

    /// Whether this instance may act, in whatever session.
    pub fn leadership(&self) -> &Leadership {
        &self.leadership
    }

    /// Runs the services in one session after the other, until `stop`, or until they have done all they were for. They are to
    /// end soon once [`ActiveSession::done`] is cancelled, and are dropped where they do not.
    ///
    /// # Errors
    /// When the state cannot be used and there is no MongoDB, or the services fail though all is well.
    pub async fn run<T>(
        &mut self,
        stop: &CancellationToken,
        mut services: impl AsyncFnMut(ActiveSession) -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<Option<T>> {
        let mut wait = BACK_OFF.0;
        loop {
            let began = self.location.clock.elapsed();
            // A session is large, and whoever runs one need not be.
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
                Err(panic) => tracing::error!("A session panicked and begins anew: {}", panic_text(panic.as_ref())),
            }
            if self.location.clock.elapsed().saturating_sub(began) >= GOOD_AFTER {
                wait = BACK_OFF.0;
            }
            // A stop that comes in between is the next session's: it runs nothing, sends what is left and gives the lease back.
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
            wait = (2 * wait).min(BACK_OFF.1);
        }
    }
}

#[cfg(test)]
mod tests;
