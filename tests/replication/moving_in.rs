//! Imports the legacy bot's database, with the real binary and a real server.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{Bson, Document, doc};
use mongodb::{Client, Database};

use crate::server::Server;

const SNOWFLAKE: i64 = 1_165_706_299_393_183_754;

async fn fill(database: &Database) {
    let insert = async |name: &str, documents: Vec<Document>| {
        database.collection::<Document>(name).insert_many(documents).await.unwrap();
    };
    insert(
        "giftcode_state",
        vec![
            doc! { "_id": "giftcode_state", "channels": { SNOWFLAKE.to_string(): 21_i64, "12": "22" },
            "sent": { SNOWFLAKE.to_string(): ["WOS1105", "gogoWOS"], "global": ["OLD1"] }, "initialized": true },
            doc! { "_id": "backup" },
        ],
    )
    .await;
    insert(
        "auto_redeem_settings",
        vec![
            doc! { "_id": SNOWFLAKE, "enabled": true, "updated_by": 7 },
            doc! { "_id": "12", "enabled": false },
            doc! { "_id": "x", "enabled": true },
        ],
    )
    .await;
    let member = |fid: Bson, name: &str, level: Bson| {
        doc! { "guild_id": SNOWFLAKE, "fid": fid, "nickname": name, "furnace_lv": level, "added_at": mongodb::bson::DateTime::now() }
    };
    insert(
        "auto_redeem_members",
        vec![
            member(Bson::Int32(33_750_731), "Frost", Bson::Int32(30)),
            member(Bson::Int64(33_750_732), "Ember, the \"Great\"", Bson::String("12".into())),
            member(Bson::Double(33_750_733.0), "Gale", Bson::Null),
            member(Bson::String("33750734".into()), "", Bson::String("https://x/1.png".into())),
            member(Bson::String("not an id".into()), "Nobody", Bson::Null),
            doc! { "guild_id": "12", "fid": "33750731", "nickname": "Frost", "furnace_lv": 30 },
        ],
    )
    .await;
    insert(
        "alliance_members",
        vec![
            doc! { "fid": "33750731", "kid": 245 },
            doc! { "fid": 33_750_732_i64, "kid": "246" },
            doc! { "fid": 33_750_733.0, "kid": 245.0 },
            doc! { "fid": 99, "kid": 1 },
        ],
    )
    .await;
    let redeemed = |fid: Bson, code: &str, status: &str| doc! { "guild_id": SNOWFLAKE, "code": code, "fid": fid, "status": status };
    insert(
        "auto_redeemed_codes",
        vec![
            redeemed(Bson::Int32(33_750_731), "gogoWOS", "success"),
            redeemed(Bson::String("33750732".into()), "GOGOWOS", "already_redeemed"),
            redeemed(Bson::Int64(33_750_733), "gogoWOS", "failed"),
            // On no roster, but kept.
            redeemed(Bson::Int64(55), "gogoWOS", "success"),
            redeemed(Bson::Int64(56), "no code!", "success"),
        ],
    )
    .await;
}

async fn everything(database: &Database) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for name in database.list_collection_names().await.unwrap() {
        let found = database.collection::<Document>(&name).find(doc! {}).await.unwrap();
        let documents: Vec<Document> = found.try_collect().await.unwrap();
        let indexes = database.collection::<Document>(&name).list_index_names().await.unwrap();
        all.insert(name, documents.iter().map(ToString::to_string).chain(indexes).collect());
    }
    all
}

fn state(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder).env("STATE_FILE", "a.db").arg("state").args(args);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// A feed lists these codes and no others.
async fn list(store: &Store, codes: &[&str]) {
    let answer = FeedAnswer::new("feed", codes.iter().map(|code| Entry::active(Code::parse(code).unwrap())).collect());
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::ZERO).await.unwrap();
}

