//! What the replicator needs of the file: what changed, what there is, and taking over what the other store has.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use tokio::sync::Notify;

use crate::domain::record::{Field, Form, Key, Kind, Record, Stamp, Value};
use crate::domain::version::Version;

use super::writer::Tx;
use super::{Store, StoreError};

/// How far the second store lags behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lag {
    /// Records that it lacks.
    pub records: u32,
    /// Since when it lacks the oldest of them.
    pub since: Option<Timestamp>,
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

fn names(fields: &[Field]) -> String {
    fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

/// `(a, b) = (?1, ?2)` for the key of a kind.
fn key_is(kind: Kind, comparison: &str) -> String {
    let key = &kind.fields()[..kind.key_fields()];
    let marks: Vec<String> = (1..=key.len()).map(|number| format!("?{number}")).collect();
    format!("({}) {comparison} ({})", names(key), marks.join(", "))
}

fn find(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE {}", names(kind.fields()), kind.name(), key_is(kind, "="));
    connection.prepare_cached(&sql)?.query_row(params_from_iter(key), |row| record(kind, row)).optional()
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
pub(super) fn write_key(key: &Key) -> String {
    let part = |value: &Value| match value {
        Value::Text(text) => serde_json::Value::from(text.as_str()),
        Value::Int(number) | Value::Time(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::Null => serde_json::Value::Null,
    };
    serde_json::Value::from(key.iter().map(part).collect::<Vec<_>>()).to_string()
}

/// Writes a record over whatever is there.
fn put(tx: &Tx<'_>, record: &Record) -> rusqlite::Result<usize> {
    let fields = record.kind.fields();
    let keys = record.kind.key_fields();
    let marks: Vec<String> = (1..=fields.len()).map(|number| format!("?{number}")).collect();
    let updates: Vec<String> = fields[keys..].iter().map(|field| format!("{0} = excluded.{0}", field.name)).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO UPDATE SET {}",
        record.kind.name(),
        names(fields),
        marks.join(", "),
        updates.join(", ")
    );
    tx.execute(&sql, params_from_iter(&record.values))
}

/// The records that the second store lacks, oldest change first.
pub(super) fn outbox(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Record>> {
    let mut statement = connection.prepare_cached("SELECT kind, key FROM outbox ORDER BY version LIMIT ?1")?;
    let mut rows = statement.query([limit])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let (kind, key): (String, String) = (row.get(0)?, row.get(1)?);
        let found = Kind::parse(&kind).and_then(|kind| Some((kind, read_key(kind, &key)?)));
        if let Some((kind, key)) = found {
            records.extend(find(connection, kind, &key)?);
        }
    }
    Ok(records)
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

    /// The records that the second store lacks, as they are now, oldest change first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn outbox(&self, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(move |connection| Ok(outbox(connection, limit)?)).await
    }

    /// Notes that the second store has these versions. A record that changed meanwhile stays in the outbox.
    ///
    /// # Errors
    /// When it cannot be written; then they are sent again, which does no harm.
    pub async fn outbox_done(&self, records: &[Record]) -> Result<(), StoreError> {
        let done: Vec<(&'static str, String, i64)> =
            records.iter().map(|r| (r.kind.name(), write_key(&r.key()), r.stamp().version.0)).collect();
        self.write_local(move |tx| {
            for (kind, key, version) in &done {
                let sql = "DELETE FROM outbox WHERE kind = ?1 AND key = ?2 AND version <= ?3";
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
        let page = self.page(kind, after, limit).await?;
        Ok(page.iter().map(|record| (record.key(), record.stamp())).collect())
    }

    /// The records of one kind in the order of their keys, from behind `after` on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn page(&self, kind: Kind, after: Option<Key>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(move |connection| {
            let (columns, table) = (names(kind.fields()), kind.name());
            let order = names(&kind.fields()[..kind.key_fields()]);
            let from = after.as_ref().map_or_else(String::new, |_| format!("WHERE {}", key_is(kind, ">")));
            let sql = format!("SELECT {columns} FROM {table} {from} ORDER BY {order} LIMIT {limit}");
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(after.into_iter().flatten()), |row| record(kind, row))?;
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

    /// Takes over those of the other store's records that win over what is here; returns how many. They need not be sent
    /// back. Parents must come before their children, or be here.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn merge(&self, records: Vec<Record>) -> Result<usize, StoreError> {
        self.write_local(move |tx| {
            let replicated: bool =
                tx.statement("SELECT value FROM meta WHERE key = 'replicated'")?.query_row([], |row| row.get(0))?;
            // Not through the triggers: what comes from the other store is there.
            tx.execute("UPDATE meta SET value = 0 WHERE key = 'replicated'", [])?;
            let mut taken = 0;
            for record in &records {
                tx.observe(record.stamp().version);
                let known = find(tx.connection(), record.kind, &record.key())?;
                if known.is_none_or(|known| record.wins_over(&known)) {
                    put(tx, record)?;
                    let sql = "DELETE FROM outbox WHERE kind = ?1 AND key = ?2";
                    tx.execute(sql, params![record.kind.name(), write_key(&record.key())])?;
                    taken += 1;
                }
            }
            tx.execute("UPDATE meta SET value = ?1 WHERE key = 'replicated'", [replicated])?;
            if taken > 0 {
                // Whoever has codes has polled: what is active is known.
                tx.execute("UPDATE meta SET value = 1 WHERE key = 'polled' AND EXISTS (SELECT 1 FROM codes)", [])?;
                tx.wake_plan();
                tx.wake_work();
            }
            Ok(taken)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
