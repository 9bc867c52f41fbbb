//! `/manage players`: the roster of a server.

use serde_json::{Value, json};

use crate::world::{CHANNEL, PATIENCE, World};
use discord_double::ResponseKind;

const ADD: &str = "manage players add";
const REMOVE: &str = "manage players remove";
const LIST: &str = "manage players list";
const IMPORT: &str = "manage players import";
const EXPORT: &str = "manage players export";

fn ids(ids: &str) -> [(&str, Value); 2] {
    [("player_ids", json!(ids)), ("state", json!(245))]
}

#[tokio::test(flavor = "multi_thread")]
async fn players_are_added_removed_and_listed() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let player = |player: &str| [("player", json!(player))];
    world.says(&admin, LIST, &[], &["The player list is empty. Add players with"]).await;
    world.says(&admin, EXPORT, &[], &["there is nothing to export"]).await;
    world
        .says(&admin, ADD, &ids("1001, 1002;1003\u{3000}1001"), &["✅ 3 players were added. The player list now has 3"])
        .await;
    world.says(&admin, ADD, &ids("1003 1004"), &["✅ 1 player was added, 1 updated", "has 4 players"]).await;
    world.says(&admin, ADD, &ids("1004"), &["✅ 1 player was updated"]).await;
    let told = world.told(&admin, ADD, &ids("1005 12a4 0 **x** 1234567890123")).await;
    for part in ["✅ 1 player was added", "4 entries were skipped", "“12a4”", "“0”", "\\*\\*x\\*\\*", "1234567890123"]
    {
        assert!(told.contains(part), "no {part}: {told}");
    }
    world.says(&admin, REMOVE, &player("1005"), &["✅ 1 player was removed from the player list: 1005"]).await;
    world.says(&admin, ADD, &[("player_ids", json!("x"))], &["❌ Nobody was added", "“x” is not a player ID"]).await;
    world.says(&admin, ADD, &ids(" , ;"), &["Nobody was added. Enter 1 to 50 player IDs"]).await;
    let many: Vec<String> = (2000..2051).map(|id| id.to_string()).collect();
    world.says(&admin, ADD, &ids(&many.join(" ")), &["Enter 1 to 50 player IDs", "paste the list"]).await;
    world.says(&admin, LIST, &[], &["👥 4 players", "1001 · state 245"]).await;
    world.says(&admin, REMOVE, &player("1002"), &["✅ 1 player was removed from the player list: 1002"]).await;
    world.says(&admin, REMOVE, &player("1002"), &["❌ Not on the player list: 1002", "Nothing was changed"]).await;
    world.says(&admin, REMOVE, &player("Nobody"), &["Nobody on the player list is called “Nobody”"]).await;
    let list = world.ask(&admin, LIST, &[]).await;
    assert!(list.text().contains("👥 3 players") && !list.text().contains("1002"), "{}", list.text());
    assert!(list.components().is_empty(), "one page needs no buttons");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_roster_has_pages_for_managers() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let lines: Vec<String> = (1..=45).map(|n| format!("{},Lord{n:02},245\n", 3000 + n)).collect();
    world.import(&admin, &lines.concat()).await;
    let list = world.ask(&admin, LIST, &[]).await;
    assert!(list.text().contains("👥 45 players") && list.text().contains("Lord20 (3020)"), "{}", list.text());
    assert!(!list.text().contains("Lord21"), "{}", list.text());
    let page = list.message();
    assert_eq!(part_disabled(&page, "◀"), (true, true, false), "back, middle, on");
    let on = page.custom_id("▶");
    let turned = world.double.press(&admin, &page, on).await;
    turned.settled(PATIENCE).await;
    assert_eq!(turned.response_kind(), Some(ResponseKind::DeferredUpdate));
    let second = list.message();
    assert!(second.text().contains("Lord21") && second.text().contains("Lord40"), "{}", second.text());
    assert_eq!(part_disabled(&second, "2 of 3"), (false, true, false));
    // A member cannot see this message in Discord, but a forged press must be refused too.
    let member = world.member();
    let refused = world.double.press(&member, &second, second.custom_id("▶")).await;
    refused.settled(PATIENCE).await;
    assert!(refused.text().contains("Manage Server") && refused.is_ephemeral(), "{}", refused.text());
    assert!(list.text().contains("Lord21"), "the page is as it was: {}", list.text());
    world.double.press(&admin, &second, second.custom_id("▶")).await.settled(PATIENCE).await;
    let third = list.message();
    assert!(third.text().contains("Lord45") && !third.text().contains("Lord40 "), "{}", third.text());
    assert_eq!(part_disabled(&third, "3 of 3"), (false, true, true));
    // A page that cannot be read leaves the list as it is, with its buttons.
    let change = |sql: &str| {
        let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
        file.busy_timeout(PATIENCE).unwrap();
        file.execute_batch(sql).unwrap();
    };
    change("ALTER TABLE players RENAME TO away");
    let failed = world.double.press(&admin, &third, third.custom_id("◀")).await;
    let error = failed.until(PATIENCE, |failed| !failed.follow_ups().is_empty()).await.follow_ups().remove(0);
    assert!(error.text().contains("Something went wrong") && error.is_ephemeral(), "{}", error.text());
    assert_eq!((list.message().text(), list.message().components), (third.text(), third.components.clone()));
    change("ALTER TABLE away RENAME TO players");
    // The roster shrinks while its last page is shown.
    for id in 3021..=3045 {
        world.told(&admin, REMOVE, &[("player", json!(id.to_string()))]).await;
    }
    world.double.press(&admin, &third, third.custom_id("◀")).await.settled(PATIENCE).await;
    assert!(list.text().contains("👥 20 players") && list.text().contains("Lord20"), "{}", list.text());

    let typed = |text: &str| [("player", json!(text))];
    let offered = world.double.autocomplete(&admin, CHANNEL, REMOVE, &typed("lord1"), "player").await;
    assert_eq!(offered.len(), 10, "{offered:?}");
    assert_eq!(offered[0], ("Lord10 (3010)".to_owned(), json!("3010")));
    let offered = world.double.autocomplete(&admin, CHANNEL, REMOVE, &typed("3003"), "player").await;
    assert_eq!(offered, [("Lord03 (3003)".to_owned(), json!("3003"))]);
    world.import(&admin, &lines.concat()).await;
    let offered = world.double.autocomplete(&admin, CHANNEL, REMOVE, &typed(""), "player").await;
    assert_eq!(offered.len(), 25);
}

