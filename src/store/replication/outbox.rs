//! What the replica lacks: what is to be sent, what was sent, and what is known to be there.
//!
//! An entry is noted by the trigger of the change, in its transaction. It is sent in some round of writes and leaves once that
//! round is *confirmed*: known to have been written while this instance led. A record that changes in between is unsent again.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use tokio::sync::Notify;

use crate::domain::election::Position;
use crate::domain::erasure::Erased;
use crate::domain::record::{Key, Kind, Record};
use crate::domain::version::Version;
use crate::store::schema::triggers::{AGAIN, is_shared, key_columns, urgency};
use crate::store::writer::Tx;
use crate::store::{Store, StoreError};

use super::{find, history, key_is, read_key, write_key};

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
pub struct Batch {
    /// Erasures.
    pub erasures: Vec<Record>,
    /// What must vanish there.
    pub erased: Vec<Erased>,
    /// Records that others of this batch hang on.
    pub parents: Vec<Record>,
    /// All other records.
    pub records: Vec<Record>,
    /// Everything up to this commit is in what was unsent.
    pub commit: u64,
    /// Nothing else is unsent.
    pub is_all: bool,
    /// Nothing else that is acted on is unsent: what is left is bulk.
    pub is_all_urgent: bool,
    entries: Vec<Entry>,
}

impl Batch {
    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many changes these are.
    #[must_use]
    pub fn changes(&self) -> usize {
        self.entries.len()
    }
}

/// An entry as it was when its record was read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: String,
    key: String,
    version: i64,
    erased: Option<i64>,
}

impl Entry {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { kind: row.get(0)?, key: row.get(1)?, version: row.get(2)?, erased: row.get(3)? })
    }
}

impl Batch {
    /// Adds an entry, and what it stands for.
    fn add(&mut self, connection: &Connection, entry: Entry) -> rusqlite::Result<()> {
        let found = Kind::parse(&entry.kind).and_then(|kind| Some((kind, read_key(kind, &entry.key)?)));
        if let Some((kind, key)) = found {
            let records = if kind == Kind::Erasures { &mut self.erasures } else { &mut self.records };
            records.extend(find(connection, kind, &key)?);
            self.erased.extend(entry.erased.map(|at| Erased { kind, key, version: Version(at) }));
        }
        self.entries.push(entry);
        Ok(())
    }
}

fn batch(connection: &Connection, limit: u32, commit: u64) -> rusqlite::Result<Batch> {
    let mut batch = Batch { commit, ..Batch::default() };
    let mut last_urgency = 0;
    let mut statement = connection.prepare_cached(
        "SELECT kind, key, version, erased, urgency FROM outbox WHERE round IS NULL
         ORDER BY urgency, version, kind <> 'erasures' LIMIT ?1",
    )?;
    let mut rows = statement.query([limit])?;
    while let Some(row) = rows.next()? {
        last_urgency = row.get(4)?;
        batch.add(connection, Entry::read(row)?)?;
    }
    batch.is_all = batch.entries.len() < limit as usize;
    batch.is_all_urgent = batch.is_all || last_urgency > 1;
    let known: BTreeSet<_> = batch.records.iter().map(|record| (record.kind, record.key())).collect();
    let parents: BTreeSet<_> = batch.records.iter().flat_map(Record::parents).collect();
    // Parents that are unsent go along.
    for (kind, key) in parents.difference(&known) {
        let sql = "SELECT kind, key, version, erased FROM outbox WHERE kind = ?1 AND key = ?2 AND round IS NULL";
        let mut unsent = connection.prepare_cached(sql)?;
        let unsent = unsent.query_row([kind.name(), &write_key(key)], Entry::read).optional()?;
        if let Some(entry) = unsent.filter(|entry| !batch.entries.contains(entry)) {
            batch.add(connection, entry)?;
        }
    }
    (batch.parents, batch.records) = std::mem::take(&mut batch.records)
        .into_iter()
        .partition(|record| parents.contains(&(record.kind, record.key())));
    Ok(batch)
}

/// Notes for the replica what came past the triggers, if it is here.
pub(in crate::store) fn note(tx: &Tx<'_>, kind: Kind, key: &Key, conflict: &str) -> rusqlite::Result<usize> {
    tx.execute(&note_sql(kind, &key_is(kind, "="), conflict), params_from_iter(key))
}

fn note_sql(kind: Kind, which: &str, conflict: &str) -> String {
    let (table, key, urgency) = (kind.name(), key_columns(kind, ""), urgency(kind, kind.name()));
    format!(
        "INSERT INTO outbox (kind, key, version, urgency)
         SELECT '{table}', json_array({key}), version, {urgency} FROM {table} WHERE {which} {conflict}"
    )
}

