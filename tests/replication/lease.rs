//! The lease as a document on a real server, and what its term fences.

use std::time::Duration;

use giftcode_bot::domain::lease::Lease;
use giftcode_bot::domain::record::{Field, Form, Kind, Record, Value};
use giftcode_bot::ports::{LeaseBoard, Replica};
use giftcode_bot::replica::MongoLease;
use giftcode_bot::tenure::Tenure;
use mongodb::bson::{DateTime, Document, doc};
use tokio::time::Instant;

use crate::server::{any, replica_of};

async fn seen(board: &MongoLease) -> Lease {
    board.look().await.unwrap().unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_take_it_at_once_one_has_it_and_only_who_has_it_renews_or_gives_it_back() {
    let (_server, replica, uri, database) = any().await;
    let board = MongoLease::new(replica.clone());
    assert_eq!(board.look().await.unwrap(), None);
    assert_eq!(board.renew("a", 1).await.unwrap(), None);
    let (a, b) = tokio::join!(board.take(None, "a", 1), board.take(None, "b", 1));
    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|is_taken| **is_taken).count(), 1);
    let first = seen(&board).await;
    assert_eq!((first.term, first.released, first.knocked_at), (1, false, None));
    let other = if first.holder == "a" { "b" } else { "a" };
    assert_eq!(board.renew(other, 1).await.unwrap(), None);
    assert_eq!(board.renew(&first.holder, 2).await.unwrap(), None);
    board.release(other, 1).await.unwrap();
    board.knock().await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let renewed = board.renew(&first.holder, 1).await.unwrap().unwrap();
    assert!(renewed.renewed_at > first.renewed_at && renewed.is_awaited() && !renewed.released);
    // By the server's clock it is not run out.
    let (now_seen, now) = board.look().await.unwrap().unwrap();
    assert!(now_seen == renewed && now >= renewed.renewed_at && !renewed.may_be_taken(other, now));
    // What was seen is not as it stands any more.
    assert!(!board.take(Some(&first), other, 2).await.unwrap());
    board.release(&first.holder, 1).await.unwrap();
    assert!(seen(&board).await.released);
    assert_eq!(board.renew(&first.holder, 1).await.unwrap(), None, "given back is given back");
    let free = seen(&board).await;
    let (a, b) = tokio::join!(board.take(Some(&free), "a", 2), board.take(Some(&free), "b", 2));
    assert_eq!([a.unwrap(), b.unwrap()].iter().filter(|is_taken| **is_taken).count(), 1);
    // One that a person has broken can be taken like one that has run out.
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let leases = client.database(&database).collection::<Document>("leases");
    leases.replace_one(doc! { "_id": "all" }, doc! { "holder": 3, "renewed_at": "yesterday" }).await.unwrap();
    let (broken, now) = board.look().await.unwrap().unwrap();
    assert!(broken.may_be_taken("c", now));
    assert!(board.take(Some(&broken), "c", 9).await.unwrap());
    assert_eq!((seen(&board).await.holder.as_str(), seen(&board).await.term), ("c", 9));
    let long_ago = doc! { "$set": { "renewed_at": DateTime::from_millis(1_000_000_000_000) } };
    leases.update_one(doc! { "_id": "all" }, long_ago).await.unwrap();
    let (old, now) = board.look().await.unwrap().unwrap();
    assert!(old.may_be_taken("d", now));
    client.database(&database).drop().await.unwrap();
}

fn guild(channel: i64, version: i64) -> Record {
    let value = |field: &Field| match (field.name, field.form) {
        ("guild_id", _) => Value::Int(7),
        ("channel_id", _) => Value::Int(channel),
        ("version", _) => Value::Int(version),
        (_, Form::Bool) => Value::Bool(false),
        _ => Value::Null,
    };
    Record { kind: Kind::Guilds, values: Kind::Guilds.fields().iter().map(value).collect() }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_under_an_older_term_changes_nothing_and_without_the_lease_nothing_is_sent() {
    let (_server, replica, uri, database) = any().await;
    let soon = || Instant::now() + Duration::from_secs(30);
    let (old, new) = (Tenure::none(), Tenure::none());
    let from_old = replica_of(&uri, &database, old.clone()).await;
    let from_new = replica_of(&uri, &database, new.clone()).await;
    assert!(from_old.put(&[guild(1, 1)]).await.unwrap_err().to_string().contains("lease"));
    old.hold(1, soon());
    assert_eq!(from_old.put(&[guild(1, 1)]).await.unwrap(), Vec::<usize>::new());
    new.hold(2, soon());
    assert_eq!(from_new.put(&[guild(2, 2)]).await.unwrap(), Vec::<usize>::new());
    // A frozen process whose clock is ahead wakes up and sends what it had in hand.
    assert_eq!(from_old.put(&[guild(3, 99)]).await.unwrap(), [0]);
    let key = guild(1, 1).key();
    assert_eq!(replica.get(Kind::Guilds, vec![key.clone()]).await.unwrap(), [guild(2, 2)]);
    // Active again, under a later term, its version counts.
    old.hold(3, soon());
    assert_eq!(from_old.put(&[guild(3, 99)]).await.unwrap(), Vec::<usize>::new());
    assert_eq!(replica.get(Kind::Guilds, vec![key]).await.unwrap(), [guild(3, 99)]);
    old.go_alone();
    assert!(from_old.put(&[guild(4, 100)]).await.is_err());
    mongodb::Client::with_uri_str(&uri).await.unwrap().database(&database).drop().await.unwrap();
}
