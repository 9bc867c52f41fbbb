//! The login stage: the game's player endpoint, which can be there or not (PROTOCOL §1).

use std::time::Duration;

use super::answer::Answer;

/// Answers in a row that say "gone" before it is believed.
const STRIKES: u32 = 2;
/// How long a gone endpoint is left alone before it is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// Whether the player endpoint is there, as far as the answers tell.
#[derive(Debug, Default)]
pub struct LoginStage {
    strikes: u32,
    gone_since: Option<Duration>,
}

/// Whether an answer of the player endpoint says that there is none: 404, 405, 410, or a page.
#[must_use]
pub fn says_gone(answer: &Answer) -> bool {
    match answer {
        Answer::Http(code) => matches!(code, 404 | 405 | 410),
        // A 5xx page is an outage, not a missing endpoint.
        Answer::Html(code) => *code < 500,
        _ => false,
    }
}

impl LoginStage {
    /// Whether a player should be logged in before redeeming at `now` (since some fixed start).
    #[must_use]
    pub fn is_used(&self, now: Duration) -> bool {
        self.gone_since.is_none_or(|since| now.saturating_sub(since) >= ASK_AGAIN_AFTER)
    }

    /// Takes note of an answer that came at `now`.
    pub fn observe(&mut self, gone: bool, now: Duration) {
        if !gone {
            *self = Self::default();
            return;
        }
        self.strikes = self.strikes.saturating_add(1);
        if self.strikes >= STRIKES {
            self.gone_since = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gone_twice_in_a_row_is_gone_for_an_hour() {
        let at = Duration::from_secs;
        let mut stage = LoginStage::default();
        stage.observe(true, at(0));
        stage.observe(false, at(1));
        stage.observe(true, at(2));
        assert!(stage.is_used(at(3)));
        stage.observe(true, at(3));
        assert!(!stage.is_used(at(4)));
        assert!(stage.is_used(at(3603)));
        stage.observe(true, at(3603));
        assert!(!stage.is_used(at(3604)));
        stage.observe(false, at(9000));
        assert!(stage.is_used(at(9000)));
    }

    #[test]
    fn an_outage_is_not_a_missing_endpoint() {
        for (answer, gone) in [
            (Answer::Http(404), true),
            (Answer::Http(405), true),
            (Answer::Http(410), true),
            (Answer::Html(200), true),
            (Answer::Html(404), true),
            (Answer::Html(502), false),
            (Answer::Http(500), false),
            (Answer::TimedOut, false),
            (Answer::Malformed, false),
        ] {
            assert_eq!(says_gone(&answer), gone, "{answer:?}");
        }
    }
}
