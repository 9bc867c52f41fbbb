//! What the former replicator asks for.

use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::domain::erasure::Erased;
use crate::domain::outcome::Outcome;
use crate::domain::record::{Key, Kind, Record, Stamp};
use crate::domain::version::Version;
use crate::store::{Store, StoreError};

use super::{Lag, find, key_is, names, read_key, value, write_key};

/// What the replica lacks. It is to be sent in this order: what comes after an erasure may rest on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outbox {
    /// Erasures.
    pub erasures: Vec<Record>,
    /// What must vanish there.
    pub erased: Vec<Erased>,
    /// All other records.
    pub records: Vec<Record>,
    /// How many changes these are.
    pub changes: usize,
}

/// The columns that make a stamp.
fn stamp_columns(kind: Kind) -> &'static str {
    if kind == Kind::Redemptions { "version, outcome, round" } else { "version" }
}

/// The stamp in these columns, the first of which is the one `at`.
fn stamp(kind: Kind, at: usize, row: &Row<'_>) -> rusqlite::Result<Stamp> {
    let rank = match kind {
        Kind::Redemptions => {
            let round = row.get::<_, Option<i64>>(at + 2)?.unwrap_or(0);
            Outcome::read(row.get_ref(at + 1)?.as_str()?).rank(round)
        }
        _ => 0,
    };
    Ok(Stamp { rank, version: Version(row.get(at)?) })
}

/// What the replica lacks, the oldest changes first.
fn outbox(connection: &Connection, limit: u32) -> rusqlite::Result<Outbox> {
    let sql = "SELECT kind, key, erased FROM outbox WHERE round IS NULL ORDER BY urgency, version, kind <> 'erasures' LIMIT ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([limit])?;
    let mut outbox = Outbox::default();
    while let Some(row) = rows.next()? {
        outbox.changes += 1;
        let (kind, text): (String, String) = (row.get(0)?, row.get(1)?);
        let found = Kind::parse(&kind).and_then(|kind| Some((kind, read_key(kind, &text)?)));
        let Some((kind, key)) = found else { continue };
        let to = if kind == Kind::Erasures { &mut outbox.erasures } else { &mut outbox.records };
        to.extend(find(connection, kind, &key)?);
        if let Some(version) = row.get(2)? {
            outbox.erased.push(Erased { kind, key, version: Version(version) });
        }
    }
    Ok(outbox)
}

impl Store {
    /// What the replica lacks, as it is now, the oldest changes first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn outbox(&self, limit: u32) -> Result<Outbox, StoreError> {
        self.read(move |connection| Ok(outbox(connection, limit)?)).await
    }

    /// Notes that the replica has these versions, and what was erased no more. A record that changed meanwhile stays in the
    /// outbox.
    ///
    /// # Errors
    /// When it cannot be written; then they are sent again, which does no harm.
    pub async fn outbox_done(&self, sent: &Outbox) -> Result<(), StoreError> {
        type Done = (&'static str, String, i64);
        let erased = sent.erased.iter().map(|e| (e.kind.name(), write_key(&e.key), e.version.0));
        let erased: Vec<Done> = erased.collect();
        let records = sent.erasures.iter().chain(&sent.records);
        let done: Vec<Done> = records.map(|r| (r.kind.name(), write_key(&r.key()), r.stamp().version.0)).collect();
        self.write_local(move |tx| {
            for (kind, key, version) in &erased {
                let sql = "UPDATE outbox SET erased = NULL WHERE kind = ?1 AND key = ?2 AND erased <= ?3";
                tx.execute(sql, params![kind, key, version])?;
            }
            // An entry that was of an erasure alone has its version.
            for (kind, key, version) in erased.iter().chain(&done) {
                let sql = "DELETE FROM outbox WHERE kind = ?1 AND key = ?2 AND version <= ?3 AND erased IS NULL";
                tx.execute(sql, params![kind, key, version])?;
            }
            Ok(())
        })
        .await
    }

    /// How far the second store lags behind.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn lag(&self) -> Result<Lag, StoreError> {
        self.unsent().await
    }

    /// The keys and stamps of one kind in the order of their keys, from behind `after` on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn stamps(&self, kind: Kind, after: Option<Key>, limit: u32) -> Result<Vec<(Key, Stamp)>, StoreError> {
        let key = &kind.fields()[..kind.key_fields()];
        let columns = format!("{}, {}", names(key), stamp_columns(kind));
        let read = move |row: &Row<'_>| {
            let values = key.iter().enumerate().map(|(at, field)| value(row, at, field.form));
            Ok((values.collect::<Result<_, _>>()?, stamp(kind, key.len(), row)?))
        };
        self.rows(kind, columns, "true".to_owned(), after, limit, read).await
    }

    /// The stamps of these keys of one kind, each in its place; `None` where there is no record.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn stamps_of(&self, kind: Kind, keys: Vec<Key>) -> Result<Vec<Option<Stamp>>, StoreError> {
        self.read(move |connection| {
            let sql = format!("SELECT {} FROM {} WHERE {}", stamp_columns(kind), kind.name(), key_is(kind, "="));
            let mut statement = connection.prepare_cached(&sql)?;
            let find = |key: &Key| statement.query_row(params_from_iter(key), |row| stamp(kind, 0, row)).optional();
            Ok(keys.iter().map(find).collect::<Result<_, _>>()?)
        })
        .await
    }
}
