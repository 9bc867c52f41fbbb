//! State checks: does this player live in that state? For people who name themselves, ahead of the runs' calls.

use std::time::Duration;

use crate::domain::answers::answer::{RateLimitHints, Reply};
use crate::domain::answers::status::{Status, of_redeem};
use crate::domain::codes::code::Code;
use crate::domain::health::EnginePhase;
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_check::{StateCheck, outcome};
use crate::ports::GameApi;
use crate::store::StoreError;

use super::admission::Answered;
use super::{Engine, POLL_INTERVAL};

/// Calls for one state check, where the game says that it is busy.
const MAX_CALLS: u32 = 3;

/// A place in the queue of state checks, given back also when whoever waits is gone.
struct Queued<'a, G: GameApi>(&'a Engine<G>);

impl<G: GameApi> Drop for Queued<'_, G> {
    fn drop(&mut self) {
        self.0.admission(|admission, _| admission.leave_queue());
    }
}

/// A state check's call under way: counted as ended also when whoever waits is gone, for it may have reached the game.
struct InFlight<'a, G: GameApi>(&'a Engine<G>, PlayerId, Duration);

impl<G: GameApi> InFlight<'_, G> {
    fn answered(self, status: &Status, hints: &RateLimitHints) {
        self.0.answered(&Answered { asked: self.2, endpoint: Endpoint::Redeem, player: self.1, status, hints });
        self.0.redemptions.wake().wake_all();
        std::mem::forget(self);
    }
}

impl<G: GameApi> Drop for InFlight<'_, G> {
    fn drop(&mut self) {
        self.0.admission(|admission, now| admission.end(Endpoint::Redeem, self.1, now));
        self.0.admission_wake.wake_all();
        self.0.redemptions.wake().wake_all();
    }
}

impl<G: GameApi> Engine<G> {
    /// Asks the game whether `player` lives in `state`, redeeming nothing. Keeps to the pace of all calls (the endpoint's
    /// budget, the player's interval), but goes before every redemption: it waits for a full window, 60 s with the game's
    /// limits, at most, and for the player's interval. A busy game is asked up to 3 times. While the game does not serve us,
    /// it is not asked: the answer is unclear at once, as it is when nothing can be written. Works whether or not the engine
    /// runs.
    ///
    /// Nothing of the player is written down. Dropping the future gives the state check up.
    pub async fn check_state(&self, player: PlayerId, state: State) -> StateCheck {
        let code = Code::impossible();
        let mut unclear = Status::Interrupted;
        for _ in 0..MAX_CALLS {
            if let EnginePhase::Open { trouble, .. } = &self.status.borrow().phase {
                return StateCheck::Unclear(trouble.evidence.clone());
            }
            let Ok(note) = self.acquire_permit(Endpoint::Redeem, player).await else { break };
            let in_flight = InFlight(self, player, self.clock.elapsed());
            let Reply { answer, hints } = self.game.redeem(player, state, &code).await;
            in_flight.answered(&of_redeem(&answer), &hints);
            if let Err(error) = self.redemptions.note_end(note).await {
                tracing::debug!("The end of a state check was not noted: {error}");
            }
            match outcome(&answer) {
                StateCheck::Unclear(status) => unclear = status,
                check => return check,
            }
            if !matches!(unclear, Status::TimeoutRetry | Status::TooFrequent | Status::RateLimited) {
                break;
            }
        }
        StateCheck::Unclear(unclear)
    }

    /// Waits until a call for `player` that belongs to no redemption may begin, begins it and notes it; returns the note.
    pub(super) async fn acquire_permit(&self, endpoint: Endpoint, player: PlayerId) -> Result<Option<i64>, StoreError> {
        self.restore_budget().await?;
        {
            // The queue keeps places in the redeem endpoint's budget free.
            let _queued = (endpoint == Endpoint::Redeem).then(|| {
                self.admission(|admission, _| admission.queue_state_check());
                Queued(self)
            });
            loop {
                let ended = self.admission_wake.listen();
                let opening = match self.admission(|admission, now| admission.admit_state_check(endpoint, player, now))
                {
                    Ok(()) => break,
                    Err(opening) => opening.unwrap_or(self.clock.elapsed() + POLL_INTERVAL),
                };
                tokio::select! {
                    biased;
                    () = ended => {}
                    () = tokio::time::sleep_until(self.clock.at(opening)) => {}
                }
            }
        }
        if self.admission(|admission, _| admission.window()).is_none() {
            return Ok(None);
        }
        let begun = Begun(self, endpoint, player);
        let noted = self.redemptions.note_call(endpoint).await;
        if noted.is_ok() {
            std::mem::forget(begun);
        }
        noted.map(Some)
    }
}

/// A call that was begun and is taken back unless it is made.
struct Begun<'a, G: GameApi>(&'a Engine<G>, Endpoint, PlayerId);

impl<G: GameApi> Drop for Begun<'_, G> {
    fn drop(&mut self) {
        self.0.admission(|admission, _| admission.cancel(self.1, self.2));
        self.0.admission_wake.wake_all();
    }
}
