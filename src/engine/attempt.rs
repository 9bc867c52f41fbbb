//! One try: one call for one claimed redemption, and what is made of its answer.

use crate::domain::answer::{Answer, Reply};
use crate::domain::budget::Endpoint;
use crate::domain::code::Code;
use crate::domain::login::says_gone;
use crate::domain::outcome::Outcome;
use crate::domain::player::{State, display_name};
use crate::domain::probe::{ProbeOutcome, outcome};
use crate::domain::retry::{Decision, decide};
use crate::domain::search::Searched;
use crate::domain::status::{Class, Status, of_login, of_redeem};
use crate::domain::verdict::Checked;
use crate::ports::{GameApi, LoginAnswer};
use crate::store::{Claim, Condemned, FinishedRun, Judged, StoreError, Verdict};

use super::condition::Condition;
use super::pace::{Answered, Step};
use super::{Ended, Engine, Halt};

impl<G: GameApi> Engine<G> {
    /// Makes the claim's call and records what came of it.
    pub(super) async fn attempt(&self, claim: Claim, step: Step) -> Ended {
        let (key, generation, player) = (claim.code.key(), claim.generation, claim.player);
        let ended = match (step, claim.state) {
            (Step::Login, _) => self.log_in(claim).await,
            (Step::Redeem, Some(state)) => self.redeem(claim, state).await,
            (Step::Probe(tried), _) => self.try_state(claim, tried).await,
            (Step::Redeem, None) => {
                self.pace(|pace, _| pace.cancel(Endpoint::Redeem, claim.player));
                self.settle(claim, Reply::plain(Status::NoState)).await
            }
        };
        // Not before what it came to is written down: else the next one would be the scout of the same code.
        self.pace(|pace, _| pace.done(key, generation, player));
        self.store.work_wake().notify_waiters();
        ended
    }

    async fn redeem(&self, claim: Claim, state: State) -> Ended {
        let asked = self.clock.elapsed();
        let Reply { answer, heard } = self.game.redeem(claim.player, state, &claim.code).await;
        let status = of_redeem(&answer);
        self.answered(&Answered {
            asked,
            endpoint: Endpoint::Redeem,
            player: claim.player,
            status: &status,
            heard: &heard,
        });
        self.reach.count(&answer);
        match status {
            Status::NotLogin => self.store.forget_profile(claim.player).await?,
            Status::UserInfoError if self.begin_search(&claim, state).await? => {
                let history = claim.history;
                self.store.record(claim, Verdict { status, history, next: Err(self.clock.now()) }).await?;
                return Ok(None);
            }
            _ => {}
        }
        self.settle(claim, Reply { answer: status, heard }).await
    }

    /// The state on file is wrong: whether there are others to try.
    async fn begin_search(&self, claim: &Claim, wrong: State) -> Result<bool, StoreError> {
        let player = claim.player;
        if self.pace(|pace, _| pace.searches.knows(player, wrong)) {
            return Ok(self.pace(|pace, _| pace.searches.next(player).is_some()));
        }
        let others = self.store.states_of_roster_mates(player).await?;
        Ok(self.pace(|pace, _| pace.searches.begin(player, wrong, others)))
    }

    /// Asks whether the player lives in another state than the one on file.
    async fn try_state(&self, claim: Claim, tried: State) -> Ended {
        let player = claim.player;
        let asked = self.clock.elapsed();
        let Reply { answer, heard } = self.game.redeem(player, tried, &Code::impossible()).await;
        let status = of_redeem(&answer);
        self.answered(&Answered { asked, endpoint: Endpoint::Redeem, player, status: &status, heard: &heard });
        self.reach.count(&answer);
        let outcome = outcome(&answer);
        let told = match (self.pace(|pace, _| pace.searches.told(player, tried, &outcome)), outcome) {
            (Searched::Found(found), _) => {
                tracing::info!(%player, "{} lives in state {found}", display_name(&claim.nickname, player));
                self.store.correct_state(player, found).await?;
                self.store.retry_wrong_state(player).await?;
                self.store.release(claim).await?;
                return Ok(None);
            }
            (Searched::GoesOn, _) => {
                self.store.release(claim).await?;
                return Ok(None);
            }
            (Searched::NotFound, _) => Status::UserInfoError,
            (Searched::NoSuchPlayer, _) => Status::RoleNotExist,
            (Searched::Contradicted, _) => Status::Unknown("PROBE: EVERY STATE IS RIGHT".to_owned()),
            // It says nothing of the code, which was none.
            (_, ProbeOutcome::Unclear(status)) if Outcome::of(&status).is_some() && status != Status::SignError => {
                Status::Unknown(format!("PROBE: {status}"))
            }
            (_, ProbeOutcome::Unclear(status)) => status,
            (Searched::Unclear, _) => Status::Interrupted,
        };
        self.settle(claim, Reply { answer: told, heard }).await
    }

