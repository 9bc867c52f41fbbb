//! Reminders where codes are posted in a forum: in the code's own post, exactly once. A code whose post was deleted gets
//! another one.

use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use crate::after::{expire, press};
use crate::alliances::manage_moved;
use crate::forums::{FORUM, set, thread};
use crate::world::{CHANNEL, GUILD, World};
use discord_double::{Guild, Message, Point, User, permission};

const FAILED: &str = "Cannot send a notice about ENDS to guild";
const STATUS: &str = "manage giftcode status";

/// A code that ends in 20 hours, was posted in the forum 7 hours ago, and was not tried for a player. The bot is stopped.
async fn world() -> (World, User, u64) {
    let (world, admin) = without_post().await;
    let bot = world.start().await;
    set(&world, &admin).await;
    let post = posted(&world).await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    world.import(&admin, "1001,One,245\n").await;
    bot.stop().await;
    make_due(&world, 1);
    (world, admin, post)
}

async fn without_post() -> (World, User) {
    let world = World::new(&[("ENDS", Rule::Good)]).await;
    world.double.add_guild(Guild::new(GUILD).text(CHANNEL, "gift-codes").forum(FORUM, "codes"));
    let admin = world.admin();
    (world, admin)
}

/// The code is published. Returns its post.
async fn posted(world: &World) -> u64 {
    world.feed.add("ENDS", "", &(Timestamp::now() + SignedDuration::from_hours(20)).to_string());
    thread(world, "ENDS").await
}

/// Nobody needs a reminder right after the post.
fn make_due(world: &World, posts: usize) {
    let file = Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    assert_eq!(file.execute("UPDATE posts SET posted_at = posted_at - 7 * 3600 * 1000", []).unwrap(), posts);
}

/// Every reminder that people can see, in whichever post.
fn reminders(world: &World) -> Vec<Message> {
    let channels = world.double.forum_posts(FORUM).into_iter().map(|post| post.id).chain([CHANNEL]);
    let all = channels.flat_map(|channel| world.double.messages(channel));
    all.filter(|message| message.text().contains("ends soon")).collect()
}

async fn reminded(world: &World) -> Message {
    world.until("a reminder", || !reminders(world).is_empty()).await;
    reminders(world).remove(0)
}

