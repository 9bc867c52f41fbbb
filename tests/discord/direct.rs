//! Results by direct message, the welcome, and `/help`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{CHANNEL, PATIENCE, SECOND, SECOND_CHANNEL, World};
use discord_double::{Fault, Guild, Point, User, permission};

const ON: &str = "Send me my results";
const REFUSED: &str = "⚠️ I could not send you a direct message";

fn account(player: u64) -> [(&'static str, Value); 2] {
    [("player_id", json!(player)), ("state", json!(245))]
}

fn code(code: &str) -> [(&'static str, Value); 1] {
    [("code", json!(code))]
}

/// Links accounts and turns direct messages on.
async fn wants_results(world: &World, user: &User, accounts: &[u64]) {
    for player in accounts {
        let linked = world.ask(user, "link", &account(*player)).await;
        let message = linked.message();
        let pressed = world.double.press(user, &message, message.custom_id(ON)).await;
        pressed.settled(PATIENCE).await;
        assert!(pressed.text().contains("✅ When a code was redeemed"), "{}", pressed.text());
        if *player == accounts[accounts.len() - 1] {
            return;
        }
        let again = world.ask(user, "link", &account(*player)).await.message();
        let off = world.double.press(user, &again, again.custom_id("Stop sending me my results")).await;
        off.settled(PATIENCE).await;
        assert!(off.text().contains("✅ I no longer send you"), "{}", off.text());
    }
}

/// Waits for this many direct messages to the user, and returns their texts.
async fn told(world: &World, user: &User, count: usize) -> Vec<String> {
    let texts = || world.double.direct_messages(user.id).iter().map(|message| message.text()).collect::<Vec<_>>();
    let until = tokio::time::Instant::now() + PATIENCE;
    while texts().len() < count {
        assert!(tokio::time::Instant::now() < until, "not {count} direct messages: {:#?}", texts());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    texts()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_results_gets_each_once_whatever_dies_meanwhile() {
    let codes = [("OLD", Rule::Good), ("FIRST", Rule::Good), ("SECOND", Rule::VipOnly), ("THIRD", Rule::Good)];
    let world = World::new(&codes).await;
    let bot = world.start().await;
    let (member, friend) = (world.member(), world.member());
    // 1001 is a VIP, as each seventh is.
    world.told(&friend, "link", &account(1001)).await;
    world.says(&friend, "redeem", &code("OLD"), &["1001"]).await;
    world.granted("OLD", 1).await;
    wants_results(&world, &member, &[1001, 1002]).await;
    world.ask(&member, "redeem", &code("FIRST")).await;
    world.granted("FIRST", 2).await;
    let texts = told(&world, &member, 1).await;
    for part in ["**FIRST**", "🎁 1001: sent", "🎁 1002: sent", "use `/link`"] {
        assert!(texts[0].contains(part), "{part}: {texts:#?}");
    }
    assert!(!texts[0].contains("OLD"), "what ended before is not told: {texts:#?}");

    // The bot has the response to that message, too: the gate is for the next one.
    let is_pending = |request: &discord_double::RequestLog| request.method == "POST" && request.status.is_none();
    world.until("every response", || !world.double.requests().iter().any(is_pending)).await;
    // Killed after Discord has the message and before the bot knows.
    let mut gate = world.double.gate(Point::AfterCreate);
    world.ask(&member, "redeem", &code("SECOND")).await;
    gate.reached().await;
    bot.kill().await;
    gate.drop_request();
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    world.ask(&member, "redeem", &code("THIRD")).await;
    let texts = told(&world, &member, 3).await;
    assert!(texts[1].contains("**SECOND**") && texts[2].contains("**THIRD**"), "{texts:#?}");
    assert!(texts[1].contains("VIP level is too low"), "{texts:#?}");

    // A refusal turns them off, and is said once.
    world.double.fail_messages(|attempt| {
        (attempt.channel != Some(CHANNEL)).then_some(Fault::Error { status: 403, code: 50007 })
    });
    world.told(&member, "redeem", &code("OLD")).await;
    bot.said("A person takes no direct messages").await;
    world.double.clear_faults();
    world.says(&member, "redeem", &code("OLD"), &[REFUSED]).await;
    assert!(!world.told(&member, "redeem", &code("OLD")).await.contains(REFUSED));
    assert_eq!(world.double.direct_messages(member.id).len(), 3);
    assert!(world.double.direct_messages(friend.id).is_empty(), "off by default");
}

#[tokio::test(flavor = "multi_thread")]
async fn results_wait_for_a_store_that_does_not_answer() {
    let world = World::new(&[("FIRST", Rule::Good)]).await;
    let bot = world.start().await;
    let member = world.member();
    wants_results(&world, &member, &[1001]).await;
    let change = |sql: &str| {
        let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
        file.busy_timeout(PATIENCE).unwrap();
        file.execute_batch(sql).unwrap();
    };
    change("ALTER TABLE people RENAME TO away");
    bot.said("Cannot see whose results are to be sent, next try in 5 s").await;
    change("ALTER TABLE away RENAME TO people");
    world.ask(&member, "redeem", &code("FIRST")).await;
    told(&world, &member, 1).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_whom_discord_refuses_for_now_delays_nobody_else() {
    let world = World::new(&[("FIRST", Rule::Good)]).await;
    let bot = world.start().await;
    let (member, friend) = (world.member(), world.member());
    wants_results(&world, &member, &[1001]).await;
    wants_results(&world, &friend, &[1002]).await;
    // The limit is that of one person's channel.
    let (refused, seen) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (channel, count) = (refused.clone(), seen.clone());
    world.double.fail_messages(move |attempt| {
        let one = attempt.channel.filter(|channel| *channel != CHANNEL)?;
        _ = channel.compare_exchange(0, one, Ordering::SeqCst, Ordering::SeqCst);
        let is_it = channel.load(Ordering::SeqCst) == one;
        count.fetch_add(u64::from(is_it), Ordering::SeqCst);
        is_it.then_some(Fault::RateLimited { retry_after: Duration::from_secs(3600), is_global: false })
    });
    world.ask(&member, "redeem", &code("FIRST")).await;
    world.until("the member's message is refused", || seen.load(Ordering::SeqCst) > 0).await;
    world.ask(&friend, "redeem", &code("FIRST")).await;
    told(&world, &friend, 1).await;
    assert_eq!((seen.load(Ordering::SeqCst), world.double.direct_messages(member.id).len()), (1, 0));
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_for_opening_direct_messages_holds_for_everybody_and_costs_nobody_a_call() {
    let world = World::new(&[("FIRST", Rule::Good)]).await;
    let bot = world.start().await;
    let (member, friend) = (world.member(), world.member());
    wants_results(&world, &member, &[1001]).await;
    wants_results(&world, &friend, &[1002]).await;
    // Discord names the time that is left.
    let limit = Duration::from_secs(8);
    let refused = Arc::new(AtomicU64::new(0));
    let count = refused.clone();
    let mut until = None;
    world.double.fail_requests(move |attempt| {
        let is_it = attempt.method == "POST" && attempt.path == "/users/@me/channels";
        let now = tokio::time::Instant::now();
        let left = is_it.then(|| until.get_or_insert(now + limit).saturating_duration_since(now))?;
        if left.is_zero() {
            return None;
        }
        count.fetch_add(1, Ordering::SeqCst);
        Some(Fault::RateLimited { retry_after: left, is_global: false })
    });
    world.ask(&member, "redeem", &code("FIRST")).await;
    world.ask(&friend, "redeem", &code("FIRST")).await;
    // The welcome to an owner waits for the same limit.
    world.until("the limit", || refused.load(Ordering::SeqCst) == 1).await;
    let mut guild = Guild::new(SECOND).text(SECOND_CHANNEL, "general");
    (guild.joined_at, guild.system_channel, guild.owner) = (Timestamp::now(), None, 71);
    world.double.add_guild(guild);
    told(&world, &member, 1).await;
    told(&world, &friend, 1).await;
    world.double.until(PATIENCE, "a direct welcome", || world.double.direct_messages(71).into_iter().next()).await;
    assert_eq!(refused.load(Ordering::SeqCst), 1);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_answer_was_lost_stays_noted_when_the_next_attempt_is_refused() {
    let world = World::new(&[("FIRST", Rule::Good)]).await;
    let bot = world.start().await;
    let member = world.member();
    wants_results(&world, &member, &[1001]).await;
    let seen = Arc::new(AtomicU64::new(0));
    let count = seen.clone();
    world.double.fail_messages(move |attempt| {
        attempt.channel.filter(|channel| *channel != CHANNEL)?;
        Some(match count.fetch_add(1, Ordering::SeqCst) {
            0 => Fault::DoneThenClosed,
            _ => Fault::RateLimited { retry_after: Duration::from_secs(3600), is_global: false },
        })
    });
    world.ask(&member, "redeem", &code("FIRST")).await;
    world.until("both attempts", || seen.load(Ordering::SeqCst) == 2).await;
    bot.stop().await;
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    let noted = "SELECT count(*) FROM people WHERE telling_until IS NOT NULL AND attempted_at IS NOT NULL";
    assert_eq!(file.query_row(noted, [], |row| row.get::<_, u32>(0)).unwrap(), 1);
    assert_eq!(world.double.direct_messages(member.id).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_whose_answer_was_lost_is_not_sent_to_the_owner_too() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let mut guild = Guild::new(SECOND).text(SECOND_CHANNEL, "general");
    (guild.joined_at, guild.system_channel, guild.owner) = (Timestamp::now(), Some(SECOND_CHANNEL), 71);
    // Every answer is lost.
    world.double.fail_messages(|attempt| match attempt.channel == Some(SECOND_CHANNEL) {
        true => Some(Fault::DoneThenClosed),
        false => None,
    });
    world.double.add_guild(guild);
    bot.said(&format!("Guild {SECOND} got no welcome")).await;
    assert_eq!((world.double.messages(SECOND_CHANNEL).len(), world.double.direct_messages(71).len()), (1, 0));
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_server_is_welcomed_once_where_the_bot_may_post_or_by_its_owner() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let joined = |id: u64, channel: u64, owner: u64| {
        let mut guild = Guild::new(id).text(channel, "general");
        (guild.joined_at, guild.system_channel, guild.owner) = (Timestamp::now(), Some(channel), owner);
        guild
    };
    world.double.fail_messages(|attempt| (attempt.nth == 1).then_some(Fault::DoneThenStatus(502)));
    world.double.add_guild(joined(SECOND, SECOND_CHANNEL, 71));
    let is_welcome = |message: &discord_double::Message| message.text().contains("👋 Hello!");
    let welcome = world.double.wait_for_message(SECOND_CHANNEL, PATIENCE, is_welcome).await;
    for step in ["`/manage giftcode setchannel`", "`/manage players add`", "`/manage giftcode auto`", "`/manage panel`"]
    {
        assert!(welcome.text().contains(step), "{step}: {}", welcome.text());
    }
    world.double.clear_faults();
    // Where it may not post, the owner gets it.
    let (third, channel) = (SECOND + 100, SECOND_CHANNEL + 100);
    let mute = permission::POSTING & !permission::SEND_MESSAGES;
    world.double.add_guild(joined(third, channel, 72).bot_permissions(mute));
    world.double.until(PATIENCE, "a direct welcome", || world.double.direct_messages(72).into_iter().next()).await;
    // A closed owner is no trouble.
    world.double.fail_messages(|_| Some(Fault::Error { status: 403, code: 50007 }));
    world.double.add_guild(joined(third + 1, channel + 1, 73).bot_permissions(mute));
    bot.said(&format!("Guild {} got no welcome", third + 1)).await;
    world.double.clear_faults();
    // A server of long ago, restarts, and a new invitation: nothing.
    let mut old = joined(third + 2, channel + 2, 74);
    old.joined_at = Timestamp::now() - SignedDuration::from_hours(25);
    world.double.add_guild(old);
    bot.kill().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    world.double.remove_guild(SECOND);
    world.double.add_guild(joined(SECOND, SECOND_CHANNEL, 71));
    world.says(&world.admin(), "help", &[], &["`/link` your player ID", "`/manage giftcode setchannel`"]).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.double.messages(SECOND_CHANNEL).len(), 1);
    let direct = [71, 72, 73, 74].map(|owner| world.double.direct_messages(owner).len());
    assert_eq!((direct, world.double.messages(channel + 2).len()), ([0, 1, 0, 0], 0));
}
