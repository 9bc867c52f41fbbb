//! Records as a bot has them after some months, put into MongoDB by the hundred thousand.

use std::collections::BTreeSet;
use std::time::Duration;

use giftcode_bot::domain::election::Position;
use giftcode_bot::domain::record::{Field, Form, Kind, Record, Value};
use giftcode_bot::ports::replica::{Authority, Replica};
use mongodb::bson::{Bson, DateTime, Document, doc};

use crate::server;

const GUILDS: i64 = 50;
const CODES: i64 = 46;
/// Documents of one command, and commands at once.
const BATCH: usize = 1000;

/// A record of a kind, with these fields and something plausible in the others.
fn record(kind: Kind, set: &[(&str, Value)]) -> Record {
    let value = |field: &Field| {
        let given = set.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        given.unwrap_or(match (field.name, field.form) {
            ("version", _) => Value::Int(1_760_000_000_123 << 16),
            ("position", _) => Value::Int(0),
            ("rewards", _) => Value::Text("1K Gems, 2 Mythic Expedition Compasses, 10 8h General Speedups".into()),
            ("source", _) => Value::Text("wostools.net/api/gift-codes".into()),
            ("kind", _) => Value::Text("new".into()),
            ("condemned" | "condemned_at" | "next_digest" | "removed_at", _) => Value::Null,
            (_, Form::Int) => Value::Int(1),
            (_, Form::Bool) => Value::Bool(field.name == "listed"),
            (_, Form::Text) => Value::Text("gogoWOS".into()),
            (_, Form::Time) => Value::Time(1_760_000_000_123),
        })
    };
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

/// So many records of all kinds: most are redemptions, and these are over. A fiftieth are players.
pub fn state(count: usize) -> Vec<Record> {
    let players = i64::try_from(count / 50).unwrap();
    let code = |n: i64| Value::Text(format!("WOSGIFT{n:04}"));
    let guild = |n: i64| Value::Int(1_180_000_000_000_000_000 + n * 7_919_000_000_003);
    let player = |n: i64| Value::Int(40_393_213 + n * 53_197);
    let mut records = Vec::with_capacity(count);
    for n in 0..GUILDS {
        let channel = Value::Int(1_190_000_000_000_000_000 + n);
        records.push(record(Kind::Guilds, &[("guild_id", guild(n)), ("channel_id", channel)]));
    }
    for n in 0..players {
        let nickname = Value::Text(format!("Lord Frost {n} ❄"));
        let set = [("player_id", player(n)), ("nickname", nickname), ("state", Value::Int(200 + n % 900))];
        records.push(record(Kind::Players, &set));
    }
    for n in 0..CODES {
        records.push(record(Kind::Codes, &[("code_key", code(n)), ("code", code(n))]));
    }
    for n in 0..players * 3 / 2 {
        // Some players are on two rosters.
        let set = [("guild_id", guild((n + n / players) % GUILDS)), ("player_id", player(n % players))];
        records.push(record(Kind::Rosters, &set));
    }
    for n in 0..GUILDS * CODES {
        let key = [("guild_id", guild(n / CODES)), ("code_key", code(n % CODES))];
        let sent = [("nonce", Value::Text(format!("g{n:024}"))), ("message_id", Value::Int(1 << 60 | n))];
        records.push(record(Kind::Posts, &[key.as_slice(), sent.as_slice()].concat()));
        records.push(record(Kind::Runs, &key));
    }
    let open = count - records.len();
    for n in (0..).take(open) {
        let (outcome, status) = match n % 100 {
            0..70 => ("granted", "SUCCESS"),
            70..86 => ("already", "RECEIVED"),
            86..99 => ("failed", "STOVE_LV ERROR"),
            _ => ("gave_up", "SERVER BUSY"),
        };
        let key = [("player_id", player(n % players)), ("code_key", code(n / players))];
        let end = [
            ("outcome", Value::Text(outcome.into())),
            ("status", Value::Text(status.into())),
            ("finished_at", Value::Time(1_760_000_090_456 + n)),
            ("version", Value::Int((1_760_000_090_456 + n) << 16)),
        ];
        records.push(record(Kind::Redemptions, &[key.as_slice(), end.as_slice()].concat()));
    }
    records
}

/// What the file keeps as the document's `_id`, for the kinds that [`state`] makes.
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

/// Puts them there as a leader would have at this position; the first of each kind by the adapter itself, whose document is
/// the others' pattern.
pub async fn fill(uri: &str, database: &str, records: &[Record], position: Position) {
    let replica = server::mongo(uri, database).await;
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(database);
    for kind in Kind::ALL {
        let of_kind: Vec<&Record> = records.iter().filter(|record| record.kind == kind).collect();
        let Some((first, others)) = of_kind.split_first() else { continue };
        assert_eq!(replica.put(&[(*first).clone()], Authority::Leader(position)).await.unwrap(), Vec::<usize>::new());
        let collection = database.collection::<Document>(kind.name());
        let pattern = collection.find_one(doc! { "_id": id(first) }).await.unwrap().unwrap();
        for batch in others.chunks(BATCH) {
            let document = |record: &&Record| {
                let mut document = pattern.clone();
                document.insert("_id", id(record));
                for (field, value) in kind.fields().iter().zip(&record.values) {
                    if document.contains_key(field.name) {
                        document.insert(field.name, bson(value));
                    }
                }
                document
            };
            collection.insert_many(batch.iter().map(document)).await.unwrap();
        }
        // They are what the adapter would have put there.
        let last: &Record = of_kind.last().unwrap();
        assert_eq!(replica.get(kind, vec![last.key()]).await.unwrap(), std::slice::from_ref(last));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// The upserts of a roster as the bare driver makes them: the same statements, into collections with the same indexes, as many
/// a command, and as many commands at once, as the adapter has. Returns how long they took.
pub async fn bare_upserts(uri: &str, database: &str, documents: &[(Kind, Document)]) -> f64 {
    use futures_util::{StreamExt, TryStreamExt, stream};
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(database);
    for kind in documents.iter().map(|(kind, _)| *kind).collect::<BTreeSet<_>>() {
        // The server has the same to do.
        let by_position = doc! { "key": { "term": 1, "round": 1 }, "name": "term_1_round_1" };
        let late = doc! { "key": { "late": 1 }, "name": "late_1", "sparse": true };
        let indexes = doc! { "createIndexes": kind.name(), "indexes": [by_position, late] };
        database.run_command(indexes).await.unwrap();
    }
    let began = std::time::Instant::now();
    let mut commands = Vec::new();
    for kind in Kind::ALL {
        let of_kind: Vec<&Document> =
            documents.iter().filter(|(of, _)| *of == kind).map(|(_, document)| document).collect();
        for batch in of_kind.chunks(250) {
            let upsert = |document: &&Document| {
                let mut set = (*document).clone();
                let (id, schema) = (set.remove("_id").unwrap(), set.remove("schema").unwrap());
                let guard = doc! {
                    "_id": id, "order": { "$not": { "$gt": set.get("order") } }, "term": { "$not": { "$gt": set.get("term") } },
                };
                let update = doc! { "$unset": { "late": "" }, "$set": set, "$max": { "schema": schema } };
                Bson::from(doc! { "q": guard, "u": update, "upsert": true })
            };
            let updates: Vec<Bson> = batch.iter().map(upsert).collect();
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
