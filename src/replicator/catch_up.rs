//! Catching up: what others wrote to MongoDB comes into the file.
//!
//! Erasures are the first kind: what they cover is gone from the file before its records come.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use futures_util::future::try_join_all;
use tokio::sync::mpsc;

use crate::domain::election::{Lease, Position, Taking};
use crate::domain::record::{Key, Kind, MergeKey, Record};
use crate::ports::replica::{Replica, Scope};

use super::{Failure, Replicator};

/// Merge keys per page of the file.
const PAGE: u32 = 10_000;
/// Pages that wait at most, and are worked on together.
const WAITING: usize = 8;

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
            return self.read_all(Scope::All).await;
        }
        match lease.filter(is_known) {
            Some(_) => self.read_all(Scope::After(known.position)).await,
            None => self.compare().await,
        }
    }

    /// Takes over what former leaders wrote late, and puts it into the outbox: written under this term it is late no more.
    pub(super) async fn adopt(&self) -> Result<usize, Failure> {
        let mut adopted = 0;
        for kind in Kind::ALL {
            let (pages, mut received) = mpsc::channel(WAITING);
            let reading = async { Ok::<_, Failure>(self.replica.read(kind, Scope::Late, pages).await?) };
            let writing = async {
                let mut fetched = 0;
                while let Some(page) = received.recv().await {
                    let page: Vec<Record> = page;
                    let keys = page.iter().map(Record::key).collect();
                    fetched += self.store.merge(page).await?.taken;
                    self.store.put_into_outbox(kind, keys).await?;
                }
                Ok(fetched)
            };
            let ((), fetched) = tokio::try_join!(reading, writing)?;
            adopted += fetched;
        }
        Ok(adopted)
    }

    /// Reads all kinds at once, erasures before the rest.
    async fn read_all(&self, scope: Scope) -> Result<usize, Failure> {
        let (first, rest) = Kind::ALL.split_at(1);
        let mut fetched = 0;
        for kinds in [first, rest] {
            let all = try_join_all(kinds.iter().map(|kind| Box::pin(self.read(*kind, scope))));
            fetched += all.await?.into_iter().sum::<usize>();
        }
        Ok(fetched)
    }

    /// Reads one kind in one go: while a page is written, the next ones are on their way.
    async fn read(&self, kind: Kind, scope: Scope) -> Result<usize, Failure> {
        let (pages, mut received) = mpsc::channel(WAITING);
        let reading = async { Ok::<_, Failure>(self.replica.read(kind, scope, pages).await?) };
        let writing = async {
            let (mut waiting, mut fetched) = (Vec::new(), 0);
            // All that has come by now, in the order of the keys: SQLite then fills its pages one after the other.
            while received.recv_many(&mut waiting, WAITING).await > 0 {
                let mut records: Vec<Record> = waiting.drain(..).flatten().collect();
                records.sort_unstable_by(|one, other| one.values.cmp(&other.values));
                fetched += self.store.merge(records).await?.taken;
            }
            Ok(fetched)
        };
        let ((), fetched) = tokio::try_join!(reading, writing)?;
        Ok(fetched)
    }

    pub(super) async fn fetch(&self, kind: Kind, keys: Vec<Key>) -> Result<usize, Failure> {
        let records = super::within(self.replica.get(kind, keys)).await?;
        Ok(self.store.merge(records).await?.taken)
    }

    /// Compares everything by merge keys.
    async fn compare(&self) -> Result<usize, Failure> {
        tracing::info!("The state file and MongoDB are compared: their common history is not known");
        let mut fetched = 0;
        for kind in Kind::ALL {
            fetched += Box::pin(self.compare_kind(kind)).await?;
        }
        Ok(fetched)
    }

    /// Fetches what the file lacks, and puts into the outbox what MongoDB lacks.
    async fn compare_kind(&self, kind: Kind) -> Result<usize, Failure> {
        let (pages, mut received) = mpsc::channel(WAITING);
        let reading = async { Ok::<_, Failure>(self.replica.merge_keys(kind, pages).await?) };
        let comparing = async {
            let (mut seen, mut fetched) = (Seen::default(), 0);
            while let Some(page) = received.recv().await {
                let page: Vec<(Key, MergeKey)> = page;
                let keys = page.iter().map(|(key, _)| key.clone()).collect();
                let here = self.store.merge_keys_of(kind, keys).await?;
                let (to_fetch, to_send) = differences(page, &here, &mut seen);
                if !to_fetch.is_empty() {
                    fetched += self.fetch(kind, to_fetch).await?;
                }
                if !to_send.is_empty() {
                    self.store.put_into_outbox(kind, to_send).await?;
                }
            }
            Ok((seen, fetched))
        };
        let ((), (seen, fetched)) = tokio::try_join!(reading, comparing)?;
        let mut after = None;
        loop {
            let page = self.store.merge_keys(kind, after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(fetched) };
            after = Some(last.clone());
            let unseen: Vec<Key> = page.into_iter().map(|(key, _)| key).filter(|key| !seen.has(key)).collect();
            if !unseen.is_empty() {
                self.store.put_into_outbox(kind, unseen).await?;
            }
        }
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
    fn add(&mut self, key: &Key) {
        self.keys.insert(self.hasher.hash_one(key));
    }

    fn has(&self, key: &Key) -> bool {
        self.keys.contains(&self.hasher.hash_one(key))
    }
}

/// The keys to fetch and to send of a page of MongoDB's, with what the file has of each.
fn differences(page: Vec<(Key, MergeKey)>, here: &[Option<MergeKey>], seen: &mut Seen) -> (Vec<Key>, Vec<Key>) {
    let (mut to_fetch, mut to_send) = (Vec::new(), Vec::new());
    for ((key, theirs), mine) in page.into_iter().zip(here) {
        seen.add(&key);
        match mine {
            Some(mine) if *mine == theirs => {}
            Some(mine) if *mine > theirs => to_send.push(key),
            _ => to_fetch.push(key),
        }
    }
    (to_fetch, to_send)
}
