//! Channels that cannot be posted to, and codes that are over in a message that was posted.

use super::status::Status;

/// Why nothing can be posted to a guild until somebody acts (PROTOCOL §3).
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
    /// The bot was removed from the guild.
    Removed,
}

impl Blocked {
    const NAMES: [(Self, &'static str); 5] = [
        (Self::UnknownChannel, "unknown_channel"),
        (Self::MissingAccess, "missing_access"),
        (Self::MissingPermissions, "missing_permissions"),
        (Self::MissingHistory, "missing_history"),
        (Self::Removed, "removed"),
    ];

    /// The name in stored state.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(blocked, _)| *blocked == self).map_or("unknown_channel", |(_, name)| name)
    }

    /// Reads a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(blocked, _)| *blocked)
    }

    /// What is wrong and what to do, as a sentence for the guild's admins.
    #[must_use]
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
    Condemned(Status),
    /// It became valid again, and has a newer post.
    Renewed,
}

impl Over {
    /// What is wrong with the code, as the end of a sentence.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Expired | Self::Condemned(Status::TimeError) => "it has expired",
            Self::Condemned(Status::CdkNotFound | Status::InvalidCode) => "the game knows no such code",
            Self::Condemned(Status::Used | Status::UsageLimit) => "its claim limit is reached",
            Self::Condemned(_) => "the game does not take it",
            Self::Renewed => "it came back, see the newer post",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for (blocked, name) in Blocked::NAMES {
            assert_eq!((Blocked::parse(name), blocked.name()), (Some(blocked), name));
        }
        assert_eq!(Blocked::parse("other"), None);
    }
}