/// Whether the buttons back, middle and on are disabled. The middle label is checked unless it is an arrow.
fn part_disabled(message: &discord_double::Message, middle: &str) -> (bool, bool, bool) {
    let parts: Vec<&Value> = message.parts().collect();
    assert!(middle == "◀" || parts[1]["label"] == json!(middle), "{parts:#?}");
    let is_disabled = |at: usize| parts[at]["disabled"] == json!(true);
    (is_disabled(0), is_disabled(1), is_disabled(2))
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_imported_whole_or_not_at_all() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let import = async |bytes: &[u8], options: &[(&'static str, Value)], parts: &[&str]| {
        let file = world.double.attach("players.csv", "text/csv", bytes);
        let options: Vec<(&str, Value)> = [("file", file)].into_iter().chain(options.to_vec()).collect();
        world.says(&admin, IMPORT, &options, parts).await;
    };
    let bad = b"player_id,nickname,state\n1001,Frost,245\n12a4,Snow,245\n1003,Ice,0\n1001,Again,245\n";
    let named =
        ["Nobody was imported", "line 3", "12a4", "line 4", "“0” is not a state", "line 5", "is already on line 2"];
    import(bad, &[], &[&named[..], &["skip_bad_lines"]].concat()).await;
    import(b" \n", &[], &["Nobody was imported: the file is empty"]).await;
    import(b"player_id,nickname,state\n", &[], &["has a header but no players"]).await;
    import(b"player;state\n1001;245\n", &[], &["no column with player IDs", "\"player\", \"state\""]).await;
    import(b"PK\x03\x04", &[], &["this is a spreadsheet", "save it as CSV"]).await;
    import(&vec![b'x'; 5 * 1024 * 1024 + 1], &[], &["Nobody was imported: the file is larger than 5 MB"]).await;
    world.says(&admin, LIST, &[], &["The player list is empty"]).await;
    let left_out = ["✅ 1 player was added.", "3 lines were skipped", "line 4"];
    import(bad, &[("skip_bad_lines", json!(true))], &left_out).await;
    import(
        b"\xEF\xBB\xBFPLAYER_ID,nickname,state,furnace_level\r\n1002,\"Snow, the \"\"Cold\"\"\",246,30\r\n",
        &[],
        &["1 player was added"],
    )
    .await;
    world
        .says(&admin, LIST, &[], &["👥 2 players", "Frost (1001) · state 245", "(1002) · state 246", "furnace 30"])
        .await;
    let exported = world.ask(&admin, EXPORT, &[]).await;
    let [file] = exported.attachments().try_into().unwrap();
    assert_eq!(file.filename, "players.csv");
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    assert_eq!(
        text,
        "player_id,nickname,state,furnace_level\n1001,Frost,245,\n1002,\"Snow, the \"\"Cold\"\"\",246,30\n"
    );
    import(&file.bytes, &[], &["✅ 2 players were updated. The player list now has 2 players"]).await;
    let again = world.ask(&admin, EXPORT, &[]).await;
    assert_eq!(again.attachments()[0].bytes, file.bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_states_takes_the_given_state() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let file = world.double.attach("message.txt", "text/plain", b"1001\r\n1002\r\n1001\r\n");
    world.says(&admin, IMPORT, &[("file", file), ("state", json!(310))], &["✅ 2 players were added"]).await;
    // A state in the file takes precedence.
    let file = world.double.attach("players.csv", "text/csv", b"Name;Server;ID\r\nFrost;#245;1003\r\nSnow;;1004\r\n");
    world.says(&admin, IMPORT, &[("file", file), ("state", json!(310))], &["✅ 2 players were added"]).await;
    let listed = ["1001 · state 310", "1002 · state 310", "Frost (1003) · state 245", "Snow (1004) · state 310"];
    world.says(&admin, LIST, &[], &listed).await;
    // Without any state, the bot searches for it.
    let file = world.double.attach("players.csv", "text/csv", b"id;name\r\n1005;Owl\r\n");
    world.says(&admin, IMPORT, &[("file", file)], &["✅ 1 player was added"]).await;
    world.says(&admin, LIST, &[], &["Owl (1005) · ⚠️ no state"]).await;
}

/// Case 09: a spreadsheet that opens the export evaluates nothing, and importing the export changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_like_a_formula_is_exported_as_text_and_imported_unchanged() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let import = async |bytes: &[u8], said: &str| {
        let file = world.double.attach("players.csv", "text/csv", bytes);
        world.says(&admin, IMPORT, &[("file", file)], &[said]).await;
    };
    import(include_bytes!("cases/09-export-formula.csv"), "2 players were added").await;
    let exported = world.ask(&admin, EXPORT, &[]).await.attachments().remove(0).bytes;
    let text = String::from_utf8(exported.clone()).unwrap();
    assert!(text.contains("41000105,\"'=HYPERLINK(\"\"http://x\"\")\",245"), "{text}");
    assert!(text.contains("41000106,'@SUM(A1),245"), "{text}");
    import(&exported, "2 players were updated").await;
    world.says(&admin, LIST, &[], &["=HYPERLINK", "\\@SUM"]).await;
    let again = world.ask(&admin, EXPORT, &[]).await.attachments().remove(0).bytes;
    assert_eq!(again, exported);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_found_in_any_case_of_any_script() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    world.import(&admin, "1001,Иван Грозный,245\n1002,ÉLODIE,245\n1003,İstanbul,245\n").await;
    for (typed, found) in
        [("иван", 1001), ("ГРОЗ", 1001), ("élo", 1002), ("istan", 1003), ("ISTAN", 1003), ("100", 1001)]
    {
        let options = [("player", json!(typed))];
        let offered = world.double.autocomplete(&admin, CHANNEL, REMOVE, &options, "player").await;
        assert!(offered.iter().any(|(_, id)| *id == json!(found.to_string())), "{typed}: {offered:?}");
    }
    let edit = [("player", json!("иван грозный")), ("state", json!(300))];
    world.says(&admin, "manage players edit", &edit, &["✅ Saved: Иван Грозный (1001) · state 300"]).await;
    world.says(&admin, REMOVE, &[("player", json!("élodie"))], &["✅ 1 player was removed"]).await;
}
