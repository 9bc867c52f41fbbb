//! After a batch: trying again by a button, mentions, who is missing, and how long auto-redemption will take.

use std::time::Duration;

use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::rules::Rule;
use jiff::Timestamp;
use serde_json::json;

use crate::world::{CHANNEL, GUILD, PATIENCE, World};
use discord_double::{Fault, Gate, Interaction, Message, Point, ResponseKind, User, permission};

const RETRY: &str = "Retry failed";

fn lines(ids: std::ops::RangeInclusive<u64>) -> String {
    ids.map(|id| format!("{id},Lord{id},{}\n", if id.is_multiple_of(10) { 246 } else { 245 })).collect()
}

/// Sets the channel, imports players, and redeems the code for them.
async fn redeem(world: &World, admin: &User, players: &str, code: &str) -> Message {
    world.set_channel(admin).await;
    world.import(admin, players).await;
    let option = [("code", json!(code))];
    world.told(admin, "manage giftcode add", &option).await;
    world.says(admin, "manage giftcode redeem", &option, &["I am redeeming"]).await;
    let is_post = |message: &Message| message.nonce.as_ref().is_some_and(|nonce| nonce.starts_with('g'));
    world.double.wait_for_message(CHANNEL, PATIENCE, |message| is_post(message) && message.text().contains(code)).await;
    let part = format!("{code}: done for {} player", players.lines().count());
    world.message(&part).await
}

pub async fn press(world: &World, user: &User, message: &Message, label: &str) -> Interaction {
    let answered = world.double.press(user, message, message.custom_id(label)).await;
    answered.settled(PATIENCE).await;
    assert!(answered.is_ephemeral(), "{label}: {}", answered.text());
    answered
}

fn has_button(message: &Message, label: &str) -> bool {
    message.components.iter().any(|row| row.to_string().contains(label))
}

