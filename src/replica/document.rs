//! Records as documents that a person can read: field names as in the file, dates as dates, `_id` the natural key.

use mongodb::bson::{Bson, DateTime, Document, RawBsonRef, RawDocument, doc};

use crate::domain::election::Position;
use crate::domain::erasure::Erased;
use crate::domain::record::{Field, Form, Key, Kind, Record, Stamp, Value};
use crate::domain::version::Version;
use crate::ports::replica::{Authority, SCHEMA};

use super::order::order;

/// The field that holds a redemption's rank and version as text that sorts as they do, so that the server can compare both
/// at once.
pub(super) const ORDER: &str = "order";
/// Where the rank of a success stands in its number; see `Outcome::rank`.
const SUCCESS_BITS: u32 = 40;
/// The field that holds the term of the lease that the document was written under.
pub(super) const TERM: &str = "term";
/// The field that holds the round of writes of that term. (A redemption has a `round` of its own.)
pub(super) const ROUND: &str = "term_round";
/// The field of a document that a former leader wrote, until a leader has adopted it.
pub(super) const LATE: &str = "late";
/// The field that holds the largest schema number of any program that wrote the document.
pub(super) const SCHEMA_FIELD: &str = "schema";

/// Why a document is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// Somebody else wrote it.
    Foreign,
    /// A newer program wrote it, with this schema number.
    Newer(i64),
}

fn bson(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Int(number) => Bson::Int64(*number),
        Value::Bool(flag) => Bson::Boolean(*flag),
        Value::Text(text) => Bson::String(text.clone()),
        Value::Time(millis) => Bson::DateTime(DateTime::from_millis(*millis)),
    }
}

/// The value of a field of this form; `None` for one of another type.
fn value(found: Option<RawBsonRef<'_>>, form: Form) -> Option<Value> {
    Some(match (found, form) {
        (None | Some(RawBsonRef::Null), _) => Value::Null,
        (found, Form::Int) => Value::Int(number(found)?),
        (Some(RawBsonRef::Boolean(flag)), Form::Bool) => Value::Bool(flag),
        (Some(RawBsonRef::String(text)), Form::Text) => Value::Text(text.to_owned()),
        (Some(RawBsonRef::DateTime(time)), Form::Time) => Value::Time(time.timestamp_millis()),
        _ => return None,
    })
}

/// The `_id` of a key: its one value, or a text of several, `1165706299393183754/WOS1105/0000000001`. Not a document of
/// them: servers find a text by its index, but not all of them a document. Numbers have leading zeros, so that texts are in
/// the order of their keys.
pub(super) fn id(kind: Kind, key: &[Value]) -> Bson {
    match key {
        [only] => bson(only),
        parts => kind
            .fields()
            .iter()
            .zip(parts)
            .map(|(field, part)| part_text(field, part))
            .collect::<Vec<_>>()
            .join("/")
            .into(),
    }
}

/// The digits of the largest number that a part of a key holds.
fn width(field: &Field) -> usize {
    match field.name {
        "player_id" => 12,
        "generation" => 10,
        _ => 19,
    }
}

fn part_text(field: &Field, part: &Value) -> String {
    match part {
        Value::Text(text) => text.clone(),
        // A snowflake of 64 bits is stored as a negative number; it comes before the others, as it does in the file.
        Value::Int(number) if *number < 0 => format!("-{:019}", number.wrapping_sub(i64::MIN)),
        Value::Int(number) => format!("{number:0width$}", width = width(field)),
        _ => String::new(),
    }
}

fn part(field: &Field, text: &str) -> Option<Value> {
    match (field.form, text.strip_prefix('-')) {
        (Form::Text, _) => Some(Value::Text(text.to_owned())),
        (_, Some(rest)) => rest.parse::<i64>().ok().map(|number| Value::Int(number.wrapping_add(i64::MIN))),
        (_, None) => text.parse().ok().map(Value::Int),
    }
}

