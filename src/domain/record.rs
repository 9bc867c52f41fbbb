//! Records as both stores keep them, and which of two versions of a record wins (invariant 7).

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::code::Code;
use super::outcome::Outcome;
use super::version::Version;

/// The kinds of records, parents before children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
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
    Runs,
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
pub enum Form {
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
    pub form: Form,
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

/// What decides which of two versions of a record wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// For redemptions [`Outcome::rank`], so that none is ever downgraded; else 0.
    pub rank: i64,
    /// The version: the last writer wins.
    pub version: Version,
}

/// What decides which of two versions of a record wins: the greater one. Two that are equal have the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MergeKey {
    /// What is a fact is never replaced by what lacks it: for redemptions [`Outcome::rank`], for posts 1 once the message is
    /// sent, for codes the generation, for tallies how many they count; else 0.
    pub rank: i64,
    /// For a redemption that is not decided, the tries that count against its limits; else 0.
    pub tries: i64,
    /// The version: the last writer wins.
    pub version: Version,
    /// A hash of the content, so that everybody decides alike between two writes with one version.
    pub digest: u64,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its kind.
    pub kind: Kind,
    /// Its values, in the order of [`Kind::fields`].
    pub values: Vec<Value>,
}

const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form }
}
const fn int(name: &'static str) -> Field {
    field(name, Form::Int)
}
const fn text(name: &'static str) -> Field {
    field(name, Form::Text)
}
const fn time(name: &'static str) -> Field {
    field(name, Form::Time)
}
const fn flag(name: &'static str) -> Field {
    field(name, Form::Bool)
}
const VERSION: Field = int("version");
const DELETED: Field = flag("deleted");

impl Kind {
    /// All kinds, parents before children.
    pub const ALL: [Self; 12] = [
        Self::Erasures,
        Self::Guilds,
        Self::Players,
        Self::Codes,
        Self::Rosters,
        Self::Posts,
        Self::Redemptions,
        Self::Runs,
        Self::Links,
        Self::GuildCodes,
        Self::Listings,
        Self::Tallies,
    ];

    /// The name of its table and of its collection.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Erasures => "erasures",
            Self::Guilds => "guilds",
            Self::Players => "players",
            Self::Codes => "codes",
            Self::Rosters => "rosters",
            Self::Posts => "posts",
            Self::Redemptions => "redemptions",
            Self::Runs => "runs",
            Self::Links => "links",
            Self::GuildCodes => "guild_codes",
            Self::Listings => "listings",
            Self::Tallies => "tallies",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// How many of the first fields are the key.
    #[must_use]
    pub fn key_fields(self) -> usize {
        match self {
            Self::Erasures | Self::Guilds | Self::Players | Self::Codes => 1,
            Self::Rosters | Self::Links | Self::GuildCodes | Self::Listings => 2,
            Self::Posts | Self::Redemptions | Self::Runs | Self::Tallies => 3,
        }
    }

    /// Its fields: the key first, `version` and `deleted` last. Which process holds a redemption is not among them: it
    /// says nothing outside that process's own file.
    #[must_use]
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
            Self::Runs => {
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
    #[must_use]
    pub fn get(&self, name: &str) -> &Value {
        let at = self.kind.fields().iter().position(|field| field.name == name);
        at.and_then(|at| self.values.get(at)).unwrap_or(&Value::Null)
    }

    /// The natural key.
    #[must_use]
    pub fn key(&self) -> Key {
        self.values.iter().take(self.kind.key_fields()).cloned().collect()
    }

    /// What decides whether it wins.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        let version = match self.get("version") {
            Value::Int(version) => Version(*version),
            _ => Version::default(),
        };
        let rank = match (self.kind, self.get("outcome")) {
            (Kind::Redemptions, Value::Text(outcome)) => {
                let round = if let Value::Int(round) = self.get("round") { *round } else { 0 };
                Outcome::parse(outcome).map_or(0, |outcome| outcome.rank(round))
            }
            _ => 0,
        };
        Stamp { rank, version }
    }

    /// What decides which of two versions of it wins.
    #[must_use]
    pub fn merge_key(&self) -> MergeKey {
        let number = |name| if let Value::Int(number) = self.get(name) { *number } else { 0 };
        let is_pending = *self.get("outcome") == Value::Text(Outcome::Pending.name().to_owned());
        let (rank, tries) = match self.kind {
            Kind::Redemptions if is_pending => {
                (self.stamp().rank, number("unknown").saturating_add(number("temporary")))
            }
            Kind::Redemptions => (self.stamp().rank, 0),
            Kind::Posts => (i64::from(*self.get("message_id") != Value::Null), 0),
            Kind::Codes => (number("generation"), 0),
            // Whoever counted more knew more.
            Kind::Tallies => {
                let counted = ["granted", "already", "failed", "gave_up"].into_iter().map(number);
                (counted.fold(0, i64::saturating_add), 0)
            }
            _ => (0, 0),
        };
        MergeKey { rank, tries, version: self.stamp().version, digest: self.digest() }
    }

    /// A hash of all values; the same everywhere and for ever.
    fn digest(&self) -> u64 {
        let mut hasher = Sha256::new();
        for value in &self.values {
            match value {
                Value::Null => hasher.update([0]),
                Value::Int(number) => hasher.update([&[1], number.to_be_bytes().as_slice()].concat()),
                Value::Bool(flag) => hasher.update([2, u8::from(*flag)]),
                Value::Text(text) => {
                    hasher.update([3]);
                    hasher.update((text.len() as u64).to_be_bytes());
                    hasher.update(text.as_bytes());
                }
                Value::Time(millis) => hasher.update([&[4], millis.to_be_bytes().as_slice()].concat()),
            }
        }
        hasher.finalize().iter().take(8).fold(0, |digest, byte| digest << 8 | u64::from(*byte))
    }

    /// Whether it can be read as what it is: a document that a person wrote may hold a code that is none, a number no
    /// counter has, or a time beyond the calendar.
    #[must_use]
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
                "guild_id" | "channel_id" | "player_id" | "message_id" | "mention_role" | "user_id" | "version",
                Value::Int(_),
            ) => true,
            (_, Value::Int(number)) => small(number),
        };
        self.kind.fields().iter().zip(&self.values).all(fits)
    }

    /// Whether this version of a record replaces `other`: a higher rank, else a newer version, else (two writers in one
    /// moment) the larger content, so that everybody decides alike. Commutative, associative and idempotent as a merge.
    #[must_use]
    pub fn wins_over(&self, other: &Self) -> bool {
        (self.stamp(), &self.values) > (other.stamp(), &other.values)
    }
}

#[cfg(test)]
mod tests;
