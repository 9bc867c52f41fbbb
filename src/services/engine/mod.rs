//! The engine: works through the redemptions with a limited number of concurrent calls.
//!
//! # Guarantees
//! A call is made only after its claim is committed, and its result is recorded before anything else is done for it. No
//! call is made for a decided redemption (invariant 3), and at most [`Policy::max_calls`] for any (4). Calls keep to
//! the budget of their endpoint and to each player's interval (5), also over a restart, because a call is recorded in
//! the transaction of its claim. A code that is not proven is tried with one player first, the canary. A code that the
//! game rejects for everybody is invalidated (6), and re-checked while a guild wants it. A wait is a time in the table,
//! so a slow player holds no worker.
//!
//! # Races
//! There is one dispatcher, so nothing is claimed twice. It listens for wakes before it queries, so anything that
//! becomes due meanwhile wakes it again. A call in flight when its code is invalidated counts by its own result. State
//! checks for people wait outside the dispatcher, and meanwhile a place in the budget is kept free for them.
//!
//! # Crash
//! A claim belongs to this opening of the store. After a crash it is void, and the redemption is due again with its
//! call counted. If the game had granted the code, it answers RECEIVED the next time, which is a success. A result that
//! the store cannot record is kept ([`Unrecorded`]), and recorded before the next call, in the next session if
//! necessary. Limits and outages are learnt again. The checks of players' states are in the store.
//!
//! While the game as a whole does not serve us (`domain/redeeming/breaker`), the engine makes only test calls, at
//! growing intervals, and no player's attempts are used up.

mod admission;
mod attempt;
mod breaker;
mod dispatch;
mod login;
mod measured;
mod questions;
mod state_check;
mod unrecorded;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::health::EngineStatus;
use crate::domain::limits::budget::RateLimit;
use crate::domain::limits::fair_queue::FairQueue;
use crate::domain::redeeming::retry::Policy;
use crate::ports::GameApi;
use crate::runtime::clock::Clock;
use crate::runtime::metrics::Metrics;
use crate::runtime::supervisor::Service;
use crate::runtime::wake::Wake;
use crate::store::{RedemptionQueue, StoreError};

use admission::AdmissionControl;
pub use unrecorded::Unrecorded;

/// The engine queries due redemptions at least this often, even without a wake.
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy)]
pub struct EngineSettings {
    /// Concurrent calls; at least 1.
    pub concurrency: usize,
    /// Number and timing of attempts.
    pub policy: Policy,
    /// The call budget of each endpoint; `None` for no limit. The game's hints correct it.
    pub limit: Option<RateLimit>,
    /// Minimum time between two calls for one player. The game's hints correct it.
    pub player_interval: Duration,
}

/// The result of an attempt: recorded, or not recorded because of this error.
type Ended = Result<(), StoreError>;

pub struct Engine<G> {
    game: G,
    redemptions: RedemptionQueue,
    clock: Clock,
    settings: EngineSettings,
    admission: Mutex<AdmissionControl>,
    fair_queue: Mutex<FairQueue>,
    /// Woken when a call has ended or may begin. State checks wait for it outside the dispatcher.
    admission_wake: Wake,
    status: watch::Sender<EngineStatus>,
    /// Set when the calls of an earlier process are counted.
    restored: OnceCell<()>,
    unrecorded: Unrecorded,
    metrics: OnceLock<Metrics>,
}

impl<G: GameApi> Engine<G> {
    pub fn new(game: G, redemptions: RedemptionQueue, clock: Clock, settings: EngineSettings) -> Arc<Self> {
        Self::after(Unrecorded::default(), game, redemptions, clock, settings)
    }

    /// Creates an engine in a process that had engines before. `unrecorded` holds the results they left.
    pub fn after(
        unrecorded: Unrecorded,
        game: G,
        redemptions: RedemptionQueue,
        clock: Clock,
        settings: EngineSettings,
    ) -> Arc<Self> {
        let admission = AdmissionControl::new(settings.limit, settings.player_interval, settings.policy.base);
        let status = EngineStatus { limit: admission.limit(), ..EngineStatus::default() };
        redemptions.announce_engine();
        Arc::new(Self {
            game,
            redemptions,
            clock,
            settings,
            admission: Mutex::new(admission),
            fair_queue: Mutex::default(),
            admission_wake: Wake::default(),
            status: watch::Sender::new(status),
            restored: OnceCell::new(),
            unrecorded,
            metrics: OnceLock::new(),
        })
    }

