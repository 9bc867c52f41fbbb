//! Records as both stores keep them, and which of two versions of a record wins (invariant 7).

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

const fn field(name: &'static str, field_type: FieldType) -> Field {
    Field { name, field_type }
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

    /// The key first, `version` and `deleted` last. The process that holds a redemption is not among them, because it
    /// means nothing outside that process's own file.
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
                        text("mention_roles"),
                        text("channel_kind"),
                        text("sample_nonce"),
                        int("sample_channel_id"),
                        int("sample_message_id"),
                        time("sample_at"),
                        text("paused"),
                        time("resume_at"),
                        time("removed_at"),
                        text("join_mode"),
                        int("id_channel"),
                        time("welcomed_at"),
                        int("server_id"),
                        text("name"),
                        int("rank"),
                        time("disbanded_at"),
                        flag("mention_failed"),
                        flag("remind"),
                        text("language"),
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
                        text("state_check"),
                        int("checked_state"),
                        time("checked_at"),
                        text("tried_states"),
                        int("candidate_state"),
                        int("unclear_replies"),
                        time("ask_at"),
                        int("search_day"),
                        int("day_calls"),
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
                        text("publish"),
                        int("publish_tries"),
                        time("publish_at"),
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
                        flag("offers_retry"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
            Self::Links => {
                const { &[int("user_id"), int("player_id"), time("linked_at"), text("display_name"), VERSION, DELETED] }
            }
            Self::AccessRoles => const { &[int("server_id"), int("alliance_id"), int("role_id"), VERSION, DELETED] },
            Self::People => {
                const {
                    &[
                        int("user_id"),
                        flag("results"),
                        time("told_until"),
                        time("telling_until"),
                        time("attempted_at"),
                        flag("closed"),
                        text("language"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
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
            Self::Notices => {
                const {
                    &[
                        int("guild_id"),
                        text("code_key"),
                        int("generation"),
                        text("kind"),
                        text("nonce"),
                        int("channel_id"),
                        time("attempted_at"),
                        int("message_id"),
                        time("ended_at"),
                        VERSION,
                        DELETED,
                    ]
                }
            }
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
                | "alliance_id" | "role_id" | "id_channel" | "sample_channel_id" | "sample_message_id",
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
