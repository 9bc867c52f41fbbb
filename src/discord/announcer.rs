//! Posts and batch messages in Discord's channels: exactly one message for each nonce (invariant 1).
//!
//! Discord answers a nonce that it has seen in the last minutes with the earlier message, so an attempt with an unknown result
//! is simply repeated during that time. After that, the channel's history is searched for the message, by the nonce in the
//! link of its title, and the message is sent only if it is not found. If the bot may not read the history, nothing is sent
//! until it may.
//!
//! After the nonce, the link has a random suffix for each call. The suffix in Discord's answer shows whether the message was
//! sent by this call, by an earlier one, or by another process that plans the same posts with the same token.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId as DiscordChannelId, MessageId as DiscordMessageId, Nonce, Permissions, UserId};

use crate::domain::codes::channel::{Blocked, NONCE_WINDOW};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::ports::{AnnounceError, Announcement, Announcer, BatchBoard, BatchMessage, Correction, MessageId, Posted};
use crate::runtime::clock::Clock;

use super::messages::{Message, batch, post};
use super::permissions;
use super::rest::{Rest, RestError};

/// How far the clocks of Discord and this machine may differ.
const MAX_CLOCK_SKEW: SignedDuration = SignedDuration::from_secs(60);
/// The most pages that are searched, of up to 100 messages each.
const MAX_PAGES: usize = 100;
/// The start of Discord's ids, in milliseconds since the Unix epoch.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;
/// The shortest time between two warnings that somebody else uses the token.
const LOG_INTERVAL: Duration = Duration::from_secs(3600);

#[derive(Debug, Deserialize)]
struct Sent {
    id: DiscordMessageId,
    #[serde(default)]
    author: Option<Author>,
    #[serde(default)]
    embeds: Vec<Embed>,
}

#[derive(Debug, Deserialize)]
struct Author {
    id: UserId,
}

#[derive(Debug, Deserialize)]
struct Embed {
    #[serde(default)]
    url: Option<String>,
}

#[derive(Clone)]
pub struct DiscordAnnouncer {
    rest: Arc<Rest>,
    clock: Clock,
    /// When the last warning about another user of the token was logged, since the clock's start.
    warned_at: Arc<Mutex<Option<Duration>>>,
}

struct OutgoingMessage<'a> {
    server: GuildId,
    alliance: AllianceId,
    channel: ChannelId,
    nonce: &'a str,
    attempted_at: Option<Timestamp>,
    /// The guild has moved to another channel since the attempt: the message is searched for, but not sent.
    is_moved: bool,
    message: Message,
    /// The version for a channel in which the bot may attach no files.
    without_file: Option<Message>,
}

impl DiscordAnnouncer {
    pub fn new(rest: Arc<Rest>, clock: Clock) -> Self {
        Self { rest, clock, warned_at: Arc::default() }
    }

    async fn send(&self, outgoing: OutgoingMessage<'_>) -> Result<Posted, AnnounceError> {
        if let Some(at) = outgoing.attempted_at
            && (outgoing.is_moved || self.clock.now().duration_since(at) >= NONCE_WINDOW)
        {
            let found = self.find(&outgoing, at).await?;
            return found.map(|id| Posted { id, is_as_given: false }).ok_or_else(AnnounceError::absent);
        }
        let error = match self.create(&outgoing).await {
            Ok(posted) => return Ok(posted),
            Err(error) => error,
        };
        let timed_out = match error.blocked() {
            Some(Blocked::MissingPermissions) => self.timeout_left(outgoing.server).await,
            _ => None,
        };
        let error = AnnounceError::from(error);
        Err(match timed_out {
            Some(left) => AnnounceError { blocked: Some(Blocked::TimedOut), retry_after: Some(left), ..error },
            None => error,
        })
    }

    /// Sends the message, without its file if the bot may attach none.
    async fn create(&self, outgoing: &OutgoingMessage<'_>) -> Result<Posted, RestError> {
        match (self.create_as(outgoing, &outgoing.message).await, &outgoing.without_file) {
            (Err(error), Some(without_file)) if error.blocked() == Some(Blocked::MissingPermissions) => {
                self.create_as(outgoing, without_file).await
            }
            (created, _) => created,
        }
    }

