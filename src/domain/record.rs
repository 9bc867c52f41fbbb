//! Records as both stores keep them, and which of two versions of a record wins (invariant 7).

use super::outcome::Outcome;
use super::version::Version;

/// The kinds of records, parents before children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
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
    /// For redemptions the rank of the outcome, so that none is ever downgraded; else 0.
    pub rank: i64,
    /// The version: the last writer wins.
    pub version: Version,
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
    pub const ALL: [Self; 7] =
        [Self::Guilds, Self::Players, Self::Codes, Self::Rosters, Self::Posts, Self::Redemptions, Self::Runs];

    /// The name of its table and of its collection.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Guilds => "guilds",
            Self::Players => "players",
            Self::Codes => "codes",
            Self::Rosters => "rosters",
            Self::Posts => "posts",
            Self::Redemptions => "redemptions",
            Self::Runs => "runs",
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
            Self::Guilds | Self::Players | Self::Codes => 1,
            Self::Rosters => 2,
            Self::Posts | Self::Redemptions | Self::Runs => 3,
        }
    }

    /// Its fields: the key first, `version` and `deleted` last. Which process holds a redemption is not among them: it
    /// says nothing outside that process's own file.
    #[must_use]
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Guilds => {
                const { &[int("guild_id"), int("channel_id"), flag("auto_redeem"), flag("digest_due"), VERSION, DELETED] }
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
            (Kind::Redemptions, Value::Text(outcome)) => Outcome::parse(outcome).map_or(0, |outcome| outcome as i64),
            _ => 0,
        };
        Stamp { rank, version }
    }

    /// Whether this version of a record replaces `other`: a higher rank, else a newer version, else (two writers in one
    /// moment) the larger content, so that everybody decides alike. Commutative, associative and idempotent as a merge.
    #[must_use]
    pub fn wins_over(&self, other: &Self) -> bool {
        (self.stamp(), &self.values) > (other.stamp(), &other.values)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn redemption(player: i64, outcome: Outcome, calls: i64, version: i64) -> Record {
        let value = |field: &Field| match field.name {
            "player_id" => Value::Int(player),
            "outcome" => Value::Text(outcome.name().to_owned()),
            "calls" => Value::Int(calls),
            "version" => Value::Int(version),
            _ => Value::Null,
        };
        Record { kind: Kind::Redemptions, values: Kind::Redemptions.fields().iter().map(value).collect() }
    }

    fn any_redemption() -> impl Strategy<Value = Record> {
        let outcome = prop_oneof![
            Just(Outcome::Pending),
            Just(Outcome::GaveUp),
            Just(Outcome::Failed),
            Just(Outcome::Already),
            Just(Outcome::Granted),
        ];
        (0i64..3, outcome, 0i64..3, 0i64..4)
            .prop_map(|(player, outcome, calls, version)| redemption(player, outcome, calls, version))
    }

    fn merged(history: &[Record]) -> BTreeMap<Key, Record> {
        let mut store: BTreeMap<Key, Record> = BTreeMap::new();
        for record in history {
            match store.get(&record.key()) {
                Some(known) if !record.wins_over(known) => {}
                _ => drop(store.insert(record.key(), record.clone())),
            }
        }
        store
    }

    #[test]
    fn a_newer_version_wins_but_never_over_a_better_outcome() {
        let pending = redemption(1, Outcome::Pending, 3, 9);
        let granted = redemption(1, Outcome::Granted, 1, 2);
        assert!(granted.wins_over(&pending) && !pending.wins_over(&granted));
        assert!(redemption(1, Outcome::Pending, 1, 10).wins_over(&pending));
        assert!(!pending.wins_over(&pending));
    }

    #[test]
    fn kinds_are_described_whole() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
            let fields = kind.fields();
            assert_eq!(fields[fields.len() - 2..], [VERSION, DELETED]);
        }
    }

    proptest! {
        /// Invariant 7: which store was ahead, in what order changes come and how often, does not matter.
        #[test]
        fn two_replicas_converge_whatever_the_order_and_however_often(
            (history, shuffled) in proptest::collection::vec(any_redemption(), 0..40)
                .prop_flat_map(|history| (Just(history.clone()), Just(history).prop_shuffle())),
            split in any::<prop::sample::Index>(),
        ) {
            let (left, right) = history.split_at(split.index(history.len() + 1));
            let (left, right) = (merged(left), merged(right));
            let exchange = |mine: &BTreeMap<Key, Record>, theirs: &BTreeMap<Key, Record>| {
                let all: Vec<Record> = mine.values().chain(theirs.values()).chain(mine.values()).cloned().collect();
                merged(&all)
            };
            prop_assert_eq!(exchange(&left, &right), exchange(&right, &left));
            prop_assert_eq!(merged(&shuffled), merged(&history));
            prop_assert_eq!(exchange(&left, &right), merged(&history));
        }
    }
}
