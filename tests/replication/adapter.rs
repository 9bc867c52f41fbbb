//! The MongoDB adapter on a real server: guards, merge keys, terms, pages, readable documents.

use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::domain::sync::erasure::Erased;
use giftcode_bot::domain::sync::record::{Field, FieldType, Key, Record, RecordKind, Value};
use giftcode_bot::domain::sync::version::Version;
use giftcode_bot::ports::replica::{Authority, Replica, ReplicaError, SCHEMA, Scope};
use giftcode_bot::replica::Mongo;
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Collection, Database, IndexModel};

use tokio::sync::mpsc;

use crate::server::{Server, any, mongo};

const NONE: Vec<usize> = Vec::new();

const fn leader(term: i64, round: i64) -> Authority {
    Authority::Leader(Position { term, round })
}

const LEADER: Authority = leader(1_760_000_000_000, 1);

/// A client of its own database, and the driver's view of that database.
async fn connect() -> (Option<Server>, Mongo, Database) {
    let (server, _, uri, name) = any().await;
    let database = mongodb::Client::with_uri_str(&uri).await.unwrap().database(&name);
    (server, mongo(&uri, &name).await, database)
}

fn guilds(database: &Database) -> Collection<Document> {
    database.collection("guilds")
}

/// A record of a kind with these fields, and plausible values in the others.
fn record(kind: RecordKind, set: &[(&str, Value)]) -> Record {
    let value = |field: &Field| {
        let given = set.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        given.unwrap_or(match (field.name, field.field_type) {
            ("version", _) => Value::Int(10),
            ("outcome", _) => Value::Text("pending".into()),
            (_, FieldType::Int) => Value::Int(1),
            (_, FieldType::Bool) => Value::Bool(false),
            (_, FieldType::Text) => Value::Text("GOOD".into()),
            (_, FieldType::Time) => Value::Time(1_760_000_000_123),
        })
    };
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

fn guild(id: i64, version: i64) -> Record {
    record(RecordKind::Guilds, &[("guild_id", Value::Int(id)), ("version", Value::Int(version))])
}

fn guild_in(channel: i64, version: i64) -> Record {
    let set = [("guild_id", Value::Int(1)), ("channel_id", Value::Int(channel)), ("version", Value::Int(version))];
    record(RecordKind::Guilds, &set)
}

fn redemption(outcome: &str, version: i64) -> Record {
    record(RecordKind::Redemptions, &[("outcome", Value::Text(outcome.into())), ("version", Value::Int(version))])
}

/// Reads all records of one kind in a scope, sorted by key.
async fn read(replica: &Mongo, kind: RecordKind, scope: Scope) -> Result<Vec<Record>, ReplicaError> {
    let (pages, mut received) = mpsc::channel(1);
    let collecting = async {
        let mut records = Vec::new();
        while let Some(page) = received.recv().await {
            records.extend::<Vec<Record>>(page);
        }
        records.sort_by_key(Record::key);
        records
    };
    let (read, records) = tokio::join!(replica.read(kind, scope, pages), collecting);
    read.map(|()| records)
}

pub async fn the_winning_version_stays_in_any_order() {
    let (_server, replica, database) = connect().await;
    assert_eq!(replica.put(&[guild(1, 10), guild(2, 10)], LEADER).await.unwrap(), NONE);
    // Writing the same version again is harmless.
    assert_eq!(replica.put(&[guild(1, 9), guild(2, 11), guild(1, 10)], LEADER).await.unwrap(), [0]);
    let keys: Vec<Key> = vec![vec![Value::Int(1)], vec![Value::Int(2)], vec![Value::Int(3)]];
    let mut there = replica.get(RecordKind::Guilds, keys).await.unwrap();
    there.sort_by_key(Record::key);
    assert_eq!(there, [guild(1, 10), guild(2, 11)]);
    // Outcomes merge by rank before version.
    for (write, is_lost) in [
        (redemption("pending", 5), false),
        (redemption("granted", 3), false),
        (redemption("pending", 9), true),
        (redemption("failed", 9), true),
        (redemption("granted", 4), false),
    ] {
        let lost = replica.put(std::slice::from_ref(&write), LEADER).await.unwrap();
        assert_eq!(lost.len(), usize::from(is_lost), "{write:?}");
    }
    let key = redemption("pending", 1).key();
    assert_eq!(replica.get(RecordKind::Redemptions, vec![key]).await.unwrap(), [redemption("granted", 4)]);
    database.drop().await.unwrap();
}

pub async fn two_writes_with_one_version_end_the_same_whichever_comes_first() {
    let (_server, replica, database) = connect().await;
    let (one, other) = (guild_in(5, 10), guild_in(6, 10));
    let (lesser, greater) = if one.merge_key() < other.merge_key() { (one, other) } else { (other, one) };
    for (first, second, lost) in [(&lesser, &greater, vec![]), (&greater, &lesser, vec![0])] {
        replica.put(std::slice::from_ref(first), LEADER).await.unwrap();
        assert_eq!(replica.put(std::slice::from_ref(second), LEADER).await.unwrap(), lost);
        assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await.unwrap(), std::slice::from_ref(&greater));
        guilds(&database).delete_many(doc! {}).await.unwrap();
    }
    // Both at once, without a stored document: the later one tries again, and neither takes the other for a fence.
    for at in 1..=20 {
        let of =
            |channel| record(RecordKind::Guilds, &[("guild_id", Value::Int(at)), ("channel_id", Value::Int(channel))]);
        let (one, other) = ([of(5)], [of(6)]);
        let (one_lost, other_lost) = tokio::join!(replica.put(&one, LEADER), replica.put(&other, LEADER));
        assert!(one_lost.unwrap().len() + other_lost.unwrap().len() <= 1);
        let greater = if one[0].merge_key() > other[0].merge_key() { &one } else { &other };
        assert_eq!(replica.get(RecordKind::Guilds, vec![vec![Value::Int(at)]]).await.unwrap(), *greater);
    }
    database.drop().await.unwrap();
}

