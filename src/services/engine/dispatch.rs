//! The dispatcher: begins the calls that may begin now, and decides when to run again.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::answers::status::Status;
use crate::ports::GameApi;
use crate::store::{Admission, Candidate, Claim, ClaimRequest, Claims, StoreError};

use super::admission::Step;
use super::{Ended, Engine, POLL_INTERVAL, STORE_COOL_DOWN, attempt};

/// How long a player's profile stays fresh, if the game has a player endpoint.
const PROFILE_MAX_AGE: Duration = Duration::from_secs(24 * 3600);

impl<G: GameApi> Engine<G> {
    /// Begins the calls that may begin now; returns when to dispatch again, since the clock's start.
    pub(super) async fn dispatch(
        self: &Arc<Self>,
        free: usize,
        tries: &mut JoinSet<Ended>,
        beside: &mut JoinSet<Ended>,
        shutdown: &CancellationToken,
    ) -> Duration {
        let now = self.clock.elapsed();
        if !self.admission(|admission, _| admission.breaker.is_closed()) {
            return self.ask_the_game(tries, shutdown).unwrap_or(now + POLL_INTERVAL);
        }
        let capacity = self.game.capacity();
        if capacity.free == 0 {
            return capacity.opens_in.map_or(now + POLL_INTERVAL, |wait| now + wait);
        }
        let (mut claims, begun) = match self.claim(free.min(capacity.free)).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::error!("Cannot take up redemptions, next try in {} s: {error}", STORE_COOL_DOWN.as_secs());
                return now + STORE_COOL_DOWN;
            }
        };
        for claim in &claims.given_up {
            self.count_given_up();
            attempt::log_given_up(claim, &Status::Interrupted, claim.history.calls);
        }
        for (code, batch) in &claims.finished_batches {
            self.count_finished(batch);
            attempt::log_finished(code, batch);
        }
        for (claim, result, recorded) in std::mem::take(&mut claims.unserved) {
            self.log_recorded(&claim, &result, recorded);
        }
        // Only when nothing at all is due, so that no question comes before a redemption.
        let next_question = match begun.is_empty() && !claims.blocked {
            true => self.begin_question(beside).await,
            false => Ok(None),
        };
        for (claim, step) in begun {
            let engine = self.clone();
            tries.spawn(async move { engine.attempt(claim, step).await });
        }
        let blocked = claims.blocked || free > capacity.free;
        // Measured from the start of this dispatch: a call that became possible during the commit needs another one at
        // once.
        let opening = if blocked { self.admission(|admission, _| admission.next_opening(now)) } else { None };
        let due = claims.next_due.map(|at| self.elapsed_at(at));
        let next_question = next_question.unwrap_or_else(|error| {
            tracing::debug!("No player's state can be checked now: {error}");
            Some(now + STORE_COOL_DOWN)
        });
        let waits = opening.into_iter().chain(due).chain(next_question).chain(capacity.opens_in.map(|wait| now + wait));
        waits.min().unwrap_or(now + POLL_INTERVAL).min(now + POLL_INTERVAL)
    }

    /// Claims the redemptions that admission control admits, each with its step.
    async fn claim(&self, limit: usize) -> Result<(Claims, Vec<(Claim, Step)>), StoreError> {
        let (is_open, window) = self.admission(|admission, now| (admission.is_open(now), admission.window()));
        if !is_open {
            return Ok((Claims { blocked: true, ..Claims::default() }, Vec::new()));
        }
        let request = ClaimRequest {
            limit,
            max_calls: self.settings.policy.max_calls(),
            window: window.unwrap_or_default(),
            fair_queue: *self.fair_queue.lock().unwrap_or_else(PoisonError::into_inner),
        };
        let mut admitted: Vec<(Candidate, Step)> = Vec::new();
        let admit = |candidate: &Candidate| {
            let is_stale = !candidate.is_check && self.is_stale(candidate.profile_at);
            match self.admission(|admission, now| admission.admit(candidate, is_stale, now)) {
                Ok(step) => {
                    admitted.push((candidate.clone(), step));
                    window.map_or(Admission::Take, |_| Admission::TakeFor(step.endpoint()))
                }
                Err(refused) => refused,
            }
        };
        let mut claims = self.redemptions.claim(request, admit).await;
        let mut taken = claims.as_mut().map(|claims| std::mem::take(&mut claims.taken)).unwrap_or_default();
        let mut begun = Vec::new();
        for (candidate, step) in admitted {
            match taken.iter().position(|claim| claim.is_of(&candidate)) {
                Some(index) => begun.push((taken.remove(index), step)),
                // The redemption changed meanwhile, or nothing could be claimed.
                None => self.admission(|admission, _| {
                    admission.cancel(step.endpoint(), candidate.player);
                    admission.done(candidate.key, candidate.generation, candidate.player);
                }),
            }
        }
        let claims = claims?;
        *self.fair_queue.lock().unwrap_or_else(PoisonError::into_inner) = claims.fair_queue;
        Ok((claims, begun))
    }

    fn is_stale(&self, profile_at: Option<Timestamp>) -> bool {
        profile_at.is_none_or(|at| self.clock.now().duration_since(at).unsigned_abs() >= PROFILE_MAX_AGE)
    }

    /// Converts a wall-clock time into a time since the clock's start.
    pub(super) fn elapsed_at(&self, at: Timestamp) -> Duration {
        let wait = Duration::try_from(at.duration_since(self.clock.now())).unwrap_or_default();
        // Wall-clock times are cut to milliseconds. A wake just before the millisecond would find nothing due.
        self.clock.elapsed() + wait + Duration::from_millis(1)
    }
}
