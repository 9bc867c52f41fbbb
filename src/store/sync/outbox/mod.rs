//! What the replica lacks: what is to be sent, what was sent, and what is known to be there.
//!
//! An entry is noted by the trigger of the change, in its transaction. It is sent in some round of writes and leaves once that
//! round is *confirmed*: known to have been written while this instance led. A record that changes in between is unsent again.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::{Connection, Params, Row, params, params_from_iter};

use crate::domain::sync::election::Position;
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Key, Record, RecordKind, Root};
use crate::domain::sync::version::Version;
use crate::runtime::wake::Wake;
use crate::store::kernel::schema::triggers::{AGAIN, IS_REPLICATED, is_shared, key_columns, urgency};

use super::{find, history, key_is, read_key, write_key};
use crate::store::handles::SyncLog;
use crate::store::kernel::{StoreError, Tx};

/// How far the replica lags behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Records that it was not sent yet.
    pub records: u32,
    /// Since when it lacks the oldest of them.
    pub since: Option<Timestamp>,
}

/// A part of what is to be sent: the erasures first, then what must vanish, then the parents, then the rest. Each rests on
/// those before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxChunk {
    /// Erasures.
    pub erasures: Vec<Record>,
    /// What must vanish there.
    pub erased: Vec<Erased>,
    /// Records of the kinds on which others hang.
    pub parents: Vec<Record>,
    /// All other records.
    pub records: Vec<Record>,
    /// Everything up to this commit is in what was unsent.
    pub commit: u64,
    /// Nothing else is unsent.
    pub is_all: bool,
    /// Nothing else that is acted on is unsent: what is left is bulk.
    pub is_all_urgent: bool,
    entries: BTreeSet<Entry>,
}

impl OutboxChunk {
    /// How many changes these are.
    pub fn changes(&self) -> usize {
        self.entries.len()
    }

    /// Those of these changes that are of these records.
    pub(crate) fn only(&self, of: &[Record]) -> Self {
        let key = |record: &Record| Some((record.kind.name().to_owned(), write_key(&record.key()).ok()?));
        let of: BTreeSet<_> = of.iter().filter_map(key).collect();
        let is_of = |entry: &&Entry| of.contains(&(entry.kind.clone(), entry.key.clone()));
        Self { entries: self.entries.iter().filter(is_of).cloned().collect(), ..Self::default() }
    }

    /// Adds an entry, and what it stands for; one that is in it already, once.
    fn add(&mut self, connection: &Connection, entry: Entry) -> rusqlite::Result<()> {
        let found = RecordKind::parse(&entry.kind).and_then(|kind| Some((kind, read_key(kind, &entry.key)?)));
        let (erased, is_new) = (entry.erased.map(Version), self.entries.insert(entry));
        if let Some((kind, key)) = found.filter(|_| is_new) {
            let records = match kind {
                RecordKind::Erasures => &mut self.erasures,
                _ if Root::ALL.into_iter().any(|root| root.kind() == Some(kind)) => &mut self.parents,
                _ => &mut self.records,
            };
            records.extend(find(connection, kind, &key)?);
            self.erased.extend(erased.map(|version| Erased { kind, key, version }));
        }
        Ok(())
    }
}

/// An entry as it was when its record was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    kind: String,
    key: String,
    version: i64,
    erased: Option<i64>,
    urgency: u8,
}

/// The unsent entries that a condition picks.
fn unsent(connection: &Connection, which: &str, values: impl Params) -> rusqlite::Result<Vec<Entry>> {
    let sql = format!("SELECT kind, key, version, erased, urgency FROM outbox WHERE round IS NULL {which}");
    let entry = |row: &Row<'_>| {
        let (kind, key, version) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Entry { kind, key, version, erased: row.get(3)?, urgency: row.get(4)? })
    };
    connection.prepare_cached(&sql)?.query_map(values, entry)?.collect()
}

fn chunk(connection: &Connection, limit: u32, commit: u64) -> rusqlite::Result<OutboxChunk> {
    let mut chunk = OutboxChunk { commit, ..OutboxChunk::default() };
    let mut entries = unsent(connection, "ORDER BY urgency, version LIMIT ?1", [limit])?;
    chunk.is_all = entries.len() < limit as usize;
    chunk.is_all_urgent = chunk.is_all || entries.last().is_some_and(|last| last.urgency > 1);
    // Kind by kind: one command is of one.
    entries.sort_unstable();
    for entry in entries {
        chunk.add(connection, entry)?;
    }
    // Parents that are unsent go along.
    let parents: BTreeSet<_> = chunk.records.iter().flat_map(Record::parents).collect();
    for (kind, key) in parents {
        for entry in unsent(connection, "AND kind = ?1 AND key = ?2", [kind.name(), &write_key(&key)?])? {
            chunk.add(connection, entry)?;
        }
    }
    Ok(chunk)
}