/// The key of an `_id`; `None` for one that is none.
fn key(kind: Kind, found: RawBsonRef<'_>) -> Option<Key> {
    match (&kind.fields()[..kind.key_fields()], found) {
        ([only], found) => value(Some(found), only.form).filter(|value| *value != Value::Null).map(|value| vec![value]),
        (several, RawBsonRef::String(text)) => {
            // The last part may hold a slash itself: a source does.
            let parts: Vec<&str> = text.splitn(several.len(), '/').collect();
            if parts.len() != several.len() {
                return None;
            }
            let key: Key = several.iter().zip(parts).map(|(field, text)| part(field, text)).collect::<Option<_>>()?;
            // Written as we write it: two texts for one key would be two records.
            (id(kind, &key).as_str() == Some(text)).then_some(key)
        }
        _ => None,
    }
}

/// A rank as text that sorts as ranks do: one digit, but `2:` and eleven digits for the ranks of later rounds, which lie between
/// those of a failure (2) and a success (3).
fn rank_text(rank: i64) -> String {
    match (rank >> SUCCESS_BITS, rank) {
        (0, ..=2) => rank.to_string(),
        (0, _) => format!("2:{rank:011}"),
        (success, _) => success.to_string(),
    }
}

fn read_rank(text: &str) -> Option<i64> {
    match text.split_once(':') {
        Some((_, later)) => later.parse().ok(),
        None => text.parse().ok().map(|rank: i64| if rank > 2 { rank << SUCCESS_BITS } else { rank }),
    }
}

fn old_order(Stamp { rank, version }: Stamp) -> String {
    format!("{}/{:019}", rank_text(rank), version.0)
}

pub(super) fn document(record: &Record, term: i64) -> Document {
    let mut document = doc! { "_id": id(record.kind, &record.key()) };
    document.extend(record.kind.fields().iter().zip(&record.values).map(|(f, value)| (f.name.to_owned(), bson(value))));
    if record.kind == Kind::Redemptions {
        document.insert(ORDER, old_order(record.stamp()));
    }
    document.insert(TERM, term);
    document
}

/// The record in a document, read in one pass; `None` for a document that somebody else wrote.
pub(super) fn record(kind: Kind, document: &RawDocument) -> Option<Record> {
    let fields = kind.fields();
    let mut values = vec![Value::Null; fields.len()];
    let mut id = None;
    // Documents have their fields in our order, unless somebody edited them.
    let mut next = 0;
    for element in document {
        let (name, found) = element.ok()?;
        if name == "_id" {
            id = Some(found);
            continue;
        }
        let is_it = |field: &Field| name == field.name;
        let at = fields[next..].iter().position(is_it).map(|at| next + at);
        if let Some(at) = at.or_else(|| fields[..next].iter().position(is_it)) {
            values[at] = value(Some(found), fields[at].form)?;
            next = at + 1;
        }
    }
    (key(kind, id?)? == values[..kind.key_fields()]).then_some(Record { kind, values })
}

/// The key and stamp in a document that need hold no more than these.
pub(super) fn stamp(kind: Kind, document: &RawDocument) -> Option<(Key, Stamp)> {
    let Value::Int(version) = value(document.get("version").ok()?, Form::Int)? else { return None };
    let rank = match document.get(ORDER).ok()? {
        Some(RawBsonRef::String(order)) => read_rank(order.split_once('/')?.0)?,
        _ => 0,
    };
    Some((key(kind, document.get("_id").ok()??)?, Stamp { rank, version: Version(version) }))
}

/// What a document there must be like for this record to replace it: beaten by it, and not of a later term. Without `$or`:
/// for that some servers look through the whole collection.
pub(super) fn guard(record: &Record, term: i64) -> Document {
    let stamp = record.stamp();
    let mut guard = doc! { "_id": id(record.kind, &record.key()), TERM: { "$not": { "$gt": term } } };
    if record.kind == Kind::Redemptions {
        guard.insert(ORDER, doc! { "$lt": old_order(stamp) });
    } else {
        guard.insert("version", doc! { "$lt": stamp.version.0 });
    }
    guard
}

/// What a document there must be like to be removed: not newer than what was erased, and not of a later term.
pub(super) fn erased_guard(erased: &Erased, term: i64) -> Document {
    let Erased { kind, key, version } = erased;
    doc! { "_id": id(*kind, key), TERM: { "$not": { "$gt": term } }, "version": { "$lte": version.0 } }
}

