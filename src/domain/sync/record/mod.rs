//! Records as both stores keep them, and which of two versions of a record wins (invariant 7).

mod fields;
mod merge_key;
mod root;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::version::Version;
use crate::domain::codes::code::Code;

pub use merge_key::MergeKey;
pub use root::{Root, roots};

/// The kinds of records, parents before children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RecordKind {
    /// The first kind, so that a store which takes records over knows which of them are erased.
    Erasures,
    Guilds,
    Players,
    Codes,
    /// The players on each guild's roster.
    Rosters,
    Posts,
    Redemptions,
    #[strum(serialize = "runs")]
    Batches,
    /// The game accounts that a Discord user redeems for.
    Links,
    /// Codes that a guild added for itself, or removed.
    GuildCodes,
    /// What each feed says of a code.
    Listings,
    /// The outcomes of redemptions that are no longer kept, as numbers.
    Tallies,
    /// The roles that may manage the bot in a server.
    AccessRoles,
    /// What Discord users chose for themselves.
    People,
    /// Messages about a code besides its post.
    Notices,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Int,
    Bool,
    Text,
    Time,
}

/// It has the same name in both stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub field_type: FieldType,
}

/// In JSON a point in time is a number; only the field's type distinguishes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Null,
    Int(i64),
    Bool(bool),
    Text(String),
    /// Milliseconds since 1970.
    Time(i64),
}

/// A record's natural key: the values of its kind's key fields, ordered as both stores order them.
pub type Key = Vec<Value>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub kind: RecordKind,
    /// In the order of [`RecordKind::fields`].
    pub values: Vec<Value>,
}

impl RecordKind {
    /// Parents before children.
    pub const ALL: [Self; 15] = [
        Self::Erasures,
        Self::Guilds,
        Self::Players,
        Self::Codes,
        Self::Rosters,
        Self::Posts,
        Self::Redemptions,
        Self::Batches,
        Self::Links,
        Self::GuildCodes,
        Self::Listings,
        Self::Tallies,
        Self::AccessRoles,
        Self::People,
        Self::Notices,
    ];

    /// The name of the table and of the collection.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }

    /// How many of the first fields form the key.
    pub fn key_fields(self) -> usize {
        match self {
            Self::Erasures | Self::Guilds | Self::Players | Self::Codes | Self::People => 1,
            Self::Rosters | Self::Links | Self::GuildCodes | Self::Listings => 2,
            Self::Posts | Self::Redemptions | Self::Batches | Self::Tallies | Self::AccessRoles => 3,
            Self::Notices => 4,
        }
    }
}

impl Record {
    /// `Null` for a field that the kind does not have.
    pub fn get(&self, name: &str) -> &Value {
        let at = self.kind.fields().iter().position(|field| field.name == name);
        at.and_then(|at| self.values.get(at)).unwrap_or(&Value::Null)
    }

    pub fn key(&self) -> Key {
        self.values.iter().take(self.kind.key_fields()).cloned().collect()
    }

    pub fn version(&self) -> Version {
        if let Value::Int(version) = self.get("version") { Version(*version) } else { Version::default() }
    }

    /// The records that this one depends on, whether they exist or not. Without each of them it has no effect.
    pub fn parents(&self) -> Vec<(RecordKind, Key)> {
        let named = roots(self.kind).iter();
        let parents = named.filter_map(|(root, field)| Some((root.kind()?, vec![self.get(field).clone()])));
        parents.filter(|(kind, _)| *kind != self.kind).collect()
    }

    /// Whether the values are usable. A document that a person wrote may contain an invalid code, a number that exceeds
    /// its counter, a version too large to follow, or a time beyond the calendar.
    pub fn fits(&self) -> bool {
        let small = |number: &i64| u32::try_from(*number).is_ok();
        let fits = |(field, value): (&Field, &Value)| match (field.name, value) {
            (_, Value::Null | Value::Bool(_)) => true,
            ("code_key", Value::Text(text)) => Code::parse(text).is_ok_and(|code| code.key().as_str() == text),
            ("code", Value::Text(text)) => {
                Code::parse(text).is_ok_and(|code| *self.get("code_key") == Value::Text(code.key().as_str().to_owned()))
            }
            (_, Value::Text(_)) => true,
            (_, Value::Time(millis)) => Timestamp::from_millisecond(*millis).is_ok(),
            (
                "guild_id" | "channel_id" | "player_id" | "message_id" | "mention_role" | "user_id" | "server_id"
                | "alliance_id" | "role_id" | "id_channel" | "id_channel_since" | "sample_channel_id"
                | "sample_message_id",
                Value::Int(_),
            ) => true,
            ("version", Value::Int(version)) => (0..=Version::MAX.0).contains(version),
            (_, Value::Int(number)) => small(number),
        };
        self.kind.fields().iter().zip(&self.values).all(fits)
    }
}

#[cfg(test)]
mod tests;
