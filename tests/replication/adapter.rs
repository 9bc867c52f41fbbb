//! The MongoDB adapter on a real server: guards, ranks, pages, documents that a person can read.

use giftcode_bot::domain::record::{Field, Form, Key, Kind, Record, Value};
use giftcode_bot::ports::Replica;
use mongodb::bson::{Bson, Document, doc};

use tokio::sync::mpsc;

use crate::server::{any, stamps};

/// A record of a kind, with these fields and something plausible in the others.
fn record(kind: Kind, set: &[(&str, Value)]) -> Record {
    let value = |field: &Field| {
        let given = set.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        given.unwrap_or(match (field.name, field.form) {
            ("version", _) => Value::Int(10),
            ("outcome", _) => Value::Text("pending".into()),
            (_, Form::Int) => Value::Int(1),
            (_, Form::Bool) => Value::Bool(false),
            (_, Form::Text) => Value::Text("GOOD".into()),
            (_, Form::Time) => Value::Time(1_760_000_000_123),
        })
    };
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

fn guild(id: i64, version: i64) -> Record {
    record(Kind::Guilds, &[("guild_id", Value::Int(id)), ("version", Value::Int(version))])
}

fn redemption(outcome: &str, version: i64) -> Record {
    record(Kind::Redemptions, &[("outcome", Value::Text(outcome.into())), ("version", Value::Int(version))])
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_versions_the_one_that_wins_stays_whatever_the_order() {
    let (_server, replica, ..) = any().await;
    assert_eq!(replica.put(&[guild(1, 10), guild(2, 10)]).await.unwrap(), Vec::<usize>::new());
    assert_eq!(replica.put(&[guild(1, 9), guild(2, 11), guild(1, 10)]).await.unwrap(), [0, 2]);
    let keys: Vec<Key> = vec![vec![Value::Int(1)], vec![Value::Int(2)], vec![Value::Int(3)]];
    let mut there = replica.get(Kind::Guilds, keys).await.unwrap();
    there.sort_by_key(Record::key);
    assert_eq!(there, [guild(1, 10), guild(2, 11)]);
    // Outcomes merge by rank before version.
    for (write, lost) in [
        (redemption("pending", 5), false),
        (redemption("granted", 3), false),
        (redemption("pending", 9), true),
        (redemption("failed", 9), true),
        (redemption("granted", 4), false),
    ] {
        assert_eq!(replica.put(std::slice::from_ref(&write)).await.unwrap().len(), usize::from(lost), "{write:?}");
    }
    let key = redemption("pending", 1).key();
    assert_eq!(replica.get(Kind::Redemptions, vec![key]).await.unwrap(), [redemption("granted", 4)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_kept_whole() {
    let (_server, replica, uri, database) = any().await;
    for kind in Kind::ALL {
        let text_key = |n: i64| Value::Text(format!("CODE{n:03}"));
        let with_key = |n: i64| {
            let first = kind.fields()[0];
            let value = if first.form == Form::Text { text_key(n) } else { Value::Int(n * 1_000_000_007) };
            record(kind, &[(first.name, value), ("version", Value::Int(n))])
        };
        let records: Vec<Record> = (1..=25).map(with_key).collect();
        assert_eq!(replica.put(&records).await.unwrap(), Vec::<usize>::new());
        let expected: Vec<_> = records.iter().map(|record| (record.key(), record.stamp())).collect();
        assert_eq!(stamps(&replica, kind).await, expected, "{kind:?}");
        let (pages, mut received) = mpsc::channel(1);
        let (read, page) = tokio::join!(replica.records(kind, pages), received.recv());
        read.unwrap();
        let mut whole = page.unwrap();
        whole.sort_by_key(Record::key);
        assert_eq!(whole, records);
        let mut whole = replica.get(kind, records.iter().map(Record::key).collect()).await.unwrap();
        whole.sort_by_key(Record::key);
        assert_eq!(whole, records);
    }
    // As a person sees it.
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let posts = client.database(&database).collection::<Document>("posts");
    let post = posts.find_one(doc! {}).await.unwrap().unwrap();
    assert!(matches!(post.get("planned_at"), Some(Bson::DateTime(_))), "{post}");
    assert_eq!(post.get_str("_id").unwrap(), "0000000001000000007/GOOD/0000000001");
    client.database(&database).drop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_no_record_harms_nothing() {
    let (_server, replica, uri, database) = any().await;
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let guilds = client.database(&database).collection::<Document>("guilds");
    guilds.insert_one(doc! { "_id": "somebody's note", "version": "none" }).await.unwrap();
    guilds.insert_one(doc! { "_id": 5_i64, "version": 3_i64 }).await.unwrap();
    replica.put(&[guild(1, 10)]).await.unwrap();
    let stamps = stamps(&replica, Kind::Guilds).await;
    assert_eq!(stamps.len(), 2);
    let keys = stamps.into_iter().map(|(key, _)| key).collect();
    assert_eq!(replica.get(Kind::Guilds, keys).await.unwrap(), [guild(1, 10)]);
    client.database(&database).drop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_an_error_in_time_and_tells_no_password() {
    let replica = crate::server::replica("mongodb://user:s3cr3t@127.0.0.1:1/", "giftcode").await;
    let began = std::time::Instant::now();
    let error = replica.put(&[guild(1, 10)]).await.unwrap_err().to_string();
    assert!(began.elapsed().as_secs() < 6, "{:?}", began.elapsed());
    assert!(!error.contains("s3cr3t") && !error.contains('\n') && !error.is_empty(), "{error}");
}
