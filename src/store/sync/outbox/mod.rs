//! What the replica lacks: what to send, what was sent, and what is confirmed.
//!
//! The trigger of a change adds an entry in the same transaction. The entry is sent in a round of writes, and leaves when that round
//! is *confirmed*: known to have been written while this instance led. A record that changes in between is unsent again.

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Records that were not sent yet.
    pub records: u32,
    /// Since when it lacks the oldest of them.
    pub since: Option<Timestamp>,
}

/// A part of the outbox to send: erasures first, then removals, then parents, then the rest. Each part depends on those before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutboxChunk {
    pub erasures: Vec<Record>,
    /// Records that must not be there.
    pub erased: Vec<Erased>,
    /// Records of the kinds that are parents of others.
    pub parents: Vec<Record>,
    pub records: Vec<Record>,
    /// Everything up to this commit was among the unsent changes.
    pub commit: u64,
    /// Nothing else is unsent.
    pub is_all: bool,
    /// Nothing else that is acted on is unsent: only bulk is left.
    pub is_all_urgent: bool,
    entries: BTreeSet<Entry>,
}

impl OutboxChunk {
    pub fn changes(&self) -> usize {
        self.entries.len()
    }

    /// The part of these changes that concerns these records.
    pub(crate) fn only(&self, of: &[Record]) -> Self {
        let key = |record: &Record| Some((record.kind.name().to_owned(), write_key(&record.key()).ok()?));
        let of: BTreeSet<_> = of.iter().filter_map(key).collect();
        let is_of = |entry: &&Entry| of.contains(&(entry.kind.clone(), entry.key.clone()));
        Self { entries: self.entries.iter().filter(is_of).cloned().collect(), ..Self::default() }
    }

    /// Adds an entry, at most once.
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
    // Kind by kind, because a command holds one kind.
    entries.sort_unstable();
    for entry in entries {
        chunk.add(connection, entry)?;
    }
    // Unsent parents are included.
    let parents: BTreeSet<_> = chunk.records.iter().flat_map(Record::parents).collect();
    for (kind, key) in parents {
        for entry in unsent(connection, "AND kind = ?1 AND key = ?2", [kind.name(), &write_key(&key)?])? {
            chunk.add(connection, entry)?;
        }
    }
    Ok(chunk)
}

/// Puts the records that match a condition into the outbox, without the triggers. Returns how many.
pub(super) fn note(tx: &Tx<'_>, kind: RecordKind, which: &str, values: impl Params) -> rusqlite::Result<usize> {
    let (table, key, urgency) = (kind.name(), key_columns(kind, ""), urgency(kind, kind.name()));
    let sql = format!(
        "INSERT INTO outbox (kind, key, version, urgency)
         SELECT '{table}', json_array({key}), version, {urgency} FROM {table} WHERE {which} AND {IS_REPLICATED} {AGAIN}"
    );
    tx.execute(&sql, values)
}

/// Puts the record with this key into the outbox.
pub(super) fn note_key(tx: &Tx<'_>, kind: RecordKind, key: &Key) -> rusqlite::Result<usize> {
    note(tx, kind, &key_is(kind, "="), params_from_iter(key))
}

impl SyncLog {
    /// Woken after every commit that left something for the replica.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.outbox_wake
    }

    /// Sets whether there is a replica. From then on every change is put into the outbox.
    pub async fn set_replicated(&self, replicated: bool) -> Result<(), StoreError> {
        self.0.inner.is_replicated.store(replicated, Ordering::SeqCst);
        self.write_local(move |tx| {
            tx.execute("UPDATE meta SET value = ?1 WHERE key = 'replicated'", [replicated])?;
            if replicated {
                return Ok(());
            }
            // Changes from here on are recorded nowhere. If there is a replica again, everything is compared.
            tx.execute("DELETE FROM outbox", [])?;
            history::change(tx, |known| known.position = Position::default())
        })
        .await
    }

    /// The next changes to send, at most `limit`, and the unsent parents of their records.
    pub async fn outbox_chunk(&self, limit: u32) -> Result<OutboxChunk, StoreError> {
        // What is committed by now is included in what is read next.
        let commit = self.0.inner.commits.load(Ordering::SeqCst);
        self.read(move |connection| Ok(chunk(connection, limit, commit)?)).await
    }

    /// Records that a chunk was sent in this round (0 for a former leader's). Later changes stay unsent. If this fails, the chunk is
    /// sent again, which is harmless.
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

    /// Confirms that everything sent in rounds up to this one was written while this instance led: it leaves the outbox, and this
    /// file has everything up to there. If this fails, a later call confirms it.
    pub async fn outbox_confirmed(&self, position: Position) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute("DELETE FROM outbox WHERE round <= ?1", [position.round])?;
            history::change(tx, |known| {
                // Only in the term for which the file has caught up; otherwise missing records would count as known.
                if known.position.term == position.term {
                    known.position = known.position.max(position);
                }
            })
        })
        .await
    }

    /// Everything unconfirmed is unsent again, because each term counts its own rounds.
    pub async fn outbox_reopen(&self) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET round = NULL WHERE round IS NOT NULL";
        self.write_local(move |tx| Ok(tx.execute(sql, []).map(drop)?)).await
    }

    /// Puts those of these records that exist into the outbox.
    pub async fn put_into_outbox(&self, kind: RecordKind, keys: Vec<Key>) -> Result<(), StoreError> {
        self.write_local(move |tx| Ok(keys.iter().try_for_each(|key| note_key(tx, kind, key).map(drop))?)).await
    }

    /// Puts every record that is worth sending into the outbox.
    pub async fn put_all_into_outbox(&self) -> Result<(), StoreError> {
        let put = |tx: &Tx<'_>, kind: RecordKind| note(tx, kind, &is_shared(kind, kind.name()), []).map(drop);
        self.write_local(move |tx| Ok(RecordKind::ALL.into_iter().try_for_each(|kind| put(tx, kind))?)).await
    }

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

    pub async fn is_outbox_empty(&self) -> Result<bool, StoreError> {
        self.read(|connection| Ok(!connection.prepare_cached("SELECT 1 FROM outbox LIMIT 1")?.exists([])?)).await
    }
}

#[cfg(test)]
mod tests;
