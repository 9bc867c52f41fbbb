//! The comparison of both stores.
//!
//! Of the second store everything is read once, in whatever order it comes; the file is asked for the same keys, and walked
//! for the keys that did not come. What changes meanwhile is in the outbox, and a merge takes no older version.
//!
//! Erasures are the first kind: what they cover is gone from the file before its records are compared, and what the second store
//! still has of it is not taken over but put into the outbox, to be erased there.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use tokio::sync::mpsc;

use crate::domain::record::{Key, Kind, Record, Stamp};
use crate::ports::Replica;
use crate::store::Outbox;

use super::{Failure, Moved, Replicator};

/// Stamps per page of the file.
const PAGE: u32 = 10_000;
/// Records per round of sending.
const BATCH: usize = 1000;
/// Pages of the second store that wait at most, and are worked on together.
const WAITING: usize = 8;

impl<R: Replica> Replicator<R> {
    pub(super) async fn compare_all(&self) -> Result<Moved, Failure> {
        let mut moved = Moved::default();
        // Parents come first, so that what is fetched finds them.
        for kind in Kind::ALL {
            let is_empty = self.store.stamps(kind, None, 1).await?.is_empty();
            // Both are large.
            let of_kind =
                if is_empty { Box::pin(self.restore(kind)).await? } else { Box::pin(self.compare_kind(kind)).await? };
            moved.fetched += of_kind.fetched;
            moved.sent += of_kind.sent;
        }
        Ok(moved)
    }

    /// Fills the file, which has none of this kind, in one read: while a page is written, the next ones are on their way.
    async fn restore(&self, kind: Kind) -> Result<Moved, Failure> {
        let (pages, mut received) = mpsc::channel(WAITING);
        let reading = async { Ok::<_, Failure>(self.replica.records(kind, pages).await?) };
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
        Ok(Moved { fetched, sent: 0 })
    }

    async fn compare_kind(&self, kind: Kind) -> Result<Moved, Failure> {
        let (pages, mut received) = mpsc::channel(WAITING);
        let reading = async { Ok::<_, Failure>(self.replica.stamps(kind, pages).await?) };
        let comparing = async {
            let (mut seen, mut moved) = (Seen::default(), Moved::default());
            while let Some(page) = received.recv().await {
                let page: Vec<(Key, Stamp)> = page;
                let keys = page.iter().map(|(key, _)| key.clone()).collect();
                let here = self.store.stamps_of(kind, keys).await?;
                let (to_fetch, to_send) = differences(page, &here, &mut seen);
                if !to_fetch.is_empty() {
                    moved.fetched += self.fetch(kind, to_fetch).await?;
                }
                moved.sent += self.send_keys(kind, to_send).await?;
            }
            Ok((seen, moved))
        };
        let ((), (seen, mut moved)) = tokio::try_join!(reading, comparing)?;
        let mut after = None;
        loop {
            let page = self.store.stamps(kind, after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(moved) };
            after = Some(last.clone());
            let unseen = page.into_iter().map(|(key, _)| key).filter(|key| !seen.has(key)).collect();
            moved.sent += self.send_keys(kind, unseen).await?;
        }
    }

    async fn send_keys(&self, kind: Kind, keys: Vec<Key>) -> Result<usize, Failure> {
        for some in keys.chunks(BATCH) {
            let records: Vec<Record> = self.store.records(kind, some.to_vec()).await?;
            self.send(&records).await?;
            self.store.outbox_done(&Outbox { records, ..Outbox::default() }).await?;
        }
        Ok(keys.len())
    }
}

/// Which keys the second store has, as numbers that differ with every comparison: two keys that share one hide a record
/// until the next.
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

/// The keys to fetch and to send of a page of the second store, with what the file has of each.
fn differences(page: Vec<(Key, Stamp)>, here: &[Option<Stamp>], seen: &mut Seen) -> (Vec<Key>, Vec<Key>) {
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

#[cfg(test)]
mod tests;
