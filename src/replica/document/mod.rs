//! Records as readable documents: the file's field names, dates as dates, and the natural key as `_id`.

use mongodb::bson::{Bson, DateTime, Document, RawBsonRef, RawDocument, doc};

use crate::domain::sync::election::Position;
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Field, FieldType, Record, RecordKind, Value};
use crate::ports::replica::{Authority, SCHEMA};

use super::order::order;

/// The merge key as text that sorts like the key.
pub(super) const ORDER: &str = "order";
/// The term of the lease under which the document was written.
pub(super) const TERM: &str = "term";
/// The round of writes in that term. (A redemption has a `round` of its own.)
pub(super) const ROUND: &str = "term_round";
/// Set by a former leader, until a leader adopts the document.
pub(super) const LATE: &str = "late";
/// The largest schema number of any program that wrote the document.
pub(super) const SCHEMA_FIELD: &str = "schema";

fn bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Int(number) => Bson::Int64(*number),
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Text(text) => Bson::String(text.clone()),
        Value::Time(millis) => Bson::DateTime(DateTime::from_millis(*millis)),
    }
}

/// The value of a field of this type; `None` for a value of another one.
fn value(found: Option<RawBsonRef<'_>>, field_type: FieldType) -> Option<Value> {
    Some(match (found, field_type) {
        (None | Some(RawBsonRef::Null), _) => Value::Null,
        (found, FieldType::Int) => Value::Int(number(found)?),
        (Some(RawBsonRef::Boolean(flag)), FieldType::Bool) => Value::Bool(flag),
        (Some(RawBsonRef::String(text)), FieldType::Text) => Value::Text(text.to_owned()),
        (Some(RawBsonRef::DateTime(time)), FieldType::Time) => Value::Time(time.timestamp_millis()),
        _ => return None,
    })
}

/// The `_id` of a key: its only value, or its values as a text such as `1165706299393183754/WOS1105/0000000001`. The values are
/// not a subdocument, because some servers find only texts by an index. Leading zeros make the texts sort like the keys.
pub(super) fn id(kind: RecordKind, key: &[Value]) -> Bson {
    if let [only] = key {
        return bson(only);
    }
    let text = |(field, part): (&Field, &Value)| match (field.name, part) {
        (_, Value::Text(text)) => text.clone(),
        // As many digits as the largest possible number.
        ("player_id", Value::Int(number)) => format!("{number:012}"),
        ("generation", Value::Int(number)) => format!("{number:010}"),
        (_, Value::Int(number)) => format!("{number:019}"),
        _ => String::new(),
    };
    kind.fields().iter().zip(key).map(text).collect::<Vec<_>>().join("/").into()
}

/// Reads a whole number in any type that servers, drivers and people use.
fn number(found: Option<RawBsonRef<'_>>) -> Option<i64> {
    match found? {
        RawBsonRef::Int64(number) => Some(number),
        RawBsonRef::Int32(number) => Some(number.into()),
        #[expect(clippy::cast_possible_truncation, reason = "a number outside the range becomes its nearest end")]
        RawBsonRef::Double(number) if number.fract() == 0.0 => Some(number as i64),
        _ => None,
    }
}

pub(super) fn number_in(document: &RawDocument, name: &str) -> Option<i64> {
    number(document.get(name).ok().flatten())
}

/// An `update` statement that writes a record unless the stored one is greater or of a later term. It sets our fields, and
/// keeps fields that a newer program has added. Each guard compares one field, because some servers scan the collection for
/// `$or`. The guards are negative, so that a document without the field is replaced.
pub(super) fn upsert(record: &Record, authority: Authority) -> Document {
    let order = order(&record.merge_key());
    let mut guard = doc! { "_id": id(record.kind, &record.key()), ORDER: { "$not": { "$gt": &order } } };
    let fields = record.kind.fields().iter().zip(&record.values);
    let mut set: Document = fields.map(|(field, value)| (field.name.to_owned(), bson(value))).collect();
    set.insert(ORDER, order);
    let mut update = Document::new();
    match authority {
        Authority::Leader(Position { term, round }) => {
            guard.insert(TERM, doc! { "$not": { "$gt": term } });
            set.extend(doc! { TERM: term, ROUND: round });
            update.insert("$unset", doc! { LATE: "" });
        }
        // Writing the same content also marks it as late: it may have arrived after the leader's last read.
        Authority::Former => {
            set.insert(LATE, true);
        }
    }
    update.insert("$set", set);
    update.insert("$max", doc! { SCHEMA_FIELD: SCHEMA });
    doc! { "q": guard, "u": update, "upsert": true }
}

/// A `delete` statement that removes a record if it is not newer than the erasure, nor of a later term.
pub(super) fn delete(erased: &Erased, authority: Authority) -> Document {
    let Erased { kind, key, version } = erased;
    let mut guard = doc! { "_id": id(*kind, key), "version": { "$lte": version.0 } };
    if let Authority::Leader(position) = authority {
        guard.insert(TERM, doc! { "$not": { "$gt": position.term } });
    }
    doc! { "q": guard, "limit": 1 }
}

/// Decides whether a document is replaced. Foreign documents have one too, because their `_id` conflicts just the same.
#[derive(Debug, PartialEq)]
pub(super) struct StoredVersion {
    pub(super) id: Bson,
    /// The term under which it was written; 0 if it has none.
    pub(super) term: i64,
    /// Empty if it has none.
    pub(super) order: String,
}

pub(super) fn stored_version(_: RecordKind, document: &RawDocument) -> Option<StoredVersion> {
    let text = |name| document.get_str(name).unwrap_or_default().to_owned();
    let id = number_in(document, "_id").map_or_else(|| text("_id").into(), Bson::Int64);
    Some(StoredVersion { id, term: number_in(document, TERM).unwrap_or_default(), order: text(ORDER) })
}

/// Reads the record in a document in one pass; `None` if it is not a record of ours.
pub(super) fn read(kind: RecordKind, document: &RawDocument) -> Option<Record> {
    let fields = kind.fields();
    let mut values = vec![Value::Null; fields.len()];
    let (mut found_id, mut next) = (None, 0);
    for element in document {
        let (name, found) = element.ok()?;
        if name == "_id" {
            found_id = Some(found);
            continue;
        }
        // Documents that only we wrote have our order of fields.
        let from_next = (next..fields.len()).chain(0..next);
        if let Some(at) = from_next.into_iter().find(|at| name == fields[*at].name) {
            values[at] = value(Some(found), fields[at].field_type)?;
            next = at + 1;
        }
    }
    // Only our own form of the `_id` counts: two forms would make two records of one key.
    let is_the_keys = match (&values[..kind.key_fields()], found_id) {
        ([only], found) => *only != Value::Null && value(found, fields[0].field_type).as_ref() == Some(only),
        (several, Some(RawBsonRef::String(text))) => id(kind, several).as_str() == Some(text),
        _ => false,
    };
    is_the_keys.then_some(Record { kind, values })
}

#[cfg(test)]
mod tests;
