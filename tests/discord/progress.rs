//! Runs' messages: how far a run is, and how it ended.

use std::time::Duration;

use giftcode_bot::domain::limits::player_pacing::RateLimit;
use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::world::{CHANNEL, OTHER_CHANNEL, PATIENCE, World};
use discord_double::{Message, User};

const REDEEM: &str = "manage giftcode redeem";

fn roster(ids: std::ops::RangeInclusive<u64>) -> String {
    ids.map(|id| format!("{id},Lord{id},{}\n", if id.is_multiple_of(10) { 246 } else { 245 })).collect()
}

async fn begin(world: &World, ids: std::ops::RangeInclusive<u64>, code: &str) -> User {
    let admin = world.admin();
    world.set_channel(&admin).await;
    world.import(&admin, &roster(ids)).await;
    let code = [("code", json!(code))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.says(&admin, REDEEM, &code, &["I am redeeming"]).await;
    admin
}

/// The messages of runs in the channel.
fn of_batches(world: &World) -> Vec<Message> {
    let is_batch = |message: &Message| message.nonce.as_ref().is_some_and(|nonce| nonce.starts_with('r'));
    world.double.messages(CHANNEL).into_iter().filter(is_batch).collect()
}

fn assert_paced(message: &Message) {
    let mut last = message.created_at;
    for edit in &message.edits {
        let apart = edit.at.duration_since(last);
        assert!(apart >= jiff::SignedDuration::from_millis(4900), "{apart:?} between two edits");
        last = edit.at;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_is_shown_as_it_goes() {
    let limit = RateLimit { calls: 15, window: Duration::from_secs(3) };
    let mut world = World::with_faults(&[("LONG", Rule::Good)], Faults::default(), Some(limit)).await;
    world.set("GAME_RATE_LIMIT", "15/3s");
    let _bot = world.start().await;
    begin(&world, 1001..=1060, "LONG").await;
    let first = world.message("⏳ Redeeming LONG for 60 players").await;
    assert!(first.text().contains("▱") && first.text().contains("to go"), "{}", first.text());
    assert!(first.components.is_empty());
    world.message("✅ LONG: done for 60 players").await;
    let [run] = of_batches(&world).try_into().unwrap();
    assert!(run.edits.len() > 1, "{:#?}", run.edits);
    assert_paced(&run);
    assert!(run.text().contains("🎁 60 redeemed") && run.attachments.is_empty(), "{}", run.text());
    let between = run.edits[0].body["embeds"][0]["description"].as_str().unwrap();
    assert!(between.contains('▰') && between.contains("💤 the game allows 15 calls in 3 s"), "{between}");
    assert_eq!(world.calls("LONG"), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_in_its_message_after_a_crash() {
    let mut world = World::new(&[("LONG", Rule::Good)]).await;
    world.set("GAME_RATE_LIMIT", "10/3s");
    let bot = world.start().await;
    begin(&world, 1001..=1040, "LONG").await;
    let first = world.message("⏳ Redeeming LONG for 40 players").await;
    world.until("some are done", || world.calls("LONG") >= 15).await;
    bot.kill().await;
    let _bot = world.start().await;
    world.message("LONG: done for 40 players").await;
    let [run] = of_batches(&world).try_into().unwrap();
    assert_eq!(run.id, first.id, "no second message");
    assert!(run.text().contains("✅") && !run.text().contains("failed"), "{}", run.text());
    assert_eq!(world.game.ledger(|ledger| ledger.grants()), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_failures_come_as_a_file_and_are_tried_again_in_the_same_message() {
    let world = World::new(&[("VIP", Rule::VipOnly)]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    // 1050 to 1074: those that 7 divides are VIPs. Three more live where nobody else of them does.
    let lines = roster(1050..=1074) + "1101,=cmd(),999\n1102,\"a,b\",999\n1103,@everyone,999\n";
    world.import(&admin, &lines).await;
    let code = [("code", json!("VIP"))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.told(&admin, REDEEM, &code).await;
    let run = world.message("VIP: done for 28 players").await;
    let text = run.text();
    assert!(text.contains("🎁 4 redeemed · ❌ 24 failed"), "{text}");
    assert!(text.contains("21 players: the VIP level is too low") && text.contains("… and 6 more"), "{text}");
    assert!(text.contains("3 players: the saved state is wrong"), "{text}");
    let [file] = run.attachments.clone().try_into().unwrap();
    assert_eq!(file.filename, "VIP-not-redeemed.csv");
    let csv = String::from_utf8(file.bytes).unwrap();
    assert_eq!(csv.lines().count(), 25, "{csv}");
    assert!(csv.contains("1101,'=cmd(),") && csv.contains("1103,'@everyone,"), "no name is a formula: {csv}");
    assert!(
        csv.starts_with("player_id,nickname,status,reason\n") && csv.contains("1102,\"a,b\",USER_INFO_ERROR,"),
        "{csv}"
    );
    // The states are corrected.
    world.import(&admin, "1101,A,300\n1102,B,300\n1103,C,300\n").await;
    world.says(&admin, "manage giftcode retry", &code, &["✅ I am trying `VIP` again for 24 players."]).await;
    let is_told_again = || {
        let now = world.double.message(run.id);
        (now.text().contains("24 players: the VIP") && now.text().contains("done for 28")).then_some(now)
    };
    let again = world.double.until(PATIENCE, "told again", is_told_again).await;
    assert_eq!((again.attachments.len(), of_batches(&world).len()), (1, 1), "the old file went, and it is one message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_says_that_the_game_is_away() {
    let mut world = World::new(&[("GOOD", Rule::Good)]).await;
    world.set("REDEEM_RETRY_BASE", "8s");
    world.set("REDEEM_RETRY_CAP", "8s");
    let _bot = world.start().await;
    world.game.set_down(true);
    let admin = begin(&world, 1001..=1009, "GOOD").await;
    let run = world.message("⏳ Redeeming GOOD for 9 players").await;
    let says = || world.double.message(run.id).text().contains("💤 the game").then_some(());
    world.double.until(PATIENCE, "it says what it waits for", says).await;
    let member = world.member();
    let account = [("player_id", json!(1001)), ("state", json!(245))];
    world.says(&member, "link", &account, &["try again in a few minutes"]).await;
    world.says(&admin, "manage giftcode status", &[], &["9 here"]).await;
    world.game.set_down(false);
    let done = world.message("GOOD: done for 9 players").await;
    assert!(done.id == run.id && done.text().contains("🎁 9 redeemed"), "{}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_taken_away_comes_back_when_it_is_wanted() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let _bot = world.start().await;
    let admin = begin(&world, 1001..=1009, "GOOD").await;
    let run = world.message("GOOD: done for 9 players").await;
    // Somebody takes it away: nothing more is said, until the code is asked for once more.
    world.double.delete_message(run.id);
    let again = async |player: u64| {
        world.import(&admin, &roster(player..=player)).await;
        world.says(&admin, REDEEM, &[("code", json!("GOOD"))], &["for 1 player."]).await;
    };
    again(1011).await;
    world.until("it is noticed", || world.double.requests().iter().any(|request| request.status == Some(404))).await;
    assert!(of_batches(&world).is_empty());
    again(1012).await;
    let anew = world.message("GOOD: done for 11 players").await;
    assert_ne!(anew.id, run.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_channel_is_deleted_goes_on_in_the_next_one() {
    tokio::join!(loses_its_channel(false), loses_its_channel(true));
}

/// The next channel is named after the old one is deleted, or before.
async fn loses_its_channel(is_moved_first: bool) {
    let mut world = World::new(&[("LONG", Rule::Good)]).await;
    world.set("GAME_RATE_LIMIT", "10/3s");
    let bot = world.start().await;
    let admin = begin(&world, 1001..=1030, "LONG").await;
    world.message("⏳ Redeeming LONG for 30 players").await;
    if !is_moved_first {
        world.double.delete_channel(CHANNEL);
        bot.said("is paused").await;
    }
    let set = world.double.slash(&admin, OTHER_CHANNEL, "manage giftcode setchannel", &[]).await;
    set.settled(PATIENCE).await;
    if is_moved_first {
        world.double.delete_channel(CHANNEL);
    }
    let is_done = |message: &Message| message.text().contains("✅ LONG: done for 30 players");
    world.double.wait_for_message(OTHER_CHANNEL, PATIENCE, is_done).await;
    let runs = world.double.messages(OTHER_CHANNEL).iter().filter(|m| m.text().contains("30 players")).count();
    assert_eq!(runs, 1);
    bot.stop().await;
}