/// How much is unsent, counted up to a bound.
pub(in crate::store) fn count_unsent(connection: &Connection, bound: u32) -> rusqlite::Result<u32> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE round IS NULL LIMIT ?1)";
    connection.prepare_cached(sql)?.query_row([bound], |row| row.get(0))
}

impl Store {
    /// Woken after every commit that left something for the replica.
    #[must_use]
    pub fn outbox_wake(&self) -> &Notify {
        &self.inner.outbox_wake
    }

    /// Says whether there is a replica: from then on every change is noted for it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_replicated(&self, replicated: bool) -> Result<(), StoreError> {
        self.inner.is_replicated.store(replicated, Ordering::SeqCst);
        self.write_local(move |tx| {
            tx.execute("UPDATE meta SET value = ?1 WHERE key = 'replicated'", [replicated])?;
            if !replicated {
                tx.execute("DELETE FROM outbox", [])?;
            }
            Ok(())
        })
        .await
    }

    /// What is to be sent next, as it is now: at most so many changes, and the unsent parents of their records.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn outbox_batch(&self, limit: u32) -> Result<Batch, StoreError> {
        // What is committed by now is in what is read next.
        let commit = self.latest_commit();
        self.read(move |connection| Ok(batch(connection, limit, commit)?)).await
    }

    /// Notes that a batch was sent in this round. What changed meanwhile stays unsent.
    ///
    /// # Errors
    /// When it cannot be written; then it is sent again, which does no harm.
    pub async fn outbox_sent(&self, batch: &Batch, round: i64) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET round = ?5 WHERE kind = ?1 AND key = ?2 AND version = ?3 AND erased IS ?4";
        self.with_entries(batch, sql, Some(round)).await
    }

    /// Forgets a batch that was sent, without a round: a former leader's.
    ///
    /// # Errors
    /// When it cannot be written; then it is sent again, which does no harm.
    pub async fn outbox_forget(&self, batch: &Batch) -> Result<(), StoreError> {
        // A batch holds what is in no round.
        let sql = "DELETE FROM outbox WHERE kind = ?1 AND key = ?2 AND version = ?3 AND erased IS ?4 AND round IS ?5";
        self.with_entries(batch, sql, None).await
    }

    /// Runs a statement for each entry of a batch.
    async fn with_entries(&self, batch: &Batch, sql: &'static str, round: Option<i64>) -> Result<(), StoreError> {
        let entries = batch.entries.clone();
        self.write_local(move |tx| {
            let mut statement = tx.statement(sql)?;
            for Entry { kind, key, version, erased } in &entries {
                statement.execute(params![kind, key, version, erased, round])?;
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
            Ok(history::advance(tx, position)?)
        })
        .await
    }

    /// Everything that is not confirmed is unsent again: rounds are counted anew in each term.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn outbox_reopen(&self) -> Result<(), StoreError> {
        let sql = "UPDATE outbox SET round = NULL WHERE round IS NOT NULL";
        self.write_local(move |tx| Ok(tx.execute(sql, []).map(drop)?)).await
    }

    /// Has these records sent, those that are here.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_into_outbox(&self, kind: Kind, keys: Vec<Key>) -> Result<(), StoreError> {
        self.write_local(move |tx| Ok(keys.iter().try_for_each(|key| note(tx, kind, key, AGAIN).map(drop))?)).await
    }

    /// Has every record sent that is worth it: how many.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_all_into_outbox(&self) -> Result<usize, StoreError> {
        self.write_local(|tx| {
            let put = Kind::ALL.into_iter().map(|kind| {
                let which = is_shared(kind, kind.name()).unwrap_or_else(|| "true".to_owned());
                tx.execute(&note_sql(kind, &which, AGAIN), [])
            });
            Ok(put.sum::<rusqlite::Result<usize>>()?)
        })
        .await
    }

    /// How much was not sent yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn unsent(&self) -> Result<Lag, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*), min(version) FROM outbox WHERE round IS NULL";
            let (records, oldest): (u32, Option<i64>) =
                connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let since = oldest.and_then(|version| Timestamp::from_millisecond(Version(version).millis()).ok());
            Ok(Lag { records, since })
        })
        .await
    }

    /// Whether everything was sent and confirmed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn is_outbox_empty(&self) -> Result<bool, StoreError> {
        self.read(|connection| Ok(!connection.prepare_cached("SELECT 1 FROM outbox LIMIT 1")?.exists([])?)).await
    }
}

#[cfg(test)]
mod tests;
