//! Records as documents that a person can read: field names as in the file, dates as dates, `_id` the natural key.

use mongodb::bson::{Bson, DateTime, Document, RawBsonRef, RawDocument, doc};

use crate::domain::election::Position;
use crate::domain::erasure::Erased;
use crate::domain::record::{Field, Form, Key, Kind, MergeKey, Record, Stamp, Value};
use crate::domain::version::Version;
use crate::ports::replica::{Authority, SCHEMA};

use super::order::{order, read_order};

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
pub(super) fn id(kind: Kind, key: &Key) -> Bson {
    match key.as_slice() {
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
pub(super) fn of_standing() -> Document {
    doc! { TERM: 1, ORDER: 1, SCHEMA_FIELD: 1 }
}

/// What decides whether this document is replaced.
pub(super) fn standing(kind: Kind, document: &RawDocument) -> Result<Standing, Unread> {
    check_schema(document)?;
    let field = |name| document.get(name).ok().flatten();
    let key = field("_id").and_then(|id| key(kind, id)).ok_or(Unread::Foreign)?;
    let order = field(ORDER).and_then(RawBsonRef::as_str).unwrap_or_default().to_owned();
    Ok(Standing { key, term: number(field(TERM)).unwrap_or_default(), order })
}

/// A document's key, and its merge key where the document tells it: one of schema 1 does not.
pub(super) fn merge_key(kind: Kind, document: &RawDocument) -> Result<(Key, Option<MergeKey>), Unread> {
    let Standing { key, order, .. } = standing(kind, document)?;
    Ok((key, read_order(&order)))
}

fn check_schema(document: &RawDocument) -> Result<(), Unread> {
    match number(document.get(SCHEMA_FIELD).ok().flatten()) {
        Some(newer) if newer > SCHEMA => Err(Unread::Newer(newer)),
        _ => Ok(()),
    }
}

/// The record in a document.
pub(super) fn read(kind: Kind, document: &RawDocument) -> Result<Record, Unread> {
    check_schema(document)?;
    record(kind, document).ok_or(Unread::Foreign)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{RawDocumentBuf, rawdoc};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::outcome::Outcome;

    proptest! {
        /// The comparison walks both stores in the order of the keys.
        #[test]
        fn ids_of_several_values_are_in_the_order_of_their_keys_and_read_back(
            one in (any::<i64>(), "[0-9A-Z]{1,32}", 0i64..=u32::MAX.into()),
            other in (any::<i64>(), "[0-9A-Z]{1,4}", 0i64..=u32::MAX.into()),
        ) {
            let keys = [one.clone(), other.clone(), (one.0, other.1, one.2), (one.0, one.1, other.2)];
            let keys = keys.map(|(guild, code, generation)| vec![Value::Int(guild), Value::Text(code), Value::Int(generation)]);
            for first in &keys {
                let text = |key| id(Kind::Posts, key).as_str().unwrap().to_owned();
                prop_assert_eq!(key(Kind::Posts, RawBsonRef::String(&text(first))), Some(first.clone()));
                for second in &keys {
                    prop_assert_eq!(text(first).cmp(&text(second)), first.cmp(second), "{} {}", text(first), text(second));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn orders_sort_as_stamps_and_read_back(one in (0usize..5, 0i64..99, any::<u32>()), other in (0usize..5, 0i64..99, any::<u32>())) {
            let outcomes = [Outcome::Pending, Outcome::GaveUp, Outcome::Failed, Outcome::Already, Outcome::Granted];
            let [one, other] = [one, other].map(|(outcome, round, version)| {
                Stamp { rank: outcomes[outcome].rank(round), version: Version(version.into()) }
            });
            prop_assert_eq!(old_order(one).cmp(&old_order(other)), one.cmp(&other));
            prop_assert_eq!(read_rank(old_order(one).split_once('/').unwrap().0), Some(one.rank));
        }
    }

    #[test]
    fn no_kind_has_a_field_of_the_documents_own() {
        for field in Kind::ALL.into_iter().flat_map(Kind::fields) {
            assert!(!["_id", ORDER, TERM, ROUND, LATE, SCHEMA_FIELD].contains(&field.name), "{}", field.name);
        }
    }

    #[test]
    fn numbers_are_read_whoever_wrote_them() {
        let document = rawdoc! { "long": 7_i64, "int": 7_i32, "double": 7.0, "half": 7.5, "vast": 1e300, "text": "7" };
        let read = |name| number(document.get(name).unwrap());
        assert_eq!(
            ["long", "int", "double", "half", "text", "none"].map(read),
            [Some(7), Some(7), Some(7), None, None, None]
        );
        assert_eq!(read("vast"), Some(i64::MAX));
    }

    #[test]
    fn documents_read_back_and_foreign_ones_are_told() {
        for kind in Kind::ALL {
            let sample = |field: &Field| match field.form {
                Form::Int => Value::Int(3_000_000_007),
                Form::Bool => Value::Bool(true),
                Form::Text => Value::Text("granted".into()),
                Form::Time => Value::Time(1_760_000_000_123),
            };
            let whole = Record { kind, values: kind.fields().iter().map(sample).collect() };
            let written = document(&whole, 3);
            let raw = |document: &Document| RawDocumentBuf::try_from(document).unwrap();
            assert_eq!(record(kind, &raw(&written)), Some(whole.clone()));
            assert_eq!(stamp(kind, &raw(&written)), Some((whole.key(), whole.stamp())));
            let mut fields: Vec<_> = written.clone().into_iter().collect();
            fields.reverse();
            let turned_round: Document = fields.into_iter().collect();
            assert_eq!(record(kind, &raw(&turned_round)), Some(whole.clone()), "whatever the order of the fields");
            for broken in ["_id", "version"] {
                let mut document = written.clone();
                document.insert(broken, true);
                let document = raw(&document);
                assert_eq!((record(kind, &document), stamp(kind, &document)), (None, None), "{kind:?} {broken}");
            }
        }
    }
}
