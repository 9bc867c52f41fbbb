//! Channels that cannot be posted to, and what a posted message shows of its codes.

use jiff::{SignedDuration, Timestamp};

use crate::domain::answers::status::Status;

/// How long Discord surely remembers a nonce. Its documentation says "the last few minutes".
pub const NONCE_WINDOW: SignedDuration = SignedDuration::from_secs(120);

/// The most roles that the posts of one channel mention.
pub const MAX_ROLES: usize = 5;

/// What kind of channel posts go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ChannelKind {
    Text,
    /// Its messages can be published to the channels of other servers that follow it.
    Announcement,
    /// Discord archives it when nobody writes in it for a while.
    Thread,
    /// It has no messages of its own: each code gets a post, which is a thread.
    Forum,
}

impl ChannelKind {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// Why nothing can be posted to a guild until somebody acts. The numbers are Discord's error codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Blocked {
    /// 10003.
    UnknownChannel,
    /// 50001.
    MissingAccess,
    /// 50013.
    MissingPermissions,
    /// The bot must know whether a post is in the channel, and may not read the channel's history.
    MissingHistory,
    /// The thread is locked, or archived and the bot may not reopen it (50083, 160005).
    ThreadLocked,
    /// Each post in the forum needs a tag, and only moderators may set one (40066, 40067).
    TagRequired,
    /// A moderator put the bot into a timeout: it can read, but not post.
    TimedOut,
    Removed,
}

impl Blocked {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// What is wrong and what to do, as a sentence for the guild's admins.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UnknownChannel => "the channel was deleted. Set another one with /manage giftcode setchannel",
            Self::MissingAccess => "I cannot see the channel. Allow me to view it, or set another one",
            Self::MissingPermissions => {
                "I cannot post in the channel. Allow me to view it, send messages and embed links there, or set another one"
            }
            Self::MissingHistory => {
                "I was interrupted and cannot check whether a code was posted. Allow me to read the channel's message history"
            }
            Self::ThreadLocked => {
                "the thread is locked or archived, and I may not reopen it. Unlock it, or set another channel"
            }
            Self::TagRequired => {
                "every post in the forum needs a tag, and only moderators may set one. Add a tag that everybody may use, or stop \
                 requiring tags"
            }
            Self::TimedOut => "I am in a timeout in this server and cannot post. A moderator can end it",
            Self::Removed => "I was removed from the server",
        }
    }
}

/// Why a code is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OverReason {
    Expired,
    /// According to the game, nobody can redeem it any more.
    Invalidated(Status),
    /// It was reactivated, and has a newer post.
    Renewed,
}

impl OverReason {
    /// The reason as the end of a sentence.
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Expired | Self::Invalidated(Status::TimeError) => "it has expired",
            Self::Invalidated(Status::CdkNotFound | Status::InvalidCode) => "the game does not know this code",
            Self::Invalidated(Status::Used | Status::UsageLimit) => "its claim limit has been reached",
            Self::Invalidated(_) => "the game rejects it",
            Self::Renewed => "it was reissued, see the newer post",
        }
    }
}

/// What a message shows of one of its codes. It is compared with what the message should show, in both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShownState {
    /// Valid, until then if a feed gives an end.
    Good(Option<Timestamp>),
    Over(OverReason),
}

impl ShownState {
    /// The stored word for a message that an earlier attempt or another process sent: nobody knows what it shows.
    pub const UNKNOWN: &str = "unknown";

    pub fn of(expires_at: Option<Timestamp>, over: Option<&OverReason>) -> Self {
        over.map_or(Self::Good(expires_at), |over| Self::Over(over.clone()))
    }

    /// The stored form. The store builds the same text from a code's row in SQL.
    pub fn stored(&self) -> String {
        match self {
            Self::Good(None) => "good".to_owned(),
            Self::Good(Some(until)) => format!("good until {}", until.as_millisecond()),
            Self::Over(OverReason::Expired) => "expired".to_owned(),
            Self::Over(OverReason::Renewed) => "renewed".to_owned(),
            Self::Over(OverReason::Invalidated(status)) => format!("condemned {}", status.name()),
        }
    }

    /// Reads the stored form: why the code is over; `None` for a valid one.
    pub fn reason_over(stored: &str) -> Option<OverReason> {
        match stored {
            "expired" => Some(OverReason::Expired),
            "renewed" => Some(OverReason::Renewed),
            stored => stored.strip_prefix("condemned ").map(|status| OverReason::Invalidated(Status::parse(status))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_shows_reads_back() {
        let at = Timestamp::from_millisecond(1_763_596_740_000).unwrap();
        for over in [
            OverReason::Expired,
            OverReason::Renewed,
            OverReason::Invalidated(Status::Used),
            OverReason::Invalidated(Status::parse("ODD")),
        ] {
            assert_eq!(ShownState::reason_over(&ShownState::of(Some(at), Some(&over)).stored()), Some(over));
        }
        for good in [ShownState::of(None, None), ShownState::of(Some(at), None)] {
            assert_eq!(ShownState::reason_over(&good.stored()), None, "{}", good.stored());
        }
        assert_ne!(ShownState::Good(None).stored(), ShownState::Good(Some(at)).stored());
        assert_eq!(ShownState::reason_over(ShownState::UNKNOWN), None);
    }

    #[test]
    fn names_read_back() {
        let names = [
            (Blocked::UnknownChannel, "unknown_channel"),
            (Blocked::MissingAccess, "missing_access"),
            (Blocked::MissingPermissions, "missing_permissions"),
            (Blocked::MissingHistory, "missing_history"),
            (Blocked::ThreadLocked, "thread_locked"),
            (Blocked::TagRequired, "tag_required"),
            (Blocked::TimedOut, "timed_out"),
            (Blocked::Removed, "removed"),
        ];
        for (blocked, name) in names {
            assert_eq!((Blocked::parse(name), blocked.name()), (Some(blocked), name));
        }
        assert_eq!(Blocked::parse("other"), None);
        for (kind, name) in [
            (ChannelKind::Text, "text"),
            (ChannelKind::Announcement, "announcement"),
            (ChannelKind::Thread, "thread"),
            (ChannelKind::Forum, "forum"),
        ] {
            assert_eq!((ChannelKind::parse(name), kind.name()), (Some(kind), name));
        }
    }
}
