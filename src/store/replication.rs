//! What the replicator needs of the file: what changed, what there is, and taking over what the other store has.

mod erased;
mod history;
mod merge;
mod outbox;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use crate::domain::record::{Field, Form, Key, Kind, Record, Value};

use super::schema::triggers::{is_shared, key_columns};
use super::{Store, StoreError};

pub(super) use erased::{erase, forget, forget_keys};
pub use history::ReplicaHistory;
pub use merge::Merged;
pub(super) use merge::{Origin, merge};
pub use outbox::{Batch, Lag};
pub(super) use outbox::{count_unsent, note};

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
    let marks: Vec<String> = (1..=kind.key_fields()).map(|number| format!("?{number}")).collect();
    format!("({}) {comparison} ({})", key_columns(kind, ""), marks.join(", "))
}

fn find(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE {}", names(kind.fields()), kind.name(), key_is(kind, "="));
    connection.prepare_cached(&sql)?.query_row(params_from_iter(key), |row| record(kind, row)).optional()
}

/// A key as the triggers write it.
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

impl Store {
    /// The records of one kind in the order of their keys, from behind `after` on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn page(&self, kind: Kind, after: Option<Key>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(move |connection| {
            let sql = behind(kind, &names(kind.fields()), "true", after.as_ref(), limit);
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(after.into_iter().flatten()), |row| record(kind, row))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The keys of those that are worth sending, in the same way.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn shared_keys(&self, kind: Kind, after: Option<Key>, limit: u32) -> Result<Vec<Key>, StoreError> {
        self.read(move |connection| {
            let which = is_shared(kind, kind.name()).unwrap_or_else(|| "true".to_owned());
            let sql = behind(kind, &key_columns(kind, ""), &which, after.as_ref(), limit);
            Ok(read_keys(connection, kind, &sql, params_from_iter(after.into_iter().flatten()))?)
        })
        .await
    }
}

/// A query for these columns of one kind, in the order of its keys, from behind `after` on.
fn behind(kind: Kind, columns: &str, which: &str, after: Option<&Key>, limit: u32) -> String {
    let from = after.map_or_else(String::new, |_| format!("AND {}", key_is(kind, ">")));
    let (table, order) = (kind.name(), key_columns(kind, ""));
    format!("SELECT {columns} FROM {table} WHERE {which} {from} ORDER BY {order} LIMIT {limit}")
}

#[cfg(test)]
mod tests;
