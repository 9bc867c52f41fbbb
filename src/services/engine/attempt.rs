//! One attempt: one call for one claimed redemption, and the consequences of its answer.

use std::time::Duration;

use crate::domain::answers::answer::Reply;
use crate::domain::answers::status::{Class, Status, of_redeem};
use crate::domain::codes::code::Code;
use crate::domain::codes::verdict::Checked;
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{State, display_name};
use crate::domain::redeeming::breaker::{Counts, Tried};
use crate::domain::redeeming::outcome::Outcome;
use crate::domain::redeeming::retry::{Decision, decide};
use crate::ports::GameApi;
use crate::store::{AttemptResult, Claim, FinishedBatch, Invalidated, Judged, Next, Recorded, StoreError, Waits};

use super::admission::{Answered, Step};
use super::questions::log_search;
use super::{Ended, Engine};

impl<G: GameApi> Engine<G> {
    /// Makes the claim's call and records the result.
    #[tracing::instrument(level = "error", skip_all, fields(code = %claim.code, player = %claim.player))]
    pub(super) async fn attempt(&self, claim: Claim, step: Step) -> Ended {
        let (key, generation, player) = (claim.code.key(), claim.generation, claim.player);
        let ended = match (step, claim.state) {
            (Step::Login, _) => self.log_in(claim).await,
            (Step::Redeem, Some(state)) => self.redeem(claim, state).await,
            (Step::Redeem, None) => {
                self.admission(|admission, _| admission.cancel(Endpoint::Redeem, claim.player));
                self.await_state(claim, Reply::plain(Status::NoState), false).await
            }
        };
        // Only after the result is recorded: otherwise the next attempt would be another canary of the same code.
        self.admission(|admission, _| admission.done(key, generation, player));
        self.redemptions.wake().wake_all();
        ended
    }

    async fn redeem(&self, claim: Claim, state: State) -> Ended {
        let asked = self.clock.elapsed();
        let Reply { answer, hints } = self.call(claim.player, state, &claim.code).await;
        let status = of_redeem(&answer);
        let call = Answered { asked, endpoint: Endpoint::Redeem, player: claim.player, status: &status, hints: &hints };
        if let Counts::No(at) = self.tried(&call, &claim, true) {
            return self.put_off(claim, at).await;
        }
        match status {
            Status::NotLogin => self.redemptions.forget_profile(claim.player).await?,
            Status::UserInfoError => return self.await_state(claim, Reply { answer: status, hints }, true).await,
            _ => {}
        }
        self.settle(claim, Reply { answer: status, hints }).await
    }

    /// Has the claim's redemption wait while its player's state is searched for. If nobody searches, it fails with the
    /// answer.
    async fn await_state(&self, claim: Claim, reply: Reply<Status>, was_asked: bool) -> Ended {
        match self.redemptions.await_state(claim.clone(), reply.answer, was_asked).await? {
            Waits::Yes => {
                if was_asked {
                    log_search(claim.player, &display_name(&claim.nickname, claim.player));
                }
                Ok(())
            }
            Waits::No(status) => self.settle(claim, Reply { answer: status, hints: reply.hints }).await,
        }
    }

    /// Decides what follows from the answer, and records it.
    pub(super) async fn settle(&self, claim: Claim, reply: Reply<Status>) -> Ended {
        let Reply { answer: status, hints } = reply;
        let mut history = claim.history;
        let decision = decide(&self.settings.policy, &mut history, &status, fastrand::f64());
        let next = match decision {
            Decision::Done(outcome) => Next::Final(outcome),
            Decision::GiveUp => Next::Final(Outcome::GaveUp),
            Decision::Retry(wait) => {
                let at = self.clock.now().checked_add(wait.max(hints.retry_after.unwrap_or_default()));
                Next::RetryAt(at.unwrap_or(jiff::Timestamp::MAX))
            }
        };
        let result = AttemptResult { status, history, next };
        let recorded = self.record(claim.clone(), result.clone()).await?;
        // Only after the result is recorded, so that a logged result is never taken back.
        self.log_recorded(&claim, &result, recorded);
        // Only after a success: a code that is over costs two calls, and should not cost a login as well.
        if result.status.class() == Class::Success {
            self.consider_a_trial(claim.player);
        }
        Ok(())
    }

    /// Records a call's result. Keeps it for later if the store cannot take it, or if this attempt is cancelled
    /// meanwhile.
    pub(super) async fn record(&self, claim: Claim, result: AttemptResult) -> Result<Recorded, StoreError> {
        self.unrecorded.add(&claim, &result);
        let recorded = self.redemptions.record(claim.clone(), result).await?;
        self.unrecorded.remove(&claim);
        Ok(recorded)
    }

