//! The comparison between a real file and a second store in memory.

use std::collections::BTreeMap;
use std::sync::Mutex;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::clock::Clock;
use crate::domain::record::{Field, Form, Value};
use crate::ports::ReplicaError;
use crate::store::{StateKind, Store};

/// A second store in memory, that reads in pages of this size, the last key first.
struct Memory {
    records: Mutex<BTreeMap<(Kind, Key), Record>>,
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
        let replicator = Replicator::new(Memory { records: Mutex::new(records.collect()), page }, store.clone());
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
