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
use giftcode_bot::ports::replica::{Authority, Replica};
use giftcode_bot::replica::Mongo;
use giftcode_bot::store::{Admission, StateKind, Store, Verdict};
use mongodb::bson::{Document, doc};
use tokio_util::sync::CancellationToken;

use crate::leading::{lead, meet};
use crate::server::{self, Server, any, merge_keys};

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

/// What the file has and MongoDB is to have too: redemptions that nobody has tried are not among it.
pub async fn in_file(store: &Store) -> BTreeMap<(Kind, Key), Record> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        let keys = store.merge_keys(kind, None, 1_000_000).await.unwrap();
        records.extend(store.records(kind, keys.into_iter().map(|(key, _)| key).collect()).await.unwrap());
    }
    records.into_iter().map(|record| ((record.kind, record.key()), record)).collect()
}

pub async fn in_mongo(mongo: &Mongo) -> BTreeMap<(Kind, Key), Record> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        let keys = merge_keys(mongo, kind).await;
        records.extend(mongo.get(kind, keys.into_iter().map(|(key, _)| key).collect()).await.unwrap());
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

/// Invariant 7, when nothing more changes: both hold the same.
pub async fn until_in_step(store: &Store, mongo: &Mongo) {
    for _ in 0..600 {
        if store.unsent().await.unwrap().records == 0 {
            assert_eq!(in_file(store).await, in_mongo(mongo).await);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("MongoDB still lacks {:?}", store.unsent().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_disk_fills_itself_and_either_side_gets_what_it_lacks() {
    let (_server, mongo, uri, database) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a.db");
    fill(&first, 1, 300).await;
    decide(&first, 100).await;
    meet(&first, &mongo).await;
    let everything = in_file(&first).await;
    // A new disk.
    let second = open(folder.path(), "b.db");
    meet(&second, &mongo).await;
    assert_eq!(in_file(&second).await, everything);
    let plan = second.plan().await.unwrap();
    assert!(plan.guilds.is_empty() && plan.redemptions == 200, "nothing is posted or redeemed anew: {plan:?}");
    // Each goes on by itself for a while: the old one records a success that the new one still has to make.
    decide(&first, 50).await;
    fill(&second, 2, 10).await;
    for store in [&first, &second, &first] {
        meet(store, &mongo).await;
    }
    assert_eq!(in_file(&first).await, in_file(&second).await);
    assert_eq!(in_file(&first).await, in_mongo(&mongo).await);
    assert_eq!(first.pending_redemptions().await.unwrap(), 150);
    let before = in_mongo(&mongo).await;
    meet(&first, &mongo).await;
    assert_eq!((in_file(&first).await, in_mongo(&mongo).await), (before.clone(), before), "in step, nothing moves");
    mongodb::Client::with_uri_str(&uri).await.unwrap().database(&database).drop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_7_both_stores_converge_though_the_server_is_killed_again_and_again() {
    let mut server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    store.set_replicated(true).await.unwrap();
    let mongo = server::mongo(&server.uri(), "giftcode").await;
    let stop = CancellationToken::new();
    let (file, other, token) = (store.clone(), mongo.clone(), stop.clone());
    let running = tokio::spawn(async move { lead(&file, &other, token.cancelled_owned()).await });
    fill(&store, 1, 200).await;
    until_in_step(&store, &mongo).await;
    for round in 0..3u64 {
        // Killed while changes are on their way; more come while it is away; no change waits for it.
        decide(&store, 20).await;
        server.kill();
        let began = std::time::Instant::now();
        assert_eq!(decide(&store, 20).await, 20);
        store.set_channel(GuildId(1), ChannelId(100 + round)).await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        assert!(store.unsent().await.unwrap().records > 0);
        server.restart();
        until_in_step(&store, &mongo).await;
    }
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_without_a_parent_or_of_an_unknown_outcome_are_kept_and_those_that_cannot_be_read_left() {
    let (_server, mongo, uri, database) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a.db");
    fill(&first, 1, 30).await;
    decide(&first, 10).await;
    meet(&first, &mongo).await;
    // Somebody edits the database: an orphan, an outcome that is none, a guild without a version.
    let decided = first.page(Kind::Redemptions, None, 100).await.unwrap();
    let orphan = with(&decided[0], "player_id", Value::Int(999));
    let odd = with(&with(&decided[1], "outcome", Value::Text("lost".into())), "generation", Value::Int(7));
    let late = mongo.put(&[orphan.clone(), odd.clone()], Authority::Former).await.unwrap();
    assert_eq!(late, Vec::<usize>::new());
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    let guilds = client.database(&database).collection::<Document>("guilds");
    guilds.insert_one(doc! { "_id": 77_i64, "guild_id": 77_i64 }).await.unwrap();
    // To one that has something, to an empty disk, and again to the first.
    let empty = open(folder.path(), "b.db");
    for store in [&first, &empty, &first] {
        meet(store, &mongo).await;
        let here = in_file(store).await;
        assert!([&orphan, &odd].iter().all(|record| here.get(&(record.kind, record.key())) == Some(record)));
        assert_eq!(guilds.count_documents(doc! {}).await.unwrap(), 2);
    }
    // What changes from now on goes on its way as ever.
    empty.set_channel(GuildId(2), ChannelId(9)).await.unwrap();
    meet(&empty, &mongo).await;
    meet(&first, &mongo).await;
    assert_eq!(in_file(&first).await, in_file(&empty).await);
    client.database(&database).drop().await.unwrap();
}

/// A record with a version of the day after tomorrow, by a clock that was wrong: what is changed after it wins over it, everywhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_version_from_the_future_does_not_outlive_what_is_acknowledged_after_it() {
    let (_server, mongo, ..) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), "a.db");
    fill(&first, 1, 30).await;
    meet(&first, &mongo).await;
    let guild = first.page(Kind::Guilds, None, 1).await.unwrap().remove(0);
    let Value::Int(version) = *guild.get("version") else { panic!("{guild:?}") };
    let ahead =
        with(&with(&guild, "version", Value::Int(version + (2 * 86_400_000 << 16))), "channel_id", Value::Int(5));
    assert_eq!(mongo.put(&[ahead], Authority::Former).await.unwrap(), Vec::<usize>::new());
    meet(&first, &mongo).await;
    first.set_channel(GuildId(1), ChannelId(6)).await.unwrap();
    meet(&first, &mongo).await;
    let second = open(folder.path(), "b.db");
    meet(&second, &mongo).await;
    for records in [in_file(&first).await, in_file(&second).await, in_mongo(&mongo).await] {
        let guild = &records[&(Kind::Guilds, vec![Value::Int(1)])];
        assert_eq!(*guild.get("channel_id"), Value::Int(6), "{guild:?}");
    }
}

/// Two instances wrote at one moment: whoever comes first, all end with the same.
#[tokio::test(flavor = "multi_thread")]
async fn two_writes_of_one_version_end_as_one() {
    for order in [[5, 6], [6, 5]] {
        let (_server, mongo, ..) = any().await;
        let folder = tempfile::tempdir().unwrap();
        let stores = [open(folder.path(), "a.db"), open(folder.path(), "b.db")];
        fill(&stores[0], 1, 3).await;
        meet(&stores[0], &mongo).await;
        meet(&stores[1], &mongo).await;
        let guild = stores[0].page(Kind::Guilds, None, 1).await.unwrap().remove(0);
        let Value::Int(version) = *guild.get("version") else { panic!("{guild:?}") };
        for (store, channel) in stores.iter().zip(order) {
            let later = with(&guild, "version", Value::Int(version + 1000));
            store.import_records(vec![with(&later, "channel_id", Value::Int(channel))]).await.unwrap();
        }
        for store in [&stores[0], &stores[1], &stores[0]] {
            meet(store, &mongo).await;
        }
        assert_eq!(in_file(&stores[0]).await, in_mongo(&mongo).await);
        assert_eq!(in_file(&stores[1]).await, in_mongo(&mongo).await);
    }
}