pub async fn a_write_of_an_older_term_is_fenced_off_and_does_not_count_as_lost() {
    let (_server, replica, database) = connect().await;
    assert_eq!(replica.put(&[guild_in(1, 1)], leader(100, 1)).await.unwrap(), NONE);
    assert_eq!(replica.put(&[guild_in(2, 2)], leader(200, 1)).await.unwrap(), NONE);
    // A frozen process whose clock is ahead wakes up and sends its pending writes.
    assert_eq!(replica.put(&[guild_in(3, 99)], leader(100, 2)).await, Err(ReplicaError::Fenced(200)));
    assert_eq!(replica.put(&[guild(5, 1), guild_in(3, 1)], leader(100, 2)).await, Err(ReplicaError::Fenced(200)));
    let gone = Erased { kind: RecordKind::Guilds, key: guild(1, 1).key(), version: Version(99) };
    assert_eq!(replica.erase(std::slice::from_ref(&gone), leader(100, 2)).await, Err(ReplicaError::Fenced(200)));
    let now = |id| replica.get(RecordKind::Guilds, vec![guild(id, 1).key()]);
    assert_eq!(now(1).await.unwrap(), [guild_in(2, 2)]);
    // Under the present term an older version only loses.
    assert_eq!(replica.put(&[guild_in(3, 1)], leader(200, 2)).await.unwrap(), [0]);
    // Once it leads again under a later term, its version counts.
    assert_eq!(replica.put(&[guild_in(3, 99)], leader(300, 1)).await.unwrap(), NONE);
    assert_eq!(now(1).await.unwrap(), [guild_in(3, 99)]);
    // Terms written by hand in a shell count like any other.
    for term in [Bson::Int32(400), Bson::Double(400.0)] {
        guilds(&database).update_one(doc! { "_id": 1_i64 }, doc! { "$set": { "term": term } }).await.unwrap();
        assert_eq!(replica.put(&[guild_in(4, 100)], leader(300, 2)).await, Err(ReplicaError::Fenced(400)));
    }
    replica.erase(&[Erased { version: Version(98), ..gone.clone() }], leader(500, 1)).await.unwrap();
    assert_eq!(now(1).await.unwrap(), [guild_in(3, 99)], "it is newer than what was erased");
    replica.erase(&[gone], leader(500, 1)).await.unwrap();
    assert!(now(1).await.unwrap().is_empty());
    database.drop().await.unwrap();
}

