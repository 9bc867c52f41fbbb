//! The login stage: it finds the state of players without one on file, and fetches the profiles of others if the
//! endpoint works.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::domain::answers::answer::{Answer, Reply};
use crate::domain::answers::status::{Status, of_login};
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{PlayerId, display_name};
use crate::domain::redeeming::login_stage::LoginResult;
use crate::ports::{GameApi, LoginAnswer};
use crate::store::{AttemptResult, Claim, Next, StoreError};

use super::admission::Answered;
use super::{Ended, Engine};

/// How long an optional login may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a player without a state waits after the endpoint failed.
const WAIT_FOR_ENDPOINT: Duration = Duration::from_secs(60);

impl<G: GameApi> Engine<G> {
    /// Logs in a claim's player. If the state is on file, the result decides nothing.
    pub(super) async fn log_in(&self, claim: Claim) -> Ended {
        let player = claim.player;
        let patience = claim.state.map(|_| PATIENCE);
        let Reply { answer, hints } = self.ask_for_profile(player, patience).await?;
        let answer = match answer {
            Ok(nickname) => {
                self.log_login(player, &nickname, claim.history.calls);
                return self.redemptions.release(claim).await;
            }
            Err(answer) => answer,
        };
        tracing::debug!(%player, "No profile: {answer:?}");
        if claim.state.is_some() {
            return self.redemptions.release(claim).await;
        }
        match LoginResult::of(&answer) {
            // Existing players get this answer, too, so it is final only after several attempts.
            LoginResult::Player(status) if status == Status::RoleNotExist => {
                let mut history = claim.history;
                history.unknown = history.unknown.saturating_add(1);
                if history.unknown >= self.settings.policy.max_unknown {
                    return self.settle(claim, Reply { answer: status, hints }).await;
                }
                let wait = self.settings.policy.back_off(history.unknown, fastrand::f64());
                let at = self.clock.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
                self.record(claim, AttemptResult { status, history, next: Next::RetryAt(at) }).await.map(drop)
            }
            LoginResult::Player(status) => self.settle(claim, Reply { answer: status, hints }).await,
            LoginResult::Gone => self.redemptions.release(claim).await,
            LoginResult::Unusable | LoginResult::Profile => {
                let at = self.clock.now().checked_add(WAIT_FOR_ENDPOINT).unwrap_or(jiff::Timestamp::MAX);
                self.redemptions.put_off(claim, at).await
            }
        }
    }

    /// Makes one call to the player endpoint, and stores the profile. Returns the player's name, or the failed answer.
    async fn ask_for_profile(
        &self,
        player: PlayerId,
        patience: Option<Duration>,
    ) -> Result<Reply<Result<String, Answer>>, StoreError> {
        let asked = self.clock.elapsed();
        let call = self.game.login(player);
        let Reply { answer, hints } = match patience {
            None => call.await,
            Some(patience) => tokio::time::timeout(patience, call)
                .await
                .unwrap_or_else(|_| Reply::plain(LoginAnswer::Failed(Answer::TimedOut))),
        };
        let (login_result, status) = match &answer {
            LoginAnswer::Profile(_) => (LoginResult::Profile, Status::Success),
            LoginAnswer::Failed(answer) => (LoginResult::of(answer), of_login(answer)),
        };
        self.count_call(Endpoint::Login, &status, asked);
        self.admission(|admission, now| admission.stage.observe(&login_result, now));
        if login_result == LoginResult::Gone {
            self.admission(|admission, now| admission.end_at_nobody(Endpoint::Login, player, now));
            self.admission_wake.wake_all();
        } else {
            self.answered(&Answered { asked, endpoint: Endpoint::Login, player, status: &status, hints: &hints });
        }
        let answer = match answer {
            LoginAnswer::Profile(profile) => {
                let nickname = profile.nickname.clone();
                self.redemptions.record_profile(player, profile).await?;
                Ok(nickname)
            }
            LoginAnswer::Failed(answer) => Err(answer),
        };
        Ok(Reply { answer, hints })
    }

    fn log_login(&self, player: PlayerId, nickname: &str, attempt: u32) {
        let name = display_name(nickname, player);
        tracing::info!(%player, "✅ Login successful for {name} (attempt {attempt})");
    }

    /// Begins a trial of the endpoint if one is due. It uses a recently decided player with no pending redemption, and
    /// runs beside the redemptions without delaying any.
    pub(super) fn begin_trial(self: &Arc<Self>, beside: &mut JoinSet<Ended>) {
        let due = self.admission(|admission, now| {
            admission.for_trial.filter(|_| admission.breaker.is_closed() && admission.stage.is_due(now))
        });
        let Some(player) = due else { return };
        self.admission(|admission, _| admission.stage.begin_trial());
        let engine = self.clone();
        beside.spawn(async move {
            let tried = engine.try_endpoint(player).await;
            engine.admission(|admission, _| admission.stage.end_trial());
            tried
        });
    }

    async fn try_endpoint(&self, player: PlayerId) -> Ended {
        self.admission(|admission, _| admission.for_trial = None);
        if self.redemptions.has_pending(player).await? {
            return Ok(());
        }
        let note = self.acquire_permit(Endpoint::Login, player).await?;
        let reply = self.ask_for_profile(player, Some(PATIENCE)).await?;
        if let Ok(nickname) = reply.answer {
            self.log_login(player, &nickname, 1);
        }
        self.redemptions.note_end(note).await
    }

    /// Makes a player whose redemption was decided available for a trial.
    pub(super) fn consider_a_trial(&self, player: PlayerId) {
        self.admission(|admission, _| admission.for_trial = Some(player));
    }
}
