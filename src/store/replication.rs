//! What the replicator needs of the file: what changed, what there is, and taking over what the other store has.

mod erased;
mod merge;

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use tokio::sync::Notify;

use crate::domain::erasure::Erased;
use crate::domain::outcome::Outcome;
use crate::domain::record::{Field, Form, Key, Kind, Record, Stamp, Value};
use crate::domain::version::Version;

use super::writer::Tx;
use super::{Store, StoreError};

pub(super) use erased::{erase, forget, forget_keys};
pub use merge::Merged;

/// How far the second store lags behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Records that it lacks.
    pub records: u32,
    /// Since when it lacks the oldest of them.
    pub since: Option<Timestamp>,
}

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

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) | Self::Time(number) => (*number).into(),
            Self::Bool(flag) => (*flag).into(),
            Self::Text(text) => text.as_str().into(),
        })
    }
}

fn value(row: &Row<'_>, at: usize, form: Form) -> rusqlite::Result<Value> {
    let value = match form {
        Form::Int => row.get::<_, Option<i64>>(at)?.map(Value::Int),
        Form::Time => row.get::<_, Option<i64>>(at)?.map(Value::Time),
        Form::Bool => row.get::<_, Option<bool>>(at)?.map(Value::Bool),
        Form::Text => row.get::<_, Option<String>>(at)?.map(Value::Text),
    };
    Ok(value.unwrap_or(Value::Null))
}

fn record(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Record> {
    let values = kind.fields().iter().enumerate().map(|(at, field)| value(row, at, field.form));
    Ok(Record { kind, values: values.collect::<Result<_, _>>()? })
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
            Outcome::parse(row.get_ref(at + 1)?.as_str()?).map_or(0, |outcome| outcome.rank(round))
        }
        _ => 0,
    };
    Ok(Stamp { rank, version: Version(row.get(at)?) })
}

fn names(fields: &[Field]) -> String {
    fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

/// The columns of a kind's key.
pub(super) fn key_columns(kind: Kind) -> String {
    names(&kind.fields()[..kind.key_fields()])
}

/// The keys that a query of [`key_columns`] finds.
pub(super) fn read_keys(
    connection: &Connection,
    kind: Kind,
    sql: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<Vec<Key>> {
    let key = |row: &Row<'_>| {
        let parts = kind.fields()[..kind.key_fields()].iter().enumerate();
        parts.map(|(at, field)| value(row, at, field.form)).collect()
    };
    connection.prepare_cached(sql)?.query_map(values, key)?.collect()
}

/// `(a, b) = (?1, ?2)` for the key of a kind.
fn key_is(kind: Kind, comparison: &str) -> String {
    let key = &kind.fields()[..kind.key_fields()];
    let marks: Vec<String> = (1..=key.len()).map(|number| format!("?{number}")).collect();
    format!("({}) {comparison} ({})", names(key), marks.join(", "))
}

fn find_sql(kind: Kind) -> String {
    format!("SELECT {} FROM {} WHERE {}", names(kind.fields()), kind.name(), key_is(kind, "="))
}

fn find(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<Record>> {
    connection.prepare_cached(&find_sql(kind))?.query_row(params_from_iter(key), |row| record(kind, row)).optional()
}

/// A key as the triggers write it; see `migrations/0002_outbox.sql`.
fn read_key(kind: Kind, text: &str) -> Option<Key> {
    let parts: Vec<serde_json::Value> = serde_json::from_str(text).ok()?;
    let fields = &kind.fields()[..kind.key_fields()];
    let part = |(part, field): (&serde_json::Value, &Field)| match field.form {
        Form::Text => part.as_str().map(|text| Value::Text(text.to_owned())),
        _ => part.as_i64().map(Value::Int),
    };
    (parts.len() == fields.len()).then(|| parts.iter().zip(fields).map(part).collect()).flatten()
}

/// A key as the triggers write it.
fn write_key(key: &Key) -> String {
    let part = |value: &Value| match value {
        Value::Text(text) => serde_json::Value::from(text.as_str()),
        Value::Int(number) | Value::Time(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Null => serde_json::Value::Null,
    };
    serde_json::Value::from(key.iter().map(part).collect::<Vec<_>>()).to_string()
}

/// What the replica lacks, the oldest changes first.
pub(super) fn outbox(connection: &Connection, limit: u32) -> rusqlite::Result<Outbox> {
    let sql = "SELECT kind, key, erased FROM outbox ORDER BY version, kind <> 'erasures' LIMIT ?1";
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

/// Notes for the second store what came past the triggers, if it is here.
pub(super) fn note(tx: &Tx<'_>, kind: Kind, key: &Key, version: Version) -> rusqlite::Result<usize> {
    let parts = key.len();
    let sql = format!(
        "INSERT INTO outbox (kind, key, version) SELECT ?{}, ?{}, ?{} WHERE EXISTS (SELECT 1 FROM {} WHERE {})
         ON CONFLICT DO NOTHING",
        parts + 1,
        parts + 2,
        parts + 3,
        kind.name(),
        key_is(kind, "=")
    );
    let noted = [Value::Text(kind.name().to_owned()), Value::Text(write_key(key)), Value::Int(version.0)];
    tx.execute(&sql, params_from_iter(key.iter().chain(&noted)))
}

impl Store {
    /// Woken after every commit that left something for the second store.
    #[must_use]
    pub fn outbox_wake(&self) -> &Notify {
        &self.inner.outbox_wake
    }

    /// Says whether there is a second store: from then on every change is noted for it.
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
        self.read(|connection| {
            let sql = "SELECT count(*), min(version) FROM outbox";
            let (records, oldest): (u32, Option<i64>) =
                connection.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let since = oldest.and_then(|version| Timestamp::from_millisecond(Version(version).millis()).ok());
            Ok(Lag { records, since })
        })
        .await
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
        self.rows(kind, columns, after, limit, read).await
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

    /// The records of one kind in the order of their keys, from behind `after` on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn page(&self, kind: Kind, after: Option<Key>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.rows(kind, names(kind.fields()), after, limit, move |row| record(kind, row)).await
    }

    /// These columns of one kind in the order of its keys, from behind `after` on.
    async fn rows<T: Send + 'static>(
        &self,
        kind: Kind,
        columns: String,
        after: Option<Key>,
        limit: u32,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<Vec<T>, StoreError> {
        self.read(move |connection| {
            let order = names(&kind.fields()[..kind.key_fields()]);
            let from = after.as_ref().map_or_else(String::new, |_| format!("WHERE {}", key_is(kind, ">")));
            let sql = format!("SELECT {columns} FROM {} {from} ORDER BY {order} LIMIT {limit}", kind.name());
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(after.into_iter().flatten()), read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The records of one kind with these keys, where there are any.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn records(&self, kind: Kind, keys: Vec<Key>) -> Result<Vec<Record>, StoreError> {
        self.read(move |connection| {
            let found = keys.iter().map(|key| find(connection, kind, key));
            Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
