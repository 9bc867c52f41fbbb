//! Posts and runs' messages in Discord's channels: exactly one message for each nonce (invariant 1).
//!
//! Discord answers a nonce that it has seen in the last minutes with the earlier message (PROTOCOL §3). So an attempt whose
//! end nobody knows is simply repeated while that lasts. After it, the message is looked for in the channel's history, by
//! the nonce in the address of its title, and sent only when it is not there. Where the history may not be read nobody can
//! tell, and nothing is sent until that is allowed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId as DiscordChannelId, MessageId as DiscordMessageId, Nonce, Permissions, UserId};

use crate::clock::Clock;
use crate::domain::channel::Blocked;
use crate::domain::player::{ChannelId, GuildId};
use crate::ports::{AnnounceError, Announcement, Announcer, Correction, MessageId, RunBoard, RunMessage};

use super::messages::{Message, post, run};
use super::permissions;
use super::rest::{Rest, RestError};

/// How long a nonce is surely known to Discord, which says "the last few minutes".
const NONCE_WINDOW: SignedDuration = SignedDuration::from_secs(120);
/// How far the clocks of Discord and this machine may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(60);
/// Pages of 100 messages that are searched.
const MAX_PAGES: usize = 50;
/// The first millisecond of Discord's ids.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

/// A message as far as we need to know one.
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

/// Discord's channels.
#[derive(Clone)]
pub struct DiscordAnnouncer {
    rest: Arc<Rest>,
    clock: Clock,
}

/// A message that is to be in a channel.
struct Wanted<'a> {
    guild: GuildId,
    channel: ChannelId,
    nonce: &'a str,
    attempted_at: Option<Timestamp>,
    message: Message,
}

impl DiscordAnnouncer {
    /// Sends with this client.
    #[must_use]
    pub fn new(rest: Arc<Rest>, clock: Clock) -> Self {
        Self { rest, clock }
    }

    async fn send(&self, wanted: Wanted<'_>) -> Result<MessageId, AnnounceError> {
        let now = self.clock.now();
        let mut is_open = wanted.attempted_at.is_some();
        if let Some(at) = wanted.attempted_at
            && now.duration_since(at) >= NONCE_WINDOW
        {
            if let Some(found) = self.find(&wanted, at).await? {
                return Ok(found);
            }
            is_open = false;
        }
        let body = wanted.message.create().nonce(Nonce::String(wanted.nonce.to_owned())).enforce_nonce(true);
        let sent: Result<Sent, RestError> =
            self.rest.create_message(channel(wanted.channel), &body, wanted.message.attachment()).await;
        match sent {
            Ok(sent) => Ok(MessageId(sent.id.get())),
            Err(error) => {
                // That this attempt was refused says nothing of an earlier one.
                let is_open = is_open && error.blocked() != Some(Blocked::UnknownChannel);
                let error = AnnounceError::from(error);
                Err(AnnounceError { maybe_sent: error.maybe_sent || is_open, ..error })
            }
        }
    }

    /// Looks a message up that may have been sent at `at` or later.
    async fn find(&self, wanted: &Wanted<'_>, at: Timestamp) -> Result<Option<MessageId>, AnnounceError> {
        // Whatever goes wrong here: that it may have been sent is as true as before.
        let still_open = |error: RestError| match error.blocked() {
            // It went with its channel.
            Some(Blocked::UnknownChannel) => AnnounceError::from(error),
            _ => AnnounceError { maybe_sent: true, ..AnnounceError::from(error) },
        };
        let me = self.rest.my_id().await.map_err(still_open)?;
        let mark = post::mark(wanted.nonce);
        let begin = at.checked_sub(CLOCKS_APART).unwrap_or(Timestamp::MIN);
        let mut after = first_id_at(begin);
        let mut has_seen_any = false;
        for _ in 0..MAX_PAGES {
            let page: Vec<Sent> = self.rest.messages_after(channel(wanted.channel), after).await.map_err(still_open)?;
            has_seen_any |= !page.is_empty();
            let is_it = |sent: &&Sent| {
                sent.author.as_ref().is_some_and(|author| author.id == me)
                    && sent.embeds.iter().any(|embed| embed.url.as_deref() == Some(mark.as_str()))
            };
            if let Some(found) = page.iter().find(is_it) {
                tracing::debug!("The message {} was sent before an interruption", wanted.nonce);
                return Ok(Some(MessageId(found.id.get())));
            }
            match page.iter().map(|sent| sent.id).max() {
                Some(last) if page.len() >= 100 => after = last,
                _ => break,
            }
        }
        // Where it may not be read, the history is empty.
        if !has_seen_any {
            let granted = permissions::in_channel(&self.rest, wanted.guild, wanted.channel).await;
            let granted = granted.map_err(still_open)?.unwrap_or_default();
            if !granted.contains(Permissions::READ_MESSAGE_HISTORY) && !granted.administrator() {
                return Err(AnnounceError {
                    blocked: Some(Blocked::MissingHistory),
                    ..AnnounceError::passing("the history may not be read, and the message may be in it", true)
                });
            }
        }
        Ok(None)
    }

    async fn edit(&self, at: (ChannelId, MessageId), message: &Message) -> Result<(), AnnounceError> {
        let place = (channel(at.0), DiscordMessageId::new(at.1.0.max(1)));
        let edited: Result<Sent, RestError> =
            self.rest.edit_message(place, &message.edit(), message.attachment()).await;
        edited.map(drop).map_err(AnnounceError::from)
    }
}

fn channel(channel: ChannelId) -> DiscordChannelId {
    DiscordChannelId::new(channel.0.max(1))
}

/// The smallest id that Discord gives at a time.
fn first_id_at(at: Timestamp) -> DiscordMessageId {
    let millis = at.as_millisecond().saturating_sub(DISCORD_EPOCH_MS).max(0).unsigned_abs();
    DiscordMessageId::new((millis << 22).max(1))
}

impl Announcer for DiscordAnnouncer {
    async fn announce(&self, announcement: &Announcement) -> Result<MessageId, AnnounceError> {
        self.send(Wanted {
            guild: announcement.guild,
            channel: announcement.channel,
            nonce: &announcement.nonce,
            attempted_at: announcement.attempted_at,
            message: post::post(announcement),
        })
        .await
    }

    async fn correct(&self, correction: &Correction) -> Result<(), AnnounceError> {
        self.edit((correction.channel, correction.message), &post::corrected(correction)).await
    }
}

impl RunBoard for DiscordAnnouncer {
    async fn show(&self, shown: &RunMessage) -> Result<MessageId, AnnounceError> {
        let message = run::run(shown, self.clock.now());
        if let Some(id) = shown.message {
            self.edit((shown.channel, id), &message).await?;
            return Ok(id);
        }
        let wanted = Wanted {
            guild: shown.guild,
            channel: shown.channel,
            nonce: &shown.nonce,
            attempted_at: shown.attempted_at,
            message,
        };
        self.send(wanted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_begin_with_their_time() {
        // Discord's own example: 175928847299117063 is of 2016-04-30 11:18:25.796 UTC.
        let at: Timestamp = "2016-04-30T11:18:25.796Z".parse().unwrap();
        assert_eq!(first_id_at(at).get(), 175_928_847_299_117_063 >> 22 << 22);
        assert_eq!(first_id_at(Timestamp::UNIX_EPOCH).get(), 1);
    }
}
