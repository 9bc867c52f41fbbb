//! Erasure: guilds that removed the bot, and people who ask for it.

use std::path::Path;

use giftcode_bot::sandbox::rules::Rule;
use mongodb::bson::{Document, doc};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde_json::json;

use crate::server::Server;
use crate::world::{CHANNEL, PATIENCE, SECOND, SECOND_CHANNEL, World};
use discord_double::{Guild, Message};

const DAY_MS: i64 = 86_400_000;
const AUTO: &str = "manage giftcode auto";

fn open(world: &World) -> Connection {
    Connection::open(world.folder.path().join("giftcode.db")).unwrap()
}

/// Makes everything in the file of a stopped bot older by this many days.
fn age(world: &World, days: i64) {
    let file = open(world);
    file.execute("UPDATE guilds SET removed_at = removed_at - ?1", [days * DAY_MS]).unwrap();
    // Outside of a merge, no change may be older than the row that it replaces.
    let set_merging = |is_merging: bool| {
        file.execute("UPDATE meta SET value = ?1 WHERE key = 'merging'", [is_merging]).unwrap();
    };
    set_merging(true);
    for table in ["guilds", "players", "redemptions", "rosters"] {
        file.execute(&format!("UPDATE {table} SET version = version - ?1"), [(days * DAY_MS) << 16]).unwrap();
    }
    set_merging(false);
}

/// Every row of every table, one per line.
fn dump(path: &Path) -> String {
    let file = Connection::open(path).unwrap();
    let mut names = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut text = String::new();
    for name in names {
        let mut statement = file.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            text += &name;
            for column in 0..columns {
                text += &match row.get_ref(column).unwrap() {
                    ValueRef::Integer(number) => format!(" {number}"),
                    ValueRef::Text(bytes) => format!(" {}", String::from_utf8_lossy(bytes)),
                    _ => " -".to_owned(),
                };
            }
            text += "\n";
        }
    }
    text
}

/// How many calls for these players the game received.
fn calls_for(world: &World, players: std::ops::RangeInclusive<u64>) -> usize {
    let is_one = |fid: &str| fid.parse::<u64>().is_ok_and(|player| players.contains(&player));
    world.game.ledger(|ledger| ledger.calls().iter().filter(|call| is_one(&call.fid)).count())
}

