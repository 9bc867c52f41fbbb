//! Posts and runs' messages in Discord's channels: exactly one message for each nonce (invariant 1).
//!
//! Discord answers a nonce that it has seen in the last minutes with the earlier message. So an attempt whose end nobody
//! knows is simply repeated while that lasts. After it, the message is looked for in the channel's history, by the nonce in
//! the address of its title, and sent only when it is not there. Where the history may not be read nobody can tell, and
//! nothing is sent until that is allowed.
//!
//! Behind the nonce that address has a mark of the very call that sent the message. So the answer to a call tells whether
//! it is of this call, of an earlier one, or of another process that plans the same posts with the same token.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId as DiscordChannelId, MessageId as DiscordMessageId, Nonce, Permissions, UserId};

use crate::domain::codes::channel::{Blocked, NONCE_WINDOW};
use crate::domain::players::player::{ChannelId, GuildId};
use crate::ports::{AnnounceError, Announcement, Announcer, BatchBoard, BatchMessage, Correction, MessageId, Posted};
use crate::runtime::clock::Clock;

use super::messages::{Message, batch, post};
use super::permissions;
use super::rest::{Rest, RestError};

/// How far the clocks of Discord and this machine may be apart.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(60);
/// The most pages that are searched: 100 messages each where Discord fills them.
const MAX_PAGES: usize = 100;
/// The first millisecond of Discord's ids.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;
/// How often it is said that somebody else uses the token.
const LOG_INTERVAL: Duration = Duration::from_secs(3600);

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
    /// When it was last said that somebody else uses the token, since the clock's start.
    said_at: Arc<Mutex<Option<Duration>>>,
}

/// A message that is to be in a channel.
struct OutgoingMessage<'a> {
    guild: GuildId,
    channel: ChannelId,
    nonce: &'a str,
    attempted_at: Option<Timestamp>,
    /// It is only looked for.
    is_moved: bool,
    message: Message,
    /// The same for a channel that takes no files.
    without_file: Option<Message>,
}

impl DiscordAnnouncer {
    /// Sends with this client.
    pub fn new(rest: Arc<Rest>, clock: Clock) -> Self {
        Self { rest, clock, said_at: Arc::default() }
    }

    async fn send(&self, wanted: OutgoingMessage<'_>) -> Result<Posted, AnnounceError> {
        if let Some(at) = wanted.attempted_at
            && (wanted.is_moved || self.clock.now().duration_since(at) >= NONCE_WINDOW)
        {
            let found = self.find(&wanted, at).await?;
            return found.map(|id| Posted { id, is_as_given: false }).ok_or_else(AnnounceError::absent);
        }
        let error = match self.create(&wanted).await {
            Ok(posted) => return Ok(posted),
            Err(error) => error,
        };
        let timed_out = match error.blocked() {
            Some(Blocked::MissingPermissions) => self.timed_out(wanted.guild).await,
            _ => None,
        };
        let error = AnnounceError::from(error);
        Err(match timed_out {
            Some(rest) => AnnounceError { blocked: Some(Blocked::TimedOut), retry_after: Some(rest), ..error },
            None => error,
        })
    }

    /// Sends it, without its file where no files may be sent.
    async fn create(&self, wanted: &OutgoingMessage<'_>) -> Result<Posted, RestError> {
        match (self.create_as(wanted, &wanted.message).await, &wanted.without_file) {
            (Err(error), Some(bare)) if error.blocked() == Some(Blocked::MissingPermissions) => {
                self.create_as(wanted, bare).await
            }
            (created, _) => created,
        }
    }

    async fn create_as(&self, wanted: &OutgoingMessage<'_>, message: &Message) -> Result<Posted, RestError> {
        let mark = format!("{}.{:x}", post::mark(wanted.nonce), fastrand::u64(..));
        let message = message.clone().linked(&mark);
        let body = message.create().nonce(Nonce::String(wanted.nonce.to_owned())).enforce_nonce(true);
        let sent: Sent = self.rest.create_message(channel(wanted.channel), &body, message.attachment()).await?;
        let shown = sent.embeds.first().and_then(|embed| embed.url.as_deref());
        let is_as_given = shown.is_none_or(|shown| shown == mark);
        if !is_as_given && wanted.attempted_at.is_none() {
            self.warn_of_another(wanted.guild);
        }
        Ok(Posted { id: MessageId(sent.id.get()), is_as_given })
    }

    /// A post that this process never tried to send is there already.
    fn warn_of_another(&self, guild: GuildId) {
        let now = self.clock.elapsed();
        let mut said_at = self.said_at.lock().unwrap_or_else(PoisonError::into_inner);
        if said_at.is_none_or(|at| now - at >= LOG_INTERVAL) {
            *said_at = Some(now);
            tracing::warn!(
                "Somebody else uses this bot's token: what was to be sent to guild {guild} is there already. Stop the other \
                 instance, or reset the token. (If the state file was set back, this instance may have sent it itself.)"
            );
        }
    }

