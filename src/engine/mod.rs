//! The engine: works off redemptions, a bounded number of calls at once.
//!
//! # Guarantees
//! A call is made only after its claim is committed, and its outcome is recorded before anything else is done for it. A
//! decided redemption is never called for again (invariant 3); no redemption is called for more than
//! [`Policy::max_calls`] times (4); calls keep to the budget of their endpoint and to each player's interval (5); a code
//! that is bad for everybody is stopped (6). Waiting is a time in the table, so a slow player holds no worker.
//!
//! # Races
//! There is one dispatcher, so nothing is claimed twice. Whatever becomes due while it looks wakes it again: it listens
//! before it looks. Calls in flight when their code is condemned decide for themselves.
//!
//! # Crash
//! A claim belongs to this opening of the store; after a crash it is void and the redemption due again, its call
//! counted. The same holds for a try whose result cannot be recorded. If the game had granted the code, it answers
//! RECEIVED the next time, which is a success.
//!
//! A wrong signature halts the engine: everything stays due, and an operator is told.

mod attempt;
mod condition;
mod pace;
mod probe;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::anyhow;
use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::answer::Answer;
use crate::domain::gate::RateLimit;
use crate::domain::retry::Policy;
use crate::domain::status::Status;
use crate::ports::GameApi;
use crate::store::{Admission, Candidate, Claims, Store, StoreError};

pub use condition::Condition;
use pace::{Pace, Step};

/// How long a player's profile is good for where the game has a player endpoint.
const PROFILE_MAX_AGE: Duration = Duration::from_secs(24 * 3600);
/// The engine looks for work at least this often, though it should be woken.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// After the store failed.
const STORE_REST: Duration = Duration::from_secs(5);

/// How the engine works.
#[derive(Debug, Clone, Copy)]
pub struct EngineSettings {
    /// Calls at once; at least 1.
    pub concurrency: usize,
    /// How often and how fast to try again.
    pub policy: Policy,
    /// The budget of each endpoint; none with `None`.
    pub limit: Option<RateLimit>,
    /// Between two calls for one player.
    pub player_interval: Duration,
}

/// Why nothing works until an operator acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt(pub Status);

/// Whether the game was ever reached, for whoever waits for the engine.
#[derive(Debug, Default)]
pub struct Reach {
    answered: AtomicBool,
    unreached: AtomicU32,
    halted: AtomicBool,
    timed_out: AtomicBool,
}

impl Reach {
    fn answered(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    fn unreached(&self, answer: &Answer) {
        self.timed_out.store(*answer == Answer::TimedOut, Ordering::Relaxed);
        self.unreached.fetch_add(1, Ordering::Relaxed);
    }

    /// Calls that did not reach the game, while none ever did; 0 as soon as one was answered.
    #[must_use]
    pub fn unreached_so_far(&self) -> u32 {
        if self.answered.load(Ordering::Relaxed) { 0 } else { self.unreached.load(Ordering::Relaxed) }
    }

    /// Whether the last call that did not reach the game had to wait for nothing.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Whether the engine stopped because the game refuses our signature.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }
}

/// The engine. [`Engine::run`] may be called again after it ended; not twice at once.
pub struct Engine<G> {
    game: G,
    store: Store,
    clock: Clock,
    settings: EngineSettings,
    pace: Mutex<Pace>,
    /// Woken when a call has ended, or may begin after all: for probes, which wait outside of the dispatcher.
    pace_wake: Notify,
    condition: watch::Sender<Condition>,
    reach: Reach,
}

impl<G: GameApi> Engine<G> {
    /// An engine on this store and game.
    pub fn new(game: G, store: Store, clock: Clock, settings: EngineSettings) -> Arc<Self> {
        let pace = Mutex::new(Pace::new(settings.limit, settings.player_interval));
        Arc::new(Self {
            game,
            store,
            clock,
            settings,
            pace,
            pace_wake: Notify::new(),
            condition: watch::Sender::new(Condition::default()),
            reach: Reach::default(),
        })
    }

    /// How the engine does, and how that changes.
    #[must_use]
    pub fn condition(&self) -> watch::Receiver<Condition> {
        self.condition.subscribe()
    }

    /// Whether the game was ever reached.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The game it asks.
    pub fn game(&self) -> &G {
        &self.game
    }