    pub fn status(&self) -> watch::Receiver<EngineStatus> {
        self.status.subscribe()
    }

    pub fn game(&self) -> &G {
        &self.game
    }
}

impl<G: GameApi> Service for Engine<G> {
    fn name(&self) -> &'static str {
        "engine"
    }

    /// Shutdown waits for the calls in flight. While nothing can be written, the engine waits, and then starts again.
    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        while !shutdown.is_cancelled() {
            let Err(error) = self.work(&shutdown).await? else { break };
            tracing::error!(
                "The engine cannot read or write its queue, next try in {} s: {error}",
                STORE_COOL_DOWN.as_secs()
            );
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(STORE_COOL_DOWN) => {}
            }
        }
        Ok(())
    }
}

impl<G: GameApi> Engine<G> {
    /// Works until `shutdown`, or until an attempt's result cannot be recorded.
    async fn work(self: &Arc<Self>, shutdown: &CancellationToken) -> anyhow::Result<Result<(), StoreError>> {
        self.admission(|admission, now| admission.abandon(now));
        if let Err(error) = self.begin().await {
            return Ok(Err(error));
        }
        let mut tries: JoinSet<Ended> = JoinSet::new();
        // Optional calls: they neither take a worker nor delay the shutdown.
        let mut beside: JoinSet<Ended> = JoinSet::new();
        let mut failed = Ok(());
        while !shutdown.is_cancelled() && failed.is_ok() {
            let woken = self.redemptions.wake().listen();
            let free = self.settings.concurrency.max(1).saturating_sub(tries.len());
            let next =
                if free == 0 { None } else { Some(self.dispatch(free, &mut tries, &mut beside, shutdown).await) };
            self.begin_trial(&mut beside);
            let sleep = tokio::time::sleep_until(self.clock.at(next.unwrap_or(self.clock.elapsed() + POLL_INTERVAL)));
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                Some(ended) = tries.join_next() => failed = failed.and(self.ended(ended)?),
                Some(ended) = beside.join_next() => failed = failed.and(self.ended(ended)?),
                () = woken, if free > 0 => {}
                () = sleep => {}
            }
            while let Some(ended) = tries.try_join_next() {
                failed = failed.and(self.ended(ended)?);
            }
        }
        while let Some(ended) = tries.join_next().await {
            failed = failed.and(self.ended(ended)?);
        }
        Ok(failed)
    }

    /// Takes over from earlier engines: their calls, their claims, and the results that they could not record.
    async fn begin(&self) -> Result<(), StoreError> {
        self.restore_budget().await?;
        self.redemptions.void_own_claims().await?;
        while let Some((claim, verdict)) = self.unrecorded.first() {
            let recorded = self.redemptions.record_late(claim.clone(), verdict.clone()).await?;
            self.unrecorded.remove(&claim);
            self.log_recorded(&claim, &verdict, recorded);
        }
        Ok(())
    }

    /// Counts the calls of an earlier process against the budget, once.
    async fn restore_budget(&self) -> Result<(), StoreError> {
        let restore = async || {
            let calls = self.redemptions.recent_calls().await?;
            self.admission(|admission, now| admission.restore(calls, now));
            Ok(())
        };
        self.restored.get_or_try_init(restore).await.copied()
    }

    fn admission<T>(&self, change: impl FnOnce(&mut AdmissionControl, Duration) -> T) -> T {
        change(&mut self.admission.lock().unwrap_or_else(PoisonError::into_inner), self.clock.elapsed())
    }

    /// An attempt that ends without a result, such as a panic, ends the engine.
    fn ended(&self, ended: Result<Ended, tokio::task::JoinError>) -> anyhow::Result<Result<(), StoreError>> {
        match ended {
            Ok(ended) => Ok(ended),
            Err(error) => Err(anyhow!("a try ended without a result: {error}")),
        }
    }
}
