//! The seams to what is remote: the services know these traits, the adapters and the simulators' doubles fulfil them.

pub mod replica;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::answers::answer::{Answer, Reply};
use crate::domain::codes::channel::{Blocked, OverReason};
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::Entry;
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::players::player::{ChannelId, GuildId, PlayerId, Profile, RoleId, State};
use crate::domain::redeeming::batch_progress::Tally;

/// What the player endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginAnswer {
    /// The player's profile.
    Profile(Profile),
    /// Anything else.
    Failed(Answer),
}

/// How many calls may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// So many now.
    pub free: usize,
    /// More after this long, where something but a call's end makes room.
    pub opens_in: Option<Duration>,
}

/// The game's gift-code API. A call always ends, in time, with a value.
pub trait GameApi: Send + Sync + 'static {
    /// How many calls may begin, as far as the connections go.
    fn capacity(&self) -> Capacity {
        Capacity { free: usize::MAX, opens_in: None }
    }
    /// Asks the player endpoint for `player`.
    fn login(&self, player: PlayerId) -> impl Future<Output = Reply<LoginAnswer>> + Send;
    /// Redeems `code` for `player`, who lives in `state`.
    fn redeem(&self, player: PlayerId, state: State, code: &Code) -> impl Future<Output = Reply<Answer>> + Send;
}

/// Why a feed gave no codes this time: one sentence, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedError {
    /// Not reached, or no answer in time.
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// An HTTP status other than 200 and 304.
    #[error("answers HTTP {0}")]
    Status(u16),
    /// An answer of more than the allowed size.
    #[error("answers more than {0} bytes")]
    TooLarge(usize),
    /// The feed says itself that something is wrong.
    #[error("answers an error: {0}")]
    Refused(String),
    /// No JSON, or JSON of none of the known shapes.
    #[error("answers something that is no list of codes: {0}")]
    Shape(String),
    /// Entries, none of which is a code: their number, and the first of them.
    #[error("lists {0} entries and none is a code: {1}")]
    Unusable(usize, String),
    /// No codes at all where there were some.
    #[error("answers an empty list though it had codes")]
    Emptied,
}

/// A question to a feed that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFailure {
    /// Why.
    pub error: FeedError,
    /// How long it asks us to stay away.
    pub retry_after: Option<Duration>,
}

/// All code feeds.
pub trait CodeFeed: Send + Sync + 'static {
    /// The feeds, as shown to people and stored with their codes, in the configured order: host and path, never a key.
    fn sources(&self) -> Vec<String>;
    /// Asks one of them, by its place in [`CodeFeed::sources`], with one request that ends in time. What it lists, or nothing
    /// where its list is empty.
    fn ask(&self, place: usize) -> impl Future<Output = Result<Vec<Entry>, FeedFailure>> + Send;
}

/// One code in an announcement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedCode {
    /// The code as published.
    pub code: Code,
    /// 1 at first; more for a code that became valid again.
    pub generation: u32,
    /// What it gives, in a feed's words.
    pub rewards: Option<String>,
    /// When it stops working.
    pub expires_at: Option<Timestamp>,
    /// The feed that listed it.
    pub source: String,
    /// The game granted it to somebody before it was announced.
    pub checked: bool,
}

/// One message to a guild's channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Identifies the message for ever: at most 25 characters, stored before the first attempt (invariant 1).
    pub nonce: String,
    /// The guild.
    pub guild: GuildId,
    /// Its channel.
    pub channel: ChannelId,
    /// The role to mention, if any.
    pub role: Option<RoleId>,
    /// What the message is.
    pub kind: MessageKind,
    /// How many codes the announcement holds in all its messages.
    pub total: usize,
    /// The codes of this message.
    pub codes: Vec<AnnouncedCode>,
    /// When an earlier attempt was made whose end nobody knows; it may have succeeded.
    pub attempted_at: Option<Timestamp>,
    /// That attempt was made in this channel, and the guild has another one since: it is looked for here, and sent there.
    pub is_moved: bool,
}

/// A message that was sent, by the id its channel gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageId(pub u64);

/// A message that is in its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// Its id.
    pub id: MessageId,
    /// It shows what it was to show. Else an earlier attempt, or another process, sent it, and nobody knows what it shows.
    pub is_as_given: bool,
}

