//! The modelled MongoDB: documents with their guards, and the lease.
//!
//! A write takes effect at the moment when a majority has it. A write that only a failing primary had never took effect. So this
//! holds exactly what a majority has, and reads see just that.

use std::collections::BTreeMap;

use giftcode_bot::domain::sync::election::{Lease, Position};
use giftcode_bot::domain::sync::erasure::Erased;
use giftcode_bot::domain::sync::record::{Key, MergeKey, Record, RecordKind};
use giftcode_bot::ports::replica::{Authority, LeaseSnapshot, ReplicaError, Scope};

use crate::planted::Planted;
use crate::world::{At, Host};

#[derive(Debug, Clone)]
pub struct Document {
    pub record: Record,
    pub order: MergeKey,
    /// Where a leader last wrote it; `None` if none ever did.
    pub position: Option<Position>,
    pub late: bool,
    /// Since when this very version is stored.
    pub since: At,
}

/// The place of the lease.
#[derive(Debug, Clone, Default)]
pub enum Slot {
    #[default]
    Nothing,
    /// Somebody wrote something there that is not a lease.
    Garbage,
    Lease(Lease),
}

#[derive(Default)]
pub struct Mongo {
    pub documents: BTreeMap<RecordKind, BTreeMap<Key, Document>>,
    pub slot: Slot,
    /// When the lease document last changed, except for standbys.
    pub changed_at: At,
    /// Grows when the servers elect another primary: requests on their way to the old one are lost.
    pub election: u64,
    pub is_down: bool,
    pub refuses_writes: bool,
    /// How far its clock is ahead of the simulation's.
    pub ahead: i64,
    databases: u32,
}

const SCHEMA: i64 = 2;

impl Mongo {
    pub fn get(&self, kind: RecordKind, key: &Key) -> Option<&Document> {
        self.documents.get(&kind)?.get(key)
    }

    pub fn lease(&self) -> Option<&Lease> {
        match &self.slot {
            Slot::Lease(lease) => Some(lease),
            Slot::Nothing | Slot::Garbage => None,
        }
    }

    /// Writes one record. Returns whether it lost.
    pub fn put(
        &mut self,
        record: &Record,
        authority: Authority,
        now: At,
        planted: Planted,
    ) -> Result<bool, ReplicaError> {
        let order = record.merge_key();
        let documents = self.documents.entry(record.kind).or_default();
        let key = record.key();
        let mut position = match authority {
            Authority::Leader(position) => Some(position),
            Authority::Former => None,
        };
        let mut since = now;
        if let Some(there) = documents.get(&key) {
            let later =
                there.position.map(|there| there.term).filter(|term| position.is_some_and(|own| *term > own.term));
            if let Some(term) = later {
                if planted == Planted::FenceIsDone {
                    return Ok(true);
                }
                return Err(ReplicaError::Fenced(term));
            }
            let has_lost = match planted {
                Planted::VersionDecidesAlone => there.order.version >= order.version && there.order != order,
                _ => there.order > order,
            };
            if has_lost {
                return Ok(true);
            }
            if there.order == order {
                since = there.since;
            }
            // A former leader does not change the fence.
            position = position.or(there.position);
        }
        let late = authority == Authority::Former;
        documents.insert(key, Document { record: record.clone(), order, position, late, since });
        Ok(false)
    }

    /// Gives all documents a later term, as if terms had started again at 1.
    pub fn outdate(&mut self, term: i64) {
        for document in self.documents.values_mut().flat_map(|documents| documents.values_mut()) {
            if let Some(position) = &mut document.position {
                position.term += term;
            }
        }
    }

    pub fn erase(&mut self, erased: &Erased, authority: Authority) -> Result<(), ReplicaError> {
        let documents = self.documents.entry(erased.kind).or_default();
        let Some(there) = documents.get(&erased.key) else { return Ok(()) };
        if let (Authority::Leader(Position { term, .. }), Some(position)) = (authority, there.position)
            && position.term > term
        {
            return Err(ReplicaError::Fenced(position.term));
        }
        if there.order.version <= erased.version {
            documents.remove(&erased.key);
        }
        Ok(())
    }

    /// The next documents of a kind after a key.
    pub fn page(&self, kind: RecordKind, scope: Scope, after: Option<&Key>, limit: usize) -> Vec<Document> {
        use std::ops::Bound::{Excluded, Unbounded};
        let Some(documents) = self.documents.get(&kind) else { return Vec::new() };
        let from = after.map_or(Unbounded, |key| Excluded(key.clone()));
        let is_in = |document: &&Document| match scope {
            Scope::All => true,
            Scope::After(position) => document.position.is_some_and(|there| there > position),
            Scope::Late(last) => {
                document.late || document.position.is_some_and(|there| there.term == last.term && there > last)
            }
        };
        documents.range((from, Unbounded)).map(|(_, document)| document).filter(is_in).take(limit).cloned().collect()
    }

    pub fn seen(&self, now: At) -> LeaseSnapshot {
        let is_fresh =
            matches!(self.slot, Slot::Nothing) && self.documents.values().all(|documents| documents.is_empty());
        LeaseSnapshot { lease: self.lease().cloned(), is_fresh, server_ms: self.server_ms(now) }
    }

    pub fn server_ms(&self, now: At) -> i64 {
        crate::START_MS + i64::try_from(now).unwrap() + self.ahead
    }

    pub fn take(&mut self, seen: Option<&Lease>, holder: &str, term: i64, now: At) -> Option<Lease> {
        let is_as_seen = match (self.lease(), seen) {
            (Some(lease), Some(seen)) => {
                (&lease.holder, lease.term, lease.beat) == (&seen.holder, seen.term, seen.beat)
            }
            (None, None) => true,
            _ => false,
        };
        if !is_as_seen {
            return None;
        }
        self.databases += 1;
        let old = self
            .lease()
            .cloned()
            .unwrap_or_else(|| Lease { database: format!("database-{}", self.databases), ..Lease::default() });
        let lease = Lease {
            holder: holder.to_owned(),
            term,
            beat: 0,
            round: 0,
            released: false,
            unsent: 0,
            standby_beat: 0,
            schema: SCHEMA.max(old.schema),
            database: old.database,
        };
        self.slot = Slot::Lease(lease.clone());
        self.changed_at = now;
        Some(lease)
    }

    /// Changes the lease if this holder has it, released or not.
    pub fn change(&mut self, holder: &str, term: i64, now: At, change: impl FnOnce(&mut Lease)) -> Option<Lease> {
        let Slot::Lease(lease) = &mut self.slot else { return None };
        if lease.holder != holder || lease.term != term {
            return None;
        }
        change(lease);
        self.changed_at = now;
        Some(lease.clone())
    }
}

/// The instance that sends a request, and its name.
#[derive(Debug, Clone)]
pub struct Asker {
    pub host: Host,
    pub process: u64,
}
