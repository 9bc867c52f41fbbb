//! The lease as a document on a real server.

use giftcode_bot::domain::sync::election::{Lease, Position};
use giftcode_bot::domain::sync::record::{Record, RecordKind, Value};
use giftcode_bot::ports::replica::{Authority, LeaseStore, Replica, ReplicaError, SCHEMA};
use giftcode_bot::replica::Mongo;
use mongodb::bson::{Bson, DateTime, Document, doc};
use mongodb::{Collection, Database};

use crate::server::{Server, any, mongo};

async fn connect() -> (Option<Server>, Mongo, Database) {
    let (server, _, uri, name) = any().await;
    let database = mongodb::Client::with_uri_str(&uri).await.unwrap().database(&name);
    (server, mongo(&uri, &name).await, database)
}

fn leases(database: &Database) -> Collection<Document> {
    database.collection("leases")
}

async fn lease(store: &Mongo) -> Lease {
    store.poll().await.unwrap().lease.unwrap()
}

fn at(term: i64, round: i64) -> Position {
    Position { term, round }
}

pub async fn one_of_two_takes_the_lease_and_only_its_holder_renews_or_releases_it() {
    let (_server, store, database) = connect().await;
    let seen = store.poll().await.unwrap();
    assert_eq!((seen.lease, seen.is_fresh), (None, true));
    assert!(seen.server_ms > 1_700_000_000_000);
    assert_eq!(store.renew("a", at(10, 1)).await.unwrap(), None);
    store.register_standby("nobody").await.unwrap();
    let (a, b) = tokio::join!(store.take(None, "a", 10), store.take(None, "b", 10));
    let taken: Vec<Lease> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
    let [first] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!(*first, lease(&store).await);
    assert_eq!((first.term, first.beat, first.round, first.released, first.standby_beat), (10, 0, 0, false, 0));
    assert!(first.database.len() > 20 && first.schema == SCHEMA, "{first:?}");
    let holder = first.holder.as_str();
    let other = if holder == "a" { "b" } else { "a" };
    for (who, term) in [(other, 10), (holder, 11)] {
        assert_eq!(store.renew(who, at(term, 1)).await.unwrap(), None);
        assert!(!store.release(who, at(term, 1), 0).await.unwrap());
    }
    store.register_standby("cupboard").await.unwrap();
    store.register_standby("cupboard").await.unwrap();
    let renewed = store.renew(holder, at(10, 4)).await.unwrap().unwrap();
    let expected = Lease { beat: 1, round: 4, standby_beat: 2, ..first.clone() };
    assert_eq!((&renewed, &lease(&store).await), (&expected, &expected));
    // The form that people see.
    let document = leases(&database).find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(document.get_str("standby").unwrap(), "cupboard");
    let seen = store.poll().await.unwrap();
    let renewed_at = document.get_datetime("renewed_at").unwrap().timestamp_millis();
    assert!((0..60_000).contains(&(seen.server_ms - renewed_at)) && !seen.is_fresh);
    // The lease is no longer as it was seen.
    assert_eq!(store.take(Some(first), other, 20).await.unwrap(), None);
    assert_eq!(store.take(None, other, 20).await.unwrap(), None);
    assert!(store.release(holder, at(10, 5), 17).await.unwrap());
    assert!(store.release(holder, at(10, 5), 17).await.unwrap(), "its answer was lost: it is asked again");
    assert_eq!(store.renew(holder, at(10, 6)).await.unwrap(), None, "given back is given back");
    let free = lease(&store).await;
    assert_eq!((free.released, free.round, free.unsent), (true, 5, 17));
    let (a, b) = tokio::join!(store.take(Some(&free), "a", 20), store.take(Some(&free), "b", 20));
    let taken: Vec<Lease> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
    let [second] = taken.as_slice() else { panic!("{taken:?}") };
    let holder = second.holder.clone();
    let expected = Lease { holder, term: 20, beat: 0, round: 0, released: false, unsent: 0, standby_beat: 0, ..free };
    assert_eq!(*second, expected, "the database and the count of what came late stay");
    database.drop().await.unwrap();
}

