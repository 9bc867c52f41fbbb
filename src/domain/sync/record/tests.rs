use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fields::{DELETED, VERSION};
use super::*;
use crate::domain::redeeming::outcome::Outcome;

fn redemption(player: i64, outcome: Outcome, calls: i64, version: i64) -> Record {
    let value = |field: &Field| match field.name {
        "player_id" => Value::Int(player),
        "outcome" => Value::Text(outcome.name().to_owned()),
        "calls" => Value::Int(calls),
        "version" => Value::Int(version),
        _ => Value::Null,
    };
    Record { kind: RecordKind::Redemptions, values: RecordKind::Redemptions.fields().iter().map(value).collect() }
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
fn unusable_values_do_not_fit() {
    let sample = |kind: RecordKind, set: &[(&str, Value)]| {
        let value = |field: &Field| {
            let given = set.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
            given.unwrap_or(match field.field_type {
                FieldType::Int => Value::Int(1),
                FieldType::Bool => Value::Bool(true),
                FieldType::Time => Value::Time(1_760_000_000_000),
                FieldType::Text if field.name == "code" => Value::Text("gogoWOS".into()),
                FieldType::Text => Value::Text("GOGOWOS".into()),
            })
        };
        Record { kind, values: kind.fields().iter().map(value).collect() }
    };
    for kind in RecordKind::ALL {
        assert!(sample(kind, &[]).fits(), "{kind:?}");
    }
    let text = |text: &str| Value::Text(text.to_owned());
    for (kind, field, value) in [
        (RecordKind::Codes, "code", text("no code!")),
        (RecordKind::Codes, "code", text("OTHER")),
        (RecordKind::Codes, "code_key", text("gogoWOS")),
        (RecordKind::Codes, "generation", Value::Int(1 << 40)),
        (RecordKind::Codes, "first_seen_at", Value::Time(i64::MAX)),
        (RecordKind::Players, "state", Value::Int(-1)),
        (RecordKind::Posts, "code_key", text("a b")),
    ] {
        assert!(!sample(kind, &[(field, value)]).fits(), "{kind:?} {field}");
    }
}

#[test]
fn kinds_have_the_names_of_their_tables() {
    let names = RecordKind::ALL.map(RecordKind::name).join(" ");
    assert_eq!(
        names,
        "erasures guilds players codes rosters posts redemptions runs links guild_codes listings tallies access_roles people \
         notices"
    );
    assert_eq!(["Runs", "batches", "GuildCodes", ""].map(RecordKind::parse), [None; 4]);
}

#[test]
fn every_kind_is_fully_described() {
    for kind in RecordKind::ALL {
        assert_eq!(RecordKind::parse(kind.name()), Some(kind));
        let fields = kind.fields();
        assert_eq!(fields[fields.len() - 2..], [VERSION, DELETED]);
    }
}

proptest! {
    /// Invariant 7: it does not matter which store was ahead, in which order changes come, or how often.
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