/// Why a message was not sent or changed, or is not known to be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct AnnounceError {
    /// One sentence.
    pub reason: String,
    /// Whether it may have been sent all the same: the answer was lost.
    pub maybe_sent: bool,
    /// Why nothing can be sent there until somebody acts, where that is so.
    pub blocked: Option<Blocked>,
    /// The message to be changed is gone.
    pub is_gone: bool,
    /// What an earlier attempt may have sent is surely not there: nothing is in the dark any more, and it can be sent.
    pub is_absent: bool,
    /// Nothing gets through to anybody: it says nothing of this message, its channel or its guild.
    pub is_outage: bool,
    /// How long to wait, where we were told.
    pub retry_after: Option<Duration>,
}

impl AnnounceError {
    /// An error that passes.
    pub fn passing(reason: impl Into<String>, maybe_sent: bool) -> Self {
        Self {
            reason: reason.into(),
            maybe_sent,
            blocked: None,
            is_gone: false,
            is_absent: false,
            is_outage: false,
            retry_after: None,
        }
    }

    /// The earlier attempt did not send it.
    pub fn absent() -> Self {
        Self { is_absent: true, ..Self::passing("the earlier attempt did not send it", false) }
    }

    /// Whether the message may be there after this attempt, where an earlier one was made whose end nobody knew: that this one
    /// was refused says nothing of that.
    pub fn leaves_open(&self, had_earlier: bool) -> bool {
        // What was sent to a channel that is gone went with it.
        let is_settled = self.is_absent || self.blocked == Some(Blocked::UnknownChannel);
        self.maybe_sent || (had_earlier && !is_settled)
    }

    /// What failed is this message, or its channel: neither the way there, nor our haste.
    pub fn is_of_the_channel(&self) -> bool {
        self.blocked.is_none() && !self.is_outage && !self.is_absent && self.retry_after.is_none()
    }
}

/// A message that was sent, and does not show what is so by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The message's nonce.
    pub nonce: String,
    /// The guild.
    pub guild: GuildId,
    /// The channel it is in.
    pub channel: ChannelId,
    /// Its id.
    pub message: MessageId,
    /// The role that the guild's posts mention.
    pub role: Option<RoleId>,
    /// What the message is.
    pub kind: MessageKind,
    /// How many codes the announcement holds in all its messages.
    pub total: usize,
    /// The codes of this message, with why they are over.
    pub codes: Vec<(AnnouncedCode, Option<OverReason>)>,
}

/// How far a run is, and the message that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchMessage {
    /// Identifies the message for ever, stored before the first attempt.
    pub nonce: String,
    /// The guild.
    pub guild: GuildId,
    /// The channel the message is in, or is to be sent to.
    pub channel: ChannelId,
    /// The message, once it was sent.
    pub message: Option<MessageId>,
    /// When an attempt to send it was made whose end nobody knows.
    pub attempted_at: Option<Timestamp>,
    /// The code that is redeemed.
    pub code: Code,
    /// How far it is.
    pub tally: Tally,
    /// All is decided.
    pub is_finished: bool,
    /// How long the rest takes, where that can be told.
    pub remaining: Option<Duration>,
    /// What it waits for, as a clause.
    pub waits_for: Option<String>,
}

/// Where announcements go.
pub trait Announcer: Send + Sync + 'static {
    /// Sends a message, or finds that this nonce was sent already: exactly one message per nonce, however often called.
    /// What an earlier attempt may have sent so long ago that its nonce is forgotten is looked for, and not sent: see
    /// [`AnnounceError::absent`].
    fn announce(&self, message: &Announcement) -> impl Future<Output = Result<Posted, AnnounceError>> + Send;
    /// Changes a message so that it says which of its codes are over, and which are not.
    fn correct(&self, correction: &Correction) -> impl Future<Output = Result<(), AnnounceError>> + Send;
}

/// Where people see how far the runs are.
pub trait BatchBoard: Send + Sync + 'static {
    /// Sends the run's message, or changes it: exactly one message per nonce, however often called.
    /// As with an announcement, what may have been sent long ago is looked for and not sent.
    fn show(&self, batch: &BatchMessage) -> impl Future<Output = Result<Posted, AnnounceError>> + Send;
}