    async fn create_as(&self, outgoing: &OutgoingMessage<'_>, message: &Message) -> Result<Posted, RestError> {
        let mark = format!("{}.{:x}", post::mark(outgoing.nonce), fastrand::u64(..));
        let message = message.clone().linked(&mark);
        let body = message.create().nonce(Nonce::String(outgoing.nonce.to_owned())).enforce_nonce(true);
        let sent: Sent = self.rest.create_message(channel(outgoing.channel), &body, message.files()).await?;
        let shown = sent.embeds.first().and_then(|embed| embed.url.as_deref());
        let is_as_given = shown.is_none_or(|shown| shown == mark);
        if !is_as_given && outgoing.attempted_at.is_none() {
            self.warn_of_token_sharing(outgoing.alliance);
        }
        Ok(Posted { id: MessageId(sent.id.get()), is_as_given })
    }

    /// Called for a message that exists already although this process never tried to send it.
    fn warn_of_token_sharing(&self, guild: AllianceId) {
        let now = self.clock.elapsed();
        let mut warned_at = self.warned_at.lock().unwrap_or_else(PoisonError::into_inner);
        if warned_at.is_none_or(|at| now - at >= LOG_INTERVAL) {
            *warned_at = Some(now);
            tracing::warn!(
                "Somebody else uses this bot's token: a message for guild {guild} was sent already. Stop the other instance, or \
                 reset the token. (If the state file was restored from a backup, this instance may have sent it itself.)"
            );
        }
    }

    /// How much longer the bot's timeout in a guild lasts, if it is in one.
    async fn timeout_left(&self, guild: GuildId) -> Option<Duration> {
        let until = permissions::timed_out_until(&self.rest, guild).await.ok()??;
        Duration::try_from(until.duration_since(self.clock.now())).ok().filter(|left| !left.is_zero())
    }

    /// Finds a message that may have been sent at `at` or later.
    async fn find(&self, outgoing: &OutgoingMessage<'_>, at: Timestamp) -> Result<Option<MessageId>, AnnounceError> {
        match self.search(outgoing, at).await {
            // The channel was deleted, and the message with it.
            Err(error) if error.blocked == Some(Blocked::UnknownChannel) && outgoing.is_moved => Ok(None),
            // A problem with a channel that the guild no longer uses must not pause the guild.
            Err(error) if outgoing.is_moved && error.blocked.is_some() => Err(AnnounceError::passing(
                format!("cannot check whether it was posted in the previous channel: {}", error.reason),
                true,
            )),
            found => found,
        }
    }

    async fn search(&self, outgoing: &OutgoingMessage<'_>, at: Timestamp) -> Result<Option<MessageId>, AnnounceError> {
        let me = self.rest.my_id().await?;
        let mark = post::mark(outgoing.nonce);
        let is_mark =
            |url: &str| url.strip_prefix(&mark).is_some_and(|suffix| suffix.is_empty() || suffix.starts_with('.'));
        let begin = at.checked_sub(MAX_CLOCK_SKEW).unwrap_or(Timestamp::MIN);
        let mut after = first_id_at(begin);
        for page in 0..MAX_PAGES {
            let found: Vec<Sent> = self.rest.messages_after(channel(outgoing.channel), after).await?;
            let is_it = |sent: &&Sent| {
                sent.author.as_ref().is_some_and(|author| author.id == me)
                    && sent.embeds.iter().any(|embed| embed.url.as_deref().is_some_and(is_mark))
            };
            if let Some(found) = found.iter().find(is_it) {
                tracing::debug!("The message {} was sent before an interruption", outgoing.nonce);
                return Ok(Some(MessageId(found.id.get())));
            }
            // A page may hold fewer messages than there are: only an empty page is the last.
            match found.iter().map(|sent| sent.id).max() {
                Some(last) if last > after => after = last,
                _ if page > 0 => return Ok(None),
                // To a bot that may not read it, the history looks empty.
                _ => return self.check_history_permission(outgoing).await.map(|()| None),
            }
        }
        Err(AnnounceError::passing(
            format!("cannot check whether it was sent: the channel has more than {MAX_PAGES} pages of newer messages"),
            true,
        ))
    }

