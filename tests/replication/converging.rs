//! The replicator between a real file and a real server, through kills.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use giftcode_bot::clock::Clock;
use giftcode_bot::domain::code::Code;
use giftcode_bot::domain::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::outcome::Outcome;
use giftcode_bot::domain::player::{ChannelId, GuildId, Player, PlayerId, State};
use giftcode_bot::domain::record::{Key, Kind, Record, Value};
use giftcode_bot::domain::status::Status;
use giftcode_bot::ports::Replica;
use giftcode_bot::replica::MongoReplica;
use giftcode_bot::replicator::{Moved, Replicator};
use giftcode_bot::store::{Admission, StateKind, Store, Verdict};
use mongodb::bson::{Document, doc};
use tokio_util::sync::CancellationToken;

use crate::server::{Server, any, replica, stamps};

pub fn open(folder: &Path, name: &str) -> Store {
    Store::open(&folder.join(name), StateKind::Bot, Clock::system()).unwrap()
}

pub async fn fill(store: &Store, guild: u64, players: u64) {
    let guild = GuildId(guild);
    store.set_replicated(true).await.unwrap();
    store.set_channel(guild, ChannelId(8)).await.unwrap();
    store.set_auto_redeem(guild, true).await.unwrap();
    let player = |id| Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("P{id}"),
        state: State::new(245),
        furnace_level: None,
    };
    store.add_to_roster(guild, (1..=players).map(player).collect()).await.unwrap();
    let code = Code::parse("gogoWOS").unwrap();
    let answer = FeedAnswer::new("f", vec![Entry::active(code)]);
    store.apply_answer(Some(answer), &["f".to_owned()], Duration::ZERO).await.unwrap();
    store.plan().await.unwrap();
}

pub async fn decide(store: &Store, count: usize) -> usize {
    let claims = store.claim_due(count, 12, |_| Admission::Take).await.unwrap().taken;
    let decided = claims.len();
    for claim in claims {
        let verdict = Verdict { status: Status::Success, history: claim.history, next: Ok(Outcome::Granted) };
        store.record(claim, verdict).await.unwrap();
    }
    decided
}

pub async fn in_file(store: &Store) -> BTreeMap<(Kind, Key), Record> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        records.extend(store.page(kind, None, 1_000_000).await.unwrap());
    }
    records.into_iter().map(|record| ((record.kind, record.key()), record)).collect()
}

pub async fn in_mongo(replica: &MongoReplica) -> BTreeMap<(Kind, Key), Record> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        let stamps = stamps(replica, kind).await;
        records.extend(replica.get(kind, stamps.into_iter().map(|(key, _)| key).collect()).await.unwrap());
    }
    records.into_iter().map(|record| ((record.kind, record.key()), record)).collect()
}

/// The record with another value in one field.
fn with(record: &Record, name: &str, value: Value) -> Record {
    let at = record.kind.fields().iter().position(|field| field.name == name).unwrap();
    let mut changed = record.clone();
    changed.values[at] = value;
    changed
}

/// The store is brought in step, and sends what it has.
async fn meet(store: &Store, uri: &str, database: &str) {
    store.set_replicated(true).await.unwrap();
    let done = CancellationToken::new();
    done.cancel();
    Replicator::new(replica(uri, database).await, store.clone()).run(done).await.unwrap();
    store.second_store_is_down();
}