pub async fn the_legacy_database_is_imported_once_and_not_changed() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let database = Client::with_uri_str(server.uri()).await.unwrap().database("discord_bot");
    fill(&database).await;
    let before = everything(&database).await;
    let uri = server.uri();
    let import = || {
        let output = state(folder.path(), &["import", "--from-mongodb", &uri]);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
        text(&output.stdout).to_owned()
    };
    let said = import();
    println!("{said}");
    for part in [
        "left out: giftcode_state \"backup\": only the document \"giftcode_state\" is read",
        "left out: auto_redeem_settings \"x\": its _id is not a server's id",
        "its fid is not a number of 1 to 12 digits",
        "its code is not a gift code",
        "left out: alliance_members: 1 players who are on no roster",
        "left out: auto_redeemed_codes: 1 with the status \"failed\"",
        "Taken over from the database discord_bot: 2 channels (0 were set here already and stay), 4 sent codes (0 were known), \
         auto-redemption turned on in 1 servers, 5 players put on rosters (1 without a state; 0 were there), 3 redemptions (0 \
         were known).",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(everything(&database).await, before, "nothing in the source changes");
    assert!(state(folder.path(), &["export", "one.json"]).status.success());
    let again = import();
    assert!(
        again.contains(
            "0 channels (2 were set here already and stay), 0 sent codes (4 were known), auto-redemption turned on in 0 \
             servers, 0 players put on rosters (0 without a state; 5 were there), 0 redemptions (3 were known)."
        ),
        "{again}"
    );
    assert!(state(folder.path(), &["export", "two.json"]).status.success());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("one.json"), read("two.json"), "the second time changes nothing");
    // Only what the legacy bot had not done is due: posts of the new code, and redemptions of both codes for players who lack
    // them.
    let store = Store::open(&folder.path().join("a.db"), StateKind::Bot, Clock::system()).unwrap();
    list(&store, &["gogoWOS", "NEW1"]).await;
    let plan = store.posts().plan().await.unwrap();
    let mut posts: Vec<_> = plan
        .guilds
        .iter()
        .map(|plan| (plan.guild.0, plan.codes.iter().map(Code::as_str).collect::<Vec<_>>()))
        .collect();
    posts.sort();
    assert_eq!(posts, [(12, vec!["gogoWOS", "NEW1"]), (SNOWFLAKE.cast_unsigned(), vec!["NEW1"])]);
    assert_eq!(plan.redemptions, 4 + 2, "NEW1 for four, gogoWOS for the two who have it not");
}

pub async fn an_unreadable_legacy_database_is_one_line_in_time_without_the_password() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let refused = |args: &[&str]| {
        let output = state(folder.path(), args);
        let stderr = text(&output.stderr).to_owned();
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(!stderr.contains("s3cr3t"), "{stderr}");
        stderr
    };
    let uri = server.uri();
    let said = refused(&["import", "--from-mongodb", &uri, "--database", "somewhere"]);
    assert!(said.contains("\"somewhere\" has none of the legacy bot's collections: check --database"), "{said}");
    let began = Instant::now();
    refused(&["import", "--from-mongodb", "mongodb://me:s3cr3t@127.0.0.1:1/"]);
    // The driver's own limit is 30 s; ours is a few.
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
    // A password part before one of these is not a port, and is not shown.
    for password in ["s3cr3t@", "s3cr3t/x", "s3cr3t?x", "s3cr3t:x", "s3cr3t%4€", "12/s3cr3t"] {
        let said = refused(&["import", "--from-mongodb", &format!("mongodb://me:{password}@127.0.0.1:1/")]);
        assert!(said.contains("connection string"), "{said}");
    }
    assert!(refused(&["import", "mongodb://me:s3cr3t@127.0.0.1:1/"]).contains("use --from-mongodb"));
    for usage in
        [&["import"][..], &["import", "a.json", "--from-mongodb", &uri], &["import", "a.json", "--database", "x"]]
    {
        assert_eq!(state(folder.path(), usage).status.code(), Some(2), "{usage:?}");
    }
    assert!(!folder.path().join("a.db").exists(), "nothing was begun");
}

