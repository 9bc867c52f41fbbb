//! Posts in forums: one for each code, exactly once, and the progress in the code's own post.

use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;

use crate::alliances::manage_moved;
use crate::world::{CHANNEL, GUILD, PATIENCE, World};
use discord_double::{Channel, Double, Fault, Guild, Message, Point, Thread, User, permission};

pub const FORUM: u64 = 1_165_706_299_393_183_759;
const SET: &str = "manage giftcode setchannel";
const TEST: &str = "manage giftcode test";
const STATUS: &str = "manage giftcode status";
const CODES: [(&str, Rule); 2] = [("CODE1", Rule::Good), ("CODE2", Rule::Good)];

async fn world() -> World {
    let world = World::new(&CODES).await;
    world.double.add_guild(Guild::new(GUILD).text(CHANNEL, "gift-codes").forum(FORUM, "codes"));
    world
}

pub async fn set(world: &World, admin: &User) {
    let told = world.told(admin, SET, &[("channel", json!(FORUM.to_string()))]).await;
    assert!(told.starts_with("✅") && told.contains("Every code gets its own post"), "{told}");
}

/// The id of the thread with this name, which is also its channel.
pub async fn thread(world: &World, name: &str) -> u64 {
    let find = || world.double.forum_posts(FORUM).into_iter().find(|post| post.name == name).map(|post| post.id);
    world.double.until(PATIENCE, &format!("a post named {name}"), find).await
}

fn file(world: &World) -> Connection {
    Connection::open(world.folder.path().join("giftcode.db")).unwrap()
}

/// Makes all attempts this much older, and what waits for them due.
fn age(world: &World, seconds: u32) {
    for table in ["posts", "runs"] {
        let sql = format!("UPDATE {table} SET attempted_at = attempted_at - ?1 WHERE attempted_at IS NOT NULL");
        file(world).execute(&sql, [1000 * seconds]).unwrap();
    }
    file(world).execute("UPDATE posts SET next_attempt_at = next_attempt_at - ?1", [1000 * seconds]).unwrap();
}

