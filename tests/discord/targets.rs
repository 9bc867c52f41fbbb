//! Announcement channels, threads, several roles and the sample of `/manage giftcode test`.

use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::world::{CHANNEL, GUILD, PATIENCE, World};
use discord_double::{Channel, Fault, Guild, Message, Point, Role, Thread, User, permission};

const NEWS: u64 = 1_165_706_299_393_183_757;
const THREAD: u64 = 1_165_706_299_393_183_758;
const SET: &str = "manage giftcode setchannel";
const TEST: &str = "manage giftcode test";
const STATUS: &str = "manage giftcode status";

/// A world whose guild has an announcement channel and a thread too.
async fn world() -> World {
    let world = World::new(&[("CODE1", Rule::Good), ("CODE2", Rule::Good)]).await;
    let guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").announcements(NEWS, "news");
    world.double.add_guild(guild.thread(THREAD, "codes", CHANNEL));
    world
}

async fn set(world: &World, admin: &User, channel: u64) -> String {
    let told = world.told(admin, SET, &[("channel", json!(channel.to_string()))]).await;
    assert!(told.starts_with("✅"), "{told}");
    told
}

async fn post_in(world: &World, channel: u64, code: &str) -> Message {
    world.double.wait_for_message(channel, PATIENCE, |message| message.text().contains(code)).await
}

fn publishes(world: &World) -> usize {
    let requests = world.double.requests();
    requests.iter().filter(|log| log.path.ends_with("/crosspost") && log.status == Some(200)).count()
}

async fn published(world: &World, message: &Message) {
    world.until("it is published", || world.double.message(message.id).is_crossposted()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_in_announcement_channels_are_published_once_and_others_never() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    let told = set(&world, &admin, NEWS).await;
    assert!(told.contains("I publish every post to the channels that follow it"), "{told}");
    world.feed.add("CODE1", "", "");
    let post = post_in(&world, NEWS, "CODE1").await;
    published(&world, &post).await;
    bot.said(&format!("Published a post of guild {GUILD}")).await;
    // An admin makes it an ordinary channel.
    world.double.convert(NEWS, 0);
    bot.said("is of the kind text").await;
    world.feed.add("CODE2", "", "");
    let second = post_in(&world, NEWS, "CODE2").await;
    bot.stop().await;
    let bot = world.start().await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!world.double.message(second.id).is_crossposted());
    assert_eq!(publishes(&world), 1);
    bot.stop().await;
}

