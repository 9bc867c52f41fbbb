//! Reminders before a code ends.

use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::after::{expire, press};
use crate::world::{CHANNEL, World};
use discord_double::{Message, Point, User, permission};

const ENDS_SOON: &str = "ENDS ends soon";

/// A code that ends in 20 hours and was posted 7 hours ago, and two players, one of them in a wrong state. The bot is stopped.
async fn world() -> (World, User) {
    let world = World::new(&[("ENDS", Rule::Good), ("LATER", Rule::Good)]).await;
    let ends = |hours| (Timestamp::now() + SignedDuration::from_hours(hours)).to_string();
    world.feed.add("ENDS", "", &ends(20));
    world.feed.add("LATER", "", &ends(30));
    let bot = world.start().await;
    let admin = world.admin();
    world.active(&admin, 2).await;
    world.set_channel(&admin).await;
    world.message("ENDS").await;
    world.import(&admin, "1001,One,245\n9101,Two,245\n").await;
    // Right after the post, nobody needs a reminder.
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(reminders(&world).is_empty());
    bot.stop().await;
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    assert_eq!(file.execute("UPDATE posts SET posted_at = posted_at - 7 * 3600 * 1000", []).unwrap(), 2);
    (world, admin)
}

fn reminders(world: &World) -> Vec<Message> {
    world.double.messages(CHANNEL).into_iter().filter(|message| message.text().contains("ends soon")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_before_its_end_a_code_is_remembered_once_with_who_does_not_have_it() {
    let (world, admin) = world().await;
    let bot = world.start().await;
    let reminder = world.message(ENDS_SOON).await;
    let text = reminder.text();
    assert!(text.contains("2 players do not have it yet") && text.contains("2 players: not tried yet"), "{text}");
    assert!(text.contains("One (1001)") && text.contains("Two (9101)"), "{text}");
    let member = world.member();
    let refused = press(&world, &member, &reminder, "Redeem for the player list").await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());
    let answered = press(&world, &admin, &reminder, "Redeem for the player list").await;
    assert!(answered.text().contains("I am redeeming `ENDS` for 2 players"), "{}", answered.text());
    world.message("ENDS: done for 2 players").await;
    bot.stop().await;
    let _bot = world.start().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let all = reminders(&world);
    assert_eq!(all.len(), 1, "once, and not of the code that ends later: {all:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_reminder_if_all_have_the_code_or_the_server_wants_none() {
    let (world, admin) = world().await;
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    file.execute("UPDATE guilds SET remind = 0", []).unwrap();
    let bot = world.start().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(reminders(&world).is_empty());
    world.says(&admin, "manage giftcode notify", &[], &["Nothing is posted before a code ends"]).await;
    // All have it.
    world.says(&admin, "manage players remove", &[("player", json!("9101"))], &["✅"]).await;
    world.import(&admin, "1101,Two,300\n").await;
    world.told(&admin, "manage giftcode redeem", &[("code", json!("ENDS"))]).await;
    world.message("ENDS: done for 2 players").await;
    world.says(&admin, "manage giftcode notify", &[("reminder", json!(0))], &["A day before a code ends"]).await;
    bot.stop().await;
    let bot = world.start().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(reminders(&world).is_empty());
    // Somebody joins. The channel refuses the message at first.
    world.import(&admin, "1002,New,245\n").await;
    bot.stop().await;
    let bot = world.start().await;
    let reminder = world.message(ENDS_SOON).await;
    assert!(reminder.text().contains("1 player does not have it yet"), "{}", reminder.text());
    bot.stop().await;
    let _ = permission::POSTING;
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_reminder_appears_once_whenever_the_bot_is_killed() {
    for (point, is_done, within_window) in
        [(Point::BeforeCreate, false, false), (Point::BeforeCreate, true, true), (Point::AfterCreate, true, false)]
    {
        let case = format!("killed at {point:?}, sent: {is_done}, within the nonce window: {within_window}");
        let (world, _) = world().await;
        let mut gate = world.double.gate(point);
        let bot = world.start().await;
        gate.reached().await;
        bot.kill().await;
        if is_done {
            gate.open()
        } else {
            gate.drop_request()
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        if !within_window {
            expire(&world);
        }
        let _bot = world.start().await;
        world.message(ENDS_SOON).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(reminders(&world).len(), 1, "{case}");
    }
}