/// With MONGODB_URI the commands use both stores, like the bot, and refuse while a bot is active.
pub async fn an_import_goes_to_both_stores_and_an_export_comes_from_both() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let uri = server.uri();
    let run = |file: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
        command.env_clear().current_dir(folder.path()).env("STATE_FILE", file).env("MONGODB_URI", &uri);
        command.arg("state").args(args).output().unwrap()
    };
    let first =
        serde_json::json!({"channels": {"11": 21}, "sent": {"11": ["WOS1105", "gogoWOS"]}, "initialized": true});
    std::fs::write(folder.path().join("giftcode_state.json"), first.to_string()).unwrap();
    let output = run("a.db", &["import", "giftcode_state.json"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    // Another, empty disk: 1 guild, 2 codes, 2 posts.
    let output = run("b.db", &["export", "one.json"]);
    assert_eq!((text(&output.stdout), text(&output.stderr)), ("5 records written to one.json, from MongoDB.\n", ""));
    // The same with an export: once imported on a third disk, it is in MongoDB.
    let client = Client::with_uri_str(&uri).await.unwrap();
    client.database("giftcode").drop().await.unwrap();
    let output = run("c.db", &["import", "one.json"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let posts = client.database("giftcode").collection::<Document>("posts");
    assert_eq!(posts.count_documents(doc! {}).await.unwrap(), 2);
    // While a bot is active, an export works and an import is refused.
    let leases = client.database("giftcode").collection::<Document>("leases");
    let renew = async move {
        loop {
            let renewal = doc! { "$set": { "holder": "bot", "released": false }, "$inc": { "beat": 1_i64 } };
            leases.update_one(doc! { "_id": "all" }, renewal).await.unwrap();
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    let bot = tokio::spawn(renew);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let output = run("d.db", &["export", "two.json"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let output = run("d.db", &["import", "two.json"]);
    bot.abort();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(text(&output.stderr).contains("another giftcode-bot is using this state"), "{}", text(&output.stderr));
}

/// A code that everybody has through the legacy bot starts no batch: nothing would ever finish it.
pub async fn odd_records_stop_nothing_and_a_finished_code_starts_no_batch() {
    let server = Server::start();
    let database = Client::with_uri_str(server.uri()).await.unwrap().database("discord_bot");
    let settings = database.collection::<Document>("auto_redeem_settings");
    settings.insert_one(doc! { "_id": 11_i64, "enabled": true }).await.unwrap();
    let members = database.collection::<Document>("auto_redeem_members");
    members.insert_one(doc! { "guild_id": 11_i64, "fid": 5, "nickname": "Frost" }).await.unwrap();
    let redeemed = database.collection::<Document>("auto_redeemed_codes");
    let status = |status: String| doc! { "guild_id": 11_i64, "code": "GOOD", "fid": 5, "status": status };
    redeemed.insert_many((0..100).map(|number| status(format!("ODD{number}")))).await.unwrap();
    redeemed.insert_one(status("success".to_owned())).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let output = state(folder.path(), &["import", "--from-mongodb", &server.uri()]);
    let said = text(&output.stdout);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    for part in [
        "left out: giftcode_state: there is no such collection\n",
        "80 with other statuses",
        " 1 players put on rosters (1 without a state; 0 were there), 1 redemptions",
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let store = Store::open(&folder.path().join("a.db"), StateKind::Bot, Clock::system()).unwrap();
    list(&store, &["GOOD"]).await;
    assert_eq!(store.posts().plan().await.unwrap().redemptions, 0);
    assert_eq!(store.batches().open_batches().await.unwrap(), []);
    list(&store, &["GOOD", "NEW1"]).await;
    assert_eq!(store.posts().plan().await.unwrap().redemptions, 1);
    let open: Vec<String> =
        store.batches().open_batches().await.unwrap().iter().map(|run| run.code.to_string()).collect();
    assert_eq!(open, ["NEW1"]);
}
