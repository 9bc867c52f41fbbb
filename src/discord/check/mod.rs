//! What `giftcode-bot check` asks Discord, over the bot's own way: its token, its proxy, its pace.
//!
//! No session begins, and nothing is changed. Where Discord refuses the token or is not reached, nothing else is asked.

mod commands;
mod servers;

use std::collections::BTreeSet;
use std::time::Duration;

use serenity::all::{ApplicationFlags, GatewayIntents};
use tokio::time::{Instant, timeout};

use crate::domain::check::{Finding, FindingId, ServerDate, sessions};
use crate::domain::players::player::GuildId;
use crate::domain::text::clean;
use crate::runtime::clock::Clock;
use crate::store::ServerOnFile;

use super::message_content::MessageContent;
use super::rest::{Access, Rest, RestError};

/// How long Discord may take for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(6);
/// The longest name that is shown, in characters.
const NAME_CHARS: usize = 40;

pub struct DiscordCheck {
    /// `None` without a token.
    pub access: Option<Access>,
    /// Where the commands are registered instead of everywhere.
    pub dev_guild: Option<u64>,
    /// The servers on file; an error, in words, if they are not known.
    pub servers: Result<Vec<ServerOnFile>, String>,
    /// Those that have several alliances: then each server has commands of its own.
    pub several: BTreeSet<GuildId>,
    /// `DISCORD_MESSAGE_CONTENT`.
    pub reads_messages: bool,
    /// A bot with the same token works at the same time, and needs most of what Discord allows.
    pub is_beside_a_bot: bool,
    /// For all servers together.
    pub servers_within: Duration,
}

/// One answer in time.
async fn ask<T>(asked: impl Future<Output = Result<T, RestError>>) -> Result<T, RestError> {
    let late = || RestError::Unanswered(format!("it took more than {} s", ANSWER_WITHIN.as_secs()));
    timeout(ANSWER_WITHIN, asked).await.unwrap_or_else(|_| Err(late()))
}

impl DiscordCheck {
    /// The findings in any order, and Discord's clock.
    pub async fn run(self, clock: Clock) -> (Vec<Finding>, Option<ServerDate>) {
        let Some(access) = &self.access else {
            return (vec![Finding::new(FindingId::TokenMissing, "DISCORD_TOKEN is not set")], None);
        };
        let server = access.proxy.as_ref().and_then(|proxy| proxy.host_str()).unwrap_or("discord.com").to_owned();
        let rest = match access.rest(clock) {
            Ok(rest) => rest,
            Err(error) => return (vec![Finding::new(FindingId::DiscordUnreachable, format!("{error:#}"))], None),
        };
        let findings = Box::pin(self.ask_all(&rest)).await;
        let date = rest.last_date().map(|(date, [sent, received])| {
            let resolution = Duration::from_secs(1);
            ServerDate { server, date, resolution, sent, received }
        });
        (findings, date)
    }

    async fn ask_all(self, rest: &Rest) -> Vec<Finding> {
        let began = Instant::now();
        let wanted = MessageContent::new(self.reads_messages).intents();
        let token = match ask(rest.me()).await {
            Ok(me) => {
                let name = clean(&me.username, NAME_CHARS);
                Finding::new(
                    FindingId::TokenWorks,
                    format!("it belongs to the bot {name} ({}); {}", me.id, intents(wanted)),
                )
            }
            Err(error) => trouble(&error),
        };
        let token = token.took(began.elapsed());
        if token.id != FindingId::TokenWorks {
            return vec![token];
        }
        let reading = async {
            match self.reads_messages {
                true => Some(timed(check_reading(rest)).await),
                false => None,
            }
        };
        let (reading, sessions, commands, servers) = tokio::join!(
            reading,
            timed(check_sessions(rest)),
            timed(commands::check(rest, self.dev_guild, &self.several)),
            servers::check(rest, self.servers, self.is_beside_a_bot, self.servers_within),
        );
        [token].into_iter().chain(reading).chain([sessions, commands]).chain(servers).collect()
    }
}

