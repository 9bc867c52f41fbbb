//! The welcome: one message with the first steps, when somebody has added the bot to a server.
//!
//! Discord does not tell who that was, so the message goes to the server's system channel, or else to its owner.
//!
//! # Guarantees
//! A server gets it once, however often the bot connects. A server that the bot joined more than [`WITHIN`] ago gets none: then
//! the bot is not new there, but its state is.
//!
//! # Crash
//! It counts as sent before it is sent: a server rather gets none than two.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId as DiscordChannelId, Guild, Nonce, UserId as DiscordUserId};

use crate::domain::players::player::{ChannelId, GuildId};
use crate::domain::text::language::Language;
use crate::store::StoreError;

use super::bot::Bot;
use super::messages::welcome as words;
use super::permissions::{self, NEEDED, missing};
use super::rest::RestError;

/// How long after joining a server it is welcomed.
const WITHIN: SignedDuration = SignedDuration::from_hours(24);
const ATTEMPTS: usize = 5;
const BACK_OFF: Duration = Duration::from_secs(2);

/// Welcomes a server that the bot has joined just now, in a task of its own.
pub(super) async fn greet(bot: &Bot, guild: &Guild) -> Result<(), StoreError> {
    let server = GuildId(guild.id.get());
    let joined_at = Timestamp::from_second(guild.joined_at.unix_timestamp()).unwrap_or(Timestamp::MIN);
    if bot.clock.now().duration_since(joined_at) > WITHIN || !bot.guilds.begin_welcome(server).await? {
        return Ok(());
    }
    let language = Language::of_locale(&guild.preferred_locale).unwrap_or_default();
    let (owner, channel) = (guild.owner_id, guild.system_channel_id);
    let (bot, in_progress) = (bot.clone(), bot.in_progress.token());
    tokio::spawn(async move {
        let _in_progress = in_progress;
        let sent = send(&bot, server, language, channel, owner);
        match bot.shutdown.run_until_cancelled(sent).await {
            Some(Ok(())) => tracing::info!("Welcomed guild {server}"),
            Some(Err(error)) => tracing::info!("Guild {server} got no welcome: {error}"),
            None => {}
        }
    });
    Ok(())
}

#[derive(Deserialize)]
struct Opened {
    id: DiscordChannelId,
}

async fn send(
    bot: &Bot,
    server: GuildId,
    language: Language,
    channel: Option<DiscordChannelId>,
    owner: DiscordUserId,
) -> Result<(), RestError> {
    if let Some(channel) = channel {
        let may_post = permissions::in_channel(&bot.rest, server, ChannelId(channel.get())).await;
        let may_post = may_post.ok().flatten().is_some_and(|granted| missing(NEEDED, granted.permissions).is_empty());
        if may_post {
            match create(bot, server, language, channel).await {
                Ok(()) => return Ok(()),
                // It may be there: the owner gets no second one.
                Err(Failure { error, maybe_sent: true }) => return Err(error),
                Err(_) => {}
            }
        }
    }
    // A limit for opening direct messages may stand, or begin here.
    let opened: Opened = retrying(|| bot.rest.direct_channel(owner)).await.map_err(|failure| failure.error)?;
    create(bot, server, language, opened.id).await.map_err(|failure| failure.error)
}

struct Failure {
    error: RestError,
    /// Whether any of the attempts may have got through.
    maybe_sent: bool,
}

async fn create(bot: &Bot, server: GuildId, language: Language, channel: DiscordChannelId) -> Result<(), Failure> {
    let body = words::welcome(language).create().nonce(Nonce::String(format!("w{server}"))).enforce_nonce(true);
    retrying(|| bot.rest.create_message::<serde::de::IgnoredAny>(channel, &body, &[])).await.map(drop)
}

async fn retrying<T, F: Future<Output = Result<T, RestError>>>(call: impl Fn() -> F) -> Result<T, Failure> {
    let (mut attempts, mut maybe_sent) = (0, false);
    loop {
        let error = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        attempts += 1;
        maybe_sent |= error.maybe_done();
        let is_final = matches!(error, RestError::Refused { status: 400 | 401 | 403 | 404, .. });
        if is_final || attempts >= ATTEMPTS {
            return Err(Failure { error, maybe_sent });
        }
        tokio::time::sleep(error.retry_after().unwrap_or(BACK_OFF)).await;
    }
}