pub async fn without_a_lease_a_database_with_records_is_not_fresh() {
    let (_server, store, database) = connect().await;
    let link = [7, 8, 0, 1, 0].map(Value::Int);
    let mut values = link.to_vec();
    values[2] = Value::Time(0);
    values[4] = Value::Bool(false);
    let link = Record { kind: RecordKind::Links, values };
    store.put(&[link], Authority::Leader(at(10, 1))).await.unwrap();
    let first = store.take(None, "a", 10).await.unwrap().unwrap();
    leases(&database).delete_many(doc! {}).await.unwrap();
    let seen = store.poll().await.unwrap();
    assert_eq!((seen.lease, seen.is_fresh), (None, false));
    // The holder finds nothing to renew, and takes it again.
    assert_eq!(store.renew("a", at(10, 2)).await.unwrap(), None);
    let again = store.take(None, "a", 11).await.unwrap().unwrap();
    assert_ne!(again.database, first.database, "the database counts as another one");
    database.drop().await.unwrap();
}

pub async fn a_lease_that_was_edited_by_hand_is_read_or_counts_as_none() {
    let (_server, store, database) = connect().await;
    let set = |fields: Document| {
        let leases = leases(&database);
        async move { leases.update_one(doc! { "_id": "all" }, doc! { "$set": fields }).await.unwrap() }
    };
    store.take(None, "a", 10).await.unwrap().unwrap();
    for term in [Bson::Int32(77), Bson::Double(77.0)] {
        set(doc! { "term": term, "schema": 9_i32 }).await;
        let seen = lease(&store).await;
        assert_eq!((seen.term, seen.schema), (77, 9));
        assert!(store.renew("a", at(77, 1)).await.unwrap().is_some());
    }
    let seen = lease(&store).await;
    assert_eq!(store.take(Some(&seen), "b", 88).await, Err(ReplicaError::Newer(9)));
    // A newer program's number stays, whoever writes.
    let seen = Lease { schema: 0, ..seen };
    assert_eq!(store.take(Some(&seen), "b", 88).await.unwrap().unwrap().schema, 9);
    for (name, broken) in [("holder", Bson::Int32(3)), ("term", "x".into()), ("beat", "x".into())] {
        set(doc! { name: broken }).await;
        let seen = store.poll().await.unwrap();
        assert_eq!((seen.lease, seen.is_fresh), (None, false), "{name}");
        assert_eq!(store.renew("b", at(88, 1)).await.unwrap(), None, "{name}");
        let (one, other) = tokio::join!(store.take(None, "b", 88), store.take(None, "c", 88));
        let taken: Vec<Lease> = [one.unwrap(), other.unwrap()].into_iter().flatten().collect();
        assert_eq!(taken.len(), 1, "{name}");
        set(doc! { "holder": "b" }).await;
    }
    leases(&database).replace_one(doc! { "_id": "all" }, doc! { "note": "mine" }).await.unwrap();
    assert_eq!(store.poll().await.unwrap().lease, None);
    assert!(store.take(None, "d", 99).await.unwrap().is_some());
    database.drop().await.unwrap();
}

pub async fn a_lease_of_the_first_schema_is_watched_by_its_date_and_taken() {
    let (_server, store, database) = connect().await;
    let renewed_at = DateTime::from_millis(1_760_000_000_000);
    let old = doc! { "_id": "all", "holder": "old", "term": 3_i64, "released": false, "renewed_at": renewed_at };
    leases(&database).insert_one(old).await.unwrap();
    let seen = lease(&store).await;
    assert_eq!((seen.term, seen.beat, seen.schema, seen.database.as_str()), (3, 1_760_000_000_000, 0, ""));
    let later = DateTime::from_millis(1_760_000_005_000);
    leases(&database).update_one(doc! {}, doc! { "$set": { "renewed_at": later } }).await.unwrap();
    assert_eq!(store.take(Some(&seen), "new", 50).await.unwrap(), None, "it was renewed meanwhile");
    let seen = lease(&store).await;
    let taken = store.take(Some(&seen), "new", 50).await.unwrap().unwrap();
    assert_eq!((taken.holder.as_str(), taken.term, taken.beat, taken.schema), ("new", 50, 0, SCHEMA));
    assert!(!taken.database.is_empty());
    database.drop().await.unwrap();
}