async fn becomes(world: &World, message: &Message, what: &str, holds: impl Fn(&Message) -> bool) -> Message {
    let now = || Some(world.double.message(message.id)).filter(|now| holds(now));
    world.double.until(PATIENCE, what, now).await
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_players_are_tried_again_by_a_button_over_restarts() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    // The game does not know 1101 to 1103 at first.
    let unknown = Wrong::json(200, r#"{"code":1,"data":[],"msg":"role not exist","err_code":40001}"#);
    let of_player = |id| Trouble::of_all(unknown.clone()).of_player(PlayerId::new(id).unwrap());
    world.game.set_troubles((1101..=1103).map(of_player).collect());
    let batch = redeem(&world, &admin, &(lines(1001..=1003) + "1101,A,300\n1102,B,300\n1103,C,300\n"), "GOOD").await;
    assert!(has_button(&batch, RETRY), "{:#?}", batch.components);
    assert!(batch.text().contains("/manage players remove player_ids:1101 1102 1103"), "{}", batch.text());
    let refused = press(&world, &member, &batch, RETRY).await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());
    assert_eq!(world.calls("GOOD"), 6, "nobody was tried again");

    // Nobody is corrected. The bot restarts, and the button still works.
    bot.stop().await;
    let bot = world.start().await;
    let answered = press(&world, &admin, &batch, RETRY).await;
    assert_eq!(answered.text(), "✅ I am trying `GOOD` again for 3 players.");
    world.until("they are tried again", || world.calls("GOOD") >= 9).await;
    let is_result = |now: &Message| now.edits.last().is_some() && now.text().contains("🎁 3 redeemed · ❌ 3 failed");
    let again = becomes(&world, &batch, "three failed again", is_result).await;
    assert!(has_button(&again, RETRY) && again.text().contains("done for 6 players"), "{}", again.text());

    // All are corrected, and the bot is killed right after they are tried again.
    world.game.set_troubles(Vec::new());
    press(&world, &admin, &again, RETRY).await;
    bot.kill().await;
    let _bot = world.start().await;
    let done = becomes(&world, &batch, "nobody failed", |now| now.text().contains("✅ GOOD: done for 6")).await;
    assert!(done.components.is_empty(), "nobody is left: {:#?}", done.components);
    assert_eq!(world.game.ledger(|ledger| ledger.grants()), 6);
    let shown =
        world.double.messages(CHANNEL).iter().filter(|message| message.text().contains("for 6 players")).count();
    assert_eq!(shown, 1, "all of it in one message");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_goes_when_those_who_failed_leave_or_the_code_ends() {
    let world = World::new(&[("LEFT", Rule::VipOnly), ("SHORT", Rule::VipOnly)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    // 1001 is a VIP, 1002 and 1003 are not.
    let batch = redeem(&world, &admin, &lines(1001..=1003), "LEFT").await;
    assert!(batch.text().contains("Once they can, leaders: `/manage giftcode retry code:LEFT`"), "{}", batch.text());
    for left in ["1002", "1003"] {
        world.says(&admin, "manage players remove", &[("player", json!(left))], &["✅"]).await;
    }
    let now = becomes(&world, &batch, "the button is gone", |now| now.components.is_empty()).await;
    assert!(now.text().contains("done for 1 player"), "{}", now.text());

    world.import(&admin, &lines(1002..=1003)).await;
    let until_soon = Timestamp::from_second(Timestamp::now().as_second() + 20).unwrap();
    world.feed.add("SHORT", "", &until_soon.to_string());
    world.message("SHORT").await;
    world.says(&admin, "manage giftcode redeem", &[("code", json!("SHORT"))], &["I am redeeming"]).await;
    let short = world.message("SHORT: done for 3 players").await;
    let short = becomes(&world, &short, "the button", |now| has_button(now, RETRY)).await;
    let gate = loop {
        let mut gate = world.double.gate(Point::BeforeEdit);
        world.until("an edit, or the end", || gate.is_reached() || Timestamp::now() > until_soon).await;
        if Timestamp::now() > until_soon {
            gate.reached().await;
            break gate;
        }
        gate.open();
    };
    // The code is over, and the button is still there.
    let answered = press(&world, &admin, &short, RETRY).await;
    assert!(answered.text().contains("⌛ `SHORT` is not active: it has expired"), "{}", answered.text());
    gate.open();
    let over = becomes(&world, &short, "the button is gone", |now| now.components.is_empty()).await;
    assert!(over.text().contains("❌ 2 failed"), "the result stays: {}", over.text());
    assert!(world.calls("SHORT") <= 4, "the game may have been asked once more whether it has ended");
    bot.stop().await;
}

fn mentions(world: &World) -> Vec<Message> {
    let is_mention = |message: &Message| message.text().contains("failed for your account");
    world.double.messages(CHANNEL).into_iter().filter(is_mention).collect()
}

async fn link(world: &World, user: &User, player: u64) {
    let told = world.told(user, "link", &[("player_id", json!(player)), ("state", json!(245))]).await;
    assert!(told.contains("✅"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn linked_people_are_mentioned_once_for_a_code_that_failed_if_the_server_wants_that() {
    let world = World::new(&[("QUIET", Rule::VipOnly), ("VIP", Rule::VipOnly)]).await;
    let bot = world.start().await;
    let (admin, one, two, foreign) = (world.admin(), world.member(), world.member(), world.second_admin());
    for (user, player) in [(&one, 1002), (&two, 1003), (&two, 1004), (&foreign, 1005)] {
        link(&world, user, player).await;
    }
    let settings = "manage giftcode notify";
    let parts = ["Nobody is mentioned when a code fails", "A day before a code ends", "No channel is set"];
    world.says(&admin, settings, &[], &parts).await;
    redeem(&world, &admin, &lines(1001..=1006), "QUIET").await;
    // By then, the loop has looked at it.
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(mentions(&world).is_empty());
    // What failed before the switch is not meant.
    {
        let (table, column) = ("runs", "finished_at");
        let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
        file.busy_timeout(PATIENCE).unwrap();
        file.execute(&format!("UPDATE {table} SET {column} = {column} - 7 * 3600 * 1000"), []).unwrap();
    }
    let told = world.told(&admin, settings, &[("failed", json!(0))]).await;
    assert!(told.contains("I mention the people") && !told.contains("No channel"), "{told}");
    let option = [("code", json!("VIP"))];
    world.told(&admin, "manage giftcode add", &option).await;
    world.told(&admin, "manage giftcode redeem", &option).await;
    let batch = world.message("VIP: done for 6 players").await;
    let mention = world.message("failed for your account").await;
    let allowed = mention.allowed_mentions.clone().unwrap();
    let named = allowed["users"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().parse().unwrap());
    let mut named: Vec<u64> = named.collect();
    named.sort_unstable();
    let mut expected = vec![one.id, two.id];
    expected.sort_unstable();
    assert_eq!(named, expected, "once each, and nobody who is not a member: {allowed:#}");
    assert_eq!((&allowed["parse"], &allowed["roles"]), (&json!([]), &json!([])));
    assert!(mention.text().contains("VIP failed"), "{}", mention.text());
    assert!(mention.text().contains(&format!("channels/{GUILD}/{CHANNEL}/{}", batch.id)), "{}", mention.text());
    // It fails again, and the bot restarts: nobody is mentioned a second time.
    press(&world, &admin, &becomes(&world, &batch, "the button", |now| has_button(now, RETRY)).await, RETRY).await;
    world.until("it is tried again", || world.calls("VIP") >= 11).await;
    bot.stop().await;
    let _bot = world.start().await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(mentions(&world).len(), 1);
    let refused = world.double.slash_forced(&one, CHANNEL, settings, &[("failed", json!(1))]).await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_people_are_mentioned_although_discord_limits_the_questions_for_members() {
    let world = World::new(&[("VIP", Rule::VipOnly)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    let mut people = Vec::new();
    // Each seventh is a VIP, and gets the code.
    for player in [1002, 1003, 1004, 1005, 1006, 1007, 1009] {
        let user = world.member();
        link(&world, &user, player).await;
        people.push(user.id);
    }
    // Five calls, and then one is refused: whoever begins again with the first person gets no further, and nobody is asked for twice.
    let paths: Vec<String> = people.iter().map(|id| format!("/members/{id}")).collect();
    let asked = paths.clone();
    let mut calls = 0;
    world.double.fail_requests(move |attempt| {
        let is_one = attempt.method == "GET" && paths.iter().any(|path| attempt.path.ends_with(path.as_str()));
        calls += usize::from(is_one);
        let retry_after = Duration::from_millis(200);
        (is_one && calls % 6 == 0).then_some(Fault::RateLimited { retry_after, is_global: false })
    });
    world.says(&admin, "manage giftcode notify", &[("failed", json!(0))], &["I mention the people"]).await;
    redeem(&world, &admin, &lines(1001..=1009), "VIP").await;
    let mention = world.message("failed for your account").await;
    let named = mention.allowed_mentions.unwrap()["users"].as_array().unwrap().len();
    assert_eq!(named, people.len());
    let is_answered = |request: &&discord_double::RequestLog| {
        request.status == Some(200) && asked.iter().any(|path| request.path.ends_with(path.as_str()))
    };
    assert_eq!(world.double.requests().iter().filter(is_answered).count(), people.len());
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invariant_1_a_mention_appears_once_whenever_the_bot_is_killed() {
    for (point, is_done, within_window) in [
        (Point::BeforeCreate, false, true),
        (Point::BeforeCreate, true, false),
        (Point::AfterCreate, true, true),
        (Point::AfterCreate, true, false),
    ] {
        let case = format!("killed at {point:?}, sent: {is_done}, within the nonce window: {within_window}");
        let world = World::new(&[("VIP", Rule::VipOnly)]).await;
        let bot = world.start().await;
        let (admin, member) = (world.admin(), world.member());
        link(&world, &member, 1002).await;
        redeem(&world, &admin, &lines(1001..=1002), "VIP").await;
        // The result is there for others before the bot knows it.
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut gate: Gate = world.double.gate(point);
        world.told(&admin, "manage giftcode notify", &[("failed", json!(0))]).await;
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
        world.message("failed for your account").await;
        tokio::time::sleep(Duration::from_secs(4)).await;
        assert_eq!(mentions(&world).len(), 1, "{case}");
    }
}

/// Makes the attempts at notices older than Discord's memory of their nonces.
pub fn expire(world: &World) {
    world.double.forget_nonces();
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    let sql = "UPDATE notices SET attempted_at = attempted_at - 600000 WHERE attempted_at IS NOT NULL";
    assert_eq!(file.execute(sql, []).unwrap(), 1, "no attempt is noted");
}

const HISTORY: &str = "manage giftcode history";

#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_code_names_who_is_missing() {
    let world = World::new(&[("VIP", Rule::VipOnly)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    // Of 1001 to 1069, each seventh is a VIP: ten of them. One more is called like a formula.
    let players = lines(1001..=1069) + "1101,=cmd(),300\n";
    redeem(&world, &admin, &players, "VIP").await;
    world.import(&admin, "1201,Late,245\n").await;
    let code = ("code", json!("vip"));
    let answered = world.ask(&admin, HISTORY, std::slice::from_ref(&code)).await;
    let text = answered.text();
    assert!(text.contains("🎁 10 have it · ❌ 60 failed · ➖ 61 missing in all"), "{text}");
    assert!(text.contains("cmd\\(\\) (1101): the VIP level is too low"), "{text}");
    let [file] = answered.attachments().try_into().unwrap();
    assert_eq!(file.filename, "VIP-players.csv");
    let csv = String::from_utf8(file.bytes).unwrap();
    assert_eq!(csv.lines().count(), 72, "{csv}");
    assert!(csv.starts_with("player_id,nickname,state,outcome,status,finished_at\n"), "{csv}");
    assert!(csv.contains("1101,'=cmd(),300,failed,RECHARGE_MONEY_VIP"), "{csv}");
    assert!(csv.contains("1201,Late,245,untried,,"), "{csv}");

    // The pages, over a restart.
    let page = answered.message();
    assert!(!page.custom_id("1 of 3").is_empty());
    bot.stop().await;
    let _bot = world.start().await;
    let second = world.double.press(&admin, &page, page.custom_id("▶")).await;
    second.settled(PATIENCE).await;
    assert!(!second.message().custom_id("2 of 3").is_empty());
    let third = world.double.press(&admin, &second.message(), second.message().custom_id("▶")).await;
    third.settled(PATIENCE).await;
    assert!(!third.message().custom_id("3 of 3").is_empty());
    let menu = third.message().custom_id("Show …").to_owned();
    let chosen = world.double.select(&admin, &third.message(), &menu, &["redeemed"]).await;
    chosen.settled(PATIENCE).await;
    let text = chosen.text();
    assert!(text.matches(": redeemed").count() == 10 && !text.contains("❌ Lord"), "{text}");
    // Somebody else who sees it, which cannot be for an ephemeral answer, may not use it.
    let member = world.member();
    let refused = world.double.select(&member, &chosen.message(), &menu, &["all"]).await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());

    // By the option.
    for (show, part) in [("failed", "1 of 3"), ("redeemed", "Show …"), ("all", "1 of 3")] {
        let which = ["missing", "failed", "redeemed", "all"].iter().position(|name| *name == show).unwrap();
        let shown = world.ask(&admin, HISTORY, &[code.clone(), ("show", json!(which))]).await;
        assert!(!shown.message().custom_id(part).is_empty());
    }
    world.says(&admin, HISTORY, &[("code", json!("NOPE"))], &["never redeemed"]).await;
    world.says(&admin, HISTORY, &[("show", json!(0))], &["Redemption history"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn auto_redemption_says_how_long_it_takes_and_asks_if_that_is_long() {
    let mut world = World::new(&[("ONE", Rule::Good), ("TWO", Rule::Good)]).await;
    world.set("GAME_RATE_LIMIT", "1/60s");
    for code in ["ONE", "TWO"] {
        world.feed.add(code, "", "");
    }
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.active(&admin, 2).await;
    let auto = "manage giftcode auto";
    let (on, off) = ([("switch", json!(0))], [("switch", json!(1))]);
    world.says(&admin, auto, &on, &["The list is empty"]).await;
    world.says(&admin, auto, &off, &["no longer redeemed automatically"]).await;
    world.import(&admin, &lines(1001..=1006)).await;
    world.says(&admin, auto, &on, &["6 players × 2 codes, 12 to redeem: about 12 minutes"]).await;
    world.says(&admin, auto, &off, &["no longer"]).await;
    world.import(&admin, &lines(1001..=1040)).await;
    let asked = world.ask(&admin, auto, &on).await;
    assert!(asked.text().contains("40 players × 2 codes") && asked.text().contains("minutes"), "{}", asked.text());
    world.says(&admin, "manage giftcode status", &[], &["off: turn it on"]).await;
    let no = world.double.press(&admin, &asked.message(), asked.message().custom_id("Not now")).await;
    no.settled(PATIENCE).await;
    assert!(no.text().contains("stays as it was") && no.components().is_empty(), "{}", no.text());
    // Confirmed after a restart.
    let asked = world.ask(&admin, auto, &on).await.message();
    bot.stop().await;
    let _bot = world.start().await;
    let refused = world.double.press(&member, &asked, asked.custom_id("Turn on")).await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());
    let yes = world.double.press(&admin, &asked, asked.custom_id("Turn on")).await;
    assert_ne!(yes.response_kind(), Some(ResponseKind::Modal));
    yes.settled(PATIENCE).await;
    assert!(yes.text().contains("✅ From now on") && yes.components().is_empty(), "{}", yes.text());
    let told = world.told(&admin, "manage giftcode status", &[]).await;
    assert!(told.contains("Auto-redemption\non") || !told.contains("off: turn it on"), "{told}");
    let _ = permission::MANAGE_GUILD;
}
