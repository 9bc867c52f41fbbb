//! Makes the breaker's test calls, one at a time, and acts when the breaker opens or closes.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::answers::status::of_redeem;
use crate::domain::codes::code::Code;
use crate::domain::health::{EnginePhase, EngineStatus};
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::breaker::{BreakerEvent, TestCall, Trouble};
use crate::domain::redeeming::explanation::{remedy, trouble_in_words};
use crate::ports::GameApi;
use crate::store::StoreError;

use super::admission::Answered;
use super::{Ended, Engine};

impl<G: GameApi> Engine<G> {
    /// Makes a test call if one is due; returns when the next one is due.
    pub(super) fn ask_the_game(
        self: &Arc<Self>,
        tries: &mut JoinSet<Ended>,
        shutdown: &CancellationToken,
    ) -> Option<Duration> {
        let due = self.admission(|admission, now| match admission.breaker.test_at() {
            Some(at) if at > now => Err(Some(at)),
            Some(_) => admission.breaker.begin_test(now).ok_or(None),
            None => Err(None),
        });
        match due {
            Err(at) => at,
            Ok(test_call) => {
                let (engine, shutdown) = (self.clone(), shutdown.clone());
                tries.spawn(async move { engine.ask(test_call, &shutdown).await });
                None
            }
        }
    }

    /// Makes one test call, which redeems nothing. Any meaningful answer counts as success, even a wrong state.
    async fn ask(&self, test_call: TestCall, shutdown: &CancellationToken) -> Ended {
        let Some((player, state)) = self.whom_to_ask_for(test_call).await? else {
            self.admission(|admission, _| admission.breaker.no_player_to_test());
            self.redemptions.wake().wake_all();
            return Ok(());
        };
        // The wait for a permit lasts as long as the budget is used up. Shutdown does not wait for it.
        let permit = self.acquire_permit(Endpoint::Redeem, player);
        let Some(note) = shutdown.run_until_cancelled(permit).await.transpose()? else { return Ok(()) };
        let asked = self.clock.elapsed();
        let reply = self.call(player, state, &Code::impossible()).await;
        let (status, hints) = (of_redeem(&reply.answer), reply.hints);
        let call = Answered { asked, endpoint: Endpoint::Redeem, player, status: &status, hints: &hints };
        let changes =
            self.admission(|admission, now| admission.question_answered(&call, now, self.settings.policy.base));
        self.refresh_status();
        self.admission_wake.wake_all();
        self.redemptions.note_end(note).await?;
        for change in &changes {
            if let BreakerEvent::Opened(_, failures) | BreakerEvent::Held(_, _, failures) = change {
                self.redemptions.give_back(failures.clone()).await?;
            }
        }
        self.log_events(&changes);
        self.redemptions.wake().wake_all();
        Ok(())
    }

    /// Returns a player other than those whose calls failed, if there is one; otherwise one of them, if that makes
    /// sense.
    async fn whom_to_ask_for(&self, test_call: TestCall) -> Result<Option<(PlayerId, State)>, StoreError> {
        let TestCall { exclude, avoid, needs_another, after } = test_call;
        let least: Vec<PlayerId> = avoid.into_iter().collect();
        for (excluded, untroubled) in [(exclude.clone(), true), (exclude, false), (least, false)] {
            if let Some(other) = self.redemptions.player_to_ask_for(excluded, untroubled, after).await? {
                return Ok(Some(other));
            }
        }
        // With any state, because "wrong state" is a meaningful answer as well.
        Ok(avoid.filter(|_| !needs_another).zip(State::new(1)))
    }

    /// Logs the changes, and wakes everything that waits for the engine.
    pub(super) fn log_events(&self, changes: &[BreakerEvent]) {
        for change in changes {
            match change {
                BreakerEvent::TestDue => {}
                BreakerEvent::Opened(trouble, _) | BreakerEvent::CauseChanged(trouble) => log_trouble(trouble),
                BreakerEvent::Closed(trouble) => {
                    let minutes = self.clock.elapsed().saturating_sub(trouble.since).as_secs().div_ceil(60);
                    tracing::info!(
                        "The game answers again; what was wrong for {minutes} min: {}",
                        trouble_in_words(trouble.cause, &trouble.evidence)
                    );
                }
                BreakerEvent::Held((code, generation), status, _) => tracing::warn!(
                    generation,
                    "{code} is held: the game tells everybody {status} for it, which nobody knows, and is well for the rest. \
                     It is asked about now and then; nobody's tries are used"
                ),
                BreakerEvent::Released((code, generation)) => tracing::info!(generation, "{code} is held no more"),
            }
        }
        if !changes.is_empty() {
            self.redemptions.wake().wake_all();
        }
    }

    /// Publishes the engine's present status, computed from the breaker and the budget.
    pub(super) fn refresh_status(&self) {
        let now = self.clock.elapsed();
        let at = |elapsed: Duration| match elapsed.checked_sub(now) {
            Some(ahead) => self.clock.now().checked_add(ahead).unwrap_or(Timestamp::MAX),
            None => self.clock.now().checked_sub(now.saturating_sub(elapsed)).unwrap_or(Timestamp::MIN),
        };
        let next = self.admission(|admission, _| {
            let held = admission.breaker.codes.held();
            let phase = match (admission.breaker.trouble(), admission.limited_until, held.first()) {
                (Some(trouble), ..) => EnginePhase::Open { trouble: trouble.clone(), since: at(trouble.since) },
                (None, Some(until), _) => EnginePhase::Limited { until: at(until) },
                (None, None, Some(((code, _), held))) => {
                    EnginePhase::Held { code: code.clone(), since: at(held.since), evidence: held.evidence.clone() }
                }
                (None, None, None) => EnginePhase::Working,
            };
            let never_reached = admission.breaker.never_reached().cloned();
            EngineStatus { phase, limit: admission.limit(), never_reached }
        });
        self.status.send_if_modified(|status| {
            let is_new = !status.is_same(&next);
            if is_new {
                *status = next;
            }
            is_new
        });
    }
}

fn log_trouble(trouble: &Trouble) {
    let (words, remedy) = (trouble_in_words(trouble.cause, &trouble.evidence), remedy(trouble));
    let words = words.strip_prefix("the ").unwrap_or(&words);
    if trouble.cause.passes() {
        tracing::warn!("The {words}: nothing is redeemed, and nobody's tries are used; {remedy}");
    } else {
        tracing::error!("CRITICAL: The {words}: nothing can be redeemed, everything stays due; {remedy}");
    }
}
