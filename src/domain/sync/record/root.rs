//! Roots: what records belong to, and what is erased as a whole (see [`crate::domain::sync::erasure`]).

use sha2::{Digest, Sha256};

use super::{RecordKind, Value};

/// What can be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    Guild,
    Player,
    Code,
    /// No kind has one record for each user: links name them, and what they chose if they chose anything.
    User,
}

impl Root {
    pub const ALL: [Self; 4] = [Self::Guild, Self::Player, Self::Code, Self::User];

    /// The kind whose records are the roots themselves, if there is one.
    pub fn kind(self) -> Option<RecordKind> {
        match self {
            Self::Guild => Some(RecordKind::Guilds),
            Self::Player => Some(RecordKind::Players),
            Self::Code => Some(RecordKind::Codes),
            Self::User => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Guild => "guild",
            Self::Player => "player",
            Self::Code => "code",
            Self::User => "user",
        }
    }

    /// A hash of the root with this key, from which the key cannot be read. An erasure keeps it.
    pub fn mark(self, key: &Value) -> String {
        let text = match key {
            Value::Text(text) => format!("{}/{text}", self.name()),
            Value::Int(number) | Value::Time(number) => format!("{}/{number}", self.name()),
            Value::Bool(flag) => format!("{}/{flag}", self.name()),
            Value::Null => format!("{}/", self.name()),
        };
        // Built in one allocation, because a restored copy needs it for every record.
        Sha256::digest(text).iter().fold(String::with_capacity(64), |mut mark, byte| {
            let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
            mark.extend([digit(byte >> 4), digit(byte & 15)]);
            mark
        })
    }
}

/// The roots that a record of this kind names, each with the field that names it.
pub fn roots(kind: RecordKind) -> &'static [(Root, &'static str)] {
    const GUILD: (Root, &str) = (Root::Guild, "guild_id");
    const PLAYER: (Root, &str) = (Root::Player, "player_id");
    const CODE: (Root, &str) = (Root::Code, "code_key");
    const USER: (Root, &str) = (Root::User, "user_id");
    match kind {
        RecordKind::Erasures => &[],
        RecordKind::Guilds => &[GUILD],
        RecordKind::Players => &[PLAYER],
        RecordKind::Codes | RecordKind::Listings => &[CODE],
        RecordKind::Rosters => &[GUILD, PLAYER],
        RecordKind::Redemptions => &[PLAYER, CODE],
        RecordKind::Posts
        | RecordKind::Batches
        | RecordKind::GuildCodes
        | RecordKind::Tallies
        | RecordKind::Notices => &[GUILD, CODE],
        RecordKind::Links => &[USER, PLAYER],
        RecordKind::AccessRoles => &[(Root::Guild, "server_id")],
        RecordKind::People => &[USER],
    }
}
