//! The login stage: the game's player endpoint, which may not exist.
//!
//! If a player's state is on file, the stage is optional: it is used only while the endpoint answers with profiles.
//! Otherwise the endpoint is tried at intervals alongside the redemptions, so that a broken one delays nobody. If no
//! state is on file, only the endpoint can give one, so it is asked unless it is gone.

use std::time::Duration;

use crate::domain::answers::answer::Answer;
use crate::domain::answers::status::{Class, Scope, Status, of_login};

/// How many answers in a row must say "gone".
const STRIKES: u32 = 2;
/// An endpoint that only fails for so long counts as gone as well.
const GONE_AFTER: Duration = Duration::from_secs(3600);
/// How long a gone endpoint is left alone.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3600);
/// The time between two trials of an endpoint that answers without profiles.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(600);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginResult {
    Profile,
    /// An answer about the player: there is no such player, or the game is busy with it.
    Player(Status),
    /// An answer of no use.
    Unusable,
    /// There is no such endpoint.
    Gone,
}

impl LoginResult {
    /// The meaning of an answer without a profile.
    pub fn of(answer: &Answer) -> Self {
        let status = of_login(answer);
        match (answer, status.class()) {
            (Answer::Http(404 | 405 | 410), _) => Self::Gone,
            // An HTML page with 5xx is an outage, not a missing endpoint.
            (Answer::Html(code), _) if *code < 500 => Self::Gone,
            (_, Class::Permanent(Scope::Player)) => Self::Player(status),
            _ if matches!(status, Status::TimeoutRetry | Status::TooFrequent) => Self::Player(status),
            _ => Self::Unusable,
        }
    }
}

/// Whether the player endpoint exists and is of use, according to its answers. Times are measured from some fixed
/// start.
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
    /// Whether to log a player in before redeeming although the state is on file.
    pub fn is_used(&self) -> bool {
        self.is_used
    }

    /// Whether the endpoint does not exist, as far as known at `now`.
    pub fn is_gone(&self, now: Duration) -> bool {
        self.gone_since.is_some_and(|since| now.saturating_sub(since) < ASK_AGAIN_AFTER)
    }

    /// Whether a trial is due at `now`. None is while another one runs.
    pub fn is_due(&self, now: Duration) -> bool {
        !self.is_used && !self.is_trying && self.try_at <= now
    }

    pub fn begin_trial(&mut self) {
        self.is_trying = true;
    }

    pub fn end_trial(&mut self) {
        self.is_trying = false;
    }

    /// Records an answer of the endpoint.
    pub fn observe(&mut self, result: &LoginResult, now: Duration) {
        self.is_trying = false;
        self.is_used = *result == LoginResult::Profile;
        self.try_at = now + if *result == LoginResult::Gone { ASK_AGAIN_AFTER } else { TRY_AGAIN_AFTER };
        if matches!(result, LoginResult::Profile | LoginResult::Player(_)) {
            (self.strikes, self.failing_since, self.gone_since) = (0, None, None);
            return;
        }
        let since = *self.failing_since.get_or_insert(now);
        self.strikes = if *result == LoginResult::Gone { self.strikes.saturating_add(1) } else { 0 };
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
    fn two_gone_answers_in_a_row_count_for_an_hour() {
        let mut stage = LoginStage::default();
        stage.observe(&LoginResult::Gone, S(0));
        stage.observe(&LoginResult::Unusable, S(1));
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
    fn a_failing_endpoint_is_gone_after_an_hour_and_a_busy_one_never() {
        let mut stage = LoginStage::default();
        for minute in 0..60 {
            stage.observe(&LoginResult::Unusable, S(60 * minute));
            assert!(!stage.is_gone(S(60 * minute)));
        }
        stage.observe(&LoginResult::Player(Status::TimeoutRetry), S(3599));
        stage.observe(&LoginResult::Unusable, S(3600));
        assert!(!stage.is_gone(S(3600)));
        stage.observe(&LoginResult::Unusable, S(7200));
        assert!(stage.is_gone(S(7200)));
    }

    #[test]
    fn the_endpoint_is_used_only_while_it_answers_with_profiles_and_tried_at_intervals() {
        let mut stage = LoginStage::default();
        assert!(!stage.is_used());
        assert!(stage.is_due(S(0)));
        stage.begin_trial();
        assert!(!stage.is_due(S(9999)), "one at a time");
        stage.observe(&LoginResult::Profile, S(1));
        assert!(stage.is_used() && !stage.is_due(S(9999)));
        for result in [LoginResult::Unusable, LoginResult::Player(Status::RoleNotExist), LoginResult::Gone] {
            stage.observe(&result, S(10_000));
            let wait = if result == LoginResult::Gone { 3600 } else { 600 };
            assert!(!stage.is_used() && !stage.is_due(S(10_000 + wait - 1)), "{result:?}");
            assert!(stage.is_due(S(10_000 + wait)), "{result:?}");
        }
    }

    #[test]
    fn each_answer_has_its_meaning() {
        let api = |msg: &str, code| Answer::Api(ApiAnswer { msg: msg.into(), err_code: code });
        let busy = LoginResult::Player(Status::TimeoutRetry);
        let nobody = LoginResult::Player(Status::RoleNotExist);
        for (answer, result) in [
            (Answer::Http(404), LoginResult::Gone),
            (Answer::Http(405), LoginResult::Gone),
            (Answer::Http(410), LoginResult::Gone),
            (Answer::Html(200), LoginResult::Gone),
            (Answer::Html(404), LoginResult::Gone),
            (Answer::Html(502), LoginResult::Unusable),
            (Answer::Http(500), LoginResult::Unusable),
            (Answer::Http(403), LoginResult::Unusable),
            (Answer::TimedOut, LoginResult::Unusable),
            (Answer::RateLimited, LoginResult::Unusable),
            (Answer::Malformed, LoginResult::Unusable),
            (api("params error", ErrCode::Number(40001)), LoginResult::Unusable),
            (api("success", ErrCode::Absent), LoginResult::Unusable),
            (api("Sign Error", ErrCode::Number(0)), LoginResult::Unusable),
            (api("TIMEOUT RETRY.", ErrCode::Number(40004)), busy),
            (api("", ErrCode::Number(40004)), nobody.clone()),
            (api("role not exist", ErrCode::Number(40001)), nobody),
        ] {
            assert_eq!(LoginResult::of(&answer), result, "{answer:?}");
        }
    }
}
