//! The seam to where people read notices.

use std::future::Future;

use jiff::Timestamp;

use super::{AnnounceError, MessageId, Posted};
use crate::domain::codes::code::Code;
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerId, UserId};
use crate::domain::redeeming::batch_progress::Tally;
use crate::domain::text::language::Language;

/// A message about a code besides its post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Identifies the message for ever, and is stored before the first attempt (invariant 1).
    pub nonce: String,
    /// The server of the channel.
    pub server: GuildId,
    pub guild: AllianceId,
    /// Its name; `None` while its server has one alliance.
    pub alliance: Option<String>,
    /// The language of the server.
    pub language: Language,
    pub channel: ChannelId,
    /// When an attempt with an unknown result was made.
    pub attempted_at: Option<Timestamp>,
    /// The guild has changed its channel since that attempt.
    pub is_moved: bool,
    pub code: Code,
    pub content: NoticeContent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeContent {
    /// The code failed for accounts of these people, who are mentioned if they are members of the server.
    Failed {
        people: Vec<UserId>,
        /// Where the batch's result is shown.
        result: Option<(ChannelId, MessageId)>,
    },
    Reminder {
        ends_at: Timestamp,
        tally: Tally,
        /// Players for whom the code was never tried, with their names, which may be empty.
        untried: Vec<(PlayerId, String)>,
    },
}

/// Where people read notices.
pub trait NoticeBoard: Send + Sync + 'static {
    /// Sends a notice: exactly one message per nonce, however often it is called. As with an announcement, an old attempt is
    /// only looked up. `None` if it concerns nobody in the server, and was not sent.
    fn notify(&self, notice: &Notice) -> impl Future<Output = Result<Option<Posted>, AnnounceError>> + Send;
}
