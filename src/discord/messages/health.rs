//! The health of the bot's parts, in words for `status` and for a batch's message. The names and addresses of feeds and
//! stores are for the operator: the log and the status page have them.

use jiff::Timestamp;

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::Blocked;
use crate::domain::health::{Connection, DiscordStatus, EnginePhase, EngineStatus, Feeds, ReplicaStatus, WaitReason};
use crate::domain::limits::budget::RateLimit;
use crate::domain::redeeming::breaker::Cause;
use crate::domain::text::language::Language;

use super::GAME_PAGE;
use super::escape::{clip, escape};
use super::texts::text;

/// The most characters of an answer of the game.
const MAX_ANSWER: usize = 60;
/// The most characters of the reason why redemptions wait.
pub(super) const MAX_REASON: usize = 600;

/// Why redemptions wait, as a clause.
pub fn wait_reason(language: Language, reason: &WaitReason) -> String {
    let answer = |answer: &Status| escape(answer.name(), MAX_ANSWER);
    match reason {
        WaitReason::NoAnswer { since } => text!(language, "wait-no-answer", since = time_of_day(*since)),
        WaitReason::Outage { cause, evidence, since } => {
            let since = time_of_day(*since);
            match (cause, evidence) {
                (Cause::Down, _) => text!(language, "wait-no-answer", since = since),
                (Cause::Refused, _) => text!(language, "wait-refused", since = since),
                (Cause::Captcha, _) => text!(language, "wait-captcha", since = since, page = GAME_PAGE),
                (Cause::Busy, evidence) => text!(language, "wait-busy", since = since, answer = answer(evidence)),
                (Cause::Odd, evidence) => text!(language, "wait-odd", since = since, answer = answer(evidence)),
                (Cause::Deployment, Status::Forbidden) => text!(language, "wait-blocked", since = since),
                (Cause::Deployment, Status::SignError) => text!(language, "wait-signature", since = since),
                (Cause::Deployment, _) => text!(language, "wait-malformed", since = since),
            }
        }
        WaitReason::Held { code, evidence, since } => text!(
            language,
            "wait-held",
            since = time_of_day(*since),
            answer = answer(evidence),
            code = escape(code.as_str(), MAX_ANSWER)
        ),
        WaitReason::Limit(limit) => limit_in_words(language, *limit),
        WaitReason::TooManyCalls => text!(language, "wait-too-many-calls"),
        WaitReason::Busy => text!(language, "wait-game-busy"),
    }
}

/// A time that Discord shows as the time of day in each reader's time zone.
fn time_of_day(at: Timestamp) -> String {
    format!("<t:{}:t>", at.as_second())
}

fn ago(at: Timestamp) -> String {
    format!("<t:{}:R>", at.as_second())
}

/// Why nothing can be posted, and what to do, as a clause.
pub(super) fn blocked(language: Language, blocked: Blocked) -> String {
    match blocked {
        Blocked::UnknownChannel => text!(language, "paused-channel-deleted"),
        Blocked::MissingAccess => text!(language, "paused-channel-hidden"),
        Blocked::MissingPermissions => text!(language, "paused-no-permission"),
        Blocked::MissingHistory => text!(language, "paused-no-history"),
        Blocked::ThreadLocked => text!(language, "paused-thread-locked"),
        Blocked::TagRequired => text!(language, "paused-tag-required"),
        Blocked::TimedOut => text!(language, "paused-timeout"),
        Blocked::Removed => text!(language, "paused-removed"),
    }
}

/// The field of `status` about the feeds.
pub(super) fn feeds(language: Language, feeds: &Feeds) -> String {
    let failing = feeds.0.iter().filter(|feed| feed.failing.is_some()).count();
    match (failing, feeds.0.len(), feeds.read_at()) {
        (0, _, Some(at)) => text!(language, "status-sources-read", when = ago(at)),
        (0, _, None) => text!(language, "status-sources-not-read"),
        (failing, all, _) if failing < all => {
            text!(language, "status-sources-some-fail", failing = failing, all = all)
        }
        _ => text!(language, "status-sources-fail"),
    }
}

/// The field of `status` about the game.
pub(super) fn game(language: Language, engine: &EngineStatus) -> String {
    let reason = engine.wait_reason(None, false).filter(|_| engine.phase != EnginePhase::Working);
    match (reason, engine.limit) {
        (Some(reason), _) => {
            text!(language, "status-game-waits", why = clip(&wait_reason(language, &reason), MAX_REASON))
        }
        (None, Some(limit)) => text!(language, "status-game-limit", limit = limit_in_words(language, limit)),
        (None, None) => text!(language, "status-game-no-limit"),
    }
}

/// The field of `status` about the connection to Discord.
pub(super) fn discord(language: Language, discord: &DiscordStatus) -> String {
    match (&discord.connection, discord.latency) {
        (Connection::Connected { since }, Some(latency)) => {
            let milliseconds = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
            text!(language, "status-discord-connected-latency", since = ago(*since), milliseconds = milliseconds)
        }
        (Connection::Connected { since }, None) => text!(language, "status-discord-connected", since = ago(*since)),
        // Whoever reads this belongs to a shard that is connected.
        (Connection::Connecting { since } | Connection::Down { since, .. }, _) => {
            text!(language, "status-discord-connecting", since = format!("<t:{}:f>", since.as_second()))
        }
    }
}

/// The field of `status` about the two stores.
pub(super) fn storage(language: Language, replica: &ReplicaStatus) -> String {
    match replica.trouble() {
        Some(_) if replica.unsaved.is_some() => text!(language, "status-storage-unsaved"),
        Some(_) => text!(language, "status-storage-attention"),
        None => text!(language, "status-storage-saved"),
    }
}

fn limit_in_words(language: Language, limit: RateLimit) -> String {
    match limit.window.as_secs_f64() {
        60.0 => text!(language, "wait-limit-minute", calls = limit.calls),
        seconds => text!(language, "wait-limit-seconds", calls = limit.calls, seconds = seconds.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::code::Code;

    #[test]
    fn an_answer_of_the_game_is_escaped() {
        let (code, since) = (Code::parse("HELD").unwrap().key(), jiff::Timestamp::UNIX_EPOCH);
        let held = WaitReason::Held { code, evidence: Status::Unknown("*NEW*".into()), since };
        assert_eq!(
            wait_reason(Language::En, &held),
            "since <t:0:t> the game gives every player the unknown answer \\*NEW\\* for HELD; I keep trying"
        );
    }
}