    /// Works until `shutdown`, then lets the calls in flight end. Halts at a refused signature, and then waits for
    /// `shutdown` too: asking again would change nothing. While nothing can be written it rests, and begins anew.
    ///
    /// # Errors
    /// When a try died; the supervisor starts the engine again.
    pub async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        while !shutdown.is_cancelled() && !self.reach.is_halted() {
            let Err(error) = self.work(&shutdown).await? else { break };
            tracing::error!("The engine cannot keep its books, next try in {} s: {error}", STORE_REST.as_secs());
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(STORE_REST) => {}
            }
        }
        shutdown.cancelled().await;
        Ok(())
    }

    /// Works until `shutdown` or a halt, or until what a try came to cannot be recorded: its claim is then void, and so are
    /// all others when this ends.
    async fn work(self: &Arc<Self>, shutdown: &CancellationToken) -> anyhow::Result<Result<(), StoreError>> {
        self.locked_pace().abandon(self.clock.elapsed());
        if let Err(error) = self.store.void_own_claims().await {
            return Ok(Err(error));
        }
        let mut tries: JoinSet<Result<Option<Halt>, StoreError>> = JoinSet::new();
        let mut failed = Ok(());
        while !shutdown.is_cancelled() && !self.reach.is_halted() && failed.is_ok() {
            // Listening begins before the look, so that no wake is lost.
            let mut woken = std::pin::pin!(self.store.work_wake().notified());
            woken.as_mut().enable();
            let free = self.settings.concurrency.saturating_sub(tries.len());
            let next = if free == 0 { None } else { Some(self.dispatch(free, &mut tries).await) };
            let sleep = tokio::time::sleep_until(self.clock.at(next.unwrap_or(self.clock.elapsed() + LOOK_EVERY)));
            tokio::select! {
                () = shutdown.cancelled() => {}
                Some(ended) = tries.join_next() => failed = failed.and(self.ended(ended)?),
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

    fn pace<T>(&self, change: impl FnOnce(&mut Pace, Duration) -> T) -> T {
        change(&mut self.locked_pace(), self.clock.elapsed())
    }

    /// Stops everything until an operator acts.
    fn halt(&self, status: Status) {
        if !self.reach.halted.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "CRITICAL: The game refuses our signature ({status}): nothing can be redeemed. Set GAME_SIGN_SALT to the \
                 game's new salt and start again; everything stays due"
            );
        }
        self.condition.send_replace(Condition::Halted(status));
        self.store.work_wake().notify_waiters();
    }

    fn locked_pace(&self) -> std::sync::MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins what may begin now; returns when to look again (since the clock's start).
    async fn dispatch(
        self: &Arc<Self>,
        free: usize,
        tries: &mut JoinSet<Result<Option<Halt>, StoreError>>,
    ) -> Duration {
        let now = self.clock.elapsed();
        let claims = match self.claim(free).await {
            Ok(claims) => claims,
            Err(error) => {
                tracing::error!("Cannot take up redemptions, next try in {} s: {error}", STORE_REST.as_secs());
                return now + STORE_REST;
            }
        };
        let blocked = claims.0.blocked;
        for claim in &claims.0.given_up {
            attempt::say_given_up(claim, &Status::Interrupted, claim.history.calls);
        }
        for (code, run) in &claims.0.finished_runs {
            attempt::say_finished(code, run);
        }
        for (claim, step) in claims.0.taken.into_iter().zip(claims.1) {
            let engine = self.clone();
            tries.spawn(async move { engine.attempt(claim, step).await });
        }
        let opening = if blocked { self.locked_pace().next_opening(now) } else { None };
        let due = match self.store.next_redemption_at().await {
            Ok(at) => at.map(|at| self.elapsed_at(at)),
            Err(error) => {
                tracing::error!("Cannot see what is due, next look in {} s: {error}", STORE_REST.as_secs());
                Some(now + STORE_REST)
            }
        };
        let earliest = opening.into_iter().chain(due).min().unwrap_or(now + LOOK_EVERY);
        earliest.min(now + LOOK_EVERY)
    }

    /// Claims what the pace admits, with the step of each claim.
    async fn claim(self: &Arc<Self>, limit: usize) -> Result<(Claims, Vec<Step>), StoreError> {
        if !self.locked_pace().is_open(self.clock.elapsed()) {
            return Ok((Claims { blocked: true, ..Claims::default() }, Vec::new()));
        }
        let admitted = Arc::new(Mutex::new(Vec::new()));
        let (engine, record) = (self.clone(), admitted.clone());
        let admit = move |candidate: &Candidate| {
            let needs_login = engine.is_stale(candidate.profile_at);
            let step = engine.locked_pace().admit(candidate.player, needs_login, engine.clock.elapsed());
            match step {
                Ok(step) => {
                    record.lock().unwrap_or_else(PoisonError::into_inner).push((candidate.player, step));
                    Admission::Take
                }
                Err(refused) => refused,
            }
        };
        let claims = self.store.claim_due(limit, self.settings.policy.max_calls(), admit).await;
        let admitted = std::mem::take(&mut *admitted.lock().unwrap_or_else(PoisonError::into_inner));
        match claims {
            Ok(claims) => Ok((claims, admitted.into_iter().map(|(_, step)| step).collect())),
            Err(error) => {
                let mut pace = self.locked_pace();
                for (player, step) in admitted {
                    pace.cancel(step, player);
                }
                Err(error)
            }
        }
    }

    fn is_stale(&self, profile_at: Option<Timestamp>) -> bool {
        profile_at.is_none_or(|at| self.clock.now().duration_since(at).unsigned_abs() >= PROFILE_MAX_AGE)
    }

    /// The time since the clock's start at which the wall clock says `at`.
    fn elapsed_at(&self, at: Timestamp) -> Duration {
        let wait = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        // The wall time has milliseconds: a wake just before the millisecond would find nothing due.
        self.clock.elapsed() + wait + Duration::from_millis(1)
    }

    /// What a try came to: done, or not recorded.
    fn ended(
        &self,
        ended: Result<Result<Option<Halt>, StoreError>, tokio::task::JoinError>,
    ) -> anyhow::Result<Result<(), StoreError>> {
        match ended {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(Halt(status)))) => self.halt(status),
            Ok(Err(error)) => return Ok(Err(error)),
            Err(error) => return Err(anyhow!("a try ended without a result: {error}")),
        }
        Ok(Ok(()))
    }
}
