//! One try: one call for one claimed redemption, and what is made of its answer.

use crate::domain::answer::{Answer, Reply};
use crate::domain::login::says_gone;
use crate::domain::outcome::Outcome;
use crate::domain::player::{State, display_name};
use crate::domain::retry::{Decision, decide};
use crate::domain::status::{Class, Status, of_login, of_redeem};
use crate::ports::{GameApi, LoginAnswer};
use crate::store::{Claim, FinishedRun, StoreError, Verdict};

use super::condition::Condition;
use super::pace::{Answered, Step};
use super::{Engine, Halt};

impl<G: GameApi> Engine<G> {
    /// Makes the claim's call and records what came of it.
    pub(super) async fn attempt(&self, claim: Claim, step: Step) -> Result<Option<Halt>, StoreError> {
        match (step, claim.state) {
            (Step::Login, _) => self.log_in(claim).await,
            (Step::Redeem, Some(state)) => self.redeem(claim, state).await,
            (Step::Redeem, None) => {
                self.pace(|pace, _| pace.cancel(step, claim.player));
                self.settle(claim, Reply::plain(Status::NoState)).await
            }
        }
    }

    async fn redeem(&self, claim: Claim, state: State) -> Result<Option<Halt>, StoreError> {
        let Reply { answer, heard } = self.game.redeem(claim.player, state, &claim.code).await;
        let status = of_redeem(&answer);
        self.answered(&Answered { step: Step::Redeem, player: claim.player, status: &status, heard: &heard });
        self.count(&answer);
        if status == Status::NotLogin {
            self.store.forget_profile(claim.player).await?;
        }
        self.settle(claim, Reply { answer: status, heard }).await
    }

    async fn log_in(&self, claim: Claim) -> Result<Option<Halt>, StoreError> {
        let Reply { answer, heard } = self.game.login(claim.player).await;
        let gone = matches!(&answer, LoginAnswer::Failed(answer) if says_gone(answer));
        let status = match &answer {
            LoginAnswer::Profile(_) => Status::Success,
            LoginAnswer::Failed(answer) => of_login(answer),
        };
        if gone {
            self.pace(|pace, now| pace.end_at_nobody(Step::Login, claim.player, now));
        } else {
            self.answered(&Answered { step: Step::Login, player: claim.player, status: &status, heard: &heard });
        }
        self.pace(|pace, now| pace.stage.observe(gone, now));
        let answer = match answer {
            LoginAnswer::Profile(profile) => {
                self.count(&Answer::Http(200));
                let name = display_name(&profile.nickname, claim.player);
                tracing::info!(player = %claim.player, "✅ Login successful for {name} (attempt {})", claim.history.calls);
                self.store.record_profile(claim.player, profile).await?;
                self.store.release(claim).await?;
                return Ok(None);
            }
            LoginAnswer::Failed(answer) => answer,
        };
        self.count(&answer);
        if gone {
            tracing::debug!(player = %claim.player, "The player endpoint says that it is gone: {answer:?}");
            self.store.release(claim).await?;
            return Ok(None);
        }
        self.settle(claim, Reply { answer: status, heard }).await
    }

    /// Decides and records.
    async fn settle(&self, claim: Claim, reply: Reply<Status>) -> Result<Option<Halt>, StoreError> {
        let Reply { answer: status, heard } = reply;
        let name = display_name(&claim.nickname, claim.player);
        let mut history = claim.history;
        let policy = &self.settings.policy;
        let decision = decide(policy, &mut history, &status, fastrand::f64());
        let next = match decision {
            Decision::Halt => {
                self.store.release(claim).await?;
                return Ok(Some(Halt(status)));
            }
            Decision::Done(outcome) => Ok(outcome),
            Decision::GiveUp => Ok(Outcome::GaveUp),
            Decision::Retry(wait) => {
                let at = self.clock.now().checked_add(wait.max(heard.retry_after.unwrap_or_default()));
                Err(at.unwrap_or(jiff::Timestamp::MAX))
            }
        };
        let (code, generation) = (claim.code.clone(), claim.generation);
        let recorded = self.store.record(claim.clone(), Verdict { status: status.clone(), history, next }).await?;
        // Not before it is on file: what is said is never taken back.
        self.say(&claim, &name, &status, next.ok(), history.calls);
        if let Some(condemned) = recorded.condemned {
            tracing::warn!(
                generation,
                "{code} is no good for anybody: {}; {} redemptions stopped",
                condemned.status,
                condemned.stopped
            );
        }
        for run in recorded.finished_runs {
            say_finished(&code, &run);
        }
        Ok(None)
    }

    fn say(&self, claim: &Claim, name: &str, status: &Status, outcome: Option<Outcome>, calls: u32) {
        let (code, player) = (&claim.code, claim.player);
        if status.class() == Class::Unknown {
            tracing::warn!(%code, %player, "⚠️ Unknown API status for {name}: {status}");
        }
        match outcome {
            Some(outcome) if outcome.is_success() => {
                tracing::info!(%code, %player, "✅ Redeemed for {name}: {status} (attempt {calls})");
            }
            Some(Outcome::GaveUp) => say_given_up(claim, status, calls),
            Some(_) => tracing::info!(%code, %player, "Not redeemed for {name}: {status} (attempt {calls})"),
            None => tracing::debug!(%code, %player, "Will be tried again for {name}: {status} (attempt {calls})"),
        }
    }

    /// Lets the pace learn from an answer that came just now.
    pub(super) fn answered(&self, call: &Answered<'_>) {
        let opens = self.pace(|pace, now| pace.answered(call, now, self.settings.policy.base).map(|at| (at, at - now)));
        if let Some((_, rest)) = opens {
            tracing::warn!("The game takes no calls for {:.1} s: there were too many", rest.as_secs_f32());
        }
        self.pace_wake.notify_waiters();
        let until = opens.map(|(_, rest)| self.clock.now().checked_add(rest).unwrap_or(jiff::Timestamp::MAX));
        self.condition.send_if_modified(|condition| match (&condition, until) {
            (Condition::Working | Condition::Limited { .. }, Some(until)) => {
                *condition = Condition::Limited { until };
                true
            }
            (Condition::Limited { .. }, None) if *call.status != Status::RateLimited => {
                *condition = Condition::Working;
                true
            }
            _ => false,
        });
    }

    pub(super) fn count(&self, answer: &Answer) {
        if answer.reached() {
            self.reach.answered();
        } else {
            self.reach.unreached(answer);
        }
    }
}

pub(super) fn say_given_up(claim: &Claim, status: &Status, calls: u32) {
    let name = display_name(&claim.nickname, claim.player);
    let (code, player) = (&claim.code, claim.player);
    tracing::warn!(%code, %player, last_status = %status, "❌ Giving up on {name} after {calls} attempts");
}

pub(super) fn say_finished(code: &crate::domain::code::Code, run: &FinishedRun) {
    tracing::info!(
        "Finished {code} for guild {}: {} granted, {} had it already, {} failed, {} given up",
        run.guild,
        run.granted,
        run.already,
        run.failed,
        run.gave_up
    );
}
