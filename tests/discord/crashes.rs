//! Invariant 1 under SIGKILL between every two steps of sending a message, within Discord's nonce window and after it:
//! exactly one message each time.

use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use rusqlite::Connection;
use serde_json::json;

use crate::world::{CHANNEL, GUILD, World};
use discord_double::{Gate, Point, permission};

/// The fate of a request whose sender was killed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Lost,
    Done,
}

async fn world_with_a_channel() -> World {
    let world = World::new(&[("CODE1", Rule::Good)]).await;
    let bot = world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    world.told(&world.admin(), "manage giftcode setchannel", &[]).await;
    bot.stop().await;
    world
}

/// Makes all attempts older than Discord's memory of their nonces.
pub fn expire_nonces(world: &World) {
    world.double.forget_nonces();
    let file = Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    let changed = ["posts", "runs"].map(|table| {
        let sql = format!("UPDATE {table} SET attempted_at = attempted_at - 600000 WHERE attempted_at IS NOT NULL");
        file.execute(&sql, []).unwrap()
    });
    assert!(changed.iter().sum::<usize>() > 0, "no attempt is noted");
}

fn decide(gate: Gate, fate: Fate) {
    match fate {
        Fate::Lost => gate.drop_request(),
        Fate::Done => gate.open(),
    }
}

/// Waits for a message with this text, and then for a duplicate that must not come.
async fn exactly_one(world: &World, part: &str, case: &str) {
    world.message(part).await;
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let messages = world.double.messages(CHANNEL);
    let count = messages.iter().filter(|message| message.text().contains(part)).count();
    assert_eq!(count, 1, "{case}: {messages:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_post_appears_once_whenever_the_bot_is_killed() {
    let cases =
        [(Point::BeforeCreate, Fate::Lost), (Point::BeforeCreate, Fate::Done), (Point::AfterCreate, Fate::Done)];
    for (point, fate) in cases {
        for within_window in [true, false] {
            let case = format!("killed at {point:?}, {fate:?}, within the nonce window: {within_window}");
            let world = world_with_a_channel().await;
            let bot = world.spawn();
            let mut gate = world.double.gate(point);
            world.feed.add("CODE1", "", "");
            gate.reached().await;
            bot.kill().await;
            decide(gate, fate);
            tokio::time::sleep(Duration::from_millis(100)).await;
            if !within_window {
                expire_nonces(&world);
            }
            let bot = world.spawn();
            exactly_one(&world, "CODE1", &case).await;
            bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
            bot.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_post_appears_once_when_the_bot_is_killed_while_storing_its_id() {
    // After Discord's answer, the id is stored within microseconds. The last case is surely after that.
    for wait_ms in [0, 2, 5, 10, 1000] {
        let world = world_with_a_channel().await;
        let bot = world.spawn();
        let mut gate = world.double.gate(Point::AfterCreate);
        world.feed.add("CODE1", "", "");
        gate.reached().await;
        gate.open();
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        bot.kill().await;
        let bot = world.spawn();
        exactly_one(&world, "CODE1", &format!("killed {wait_ms} ms after Discord's answer")).await;
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_post_is_found_in_a_busy_channel_and_waits_while_the_history_is_hidden() {
    let world = world_with_a_channel().await;
    let bot = world.spawn();
    let mut gate = world.double.gate(Point::AfterCreate);
    world.feed.add("CODE1", "", "");
    gate.reached().await;
    bot.kill().await;
    gate.open();
    let member = world.member();
    for number in 0..250 {
        world.double.post(&member, CHANNEL, &format!("hello {number}"));
    }
    expire_nonces(&world);
    let may_all = permission::POSTING;
    world.double.set_bot_permissions(GUILD, may_all & !permission::READ_MESSAGE_HISTORY);
    let bot = world.start().await;
    bot.said(&format!("Guild {GUILD} is paused")).await;
    // The connection announces the server, which causes one more attempt.
    let needed = "Allow me to read the channel's message history";
    world.says_soon(&world.admin(), "manage giftcode status", &[], needed).await;
    world.double.set_bot_permissions(GUILD, may_all);
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    exactly_one(&world, "CODE1", "in a busy channel").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_message_appears_once_and_continues_whenever_the_bot_is_killed() {
    for (point, within_window) in [(Point::BeforeCreate, true), (Point::AfterCreate, true), (Point::AfterCreate, false)]
    {
        let case = format!("killed at {point:?}, within the nonce window: {within_window}");
        let world = world_with_a_channel().await;
        let bot = world.start().await;
        let admin = world.admin();
        let csv = world.double.attach("p.csv", "text/csv", b"player_id,nickname,state\n1001,,245\n1002,,245\n");
        world.told(&admin, "manage players import", &[("file", csv)]).await;
        world.feed.add("CODE1", "", "");
        world.message("CODE1").await;
        bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
        let mut gate = world.double.gate(point);
        world.told(&admin, "manage giftcode redeem", &[("code", json!("CODE1"))]).await;
        gate.reached().await;
        bot.kill().await;
        decide(gate, Fate::Done);
        tokio::time::sleep(Duration::from_millis(100)).await;
        if !within_window {
            expire_nonces(&world);
        }
        let bot = world.spawn();
        exactly_one(&world, "done for 2 players", &case).await;
        assert_eq!(world.double.messages(CHANNEL).len(), 2, "{case}");
        bot.stop().await;
    }
}
