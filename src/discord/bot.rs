//! What every command, button and event works with.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::domain::player::{PlayerId, State, UserId};
use crate::domain::probe::ProbeOutcome;
use crate::engine::{Condition, Engine};
use crate::ports::GameApi;
use crate::store::Store;
use crate::watcher::FeedHealth;

use super::connection::Access;
use super::rest::Rest;
use super::sessions::Sessions;

/// Who asks the game whether a player lives in a state.
pub trait Prober: Send + Sync {
    /// Asks; always ends.
    fn probe(&self, player: PlayerId, state: State) -> Pin<Box<dyn Future<Output = ProbeOutcome> + Send + '_>>;
}

impl<G: GameApi> Prober for Engine<G> {
    fn probe(&self, player: PlayerId, state: State) -> Pin<Box<dyn Future<Output = ProbeOutcome> + Send + '_>> {
        Box::pin(Engine::probe(self, player, state))
    }
}

/// The game's limit as far as it is known, as people say it; `None` without one.
pub type Limit = dyn Fn() -> Option<String> + Send + Sync;

/// What Discord's side of the bot needs of the others. Clones share all of it.
#[derive(Clone)]
pub struct Bot {
    /// The working copy.
    pub store: Store,
    /// How Discord is reached.
    pub access: Access,
    /// Calls of the bot's own accord.
    pub rest: Arc<Rest>,
    /// Time.
    pub clock: Clock,
    /// Who asks the game.
    pub prober: Arc<dyn Prober>,
    /// How the feeds do.
    pub feeds: watch::Receiver<FeedHealth>,
    /// How the engine does.
    pub condition: watch::Receiver<Condition>,
    /// "the game allows 30 calls a minute".
    pub limit: Arc<Limit>,
    /// The gateway's sessions that began lately.
    pub sessions: Sessions,
    /// Where the commands are registered, if not everywhere.
    pub dev_guild: Option<u64>,
    /// Cancelled when this turn ends: whoever waits for something then says so and stops.
    pub shutdown: CancellationToken,
    /// The commands and buttons being worked on.
    pub at_work: TaskTracker,
    /// Who has a request to redeem under way.
    pub requests: Requests,
    /// Whose account is being checked, to be linked.
    pub checks: Requests,
}

/// Who has a request under way: one per person.
#[derive(Debug, Clone, Default)]
pub struct Requests(Arc<Mutex<HashSet<UserId>>>);

/// Somebody's one request; dropped when it is done.
pub struct Request {
    all: Requests,
    user: UserId,
}

impl Requests {
    /// Begins somebody's request; `None` while another one is under way.
    #[must_use]
    pub fn begin(&self, user: UserId) -> Option<Request> {
        let is_first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(user);
        is_first.then(|| Request { all: self.clone(), user })
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
    }
}
