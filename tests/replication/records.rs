//! Records like a bot's after some months, put into MongoDB by the hundred thousand.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt, stream};
use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::domain::sync::record::{Field, FieldType, Record, RecordKind, Value};
use giftcode_bot::ports::replica::{Authority, Replica};
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::server;

const GUILDS: i64 = 50;
const CODES: i64 = 46;
/// Documents per command, and commands at once.
const CHUNK: usize = 5000;
const CONNECTIONS: usize = 2;

/// A record with these fields and plausible values in the others.
fn record(kind: RecordKind, set: &[(&str, Value)]) -> Record {
    let value = |field: &Field| {
        let given = set.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        given.unwrap_or(match (field.name, field.field_type) {
            ("version", _) => Value::Int(1_760_000_000_123 << 16),
            ("position", _) => Value::Int(0),
            ("rewards", _) => Value::Text("1K Gems, 2 Mythic Expedition Compasses, 10 8h General Speedups".into()),
            ("source", _) => Value::Text("wostools.net/api/gift-codes".into()),
            ("kind", _) => Value::Text("new".into()),
            ("condemned" | "condemned_at" | "next_digest" | "removed_at", _) => Value::Null,
            (_, FieldType::Int) => Value::Int(1),
            (_, FieldType::Bool) => Value::Bool(field.name == "listed"),
            (_, FieldType::Text) => Value::Text("gogoWOS".into()),
            (_, FieldType::Time) => Value::Time(1_760_000_000_123),
        })
    };
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

fn code(n: i64) -> Value {
    Value::Text(format!("WOSGIFT{n:04}"))
}

fn guild(n: i64) -> Value {
    Value::Int(1_180_000_000_000_000_000 + n * 7_919_000_000_003)
}

fn player(n: i64) -> Value {
    Value::Int(40_393_213 + n * 53_197)
}

/// A finished redemption.
fn redemption(n: i64, players: i64) -> Record {
    let (outcome, status) = match n % 100 {
        0..70 => ("granted", "SUCCESS"),
        70..86 => ("already", "RECEIVED"),
        86..99 => ("failed", "STOVE_LV ERROR"),
        _ => ("gave_up", "SERVER BUSY"),
    };
    let set = [
        ("player_id", player(n % players)),
        ("code_key", code(n / players)),
        ("outcome", Value::Text(outcome.into())),
        ("status", Value::Text(status.into())),
        ("finished_at", Value::Time(1_760_000_090_456 + n)),
        ("version", Value::Int((1_760_000_090_456 + n) << 16)),
    ];
    record(RecordKind::Redemptions, &set)
}

/// Records of all kinds, kind by kind. Most are finished redemptions; a fiftieth are players.
pub fn state(count: usize) -> impl Iterator<Item = Record> {
    let count = i64::try_from(count).unwrap();
    let players = count / 50;
    let guilds = (0..GUILDS).map(|n| {
        let channel = Value::Int(1_190_000_000_000_000_000 + n);
        record(RecordKind::Guilds, &[("guild_id", guild(n)), ("channel_id", channel)])
    });
    let people = (0..players).map(move |n| {
        let nickname = Value::Text(format!("Lord Frost {n} ❄"));
        let set = [("player_id", player(n)), ("nickname", nickname), ("state", Value::Int(200 + n % 900))];
        record(RecordKind::Players, &set)
    });
    let codes = (0..CODES).map(|n| record(RecordKind::Codes, &[("code_key", code(n)), ("code", code(n))]));
    let rosters = (0..players * 3 / 2).map(move |n| {
        // Some players are on two rosters.
        let set = [("guild_id", guild((n + n / players) % GUILDS)), ("player_id", player(n % players))];
        record(RecordKind::Rosters, &set)
    });
    let of_guilds = |n: i64| [("guild_id", guild(n / CODES)), ("code_key", code(n % CODES))];
    let posts = (0..GUILDS * CODES).map(move |n| {
        let sent = [("nonce", Value::Text(format!("g{n:024}"))), ("message_id", Value::Int(1 << 60 | n))];
        record(RecordKind::Posts, &[of_guilds(n).as_slice(), sent.as_slice()].concat())
    });
    let runs = (0..GUILDS * CODES).map(move |n| record(RecordKind::Batches, &of_guilds(n)));
    let others = GUILDS + players + CODES + players * 3 / 2 + 2 * GUILDS * CODES;
    let redemptions = (0..count - others).map(move |n| redemption(n, players));
    guilds.chain(people).chain(codes).chain(rosters).chain(posts).chain(runs).chain(redemptions)
}

/// The document's `_id` as the file stores it, for the kinds that [`state`] makes.
fn id(record: &Record) -> Bson {
    let part = |field: &Field, value: &Value| match (field.name, value) {
        ("player_id", Value::Int(number)) => format!("{number:012}"),
        ("generation", Value::Int(number)) => format!("{number:010}"),
        (_, Value::Int(number)) => format!("{number:019}"),
        (_, Value::Text(text)) => text.clone(),
        (_, other) => panic!("{other:?} in a key"),
    };
    match record.key().as_slice() {
        [Value::Int(only)] => Bson::Int64(*only),
        [Value::Text(only)] => Bson::String(only.clone()),
        parts => {
            let parts: Vec<String> = record.kind.fields().iter().zip(parts).map(|(f, value)| part(f, value)).collect();
            Bson::String(parts.join("/"))
        }
    }
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

/// The merge key as the adapter writes it.
fn order(record: &Record) -> String {
    let sorting = |number: i64| {
        let digits = if number == 0 { String::new() } else { format!("{number:x}") };
        format!("{}{digits}", char::from(b'a' + u8::try_from(digits.len()).unwrap()))
    };
    let key = record.merge_key();
    format!("{}/{}/{}/{:016x}", sorting(key.rank), sorting(key.tries), sorting(key.version.0), key.digest)
}

/// A document for a record of the same kind and position as this one's.
fn document(pattern: &Document, record: &Record) -> Document {
    let mut document = pattern.clone();
    document.insert("_id", id(record));
    document.insert("order", order(record));
    for (field, value) in record.kind.fields().iter().zip(&record.values) {
        document.insert(field.name, bson(value));
    }
    document
}

/// Writes the records kind by kind, as a leader would at this position. The adapter itself writes the first of each
/// kind, whose document is the pattern for the others.
pub async fn fill(uri: &str, database: &str, records: impl Iterator<Item = Record>, position: Position) {
    let replica = server::mongo(uri, database).await;
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(database);
    let mut records = records.peekable();
    while let Some(first) = records.next() {
        let kind = first.kind;
        let put = replica.put(std::slice::from_ref(&first), Authority::Leader(position)).await;
        assert_eq!(put.unwrap(), Vec::<usize>::new());
        let collection = database.collection::<Document>(kind.name());
        let pattern = collection.find_one(doc! { "_id": id(&first) }).await.unwrap().unwrap();
        assert_eq!(document(&pattern, &first), pattern);
        let others = std::iter::from_fn(|| records.next_if(|record| record.kind == kind));
        let chunks = stream::iter(others.map(|record| document(&pattern, &record))).chunks(CHUNK);
        let inserting = chunks.map(|chunk| {
            let collection = collection.clone();
            async move { collection.insert_many(chunk).ordered(false).await }
        });
        inserting.buffer_unordered(CONNECTIONS).try_for_each(async |_| Ok(())).await.unwrap();
    }
}

/// The upserts of a roster with the bare driver: the same statements, into collections with the same indexes, with as
/// many per command and as many commands at once as the adapter has. Returns how long they took.
pub async fn bare_upserts(uri: &str, database: &str, documents: &[(RecordKind, Document)]) -> f64 {
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(database);
    for kind in documents.iter().map(|(kind, _)| *kind).collect::<BTreeSet<_>>() {
        // The server has the same work to do.
        let by_position = doc! { "key": { "term": 1, "round": 1 }, "name": "term_1_round_1" };
        let late = doc! { "key": { "late": 1 }, "name": "late_1", "sparse": true };
        let indexes = doc! { "createIndexes": kind.name(), "indexes": [by_position, late] };
        database.run_command(indexes).await.unwrap();
    }
    let began = std::time::Instant::now();
    let mut commands = Vec::new();
    for kind in RecordKind::ALL {
        let of_kind: Vec<&Document> =
            documents.iter().filter(|(of, _)| *of == kind).map(|(_, document)| document).collect();
        for chunk in of_kind.chunks(250) {
            let upsert = |document: &&Document| {
                let mut set = (*document).clone();
                let (id, schema) = (set.remove("_id").unwrap(), set.remove("schema").unwrap());
                let guard = doc! {
                    "_id": id, "order": { "$not": { "$gt": set.get("order") } }, "term": { "$not": { "$gt": set.get("term") } },
                };
                let update = doc! { "$unset": { "late": "" }, "$set": set, "$max": { "schema": schema } };
                Bson::from(doc! { "q": guard, "u": update, "upsert": true })
            };
            let updates: Vec<Bson> = chunk.iter().map(upsert).collect();
            let concern = doc! { "w": "majority" };
            commands
                .push(doc! { "update": kind.name(), "ordered": false, "updates": updates, "writeConcern": concern });
        }
    }
    let sending = commands.into_iter().map(|command| async { database.run_command(command).await });
    let answers: Vec<Document> = stream::iter(sending).buffered(8).try_collect().await.unwrap();
    assert!(answers.iter().all(|answer| answer.get_array("writeErrors").is_err()));
    began.elapsed().as_secs_f64()
}
