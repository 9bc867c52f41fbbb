//! Questions: the game is asked in the background whether new players exist and are in their states, and which state the
//! others are in (`domain/redeeming/state_search`). A question redeems nothing, and comes after everything else: none begins
//! while a redemption is due, and two thirds of the budget stay free for what becomes due meanwhile.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::domain::answers::answer::Reply;
use crate::domain::answers::status::of_redeem;
use crate::domain::codes::code::Code;
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{PlayerId, display_name};
use crate::domain::redeeming::state_check::outcome;
use crate::domain::redeeming::state_search::CheckStatus;
use crate::ports::GameApi;
use crate::store::{NextQuestion, StateQuestion, StoreError};

use super::state_check::InFlight;
use super::{Ended, Engine};

/// The one question under way. Dropping it lets the next one begin, even if the engine stops meanwhile. It wakes the dispatcher
/// only if the call was made: the next question would fail at once, too.
struct UnderWay<G: GameApi> {
    engine: Arc<Engine<G>>,
    has_begun: bool,
}

impl<G: GameApi> Drop for UnderWay<G> {
    fn drop(&mut self) {
        self.engine.admission(|admission, _| admission.question_ended());
        if self.has_begun {
            self.engine.redemptions.wake().wake_all();
        }
    }
}

pub(super) fn log_search(player: PlayerId, name: &str) {
    tracing::info!(%player, "The state of {name} is wrong, and is searched for in the background");
}

impl<G: GameApi> Engine<G> {
    /// Begins the next question, if it may begin now. Returns when to try again, since the clock's start; `None` if a wake
    /// or the usual poll is early enough.
    pub(super) async fn begin_question(
        self: &Arc<Self>,
        beside: &mut JoinSet<Ended>,
    ) -> Result<Option<Duration>, StoreError> {
        if self.admission(|admission, _| admission.is_asking()) {
            return Ok(None);
        }
        let used_up = self.admission(|admission, now| admission.search_days.used_up(now));
        let question = match self.redemptions.next_question(used_up).await? {
            NextQuestion::Ask(question) => question,
            NextQuestion::NotBefore(at) => return Ok(Some(self.elapsed_at(at))),
            NextQuestion::Nothing => return Ok(None),
        };
        if let Err(opening) = self.admission(|admission, now| admission.admit_question(question.player, now)) {
            return Ok(opening);
        }
        let player = question.player;
        let mut under_way = UnderWay { engine: self.clone(), has_begun: false };
        let has_budget = self.admission(|admission, _| admission.window()).is_some();
        let begun = self.redemptions.begin_question(question, has_budget).await;
        let Ok(Some(question)) = begun else {
            self.admission(|admission, _| admission.cancel(Endpoint::Redeem, player));
            self.admission_wake.wake_all();
            return begun.map(|_| Some(self.clock.elapsed()));
        };
        if question.is_search {
            self.admission(|admission, now| admission.search_days.begin(&question.lists, now));
        }
        under_way.has_begun = true;
        beside.spawn(async move { under_way.engine.question(question).await });
        Ok(None)
    }

    /// Makes the call and records what it shows.
    async fn question(&self, question: StateQuestion) -> Ended {
        let (player, state) = (question.player, question.state);
        let in_flight = InFlight::new(self, player);
        let Reply { answer, hints } = self.call(player, state, &Code::impossible()).await;
        in_flight.answered(&of_redeem(&answer), &hints);
        let outcome = outcome(&answer);
        let name = display_name(&question.nickname, player);
        tracing::debug!(%player, "Is {name} in state {state}? {outcome:?}");
        let was_search = question.is_search;
        let Some(check) = self.redemptions.record_reply(question, outcome).await? else { return Ok(()) };
        match (check.status, check.on_file) {
            (CheckStatus::Found, Some(found)) => tracing::info!(%player, "{name} lives in state {found}"),
            (CheckStatus::Searching, Some(_)) if !was_search => log_search(player, &name),
            (CheckStatus::NotFound, _) => tracing::info!(%player, "The state of {name} was not found: correct it"),
            (CheckStatus::NoSuchPlayer, _) => {
                tracing::info!(%player, "The game knows no player with the id of {name}: correct it");
            }
            _ => {}
        }
        Ok(())
    }
}