    /// How much longer a timeout lasts that the bot is in, if it is in one.
    async fn timed_out(&self, guild: GuildId) -> Option<Duration> {
        let until = permissions::timed_out_until(&self.rest, guild).await.ok()??;
        Duration::try_from(until.duration_since(self.clock.now())).ok().filter(|rest| !rest.is_zero())
    }

    /// Looks a message up that may have been sent at `at` or later.
    async fn find(&self, wanted: &OutgoingMessage<'_>, at: Timestamp) -> Result<Option<MessageId>, AnnounceError> {
        match self.search(wanted, at).await {
            // It went with its channel.
            Err(error) if error.blocked == Some(Blocked::UnknownChannel) && wanted.is_moved => Ok(None),
            // What is wrong with a channel that the guild does not use any more is not wrong with the guild.
            Err(error) if wanted.is_moved && error.blocked.is_some() => Err(AnnounceError::passing(
                format!("whether it was posted in the channel before cannot be seen: {}", error.reason),
                true,
            )),
            found => found,
        }
    }

    async fn search(&self, wanted: &OutgoingMessage<'_>, at: Timestamp) -> Result<Option<MessageId>, AnnounceError> {
        let me = self.rest.my_id().await?;
        let mark = post::mark(wanted.nonce);
        let is_mark = |url: &str| url.strip_prefix(&mark).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let begin = at.checked_sub(CLOCKS_APART).unwrap_or(Timestamp::MIN);
        let mut after = first_id_at(begin);
        for page in 0..MAX_PAGES {
            let found: Vec<Sent> = self.rest.messages_after(channel(wanted.channel), after).await?;
            let is_it = |sent: &&Sent| {
                sent.author.as_ref().is_some_and(|author| author.id == me)
                    && sent.embeds.iter().any(|embed| embed.url.as_deref().is_some_and(is_mark))
            };
            if let Some(found) = found.iter().find(is_it) {
                tracing::debug!("The message {} was sent before an interruption", wanted.nonce);
                return Ok(Some(MessageId(found.id.get())));
            }
            // A page may hold fewer than there are: only an empty one is the last.
            match found.iter().map(|sent| sent.id).max() {
                Some(last) if last > after => after = last,
                _ if page > 0 => return Ok(None),
                // Where it may not be read, the history is empty.
                _ => return self.may_read(wanted).await.map(|()| None),
            }
        }
        Err(AnnounceError::passing(
            format!("whether it was sent cannot be seen: the channel has more than {MAX_PAGES} pages since then"),
            true,
        ))
    }

    async fn may_read(&self, wanted: &OutgoingMessage<'_>) -> Result<(), AnnounceError> {
        let granted = permissions::in_channel(&self.rest, wanted.guild, wanted.channel).await?;
        let granted = granted.map_or(Permissions::empty(), |granted| granted.permissions);
        if granted.contains(Permissions::READ_MESSAGE_HISTORY) || granted.administrator() {
            return Ok(());
        }
        Err(AnnounceError {
            blocked: Some(Blocked::MissingHistory),
            ..AnnounceError::passing("the history may not be read, and the message may be in it", true)
        })
    }

    /// Edits a message, without its file where no files may be sent.
    async fn edit(
        &self,
        at: (ChannelId, MessageId),
        message: &Message,
        without_file: Option<&Message>,
    ) -> Result<(), AnnounceError> {
        let place = (channel(at.0), DiscordMessageId::new(at.1.0.max(1)));
        let edit = async |message: &Message| {
            let edited: Result<Sent, RestError> =
                self.rest.edit_message(place, &message.edit(), message.attachment()).await;
            edited.map(drop)
        };
        match (edit(message).await, without_file) {
            (Err(error), Some(bare)) if error.blocked() == Some(Blocked::MissingPermissions) => edit(bare).await,
            (edited, _) => edited,
        }
        .map_err(AnnounceError::from)
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
    async fn announce(&self, announcement: &Announcement) -> Result<Posted, AnnounceError> {
        self.send(OutgoingMessage {
            guild: announcement.guild,
            channel: announcement.channel,
            nonce: &announcement.nonce,
            attempted_at: announcement.attempted_at,
            is_moved: announcement.is_moved,
            message: post::post(announcement),
            without_file: None,
        })
        .await
    }

    async fn correct(&self, correction: &Correction) -> Result<(), AnnounceError> {
        self.edit((correction.channel, correction.message), &post::corrected(correction), None).await
    }
}

impl BatchBoard for DiscordAnnouncer {
    async fn show(&self, shown: &BatchMessage) -> Result<Posted, AnnounceError> {
        let message = batch::batch(shown, self.clock.now());
        let without_file = message.file().is_some().then(|| batch::without_file(shown));
        if let Some(id) = shown.message {
            self.edit((shown.channel, id), &message, without_file.as_ref()).await?;
            return Ok(Posted { id, is_as_given: true });
        }
        let wanted = OutgoingMessage {
            guild: shown.guild,
            channel: shown.channel,
            nonce: &shown.nonce,
            attempted_at: shown.attempted_at,
            is_moved: false,
            message,
            without_file,
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
