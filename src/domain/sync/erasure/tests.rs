//! What erasures cover, and that stores which merge in any order end up with the same records.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::domain::redeeming::outcome::Outcome;

fn record(kind: RecordKind, set: &[(&str, Value)], version: i64) -> Record {
    let value = |field: &crate::domain::sync::record::Field| match field.name {
        "version" => Value::Int(version),
        name => set.iter().find(|(given, _)| *given == name).map_or(Value::Null, |(_, value)| value.clone()),
    };
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

fn player(id: i64, version: i64) -> Record {
    record(RecordKind::Players, &[("player_id", Value::Int(id))], version)
}

fn link(user: i64, id: i64, version: i64) -> Record {
    record(RecordKind::Links, &[("user_id", Value::Int(user)), ("player_id", Value::Int(id))], version)
}

fn redemption(id: i64, outcome: Outcome, version: i64) -> Record {
    let outcome = ("outcome", Value::Text(outcome.name().to_owned()));
    let code = ("code_key", Value::Text("CODE".to_owned()));
    record(
        RecordKind::Redemptions,
        &[("player_id", Value::Int(id)), code, ("generation", Value::Int(1)), outcome],
        version,
    )
}

#[test]
fn roots_are_fields_of_the_key_and_parents_are_roots() {
    for kind in RecordKind::ALL {
        let key = &kind.fields()[..kind.key_fields()];
        for (root, field) in roots(kind) {
            assert!(key.iter().any(|of_key| of_key.name == *field), "{kind:?} {root:?}");
        }
    }
    for root in Root::ALL {
        if let Some(kind) = root.kind() {
            assert_eq!(roots(kind).len(), 1, "{root:?} is a root of its own");
        }
    }
}

#[test]
fn a_mark_distinguishes_roots_and_hides_who_they_were() {
    let keys = [Value::Int(1), Value::Int(11), Value::Text("1".into()), Value::Text("GOGOWOS".into())];
    let marks: BTreeSet<String> = Root::ALL.iter().flat_map(|root| keys.iter().map(|key| root.mark(key))).collect();
    // 1 as a number and as text are the same root, because no kind of root has both.
    assert_eq!(marks.len(), Root::ALL.len() * 3);
    let mark = Root::User.mark(&Value::Int(123_456_789_012_345_678));
    assert!(mark.len() == 64 && !mark.contains("123456789012345678"), "{mark}");
    // printf 'user/123456789012345678' | sha256sum: marks must stay the same for years.
    assert_eq!(mark, "53f1dd08be6c2ba2daff5d0b44712ac6596d22353edd81208d8d94b32e2579a2");
}

#[test]
fn an_erasure_covers_records_of_its_root_that_are_not_newer() {
    let of = |wanted: Root, id: i64, at: i64| {
        move |root: Root, key: &Value| (root == wanted && *key == Value::Int(id)).then_some(Version(at))
    };
    assert!(is_erased(&player(1, 5), of(Root::Player, 1, 5)));
    assert!(!is_erased(&player(1, 6), of(Root::Player, 1, 5)), "a newer one lives");
    assert!(!is_erased(&player(2, 1), of(Root::Player, 1, 5)));
    assert!(is_erased(&link(7, 1, 4), of(Root::User, 7, 5)) && is_erased(&link(7, 1, 4), of(Root::Player, 1, 5)));
    assert!(is_erased(&redemption(1, Outcome::Granted, 4), of(Root::Player, 1, 5)), "whatever its outcome");
}

#[test]
fn a_clock_that_jumps_ahead_is_noticed() {
    let start = Timestamp::from_second(1_760_000_000).unwrap();
    let hours = SignedDuration::from_hours;
    let mut watch = ClockWatch::new(start, hours(0));
    assert!(!watch.has_jumped(start, hours(0)));
    assert!(!watch.has_jumped(start + hours(31 * 24), hours(31 * 24)), "a month that passed is no jump");
    let later = start + hours(31 * 24);
    assert!(watch.has_jumped(later + hours(31 * 24), hours(31 * 24 + 1)));
    assert!(!watch.has_jumped(later + hours(31 * 24 + 1), hours(31 * 24 + 2)), "once");
    // Corrected, and ahead again to where it was.
    assert!(!watch.has_jumped(later + hours(3), hours(31 * 24 + 3)));
    assert!(!watch.has_jumped(later + hours(31 * 24 + 3), hours(31 * 24 + 4)));
    // A file whose last change is long ago: the bot was away, or the clock is wrong.
    assert!(ClockWatch::new(start, hours(0)).has_jumped(start + hours(31 * 24), hours(0)));
}

/// A store that follows the rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Model {
    erased: BTreeMap<String, Version>,
    records: BTreeMap<(RecordKind, Key), Record>,
}

