//! Posts and batch messages in Discord's channels: exactly one message for each nonce (invariant 1).
//!
//! One function sends a message to a target of any kind ([`DiscordAnnouncer::send`]). A forum is different (`forums`): Discord
//! knows no nonces there.
//!
//! Discord answers a nonce that it has seen in the last minutes with the earlier message, so an attempt with an unknown result
//! is simply repeated during that time. After that, the channel's history is searched for the message, by the nonce in the
//! link of its title, and the message is sent only if it is not found. If the bot may not read the history, nothing is sent
//! until it may.
//!
//! After the nonce, the link has a random suffix for each call. The suffix in Discord's answer shows whether the message was
//! sent by this call, by an earlier one, or by another process that plans the same posts with the same token.

mod forums;
mod notices;
mod search;
mod upkeep;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serenity::all::{ChannelId as DiscordChannelId, GuildChannel, MessageId as DiscordMessageId, Nonce, UserId};

use crate::domain::codes::channel::{Blocked, ChannelKind, NONCE_WINDOW};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::ports::{AnnounceError, Announcement, Announcer, BatchBoard, BatchMessage, Correction, MessageId, Posted};
use crate::runtime::clock::Clock;

use crate::discord::messages::{Message, alliances, batch, post};
use crate::discord::permissions;
use crate::discord::rest::{Rest, RestError};

use forums::Searches;
use notices::KnownMembers;

/// For how long after its intent a message may still appear that is not found: a call takes up to 60 s (`SEND_TIMEOUT` in
/// `services/poster.rs`), and a request that was cut off may be on its way for a while longer.
const SETTLES_IN: SignedDuration = SignedDuration::from_secs(90);
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
    known_members: Arc<Mutex<KnownMembers>>,
    searches: Arc<Mutex<Searches>>,
}

/// A message to a target.
pub struct OutgoingMessage<'a> {
    pub place: Place<'a>,
    /// `None` if it is not known: Discord is asked then.
    pub channel_kind: Option<ChannelKind>,
    /// The name of its thread in a forum.
    pub title: String,
    pub attempted_at: Option<Timestamp>,
    /// The guild has moved to another channel since the attempt: the message is searched for, but not sent.
    pub is_moved: bool,
    pub message: Message,
    /// The version for a channel in which the bot may attach no files.
    pub without_file: Option<Message>,
}

/// Where a message is, and what identifies it there.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub server: GuildId,
    pub alliance: AllianceId,
    pub channel: ChannelId,
    pub nonce: &'a str,
}

impl DiscordAnnouncer {
    pub fn new(rest: Arc<Rest>, clock: Clock) -> Self {
        Self { rest, clock, warned_at: Arc::default(), known_members: Arc::default(), searches: Arc::default() }
    }

    /// Sends a message to a channel, thread or forum: exactly one message per nonce, however often it is called.
    ///
    /// # Errors
    /// The message was not sent, or that is unknown; see [`AnnounceError`].
    pub async fn send(&self, outgoing: OutgoingMessage<'_>) -> Result<Posted, AnnounceError> {
        let kind = match outgoing.channel_kind {
            Some(kind) => kind,
            None => self.learn_kind(&outgoing).await?,
        };
        let sent = match kind {
            ChannelKind::Forum => self.send_post(&outgoing).await,
            ChannelKind::Text | ChannelKind::Announcement | ChannelKind::Thread => {
                self.send_message(&outgoing, kind).await
            }
        };
        sent.map(|posted| Posted { channel_kind: Some(kind), ..posted })
    }

    /// Asks Discord for the kind of a channel. What cannot be posted in passes for a text channel: Discord says why.
    async fn learn_kind(&self, outgoing: &OutgoingMessage<'_>) -> Result<ChannelKind, AnnounceError> {
        let asked: Result<GuildChannel, RestError> = self.rest.channel(channel(outgoing.place.channel)).await;
        match asked {
            Ok(known) => Ok(permissions::kind_of(&known).unwrap_or(ChannelKind::Text)),
            // The next step finds out what that means for this message.
            Err(error) if error.blocked().is_some() => Ok(ChannelKind::Text),
            Err(error) => Err(AnnounceError::from(error)),
        }
    }

    async fn send_message(&self, outgoing: &OutgoingMessage<'_>, kind: ChannelKind) -> Result<Posted, AnnounceError> {
        if let Some(at) = outgoing.attempted_at
            && (outgoing.is_moved || self.clock.now().duration_since(at) >= NONCE_WINDOW)
        {
            let found = self.find(outgoing, at).await?;
            return found.map(|id| Posted::new(id, false)).ok_or_else(AnnounceError::absent);
        }
        let mut created = self.create(outgoing).await;
        if kind == ChannelKind::Thread && created.as_ref().is_err_and(RestError::is_archived) {
            self.reopen(outgoing.place.channel).await?;
            created = self.create(outgoing).await;
        }
        match created {
            Ok(posted) => Ok(posted),
            Err(error) if kind == ChannelKind::Thread && (error.is_archived() || error.is_locked()) => {
                Err(AnnounceError { blocked: Some(Blocked::ThreadLocked), ..AnnounceError::from(error) })
            }
            Err(error) => Err(self.refused(outgoing.place.server, error).await),
        }
    }

