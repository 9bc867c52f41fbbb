use mongodb::bson::{RawDocumentBuf, rawdoc};
use proptest::prelude::*;

use super::*;

/// The document that a leader's upsert creates.
fn made(record: &Record) -> Document {
    let statement = upsert(record, Authority::Leader(Position { term: 7, round: 3 }));
    let of = |document: &Document, name| document.get_document(name).unwrap().clone();
    let update = of(&statement, "u");
    let mut made = doc! { "_id": of(&statement, "q").get("_id") };
    made.extend(of(&update, "$set"));
    made.extend(of(&update, "$max"));
    made
}

fn raw(document: &Document) -> RawDocumentBuf {
    RawDocumentBuf::try_from(document).unwrap()
}

proptest! {
    #[test]
    fn ids_of_several_values_are_in_the_order_of_their_keys_and_read_back(
        one in (0i64.., "[0-9A-Z]{1,32}", 0i64..=u32::MAX.into()),
        other in (0i64.., "[0-9A-Z]{1,4}", 0i64..=u32::MAX.into()),
    ) {
        let keys = [one.clone(), other.clone(), (one.0, other.1, one.2), (one.0, one.1, other.2)];
        let keys = keys.map(|(guild, code, generation)| vec![Value::Int(guild), Value::Text(code), Value::Int(generation)]);
        for first in &keys {
            let mut values = first.clone();
            values.resize(RecordKind::Posts.fields().len(), Value::Null);
            let record = Record { kind: RecordKind::Posts, values };
            prop_assert_eq!(read(RecordKind::Posts, &raw(&made(&record))), Some(record));
            let text = |key| id(RecordKind::Posts, key).as_str().unwrap().to_owned();
            for second in &keys {
                prop_assert_eq!(text(first).cmp(&text(second)), first.cmp(second), "{} {}", text(first), text(second));
            }
        }
    }
}

#[test]
fn no_record_field_has_the_name_of_a_document_field() {
    for field in RecordKind::ALL.into_iter().flat_map(RecordKind::fields) {
        assert!(!["_id", ORDER, TERM, ROUND, LATE, SCHEMA_FIELD].contains(&field.name), "{}", field.name);
    }
}

#[test]
fn numbers_are_read_in_every_type() {
    let document = rawdoc! { "long": 7_i64, "int": 7_i32, "double": 7.0, "half": 7.5, "vast": 1e300, "text": "7" };
    let read = |name| number(document.get(name).unwrap());
    let names = ["long", "int", "double", "half", "text", "none"];
    assert_eq!(names.map(read), [Some(7), Some(7), Some(7), None, None, None]);
    assert_eq!(read("vast"), Some(i64::MAX));
}

#[test]
fn documents_read_back_and_foreign_ones_are_recognised() {
    for kind in RecordKind::ALL {
        let sample = |field: &Field| match field.field_type {
            FieldType::Int => Value::Int(3_000_000_007),
            FieldType::Bool => Value::Bool(true),
            FieldType::Text => Value::Text("granted".into()),
            FieldType::Time => Value::Time(1_760_000_000_123),
        };
        let whole = Record { kind, values: kind.fields().iter().map(sample).collect() };
        let written = made(&whole);
        assert_eq!(read(kind, &raw(&written)), Some(whole.clone()));
        let expected = StoredVersion { id: id(kind, &whole.key()), term: 7, order: order(&whole.merge_key()) };
        assert_eq!(stored_version(kind, &raw(&written)), Some(expected));
        let turned_round: Document = written.clone().into_iter().collect::<Vec<_>>().into_iter().rev().collect();
        assert_eq!(read(kind, &raw(&turned_round)), Some(whole.clone()), "whatever the order of the fields");
        let with = |name: &str, value: Bson| {
            let mut document = written.clone();
            document.insert(name, value);
            raw(&document)
        };
        assert_eq!(read(kind, &with("version", "x".into())), None, "{kind:?}");
        let other = with("_id", "x".into());
        assert_eq!(read(kind, &other), None, "{kind:?}");
    }
}
