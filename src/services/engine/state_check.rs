//! State checks: is this player in that state? They serve people who link an account, and go ahead of the batches'
//! calls.

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

/// Calls for one state check while the game is busy.
const MAX_CALLS: u32 = 3;

/// A place in the queue of state checks. Dropping it gives the place back, even if the caller is gone.
struct Queued<'a, G: GameApi>(&'a Engine<G>);

impl<G: GameApi> Drop for Queued<'_, G> {
    fn drop(&mut self) {
        self.0.admission(|admission, _| admission.leave_queue());
    }
}

/// A state check's call under way. It counts as ended even if the caller is gone, because it may have reached the game.
pub(super) struct InFlight<'a, G: GameApi>(&'a Engine<G>, PlayerId, Duration);

impl<'a, G: GameApi> InFlight<'a, G> {
    pub fn new(engine: &'a Engine<G>, player: PlayerId) -> Self {
        Self(engine, player, engine.clock.elapsed())
    }

    pub fn answered(self, status: &Status, hints: &RateLimitHints) {
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
    /// Asks the game whether `player` is in `state`, redeeming nothing. The call respects the endpoint's budget and the
    /// player's interval, but goes before every redemption. It waits for a full window at most (60 s with the game's
    /// limits), and for the player's interval. A busy game is asked up to 3 times. While the breaker is open or nothing
    /// can be written, the result is unclear at once, without a call. The engine need not be running.
    ///
    /// Nothing about the player is stored. Dropping the future cancels the state check.
    pub async fn check_state(&self, player: PlayerId, state: State) -> StateCheck {
        let code = Code::impossible();
        let mut unclear = Status::Interrupted;
        for _ in 0..MAX_CALLS {
            if let EnginePhase::Open { trouble, .. } = &self.status.borrow().phase {
                return StateCheck::Unclear(trouble.evidence.clone());
            }
            let Ok(note) = self.acquire_permit(Endpoint::Redeem, player).await else { break };
            let in_flight = InFlight::new(self, player);
            let Reply { answer, hints } = self.call(player, state, &code).await;
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

    /// Waits until a call for `player` that belongs to no redemption may begin. Begins and records it; returns the
    /// record's id.
    pub(super) async fn acquire_permit(&self, endpoint: Endpoint, player: PlayerId) -> Result<Option<i64>, StoreError> {
        self.restore_budget().await?;
        {
            // A queued state check keeps a place in the redeem endpoint's budget free.
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

/// A call that has begun. Dropping it takes the call back, unless the call was made.
struct Begun<'a, G: GameApi>(&'a Engine<G>, Endpoint, PlayerId);

impl<G: GameApi> Drop for Begun<'_, G> {
    fn drop(&mut self) {
        self.0.admission(|admission, _| admission.cancel(self.1, self.2));
        self.0.admission_wake.wake_all();
    }
}
