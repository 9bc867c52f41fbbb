//! Erased records are gone from the file and from a real server, whichever of them died or was away meanwhile.

use std::time::Duration;

use giftcode_bot::domain::players::player::{AllianceId, GuildId, Player, PlayerId, State, UserId};
use giftcode_bot::domain::sync::record::{RecordKind, Value};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{Document, doc};

use crate::converging::{DATABASE, Files, decide, fill, plan, until_caught_up};
use crate::sessions::{Records, in_file, in_mongo, session, session_at};

const USER: UserId = UserId(312_456_789_012_345_678);

fn player(id: u64) -> Player {
    Player { id: PlayerId::new(id).unwrap(), nickname: format!("P{id}"), state: State::new(245), furnace_level: None }
}

/// Every document of every collection, as text.
async fn dump(uri: &str) -> String {
    use futures_util::TryStreamExt;
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(DATABASE);
    let mut text = String::new();
    for name in database.list_collection_names().await.unwrap() {
        let found = database.collection::<Document>(&name).find(doc! {}).await.unwrap();
        let documents: Vec<Document> = found.try_collect().await.unwrap();
        text += &documents.iter().map(|document| format!("{name} {document}\n")).collect::<String>();
    }
    text
}

fn of_guild(records: &Records, guild: i64) -> usize {
    records.values().filter(|record| *record.get("guild_id") == Value::Int(guild)).count()
}

pub async fn records_erased_while_the_server_is_dead_leave_both_stores_for_good() {
    let mut files = Files::new();
    let uri = files.server.uri();
    let begin = async |store: &Store| {
        fill(store, 1, 30).await;
        store.rosters().link(USER, player(1)).await.unwrap();
        store.rosters().link(USER, player(901)).await.unwrap();
        decide(store, 10).await;
    };
    files.session("a.db", begin).await;
    files.meet("old.db").await;
    files.assert_same(&["a.db", "old.db"]).await;
    let text = dump(&uri).await;
    assert!(text.contains(&USER.0.to_string()), "{text}");

    // Erased while the server is dead. It is killed again while the erasures are sent.
    let path = files.path("a.db");
    let server = &mut files.server;
    let erase = async |store: &Store| {
        server.kill();
        let forgotten = store.erasures().forget_user(USER).await.unwrap();
        assert_eq!((forgotten.erased, forgotten.kept), (vec![player(901).id], vec![player(1).id]));
        server.restart();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        server.kill();
        server.restart();
        until_caught_up(store, &uri, DATABASE).await;
    };
    session(&path, &uri, DATABASE, erase).await;
    let text = dump(&uri).await;
    assert!(!text.contains(&USER.0.to_string()) && text.contains("erasures"), "{text}");

    // An old file comes back: it drops the erased records, and the server stays clean.
    let there = in_mongo(&uri, DATABASE).await;
    let go_on = async |store: &Store| {
        plan(store).await;
        assert_eq!(decide(store, 5).await, 5);
    };
    files.session("old.db", go_on).await;
    files.assert_same(&["old.db"]).await;
    let here = in_file(&files.path("old.db"), StateKind::Bot).await;
    assert!(!here.keys().any(|(kind, _)| *kind == RecordKind::Links));
    assert!(there.keys().all(|key| here.contains_key(key)));
    // So does an instance that wrote to the server before it knew of the erasure.
    let document = doc! {
        "_id": format!("{:019}/{:012}", USER.0, 901), "user_id": USER.0.cast_signed(), "player_id": 901_i64,
        "linked_at": mongodb::bson::DateTime::now(), "version": 7_i64, "deleted": false, "term": 0_i64, "late": true,
    };
    let client = mongodb::Client::with_uri_str(&uri).await.unwrap();
    client.database(DATABASE).collection::<Document>("links").insert_one(document).await.unwrap();
    files.meet("a.db").await;
    assert!(!dump(&uri).await.contains(&USER.0.to_string()));
    // A new disk learns of it too, and whatever is added again counts as new.
    let again = async |store: &Store| {
        store.rosters().link(USER, player(901)).await.unwrap();
    };
    files.session("new.db", again).await;
    let links = files.session("a.db", async |store: &Store| store.rosters().links(USER).await.unwrap()).await;
    assert_eq!(links, [player(901)]);
    files.assert_same(&["a.db", "new.db"]).await;
}

pub async fn a_guild_is_erased_in_both_stores_with_everything_of_its_own() {
    let files = Files::new();
    let uri = files.server.uri();
    let begin = async |store: &Store| {
        fill(store, 1, 150).await;
        fill(store, 2, 3).await;
        assert_eq!(decide(store, 90).await, 90);
        store.guilds().guild_removed(GuildId(1)).await.unwrap();
    };
    let long_ago = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(31 * 24);
    session_at(Clock::simulated(long_ago), &files.path("a.db"), &uri, DATABASE, begin).await;
    assert!(of_guild(&in_mongo(&uri, DATABASE).await, 1) > 150);
    let erase = async |store: &Store| {
        assert_eq!(
            store.erasures().erase_removed_guild().await.unwrap(),
            None,
            "Discord has not confirmed the removal in this session"
        );
        store.guilds().guild_removed(GuildId(1)).await.unwrap();
        let erased = store.erasures().erase_removed_guild().await.unwrap().unwrap();
        assert_eq!((erased.guild, erased.players), (AllianceId(1), 150));
        while store.erasures().erase_unneeded_players(100).await.unwrap() > 0 {}
    };
    files.session("a.db", erase).await;
    files.assert_same(&["a.db"]).await;
    let there = in_mongo(&uri, DATABASE).await;
    assert_eq!(of_guild(&there, 1), 0);
    let count = |kind| there.keys().filter(|(of_kind, _)| *of_kind == kind).count();
    assert_eq!((count(RecordKind::Players), count(RecordKind::Guilds)), (3, 1));
}
