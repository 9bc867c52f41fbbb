//! The replicator's view of the file: what changed, which records exist, and merging the replica's records.

mod erased;
mod history;
mod merge;
mod outbox;
mod status;

use rusqlite::{Connection, OptionalExtension, Params, Row, params_from_iter};

use crate::domain::sync::record::{Field, FieldType, Key, Record, RecordKind, Value};

use crate::store::handles::SyncLog;
use crate::store::kernel::StoreError;
use crate::store::kernel::schema::triggers::{columns, is_shared, key_columns};

pub(super) use erased::{erase, forget};
pub use history::ReplicaHistory;
pub use merge::Merged;
pub(super) use merge::{Origin, merge};
pub use outbox::{Lag, OutboxChunk};

fn record(kind: RecordKind, row: &Row<'_>) -> rusqlite::Result<Record> {
    let value = |(at, field): (usize, &Field)| {
        Ok(match (row.get(at)?, field.field_type) {
            (Value::Int(number), FieldType::Time) => Value::Time(number),
            (Value::Int(number), FieldType::Bool) => Value::Bool(number != 0),
            (value, _) => value,
        })
    };
    Ok(Record { kind, values: kind.fields().iter().enumerate().map(value).collect::<rusqlite::Result<_>>()? })
}

pub(super) fn read_keys(
    connection: &Connection,
    kind: RecordKind,
    sql: &str,
    values: impl Params,
) -> rusqlite::Result<Vec<Key>> {
    let key = |row: &Row<'_>| (0..kind.key_fields()).map(|at| row.get(at)).collect();
    connection.prepare_cached(sql)?.query_map(values, key)?.collect()
}

/// `(a, b) = (?, ?)` for the key of a kind.
fn key_is(kind: RecordKind, comparison: &str) -> String {
    format!("({}) {comparison} ({})", key_columns(kind, ""), vec!["?"; kind.key_fields()].join(", "))
}

fn find(connection: &Connection, kind: RecordKind, key: &Key) -> rusqlite::Result<Option<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE {}", columns(kind.fields(), ""), kind.name(), key_is(kind, "="));
    connection.prepare_cached(&sql)?.query_row(params_from_iter(key), |row| record(kind, row)).optional()
}

/// A key as the triggers write it.
fn read_key(kind: RecordKind, text: &str) -> Option<Key> {
    serde_json::from_str(text).ok().filter(|key: &Key| key.len() == kind.key_fields())
}

fn write_key(key: &Key) -> rusqlite::Result<String> {
    serde_json::to_string(key).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

impl SyncLog {
    /// Whether there is no record at all.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        self.read(|connection| {
            let any = RecordKind::ALL.map(|kind| format!("EXISTS (SELECT 1 FROM {})", kind.name())).join(" OR ");
            let is_any =
                connection.prepare_cached(&format!("SELECT {any}"))?.query_row([], |row| row.get::<_, bool>(0))?;
            Ok(!is_any)
        })
        .await
    }

    pub fn is_temporary(&self) -> bool {
        self.0.is_temporary()
    }

    /// The records of one kind in the order of their keys, after `after`.
    pub async fn page(&self, kind: RecordKind, after: Option<Key>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(move |connection| {
            let sql = behind(kind, &columns(kind.fields(), ""), "true", after.as_ref(), limit);
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(after.into_iter().flatten()), |row| record(kind, row))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The keys of those that are worth sending, in the same order.
    pub async fn shared_keys(&self, kind: RecordKind, after: Option<Key>, limit: u32) -> Result<Vec<Key>, StoreError> {
        self.read(move |connection| {
            let which = is_shared(kind, kind.name());
            let sql = behind(kind, &key_columns(kind, ""), &which, after.as_ref(), limit);
            Ok(read_keys(connection, kind, &sql, params_from_iter(after.into_iter().flatten()))?)
        })
        .await
    }
}

/// A query for these columns of one kind, in the order of its keys, after `after`.
fn behind(kind: RecordKind, columns: &str, which: &str, after: Option<&Key>, limit: u32) -> String {
    let from = after.map_or_else(String::new, |_| format!("AND {}", key_is(kind, ">")));
    let (table, order) = (kind.name(), key_columns(kind, ""));
    format!("SELECT {columns} FROM {table} WHERE {which} {from} ORDER BY {order} LIMIT {limit}")
}

#[cfg(test)]
mod tests;