pub async fn only_writes_after_a_position_and_late_writes_are_read() {
    let (_server, replica, database) = connect().await;
    for (id, authority) in [(1, leader(100, 7)), (2, leader(200, 1)), (3, leader(200, 2)), (4, leader(300, 1))] {
        replica.put(&[guild(id, 1)], authority).await.unwrap();
    }
    let ids = |records: Vec<Record>| records.iter().map(|record| record.key()[0].clone()).collect::<Vec<_>>();
    let after = |term, round| read(&replica, RecordKind::Guilds, Scope::After(Position { term, round }));
    assert_eq!(ids(after(0, 0).await.unwrap()), [1, 2, 3, 4].map(Value::Int));
    assert_eq!(ids(after(200, 1).await.unwrap()), [3, 4].map(Value::Int));
    assert_eq!(ids(after(300, 1).await.unwrap()), []);
    // A former leader's changes need no term. A stored record is also marked as late, because nobody knows whether the leader
    // has read it.
    let facts = [guild(2, 9), guild(3, 0), guild(4, 1), guild(5, 1)];
    assert_eq!(replica.put(&facts, Authority::Former).await.unwrap(), [1]);
    let late = |term, round| read(&replica, RecordKind::Guilds, Scope::Late(Position { term, round }));
    assert_eq!(late(200, 2).await.unwrap(), [guild(2, 9), guild(4, 1), guild(5, 1)]);
    // A write under a former leader's term after its last round is late as well.
    assert_eq!(ids(late(200, 1).await.unwrap()), [2, 3, 4, 5].map(Value::Int));
    // Late writes keep the stored fence.
    assert_eq!(replica.put(&[guild(2, 10)], leader(100, 9)).await, Err(ReplicaError::Fenced(200)));
    assert_eq!(ids(after(300, 1).await.unwrap()), []);
    // The present leader adopts them.
    replica.put(&[guild(2, 9), guild(4, 1), guild(5, 1)], leader(300, 2)).await.unwrap();
    assert_eq!(late(200, 2).await.unwrap(), []);
    assert_eq!(ids(after(300, 1).await.unwrap()), [2, 4, 5].map(Value::Int));
    let late = Erased { kind: RecordKind::Guilds, key: guild(1, 1).key(), version: Version(1) };
    replica.erase(&[late], Authority::Former).await.unwrap();
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await.unwrap().len(), 4);
    let names = guilds(&database).list_index_names().await.unwrap();
    assert!(["term_1_term_round_1", "late_1"].iter().all(|name| names.iter().any(|there| there == name)), "{names:?}");
    database.drop().await.unwrap();
}

pub async fn every_kind_is_kept_whole() {
    let (_server, replica, database) = connect().await;
    for kind in RecordKind::ALL {
        let text_key = |n: i64| Value::Text(format!("CODE{n:03}"));
        let with_key = |n: i64| {
            let first = kind.fields()[0];
            let value = if first.field_type == FieldType::Text { text_key(n) } else { Value::Int(n * 1_000_000_007) };
            record(kind, &[(first.name, value), ("version", Value::Int(n))])
        };
        // More of one kind than fits into one command.
        let count = if kind == RecordKind::Rosters { 600 } else { 25 };
        let records: Vec<Record> = (1..=count).map(with_key).collect();
        assert_eq!(replica.put(&records, LEADER).await.unwrap(), NONE);
        assert_eq!(read(&replica, kind, Scope::All).await.unwrap(), records);
        let mut whole = replica.get(kind, records.iter().map(Record::key).collect()).await.unwrap();
        whole.sort_by_key(Record::key);
        assert_eq!(whole, records);
    }
    assert!(replica.size().await.unwrap() > 100_000);
    // The form that people see.
    let post = database.collection::<Document>("posts").find_one(doc! {}).await.unwrap().unwrap();
    assert!(matches!(post.get("planned_at"), Some(Bson::DateTime(_))), "{post}");
    assert_eq!(post.get_str("_id").unwrap(), "0000000001000000007/GOOD/0000000001");
    database.drop().await.unwrap();
}

pub async fn a_newer_programs_fields_survive_and_its_documents_are_not_read() {
    let (_server, replica, database) = connect().await;
    replica.put(&[guild(1, 10)], LEADER).await.unwrap();
    let added = doc! { "$set": { "alliances": ["one", "other"], "note": { "by": "hand" } } };
    guilds(&database).update_one(doc! { "_id": 1_i64 }, added).await.unwrap();
    database.collection::<Document>("alliances").insert_one(doc! { "_id": 7 }).await.unwrap();
    assert_eq!(replica.put(&[guild_in(99, 11)], LEADER).await.unwrap(), NONE);
    let there = guilds(&database).find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!((there.get_i64("channel_id").unwrap(), there.get_i64("schema").unwrap()), (99, SCHEMA));
    assert_eq!((there.get_array("alliances").unwrap().len(), there.get_document("note").unwrap().len()), (2, 1));
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await.unwrap(), [guild_in(99, 11)]);
    // This is reported before anything else is read.
    let newer = doc! { "$set": { "schema": 3_i32, "channel_id": "x" } };
    guilds(&database).update_one(doc! { "_id": 1_i64 }, newer).await.unwrap();
    let newer = ReplicaError::Newer(3);
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await, Err(newer.clone()));
    assert_eq!(replica.get(RecordKind::Guilds, vec![guild(1, 1).key()]).await, Err(newer.clone()));
    assert_eq!(replica.put(&[guild(1, 1)], LEADER).await, Err(newer.clone()));
    // Even a blind write does not lower the schema number.
    replica.put(&[guild(1, 12)], LEADER).await.unwrap();
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await, Err(newer));
    assert_eq!(database.collection::<Document>("alliances").count_documents(doc! {}).await.unwrap(), 1);
    database.drop().await.unwrap();
}