    async fn log_in(&self, claim: Claim) -> Ended {
        let asked = self.clock.elapsed();
        let Reply { answer, heard } = self.game.login(claim.player).await;
        let gone = matches!(&answer, LoginAnswer::Failed(answer) if says_gone(answer));
        let status = match &answer {
            LoginAnswer::Profile(_) => Status::Success,
            LoginAnswer::Failed(answer) => of_login(answer),
        };
        if gone {
            self.pace(|pace, now| pace.end_at_nobody(Endpoint::Login, claim.player, now));
            self.pace_wake.notify_waiters();
        } else {
            let call =
                Answered { asked, endpoint: Endpoint::Login, player: claim.player, status: &status, heard: &heard };
            self.answered(&call);
        }
        self.pace(|pace, now| pace.stage.observe(gone, now));
        let answer = match answer {
            LoginAnswer::Profile(profile) => {
                self.reach.count(&Answer::Http(200));
                let name = display_name(&profile.nickname, claim.player);
                tracing::info!(player = %claim.player, "✅ Login successful for {name} (attempt {})", claim.history.calls);
                self.store.record_profile(claim.player, profile).await?;
                self.store.release(claim).await?;
                return Ok(None);
            }
            LoginAnswer::Failed(answer) => answer,
        };
        self.reach.count(&answer);
        if gone {
            tracing::debug!(player = %claim.player, "The player endpoint says that it is gone: {answer:?}");
            self.store.release(claim).await?;
            return Ok(None);
        }
        self.settle(claim, Reply { answer: status, heard }).await
    }

    /// Decides and records.
    async fn settle(&self, claim: Claim, reply: Reply<Status>) -> Ended {
        let Reply { answer: status, heard } = reply;
        let name = display_name(&claim.nickname, claim.player);
        let mut history = claim.history;
        let decision = decide(&self.settings.policy, &mut history, &status, fastrand::f64());
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
        say(&claim, &name, &status, next.ok(), history.calls);
        say_judged(&code, generation, &status, &recorded.judged, self.clock.now());
        for run in recorded.finished_runs {
            say_finished(&code, &run);
        }
        Ok(None)
    }

    /// Lets the pace learn from an answer that came just now, and says what changed.
    pub(super) fn answered(&self, call: &Answered<'_>) {
        let now = self.clock.elapsed();
        let learnt = self.pace(|pace, now| pace.answered(call, now, self.settings.policy.base));
        self.pace_wake.notify_waiters();
        if let Some(change) = learnt.outage {
            self.say_outage(change);
        }
        let rest = learnt.opens.map(|at| at.saturating_sub(now));
        if let Some(rest) = rest {
            tracing::warn!("The game takes no calls for {:.1} s: there were too many", rest.as_secs_f32());
        }
        let until = rest.map(|rest| self.clock.now().checked_add(rest).unwrap_or(jiff::Timestamp::MAX));
        self.condition.send_if_modified(|condition| {
            let next = match (&condition, until) {
                (Condition::Working | Condition::Limited { .. }, Some(until)) => Condition::Limited { until },
                (Condition::Limited { .. }, None) if *call.status != Status::RateLimited => Condition::Working,
                _ => return false,
            };
            *condition = next;
            true
        });
    }
}

/// What the answer said of the code itself.
fn say_judged(code: &Code, generation: u32, status: &Status, judged: &Judged, now: jiff::Timestamp) {
    if let Some(Condemned { status, stopped }) = &judged.condemned {
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

fn say(claim: &Claim, name: &str, status: &Status, outcome: Option<Outcome>, calls: u32) {
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

pub(super) fn say_given_up(claim: &Claim, status: &Status, calls: u32) {
    let name = display_name(&claim.nickname, claim.player);
    let (code, player) = (&claim.code, claim.player);
    tracing::warn!(%code, %player, last_status = %status, "❌ Giving up on {name} after {calls} attempts");
}

pub(super) fn say_finished(code: &Code, run: &FinishedRun) {
    tracing::info!(
        "Finished {code} for guild {}: {} granted, {} had it already, {} failed, {} given up",
        run.guild,
        run.granted,
        run.already,
        run.failed,
        run.gave_up
    );
}
