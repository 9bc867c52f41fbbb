//! The login stage: the game's player endpoint, which can be there or not.
//!
//! Where a player's state is on file the stage is optional: it is used only while the endpoint answers with profiles, and
//! tried now and then beside the redemptions, so that a bad one holds up nobody. Without a state on file the endpoint is what
//! tells it, so it is asked unless it is gone.

use std::time::Duration;

use crate::domain::answers::answer::Answer;
use crate::domain::answers::status::{Class, Scope, Status, of_login};

/// Answers in a row that say "gone" before it is believed.
const STRIKES: u32 = 2;
/// An endpoint that does nothing but fail for so long is gone as well.
const GONE_AFTER: Duration = Duration::from_secs(3600);
/// How long a gone endpoint is left alone before it is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3600);
/// Between two trials of an endpoint that answers, but not with profiles.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(600);

/// What an answer of the player endpoint says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginResult {
    /// A profile.
    Profile,
    /// Something about the player: that there is none, or that the game is busy with it.
    Player(Status),
    /// Nothing that helps.
    Trouble,
    /// That there is no such endpoint.
    Gone,
}

impl LoginResult {
    /// What an answer says that is no profile.
    pub fn by(answer: &Answer) -> Self {
        let status = of_login(answer);
        match (answer, status.class()) {
            (Answer::Http(404 | 405 | 410), _) => Self::Gone,
            // A 5xx page is an outage, not a missing endpoint.
            (Answer::Html(code), _) if *code < 500 => Self::Gone,
            (_, Class::Permanent(Scope::Player)) => Self::Player(status),
            _ if matches!(status, Status::TimeoutRetry | Status::TooFrequent) => Self::Player(status),
            _ => Self::Trouble,
        }
    }
}

/// Whether the player endpoint is there and of use, as far as its answers tell. Times are since some fixed start.
#[derive(Debug, Default)]
pub struct LoginStage {
    is_used: bool,
    is_trying: bool,
    try_at: Duration,
    strikes: u32,
    failing_since: Option<Duration>,
    gone_since: Option<Duration>,
}

impl LoginStage {
    /// Whether a player whose state is on file should be logged in before redeeming.
    pub fn is_used(&self) -> bool {
        self.is_used
    }

    /// Whether the endpoint can tell no state at `now`, for it is not there.
    pub fn is_gone(&self, now: Duration) -> bool {
        self.gone_since.is_some_and(|since| now.saturating_sub(since) < ASK_AGAIN_AFTER)
    }

    /// Whether a trial is due at `now`: not while there is one.
    pub fn is_due(&self, now: Duration) -> bool {
        !self.is_used && !self.is_trying && self.try_at <= now
    }

    /// Begins a trial.
    pub fn begin_trial(&mut self) {
        self.is_trying = true;
    }

    /// A trial is over, whatever came of it.
    pub fn end_trial(&mut self) {
        self.is_trying = false;
    }

    /// Takes note of what the endpoint told, by `now`.
    pub fn observe(&mut self, told: &LoginResult, now: Duration) {
        self.is_trying = false;
        self.is_used = *told == LoginResult::Profile;
        self.try_at = now + if *told == LoginResult::Gone { ASK_AGAIN_AFTER } else { TRY_AGAIN_AFTER };
        if matches!(told, LoginResult::Profile | LoginResult::Player(_)) {
            (self.strikes, self.failing_since, self.gone_since) = (0, None, None);
            return;
        }
        let since = *self.failing_since.get_or_insert(now);
        self.strikes = if *told == LoginResult::Gone { self.strikes.saturating_add(1) } else { 0 };
        if self.strikes >= STRIKES || now.saturating_sub(since) >= GONE_AFTER {
            self.gone_since = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::answer::{ApiAnswer, ErrCode};

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn gone_twice_in_a_row_is_gone_for_an_hour() {
        let mut stage = LoginStage::default();
        stage.observe(&LoginResult::Gone, S(0));
        stage.observe(&LoginResult::Trouble, S(1));
        stage.observe(&LoginResult::Gone, S(2));
        assert!(!stage.is_gone(S(3)));
        stage.observe(&LoginResult::Gone, S(3));
        assert!(stage.is_gone(S(4)));
        assert!(!stage.is_gone(S(3603)), "asked again");
        stage.observe(&LoginResult::Gone, S(3603));
        assert!(stage.is_gone(S(3604)));
        stage.observe(&LoginResult::Profile, S(9000));
        assert!(!stage.is_gone(S(9000)));
    }

    #[test]
    fn one_that_only_fails_is_gone_after_an_hour_and_one_that_is_busy_never() {
        let mut stage = LoginStage::default();
        for minute in 0..60 {
            stage.observe(&LoginResult::Trouble, S(60 * minute));
            assert!(!stage.is_gone(S(60 * minute)));
        }
        stage.observe(&LoginResult::Player(Status::TimeoutRetry), S(3599));
        stage.observe(&LoginResult::Trouble, S(3600));
        assert!(!stage.is_gone(S(3600)));
        stage.observe(&LoginResult::Trouble, S(7200));
        assert!(stage.is_gone(S(7200)));
    }

    #[test]
    fn it_is_used_only_while_it_answers_with_profiles_and_tried_now_and_then() {
        let mut stage = LoginStage::default();
        assert!(!stage.is_used());
        assert!(stage.is_due(S(0)));
        stage.begin_trial();
        assert!(!stage.is_due(S(9999)), "one at a time");
        stage.observe(&LoginResult::Profile, S(1));
        assert!(stage.is_used() && !stage.is_due(S(9999)));
        for told in [LoginResult::Trouble, LoginResult::Player(Status::RoleNotExist), LoginResult::Gone] {
            stage.observe(&told, S(10_000));
            let rest = if told == LoginResult::Gone { 3600 } else { 600 };
            assert!(!stage.is_used() && !stage.is_due(S(10_000 + rest - 1)), "{told:?}");
            assert!(stage.is_due(S(10_000 + rest)), "{told:?}");
        }
    }

    #[test]
    fn each_answer_says_what_it_says() {
        let api = |msg: &str, code| Answer::Api(ApiAnswer { msg: msg.into(), err_code: code });
        let busy = LoginResult::Player(Status::TimeoutRetry);
        let nobody = LoginResult::Player(Status::RoleNotExist);
        for (answer, told) in [
            (Answer::Http(404), LoginResult::Gone),
            (Answer::Http(405), LoginResult::Gone),
            (Answer::Http(410), LoginResult::Gone),
            (Answer::Html(200), LoginResult::Gone),
            (Answer::Html(404), LoginResult::Gone),
            (Answer::Html(502), LoginResult::Trouble),
            (Answer::Http(500), LoginResult::Trouble),
            (Answer::Http(403), LoginResult::Trouble),
            (Answer::TimedOut, LoginResult::Trouble),
            (Answer::RateLimited, LoginResult::Trouble),
            (Answer::Malformed, LoginResult::Trouble),
            (api("params error", ErrCode::Number(40001)), LoginResult::Trouble),
            (api("success", ErrCode::Absent), LoginResult::Trouble),
            (api("Sign Error", ErrCode::Number(0)), LoginResult::Trouble),
            (api("TIMEOUT RETRY.", ErrCode::Number(40004)), busy),
            (api("", ErrCode::Number(40004)), nobody.clone()),
            (api("role not exist", ErrCode::Number(40001)), nobody),
        ] {
            assert_eq!(LoginResult::by(&answer), told, "{answer:?}");
        }
    }
}