    pub(super) fn log_recorded(&self, claim: &Claim, result: &AttemptResult, recorded: Recorded) {
        let name = display_name(&claim.nickname, claim.player);
        log_result(claim, &name, result);
        log_judged(&claim.code, claim.generation, &result.status, &recorded.judged, self.clock.now());
        self.count_recorded(result, &recorded);
        for batch in recorded.finished_batches {
            self.count_finished(&batch);
            log_finished(&claim.code, &batch);
        }
    }

    /// Gives a claim back whose attempt does not count. It is due again at `at`, since the clock's start.
    async fn put_off(&self, claim: Claim, at: Duration) -> Ended {
        let wait = at.saturating_sub(self.clock.elapsed());
        let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
        self.redemptions.put_off(claim, at).await
    }

    /// Updates admission control and breaker from the answer to a call that belongs to no redemption, and logs changes.
    pub(super) fn answered(&self, call: &Answered<'_>) {
        self.learn(call, None);
    }

    /// The same for a redemption's attempt; `is_of_code` if it used the real code. Returns whether the attempt counts.
    fn tried(&self, call: &Answered<'_>, claim: &Claim, is_of_code: bool) -> Counts {
        let tried: Tried = (claim.player, (claim.code.key(), claim.generation));
        self.learn(call, Some((&tried, is_of_code)))
    }

    fn learn(&self, call: &Answered<'_>, tried: Option<(&Tried, bool)>) -> Counts {
        let learnt = self.admission(|admission, now| admission.answered(call, tried, now, self.settings.policy.base));
        self.refresh_status();
        self.admission_wake.wake_all();
        if let Some(at) = learnt.opens.filter(|_| call.endpoint == Endpoint::Redeem) {
            let rest = at.saturating_sub(self.clock.elapsed());
            tracing::warn!("The game rate-limits calls: pausing for {:.1} s", rest.as_secs_f32());
        }
        self.log_events(&learnt.changes);
        learnt.counts
    }
}

/// Logs what the answer proves about the code.
fn log_judged(code: &Code, generation: u32, status: &Status, judged: &Judged, now: jiff::Timestamp) {
    if let Some(Invalidated { status, stopped }) = &judged.invalidated {
        tracing::warn!(generation, "{code} is no good for anybody: {status}; {stopped} redemptions stopped");
    }
    let minutes =
        |at: &Option<jiff::Timestamp>| at.map_or(0, |at| at.duration_since(now).as_secs().unsigned_abs().div_ceil(60));
    match &judged.checked {
        Some((Checked::GoodAgain, _)) => tracing::info!("{code} is valid again"),
        Some((Checked::StillOver, next)) => {
            tracing::info!("{code} is still no good: {status}; asked again in {} min", minutes(next));
        }
        Some((Checked::Unclear, _)) | None => {}
    }
}

fn log_result(claim: &Claim, name: &str, result: &AttemptResult) {
    let (status, calls) = (&result.status, result.history.calls);
    let (code, player) = (&claim.code, claim.player);
    if status.class() == Class::Unknown {
        tracing::warn!(%code, %player, "⚠️ Unknown API status for {name}: {status}");
    }
    match result.next {
        Next::Final(outcome) if outcome.is_success() => {
            tracing::info!(%code, %player, "✅ Redeemed for {name}: {status} (attempt {calls})");
        }
        Next::Final(Outcome::GaveUp) => log_given_up(claim, status, calls),
        Next::Final(_) => tracing::info!(%code, %player, "Not redeemed for {name}: {status} (attempt {calls})"),
        Next::RetryAt(_) => {
            tracing::debug!(%code, %player, "Will be tried again for {name}: {status} (attempt {calls})")
        }
    }
}

pub(super) fn log_given_up(claim: &Claim, status: &Status, calls: u32) {
    let name = display_name(&claim.nickname, claim.player);
    let (code, player) = (&claim.code, claim.player);
    tracing::warn!(%code, %player, last_status = %status, "❌ Giving up on {name} after {calls} attempts");
}

pub(super) fn log_finished(code: &Code, batch: &FinishedBatch) {
    tracing::info!(
        "Finished {code} for guild {}: {} granted, {} had it already, {} failed, {} given up",
        batch.guild,
        batch.granted,
        batch.already,
        batch.failed,
        batch.gave_up
    );
}
