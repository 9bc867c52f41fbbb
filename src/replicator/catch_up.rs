//! Catching up: what others wrote to MongoDB comes into the file.
//!
//! Erasures are the first kind: what they cover is gone from the file before its records come.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use futures_util::future::try_join_all;
use tokio::sync::mpsc;

use crate::domain::election::{Lease, Position, Taking};
use crate::domain::record::{Key, Kind, Record, Value};
use crate::ports::replica::{Replica, Scope};

use super::{Failure, Replicator};

/// Keys per page of the file.
const PAGE: u32 = 10_000;
/// Pages that wait at most, and are worked on together.
const WAITING: usize = 8;

/// What is read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Everything, into an empty file.
    Restore,
    /// Everything, into a file of which nobody knows what it lacks: what MongoDB lacks is sent. It costs about as much as a
    /// restore, so that one which was interrupted may go on this way.
    Compare,
    /// What was written behind this position.
    After(Position),
    /// What former leaders wrote late: it is sent, too.
    Late,
}

/// What was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moved {
    /// Records that the file lacked.
    pub fetched: usize,
    /// Records that MongoDB lacked: they are in the outbox.
    pub sent: usize,
}

impl<R: Replica> Replicator<R> {
    /// Brings the file up to what there is under a lease that was just taken: it then has everything that anybody wrote.
    pub(super) async fn take_over(&self, taking: &Taking) -> Result<Moved, Failure> {
        let fetched = self.catch_up(taking.seen.as_ref()).await? + self.adopt().await?;
        let Taking { seen, taken } = taking;
        if seen.as_ref().is_some_and(|seen| seen.schema < taken.schema) {
            // An older program wrote these documents: each gets the fields it lacks.
            self.store.put_all_into_outbox().await?;
        }
        let moved = Moved { fetched, sent: self.store.unsent().await?.records as usize };
        self.store.note_caught_up(&taken.database, Position { term: taken.term, round: 0 }).await?;
        Ok(moved)
    }

    /// Reads what was written behind the file's position; everything, where that means nothing in this database.
    /// Returns how many records came.
    pub(super) async fn catch_up(&self, lease: Option<&Lease>) -> Result<usize, Failure> {
        let known = self.store.replica_history().await?;
        let is_known = |lease: &&Lease| {
            known.database.as_deref() == Some(lease.database.as_str())
                && known.position != Position::default()
                && known.position <= lease.position()
        };
        if self.store.is_empty().await? {
            return self.read_all(Reading::Restore).await;
        }
        match lease.filter(is_known) {
            Some(_) => self.read_all(Reading::After(known.position)).await,
            None => {
                tracing::info!(
                    "All of MongoDB is read, and the state file compared with it: their history is not known"
                );
                self.read_all(Reading::Compare).await
            }
        }
    }

    /// Takes over what former leaders wrote late, and puts it into the outbox: written under this term it is late no more.
    pub(super) async fn adopt(&self) -> Result<usize, Failure> {
        self.read_all(Reading::Late).await
    }

    /// Reads all kinds at once, erasures before the rest.
    async fn read_all(&self, reading: Reading) -> Result<usize, Failure> {
        let (first, rest) = Kind::ALL.split_at(1);
        let mut fetched = 0;
        for kinds in [first, rest] {
            let all = try_join_all(kinds.iter().map(|kind| Box::pin(self.read(*kind, reading))));
            fetched += all.await?.into_iter().sum::<usize>();
        }
        Ok(fetched)
    }

    /// Reads one kind in one go: while a page is written, the next ones are on their way.
    async fn read(&self, kind: Kind, reading: Reading) -> Result<usize, Failure> {
        let scope = match reading {
            Reading::Restore | Reading::Compare => Scope::All,
            Reading::After(position) => Scope::After(position),
            Reading::Late => Scope::Late,
        };
        let mut seen = (reading == Reading::Compare).then(Seen::default);
        let (pages, mut received) = mpsc::channel(WAITING);
        let asking = async { Ok::<_, Failure>(self.replica.read(kind, scope, pages).await?) };
        let writing = async {
            let (mut waiting, mut fetched) = (Vec::new(), 0);
            while received.recv_many(&mut waiting, WAITING).await > 0 {
                let records: Vec<Record> = waiting.drain(..).flatten().collect();
                if let Some(seen) = &mut seen {
                    records.iter().for_each(|record| seen.add(&record.values[..kind.key_fields()]));
                }
                let late = (reading == Reading::Late).then(|| records.iter().map(Record::key).collect());
                fetched += self.store.merge(records).await?.taken;
                if let Some(keys) = late {
                    self.store.put_into_outbox(kind, keys).await?;
                }
            }
            Ok(fetched)
        };
        let ((), fetched) = tokio::try_join!(asking, writing)?;
        if let Some(seen) = seen {
            self.send_unseen(kind, &seen).await?;
        }
        Ok(fetched)
    }

    /// Puts into the outbox what MongoDB was not seen to have.
    async fn send_unseen(&self, kind: Kind, seen: &Seen) -> Result<(), Failure> {
        let mut after = None;
        loop {
            let mut keys = self.store.shared_keys(kind, after, PAGE).await?;
            let Some(last) = keys.last() else { return Ok(()) };
            after = Some(last.clone());
            keys.retain(|key| !seen.has(key));
            if !keys.is_empty() {
                self.store.put_into_outbox(kind, keys).await?;
            }
        }
    }

    pub(super) async fn fetch(&self, kind: Kind, keys: Vec<Key>) -> Result<usize, Failure> {
        let records = super::within(self.replica.get(kind, keys)).await?;
        Ok(self.store.merge(records).await?.taken)
    }
}

/// Which keys MongoDB has, as numbers that differ with every comparison: two keys that share one hide a record until the
/// next.
#[derive(Default)]
struct Seen {
    hasher: RandomState,
    keys: HashSet<u64>,
}

impl Seen {
    fn add(&mut self, key: &[Value]) {
        self.keys.insert(self.hasher.hash_one(key));
    }

    fn has(&self, key: &[Value]) -> bool {
        self.keys.contains(&self.hasher.hash_one(key))
    }
}
