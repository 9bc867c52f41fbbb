//! How the engine does, in words for a run's message and for `status`.

use crate::domain::codes::code::CodeKey;
use crate::domain::redeeming::breaker::{Cause, Trouble};
use crate::domain::redeeming::explanation::trouble_in_words;
use crate::services::engine::Condition;

use super::escape::escape;

/// The most characters of what the game said.
const MAX_SAID: usize = 160;

/// What the runs wait for, those of one code or all; nothing while all goes well.
pub fn waits_for(
    condition: &Condition,
    limit: Option<&str>,
    batch_of: Option<&CodeKey>,
    calls_now: bool,
) -> Option<String> {
    match condition {
        // Another code's trouble is none of this run's.
        Condition::Held { code, .. } if batch_of.is_some_and(|of| of != code) => {
            waits_for(&Condition::Working, limit, batch_of, calls_now)
        }
        Condition::Open { trouble, since } => {
            let (since, who) = (since.strftime("%H:%M"), who_acts(trouble));
            let what = match trouble.cause {
                Cause::Down => format!("the game has not answered since {since} UTC"),
                _ => format!("since {since} UTC {}", escape(&trouble_in_words(trouble), MAX_SAID)),
            };
            Some(format!("{what}; {who}"))
        }
        Condition::Held { code, since, evidence } => Some(format!(
            "since {} UTC the game tells everybody {} for {}, which nobody knows; it is asked now and then",
            since.strftime("%H:%M"),
            escape(evidence.name(), MAX_SAID),
            escape(code.as_str(), MAX_SAID),
        )),
        Condition::Limited { .. } => {
            limit.map(str::to_owned).or_else(|| Some("the game was asked too often".to_owned()))
        }
        Condition::Working if calls_now => limit.map(str::to_owned),
        Condition::Working => Some("the game was busy; what failed is tried again shortly".to_owned()),
    }
}

fn who_acts(trouble: &Trouble) -> &'static str {
    match trouble.cause {
        Cause::Deployment => "the bot's operator must act, its log says how; nothing is lost",
        Cause::Odd => "it is asked now and then; the bot's operator should look at the log, nothing is lost",
        Cause::Captcha => {
            "it is asked now and then; until it is well, players can redeem at https://wos-giftcode.centurygame.com"
        }
        Cause::Down | Cause::Refused | Cause::Busy => "it is asked now and then",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::status::Status;
    use crate::domain::codes::code::Code;

    #[test]
    fn a_code_that_is_held_is_said_in_its_own_runs_and_in_status() {
        let key = |text| Code::parse(text).unwrap().key();
        let evidence = Status::Unknown("*NEW*".into());
        let held = Condition::Held { code: key("HELD"), since: jiff::Timestamp::UNIX_EPOCH, evidence };
        let said =
            "since 00:00 UTC the game tells everybody \\*NEW\\* for HELD, which nobody knows; it is asked now and then";
        assert_eq!(waits_for(&held, Some("a limit"), Some(&key("held")), true).as_deref(), Some(said));
        assert_eq!(waits_for(&held, Some("a limit"), None, false).as_deref(), Some(said));
        assert_eq!(waits_for(&held, Some("a limit"), Some(&key("OTHER")), true).as_deref(), Some("a limit"));
    }
}