async fn posted(world: &World, channel: u64, code: &str) -> Message {
    world.double.wait_for_message(channel, PATIENCE, |message| message.text().contains(code)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_guild_gets_no_posts_or_calls_is_restored_within_30_days_and_erased_after() {
    let codes = ["FIRST", "SECOND", "THIRD", "FOURTH"].map(|code| (code, Rule::Good));
    let world = World::new(&codes).await;
    world.feed.add("FIRST", "", "");
    let other = world.second_admin();
    let bot = world.start().await;
    let admin = world.admin();
    world.active(&admin, 1).await;
    for (user, lines) in [(&admin, "1001,A,245\n1002,B,245\n"), (&other, "1002,B,245\n1003,C,245\n1004,D,245\n")] {
        world.set_channel(user).await;
        world.import(user, lines).await;
        world.says(user, AUTO, &[("switch", json!(0))], &["✅"]).await;
    }
    world.granted("FIRST", 4).await;
    world.double.remove_guild(SECOND);
    bot.said("kept for 30 days in case the bot returns, and then erased").await;
    let before = calls_for(&world, 1003..=1004);
    world.feed.add("SECOND", "", "");
    posted(&world, CHANNEL, "SECOND").await;
    // 1002 is also on the other roster.
    world.granted("SECOND", 2).await;
    bot.stop().await;

    // After 29 days without the bot, the guild adds it again.
    age(&world, 29);
    let bot = world.start().await;
    world.feed.add("THIRD", "", "");
    posted(&world, CHANNEL, "THIRD").await;
    world.granted("THIRD", 2).await;
    assert_eq!(calls_for(&world, 1003..=1004), before, "no call for a removed guild");
    let of_second =
        |part: &str| world.double.messages(SECOND_CHANNEL).iter().any(|message| message.text().contains(part));
    assert!(!of_second("SECOND") && !of_second("THIRD"));
    world.double.add_guild(Guild::new(SECOND).text(SECOND_CHANNEL, "their-codes"));
    bot.said(&format!("Back in guild {SECOND}")).await;
    for code in ["SECOND", "THIRD"] {
        posted(&world, SECOND_CHANNEL, code).await;
        world.granted(code, 4).await;
    }
    world.double.remove_guild(SECOND);
    bot.said(&format!("Removed from guild {SECOND}")).await;
    bot.stop().await;

    age(&world, 31);
    let bot = world.start().await;
    bot.said(&format!("Guild {SECOND} removed the bot 30 days ago: its settings, its roster of 3 players")).await;
    bot.said("Erased 2 players").await;
    bot.stop().await;
    let left = dump(&world.folder.path().join("giftcode.db"));
    for gone in [SECOND.to_string(), SECOND_CHANNEL.to_string(), "1003".to_owned(), "1004".to_owned()] {
        assert!(!left.split_whitespace().any(|word| word == gone), "{gone} is left: {left}");
    }
    assert!(left.contains("players 1002 "), "the other guild has that one: {left}");
    // A later invitation starts from nothing.
    world.double.add_guild(Guild::new(SECOND).text(SECOND_CHANNEL, "their-codes"));
    let _bot = world.start().await;
    world.says(&other, "manage players list", &[], &["The player list is empty"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_everything_removes_the_person_from_both_stores() {
    let server = Server::start();
    let mut world = World::new(&[("GOOD", Rule::Good)]).await;
    world.set("MONGODB_URI", server.uri());
    world.feed.add("GOOD", "", "");
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.active(&member, 1).await;
    world.import(&admin, "1001,A,245\n").await;
    world.says(&member, "unlink", &[("everything", json!(true))], &["I have no data about you"]).await;
    for player in [1001, 1002, 1003] {
        let account = [("player_id", json!(player)), ("state", json!(245))];
        world.says(&member, "link", &account, &["is now linked to you"]).await;
    }
    world.says(&member, "unlink", &[("player_id", json!("1003"))], &["✅"]).await;
    world.told(&member, "redeem", &[("code", json!("GOOD"))]).await;
    world.granted("GOOD", 2).await;
    let both = [("player_id", json!("1001")), ("everything", json!(true))];
    world.says(&member, "unlink", &both, &["not both", "Nothing was changed"]).await;
    let told = world.told(&member, "unlink", &[("everything", json!(true))]).await;
    assert!(told.contains("No account is linked to you any more"), "{told}");
    assert!(
        told.contains("redemption history: 1002, 1003.") || told.contains("redemption history: 1003, 1002."),
        "{told}"
    );
    assert!(told.contains("without any link to you: 1001.") && told.contains("player list"), "{told}");
    world.says_soon(&member, "redeem", &[("code", json!("GOOD"))], "You have no linked account yet").await;
    world.says(&admin, "manage players list", &[], &["1001"]).await;
    let log = bot.log();
    bot.stop().await;
    let is_reported = log.lines().any(|line| !line.contains("DEBUG") && line.contains(&member.id.to_string()));
    assert!(!is_reported, "the log holds the user's id: {log}");
    let file = dump(&world.folder.path().join("giftcode.db"));
    let there = {
        use futures_util::TryStreamExt;
        let database = mongodb::Client::with_uri_str(server.uri()).await.unwrap().database("giftcode");
        let mut text = String::new();
        for name in database.list_collection_names().await.unwrap() {
            let found = database.collection::<Document>(&name).find(doc! {}).await.unwrap();
            let documents: Vec<Document> = found.try_collect().await.unwrap();
            text += &documents.iter().map(|document| format!("{name} {document}\n")).collect::<String>();
        }
        text
    };
    for (store, has) in [("file", &file), ("MongoDB", &there)] {
        assert!(!has.contains(&member.id.to_string()), "the {store} holds the user's id: {has}");
        // Whole numbers only: the digits of a time may contain any id by chance.
        let holds =
            |id: &str| has.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.trim_start_matches('0') == id);
        assert!(holds("1001") && has.contains("erasures"), "{store}: {has}");
        assert!(!has.contains("links ") && !holds("1002") && !holds("1003"), "{store}: {has}");
    }
}