/// Starts the bot once more: by then, the reminder is settled.
async fn stays_the_only_one(world: &World, case: &str) {
    let bot = world.start().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(reminders(world).len(), 1, "{case}: {:#?}", reminders(world));
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reminder_is_in_the_codes_post_though_it_is_archived() {
    for is_archived in [false, true] {
        let case = format!("archived: {is_archived}");
        let (world, admin, post) = world().await;
        if is_archived {
            world.double.archive(post);
        }
        let bot = world.start().await;
        let reminder = reminded(&world).await;
        assert!(reminder.channel == post && reminder.text().contains("One (1001)"), "{case}: {reminder:#?}");
        assert!(!world.double.channel(post).thread.unwrap().is_archived, "people find it among the open ones");
        bot.stop().await;
        stays_the_only_one(&world, &case).await;
        assert_eq!(world.double.forum_posts(FORUM).len(), 1, "{case}");
        let _bot = world.start().await;
        let answered = press(&world, &admin, &reminder, "Redeem for the player list").await;
        assert!(answered.text().contains("I am redeeming `ENDS` for 1 player"), "{}", answered.text());
        let is_done = |message: &Message| message.text().contains("done for 1 player");
        world.until("the progress in the same post", || world.double.messages(post).iter().any(is_done)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_post_was_deleted_is_remembered_in_a_post_of_its_own() {
    for is_away in [true, false] {
        let case = format!("deleted while the bot is away: {is_away}");
        let (world, _, post) = world().await;
        let bot = if is_away {
            world.double.delete_thread(post);
            world.start().await
        } else {
            let mut gate = world.double.gate(Point::BeforeCreate);
            let bot = world.start().await;
            gate.reached().await;
            world.double.delete_thread(post);
            gate.open();
            bot
        };
        let reminder = reminded(&world).await;
        let [own] = world.double.forum_posts(FORUM).try_into().unwrap();
        assert_eq!((own.name.as_str(), own.id, own.id), ("ENDS", reminder.channel, reminder.id), "{case}");
        assert!(reminder.text().contains("One (1001)"), "{case}: {}", reminder.text());
        bot.stop().await;
        stays_the_only_one(&world, &case).await;
        assert_eq!(world.double.forum_posts(FORUM).len(), 1, "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_reminder_goes_nowhere_else_and_is_sent_once_when_it_may() {
    let allowed = permission::POSTING;
    let in_threads = allowed & !permission::SEND_MESSAGES_IN_THREADS;
    for (is_deleted, is_locked, granted) in [
        (false, false, in_threads),
        (false, true, allowed),
        // A post of its own needs another permission.
        (true, false, allowed & !permission::SEND_MESSAGES),
    ] {
        let case = format!("deleted: {is_deleted}, locked: {is_locked}, granted: {granted:b}");
        let (world, admin, post) = world().await;
        if is_deleted {
            world.double.delete_thread(post);
        }
        world.double.set_bot_permissions(GUILD, granted);
        if is_locked {
            world.double.lock(post, true);
        }
        let bot = world.start().await;
        bot.said(FAILED).await;
        assert!(reminders(&world).is_empty(), "{case}");
        assert_eq!(world.double.forum_posts(FORUM).len(), usize::from(!is_deleted), "{case}");
        // Codes are another matter: whether they can be posted shows when there is one.
        let told = world.told(&admin, STATUS, &[]).await;
        assert!(!told.contains("paused"), "{case}: {told}");
        bot.stop().await;
        world.double.set_bot_permissions(GUILD, allowed);
        if is_locked {
            world.double.lock(post, false);
        }
        let bot = world.start().await;
        let reminder = reminded(&world).await;
        assert_eq!(reminder.channel == post, !is_deleted, "{case}");
        bot.stop().await;
        stays_the_only_one(&world, &case).await;
        assert_eq!(world.double.forum_posts(FORUM).len(), 1, "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_reminder_in_a_forum_appears_once_whenever_the_bot_is_killed() {
    for (is_deleted, point, is_done, within_window) in [
        (false, Point::BeforeCreate, true, true),
        (false, Point::AfterCreate, true, false),
        (true, Point::BeforeCreate, false, false),
        (true, Point::BeforeCreate, true, false),
        (true, Point::AfterCreate, true, true),
    ] {
        let case = format!("deleted: {is_deleted}, killed at {point:?}, sent: {is_done}, soon: {within_window}");
        let (world, _, post) = world().await;
        if is_deleted {
            world.double.delete_thread(post);
            // The bot learns of it, and may not make another post yet.
            world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES);
            let bot = world.start().await;
            bot.said(FAILED).await;
            bot.stop().await;
            world.double.set_bot_permissions(GUILD, permission::POSTING);
        }
        let mut gate = world.double.gate(point);
        let bot = world.start().await;
        gate.reached().await;
        bot.kill().await;
        if is_done {
            gate.open();
        } else {
            gate.drop_request();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        if !within_window {
            expire(&world);
        }
        let _bot = world.start().await;
        let reminder = reminded(&world).await;
        assert_eq!(reminder.channel == post, !is_deleted, "{case}");
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!((reminders(&world).len(), world.double.forum_posts(FORUM).len()), (1, 1), "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alliances_that_share_a_forum_are_reminded_in_one_post_and_each_by_name() {
    let (world, admin) = without_post().await;
    let bot = world.start().await;
    set(&world, &admin).await;
    let ember = [("name", json!("Ember")), ("channel", json!(FORUM.to_string()))];
    world.says(&admin, "manage alliance add", &ember, &["Added **Ember**"]).await;
    manage_moved(&world, GUILD, true, true).await;
    let first = format!("Guild {GUILD}");
    let first = first.as_str();
    let post = posted(&world).await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    for (name, player) in [(first, 1001), ("Ember", 1002)] {
        let players = [("alliance", json!(name)), ("player_ids", json!(player.to_string())), ("state", json!(245))];
        world.says(&admin, "manage players add", &players, &["1 player"]).await;
    }
    bot.stop().await;
    make_due(&world, 2);
    let bot = world.start().await;
    world.until("both reminders", || reminders(&world).len() == 2).await;
    for (name, other, player) in [(first, "Ember", "1001"), ("Ember", first, "1002")] {
        let own = reminders(&world).into_iter().find(|reminder| reminder.text().contains(player)).unwrap();
        let text = own.text();
        assert!(own.channel == post && text.contains(name) && !text.contains(other), "{name}: {text}");
    }
    bot.stop().await;
    assert_eq!(world.double.forum_posts(FORUM).len(), 1);
}
