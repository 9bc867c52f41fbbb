//! The seams to remote things: services use these traits; the adapters and the simulated world implement them.

pub mod notices;
pub mod replica;

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::answers::answer::{Answer, Reply};
use crate::domain::codes::channel::{Blocked, ChannelKind, OverReason};
use crate::domain::codes::code::Code;
use crate::domain::codes::listing::Entry;
use crate::domain::codes::post_plan::MessageKind;
use crate::domain::health::WaitReason;
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerId, Profile, RoleId, State};
use crate::domain::redeeming::batch_progress::Tally;
use crate::domain::text::language::Language;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginAnswer {
    Profile(Profile),
    Failed(Answer),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// How many calls may begin now.
    pub free: usize,
    /// When more may begin, if that does not depend on a call's end.
    pub opens_in: Option<Duration>,
}

/// The game's gift-code API. Every call ends in time, with a value.
pub trait GameApi: Send + Sync + 'static {
    /// How many calls the connections allow to begin.
    fn capacity(&self) -> Capacity {
        Capacity { free: usize::MAX, opens_in: None }
    }
    fn login(&self, player: PlayerId) -> impl Future<Output = Reply<LoginAnswer>> + Send;
    fn redeem(&self, player: PlayerId, state: State, code: &Code) -> impl Future<Output = Reply<Answer>> + Send;
}

/// Why a feed returned no codes: one sentence, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedError {
    #[error("cannot be reached: {0}")]
    Unreachable(String),
    /// An HTTP status other than 200 and 304.
    #[error("answers with HTTP {0}")]
    Status(u16),
    /// Larger than the limit, which is given in bytes.
    #[error("answers with more than {0} bytes")]
    TooLarge(usize),
    /// The feed itself reports an error.
    #[error("reports an error: {0}")]
    Refused(String),
    /// Not JSON, or JSON of an unknown shape.
    #[error("answers with something that is not a list of codes: {0}")]
    Shape(String),
    /// Entries, but not one valid code: their number, and the first of them.
    #[error("lists {0} entries, but none is a code: {1}")]
    Unusable(usize, String),
    /// No codes at all, though there were some before.
    #[error("answers with an empty list, though it had codes")]
    Emptied,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedFailure {
    pub error: FeedError,
    /// How long the feed asks us to wait.
    pub retry_after: Option<Duration>,
}

pub trait CodeFeed: Send + Sync + 'static {
    /// The feeds in the configured order, as host and path without any key. This is how they are shown and stored.
    fn sources(&self) -> Vec<String>;
    /// Sends one request to a feed, given by its index in [`CodeFeed::sources`], with a time limit. Returns the listed codes.
    fn ask(&self, place: usize) -> impl Future<Output = Result<Vec<Entry>, FeedFailure>> + Send;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnouncedCode {
    pub code: Code,
    /// Starts at 1, and grows whenever the code becomes valid again.
    pub generation: u32,
    /// As the feed describes them.
    pub rewards: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub source: String,
    /// The game granted the code to somebody before it was announced.
    pub checked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Identifies the message for ever. It has at most 25 characters, and is stored before the first attempt (invariant 1).
    pub nonce: String,
    /// The server of the channel.
    pub server: GuildId,
    /// The first of the alliances for which it is posted.
    pub guild: AllianceId,
    pub channel: ChannelId,
    /// What kind of channel that is; `None` if it is not known yet.
    pub channel_kind: Option<ChannelKind>,
    /// The language of the server.
    pub language: Language,
    /// The roles to mention, each once.
    pub roles: Vec<RoleId>,
    /// The names of the alliances for which it is posted; empty while the server has one.
    pub alliances: Vec<String>,
    /// The codes are redeemed for the roster without anybody's request.
    pub is_auto: bool,
    pub kind: MessageKind,
    /// How many codes the announcement holds in all its messages.
    pub total: usize,
    /// The codes of this message alone.
    pub codes: Vec<AnnouncedCode>,
    /// When an attempt with an unknown result was made. It may have succeeded.
    pub attempted_at: Option<Timestamp>,
    /// The guild has changed its channel since that attempt: the message is looked up in this channel, and sent in the new one.
    pub is_moved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageId(pub u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    pub id: MessageId,
    /// It shows the given content. Otherwise an earlier attempt or another process sent it, and its content is unknown.
    pub is_as_given: bool,
    /// The thread that was made for it, as in a forum; `None` if it is in the channel itself.
    pub thread: Option<ChannelId>,
    /// What kind of channel it was sent to, as far as the announcer knows.
    pub channel_kind: Option<ChannelKind>,
}

impl Posted {
    /// A message in the given channel itself.
    pub fn new(id: MessageId, is_as_given: bool) -> Self {
        Self { id, is_as_given, thread: None, channel_kind: None }
    }
}

/// Why a message was not sent or changed, or why that is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}")]
pub struct AnnounceError {
    /// One sentence.
    pub reason: String,
    /// It may have been sent, because the answer was lost.
    pub maybe_sent: bool,
    /// Why nothing can be sent there until somebody acts.
    pub blocked: Option<Blocked>,
    /// The message to change is gone.
    pub is_gone: bool,
    /// An earlier attempt certainly did not send the message, so it can be sent now.
    pub is_absent: bool,
    /// Nothing gets through to anybody. The error does not concern this message, its channel or its guild.
    pub is_outage: bool,
    /// How long we were told to wait.
    pub retry_after: Option<Duration>,
}

impl AnnounceError {
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

    pub fn absent() -> Self {
        Self { is_absent: true, ..Self::passing("the earlier attempt did not send it", false) }
    }

    /// Whether the message may have been sent. An earlier attempt with an unknown result (`had_earlier`) stays unknown even if this
    /// one was refused.
    pub fn leaves_open(&self, had_earlier: bool) -> bool {
        // A message sent to a channel that is gone is gone too.
        let is_settled = self.is_absent || self.blocked == Some(Blocked::UnknownChannel);
        self.maybe_sent || (had_earlier && !is_settled)
    }

    /// Whether the error concerns this message or its channel, and not the connection or our rate.
    pub fn is_of_the_channel(&self) -> bool {
        self.blocked.is_none() && !self.is_outage && !self.is_absent && self.retry_after.is_none()
    }
}

/// A sent message that no longer shows the present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub nonce: String,
    pub guild: AllianceId,
    pub channel: ChannelId,
    pub message: MessageId,
    /// The language of the server.
    pub language: Language,
    /// The roles that the posts mention.
    pub roles: Vec<RoleId>,
    /// The names of the alliances for which it was posted; empty while the server has one.
    pub alliances: Vec<String>,
    /// The codes are redeemed for the roster without anybody's request.
    pub is_auto: bool,
    pub kind: MessageKind,
    /// How many codes the announcement holds in all its messages.
    pub total: usize,
    /// The codes of this message, with the reason for each that is over.
    pub codes: Vec<(AnnouncedCode, Option<OverReason>)>,
}

