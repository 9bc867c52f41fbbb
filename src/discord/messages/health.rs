//! The health of the bot's parts, in words for `status` and for a batch's message.
#![allow(unused_variables, reason = "texts are being moved to Fluent")]

use crate::domain::health::{Connection, DiscordStatus, EnginePhase, EngineStatus, Feeds, ReplicaStatus, WaitReason};
use crate::domain::limits::budget::RateLimit;
use crate::domain::redeeming::breaker::Cause;
use crate::domain::redeeming::explanation::trouble_in_words;
use crate::domain::text::language::Language;

use super::escape::{clip, escape};

/// The most characters of an answer of the game.
const MAX_ANSWER: usize = 160;

/// Why redemptions wait, as a clause.
pub fn wait_reason(language: Language, reason: &WaitReason) -> String {
    match reason {
        WaitReason::NoAnswer { since } => {
            format!(
                "the game has not answered since {} UTC; {}",
                since.strftime("%H:%M"),
                who_acts(language, Cause::Down)
            )
        }
        WaitReason::Outage { cause, evidence, since } => {
            let trouble = escape(&trouble_in_words(*cause, evidence), MAX_ANSWER);
            format!("since {} UTC {trouble}; {}", since.strftime("%H:%M"), who_acts(language, *cause))
        }
        WaitReason::Held { code, evidence, since } => format!(
            "since {} UTC the game gives every player the unknown answer {} for {}; I keep trying",
            since.strftime("%H:%M"),
            escape(evidence.name(), MAX_ANSWER),
            escape(code.as_str(), MAX_ANSWER),
        ),
        WaitReason::Limit(limit) => limit_in_words(language, *limit),
        WaitReason::TooManyCalls => "the game received too many requests".to_owned(),
        WaitReason::Busy => "the game was busy; failed tries will be repeated shortly".to_owned(),
    }
}

/// The field of `status` about the feeds.
pub(super) fn feeds(language: Language, feeds: &Feeds) -> String {
    match (feeds.trouble(), feeds.read_at()) {
        (Some(trouble), _) => format!("⚠️ {}", escape(&trouble, 300)),
        (None, Some(at)) => format!("✅ read <t:{}:R>", at.as_second()),
        (None, None) => "not read yet".to_owned(),
    }
}

/// The field of `status` about the game.
pub(super) fn game(language: Language, engine: &EngineStatus) -> String {
    let reason = engine.wait_reason(None, false).filter(|_| engine.phase != EnginePhase::Working);
    match (reason, engine.limit) {
        (Some(reason), _) => format!("⚠️ {}", clip(&wait_reason(language, &reason), 300)),
        (None, Some(limit)) => format!("✅ {}", limit_in_words(language, limit)),
        (None, None) => "✅ no limit set".to_owned(),
    }
}

/// The field of `status` about the connection to Discord.
pub(super) fn discord(language: Language, discord: &DiscordStatus) -> String {
    let latency = discord.latency.map(|latency| format!(", answers in {} ms", latency.as_millis()));
    match &discord.connection {
        Connection::Connected { since } => {
            format!("✅ connected <t:{}:R>{}", since.as_second(), latency.unwrap_or_default())
        }
        // Whoever reads this belongs to a shard that is connected.
        Connection::Connecting { since } | Connection::Down { since, .. } => {
            format!("⚠️ some servers have had no connection since <t:{}:f>; I keep trying", since.as_second())
        }
    }
}

/// The field of `status` about MongoDB.
pub(super) fn mongodb(language: Language, replica: &ReplicaStatus) -> String {
    match replica.trouble() {
        Some(trouble) => format!("⚠️ {}", escape(&trouble, 300)),
        None if replica.is_used => "✅ up to date".to_owned(),
        None => "not used: data is stored in the state file only".to_owned(),
    }
}

fn limit_in_words(language: Language, limit: RateLimit) -> String {
    let window = match limit.window.as_secs_f64() {
        60.0 => "a minute".to_owned(),
        seconds => format!("in {seconds} s"),
    };
    let calls = if limit.calls == 1 { "call" } else { "calls" };
    format!("the game allows {} {calls} {window}", limit.calls)
}

fn who_acts(language: Language, cause: Cause) -> &'static str {
    match cause {
        Cause::Deployment => "the bot's operator must act, and its log says how. Nothing is lost",
        Cause::Odd => "I keep trying. The bot's operator should look at the log. Nothing is lost",
        Cause::Captcha => "I keep trying. Meanwhile, players can redeem at https://wos-giftcode.centurygame.com",
        Cause::Down | Cause::Refused | Cause::Busy => "I keep trying",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::status::Status;
    use crate::domain::codes::code::Code;

    #[test]
    fn an_answer_of_the_game_is_escaped() {
        let (code, since) = (Code::parse("HELD").unwrap().key(), jiff::Timestamp::UNIX_EPOCH);
        let held = WaitReason::Held { code, evidence: Status::Unknown("*NEW*".into()), since };
        assert_eq!(
            wait_reason(Language::En, &held),
            "since 00:00 UTC the game gives every player the unknown answer \\*NEW\\* for HELD; I keep trying"
        );
    }
}
