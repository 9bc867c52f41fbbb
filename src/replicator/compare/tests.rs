//! The comparison between a real file and a second store in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::clock::Clock;
use crate::domain::code::{Code, CodeKey};
use crate::domain::erasure::Erased;
use crate::domain::outcome::Outcome;
use crate::domain::player::{Player, PlayerId, State, UserId};
use crate::domain::record::{Field, Form, Value};
use crate::domain::status::Status;
use crate::ports::ReplicaError;
use crate::store::{Admission, StateKind, Store, Verdict};
use tokio_util::sync::CancellationToken;

/// A second store in memory, that reads in pages of this size, the last key first.
#[derive(Clone)]
struct Memory {
    records: Arc<Mutex<BTreeMap<(Kind, Key), Record>>>,
    page: usize,
}

impl Memory {
    fn all(&self, kind: Kind) -> Vec<Record> {
        self.records.lock().unwrap().values().rev().filter(|record| record.kind == kind).cloned().collect()
    }
}

impl Replica for Memory {
    async fn put(&self, records: &[Record]) -> Result<Vec<usize>, ReplicaError> {
        let mut there = self.records.lock().unwrap();
        let mut lost = Vec::new();
        for (at, record) in records.iter().enumerate() {
            match there.get(&(record.kind, record.key())) {
                Some(known) if record.stamp() <= known.stamp() => lost.push(at),
                _ => drop(there.insert((record.kind, record.key()), record.clone())),
            }
        }
        Ok(lost)
    }

    async fn erase(&self, erased: &[Erased]) -> Result<(), ReplicaError> {
        let mut there = self.records.lock().unwrap();
        for Erased { kind, key, version } in erased {
            if there.get(&(*kind, key.clone())).is_some_and(|known| known.stamp().version <= *version) {
                there.remove(&(*kind, key.clone()));
            }
        }
        Ok(())
    }

    async fn get(&self, kind: Kind, keys: Vec<Key>) -> Result<Vec<Record>, ReplicaError> {
        Ok(self.all(kind).into_iter().filter(|record| keys.contains(&record.key())).collect())
    }

    async fn records(&self, kind: Kind, pages: mpsc::Sender<Vec<Record>>) -> Result<(), ReplicaError> {
        for page in self.all(kind).chunks(self.page) {
            drop(pages.send(page.to_vec()).await);
        }
        Ok(())
    }

    async fn stamps(&self, kind: Kind, pages: mpsc::Sender<Vec<(Key, Stamp)>>) -> Result<(), ReplicaError> {
        let stamps: Vec<_> = self.all(kind).iter().map(|record| (record.key(), record.stamp())).collect();
        for page in stamps.chunks(self.page) {
            drop(pages.send(page.to_vec()).await);
        }
        Ok(())
    }
}