/// A text channel that becomes an announcement channel while the bot is away.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_was_converted_meanwhile_is_known_at_the_next_start() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    bot.stop().await;
    world.double.convert(CHANNEL, 5);
    let bot = world.start().await;
    bot.said("is of the kind announcement").await;
    world.feed.add("CODE1", "", "");
    published(&world, &world.message("CODE1").await).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_is_done_once_whenever_the_bot_is_killed() {
    for (point, is_done) in [
        (Point::AfterCreate, true),
        (Point::BeforePublish, false),
        (Point::BeforePublish, true),
        (Point::AfterPublish, true),
    ] {
        let case = format!("killed at {point:?}, carried out: {is_done}");
        let world = world().await;
        let bot = world.start().await;
        set(&world, &world.admin(), NEWS).await;
        let mut gate = world.double.gate(point);
        world.feed.add("CODE1", "", "");
        gate.reached().await;
        bot.kill().await;
        match is_done {
            true => gate.open(),
            false => gate.drop_request(),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let bot = world.spawn();
        let post = post_in(&world, NEWS, "CODE1").await;
        published(&world, &post).await;
        bot.said(&format!("Published a post of guild {GUILD}")).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(world.double.messages(NEWS).len(), 1, "{case}");
        let state = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
        let stored: String = state.query_row("SELECT publish FROM posts", [], |row| row.get(0)).unwrap();
        assert_eq!(stored, "done", "{case}");
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_publication_harms_no_post_and_is_tried_again() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    set(&world, &admin, NEWS).await;
    let mut refusals = 2;
    world.double.fail_requests(move |attempt| {
        let is_one = attempt.path.ends_with("/crosspost") && refusals > 0;
        refusals -= usize::from(is_one);
        is_one.then_some(if refusals == 1 { Fault::Error { status: 403, code: 50013 } } else { Fault::DoneThenClosed })
    });
    world.feed.add("CODE1", "", "");
    let post = post_in(&world, NEWS, "CODE1").await;
    // Other posts do not wait for it.
    world.feed.add("CODE2", "", "");
    post_in(&world, NEWS, "CODE2").await;
    published(&world, &post).await;
    let told = world.told(&admin, STATUS, &[]).await;
    assert!(!told.contains("paused") && !told.contains("posts have failed"), "{told}");
    world.until("both are published", || world.double.messages(NEWS).iter().all(Message::is_crossposted)).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_publications_is_waited_for_and_posts_go_on() {
    let world = world().await;
    world.double.set_publish_limit(1, Duration::from_secs(12));
    let bot = world.start().await;
    set(&world, &world.admin(), NEWS).await;
    world.feed.add("CODE1", "", "");
    published(&world, &post_in(&world, NEWS, "CODE1").await).await;
    world.feed.add("CODE2", "", "");
    let second = post_in(&world, NEWS, "CODE2").await;
    assert!(!second.is_crossposted());
    published(&world, &second).await;
    let asked = world.double.requests().iter().filter(|log| log.path.ends_with("/crosspost")).count();
    assert!((3..=4).contains(&asked), "it asked {asked} times");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publication_that_is_refused_for_good_is_given_up() {
    for code in [10008, 50024, 50068] {
        let world = world().await;
        let bot = world.start().await;
        set(&world, &world.admin(), NEWS).await;
        world.double.fail_requests(move |attempt| {
            attempt.path.ends_with("/crosspost").then_some(Fault::Error { status: 400, code })
        });
        world.feed.add("CODE1", "", "");
        post_in(&world, NEWS, "CODE1").await;
        bot.said(&format!("A post of guild {GUILD} cannot be published")).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(world.double.requests().iter().filter(|log| log.path.ends_with("/crosspost")).count(), 1, "{code}");
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_thread_is_opened_and_a_locked_one_pauses_the_server() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    set(&world, &admin, THREAD).await;
    world.double.archive(THREAD);
    world.feed.add("CODE1", "", "");
    post_in(&world, THREAD, "CODE1").await;
    assert!(!world.double.channel(THREAD).thread.unwrap().is_archived);
    // Locked and archived: only moderators can open it.
    world.double.lock(THREAD, true);
    world.double.archive(THREAD);
    world.feed.add("CODE2", "", "");
    bot.said(&format!("Guild {GUILD} is paused")).await;
    world.says_soon(&admin, STATUS, &[], "the thread is locked or archived, and I may not reopen it").await;
    let told = world.told(&admin, SET, &[("channel", json!(THREAD.to_string()))]).await;
    assert!(told.starts_with("❌") && told.contains("the thread is locked"), "{told}");
    // A moderator unlocks it.
    world.double.lock(THREAD, false);
    post_in(&world, THREAD, "CODE2").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_needs_its_own_permission_and_a_deleted_one_pauses_the_server() {
    let world = world().await;
    let bot = world.start().await;
    let admin = world.admin();
    world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES_IN_THREADS);
    let here = || world.double.slash(&admin, THREAD, SET, &[]);
    let told = here().await;
    told.settled(PATIENCE).await;
    assert!(told.text().contains("I need **Send Messages in Threads** there"), "{}", told.text());
    // Send Messages is not needed in a thread.
    world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES);
    let told = here().await;
    told.settled(PATIENCE).await;
    assert!(told.text().starts_with("✅"), "{}", told.text());
    world.feed.add("CODE1", "", "");
    post_in(&world, THREAD, "CODE1").await;
    world.double.delete_thread(THREAD);
    world.says_soon(&admin, STATUS, &[], "the channel was deleted").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_thread_that_the_bot_is_not_in_is_refused() {
    let world = World::new(&[]).await;
    let private = Thread { has_bot: false, ..Thread::new(CHANNEL, 1) };
    let thread = Channel { thread: Some(private), ..Channel::new(THREAD, "secret", 12) };
    world.double.add_guild(Guild::new(GUILD).text(CHANNEL, "gift-codes").channel(thread));
    let bot = world.start().await;
    let told = world.told(&world.admin(), SET, &[("channel", json!(THREAD.to_string()))]).await;
    assert!(told.starts_with("❌") && told.contains("**View Channel**"), "{told}");
    bot.stop().await;
}

fn role(id: u64) -> Role {
    Role { id, name: format!("role {id}"), permissions: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn up_to_five_roles_are_mentioned_and_they_stay_when_the_channel_is_set_anew() {
    let world = World::new(&[("CODE1", Rule::Good)]).await;
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").announcements(NEWS, "news");
    guild.roles = (71..=76).map(role).collect();
    guild.mentionable = vec![71, 73];
    world.double.add_guild(guild);
    let bot = world.start().await;
    let admin = world.admin();
    let one = |name: &'static str, id: u64| (name, json!(id.to_string()));
    world.says(&admin, SET, &[one("role", 71)], &["Each post mentions <@&71>."]).await;
    world.says(&admin, SET, &[one("add_role", 72)], &["<@&71>, <@&72>", "Discord does not notify <@&72>"]).await;
    for id in 73..=75 {
        world.says(&admin, SET, &[one("add_role", id)], &["✅"]).await;
    }
    world.says(&admin, SET, &[one("add_role", 76)], &["at most 5 roles", "Nothing was changed"]).await;
    world.says(&admin, SET, &[one("add_role", GUILD)], &["I do not mention everyone"]).await;
    world.says(&admin, SET, &[one("remove_role", 74)], &["<@&71>, <@&72>, <@&73>, <@&75>."]).await;
    // Another channel, and the same roles. Who adds a role elsewhere does not move the posts.
    world.says(&admin, SET, &[one("channel", NEWS)], &["<@&71>, <@&72>, <@&73>, <@&75>."]).await;
    world.says(&admin, SET, &[one("remove_role", 75)], &[&format!("<#{NEWS}>")]).await;
    for options in [&[("no_role", json!(true))][..], &[one("role", 71)]] {
        world.says(&admin, SET, options, &[&format!("<#{NEWS}>")]).await;
    }
    for id in 72..=73 {
        world.says(&admin, SET, &[one("add_role", id)], &["✅"]).await;
    }
    world.told(&admin, "manage giftcode unsetchannel", &[]).await;
    world.says(&admin, SET, &[one("channel", NEWS)], &["<@&71>, <@&72>, <@&73>."]).await;
    world.says(&admin, STATUS, &[], &["mentions <@&71>, <@&72>, <@&73>"]).await;
    bot.stop().await;
    let bot = world.start().await;
    world.feed.add("CODE1", "", "");
    let post = post_in(&world, NEWS, "CODE1").await;
    assert!(post.content.starts_with("<@&71> <@&72> <@&73>\n"), "{}", post.content);
    assert_eq!(post.allowed_mentions.unwrap()["roles"], json!(["71", "72", "73"]));
    world.says(&admin, SET, &[("no_role", json!(true))], &["Posts no longer mention a role"]).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leaders_button_is_not_there_while_auto_is_on_and_an_older_one_says_so() {
    let world = World::new(&[("CODE1", Rule::Good), ("CODE2", Rule::Good), ("CODE3", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    world.import(&admin, "1001,,245\n").await;
    world.feed.add("CODE1", "", "");
    let old = world.message("CODE1").await;
    world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
    let answered = world.double.press(&admin, &old, old.custom_id("Alliance (leaders)")).await;
    answered.settled(PATIENCE).await;
    assert!(answered.text().contains("Auto-redemption is on"), "{}", answered.text());
    world.feed.add("CODE2", "", "");
    let new = world.message("CODE2").await;
    assert_eq!(new.parts().count(), 1, "{:?}", new.components);
    assert!(new.custom_id("Redeem for me").starts_with("1:me:"));
    bot.stop().await;
}

fn samples(world: &World, channel: u64) -> usize {
    world.double.messages(channel).iter().filter(|message| message.text().contains("This is a test")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_posts_a_sample_says_what_works_and_takes_it_back() {
    let world = World::new(&[]).await;
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").announcements(NEWS, "news");
    guild.roles = vec![role(71)];
    guild.mentionable = vec![71];
    world.double.add_guild(guild);
    let bot = world.start().await;
    let admin = world.admin();
    world.says(&admin, TEST, &[], &["No channel is set"]).await;
    world.says(&admin, SET, &[("channel", json!(NEWS.to_string())), ("role", json!("71"))], &["✅"]).await;
    let parts = ["Posting works", "✅ Post:", "✅ Mention: posts notify <@&71>", "✅ Card", "✅ Files", "✅ Publish"];
    world.says(&admin, TEST, &[], &parts).await;
    let sample = world.double.messages(NEWS).pop().unwrap();
    assert!(sample.text().contains("This is a test") && !sample.attachments.is_empty(), "{}", sample.text());
    assert_eq!(sample.allowed_mentions.unwrap()["roles"], json!([]));
    world.says(&admin, TEST, &[], &["still deleting the last test post"]).await;
    world.until("the sample is gone", || samples(&world, NEWS) == 0).await;
    assert!(!world.double.message(sample.id).is_crossposted());
    // Without permissions: each is named.
    let left = permission::POSTING & !permission::ATTACH_FILES & !permission::READ_MESSAGE_HISTORY;
    world.double.set_bot_permissions(GUILD, left);
    world.says_soon(&admin, TEST, &[], "Something is missing").await;
    world.until("the second one is gone", || samples(&world, NEWS) == 0).await;
    world.double.fail_messages(|_| Some(Fault::Error { status: 400, code: 200_000 }));
    world.says_soon(&admin, TEST, &[], "❌ Post: Discord answers 400").await;
    world.double.clear_faults();
    world.double.set_bot_permissions(GUILD, left & !permission::SEND_MESSAGES);
    world.says(&admin, TEST, &[], &["I need **Send Messages** there"]).await;
    world.double.delete_channel(NEWS);
    let told = world.told(&admin, TEST, &[]).await;
    assert!(told.contains("The channel was deleted. Set another one") && !told.contains("Choose"), "{told}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sample_is_taken_back_whenever_the_bot_is_killed() {
    for (point, is_done) in [
        (Point::BeforeCreate, false),
        (Point::BeforeCreate, true),
        (Point::AfterCreate, true),
        (Point::BeforeDelete, false),
        (Point::AfterDelete, true),
    ] {
        let case = format!("killed at {point:?}, carried out: {is_done}");
        let world = World::new(&[]).await;
        let bot = world.start().await;
        let admin = world.admin();
        world.set_channel(&admin).await;
        let mut gate = world.double.gate(point);
        let _sent = world.double.send_slash(&admin, CHANNEL, TEST, &[]);
        gate.reached().await;
        bot.kill().await;
        match is_done {
            true => gate.open(),
            false => gate.drop_request(),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let was_sent = !world.double.messages(CHANNEL).is_empty();
        assert_eq!(was_sent, (point, is_done) != (Point::BeforeCreate, false) && point != Point::AfterDelete, "{case}");
        let file = || rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
        let changed =
            file().execute("UPDATE guilds SET sample_at = sample_at - 91000 WHERE sample_nonce IS NOT NULL", []);
        assert_eq!(changed.unwrap(), 1, "{case}");
        let bot = world.start().await;
        let is_there = "SELECT count(*) FROM guilds WHERE sample_nonce IS NOT NULL";
        world
            .until(&case, || file().query_row(is_there, [], |row| row.get::<_, i64>(0)).is_ok_and(|count| count == 0))
            .await;
        assert_eq!(samples(&world, CHANNEL), 0, "{case}");
        bot.stop().await;
    }
}
