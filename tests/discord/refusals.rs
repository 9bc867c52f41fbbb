//! Refusals by Discord and by proxies before it: whom they concern, how long the bot waits, and who is notified.

use std::time::{Duration, Instant};

use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::world::{CHANNEL, GUILD, OTHER_CHANNEL, SECOND_CHANNEL, World};
use discord_double::{Attempt, Fault, Guild, permission};

const STATUS: &str = "manage giftcode status";

fn is_create(attempt: &Attempt<'_>) -> bool {
    attempt.method == "POST" && attempt.channel.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_may_not_attach_its_file_finishes_without_it_and_blocks_nothing() {
    let world = World::new(&[("VIP", Rule::VipOnly), ("NEXT", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::ATTACH_FILES);
    // Six of the sixty are VIPs: multiples of 7, without the first three.
    let ids = (1001..=1063u64).filter(|id| *id > 1015 || id % 7 != 0);
    let lines: String = ids.map(|id| format!("{id},L{id},{}\n", if id % 10 == 0 { 246 } else { 245 })).collect();
    world.import(&admin, &lines).await;
    let code = [("code", json!("VIP"))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.told(&admin, "manage giftcode redeem", &code).await;
    let batch = world.message("VIP: done for 60 players").await;
    assert!(batch.attachments.is_empty() && batch.text().contains("allow me to “Attach Files”"), "{}", batch.text());
    assert!(batch.text().contains("6 redeemed · ❌ 54"), "{}", batch.text());
    // The next code is posted, and the guild was not paused.
    world.feed.add("NEXT", "", "");
    world.message("NEXT").await;
    assert!(!bot.log().contains("is paused"), "{}", bot.log());
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_lists_its_codes_in_its_text_one_per_line() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    let role = json!(admin.role().to_string());
    let set = world.told(&admin, "manage giftcode setchannel", &[("role", role.clone())]).await;
    assert!(set.starts_with("✅"), "{set}");
    world.feed.add("gogoWOS", "1K Gems", "");
    world.feed.add("WOS1105", "", "");
    let post = world.message("WOS1105").await;
    let named = format!("<@&{}>", role.as_str().unwrap());
    let lines: Vec<&str> = post.content.lines().collect();
    assert!(
        lines[0] == named && lines[1..].contains(&"gogoWOS") && lines[1..].contains(&"WOS1105"),
        "{}",
        post.content
    );
    assert_eq!(post.allowed_mentions.unwrap()["roles"], json!([role]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_with_an_unusual_refusal_is_reported_and_another_channel_gets_the_waiting_posts() {
    for code in [50083, 160_005, 200_000, 50_024] {
        let world = World::new(&[]).await;
        let bot = world.start().await;
        let admin = world.admin();
        world.set_channel(&admin).await;
        world.double.fail_messages(move |attempt| {
            (attempt.channel == Some(CHANNEL)).then_some(Fault::Error { status: 400, code })
        });
        world.feed.add("FIRST", "", "");
        world.says_soon(&admin, STATUS, &[], "posts have failed since").await;
        let told = world.ask(&admin, STATUS, &[]).await;
        assert!(told.text().contains(&format!("code {code}")), "{}", told.text());
        assert_eq!(told.embeds()[0]["color"], json!(0xE7_4C_3C), "red");
        let set = world.double.slash(&admin, OTHER_CHANNEL, "manage giftcode setchannel", &[]).await;
        set.settled(crate::world::PATIENCE).await;
        let is_it = |message: &discord_double::Message| message.text().contains("FIRST");
        world.double.wait_for_message(OTHER_CHANNEL, crate::world::PATIENCE, is_it).await;
        let told = world.told(&admin, STATUS, &[]).await;
        assert!(!told.contains("posts have failed"), "{told}");
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_in_front_of_discord_pauses_no_server() {
    for status in [403, 429, 503] {
        let world = World::new(&[]).await;
        let other = world.second_admin();
        let bot = world.start().await;
        world.set_channel(&world.admin()).await;
        world.set_channel(&other).await;
        // A 503 page may hide a request that was carried out.
        world.double.fail_requests(move |attempt| match is_create(attempt) && status == 503 && attempt.nth == 1 {
            true => Some(Fault::DoneThenPage(status)),
            false => Some(Fault::Page { status, retry_after: None }),
        });
        world.feed.add("FIRST", "", "");
        bot.said(&format!("Discord (or Cloudflare before it) refuses this address: HTTP {status}")).await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        world.double.clear_faults();
        for channel in [CHANNEL, SECOND_CHANNEL] {
            let is_it = |message: &discord_double::Message| message.text().contains("FIRST");
            world.double.wait_for_message(channel, crate::world::PATIENCE, is_it).await;
        }
        let posted = || (bot.log().matches("Posted 1 new codes").count() == 2).then_some(());
        world.double.until(crate::world::PATIENCE, "both are known", posted).await;
        for channel in [CHANNEL, SECOND_CHANNEL] {
            assert_eq!(world.double.messages(channel).len(), 1);
        }
        let log = bot.log();
        assert!(!log.contains("is paused") && !log.contains("Could not decode json"), "{log}");
        assert!(!log.contains("WARN Cannot post"), "{log}");
        let said = log.matches("WARN Discord (or Cloudflare before it) refuses this address").count();
        assert!((1..=5).contains(&said), "once for each attempt: {log}");
        assert!(log.contains("next try at 20"), "{log}");
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_after_of_a_day_is_respected() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    world.set_channel(&world.admin()).await;
    world
        .double
        .fail_requests(|attempt| is_create(attempt).then_some(Fault::Page { status: 429, retry_after: Some(82_721) }));
    world.feed.add("FIRST", "", "");
    bot.said("refuses this address: HTTP 429").await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    let creates = || {
        let requests = world.double.requests();
        requests.iter().filter(|request| request.method == "POST" && request.path.ends_with("/messages")).count()
    };
    assert_eq!(creates(), 1, "{}", bot.log());
    bot.stop().await;
    // The same at the gateway. Its refusal must not delay posts.
    world.double.fail_requests(|attempt| {
        (attempt.path == "/gateway/bot").then_some(Fault::Page { status: 429, retry_after: Some(82_721) })
    });
    let bot = world.spawn();
    world.message("FIRST").await;
    bot.said("No connection to Discord, next try in 82721 s").await;
    let asked = || world.double.requests().iter().filter(|request| request.path == "/gateway/bot").count();
    let before = asked();
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(asked(), before, "{}", bot.log());
    assert!(!bot.log().contains("Could not decode json"), "{}", bot.log());
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_sessions_of_the_day_stay_in_reserve() {
    let world = World::new(&[]).await;
    let before = world.double.identifies();
    world.double.set_sessions_left(3, Duration::from_secs(8));
    let began = Instant::now();
    let bot = world.spawn();
    bot.said("only 3 of this token's sessions are left").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(world.double.identifies(), before, "{}", bot.log());
    world.double.set_sessions_left(1000, Duration::from_secs(86_400));
    world.double.connected(crate::world::PATIENCE).await;
    assert!(began.elapsed() >= Duration::from_secs(8), "{:?}", began.elapsed());
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_keep_ending_are_not_restarted_in_a_loop() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let until = Instant::now() + crate::world::PATIENCE;
    while !bot.log().contains("Discord ends this bot's sessions one after the other: somebody else may use the token") {
        assert!(Instant::now() < until, "it never says so: {}", bot.log());
        if world.double.sessions() > 0 {
            world.double.invalidate();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // A few more may have begun before the line was read, or be on their way; none begins after it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let begun = world.double.identifies();
    assert!(begun <= 8, "{begun}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.double.identifies(), begun);
    // A presence that is sent just as a session ends reaches the next session too early.
    let problems = world.double.take_problems();
    assert!(problems.iter().all(|problem| problem == "a presence before the identify"), "{problems:?}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_hangs_is_tried_again_and_one_session_remains() {
    let world = World::new(&[]).await;
    world.double.set_gateway_hangs(true);
    let bot = world.spawn();
    bot.said("No connection to Discord, next try in 5 s").await;
    // The first connection is answered, too, and closed.
    world.double.set_gateway_hangs(false);
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert!(bot.log().contains("Connected to Discord"), "{}", bot.log());
    assert_eq!(world.double.sessions(), 1);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_with_a_copied_file_posts_nothing_twice_and_logs_a_warning() {
    let mut world = World::new(&[]).await;
    let bot = world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    world.set_channel(&world.admin()).await;
    bot.stop().await;
    for part in ["", "-wal"] {
        let (from, to) = (format!("giftcode.db{part}"), format!("copy.db{part}"));
        if world.folder.path().join(&from).exists() {
            std::fs::copy(world.folder.path().join(from), world.folder.path().join(to)).unwrap();
        }
    }
    let first = world.spawn();
    world.set("STATE_FILE", "copy.db");
    let second = world.spawn();
    first.said("Connected to Discord").await;
    second.said("Connected to Discord").await;
    world.feed.add("FIRST", "", "");
    for bot in [&first, &second] {
        bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.double.messages(CHANNEL).len(), 1);
    let warned = |bot: &crate::world::Bot| bot.log().matches("Somebody else uses this bot's token").count();
    assert_eq!(warned(&first) + warned(&second), 1, "{}\n{}", first.log(), second.log());
    first.stop().await;
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_in_short_pages_is_searched_to_its_end() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    world.set_channel(&world.admin()).await;
    // Other messages come first, and a page holds three messages.
    world.double.set_history_page(3);
    let member = world.member();
    for number in 0..10 {
        world.double.post(&member, CHANNEL, &format!("hello {number}"));
    }
    world.double.fail_messages(|attempt| (attempt.nth == 1).then_some(Fault::DoneThenClosed));
    let mut gate = world.double.gate(discord_double::Point::AfterCreate);
    world.feed.add("FIRST", "", "");
    gate.reached().await;
    bot.kill().await;
    gate.open();
    crate::crashes::expire_nonces(&world);
    let bot = world.spawn();
    bot.said(&format!("Posted 1 new codes to guild {GUILD}")).await;
    assert_eq!(world.double.messages(CHANNEL).iter().filter(|message| message.text().contains("FIRST")).count(), 1);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_in_a_timeout_says_so_and_posts_when_the_timeout_ends() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    let soon = Timestamp::now() + SignedDuration::from_secs(25);
    world.double.set_bot_timeout(GUILD, Some(soon));
    let refused = "I am in a timeout in this server until";
    world.says(&admin, "manage giftcode setchannel", &[], &[refused]).await;
    world.says_soon(&admin, STATUS, &[], "is paused: I am in a timeout").await;
    world.feed.add("FIRST", "", "");
    bot.said("Successfully fetched 1 gift codes").await;
    world.message("FIRST").await;
    assert!(Timestamp::now() >= soon);
    world.says(&admin, STATUS, &[], &[&format!("Channel\n<#{CHANNEL}>")]).await;
    // A refused post reveals a timeout that began while the bot was stopped. A moderator ends it.
    bot.stop().await;
    world.double.set_bot_timeout(GUILD, Some(Timestamp::now() + SignedDuration::from_hours(1)));
    let bot = world.start().await;
    world.feed.add("SECOND", "", "");
    world.says_soon(&admin, STATUS, &[], "is paused: I am in a timeout").await;
    world.double.set_bot_timeout(GUILD, None);
    world.message("SECOND").await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_global_429_at_most_fifty_calls_are_made_per_second() {
    let world = World::new(&[]).await;
    let guilds: Vec<(u64, u64)> =
        (0..150u64).map(|number| ((number + 20_000) << 22, ((number + 20_000) << 22) + 1)).collect();
    {
        use giftcode_bot::domain::players::player::{AllianceId, ChannelId};
        use giftcode_bot::runtime::clock::Clock;
        use giftcode_bot::store::{StateKind, Store};
        let store = Store::open(&world.folder.path().join("giftcode.db"), StateKind::Bot, Clock::system()).unwrap();
        for (guild, channel) in &guilds {
            world.double.add_guild(Guild::new(*guild).text(*channel, "gift-codes"));
            store.guilds().set_channel(AllianceId(*guild), ChannelId(*channel)).await.unwrap();
        }
    }
    // Answers take different times.
    world.double.set_latency(0..=200);
    let bot = world.start().await;
    bot.said("Successfully fetched 0 gift codes").await;
    let mut seen = 0;
    world.double.fail_messages(move |_| {
        seen += 1;
        (40..60)
            .contains(&seen)
            .then_some(Fault::RateLimited { retry_after: Duration::from_millis(1500), is_global: true })
    });
    world.feed.add("FIRST", "", "");
    let all = || (bot.log().matches("Posted 1 new codes").count() == guilds.len()).then_some(());
    world.double.until(crate::world::PATIENCE, "all posts", all).await;
    assert!(world.double.busiest_second() <= 50, "{}", world.double.busiest_second());
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_progress_message_whose_answer_was_lost_shows_the_result() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    world.feed.add("GOOD", "", "");
    world.message("GOOD").await;
    world.import(&admin, "1001,A,245\n1002,B,245\n").await;
    world.game.set_down(true);
    world.double.fail_messages(|attempt| (attempt.nth == 2).then_some(Fault::DoneThenClosed));
    world.told(&admin, "manage giftcode redeem", &[("code", json!("GOOD"))]).await;
    let batch = world.message("Redeeming GOOD for 2 players").await;
    world.game.set_down(false);
    let is_told = || world.double.message(batch.id).text().contains("done for 2 players").then_some(());
    world.double.until(crate::world::PATIENCE, "the result", is_told).await;
    assert_eq!(world.double.messages(CHANNEL).len(), 2);
    bot.stop().await;
}