fn guild(id: i64, version: i64) -> Record {
    let value = |field: &Field| match (field.name, field.form) {
        ("guild_id", _) => Value::Int(id),
        ("version", _) => Value::Int(version),
        (_, Form::Bool) => Value::Bool(false),
        _ => Value::Null,
    };
    Record { kind: Kind::Guilds, values: Kind::Guilds.fields().iter().map(value).collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Invariant 7: however the pages fall, each side gets exactly what it lacks, and then nothing moves any more.
    #[test]
    fn each_side_gets_what_it_lacks(
        mine in proptest::collection::btree_map(0i64..40, 1i64..4, 0..30),
        theirs in proptest::collection::btree_map(0i64..40, 1i64..4, 0..30),
        page in 1usize..7,
    ) {
        let lacks = |one: &BTreeMap<i64, i64>, other: &BTreeMap<i64, i64>| {
            other.iter().filter(|(id, version)| one.get(id).is_none_or(|known| known < version)).count()
        };
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let store = Store::open(&folder.path().join("a.db"), StateKind::Bot, clock).unwrap();
        let records = theirs.iter().map(|(id, version)| ((Kind::Guilds, vec![Value::Int(*id)]), guild(*id, *version)));
        let memory = Memory { records: Arc::new(Mutex::new(records.collect())), page };
        let replicator = Replicator::new(memory, store.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (moved, again, here) = runtime.block_on(async {
            store.merge(mine.iter().map(|(id, version)| guild(*id, *version)).collect()).await.unwrap();
            let moved = replicator.compare().await.unwrap();
            (moved, replicator.compare().await.unwrap(), store.page(Kind::Guilds, None, 100).await.unwrap())
        });
        prop_assert_eq!(moved, Moved { fetched: lacks(&mine, &theirs), sent: lacks(&theirs, &mine) });
        prop_assert_eq!(again, Moved::default());
        let there: Vec<Record> = replicator.replica.all(Kind::Guilds).into_iter().rev().collect();
        prop_assert_eq!(here, there);
    }
}

/// What happens to one of two files that share a second store.
#[derive(Debug, Clone, Copy)]
enum Step {
    Link(usize, u64, u64),
    Redeem(usize, u64),
    Grant(usize),
    Forget(usize, u64),
    Compare(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0usize..2, 1u64..3, 1u64..4).prop_map(|(file, user, id)| Step::Link(file, user, id)),
        (0usize..2, 1u64..4).prop_map(|(file, id)| Step::Redeem(file, id)),
        (0usize..2).prop_map(Step::Grant),
        (0usize..2, 1u64..3).prop_map(|(file, user)| Step::Forget(file, user)),
        (0usize..2).prop_map(Step::Compare),
    ]
}

async fn work_off(store: &Store, key: &CodeKey, step: Step) {
    let id = |id| PlayerId::new(id).unwrap();
    match step {
        Step::Link(_, user, player) => {
            let player =
                Player { id: id(player), nickname: String::new(), state: State::new(245), furnace_level: None };
            store.link(UserId(user), player).await.unwrap();
        }
        // One that is not known is refused.
        Step::Redeem(_, player) => drop(store.request(vec![id(player)], vec![(key.clone(), 1)]).await),
        Step::Grant(_) => {
            for claim in store.claim_due(9, 99, |_| Admission::Take).await.unwrap().taken {
                let verdict = Verdict { status: Status::Success, history: claim.history, next: Ok(Outcome::Granted) };
                store.record(claim, verdict).await.unwrap();
            }
        }
        Step::Forget(_, user) => drop(store.forget_user(UserId(user)).await.unwrap()),
        Step::Compare(_) => {}
    }
}

async fn everything(store: &Store) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        records.extend(store.page(kind, None, 1000).await.unwrap());
    }
    records
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Invariant 7 with erasures: two files that go on by themselves and meet a second store now and then come to hold what
    /// it holds, and nobody who was forgotten last is in any of the three.
    #[test]
    fn what_was_erased_is_gone_from_both_stores_whoever_was_ahead(steps in proptest::collection::vec(step(), 0..25)) {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
        let memory = Memory { records: Arc::default(), page: 3 };
        let open = |name: &str| Store::open(&folder.path().join(name), StateKind::Bot, clock).unwrap();
        let files = [open("a.db"), open("b.db")];
        let replicators = files.clone().map(|file| Replicator::new(memory.clone(), file));
        // It compares both and sends what is in the outbox.
        let done = CancellationToken::new();
        done.cancel();
        let meet = async |file: usize| {
            let before = files[file].lag().await.unwrap();
            replicators[file].run(done.clone()).await.unwrap();
            // Nobody is there for whom a write could wait.
            files[file].second_store_is_down();
            (before, files[file].lag().await.unwrap())
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let code = Code::parse("CODE").unwrap();
        let mut linked = BTreeMap::new();
        let (mine, theirs) = runtime.block_on(async {
            for file in &files {
                file.set_replicated(true).await.unwrap();
            }
            files[0].add_code(code.clone()).await.unwrap();
            for file in [0, 1] {
                meet(file).await;
            }
            for step in steps {
                let (Step::Link(file, ..) | Step::Redeem(file, _) | Step::Grant(file) | Step::Forget(file, _) | Step::Compare(file)) = step;
                match step {
                    Step::Link(_, user, _) => drop(linked.insert(user, true)),
                    Step::Forget(_, user) => drop(linked.insert(user, false)),
                    Step::Compare(_) => drop(meet(file).await),
                    _ => {}
                }
                work_off(&files[file], &code.key(), step).await;
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            for file in [0, 1, 0, 1] {
                meet(file).await;
            }
            for file in [0, 1] {
                let (before, after) = meet(file).await;
                assert_eq!((before.records, after.records), (0, 0), "nothing goes back and forth");
            }
            (everything(&files[0]).await, everything(&files[1]).await)
        });
        let there: Vec<Record> = memory.records.lock().unwrap().values().cloned().collect();
        prop_assert_eq!(&mine, &theirs);
        prop_assert_eq!(&mine, &there);
        for (user, is_linked) in linked {
            let user_id = Value::Int(user.cast_signed());
            prop_assert!(is_linked || mine.iter().all(|record| *record.get("user_id") != user_id), "{} in {:?}", user, mine);
        }
    }
}
