//! Channels that cannot be posted to, and what a message that was posted shows of its codes.

use jiff::{SignedDuration, Timestamp};

use crate::domain::answers::status::Status;

/// How long a nonce is surely known to Discord, which says "the last few minutes".
pub const NONCE_WINDOW: SignedDuration = SignedDuration::from_secs(120);

/// Why nothing can be posted to a guild until somebody acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// The channel is gone: 10003.
    UnknownChannel,
    /// The channel cannot be seen: 50001.
    MissingAccess,
    /// Something may not be done in it: 50013.
    MissingPermissions,
    /// The channel's history may not be read, and whether a post is in it must be known.
    MissingHistory,
    /// A moderator put the bot into a timeout: it may look on, and no more.
    TimedOut,
    /// The bot was removed from the guild.
    Removed,
}

impl Blocked {
    const NAMES: [(Self, &'static str); 6] = [
        (Self::UnknownChannel, "unknown_channel"),
        (Self::MissingAccess, "missing_access"),
        (Self::MissingPermissions, "missing_permissions"),
        (Self::MissingHistory, "missing_history"),
        (Self::TimedOut, "timed_out"),
        (Self::Removed, "removed"),
    ];

    /// The name in stored state.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(blocked, _)| *blocked == self).map_or("unknown_channel", |(_, name)| name)
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(blocked, _)| *blocked)
    }

    /// What is wrong and what to do, as a sentence for the guild's admins.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::UnknownChannel => "the channel was deleted: set another one with /manage giftcode setchannel",
            Self::MissingAccess => "I cannot see the channel: let me view it, or set another one",
            Self::MissingPermissions => {
                "I may not post in the channel: allow me to view it, send messages and embed links there, or set another one"
            }
            Self::MissingHistory => {
                "I was interrupted and cannot see whether a code was posted: allow me to read the channel's message history"
            }
            Self::TimedOut => "I am in a timeout in this server and may post nowhere: a moderator can end it",
            Self::Removed => "I was removed from the server",
        }
    }
}

/// Why a code is over, though a message still shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Its time is up.
    Expired,
    /// The game says that it is no good for anybody.
    Invalidated(Status),
    /// It became valid again, and has a newer post.
    Renewed,
}

impl Over {
    /// What is wrong with the code, as the end of a sentence.
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Expired | Self::Invalidated(Status::TimeError) => "it has expired",
            Self::Invalidated(Status::CdkNotFound | Status::InvalidCode) => "the game knows no such code",
            Self::Invalidated(Status::Used | Status::UsageLimit) => "its claim limit is reached",
            Self::Invalidated(_) => "the game does not take it",
            Self::Renewed => "it came back, see the newer post",
        }
    }
}

/// What a message shows of one of its codes: what is compared with what it should show, in both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    /// Good, and until when, where anybody says so.
    Good(Option<Timestamp>),
    /// Over, and why.
    Over(Over),
}

impl Shows {
    /// The word in stored state of a message that an earlier attempt, or another process, sent: nobody knows what it shows.
    pub const UNKNOWN: &str = "unknown";

    /// What a message shows that was made from this.
    pub fn of(expires_at: Option<Timestamp>, over: Option<&Over>) -> Self {
        over.map_or(Self::Good(expires_at), |over| Self::Over(over.clone()))
    }

    /// The words in stored state. The store makes the same ones of a code's row.
    pub fn words(&self) -> String {
        match self {
            Self::Good(None) => "good".to_owned(),
            Self::Good(Some(until)) => format!("good until {}", until.as_millisecond()),
            Self::Over(Over::Expired) => "expired".to_owned(),
            Self::Over(Over::Renewed) => "renewed".to_owned(),
            Self::Over(Over::Invalidated(status)) => format!("condemned {}", status.name()),
        }
    }

    /// Why the code is over, in stored words; `None` for one that is good.
    pub fn over(words: &str) -> Option<Over> {
        match words {
            "expired" => Some(Over::Expired),
            "renewed" => Some(Over::Renewed),
            words => words.strip_prefix("condemned ").map(|status| Over::Invalidated(Status::parse(status))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_message_shows_reads_back() {
        let at = Timestamp::from_millisecond(1_763_596_740_000).unwrap();
        for over in
            [Over::Expired, Over::Renewed, Over::Invalidated(Status::Used), Over::Invalidated(Status::parse("ODD"))]
        {
            assert_eq!(Shows::over(&Shows::of(Some(at), Some(&over)).words()), Some(over));
        }
        for good in [Shows::of(None, None), Shows::of(Some(at), None)] {
            assert_eq!(Shows::over(&good.words()), None, "{}", good.words());
        }
        assert_ne!(Shows::Good(None).words(), Shows::Good(Some(at)).words());
        assert_eq!(Shows::over(Shows::UNKNOWN), None);
    }

    #[test]
    fn names_read_back() {
        for (blocked, name) in Blocked::NAMES {
            assert_eq!((Blocked::parse(name), blocked.name()), (Some(blocked), name));
        }
        assert_eq!(Blocked::parse("other"), None);
    }
}