/// A whole number as servers, drivers and persons write it.
pub(super) fn number(found: Option<RawBsonRef<'_>>) -> Option<i64> {
    match found? {
        RawBsonRef::Int64(number) => Some(number),
        RawBsonRef::Int32(number) => Some(number.into()),
        RawBsonRef::Double(number) if number.fract() == 0.0 => Some(whole(number)),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what is beyond the range becomes its end")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// The statement of an `update` command that writes a record, unless what is there is greater, or of a later term. It sets
/// our fields, and leaves those alone that a newer program has added. The guards are one comparison of one field each:
/// with `$or` some servers look through the whole collection. They are negative, so what lacks the field is replaced.
pub(super) fn upsert(record: &Record, authority: Authority) -> Document {
    let order = order(&record.merge_key());
    let mut guard = doc! { "_id": id(record.kind, &record.key()) };
    let fields = record.kind.fields().iter().zip(&record.values);
    let mut set: Document = fields.map(|(field, value)| (field.name.to_owned(), bson(value))).collect();
    set.insert(ORDER, &order);
    let mut update = Document::new();
    match authority {
        Authority::Leader(Position { term, round }) => {
            guard.insert(ORDER, doc! { "$not": { "$gt": order } });
            guard.insert(TERM, doc! { "$not": { "$gt": term } });
            set.extend(doc! { TERM: term, ROUND: round });
            update.insert("$unset", doc! { LATE: "" });
        }
        // What a leader has written with the same content is not late.
        Authority::Former => {
            guard.insert(ORDER, doc! { "$not": { "$gte": order } });
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

/// What decides whether a document is replaced.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) key: Key,
    /// The term that it was written under; 0 where there is none.
    pub(super) term: i64,
    /// Empty where there is none.
    pub(super) order: String,
}

/// The fields that [`standing`] reads.
pub(super) fn of_standing(kind: Kind) -> Document {
    let key = kind.fields().iter().take(kind.key_fields()).map(|field| (field.name.to_owned(), 1.into()));
    key.chain([TERM, ORDER, SCHEMA_FIELD].map(|name| (name.to_owned(), 1.into()))).collect()
}

/// What decides whether this document is replaced.
pub(super) fn standing(kind: Kind, document: &RawDocument) -> Result<Standing, Unread> {
    let key = values(kind, &kind.fields()[..kind.key_fields()], document)?;
    let field = |name| document.get(name).ok().flatten();
    let order = field(ORDER).and_then(RawBsonRef::as_str).unwrap_or_default().to_owned();
    Ok(Standing { key, term: number(field(TERM)).unwrap_or_default(), order })
}

/// The record in a document.
pub(super) fn read(kind: Kind, document: &RawDocument) -> Result<Record, Unread> {
    values(kind, kind.fields(), document).map(|values| Record { kind, values })
}

/// The values of these fields, of which the first are the key, read in one pass.
fn values(kind: Kind, fields: &[Field], document: &RawDocument) -> Result<Vec<Value>, Unread> {
    if let Some(newer) = number(document.get(SCHEMA_FIELD).ok().flatten()).filter(|schema| *schema > SCHEMA) {
        return Err(Unread::Newer(newer));
    }
    let mut values = vec![Value::Null; fields.len()];
    let mut found_id = None;
    // Documents have their fields in our order, unless somebody edited them.
    let mut next = 0;
    for element in document {
        let (name, found) = element.map_err(|_| Unread::Foreign)?;
        if name == "_id" {
            found_id = Some(found);
            continue;
        }
        let is_it = |field: &Field| name == field.name;
        let at = fields[next..].iter().position(is_it).map(|at| next + at);
        if let Some(at) = at.or_else(|| fields[..next].iter().position(is_it)) {
            values[at] = value(Some(found), fields[at].form).ok_or(Unread::Foreign)?;
            next = at + 1;
        }
    }
    // The `_id` must be the key's as we write it: two of them for one key would be two records.
    let is_the_keys = match (&values[..kind.key_fields()], found_id) {
        ([only], found) => *only != Value::Null && value(found, fields[0].form).as_ref() == Some(only),
        (several, Some(RawBsonRef::String(text))) => id(kind, several).as_str() == Some(text),
        _ => false,
    };
    if is_the_keys { Ok(values) } else { Err(Unread::Foreign) }
}

#[cfg(test)]
mod tests;
