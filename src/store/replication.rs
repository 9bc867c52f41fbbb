//! What the replicator needs of the file: what changed, what there is, and taking over what the other store has.

mod erased;
mod history;
mod merge;
mod outbox;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Params, Row, params_from_iter};

use crate::domain::record::{Field, Form, Key, Kind, MergeKey, Record, Value};

use super::schema::triggers::{columns, is_shared, key_columns};
use super::{Store, StoreError};

pub(super) use erased::{erase, forget, forget_keys};
pub use history::ReplicaHistory;
pub use merge::Merged;
pub(super) use merge::{Origin, merge};
pub(super) use outbox::is_behind;
pub use outbox::{Batch, Lag};

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

impl FromSql for Value {
    /// Times and flags are numbers: only the field tells.
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Null => Ok(Self::Null),
            ValueRef::Integer(number) => Ok(Self::Int(number)),
            _ => value.as_str().map(|text| Self::Text(text.to_owned())),
        }
    }
}

fn record(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Record> {
    let value = |(at, field): (usize, &Field)| {
        Ok(match (row.get(at)?, field.form) {
            (Value::Int(number), Form::Time) => Value::Time(number),
            (Value::Int(number), Form::Bool) => Value::Bool(number != 0),
            (value, _) => value,
        })
    };
    Ok(Record { kind, values: kind.fields().iter().enumerate().map(value).collect::<rusqlite::Result<_>>()? })
}

/// The keys that a query of [`key_columns`] finds.
pub(super) fn read_keys(
    connection: &Connection,
    kind: Kind,
    sql: &str,
    values: impl Params,
) -> rusqlite::Result<Vec<Key>> {
    let key = |row: &Row<'_>| (0..kind.key_fields()).map(|at| row.get(at)).collect();
    connection.prepare_cached(sql)?.query_map(values, key)?.collect()
}

/// `(a, b) = (?1, ?2)` for the key of a kind.
fn key_is(kind: Kind, comparison: &str) -> String {
    let marks: Vec<String> = (1..=kind.key_fields()).map(|number| format!("?{number}")).collect();
    format!("({}) {comparison} ({})", key_columns(kind, ""), marks.join(", "))
}

fn find(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE {}", columns(kind.fields(), ""), kind.name(), key_is(kind, "="));
    connection.prepare_cached(&sql)?.query_row(params_from_iter(key), |row| record(kind, row)).optional()
}

/// A key as the triggers write it.
fn read_key(kind: Kind, text: &str) -> Option<Key> {
    serde_json::from_str(text).ok().filter(|key: &Key| key.len() == kind.key_fields())
}

/// A key as the triggers write it.
fn write_key(key: &Key) -> rusqlite::Result<String> {
    serde_json::to_string(key).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

impl Store {
    /// The records of one kind in the order of their keys, from behind `after` on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn page(&self, kind: Kind, after: Option<Key>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.rows(kind, "true".to_owned(), after, limit, |record| record).await
    }

    /// The keys and merge keys of one kind in the order of the keys, from behind `after` on: of the records that are worth
    /// sending.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn merge_keys(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Vec<(Key, MergeKey)>, StoreError> {
        let which = is_shared(kind, kind.name());
        self.rows(kind, which, after, limit, |record| (record.key(), record.merge_key())).await
    }

    /// The merge keys of these keys of one kind, each in its place; `None` where there is no record.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn merge_keys_of(&self, kind: Kind, keys: Vec<Key>) -> Result<Vec<Option<MergeKey>>, StoreError> {
        self.read(move |connection| {
            let found = keys.iter().map(|key| Ok(find(connection, kind, key)?.map(|record| record.merge_key())));
            found.collect()
        })
        .await
    }

    /// What is asked of those of one kind, in the order of its keys, from behind `after` on.
    async fn rows<T: Send + 'static>(
        &self,
        kind: Kind,
        which: String,
        after: Option<Key>,
        limit: u32,
        ask: fn(Record) -> T,
    ) -> Result<Vec<T>, StoreError> {
        self.read(move |connection| {
            let (columns, order, table) = (columns(kind.fields(), ""), key_columns(kind, ""), kind.name());
            let from = after.as_ref().map_or_else(String::new, |_| format!("AND {}", key_is(kind, ">")));
            let sql = format!("SELECT {columns} FROM {table} WHERE {which} {from} ORDER BY {order} LIMIT {limit}");
            let mut statement = connection.prepare_cached(&sql)?;
            let row = |row: &Row<'_>| record(kind, row).map(ask);
            let rows = statement.query_map(params_from_iter(after.into_iter().flatten()), row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
