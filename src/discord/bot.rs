//! What every command, button and event works with.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::players::player::{PlayerId, State, UserId};
use crate::domain::redeeming::state_check::StateCheck;
use crate::ports::GameApi;
use crate::runtime::clock::Clock;
use crate::services::engine::Engine;
use crate::services::health::HealthMonitor;
use crate::store::Store;

use super::connection::Access;
use super::rest::Rest;
use super::sessions::Sessions;

/// Who asks the game whether a player lives in a state.
pub trait StateChecker: Send + Sync {
    /// Asks; always ends.
    fn check_state(&self, player: PlayerId, state: State) -> Pin<Box<dyn Future<Output = StateCheck> + Send + '_>>;
}

impl<G: GameApi> StateChecker for Engine<G> {
    fn check_state(&self, player: PlayerId, state: State) -> Pin<Box<dyn Future<Output = StateCheck> + Send + '_>> {
        Box::pin(Engine::check_state(self, player, state))
    }
}

/// Requests to redeem that a person may have under way at once, and accounts being checked.
pub const MAX_REQUESTS: (usize, usize) = (3, 1);

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
    pub state_checker: Arc<dyn StateChecker>,
    pub health: HealthMonitor,
    /// The gateway's sessions that began lately.
    pub sessions: Sessions,
    /// Where the commands are registered, if not everywhere.
    pub dev_guild: Option<u64>,
    /// Cancelled when this turn ends: whoever waits for something then says so and stops.
    pub shutdown: CancellationToken,
    /// The commands and buttons being worked on.
    pub at_work: TaskTracker,
    /// Who has requests to redeem under way.
    pub requests: Requests,
    /// Whose account is being checked, to be linked.
    pub checks: Requests,
}

/// Who has requests under way, of one kind, and how many at once a person may have.
#[derive(Debug, Clone)]
pub struct Requests {
    under_way: Arc<Mutex<HashMap<UserId, usize>>>,
    most: usize,
}

/// One request of somebody; dropped when it is done.
pub struct Request {
    all: Requests,
    user: UserId,
}

impl Requests {
    /// So many at once of a person.
    pub fn up_to(most: usize) -> Self {
        Self { under_way: Arc::default(), most }
    }

    /// Begins somebody's request; `None` while as many are under way as may be.
    pub fn begin(&self, user: UserId) -> Option<Request> {
        let mut under_way = self.lock();
        let own = under_way.get(&user).copied().unwrap_or(0);
        (own < self.most).then(|| {
            under_way.insert(user, own + 1);
            Request { all: self.clone(), user }
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        let mut under_way = self.all.lock();
        match under_way.get_mut(&self.user) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(under_way.remove(&self.user)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_so_many_requests_and_nobody_is_remembered() {
        let requests = Requests::up_to(2);
        let (one, another) = (UserId(1), UserId(2));
        let first = requests.begin(one).unwrap();
        let second = requests.begin(one);
        assert!(second.is_some() && requests.begin(one).is_none());
        let others = requests.begin(another);
        assert!(others.is_some());
        drop(first);
        assert!(requests.begin(one).is_some(), "that one ended at once");
        drop((second, others));
        assert!(requests.lock().is_empty());
    }
}