/// Invariant 7, when nothing more changes: both hold the same.
pub async fn until_in_step(store: &Store, mongo: &MongoReplica) {
    for _ in 0..600 {
        if store.lag().await.unwrap().records == 0 {
            assert_eq!(in_file(store).await, in_mongo(mongo).await);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the second store still lacks {:?}", store.lag().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_disk_fills_itself_and_either_side_gets_what_it_lacks() {
    let (_server, mongo, uri, database) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a.db");
    fill(&first, 1, 300).await;
    decide(&first, 100).await;
    let sent = Replicator::new(replica(&uri, &database).await, first.clone()).compare().await.unwrap();
    let everything = in_file(&first).await;
    assert_eq!(sent, Moved { fetched: 0, sent: everything.len() });
    // A new disk.
    let second = open(folder.path(), "b.db");
    let fetched = Replicator::new(replica(&uri, &database).await, second.clone()).compare().await.unwrap();
    assert_eq!(fetched, Moved { fetched: everything.len(), sent: 0 });
    assert_eq!(in_file(&second).await, everything);
    assert_eq!(
        second.plan().await.unwrap(),
        giftcode_bot::store::Plan::default(),
        "nothing is posted or redeemed anew"
    );
    // Each goes on by itself for a while: the old one records a success that the new one still has to make.
    decide(&first, 50).await;
    fill(&second, 2, 10).await;
    for store in [&first, &second, &first] {
        Replicator::new(replica(&uri, &database).await, store.clone()).compare().await.unwrap();
    }
    assert_eq!(in_file(&first).await, in_file(&second).await);
    assert_eq!(in_file(&first).await, in_mongo(&mongo).await);
    assert_eq!(first.pending_redemptions().await.unwrap(), 150);
    let again = Replicator::new(replica(&uri, &database).await, first.clone()).compare().await.unwrap();
    assert_eq!(again, Moved::default(), "in step, nothing moves");
    mongodb::Client::with_uri_str(&uri).await.unwrap().database(&database).drop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_7_both_stores_converge_though_the_server_is_killed_again_and_again() {
    let mut server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    store.set_replicated(true).await.unwrap();
    let stop = CancellationToken::new();
    let replicator = Replicator::new(replica(&server.uri(), "giftcode").await, store.clone());
    let token = stop.clone();
    let running = tokio::spawn(async move { replicator.run(token).await });
    fill(&store, 1, 200).await;
    let mongo = replica(&server.uri(), "giftcode").await;
    until_in_step(&store, &mongo).await;
    for round in 0..3u64 {
        // Killed while changes are on their way; more come while it is away; no change waits for it.
        decide(&store, 20).await;
        server.kill();
        let began = std::time::Instant::now();
        assert_eq!(decide(&store, 20).await, 20);
        store.set_channel(GuildId(1), ChannelId(100 + round)).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        assert!(store.lag().await.unwrap().records > 0);
        server.restart();
        until_in_step(&store, &mongo).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_do_not_fit_stay_there_and_keep_nothing_else_from_the_file() {
    let (_server, mongo, uri, database) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a.db");
    fill(&first, 1, 30).await;
    Replicator::new(replica(&uri, &database).await, first.clone()).compare().await.unwrap();
    // Somebody edits the database: an orphan, an outcome that is none, a guild without a version.
    let redemptions = first.page(Kind::Redemptions, None, 100).await.unwrap();
    let orphan = with(&redemptions[0], "player_id", Value::Int(999));
    let odd = with(&with(&redemptions[1], "outcome", Value::Text("lost".into())), "generation", Value::Int(7));
    assert_eq!(mongo.put(&[orphan, odd]).await.unwrap(), Vec::<usize>::new());
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let guilds = client.database(&database).collection::<Document>("guilds");
    guilds.insert_one(doc! { "_id": 77_i64, "guild_id": 77_i64 }).await.unwrap();
    let everything = in_file(&first).await;
    // To an empty disk, to one that has something, and again to the same: all else is in step, and they are still there.
    let empty = open(folder.path(), "b.db");
    let other = open(folder.path(), "c.db");
    fill(&other, 1, 30).await;
    for (store, fetched) in [(&empty, everything.len()), (&empty, 0), (&other, 0)] {
        let moved = Replicator::new(replica(&uri, &database).await, store.clone()).compare().await.unwrap();
        assert!(fetched == 0 || moved == Moved { fetched, sent: 0 }, "{moved:?}");
    }
    assert_eq!(in_file(&empty).await, everything);
    assert_eq!(stamps(&mongo, Kind::Redemptions).await.len(), redemptions.len() + 2);
    assert_eq!(guilds.count_documents(doc! {}).await.unwrap(), 2);
    // What changes from now on goes on its way as ever.
    other.set_channel(GuildId(2), ChannelId(9)).await.unwrap();
    Replicator::new(replica(&uri, &database).await, other.clone()).compare().await.unwrap();
    let moved = Replicator::new(replica(&uri, &database).await, empty.clone()).compare().await.unwrap();
    assert!(moved.fetched >= 1, "{moved:?}");
    assert_eq!(in_file(&empty).await, in_file(&other).await);
    client.database(&database).drop().await.unwrap();
}

/// A record with a version of the day after tomorrow, by a clock that was wrong: what is changed after it wins over it, everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_from_the_future_does_not_outlive_what_is_acknowledged_after_it() {
    let (_server, mongo, uri, database) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a.db");
    fill(&first, 1, 30).await;
    meet(&first, &uri, &database).await;
    let guild = first.page(Kind::Guilds, None, 1).await.unwrap().remove(0);
    let Value::Int(version) = *guild.get("version") else { panic!("{guild:?}") };
    let ahead =
        with(&with(&guild, "version", Value::Int(version + (2 * 86_400_000 << 16))), "channel_id", Value::Int(5));
    assert_eq!(mongo.put(&[ahead]).await.unwrap(), Vec::<usize>::new());
    meet(&first, &uri, &database).await;
    first.set_channel(GuildId(1), ChannelId(6)).await.unwrap();
    meet(&first, &uri, &database).await;
    let second = open(folder.path(), "b.db");
    meet(&second, &uri, &database).await;
    for records in [in_file(&first).await, in_file(&second).await, in_mongo(&mongo).await] {
        let guild = &records[&(Kind::Guilds, vec![Value::Int(1)])];
        assert_eq!(*guild.get("channel_id"), Value::Int(6), "{guild:?}");
    }
}

/// Two instances wrote at one moment: whoever comes first, all end with the same.
#[tokio::test(flavor = "multi_thread")]
async fn two_writes_of_one_version_end_as_one() {
    for order in [[5, 6], [6, 5]] {
        let (_server, mongo, uri, database) = any().await;
        let folder = tempfile::tempdir().unwrap();
        let stores = [open(folder.path(), "a.db"), open(folder.path(), "b.db")];
        fill(&stores[0], 1, 3).await;
        meet(&stores[0], &uri, &database).await;
        meet(&stores[1], &uri, &database).await;
        let guild = stores[0].page(Kind::Guilds, None, 1).await.unwrap().remove(0);
        let Value::Int(version) = *guild.get("version") else { panic!("{guild:?}") };
        for (store, channel) in stores.iter().zip(order) {
            let later = with(&guild, "version", Value::Int(version + 1000));
            store.import_records(vec![with(&later, "channel_id", Value::Int(channel))]).await.unwrap();
        }
        for store in [&stores[0], &stores[1], &stores[0]] {
            meet(store, &uri, &database).await;
        }
        assert_eq!(in_file(&stores[0]).await, in_mongo(&mongo).await);
        assert_eq!(in_file(&stores[1]).await, in_mongo(&mongo).await);
    }
}