/// What was sent then has arrived. It may have taken so long.
fn settle(world: &World) {
    age(world, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_code_has_a_post_and_its_progress_is_shown_there() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    world.feed.add("CODE1", "1K Gems", "");
    world.feed.add("CODE2", "", "");
    world.active(&admin, 2).await;
    world.import(&admin, "1001,,245\n1002,,245\n").await;
    world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
    set(&world, &admin).await;
    for code in ["CODE1", "CODE2"] {
        let thread = thread(&world, code).await;
        let starter = world.double.message(thread);
        assert!(starter.content == code && starter.channel == thread, "{}", starter.content);
        let is_done = |message: &Message| message.text().contains("done for 2 players");
        world.double.wait_for_message(thread, PATIENCE, is_done).await;
        assert_eq!(world.double.messages(thread).len(), 2);
    }
    assert_eq!(world.double.forum_posts(FORUM).len(), 2);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_post_in_a_forum_appears_once_whenever_the_bot_is_killed() {
    for (point, is_done) in [(Point::BeforeCreate, false), (Point::BeforeCreate, true), (Point::AfterCreate, true)] {
        for (is_settled, is_archived) in [(false, false), (true, false), (true, true)] {
            let case = format!("killed at {point:?}, carried out: {is_done}, settled: {is_settled}, {is_archived}");
            let world = world().await;
            let bot = world.start().await;
            set(&world, &world.admin()).await;
            let mut gate = world.double.gate(point);
            world.feed.add("CODE1", "", "");
            gate.reached().await;
            bot.kill().await;
            match is_done {
                true => gate.open(),
                false => gate.drop_request(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            if is_settled {
                settle(&world);
            }
            if is_archived {
                world.double.forum_posts(FORUM).iter().for_each(|post| world.double.archive(post.id));
            }
            if !is_settled && !is_done {
                // A call may take a minute, so it may still get through.
                age(&world, 70);
            }
            let mut bot = world.spawn();
            if !is_settled && !is_done {
                bot.said("the earlier attempt may still get through").await;
                assert!(world.double.forum_posts(FORUM).is_empty(), "{case}");
                bot.kill().await;
                settle(&world);
                bot = world.spawn();
            }
            bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
            thread(&world, "CODE1").await;
            tokio::time::sleep(Duration::from_millis(1500)).await;
            assert_eq!(world.double.forum_posts(FORUM).len(), 1, "{case}");
            bot.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_looked_for_among_all_the_bots_posts_in_parts() {
    let world = World::new(&CODES).await;
    let now = Timestamp::now().as_millisecond().unsigned_abs() - 1_420_070_400_000;
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").forum(FORUM, "codes");
    for number in 0..51 {
        let thread = Some(Thread::new(FORUM, Double::BOT_USER));
        guild = guild.channel(Channel { thread, ..Channel::new((now - number) << 22, "recent", 11) });
    }
    world.double.add_guild(guild);
    let bot = world.start().await;
    set(&world, &world.admin()).await;
    world.feed.add("CODE1", "", "");
    bot.said("cannot check yet whether it was posted: the search of the forum's posts goes on").await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    assert_eq!(world.double.forum_posts(FORUM).iter().filter(|post| post.name == "CODE1").count(), 1);
    bot.stop().await;
    // After an interrupted attempt, among those of its time.
    let world = self::world().await;
    interrupted(&world).await;
    let recent = |number: u64| ((now + number) << 22, Thread::new(FORUM, Double::BOT_USER));
    world.double.add_guild(with_threads((0..120).map(recent)));
    let bot = world.spawn();
    bot.said("the search of the forum's posts goes on").await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    assert_eq!(world.double.forum_posts(FORUM).iter().filter(|post| post.name == "CODE1").count(), 1);
    bot.stop().await;
}

/// A guild whose forum has these threads of the bot, besides.
fn with_threads(threads: impl Iterator<Item = (u64, Thread)>) -> Guild {
    let guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").forum(FORUM, "codes");
    threads.fold(guild, |guild, (id, thread)| {
        guild.channel(Channel { thread: Some(thread), ..Channel::new(id, "recent", 11) })
    })
}

/// Kills the bot while it posts in the forum; the request is lost.
async fn interrupted(world: &World) {
    let bot = world.start().await;
    set(world, &world.admin()).await;
    let mut gate = world.double.gate(Point::BeforeCreate);
    world.feed.add("CODE1", "", "");
    gate.reached().await;
    bot.kill().await;
    gate.drop_request();
    settle(world);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_post_is_settled_however_many_posts_came_since() {
    let world = world().await;
    let half_an_hour_ago = Timestamp::now().as_millisecond().unsigned_abs() - 1_420_070_400_000 - 1_800_000;
    let newer = |at: u64| ((half_an_hour_ago + at) << 22, Thread::new(FORUM, Double::BOT_USER));
    world.double.add_guild(with_threads((0..60).map(newer)));
    interrupted(&world).await;
    age(&world, 3600);
    let bot = world.spawn();
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_for_an_interrupted_post_ends_however_many_posts_are_archived() {
    let world = world().await;
    // More than are searched at once, all archived after the attempt.
    let later = Timestamp::now() + SignedDuration::from_hours(1);
    let archived = |at: u64| {
        let changed_at = later + SignedDuration::from_millis(at.cast_signed());
        Thread { is_archived: true, changed_at, ..Thread::new(FORUM, 1) }
    };
    world.double.add_guild(with_threads((1..=2050).map(|at| (at, archived(at)))));
    interrupted(&world).await;
    let bot = world.spawn();
    bot.said("the search of the forum's posts goes on").await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_post() {
    let world = world().await;
    let bot = world.start().await;
    set(&world, &world.admin()).await;
    let mut losses = 1;
    world.double.fail_requests(move |attempt| {
        let is_one = attempt.method == "POST" && attempt.path.ends_with("/threads") && losses > 0;
        losses -= usize::from(is_one);
        is_one.then_some(Fault::DoneThenClosed)
    });
    world.feed.add("CODE1", "", "");
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    assert_eq!(world.double.forum_posts(FORUM).len(), 1);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_over_is_corrected_in_its_archived_post() {
    let world = World::new(&[("CODE1", Rule::Good)]).await;
    world.double.add_guild(Guild::new(GUILD).text(CHANNEL, "gift-codes").forum(FORUM, "codes"));
    let bot = world.start().await;
    set(&world, &world.admin()).await;
    world.feed.add("CODE1", "", "");
    let thread = thread(&world, "CODE1").await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    bot.stop().await;
    world.double.archive(thread);
    file(&world).execute("UPDATE codes SET expires_at = 1000, version = version + 1", []).unwrap();
    let bot = world.spawn();
    world.until("it is corrected", || world.double.message(thread).text().contains("no longer active")).await;
    // Nobody needs it open.
    world.until("it is archived again", || world.double.channel(thread).thread.unwrap().is_archived).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_moves_to_a_new_post_when_the_codes_post_was_deleted() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    set(&world, &admin).await;
    world.feed.add("CODE1", "", "");
    let first = thread(&world, "CODE1").await;
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    world.import(&admin, "1001,,245\n").await;
    world.double.delete_thread(first);
    world.told(&admin, "manage giftcode redeem", &[("code", json!("CODE1"))]).await;
    let second = thread(&world, "CODE1").await;
    world.until("it is done", || world.double.message(second).text().contains("done for 1 player")).await;
    assert_ne!(first, second);
    let told = world.told(&admin, STATUS, &[]).await;
    assert!(!told.contains("paused"), "{told}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_tag_is_set_and_one_for_moderators_only_pauses_the_server() {
    let world = world().await;
    world.double.set_tags(FORUM, &[(81, "Staff", true), (82, "Codes", false)], true);
    let bot = world.start().await;
    let admin = world.admin();
    set(&world, &admin).await;
    world.feed.add("CODE1", "", "");
    let first = thread(&world, "CODE1").await;
    assert_eq!(world.double.channel(first).thread.unwrap().tags, [82]);
    world.double.set_tags(FORUM, &[(81, "Staff", true)], true);
    world.feed.add("CODE2", "", "");
    bot.said(&format!("Guild {GUILD} is paused")).await;
    world.says_soon(&admin, STATUS, &[], "every post in the forum needs a tag").await;
    let told = world.told(&admin, SET, &[("channel", json!(FORUM.to_string()))]).await;
    assert!(told.starts_with("❌") && told.contains("needs a tag"), "{told}");
    // A moderator stops requiring it.
    world.double.set_tags(FORUM, &[(81, "Staff", true)], false);
    thread(&world, "CODE2").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forum_needs_its_own_permissions() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    let forum = [("channel", json!(FORUM.to_string()))];
    let lacking = permission::SEND_MESSAGES | permission::SEND_MESSAGES_IN_THREADS;
    world.double.set_bot_permissions(GUILD, permission::POSTING & !lacking);
    world.says(&admin, SET, &forum, &["**Create Posts** and **Send Messages in Posts**"]).await;
    world.double.set_bot_permissions(GUILD, permission::POSTING);
    set(&world, &admin).await;
    // Codes that wait for a text channel are posted one by one in the forum.
    world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES);
    world.feed.add("CODE1", "", "");
    bot.said(&format!("Guild {GUILD} is paused")).await;
    world.double.set_bot_permissions(GUILD, permission::POSTING);
    thread(&world, "CODE1").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_in_a_codes_post_are_about_the_alliance_of_the_forum() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    let options = [("name", json!("Ember")), ("channel", json!(FORUM.to_string()))];
    world.says(&admin, "manage alliance add", &options, &["Added **Ember**"]).await;
    manage_moved(&world, GUILD, true, true).await;
    world.feed.add("CODE1", "", "");
    let post = thread(&world, "CODE1").await;
    let there = async |command: &str, options: &[(&str, serde_json::Value)]| {
        let answered = world.double.slash(&admin, post, command, options).await;
        answered.settled(PATIENCE).await;
        answered.text()
    };
    let players = [("player_ids", json!("1001")), ("state", json!(245))];
    let told = there("manage players add", &players).await;
    assert!(told.contains("**Ember**") && told.contains("1 player"), "{told}");
    let told = there("manage players list", &[]).await;
    assert!(told.contains("**Ember**") && told.contains("1001"), "{told}");
    let typed = [("player", json!("100"))];
    let offered = world.double.autocomplete(&admin, post, "manage players remove", &typed, "player").await;
    assert_eq!(offered.len(), 1, "{offered:?}");
    // A post is a channel of its own, which is seldom meant.
    let told = there(SET, &[]).await;
    assert!(told.contains("**Ember**") && told.contains("This is one post of a forum"), "{told}");
    let told = world.told(&admin, SET, &[("channel", json!(FORUM.to_string())), ("alliance", json!("Ember"))]).await;
    assert!(told.contains("Every code gets its own post") && !told.contains("one post of a forum"), "{told}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_in_a_forum_needs_manage_posts_and_takes_the_whole_post_back() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    set(&world, &admin).await;
    world.says(&admin, TEST, &[], &["posting was not tried", "➖ Post: not tried", "**Manage Posts**"]).await;
    assert!(world.double.forum_posts(FORUM).is_empty());
    world.double.set_bot_permissions(GUILD, permission::POSTING | permission::MANAGE_THREADS);
    world.says(&admin, TEST, &[], &["✅ Post:"]).await;
    assert_eq!(world.double.forum_posts(FORUM).len(), 1);
    world.until("it is gone", || world.double.forum_posts(FORUM).is_empty()).await;
    // Killed before the answer: the sample is looked up.
    let mut gate = world.double.gate(Point::AfterCreate);
    let _sent = world.double.send_slash(&admin, CHANNEL, TEST, &[]);
    gate.reached().await;
    bot.kill().await;
    gate.open();
    file(&world).execute("UPDATE guilds SET sample_at = sample_at - 61000 WHERE sample_nonce IS NOT NULL", []).unwrap();
    let bot = world.start().await;
    world.until("it is gone too", || world.double.forum_posts(FORUM).is_empty()).await;
    bot.stop().await;
}