impl Model {
    fn put(&mut self, record: Record) {
        let is_gone = is_erased(&record, |root, key| self.erased.get(&root.mark(key)).copied());
        let key = (record.kind, record.key());
        if !is_gone && self.records.get(&key).is_none_or(|known| record.wins_over(known)) {
            self.records.insert(key, record);
        }
    }

    fn erase(&mut self, mark: String, version: Version) {
        let at = self.erased.entry(mark).or_insert(version);
        *at = version.max(*at);
        let erased = &self.erased;
        self.records.retain(|_, record| !is_erased(record, |root, key| erased.get(&root.mark(key)).copied()));
    }

    /// Takes over another store's records, erasures first.
    fn merge(&mut self, other: &Self) {
        for (mark, version) in &other.erased {
            self.erase(mark.clone(), *version);
        }
        for record in other.records.values() {
            self.put(record.clone());
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Link(usize, i64, i64),
    Redeem(usize, i64, Outcome),
    EraseUser(usize, i64),
    ErasePlayer(usize, i64),
    Merge(usize, usize),
}

const STORES: usize = 3;

fn step() -> impl Strategy<Value = Step> {
    let store = 0..STORES;
    let outcome = prop_oneof![Just(Outcome::Pending), Just(Outcome::Failed), Just(Outcome::Granted)];
    prop_oneof![
        (store.clone(), 0i64..2, 0i64..3).prop_map(|(store, user, id)| Step::Link(store, user, id)),
        (store.clone(), 0i64..3, outcome).prop_map(|(store, id, outcome)| Step::Redeem(store, id, outcome)),
        (store.clone(), 0i64..2).prop_map(|(store, user)| Step::EraseUser(store, user)),
        (store.clone(), 0i64..3).prop_map(|(store, id)| Step::ErasePlayer(store, id)),
        (store.clone(), store).prop_map(|(from, to)| Step::Merge(from, to)),
    ]
}

proptest! {
    /// Invariant 7 with erasures: stores that merge in any order and any number of times end up with the same records,
    /// and nothing erased is back unless it came again later.
    #[test]
    fn stores_converge_and_what_was_erased_stays_away(
        steps in proptest::collection::vec(step(), 0..60),
        meetings in Just((0..STORES).flat_map(|one| (0..STORES).map(move |other| (one, other))).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut stores = vec![Model::default(); STORES];
        let mut last = BTreeMap::new();
        for (at, step) in (1i64..).zip(steps) {
            match step {
                Step::Link(store, user, id) => {
                    stores[store].put(player(id, at));
                    stores[store].put(link(user, id, at));
                }
                Step::Redeem(store, id, outcome) => stores[store].put(redemption(id, outcome, at)),
                Step::EraseUser(store, user) => {
                    last.insert(Root::User.mark(&Value::Int(user)), at);
                    stores[store].erase(Root::User.mark(&Value::Int(user)), Version(at));
                }
                Step::ErasePlayer(store, id) => {
                    last.insert(Root::Player.mark(&Value::Int(id)), at);
                    stores[store].erase(Root::Player.mark(&Value::Int(id)), Version(at));
                }
                Step::Merge(from, to) => {
                    let other = stores[from].clone();
                    stores[to].merge(&other);
                }
            }
        }
        for _ in 0..STORES {
            for (from, to) in &meetings {
                let other = stores[*from].clone();
                stores[*to].merge(&other);
            }
        }
        for store in &stores {
            prop_assert_eq!(store, &stores[0]);
            for record in store.records.values() {
                for (root, field) in roots(record.kind) {
                    let erased = last.get(&root.mark(record.get(field))).copied().unwrap_or(0);
                    prop_assert!(record.version() > Version(erased), "{:?}", record);
                }
            }
        }
    }
}