    async fn check_history_permission(&self, outgoing: &OutgoingMessage<'_>) -> Result<(), AnnounceError> {
        let granted = permissions::in_channel(&self.rest, outgoing.server, outgoing.channel).await?;
        let granted = granted.map_or(Permissions::empty(), |granted| granted.permissions);
        if granted.contains(Permissions::READ_MESSAGE_HISTORY) || granted.administrator() {
            return Ok(());
        }
        Err(AnnounceError {
            blocked: Some(Blocked::MissingHistory),
            ..AnnounceError::passing(
                "the message may have been sent, but the bot may not read the channel's history",
                true,
            )
        })
    }

    /// Edits a message, without its file if the bot may attach none.
    async fn edit(
        &self,
        at: (ChannelId, MessageId),
        message: &Message,
        without_file: Option<&Message>,
    ) -> Result<(), AnnounceError> {
        let target = (channel(at.0), DiscordMessageId::new(at.1.0.max(1)));
        let edit = async |message: &Message| {
            let edited: Result<Sent, RestError> =
                self.rest.edit_message(target, &message.edit(), message.files()).await;
            edited.map(drop)
        };
        match (edit(message).await, without_file) {
            (Err(error), Some(without_file)) if error.blocked() == Some(Blocked::MissingPermissions) => {
                edit(without_file).await
            }
            (edited, _) => edited,
        }
        .map_err(AnnounceError::from)
    }
}

fn channel(channel: ChannelId) -> DiscordChannelId {
    DiscordChannelId::new(channel.0.max(1))
}

/// The smallest id that Discord assigns at this time.
fn first_id_at(at: Timestamp) -> DiscordMessageId {
    let millis = at.as_millisecond().saturating_sub(DISCORD_EPOCH_MS).max(0).unsigned_abs();
    DiscordMessageId::new((millis << 22).max(1))
}

impl Announcer for DiscordAnnouncer {
    async fn announce(&self, announcement: &Announcement) -> Result<Posted, AnnounceError> {
        self.send(OutgoingMessage {
            server: announcement.server,
            alliance: announcement.guild,
            channel: announcement.channel,
            nonce: &announcement.nonce,
            attempted_at: announcement.attempted_at,
            is_moved: announcement.is_moved,
            message: post::post(announcement.language, announcement),
            without_file: None,
        })
        .await
    }

    async fn correct(&self, correction: &Correction) -> Result<(), AnnounceError> {
        self.edit((correction.channel, correction.message), &post::corrected(correction.language, correction), None)
            .await
    }
}

impl BatchBoard for DiscordAnnouncer {
    async fn show(&self, shown: &BatchMessage) -> Result<Posted, AnnounceError> {
        let message = batch::batch(shown.language, shown, self.clock.now());
        let without_file = (!message.files().is_empty()).then(|| batch::without_file(shown.language, shown));
        if let Some(id) = shown.message {
            self.edit((shown.channel, id), &message, without_file.as_ref()).await?;
            return Ok(Posted { id, is_as_given: true });
        }
        let outgoing = OutgoingMessage {
            server: shown.server,
            alliance: shown.guild,
            channel: shown.channel,
            nonce: &shown.nonce,
            attempted_at: shown.attempted_at,
            is_moved: false,
            message,
            without_file,
        };
        self.send(outgoing).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_starts_with_its_time() {
        // Discord's own example: 175928847299117063 is of 2016-04-30 11:18:25.796 UTC.
        let at: Timestamp = "2016-04-30T11:18:25.796Z".parse().unwrap();
        assert_eq!(first_id_at(at).get(), 175_928_847_299_117_063 >> 22 << 22);
        assert_eq!(first_id_at(Timestamp::UNIX_EPOCH).get(), 1);
    }
}
