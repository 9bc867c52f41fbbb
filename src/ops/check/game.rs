//! The game's door: whether it takes the page's name, the signature and this computer's address.
//!
//! One call with a code and a player that cannot exist. The game checks whether player and state belong together before it reads
//! the code (docs/protocol.md, "Statuses"), so nobody's account is touched, and each answer about the player or the code says
//! that the door is open.
//!
//! The call counts at the game like any other. The bot's own budget (invariant 5) does not know of it, because the state file is
//! only read here. So no call is made while the state file shows that the bot has used its budget up to the last two calls; and
//! if one call too many is made all the same, the bot learns of it from the game's answers, as it does of other programs behind the
//! same address.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::domain::answers::status::{Status, of_redeem};
use crate::domain::check::{Finding, FindingId, ServerDate};
use crate::domain::codes::code::Code;
use crate::domain::limits::budget::{Endpoint, RateLimit};
use crate::domain::players::player::{MAX_PLAYER_ID, PlayerId, State};
use crate::domain::redeeming::explanation::meaning;
use crate::game::GameClient;
use crate::runtime::clock::Clock;
use crate::store::RecordedCall;

/// As long as codes can be, and longer than any that was ever published.
const IMPOSSIBLE_CODE: &str = "ThisIsNoGiftCodeButABotsCheck000";
/// Beyond all states of the game.
const IMPOSSIBLE_STATE: u32 = 999_999;
/// So many calls of the budget stay with the bot.
const LEFT_TO_THE_BOT: usize = 2;

pub struct GameCheck<'a> {
    pub client: &'a GameClient,
    /// The host of the game's API.
    pub host: String,
    /// As configured.
    pub limit: Option<RateLimit>,
    /// The bot's calls that the state file has.
    pub calls: &'a [RecordedCall],
    pub clock: Clock,
}

pub async fn check_game(check: GameCheck<'_>) -> (Vec<Finding>, Option<ServerDate>) {
    let (began, sent) = (Instant::now(), check.clock.now());
    if let Some((used, limit)) = spent(check.calls, check.limit, sent) {
        let text = format!(
            "not called, because the bot has just made {used} of the {} calls that are allowed in {} s: it is calling the game",
            limit.calls,
            limit.window.as_secs()
        );
        return (vec![Finding::new(FindingId::GameSpared, text)], None);
    }
    let (Some(player), Some(state), Ok(code)) =
        (PlayerId::new(MAX_PLAYER_ID), State::new(IMPOSSIBLE_STATE), Code::parse(IMPOSSIBLE_CODE))
    else {
        return (Vec::new(), None);
    };
    let (answer, date) = check.client.try_call(player, state, &code).await;
    let status = of_redeem(&answer);
    let took = began.elapsed();
    let date = date.map(|date| ServerDate {
        server: check.host,
        date,
        resolution: Duration::from_secs(1),
        sent,
        received: check.clock.now(),
    });
    (vec![finding(&status, took).took(took)], date)
}

/// How many calls of the budget the bot has used, if that is so many that none is left for others.
fn spent(calls: &[RecordedCall], limit: Option<RateLimit>, now: Timestamp) -> Option<(usize, RateLimit)> {
    let limit = limit?;
    let counts = |call: &&RecordedCall| {
        let age = call.ended_at.map(|at| Duration::try_from(now.duration_since(at)).unwrap_or_default());
        call.endpoint == Endpoint::Redeem && age.is_none_or(|age| age < limit.window)
    };
    let used = calls.iter().filter(counts).count();
    let most = usize::try_from(limit.calls).unwrap_or(usize::MAX);
    // Where the budget is tiny, any call of the bot comes first.
    (used > 0 && used + LEFT_TO_THE_BOT >= most).then_some((used, limit))
}

