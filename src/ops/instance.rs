//! What this instance is doing, for everything that watches it. It exists as long as the process, through all sessions.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::domain::health::{InstanceHealth, Problem, Standing};
use crate::domain::limits::budget::{BudgetUse, Endpoint};
use crate::leadership::{Leadership, Phase};
use crate::runtime::clock::Clock;
use crate::services::health::HealthMonitor;
use crate::store::{Reports, SyncLog};

/// Clones share everything.
#[derive(Clone)]
pub struct InstanceMonitor {
    clock: Clock,
    started_at: Timestamp,
    board: Arc<Mutex<Board>>,
}

#[derive(Default)]
struct Board {
    leadership: Option<Leadership>,
    /// Another process has the state file.
    waits_for_file: bool,
    shutdown: CancellationToken,
    parts: Option<Arc<ActiveParts>>,
}

/// Reads how much of each endpoint's budget is used at the moment.
pub type ReadBudgets = Box<dyn Fn() -> Vec<(Endpoint, BudgetUse)> + Send + Sync>;

/// What can be asked while this instance acts.
pub struct ActiveParts {
    pub health: HealthMonitor,
    /// How much of the game's budgets is used.
    pub budgets: ReadBudgets,
    pub reports: Reports,
    pub sync_log: SyncLog,
}

/// As long as it lives, the instance acts with these parts.
#[must_use = "the parts are taken away when this is dropped"]
pub struct Acting(InstanceMonitor);

impl Drop for Acting {
    fn drop(&mut self) {
        self.0.board().parts = None;
    }
}

/// Where those who watch this instance read its health.
pub trait HealthSource: Send + Sync + 'static {
    fn health(&self) -> impl Future<Output = InstanceHealth> + Send;
}

impl HealthSource for InstanceMonitor {
    async fn health(&self) -> InstanceHealth {
        self.read().await
    }
}

impl InstanceMonitor {
    pub fn new(clock: Clock) -> Self {
        Self { clock, started_at: clock.now(), board: Arc::default() }
    }

    /// When the process started.
    pub fn started_at(&self) -> Timestamp {
        self.started_at
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn waits_for_file(&self) {
        self.board().waits_for_file = true;
    }

    /// From now on the leadership says what this instance may do.
    pub fn follows(&self, leadership: Leadership) {
        self.board().leadership = Some(leadership);
    }

    /// When this is cancelled, the instance was told to stop.
    pub fn stops_on(&self, shutdown: CancellationToken) {
        self.board().shutdown = shutdown;
    }

    /// A session begins.
    pub fn acts(&self, parts: ActiveParts) -> Acting {
        self.board().parts = Some(Arc::new(parts));
        Acting(self.clone())
    }

    pub fn parts(&self) -> Option<Arc<ActiveParts>> {
        self.board().parts.clone()
    }

    pub fn standing(&self) -> Standing {
        let board = self.board();
        if board.shutdown.is_cancelled() {
            return Standing::Stopping;
        }
        match board.leadership.as_ref().map(|leadership| (leadership.phase(), leadership.blocked())) {
            None if board.waits_for_file => Standing::Standby,
            None => Standing::Starting,
            Some((Phase::Waiting, Some(why))) => Standing::Blocked(why),
            Some((Phase::Waiting, None)) => Standing::Standby,
            Some((Phase::CatchingUp(_), _)) => Standing::CatchingUp,
            Some((Phase::Single | Phase::Leading(_) | Phase::Isolated, _)) if board.parts.is_none() => {
                Standing::Starting
            }
            Some((Phase::Single | Phase::Leading(_) | Phase::Isolated, _)) => Standing::Active,
        }
    }

    pub async fn read(&self) -> InstanceHealth {
        let parts = match self.parts() {
            Some(parts) => Some(parts.health.read().await),
            None => None,
        };
        InstanceHealth { standing: self.standing(), started_at: self.started_at, parts }
    }

    /// What is wrong now; nothing while all is well.
    pub async fn problems(&self) -> Vec<Problem> {
        self.read().await.problems(self.clock.now())
    }
}