    /// A refusal, told apart from a timeout of the bot.
    async fn refused(&self, guild: GuildId, error: RestError) -> AnnounceError {
        let timed_out = match error.blocked() {
            Some(Blocked::MissingPermissions) => self.timeout_left(guild).await,
            _ => None,
        };
        let error = AnnounceError::from(error);
        match timed_out {
            Some(left) => AnnounceError { blocked: Some(Blocked::TimedOut), retry_after: Some(left), ..error },
            None => error,
        }
    }

    /// Opens an archived thread.
    async fn reopen(&self, thread: ChannelId) -> Result<(), AnnounceError> {
        match self.rest.set_archived(channel(thread), false).await {
            Ok(()) => {
                tracing::debug!("The thread {thread} was archived and is open again");
                Ok(())
            }
            Err(error) => {
                let is_refused = error.is_locked() || error.blocked() == Some(Blocked::MissingPermissions);
                let blocked = if is_refused { Some(Blocked::ThreadLocked) } else { error.blocked() };
                Err(AnnounceError { blocked, maybe_sent: false, ..AnnounceError::from(error) })
            }
        }
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
        let place = outgoing.place;
        let mark = format!("{}.{:x}", post::mark(place.nonce), fastrand::u64(..));
        let message = message.clone().linked(&mark);
        let body = message.create().nonce(Nonce::String(place.nonce.to_owned())).enforce_nonce(true);
        let sent: Sent = self.rest.create_message(channel(place.channel), &body, message.files()).await?;
        let shown = sent.embeds.first().and_then(|embed| embed.url.as_deref());
        let is_as_given = shown.is_none_or(|shown| shown == mark);
        if !is_as_given && outgoing.attempted_at.is_none() {
            self.warn_of_token_sharing(place.alliance);
        }
        Ok(Posted::new(MessageId(sent.id.get()), is_as_given))
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
        let edit_as_allowed = async || match (edit(message).await, without_file) {
            (Err(error), Some(without_file)) if error.blocked() == Some(Blocked::MissingPermissions) => {
                edit(without_file).await
            }
            (edited, _) => edited,
        };
        let edited = edit_as_allowed().await;
        if !edited.as_ref().is_err_and(RestError::is_archived) {
            return edited.map_err(AnnounceError::from);
        }
        // Nobody looks for news in an archived thread: it stays so after the edit, if that is allowed.
        self.reopen(at.0).await?;
        let edited = edit_as_allowed().await;
        if let Err(error) = self.rest.set_archived(channel(at.0), true).await {
            tracing::debug!("The thread {} stays open: {error}", at.0);
        }
        edited.map_err(AnnounceError::from)
    }
}

fn channel(channel: ChannelId) -> DiscordChannelId {
    DiscordChannelId::new(channel.0.max(1))
}

impl Announcer for DiscordAnnouncer {
    async fn announce(&self, announcement: &Announcement) -> Result<Posted, AnnounceError> {
        self.send(OutgoingMessage {
            place: Place {
                server: announcement.server,
                alliance: announcement.guild,
                channel: announcement.channel,
                nonce: &announcement.nonce,
            },
            channel_kind: announcement.channel_kind,
            title: forums::title(announcement.codes.iter().map(|announced| announced.code.as_str())),
            attempted_at: announcement.attempted_at,
            is_moved: announcement.is_moved,
            message: post::post(announcement.language, announcement)
                .headed(alliances::posted_for(announcement.language, &announcement.alliances)),
            without_file: None,
        })
        .await
    }

    async fn correct(&self, correction: &Correction) -> Result<(), AnnounceError> {
        self.edit(
            (correction.channel, correction.message),
            &post::corrected(correction.language, correction)
                .headed(alliances::posted_for(correction.language, &correction.alliances)),
            None,
        )
        .await
    }
}

impl BatchBoard for DiscordAnnouncer {
    async fn show(&self, shown: &BatchMessage) -> Result<Posted, AnnounceError> {
        let head = alliances::posted_for(shown.language, &shown.alliance);
        let message = batch::batch(shown.language, shown, self.clock.now()).headed(head.clone());
        let without_file =
            (!message.files().is_empty()).then(|| batch::without_file(shown.language, shown).headed(head));
        if let Some(id) = shown.message {
            self.edit((shown.channel, id), &message, without_file.as_ref()).await?;
            return Ok(Posted::new(id, true));
        }
        let outgoing = OutgoingMessage {
            place: Place { server: shown.server, alliance: shown.guild, channel: shown.channel, nonce: &shown.nonce },
            channel_kind: shown.channel_kind,
            title: forums::title([shown.code.as_str()]),
            attempted_at: shown.attempted_at,
            is_moved: false,
            message,
            without_file,
        };
        self.send(outgoing).await
    }
}
