//! Records as both stores keep them, and which of two versions of a record wins (invariant 7).

mod merge_key;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::erasure;
use super::version::Version;
use crate::domain::codes::code::Code;

pub use merge_key::MergeKey;

/// The kinds of records, parents before children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKind {
    /// What was erased (`domain/erasure`): first, so that whoever takes records over knows which of them are gone.
    Erasures,
    /// Guilds.
    Guilds,
    /// Players.
    Players,
    /// Codes.
    Codes,
    /// Who is on which guild's roster.
    Rosters,
    /// Posts.
    Posts,
    /// Redemptions.
    Redemptions,
    /// Runs.
    Batches,
    /// The game accounts that a Discord user redeems for.
    Links,
    /// Codes that a guild added for itself, or removed.
    GuildCodes,
    /// What each source says of a code.
    Listings,
    /// What came of the redemptions that are not kept any more.
    Tallies,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// A whole number.
    Int,
    /// Yes or no.
    Bool,
    /// Text.
    Text,
    /// A point in time.
    Time,
}

/// A field of a kind of record: the same name in both stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub form: FieldType,
}

/// A field's value. As JSON a point in time is a number: only the field tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Text.
    Text(String),
    /// Milliseconds since 1970.
    Time(i64),
}

/// A record's natural key: the values of its kind's key fields. Ordered as both stores order them.
pub type Key = Vec<Value>;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its kind.
    pub kind: RecordKind,
    /// Its values, in the order of [`RecordKind::fields`].
    pub values: Vec<Value>,
}

const fn field(name: &'static str, form: FieldType) -> Field {
    Field { name, form }
}
const fn int(name: &'static str) -> Field {
    field(name, FieldType::Int)
}
const fn text(name: &'static str) -> Field {
    field(name, FieldType::Text)
}
const fn time(name: &'static str) -> Field {
    field(name, FieldType::Time)
}
const fn flag(name: &'static str) -> Field {
    field(name, FieldType::Bool)
}
const VERSION: Field = int("version");
const DELETED: Field = flag("deleted");

impl RecordKind {
    /// All kinds, parents before children.
    pub const ALL: [Self; 12] = [
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
    ];

    /// The name of its table and of its collection.
    pub fn name(self) -> &'static str {
        match self {
            Self::Erasures => "erasures",
            Self::Guilds => "guilds",
            Self::Players => "players",
            Self::Codes => "codes",
            Self::Rosters => "rosters",
            Self::Posts => "posts",
            Self::Redemptions => "redemptions",
            Self::Batches => "runs",
            Self::Links => "links",
            Self::GuildCodes => "guild_codes",
            Self::Listings => "listings",
            Self::Tallies => "tallies",
        }
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many of the first fields are the key.
    pub fn key_fields(self) -> usize {
        match self {
            Self::Erasures | Self::Guilds | Self::Players | Self::Codes => 1,
            Self::Rosters | Self::Links | Self::GuildCodes | Self::Listings => 2,
            Self::Posts | Self::Redemptions | Self::Batches | Self::Tallies => 3,
        }
    }

    /// Its fields: the key first, `version` and `deleted` last. Which process holds a redemption is not among them: it
    /// says nothing outside that process's own file.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Erasures => const { &[text("mark"), time("erased_at"), VERSION, DELETED] },
            Self::Guilds => {
                const {
                    &[
                        int("guild_id"),
                        int("channel_id"),
                        flag("auto_redeem"),
                        flag("digest_due"),
                        int("mention_role"),
                        text("paused"),
                        time("resume_at"),
                        time("removed_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Players => {
                const {
                    &[
                        int("player_id"),
                        text("nickname"),
                        int("state"),
                        int("furnace_level"),
                        time("profile_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Codes => {
                const {
                    &[
                        text("code_key"),
                        text("code"),
                        int("generation"),
                        text("rewards"),
                        time("expires_at"),
                        text("source"),
                        time("first_seen_at"),
                        flag("listed"),
                        text("condemned"),
                        time("condemned_at"),
                        time("good_at"),
                        int("checks"),
                        time("check_at"),
                        time("ended_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Rosters => const { &[int("guild_id"), int("player_id"), time("added_at"), VERSION, DELETED] },
            Self::Posts => {
                const {
                    &[
                        int("guild_id"),
                        text("code_key"),
                        int("generation"),
                        text("nonce"),
                        text("kind"),
                        int("position"),
                        int("total"),
                        time("planned_at"),
                        int("attempts"),
                        time("attempted_at"),
                        time("next_attempt_at"),
                        int("message_id"),
                        time("posted_at"),
                        int("channel_id"),
                        flag("corrected"),
                        text("shown"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Redemptions => {
                const {
                    &[
                        int("player_id"),
                        text("code_key"),
                        int("generation"),
                        text("outcome"),
                        text("status"),
                        int("claim"),
                        int("calls"),
                        int("unknown"),
                        int("temporary"),
                        time("next_attempt_at"),
                        time("created_at"),
                        time("finished_at"),
                        int("round"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Batches => {
                const {
                    &[
                        int("guild_id"),
                        text("code_key"),
                        int("generation"),
                        time("started_at"),
                        time("finished_at"),
                        text("nonce"),
                        int("channel_id"),
                        time("attempted_at"),
                        int("message_id"),
                        flag("summarised"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Links => const { &[int("user_id"), int("player_id"), time("linked_at"), VERSION, DELETED] },
            Self::GuildCodes => {
                const { &[int("guild_id"), text("code_key"), flag("wanted"), time("added_at"), VERSION, DELETED] }
            }
            Self::Listings => {
                const {
                    &[
                        text("code_key"),
                        text("source"),
                        text("code"),
                        text("standing"),
                        time("since"),
                        time("active_since"),
                        text("rewards"),
                        time("expires_at"),
                        time("first_seen_at"),
                        time("last_seen_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Tallies => {
                const {
                    &[
                        text("code_key"),
                        int("generation"),
                        int("guild_id"),
                        int("granted"),
                        int("already"),
                        int("failed"),
                        int("gave_up"),
                        time("counted_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
        }
    }
}

impl Record {
    /// The value of a field; `Null` for a field that the kind does not have.
    pub fn get(&self, name: &str) -> &Value {
        let at = self.kind.fields().iter().position(|field| field.name == name);
        at.and_then(|at| self.values.get(at)).unwrap_or(&Value::Null)
    }

    /// The natural key.
    pub fn key(&self) -> Key {
        self.values.iter().take(self.kind.key_fields()).cloned().collect()
    }

    /// Its version.
    pub fn version(&self) -> Version {
        if let Value::Int(version) = self.get("version") { Version(*version) } else { Version::default() }
    }

    /// The records that it hangs on, whether they are there or not: without one of them it means nothing, and does nothing.
    pub fn parents(&self) -> Vec<(RecordKind, Key)> {
        let named = erasure::roots(self.kind).iter();
        let parents = named.filter_map(|(root, field)| Some((root.kind()?, vec![self.get(field).clone()])));
        parents.filter(|(kind, _)| *kind != self.kind).collect()
    }

    /// Whether it can be read as what it is: a document that a person wrote may hold a code that is none, a number no
    /// counter has, a version that leaves none behind it, or a time beyond the calendar.
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
            ("guild_id" | "channel_id" | "player_id" | "message_id" | "mention_role" | "user_id", Value::Int(_)) => {
                true
            }
            ("version", Value::Int(version)) => (0..=Version::MAX.0).contains(version),
            (_, Value::Int(number)) => small(number),
        };
        self.kind.fields().iter().zip(&self.values).all(fits)
    }
}

#[cfg(test)]
mod tests;
