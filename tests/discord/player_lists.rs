//! `/manage players` for whole lists: the form, the menu, corrections, replacements and filters.

use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::world::{Bot, CHANNEL, PATIENCE, World};
use discord_double::{Interaction, Message, ResponseKind, User};

const ADD: &str = "manage players add";
const EDIT: &str = "manage players edit";
const SETSTATE: &str = "manage players setstate";
const REMOVE: &str = "manage players remove";
const LIST: &str = "manage players list";
const IMPORT: &str = "manage players import";

const REPLACE: u32 = 1;
const NO_STATE: u32 = 0;
const FAILING: u32 = 1;
const NOT_LINKED: u32 = 2;
const LEFT: u32 = 3;

/// Opens the form of `add` and submits it; the answer's text.
async fn paste(world: &World, user: &User, list: &str, state: &str) -> String {
    let form = world.double.slash(user, CHANNEL, ADD, &[]).await;
    assert_eq!(form.response_kind(), Some(ResponseKind::Modal));
    let answer = world.double.submit(user, &form, &[("players", list), ("state", state)]).await;
    answer.settled(PATIENCE).await;
    assert!(answer.is_ephemeral());
    answer.text()
}

/// Starts the bot and waits for the new process's own connection.
async fn connected(world: &World) -> Bot {
    let bot = world.spawn();
    bot.said("Connected to Discord as").await;
    world.double.connected(PATIENCE).await;
    bot
}

async fn restarted(world: &World, bot: Bot) -> Bot {
    bot.kill().await;
    connected(world).await
}

fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in: {text}");
    }
}

/// The ids that a menu offers.
fn offered(message: &Message) -> Vec<String> {
    let menu = message.parts().find(|part| part["type"] == json!(3)).expect("no menu");
    menu["options"].as_array().unwrap().iter().map(|option| option["value"].as_str().unwrap().to_owned()).collect()
}

/// Chooses in a menu. Returns what the bot says of it when the menu is there again.
async fn choose(world: &World, user: &User, menu: &Interaction, players: &[&str]) -> Message {
    let shown = menu.message();
    let chosen = world.double.select(user, &shown, &menu_id(&shown), players).await;
    let is_gone = || !offered(&menu.message()).iter().any(|id| players.contains(&id.as_str()));
    world.until("the menu goes on", is_gone).await;
    chosen.follow_ups().remove(0)
}

fn menu_id(message: &Message) -> String {
    message.parts().find(|part| part["type"] == json!(3)).unwrap()["custom_id"].as_str().unwrap().to_owned()
}

async fn pressed(world: &World, user: &User, message: &Message, label: &str) -> Interaction {
    let pressed = world.double.press(user, message, message.custom_id(label)).await;
    pressed.settled(PATIENCE).await;
    pressed
}

/// Asks to replace the list by a file with these lines.
async fn replace(world: &World, user: &User, lines: &str) -> Interaction {
    let csv = format!("player_id,nickname,state\n{lines}");
    let file = world.double.attach("players.csv", "text/csv", csv.as_bytes());
    world.ask(user, IMPORT, &[("file", file), ("mode", json!(REPLACE))]).await
}