pub async fn documents_of_the_first_schema_are_read_and_replaced() {
    let (_server, replica, database) = connect().await;
    let old = doc! { "version": 10_i64, "deleted": false, "term": 3_i64 };
    let mut guild_of_old = old.clone();
    guild_of_old.extend(doc! { "_id": 1_i64, "guild_id": 1_i64, "channel_id": 5_i64 });
    guilds(&database).insert_one(guild_of_old).await.unwrap();
    let mut redemption_of_old = old;
    redemption_of_old.extend(doc! {
        "_id": "000000000001/GOOD/0000000001", "player_id": 1_i64, "code_key": "GOOD", "generation": 1_i64,
        "outcome": "granted", "order": "3/0000000000000000010",
    });
    database.collection("redemptions").insert_one(redemption_of_old).await.unwrap();
    for kind in [RecordKind::Guilds, RecordKind::Redemptions] {
        let collection = database.collection::<Document>(kind.name());
        collection.create_index(IndexModel::builder().keys(doc! { "version": 1 }).build()).await.unwrap();
        let record = read(&replica, kind, Scope::All).await.unwrap().remove(0);
        assert_eq!(replica.put(std::slice::from_ref(&record), LEADER).await.unwrap(), NONE);
        assert_eq!(read(&replica, kind, Scope::After(Position { term: 3, round: 0 })).await.unwrap(), [record]);
        let mut names = collection.list_index_names().await.unwrap();
        names.sort();
        assert_eq!(names, ["_id_", "late_1", "term_1_term_round_1"]);
    }
    database.drop().await.unwrap();
}

pub async fn a_document_that_is_not_a_record_does_no_harm() {
    let (_server, replica, database) = connect().await;
    guilds(&database).insert_one(doc! { "_id": "somebody's note", "version": "none" }).await.unwrap();
    guilds(&database).insert_one(doc! { "_id": 5_i64, "version": 3_i64 }).await.unwrap();
    replica.put(&[guild(1, 10)], LEADER).await.unwrap();
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await.unwrap(), [guild(1, 10)]);
    // The key belongs to a guild, so its record replaces the document.
    assert_eq!(replica.put(&[guild(5, 4)], LEADER).await.unwrap(), NONE);
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await.unwrap(), [guild(1, 10), guild(5, 4)]);
    // A record was damaged by hand. Writers learn that it is stored, and continue.
    let broken = doc! { "$set": { "guild_id": "x", "order": "z" } };
    guilds(&database).update_one(doc! { "_id": 5_i64 }, broken).await.unwrap();
    assert_eq!(replica.put(&[guild(5, 5), guild(6, 1)], LEADER).await.unwrap(), [0]);
    assert_eq!(replica.put(&[guild(5, 5)], leader(1, 1)).await, Err(ReplicaError::Fenced(1_760_000_000_000)));
    assert_eq!(read(&replica, RecordKind::Guilds, Scope::All).await.unwrap(), [guild(1, 10), guild(6, 1)]);
    database.drop().await.unwrap();
}

pub async fn an_absent_server_is_an_error_in_time_without_the_password() {
    let replica = mongo("mongodb://user:s3cr3t@127.0.0.1:1/", "giftcode").await;
    let began = std::time::Instant::now();
    let error = replica.put(&[guild(1, 10)], LEADER).await.unwrap_err();
    // The driver's own limit is 30 s; ours is 6 s.
    assert!(began.elapsed().as_secs() < 25, "{:?}", began.elapsed());
    let ReplicaError::Unreachable(why) = &error else { panic!("{error}") };
    assert!(why.contains("nothing listens there") && !why.contains('\n'), "{why}");
    assert!(!error.to_string().contains("s3cr3t"), "{error}");
}
