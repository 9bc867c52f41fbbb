//! Codes are not found, or not posted.

use discord_double::{Fault, permission};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::sandbox::feed::{FeedFault, FeedSim};
use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};

use crate::guide::Entry;
use crate::stage::Stage;
use crate::world::{CHANNEL, GUILD};

pub async fn feed_fails(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    stage.set("GIFTCODE_MAX_CONSECUTIVE_ERRORS", "2");
    stage.world.feed.set_down(true);
    let bot = stage.world.start().await;
    stage.is_seen(&bot).await;
    stage.world.feed.set_down(false);
    bot.said("answers again").await;
    bot.stop().await;
}

/// A bot with a feed that answers like this.
async fn feed_with(entry: &Entry, fault: FeedFault) {
    let clock = Clock::system();
    let feed = FeedSim::start(Vec::new(), clock.now(), clock).unwrap();
    feed.set_fault(Some(fault));
    let mut stage = Stage::new(entry, &[]).await;
    stage.set("GIFTCODE_API_URL", feed.url());
    let bot = stage.world.start().await;
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn feed_is_a_page(entry: Entry) {
    feed_with(&entry, FeedFault::Html).await;
}

pub async fn feed_refuses_the_key(entry: Entry) {
    feed_with(&entry, FeedFault::Status(403)).await;
}

pub async fn feed_lists_nothing_readable(entry: Entry) {
    let body = r#"{"success":true,"codes":[{"code":"GOOD 100","status":"active"},{"code":"*","status":"active"}]}"#;
    feed_with(&entry, FeedFault::Raw(body.into())).await;
}

pub async fn feed_is_not_reached(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    // Nothing listens there.
    stage.set("GIFTCODE_API_URL", "http://127.0.0.1:9/api/gift-codes");
    let bot = stage.world.start().await;
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn code_is_over(entry: Entry) {
    let stage = Stage::new(&entry, &[("GONE", Rule::Expired)]).await;
    let bot = stage.start_with_players().await;
    stage.world.feed.add("GONE", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn no_channel(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.feed.add("FIRST", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn permissions_lost(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    stage.world.double.set_overwrite(CHANNEL, 0, permission::SEND_MESSAGES);
    stage.world.feed.add("FIRST", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn channel_hidden(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    stage.world.double.set_overwrite(CHANNEL, 0, permission::VIEW_CHANNEL);
    stage.world.feed.add("FIRST", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn channel_deleted(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    stage.world.double.delete_channel(CHANNEL);
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn timed_out(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    stage.world.double.set_bot_timeout(GUILD, Some(Timestamp::now() + SignedDuration::from_hours(1)));
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn message_refused(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    // AutoMod blocks it.
    stage.world.double.fail_messages(|_| Some(Fault::Error { status: 400, code: 200_000 }));
    stage.world.feed.add("FIRST", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn address_blocked(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    stage.world.set_channel(&stage.world.admin()).await;
    stage.world.double.fail_requests(|_| Some(Fault::Page { status: 403, retry_after: Some(3600) }));
    stage.world.feed.add("FIRST", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn sessions_used_up(entry: Entry) {
    let stage = Stage::new(&entry, &[]).await;
    stage.world.double.set_sessions_left(3, std::time::Duration::from_secs(3600));
    let bot = stage.world.spawn();
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn token_used_twice(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    let bot = stage.world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    stage.world.set_channel(&stage.world.admin()).await;
    bot.stop().await;
    for part in ["", "-wal"] {
        let path = |name: &str| stage.world.folder.path().join(format!("{name}{part}"));
        if path("giftcode.db").exists() {
            std::fs::copy(path("giftcode.db"), path("copy.db")).unwrap();
        }
    }
    let first = stage.world.spawn();
    first.said("Connected to Discord").await;
    stage.move_port();
    stage.set("STATE_FILE", "copy.db");
    let second = stage.world.spawn();
    second.said("Connected to Discord").await;
    stage.world.feed.add("FIRST", "", "");
    for bot in [&first, &second] {
        bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    }
    stage.is_seen_in_either(&first, &second).await;
    first.stop().await;
    second.stop().await;
}

pub async fn answered_by_another(entry: Entry) {
    let mut stage = Stage::new(&entry, &[]).await;
    let first = stage.world.start().await;
    stage.move_port();
    stage.set("STATE_FILE", "elsewhere/giftcode.db");
    let second = stage.world.spawn();
    second.said("Registered 6 commands").await;
    stage
        .world
        .double
        .until(crate::world::PATIENCE, "two sessions", || (stage.world.double.sessions() == 2).then_some(()))
        .await;
    stage.world.says(&stage.world.member(), "giftcode", &[], &["There are no active gift codes"]).await;
    stage.is_seen_in_either(&first, &second).await;
    let problems = stage.world.double.take_problems();
    assert!(problems.iter().all(|problem| problem.contains("a second first response")), "{problems:#?}");
    first.stop().await;
    second.stop().await;
}
