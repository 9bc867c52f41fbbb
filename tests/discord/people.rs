//! Commands for everybody: `/giftcode`, `/link`, `/unlink`, `/redeem`.

use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::rules::Rule;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::world::{CHANNEL, PATIENCE, World};
use discord_double::permission;

const LINK: &str = "link";
const UNLINK: &str = "unlink";
const REDEEM: &str = "redeem";

fn account(player: u64, state: u64) -> [(&'static str, Value); 2] {
    [("player_id", json!(player)), ("state", json!(state))]
}

fn code(code: &str) -> [(&'static str, Value); 1] {
    [("code", json!(code))]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_active_codes_are_shown() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let member = world.member();
    world.says(&member, "giftcode", &[], &["There are no active gift codes at the moment."]).await;
    world.feed.add("FIRST", "1K Gems, 2 Speed-ups", "2099-11-20 23:59");
    world.feed.add("SECOND", "Unknown", "");
    world.feed.add("PAST", "", "2020-01-01");
    world.active(&member, 2).await;
    let told = world.told(&member, "giftcode", &[]).await;
    for part in ["🎁 2 active gift codes", "`FIRST` · expires <t:4098902340:R>", "1K Gems, 2 Speed-ups", "`SECOND`"]
    {
        assert!(told.contains(part), "no {part}: {told}");
    }
    assert!(!told.contains("PAST") && !told.contains("Unknown") && !told.contains("from "), "{told}");
    world.says(&member, REDEEM, &code("PAST"), &["You have no linked account yet. Use `/link`"]).await;
    let mut offered = world.double.autocomplete(&member, CHANNEL, REDEEM, &code(""), "code").await;
    // One poll may have seen both, or each has seen one.
    offered.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(offered.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["FIRST", "SECOND"]);
    // The history suggests every code and marks those that are over, except codes that ended before they were listed.
    let until_soon = Timestamp::now() + SignedDuration::from_secs(20);
    world.feed.add("SHORT", "", &until_soon.to_string());
    world.active(&member, 3).await;
    world.until("SHORT has expired", || Timestamp::now() > until_soon).await;
    let admin = world.admin();
    let history = "manage giftcode history";
    let offered = world.double.autocomplete(&admin, CHANNEL, history, &code("sh"), "code").await;
    assert_eq!(offered, [("SHORT (not active)".to_owned(), json!("SHORT"))]);
    assert!(world.double.autocomplete(&admin, CHANNEL, history, &code("pa"), "code").await.is_empty());
    for number in 0..30 {
        world.feed.add(&format!("MANY{number:02}"), "", "");
    }
    world.active(&member, 32).await;
    assert_eq!(world.double.autocomplete(&member, CHANNEL, REDEEM, &code(""), "code").await.len(), 25);
    let offered = world.double.autocomplete(&member, CHANNEL, REDEEM, &code("many1"), "code").await;
    assert_eq!(offered.len(), 10, "{offered:?}");
    for odd in ["%", "_", "'; drop", "\u{202E}", "𝔐"] {
        assert!(world.double.autocomplete(&member, CHANNEL, REDEEM, &code(odd), "code").await.is_empty());
    }
    world.says(&member, "giftcode", &[], &["`MANY29`"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_linked_as_the_game_confirms_and_unlinked() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let member = world.member();
    let named = |player: &str| [("player_id", json!(player))];
    world.says(&member, UNLINK, &[], &["You have no linked account yet"]).await;
    world.says(&member, LINK, &account(1001, 999), &["1001 is not in state 999", "Nothing was changed"]).await;
    world.says(&member, LINK, &account(9999, 245), &["The game knows no player 9999", "Nothing was changed"]).await;
    world.game.set_down(true);
    let try_again = ["is not responding properly", "try again in a few minutes", "Nothing was changed"];
    world.says(&member, LINK, &account(1001, 245), &try_again).await;
    world.game.set_down(false);
    world.says(&member, UNLINK, &[], &["You have no linked account yet"]).await;

    world.says(&member, LINK, &account(1001, 245), &["✅ 1001 in state 245 is now linked to you"]).await;
    world.says(&member, LINK, &account(1001, 245), &["✅ 1001 was already linked to you. Its state is now 245"]).await;
    world.says(&member, UNLINK, &named("1002"), &["That account is not linked to you"]).await;
    world.says(&member, UNLINK, &named("me"), &["is not a player ID", "Nothing was changed"]).await;
    world.says(&member, UNLINK, &[], &["✅ The account is no longer linked to you"]).await;
    for player in 1001..=1005 {
        world.says(&member, LINK, &account(player, 245), &["✅", "is now linked to you"]).await;
    }
    world.says(&member, LINK, &account(1006, 245), &["You already have 5 linked accounts, the most allowed"]).await;
    world.says(&member, LINK, &account(1005, 245), &["was already linked to you"]).await;
    let listed = ["Choose the one to unlink", "• 1001", "• 1005"];
    world.says(&member, UNLINK, &[], &listed).await;
    let offered = world.double.autocomplete(&member, CHANNEL, UNLINK, &named("1003"), "player_id").await;
    assert_eq!(offered, [("1003".to_owned(), json!("1003"))]);
    let stranger = world.member();
    assert!(world.double.autocomplete(&stranger, CHANNEL, UNLINK, &named("1"), "player_id").await.is_empty());
    world.says(&stranger, UNLINK, &named("1003"), &["That account is not linked to you"]).await;
    world.says(&member, UNLINK, &named("1003"), &["✅ The account is no longer linked"]).await;
    let told = world.told(&member, UNLINK, &[]).await;
    assert!(told.contains("1002") && !told.contains("1003"), "{told}");
    world.says(&member, LINK, &account(1006, 245), &["is now linked to you"]).await;
    assert_eq!(world.game.ledger(|ledger| ledger.grants()), 0, "linking redeems nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_redeemed_for_ones_own_accounts() {
    let codes = [("GOOD", Rule::Good), ("DEAD", Rule::Expired), ("VIP", Rule::VipOnly), ("NAMED", Rule::Good)];
    let world = World::new(&codes).await;
    for listed in ["GOOD", "DEAD", "VIP"] {
        world.feed.add(listed, "", "");
    }
    let _bot = world.start().await;
    let (member, friend) = (world.member(), world.member());
    world.active(&member, 3).await;
    world.says(&member, REDEEM, &code("GOOD"), &["You have no linked account yet"]).await;
    // 1001 is a VIP, 1002 is not.
    world.told(&member, LINK, &account(1001, 245)).await;
    world.told(&member, LINK, &account(1002, 245)).await;
    world.told(&friend, LINK, &account(1001, 245)).await;
    world.says(&member, REDEEM, &code("a b"), &["is not a gift code"]).await;
    let answer = world.ask(&member, REDEEM, &code("good")).await;
    let is_done = |answer: &discord_double::Interaction| answer.text().matches("🎁").count() == 2;
    answer.until(PATIENCE, is_done).await;
    let told = answer.text();
    assert!(told.contains("**GOOD**") && told.contains("🎁 1001: sent, check your in-game mail"), "{told}");
    world.says(&friend, REDEEM, &code("GOOD"), &["1001: sent"]).await;
    assert_eq!(world.calls("GOOD"), 2, "a granted code is not called for again");
    let answer = world.ask(&member, REDEEM, &code("VIP")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("❌")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("🎁 1001")).await;
    assert!(answer.text().contains("❌ 1002: the VIP level is too low"), "{}", answer.text());
    // No feed lists this code, so the game decides.
    let answer = world.ask(&member, REDEEM, &code("NAMED")).await;
    answer.until(PATIENCE, is_done).await;
    let answer = world.ask(&member, REDEEM, &code("NOTHING")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("the game does not know the code")).await;
    let answer = world.ask(&member, REDEEM, &code("DEAD")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("the code has expired")).await;
    // A person's request decides for nobody else: each request gets an answer from the game.
    let calls = world.calls("DEAD");
    let answer = world.ask(&member, REDEEM, &code("DEAD")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("❌ 1002: the code has expired")).await;
    assert_eq!(world.calls("DEAD"), calls + 2);
    world.says(&member, "giftcode", &[], &["3 active gift codes"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_few_requests_at_a_time_whose_answers_follow_them() {
    let mut world = World::new(&[("GOOD", Rule::Good), ("MORE", Rule::Good)]).await;
    world.set("REDEEM_RETRY_BASE", "2s");
    world.set("REDEEM_RETRY_CAP", "2s");
    let _bot = world.start().await;
    let (member, friend) = (world.member(), world.double.user(crate::world::GUILD, permission::VIEW_CHANNEL));
    world.told(&member, LINK, &account(1001, 245)).await;
    world.told(&friend, LINK, &account(1002, 245)).await;
    world.game.set_faults(Faults { timeout_retry: 1.0, ..Faults::default() });
    let answer = world.ask(&member, REDEEM, &code("GOOD")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("trying again")).await;
    let more = world.ask(&member, REDEEM, &code("MORE")).await;
    let again = world.ask(&member, REDEEM, &code("GOOD")).await;
    world.says(&member, REDEEM, &code("GOOD"), &["Your last requests are still in progress. Please wait"]).await;
    // Other commands do not wait for it. This one asks the game once, and the game is busy.
    world.says(&member, LINK, &account(1003, 245), &["The game is not responding properly at the moment"]).await;
    world.says(&member, UNLINK, &[("player_id", json!("1003"))], &["That account is not linked to you"]).await;
    let others = world.ask(&friend, REDEEM, &code("GOOD")).await;
    assert!(others.text().contains("⏳ 1002"), "{}", others.text());
    world.game.set_faults(Faults::default());
    for (answer, player) in [(&answer, 1001), (&more, 1001), (&again, 1001), (&others, 1002)] {
        answer.until(PATIENCE, |answer| answer.text().contains(&format!("🎁 {player}: sent"))).await;
    }
    assert!(answer.message().edits.len() > 1, "the answer changed with it");
    world.until("granted", || world.game.ledger(|ledger| ledger.grants()) == 3).await;
    // The requests are done, so there is room for the next one at once.
    world.says(&member, REDEEM, &code("GOOD"), &["1001: sent"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_survives_a_restart() {
    let mut world = World::new(&[("GOOD", Rule::Good)]).await;
    world.set("REDEEM_RETRY_BASE", "1s");
    world.set("REDEEM_RETRY_CAP", "1s");
    let bot = world.start().await;
    let member = world.member();
    world.told(&member, LINK, &account(1001, 245)).await;
    world.game.set_faults(Faults { timeout_retry: 1.0, ..Faults::default() });
    let answer = world.ask(&member, REDEEM, &code("GOOD")).await;
    answer.until(PATIENCE, |answer| answer.text().contains("trying again")).await;
    bot.stop().await;
    assert!(answer.text().contains("I am restarting. Your request continues"), "{}", answer.text());
    let bot = world.start().await;
    let again = world.ask(&member, REDEEM, &code("GOOD")).await;
    again.until(PATIENCE, |answer| answer.text().contains("trying again")).await;
    bot.kill().await;
    world.game.set_faults(Faults::default());
    let _bot = world.start().await;
    world.granted("GOOD", 1).await;
    let told = world.ask(&member, REDEEM, &code("GOOD")).await;
    told.until(PATIENCE, |answer| answer.text().contains("🎁 1001: sent")).await;
}