/// A batch's progress, and the message that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchMessage {
    /// Identifies the message for ever, and is stored before the first attempt.
    pub nonce: String,
    /// The server of the channel.
    pub server: GuildId,
    pub guild: AllianceId,
    /// Its name; `None` while the server has one alliance.
    pub alliance: Option<String>,
    /// Where the message is, or is to be sent.
    pub channel: ChannelId,
    /// What kind of channel that is, if it is known.
    pub channel_kind: Option<ChannelKind>,
    /// `None` until it was sent.
    pub message: Option<MessageId>,
    /// The language of the server.
    pub language: Language,
    /// When an attempt with an unknown result was made.
    pub attempted_at: Option<Timestamp>,
    pub code: Code,
    pub tally: Tally,
    /// Every redemption is decided.
    pub is_finished: bool,
    /// The code is over, or has become valid again since.
    pub is_over: bool,
    /// The estimated remaining time.
    pub remaining: Option<Duration>,
    /// Why it waits, while it does.
    pub wait_reason: Option<WaitReason>,
}

impl BatchMessage {
    /// Whether the message offers to try failed players again.
    pub fn offers_retry(&self) -> bool {
        self.is_finished && !self.is_over && self.tally.failures() > 0
    }
}

/// A post in an announcement channel that is not published yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    pub nonce: String,
    pub guild: AllianceId,
    pub channel: ChannelId,
    pub message: MessageId,
    /// How often it was refused.
    pub tries: u32,
    pub posted_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// It is published, by this call or before.
    Done,
    /// It cannot be: the channel is no announcement channel, or the message is gone.
    Never,
}

/// A sample post, which is taken back after a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Identifies the message for ever, and is stored before it is sent.
    pub nonce: String,
    pub server: GuildId,
    pub guild: AllianceId,
    pub channel: ChannelId,
    /// `None` if it is unknown whether it was sent.
    pub message: Option<MessageId>,
    pub at: Timestamp,
}

/// What is done to messages after they are sent.
pub trait MessageUpkeep: Send + Sync + 'static {
    /// Publishes a message to the channels that follow its own: at most once, however often it is called.
    fn publish(&self, publication: &Publication) -> impl Future<Output = Result<Published, AnnounceError>> + Send;
    /// Deletes a sample. Returns whether it is gone; `false` if there is none, though one may have been sent a moment ago.
    fn take_back(&self, sample: &Sample) -> impl Future<Output = Result<bool, AnnounceError>> + Send;
}

pub trait Announcer: Send + Sync + 'static {
    /// Sends a message, or finds that this nonce was already sent: exactly one message per nonce, however often it is called. If an
    /// earlier attempt is so old that its nonce is forgotten, the message is only looked up, not sent: see
    /// [`AnnounceError::absent`].
    fn announce(&self, message: &Announcement) -> impl Future<Output = Result<Posted, AnnounceError>> + Send;
    /// Changes a message to show which of its codes are over.
    fn correct(&self, correction: &Correction) -> impl Future<Output = Result<(), AnnounceError>> + Send;
}

/// Where people see the progress of batches.
pub trait BatchBoard: Send + Sync + 'static {
    /// Sends the batch's message or changes it: exactly one message per nonce, however often it is called. As with an
    /// announcement, an old attempt is only looked up.
    fn show(&self, batch: &BatchMessage) -> impl Future<Output = Result<Posted, AnnounceError>> + Send;
}
