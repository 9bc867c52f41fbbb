//! What every command, button and event works with.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_check::StateCheck;
use crate::ports::GameApi;
use crate::runtime::clock::Clock;
use crate::services::engine::Engine;
use crate::services::health::HealthMonitor;
use crate::store::{Batches, Codes, Erasures, Guilds, People, RedemptionQueue, Reports, Requests, Rosters};

use super::connection_status::ConnectionStatus;
use super::id_inbox::IdInbox;
use super::message_content::MessageContent;
use super::pictures::Pictures;
use super::rest::{Access, Rest};
use super::session_budget::SessionBudget;
use super::user_limit::UserLimit;

/// Asks the game whether a player is in a state.
pub trait StateChecker: Send + Sync {
    /// Always returns, however long the game is down.
    fn check_state(&self, player: PlayerId, state: State) -> Pin<Box<dyn Future<Output = StateCheck> + Send + '_>>;
}

impl<G: GameApi> StateChecker for Engine<G> {
    fn check_state(&self, player: PlayerId, state: State) -> Pin<Box<dyn Future<Output = StateCheck> + Send + '_>> {
        Box::pin(Engine::check_state(self, player, state))
    }
}

/// Redeem requests that a person may have in progress at once.
pub const MAX_REQUESTS: usize = 3;
/// State checks that a person may have in progress at once.
pub const MAX_CHECKS: usize = 1;

/// Clones share everything.
#[derive(Clone)]
pub struct Bot {
    pub guilds: Guilds,
    pub codes: Codes,
    pub rosters: Rosters,
    pub requests: Requests,
    pub redemptions: RedemptionQueue,
    pub batches: Batches,
    pub erasures: Erasures,
    pub people: People,
    pub reports: Reports,
    pub access: Access,
    pub rest: Arc<Rest>,
    pub clock: Clock,
    pub state_checker: Arc<dyn StateChecker>,
    pub health: HealthMonitor,
    pub session_budget: SessionBudget,
    pub connection: ConnectionStatus,
    /// The only guild that gets the commands; `None` registers them everywhere.
    pub dev_guild: Option<u64>,
    /// Cancelled when this session ends. Whoever waits then stops and says so to the person.
    pub shutdown: CancellationToken,
    /// The commands and buttons being answered.
    pub in_progress: TaskTracker,
    /// Redeem requests in progress.
    pub request_limit: UserLimit,
    /// State checks in progress, for linking an account.
    pub check_limit: UserLimit,
    pub pictures: Pictures,
    /// Something changed that decides which commands are registered where.
    pub registrations: Arc<Notify>,
    pub message_content: MessageContent,
    pub id_inbox: IdInbox,
}
