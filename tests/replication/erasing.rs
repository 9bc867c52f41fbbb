//! What is erased is gone from the file and from a real server, whichever of them died or was away meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use giftcode_bot::domain::player::{GuildId, Player, PlayerId, State, UserId};
use giftcode_bot::domain::record::{Key, Kind, Record, Value};
use mongodb::bson::{Document, doc};
use tokio_util::sync::CancellationToken;

use crate::converging::{decide, fill, in_file, in_mongo, open, until_in_step};
use crate::leading::{lead, meet};
use crate::server::{self, Server, any};

const USER: UserId = UserId(312_456_789_012_345_678);

fn player(id: u64) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state: State::new(245), furnace_level: None }
}

/// Every document of every collection, as text.
async fn dump(uri: &str, database: &str) -> String {
    use futures_util::TryStreamExt;
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(database);
    let mut text = String::new();
    for name in database.list_collection_names().await.unwrap() {
        let found = database.collection::<Document>(&name).find(doc! {}).await.unwrap();
        let documents: Vec<Document> = found.try_collect().await.unwrap();
        text += &documents.iter().map(|document| format!("{name} {document}\n")).collect::<String>();
    }
    text
}

fn of_guild(records: &BTreeMap<(Kind, Key), Record>, guild: i64) -> usize {
    records.values().filter(|record| *record.get("guild_id") == Value::Int(guild)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_while_the_server_is_dead_is_gone_from_both_and_stays_away() {
    let mut server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let mongo = server::mongo(&server.uri(), "giftcode").await;
    let (store, old) = (open(folder.path(), "a.db"), open(folder.path(), "b.db"));
    fill(&store, 1, 30).await;
    store.link(USER, player(1)).await.unwrap();
    store.link(USER, player(901)).await.unwrap();
    decide(&store, 10).await;
    meet(&store, &mongo).await;
    meet(&old, &mongo).await;
    old.set_replicated(true).await.unwrap();
    assert_eq!(in_file(&old).await, in_file(&store).await);
    let text = dump(&server.uri(), "giftcode").await;
    assert!(text.contains(&USER.0.to_string()), "{text}");

    // Erased while the server is dead; it is killed once more in the middle of being told.
    server.kill();
    let forgotten = store.forget_user(USER).await.unwrap();
    assert_eq!((forgotten.erased, forgotten.kept), (vec![player(901).id], vec![player(1).id]));
    server.restart();
    let stop = CancellationToken::new();
    let (file, other, token) = (store.clone(), mongo.clone(), stop.clone());
    let running = tokio::spawn(async move { lead(&file, &other, token.cancelled_owned()).await });
    tokio::time::sleep(Duration::from_millis(30)).await;
    server.kill();
    server.restart();
    until_in_step(&store, &mongo).await;
    stop.cancel();
    running.await.unwrap();
    let text = dump(&server.uri(), "giftcode").await;
    assert!(!text.contains(&USER.0.to_string()) && text.contains("erasures"), "{text}");

    // An old file comes back: it drops what it had, and the server has nothing again.
    let there = in_mongo(&mongo).await;
    decide(&old, 5).await;
    meet(&old, &mongo).await;
    assert_eq!(in_file(&old).await, in_mongo(&mongo).await);
    assert!(!in_file(&old).await.keys().any(|(kind, _)| *kind == Kind::Links));
    assert_eq!(there.keys().collect::<Vec<_>>(), in_mongo(&mongo).await.keys().collect::<Vec<_>>());
    // So does an instance that wrote to the server without having heard of it.
    let document = doc! {
        "_id": format!("{:019}/{:012}", USER.0, 901), "user_id": USER.0.cast_signed(), "player_id": 901_i64,
        "linked_at": mongodb::bson::DateTime::now(), "version": 7_i64, "deleted": false, "term": 0_i64,
    };
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    client.database("giftcode").collection::<Document>("links").insert_one(document).await.unwrap();
    meet(&store, &mongo).await;
    assert!(!dump(&server.uri(), "giftcode").await.contains(&USER.0.to_string()));
    // A new disk learns of it, too, and whoever comes again is new.
    let new = open(folder.path(), "c.db");
    new.set_replicated(true).await.unwrap();
    new.merge(in_file(&old).await.into_values().collect()).await.unwrap();
    new.link(USER, player(901)).await.unwrap();
    meet(&new, &mongo).await;
    meet(&store, &mongo).await;
    assert_eq!(store.links(USER).await.unwrap(), [player(901)]);
    let before = in_mongo(&mongo).await;
    meet(&store, &mongo).await;
    assert_eq!(in_mongo(&mongo).await, before, "nothing goes back and forth");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guild_is_erased_in_both_stores_with_all_that_is_its_own() {
    let (_server, mongo, uri, database) = any().await;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), "a.db");
    fill(&store, 1, 150).await;
    fill(&store, 2, 3).await;
    decide(&store, 90).await;
    meet(&store, &mongo).await;
    assert!(of_guild(&in_mongo(&mongo).await, 1) > 150);
    store.guild_removed(GuildId(1)).await.unwrap();
    // 31 days ago: the file is given another date while nobody has it.
    drop(store);
    let file = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    let long_ago = jiff::Timestamp::now().as_millisecond() - 31 * 86_400_000;
    let shift = |ms: i64| i64::from(ms != 0) * (ms << 16);
    file.execute("UPDATE guilds SET removed_at = ?1 WHERE guild_id = 1", [long_ago]).unwrap();
    file.execute("UPDATE players SET version = version - ?1", [shift(31 * 86_400_000)]).unwrap();
    file.execute("UPDATE redemptions SET version = version - ?1", [shift(31 * 86_400_000)]).unwrap();
    file.execute("DELETE FROM outbox", []).unwrap();
    drop(file);
    let store = open(folder.path(), "a.db");
    assert_eq!(store.erase_removed_guild().await.unwrap(), None, "nobody said in this session that it is removed");
    store.guild_removed(GuildId(1)).await.unwrap();
    let erased = store.erase_removed_guild().await.unwrap().unwrap();
    assert_eq!((erased.guild, erased.players), (GuildId(1), 150));
    while store.erase_unneeded_players(100).await.unwrap() > 0 {}
    meet(&store, &mongo).await;
    meet(&store, &mongo).await;
    let (here, there) = (in_file(&store).await, in_mongo(&mongo).await);
    assert_eq!(here, there);
    assert_eq!(of_guild(&there, 1), 0);
    let count = |kind| there.keys().filter(|(of_kind, _)| *of_kind == kind).count();
    assert_eq!((count(Kind::Players), count(Kind::Redemptions), count(Kind::Guilds)), (3, 3, 1));
    assert_eq!(store.unsent().await.unwrap().records, 0);
    mongodb::Client::with_uri_str(&uri).await.unwrap().database(&database).drop().await.unwrap();
}
