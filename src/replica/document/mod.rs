//! Records as documents that a person can read: field names as in the file, dates as dates, `_id` the natural key.

use mongodb::bson::{Bson, DateTime, Document, RawBsonRef, RawDocument, doc};

use crate::domain::sync::election::Position;
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Field, FieldType, Record, RecordKind, Value};
use crate::ports::replica::{Authority, SCHEMA};

use super::order::order;

/// The field that holds the merge key as text that sorts as merge keys do.
pub(super) const ORDER: &str = "order";
/// The field that holds the term of the lease that the document was written under.
pub(super) const TERM: &str = "term";
/// The field that holds the round of writes of that term. (A redemption has a `round` of its own.)
pub(super) const ROUND: &str = "term_round";
/// The field of a document that a former leader wrote, until a leader has adopted it.
pub(super) const LATE: &str = "late";
/// The field that holds the largest schema number of any program that wrote the document.
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

/// The `_id` of a key: its one value, or a text of several, `1165706299393183754/WOS1105/0000000001`. Not a document of
/// them: servers find a text by its index, but not all of them a document. Numbers have leading zeros, so that texts are in
/// the order of their keys.
pub(super) fn id(kind: RecordKind, key: &[Value]) -> Bson {
    if let [only] = key {
        return bson(only);
    }
    let text = |(field, part): (&Field, &Value)| match (field.name, part) {
        (_, Value::Text(text)) => text.clone(),
        // As many digits as the largest number there has.
        ("player_id", Value::Int(number)) => format!("{number:012}"),
        ("generation", Value::Int(number)) => format!("{number:010}"),
        (_, Value::Int(number)) => format!("{number:019}"),
        _ => String::new(),
    };
    kind.fields().iter().zip(key).map(text).collect::<Vec<_>>().join("/").into()
}

/// A whole number as servers, drivers and persons write it.
fn number(found: Option<RawBsonRef<'_>>) -> Option<i64> {
    match found? {
        RawBsonRef::Int64(number) => Some(number),
        RawBsonRef::Int32(number) => Some(number.into()),
        #[expect(clippy::cast_possible_truncation, reason = "what is beyond the range becomes its end")]
        RawBsonRef::Double(number) if number.fract() == 0.0 => Some(number as i64),
        _ => None,
    }
}

/// The whole number in a field of a document.
pub(super) fn number_in(document: &RawDocument, name: &str) -> Option<i64> {
    number(document.get(name).ok().flatten())
}

/// The statement of an `update` command that writes a record, unless what is there is greater, or of a later term. It sets
/// our fields, and leaves those alone that a newer program has added. The guards are one comparison of one field each:
/// with `$or` some servers look through the whole collection. They are negative, so what lacks the field is replaced.
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
        // The same content is late, too: it may have landed behind what the present leader has read.
        Authority::Former => {
            set.insert(LATE, true);
        }
    }
    update.insert("$set", set);
    update.insert("$max", doc! { SCHEMA_FIELD: SCHEMA });
    doc! { "q": guard, "u": update, "upsert": true }
}

/// The statement of a `delete` command that removes what is not newer than what was erased, nor of a later term.
pub(super) fn delete(erased: &Erased, authority: Authority) -> Document {
    let Erased { kind, key, version } = erased;
    let mut guard = doc! { "_id": id(*kind, key), "version": { "$lte": version.0 } };
    if let Authority::Leader(position) = authority {
        guard.insert(TERM, doc! { "$not": { "$gt": position.term } });
    }
    doc! { "q": guard, "limit": 1 }
}

/// What decides whether a document is replaced. It is read of foreign ones too: they stand in the way all the same.
#[derive(Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) id: Bson,
    /// The term that it was written under; 0 where there is none.
    pub(super) term: i64,
    /// Empty where there is none.
    pub(super) order: String,
}

pub(super) fn standing(_: RecordKind, document: &RawDocument) -> Option<Standing> {
    let text = |name| document.get_str(name).unwrap_or_default().to_owned();
    let id = number_in(document, "_id").map_or_else(|| text("_id").into(), Bson::Int64);
    Some(Standing { id, term: number_in(document, TERM).unwrap_or_default(), order: text(ORDER) })
}

/// The record in a document, read in one pass; `None` where there is none of ours in it.
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
        // Where nobody else wrote, the fields stand in our order.
        let from_next = (next..fields.len()).chain(0..next);
        if let Some(at) = from_next.into_iter().find(|at| name == fields[*at].name) {
            values[at] = value(Some(found), fields[at].field_type)?;
            next = at + 1;
        }
    }
    // The `_id` must be the key's as we write it: two of them for one key would be two records.
    let is_the_keys = match (&values[..kind.key_fields()], found_id) {
        ([only], found) => *only != Value::Null && value(found, fields[0].field_type).as_ref() == Some(only),
        (several, Some(RawBsonRef::String(text))) => id(kind, several).as_str() == Some(text),
        _ => false,
    };
    is_the_keys.then_some(Record { kind, values })
}

#[cfg(test)]
mod tests;