/// Notes for the replica what is here and fulfils a condition, past the triggers; how many.
pub(super) fn note(tx: &Tx<'_>, kind: RecordKind, which: &str, values: impl Params) -> rusqlite::Result<usize> {
    let (table, key, urgency) = (kind.name(), key_columns(kind, ""), urgency(kind, kind.name()));
    let sql = format!(
        "INSERT INTO outbox (kind, key, version, urgency)
         SELECT '{table}', json_array({key}), version, {urgency} FROM {table} WHERE {which} AND {IS_REPLICATED} {AGAIN}"
    );
    tx.execute(&sql, values)
}

/// The same for the record with this key.
pub(super) fn note_key(tx: &Tx<'_>, kind: RecordKind, key: &Key) -> rusqlite::Result<usize> {
    note(tx, kind, &key_is(kind, "="), params_from_iter(key))
}

impl SyncLog {
    /// Woken after every commit that left something for the replica.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.outbox_wake
    }

    /// Says whether there is a replica: from then on every change is noted for it.
    pub async fn set_replicated(&self, replicated: bool) -> Result<(), StoreError> {
        self.0.inner.is_replicated.store(replicated, Ordering::SeqCst);
        self.write_local(move |tx| {
            tx.execute("UPDATE meta SET value = ?1 WHERE key = 'replicated'", [replicated])?;
            if replicated {
                return Ok(());
            }
            // What changes from here on is noted nowhere: should there be a replica again, all is compared.
            tx.execute("DELETE FROM outbox", [])?;
            history::change(tx, |known| known.position = Position::default())
        })
        .await
    }

    /// What is to be sent next, as it is now: at most so many changes, and the unsent parents of their records.
    pub async fn outbox_chunk(&self, limit: u32) -> Result<OutboxChunk, StoreError> {
        // What is committed by now is in what is read next.
        let commit = self.0.inner.commits.load(Ordering::SeqCst);
        self.read(move |connection| Ok(chunk(connection, limit, commit)?)).await
    }

    /// Notes that a batch was sent in this round; a former leader's, in round 0. What changed meanwhile stays unsent.
    ///
    /// # Errors
    /// When it cannot be written; then it is sent again, which does no harm.
    pub async fn outbox_sent(&self, chunk: &OutboxChunk, round: i64) -> Result<(), StoreError> {
        let entries = chunk.entries.clone();
        self.write_local(move |tx| {
            let sql = "UPDATE outbox SET round = ?5 WHERE kind = ?1 AND key = ?2 AND version = ?3 AND erased IS ?4";
            let mut sent = tx.statement(sql)?;
            for Entry { kind, key, version, erased, .. } in &entries {
                sent.execute(params![kind, key, version, erased, round])?;
            }
            Ok(())
        })
        .await
    }

    /// Everything that was sent in rounds up to this one was written while this instance led: it leaves the outbox, and this
    /// file has everything up to there.
    ///
    /// # Errors
    /// When it cannot be written; then it is confirmed later.
    pub async fn outbox_confirmed(&self, position: Position) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute("DELETE FROM outbox WHERE round <= ?1", [position.round])?;
            history::change(tx, |known| {
                // Only in the term for which it has caught up: else what it lacks would pass for known.
                if known.position.term == position.term {
                    known.position = known.position.max(position);
                }
            })
        })
        .await
    }

    /// Everything that is not confirmed is unsent again: rounds are counted anew in each term.
    pub async fn outbox_reopen(&self) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET round = NULL WHERE round IS NOT NULL";
        self.write_local(move |tx| Ok(tx.execute(sql, []).map(drop)?)).await
    }

    /// Has these records sent, those that are here.
    pub async fn put_into_outbox(&self, kind: RecordKind, keys: Vec<Key>) -> Result<(), StoreError> {
        self.write_local(move |tx| Ok(keys.iter().try_for_each(|key| note_key(tx, kind, key).map(drop))?)).await
    }

    /// Has every record sent that is worth it.
    pub async fn put_all_into_outbox(&self) -> Result<(), StoreError> {
        let put = |tx: &Tx<'_>, kind: RecordKind| note(tx, kind, &is_shared(kind, kind.name()), []).map(drop);
        self.write_local(move |tx| Ok(RecordKind::ALL.into_iter().try_for_each(|kind| put(tx, kind))?)).await
    }

    /// How much was not sent yet.
    pub async fn unsent(&self) -> Result<Lag, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*), min(version) FROM outbox WHERE round IS NULL";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| {
                let since = row.get::<_, Option<i64>>(1)?.map(|version| Version(version).millis());
                Ok(Lag { records: row.get(0)?, since: since.and_then(|at| Timestamp::from_millisecond(at).ok()) })
            })?)
        })
        .await
    }

    /// Whether everything was sent and confirmed.
    pub async fn is_outbox_empty(&self) -> Result<bool, StoreError> {
        self.read(|connection| Ok(!connection.prepare_cached("SELECT 1 FROM outbox LIMIT 1")?.exists([])?)).await
    }
}

#[cfg(test)]
mod tests;