fn finding(status: &Status, took: Duration) -> Finding {
    let id = match status {
        // The player or the code does not exist: both are what the call was made for.
        Status::UserInfoError
        | Status::RoleNotExist
        | Status::CdkNotFound
        | Status::InvalidCode
        | Status::TimeError
        | Status::Used
        | Status::UsageLimit
        | Status::NotLogin
        | Status::StoveLevel
        | Status::RechargeMoney
        | Status::RechargeMoneyVip => FindingId::GameOpen,
        Status::SignError => FindingId::GameSignature,
        Status::Forbidden => FindingId::GameForbidden,
        Status::ParamsError => FindingId::GameParams,
        status if status.is_captcha() => FindingId::GameCaptcha,
        Status::TimeoutRetry | Status::TooFrequent | Status::RateLimited => FindingId::GameBusy,
        Status::ServerError | Status::HtmlAnswer | Status::MalformedAnswer => FindingId::GameDown,
        Status::ConnectionError | Status::TimedOut => FindingId::GameUnreachable,
        // A page that is not the API's: it has moved, or the address is wrong.
        Status::Unknown(text) if text.starts_with("HTTP_") => FindingId::GameWrongAddress,
        _ => FindingId::GameUnknown,
    };
    let text = match id {
        FindingId::GameOpen => format!(
            "it takes the bot's address, page name and signature, in {} ms (it answers a call for a player and a code that do \
             not exist with {status})",
            took.as_millis()
        ),
        FindingId::GameSignature => "it refuses the signature (SIGN ERROR)".to_owned(),
        FindingId::GameForbidden => {
            "it refuses the call before it reads it (HTTP 401 or 403): the page that the call names, or this computer's address"
                .to_owned()
        }
        FindingId::GameBusy => format!("it answers, and is called too often or is busy ({status})"),
        FindingId::GameDown => match status {
            Status::HtmlAnswer => "it answers with an HTML page instead of its API: maintenance, or something before it \
                                   that blocks this computer's address (HTML_ANSWER)"
                .to_owned(),
            _ => format!("it answers, and does not work ({status})"),
        },
        FindingId::GameUnreachable => format!("it does not answer ({status})"),
        FindingId::GameWrongAddress => format!("the API is not at its address: it answers with {}", status.name().replace('_', " ")),
        FindingId::GameUnknown => format!("it gives an answer that this version does not know: {status}"),
        _ => format!("{} ({status})", meaning(status)),
    };
    Finding::new(id, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_player_and_code_are_possible_fields() {
        assert!(PlayerId::new(MAX_PLAYER_ID).is_some() && State::new(IMPOSSIBLE_STATE).is_some());
        assert!(Code::parse(IMPOSSIBLE_CODE).is_ok());
    }

    #[test]
    fn what_is_only_about_the_player_or_the_code_says_that_the_door_is_open() {
        for status in Status::ALL {
            let id = finding(status, Duration::ZERO).id;
            let is_open = matches!(status, Status::UserInfoError | Status::RoleNotExist | Status::CdkNotFound);
            assert!(!is_open || id == FindingId::GameOpen, "{status}");
            if matches!(status, Status::Success | Status::Received | Status::SameTypeExchange) {
                assert_eq!(id, FindingId::GameUnknown, "{status}: nobody has an impossible code");
            }
        }
        assert_eq!(finding(&Status::Unknown("HTTP_404".into()), Duration::ZERO).id, FindingId::GameWrongAddress);
        assert_eq!(finding(&Status::Unknown("NEW".into()), Duration::ZERO).id, FindingId::GameUnknown);
    }

    #[test]
    fn the_last_calls_of_the_budget_stay_with_the_bot() {
        let now = Timestamp::from_second(1_760_000_000).unwrap();
        let limit = RateLimit { calls: 30, window: Duration::from_secs(60) };
        let ended = |age: i64| Timestamp::from_second(now.as_second() - age).ok();
        let calls = |count: usize, ended_at| vec![RecordedCall { endpoint: Endpoint::Redeem, ended_at }; count];
        let is_spent = |calls: &[RecordedCall]| spent(calls, Some(limit), now).is_some();
        assert!(is_spent(&calls(28, ended(59))) && is_spent(&calls(28, None)));
        assert!(!is_spent(&calls(27, ended(59))) && !is_spent(&calls(100, ended(60))));
        assert!(spent(&calls(100, None), None, now).is_none());
        let tiny = RateLimit { calls: 1, ..limit };
        assert!(spent(&[], Some(tiny), now).is_none() && spent(&calls(1, None), Some(tiny), now).is_some());
    }
}