async fn timed(finding: impl Future<Output = Finding>) -> Finding {
    let began = Instant::now();
    let finding = finding.await;
    finding.took(began.elapsed())
}

/// The intents as far as somebody must turn them on.
fn intents(needed: GatewayIntents) -> String {
    let privileged = needed & GatewayIntents::privileged();
    let names: Vec<&str> = privileged.iter_names().map(|(name, _)| name).collect();
    match names[..] {
        [] => "it needs no privileged intents".to_owned(),
        _ => format!("it needs these intents, under “Bot” in the developer portal: {}", names.join(", ")),
    }
}

/// Whether the developer portal lets the bot read messages.
async fn check_reading(rest: &Rest) -> Finding {
    let allowing = ApplicationFlags::GATEWAY_MESSAGE_CONTENT | ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED;
    match ask(rest.my_application()).await.map(|application| application.flags) {
        Ok(Some(flags)) if flags.intersects(allowing) => {
            Finding::new(FindingId::MessageContentOn, "“Message Content Intent” is on: the bot can read ID channels")
        }
        Ok(Some(_)) => Finding::new(
            FindingId::MessageContentOff,
            "“Message Content Intent” is off, so the bot cannot read ID channels, which DISCORD_MESSAGE_CONTENT asks for",
        ),
        Ok(None) => Finding::new(
            FindingId::MessageContentUnknown,
            "Discord does not say whether “Message Content Intent” is on",
        ),
        Err(error) => Finding::new(FindingId::MessageContentUnknown, error.to_string()),
    }
}

async fn check_sessions(rest: &Rest) -> Finding {
    match ask(rest.gateway()).await {
        Ok(gateway) => match gateway.session_start_limit {
            Some(limit) => sessions(limit.remaining, limit.reset_after / 60_000, gateway.shards.max(1)),
            None => Finding::new(FindingId::SessionsLeft, "the proxy does not report how many may begin"),
        },
        Err(error) => Finding::new(FindingId::SessionsUnknown, error.to_string()),
    }
}

/// Why Discord cannot be asked at all.
fn trouble(error: &RestError) -> Finding {
    let id = match error {
        RestError::Refused { status: 401, .. } => FindingId::TokenRefused,
        RestError::Refused { status: 429, .. } | RestError::Suspended(_) => FindingId::DiscordLimited,
        RestError::Refused { .. } | RestError::Outage { status: 500.., .. } | RestError::Unanswered(_) => {
            FindingId::DiscordDown
        }
        RestError::Outage { .. } => FindingId::DiscordBlocked,
        RestError::Unreached(_) => FindingId::DiscordUnreachable,
    };
    match id {
        FindingId::TokenRefused => Finding::new(id, "Discord refuses it (401)"),
        _ => Finding::new(id, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileged_intents_are_named_and_ours_are_none_but_for_id_channels() {
        let [without, with] = [false, true].map(|reads| intents(MessageContent::new(reads).intents()));
        assert_eq!(without, "it needs no privileged intents");
        assert!(with.ends_with(": MESSAGE_CONTENT"), "{with}");
    }

    #[test]
    fn each_way_to_fail_has_its_own_finding() {
        let wait = Duration::from_secs(60);
        let refused = |status| RestError::Refused {
            status,
            code: 0,
            message: "m".to_owned(),
            retry_after: None,
            is_global: false,
        };
        let outage = |status| RestError::Outage { status, retry_after: wait };
        for (error, id) in [
            (refused(401), FindingId::TokenRefused),
            (refused(429), FindingId::DiscordLimited),
            (refused(500), FindingId::DiscordDown),
            (outage(502), FindingId::DiscordDown),
            (outage(403), FindingId::DiscordBlocked),
            (outage(429), FindingId::DiscordBlocked),
            (RestError::Suspended(wait), FindingId::DiscordLimited),
            (RestError::Unreached("x".to_owned()), FindingId::DiscordUnreachable),
            (RestError::Unanswered("x".to_owned()), FindingId::DiscordDown),
        ] {
            assert_eq!(trouble(&error).id, id, "{error}");
        }
    }
}