/// The options of `list filter:`. Discord knows a choice by its number.
fn filter(number: u32) -> [(&'static str, Value); 1] {
    [("filter", json!(number))]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pasted_list_is_added_with_names_and_bad_lines_are_named() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let list = "1. Lord Frost – 12345678\n23456789 - Snow #246\n\nno id here\nIce S247 (34567890)\n45678901 310";
    let told = paste(&world, &admin, list, "245").await;
    has(&told, &["✅ 3 players were added", "now has 3 players", "2 lines were skipped", "Line 4, “no id here”"]);
    has(&told, &["Line 6", "is 310 the state", "write #310"]);
    let listed = ["Lord Frost (12345678) · state 245", "Snow (23456789) · state 246", "Ice (34567890) · state 247"];
    world.says(&admin, LIST, &[], &listed).await;
    has(&paste(&world, &admin, "12345678,,300\n56789012,Owl,300", "").await, &["1 player was added, 1 updated"]);
    has(&paste(&world, &admin, "** @everyone", "").await, &["❌ Nobody was added", "\\*\\* \\@everyone"]);
    has(&paste(&world, &admin, " \n ", "").await, &["❌ Nobody was added, because the list was empty"]);
    has(&paste(&world, &admin, "67890123", "Frost").await, &["❌ “Frost” is not a state", "Nothing was changed"]);
    world.says(&admin, LIST, &[], &["👥 4 players", "Lord Frost (12345678) · state 300"]).await;
    // The state of the command is in the form already.
    let form = world.double.slash(&admin, CHANNEL, ADD, &[("state", json!(321))]).await;
    let answer = world.double.submit(&admin, &form, &[("players", "67890123 Elk")]).await;
    answer.settled(PATIENCE).await;
    world.says(&admin, LIST, &[], &["Elk (67890123) · state 321"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_4000_characters_is_read_and_a_forged_one_is_refused() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let mut list: String = (0..444).map(|at| format!("{}\n", 10_000_000 + at)).collect();
    list += &"x".repeat(4000 - list.len());
    assert_eq!(list.len(), 4000);
    let told = paste(&world, &admin, &list, "245").await;
    has(&told, &["✅ 444 players were added", "1 line was skipped", "Line 445"]);
    // A form that was open when the person lost the permission, or that somebody forged.
    let form = world.double.slash(&admin, CHANNEL, ADD, &[]).await;
    let member = world.member();
    let refused = world.double.submit(&member, &form, &[("players", "99999999")]).await;
    refused.settled(PATIENCE).await;
    has(&refused.text(), &["Manage Server"]);
    world.says(&admin, LIST, &[], &["👥 444 players"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_may_be_added_and_its_good_lines_count() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let file = |bytes: &[u8]| world.double.attach("list.csv", "text/csv", bytes);
    let csv = file(b"player_id,nickname,state\n1001,Frost,245\n12a4,Snow,245\n");
    let said = ["✅ 1 player was added", "1 line was skipped", "line 3"];
    world.says(&admin, ADD, &[("file", csv.clone())], &said).await;
    world
        .says(&admin, ADD, &[("file", csv), ("player_ids", json!("1002"))], &["Use either `file` or `player_ids`"])
        .await;
    world.says(&admin, ADD, &[("file", file(b"PK\x03\x04"))], &["Nobody", "this is a spreadsheet"]).await;
    let gone = file(b"1001\n");
    world.double.forget_files();
    world.says(&admin, ADD, &[("file", gone)], &["could not download the file"]).await;
    world.says(&admin, ADD, &[("player_ids", json!("1003"))], &["✅ 1 player was added"]).await;
    world.says(&admin, LIST, &[], &["👥 2 players", "1003 · ⚠️ no state"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn corrected_states_are_tried_again_at_once() {
    let world = World::new(&[("GOOD", Rule::Good), ("VIP", Rule::VipOnly)]).await;
    world.feed.add("GOOD", "", "");
    let _bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    world.active(&admin, 1).await;
    // All are in state 245 really, and neither a search around these states nor the others of the list find it.
    world.import(&admin, "1002,A,900\n1003,B,901\n1004,C,901\n").await;
    world.told(&admin, "manage giftcode redeem", &[("code", json!("GOOD"))]).await;
    let state = |player: &str, state: u32| [("player", json!(player)), ("state", json!(state))];
    let moved = ["✅ 2 players were moved from state 901 to state 245", "setstate from:245 to:901"];
    world.says(&admin, SETSTATE, &[("from", json!(901)), ("to", json!(245))], &moved).await;
    world.says(&admin, EDIT, &state("a", 245), &["✅ Saved: A (1002) · state 245"]).await;
    world.granted("GOOD", 3).await;
    world
        .says(
            &admin,
            SETSTATE,
            &[("from", json!(901)), ("to", json!(245))],
            &["❌ Nobody on the player list is in state 901"],
        )
        .await;
    world.says(&admin, SETSTATE, &[("from", json!(9)), ("to", json!(9))], &["❌ Both states are 9"]).await;
    world
        .says(
            &admin,
            EDIT,
            &[("player", json!("1002")), ("name", json!("New\u{202E} **x**"))],
            &["New \\*\\*x\\*\\* (1002)"],
        )
        .await;
    world.told(&admin, "manage giftcode add", &[("code", json!("VIP"))]).await;
    world.told(&admin, "manage giftcode redeem", &[("code", json!("VIP"))]).await;
    world.message("VIP: done for 3 players").await;
    let failing = ["❌ 3 players with failed codes", "(1002) · state 245 · ❌ 1 code, last: the VIP level is too low"];
    world.says(&admin, LIST, &filter(FAILING), &failing).await;
    world.says(&admin, EDIT, &[("player", json!("1002"))], &["❌ Give a `name`, a `state` or both"]).await;
    world.says(&admin, EDIT, &state("1009", 245), &["❌ 1009 is not on the player list"]).await;
    world.says(&admin, EDIT, &state("Nobody", 245), &["Nobody on the player list is called"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_removed_from_the_menu_and_put_back_over_a_restart() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.says(&admin, REMOVE, &[], &["The player list is empty"]).await;
    let lines: String = (0..1000).map(|at| format!("{},Lord{at:03},245\n", 2000 + at)).collect();
    world.import(&admin, &lines).await;
    let menu = world.ask(&admin, REMOVE, &[]).await;
    let first = menu.message();
    let ids = offered(&first);
    assert_eq!((ids.len(), ids[0].as_str()), (25, "2000"));
    assert!(first.parts().any(|part| part["label"] == json!("1 of 40")), "{:#?}", first.components);
    pressed(&world, &admin, &first, "▶").await;
    let second = menu.message();
    assert_eq!(offered(&second)[0], "2025");
    let done = choose(&world, &admin, &menu, &["2025", "2027", "2049"]).await;
    has(&done.text(), &["✅ 3 players were removed", "Lord025 (2025), Lord027 (2027), Lord049 (2049)", "**Undo**"]);
    assert_eq!(offered(&menu.message())[..2], ["2026", "2028"], "the menu goes on");
    choose(&world, &admin, &menu, &["2026"]).await;
    // A member cannot see this message in Discord, but forged presses must be refused too.
    let member = world.member();
    let refused = pressed(&world, &member, &done, "Undo").await;
    has(&refused.text(), &["Manage Server"]);
    let shown = menu.message();
    let refused = world.double.select(&member, &shown, &menu_id(&shown), &["2028"]).await;
    has(&refused.settled(PATIENCE).await.text(), &["Manage Server"]);
    let bot = restarted(&world, bot).await;
    has(&pressed(&world, &admin, &done, "Undo").await.text(), &["✅ 3 players are back on the player list"]);
    has(&pressed(&world, &admin, &done, "Undo").await.text(), &["They are on the player list already"]);
    // Search by typing.
    let form = world.double.press(&admin, &shown, shown.custom_id("Search")).await;
    let found = world.double.submit(&admin, &form, &[("search", "lord99")]).await;
    found.settled(PATIENCE).await;
    assert_eq!(found.response_kind(), Some(ResponseKind::DeferredUpdate));
    let found = menu.message();
    assert_eq!(offered(&found).len(), 10);
    choose(&world, &admin, &menu, &["2990"]).await;
    assert_eq!(offered(&menu.message()).len(), 9, "the search stays");
    let now = menu.message();
    let form = world.double.press(&admin, &now, now.custom_id("Search")).await;
    world.double.submit(&admin, &form, &[("search", "**x**")]).await.settled(PATIENCE).await;
    has(&menu.text(), &["Nobody on the player list is called “\\*\\*x\\*\\*”"]);
    pressed(&world, &admin, &menu.message(), "Show all").await;
    assert_eq!(offered(&menu.message()).len(), 25);
    world.says(&admin, LIST, &filter(LEFT), &["🚪 2 players removed", "Lord990 (2990)", "Lord026 (2026)"]).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_ids_are_removed_and_too_late_is_too_late() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    world.import(&admin, "1001,Frost,245\n1002,Snow,245\n1003,Ice,245\n").await;
    let answer = world.ask(&admin, REMOVE, &[("player_ids", json!("1001, 1002 1009 x"))]).await;
    let parts = [
        "✅ 2 players were removed",
        "Frost (1001), Snow (1002)",
        "Not on the player list: 1009",
        "1 entry was skipped",
        "“x”",
    ];
    has(&answer.text(), &parts);
    world.says(&admin, LIST, &[], &["👥 1 player"]).await;
    let file = Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    file.execute("UPDATE drafts SET made_at = made_at - 16 * 60 * 1000", []).unwrap();
    let late = pressed(&world, &admin, &answer.message(), "Undo").await;
    has(&late.text(), &["can no longer be undone", "filter:left"]);
    world.says(&admin, LIST, &[], &["👥 1 player"]).await;
    let answer = world.ask(&admin, REMOVE, &[("player", json!("ice"))]).await;
    has(&pressed(&world, &admin, &answer.message(), "Undo").await.text(), &["✅ 1 player is back"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_replaced_as_previewed_over_restarts_and_anew_when_it_changed() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.import(&admin, "1001,Frost,245\n1002,Snow,245\n1003,Ice,245\n").await;
    let lines = "1001,Frost,245\n1002,Snow,246\n1004,Owl,245\n";
    let preview = replace(&world, &admin, lines).await;
    let shown = preview.text();
    has(&shown, &["Replace the player list?", "➕ 1 player comes: Owl (1004)", "➖ 1 player goes: Ice (1003)"]);
    has(&shown, &["✏️ 1 player changes: Snow (1002)", "1 player stays"]);
    let file = String::from_utf8(preview.attachments()[0].bytes.clone()).unwrap();
    has(&file, &["comes,1004,Owl,245", "goes,1003,Ice,245", "changes,1002,Snow,246,,Snow,245"]);
    world.says(&admin, LIST, &[], &["👥 3 players", "Ice (1003)"]).await;
    let refused = pressed(&world, &world.member(), &preview.message(), "Replace the list").await;
    has(&refused.text(), &["Manage Server"]);
    // Somebody adds a player meanwhile, and the bot is killed.
    world.told(&admin, ADD, &[("player_ids", json!("1005")), ("state", json!(245))]).await;
    let bot = restarted(&world, bot).await;
    let anew = pressed(&world, &admin, &preview.message(), "Replace the list").await;
    has(&anew.text(), &["has changed since, so nothing was done", "➖ 2 players go"]);
    assert_eq!(anew.attachments().len(), 1);
    world.says(&admin, LIST, &[], &["👥 4 players"]).await;
    let bot = restarted(&world, bot).await;
    let done = pressed(&world, &admin, &anew.message(), "Replace the list").await;
    has(&done.text(), &["✅ The player list was replaced: 1 new, 2 removed, 1 changed", "now has 3 players"]);
    let same = pressed(&world, &admin, &anew.message(), "Replace the list").await;
    has(&same.text(), &["The player list is like the file already"]);
    world.says(&admin, LIST, &[], &["👥 3 players", "Owl (1004)", "Snow (1002) · state 246"]).await;
    has(&replace(&world, &admin, lines).await.text(), &["The player list is like the file already"]);
    // Bad lines, and files that are too large or too old.
    has(&replace(&world, &admin, "x,Frost,245\n").await.text(), &["Nobody was imported", "line 2"]);
    let many: String = (1..=10_001).map(|id| format!("{id},,245\n")).collect();
    has(&replace(&world, &admin, &many).await.text(), &["the file has 10,001 players", "10,000 at most"]);
    let old = replace(&world, &admin, "1001,Frost,245\n").await;
    let file = Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    file.execute("UPDATE drafts SET made_at = made_at - 25 * 3600 * 1000", []).unwrap();
    has(&pressed(&world, &admin, &old.message(), "Replace the list").await.text(), &["I no longer know this file"]);
    world.says(&admin, LIST, &[], &["👥 3 players"]).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_is_whole_or_not_at_all_when_the_bot_is_killed_while_it_works() {
    for wait in [0, 5, 20, 60] {
        let world = World::new(&[]).await;
        let bot = world.start().await;
        let admin = world.admin();
        let list = |from: u64| (from..from + 1000).map(|id| format!("{id},P{id},245\n")).collect::<String>();
        world.import(&admin, &list(2000)).await;
        let preview = replace(&world, &admin, &list(2500)).await;
        has(&preview.text(), &["➕ 500 players come", "➖ 500 players go", "500 players stay"]);
        let message = preview.message();
        world.double.send_press(&admin, &message, message.custom_id("Replace the list"));
        tokio::time::sleep(Duration::from_millis(wait)).await;
        bot.kill().await;
        let ids: Vec<u32> = {
            let file = Connection::open(world.folder.path().join("giftcode.db")).unwrap();
            let mut rows = file.prepare("SELECT player_id FROM rosters WHERE deleted = 0 ORDER BY 1").unwrap();
            rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
        };
        assert!(
            ids == (2000..3000).collect::<Vec<_>>() || ids == (2500..3500).collect::<Vec<_>>(),
            "{wait} ms: {ids:?}"
        );
        let bot = connected(&world).await;
        let again = pressed(&world, &admin, &message, "Replace the list").await.text();
        assert!(
            again.contains("was replaced: 500 new, 500 removed") || again.contains("like the file already"),
            "{again}"
        );
        world.says(&admin, LIST, &[], &["👥 1,000 players", "P2500 (2500)"]).await;
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_show_whom_to_care_about_and_have_pages() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.says(&admin, LIST, &filter(NO_STATE), &["✅ Every player on the list has a state"]).await;
    let ids: Vec<String> = (1..=45).map(|id| (3000 + id).to_string()).collect();
    world.told(&admin, ADD, &[("player_ids", json!(ids.join(" ")))]).await;
    world.import(&admin, "1001,Frost,245\n1002,Snow,245\n").await;
    let stateless = world.ask(&admin, LIST, &filter(NO_STATE)).await;
    has(&stateless.text(), &["⚠️ 45 players without a state", "3020 · ⚠️ no state", "/manage players edit"]);
    pressed(&world, &admin, &stateless.message(), "▶").await;
    pressed(&world, &admin, &stateless.message(), "▶").await;
    has(&stateless.text(), &["3045"]);
    // The list shrinks while its last page is shown.
    world.told(&admin, REMOVE, &[("player_ids", json!(ids[20..].join(" ")))]).await;
    pressed(&world, &admin, &stateless.message(), "◀").await;
    has(&stateless.text(), &["⚠️ 20 players without a state", "3001"]);
    has(&world.told(&admin, LIST, &filter(LEFT)).await, &["🚪 25 players removed", "removed <t:"]);
    world.told(&member, "link", &[("player_id", json!(1001)), ("state", json!(245))]).await;
    let unlinked = world.told(&admin, LIST, &filter(NOT_LINKED)).await;
    assert!(unlinked.contains("🔗 21 players") && !unlinked.contains("Frost"), "{unlinked}");
    world.says(&admin, LIST, &filter(FAILING), &["✅ No code has failed for anybody"]).await;
    world.says(&admin, LIST, &[], &["As a file: `/manage players export`"]).await;
}
