//! Batch messages: progress and result.

use std::time::Duration;

use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::sandbox::faults::{Faults, Trouble, Wrong};
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

fn of_batches(world: &World) -> Vec<Message> {
    let is_batch = |message: &Message| message.nonce.as_ref().is_some_and(|nonce| nonce.starts_with('r'));
    world.double.messages(CHANNEL).into_iter().filter(is_batch).collect()
}

fn assert_paced(message: &Message) {
    let mut last = message.created_at;
    for edit in &message.edits {
        let apart = edit.at.duration_since(last);
        // Five seconds, but for the time that an edit is on its way.
        assert!(apart >= jiff::SignedDuration::from_secs(4), "{apart:?} between two edits");
        last = edit.at;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_batch_shows_its_progress() {
    let limit = RateLimit { calls: 15, window: Duration::from_secs(3) };
    let mut world = World::with_faults(&[("LONG", Rule::Good)], Faults::default(), Some(limit)).await;
    world.set("GAME_RATE_LIMIT", "15/3s");
    let _bot = world.start().await;
    begin(&world, 1001..=1060, "LONG").await;
    let first = world.message("⏳ Redeeming LONG for 60 players").await;
    assert!(first.text().contains("▱") && first.text().contains("to go"), "{}", first.text());
    assert!(first.components.is_empty());
    world.message("✅ LONG: done for 60 players").await;
    let [batch] = of_batches(&world).try_into().unwrap();
    assert!(batch.edits.len() > 1, "{:#?}", batch.edits);
    assert_paced(&batch);
    assert!(batch.text().contains("🎁 60 redeemed") && batch.attachments.is_empty(), "{}", batch.text());
    let between = batch.edits[0].body["embeds"][0]["description"].as_str().unwrap();
    assert!(between.contains('▰') && between.contains("💤 the game allows 15 calls in 3 s"), "{between}");
    assert_eq!(world.calls("LONG"), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_continues_in_its_message_after_a_crash() {
    let mut world = World::new(&[("LONG", Rule::Good)]).await;
    world.set("GAME_RATE_LIMIT", "10/3s");
    let bot = world.start().await;
    begin(&world, 1001..=1040, "LONG").await;
    let first = world.message("⏳ Redeeming LONG for 40 players").await;
    world.until("some are done", || world.calls("LONG") >= 15).await;
    bot.kill().await;
    let _bot = world.start().await;
    world.message("LONG: done for 40 players").await;
    let [batch] = of_batches(&world).try_into().unwrap();
    assert_eq!(batch.id, first.id, "no second message");
    assert!(batch.text().contains("✅") && !batch.text().contains("failed"), "{}", batch.text());
    assert_eq!(world.game.ledger(|ledger| ledger.grants()), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_failures_are_attached_as_a_file_and_retried_in_the_same_message() {
    let world = World::new(&[("VIP", Rule::VipOnly)]).await;
    let _bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    // Of 1050 to 1074, each seventh is a VIP. The game does not know three more.
    let unknown = Wrong::json(200, r#"{"code":1,"data":[],"msg":"role not exist","err_code":40001}"#);
    let of_player = |id| Trouble::of_all(unknown.clone()).of_player(PlayerId::new(id).unwrap());
    world.game.set_troubles((1101..=1103).map(of_player).collect());
    let lines = roster(1050..=1074) + "1101,=cmd(),300\n1102,\"a,b\",300\n1103,@everyone,300\n";
    world.import(&admin, &lines).await;
    let code = [("code", json!("VIP"))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.told(&admin, REDEEM, &code).await;
    let batch = world.message("VIP: done for 28 players").await;
    let text = batch.text();
    assert!(text.contains("🎁 4 redeemed · ❌ 24 failed"), "{text}");
    assert!(text.contains("21 players: the VIP level is too low") && text.contains("… and 6 more"), "{text}");
    assert!(text.contains("3 players: no player has this ID"), "{text}");
    let [file] = batch.attachments.clone().try_into().unwrap();
    assert_eq!(file.filename, "VIP-not-redeemed.csv");
    let csv = String::from_utf8(file.bytes).unwrap();
    assert_eq!(csv.lines().count(), 25, "{csv}");
    assert!(csv.contains("1101,'=cmd(),") && csv.contains("1103,'@everyone,"), "no name is a formula: {csv}");
    assert!(
        csv.starts_with("player_id,nickname,status,reason\n") && csv.contains("1102,\"a,b\",ROLE_NOT_EXIST,"),
        "{csv}"
    );
    // It does now.
    world.game.set_troubles(Vec::new());
    world.says(&admin, "manage giftcode retry", &code, &["✅ I am trying `VIP` again for 24 players."]).await;
    let is_repeated = || {
        let now = world.double.message(batch.id);
        (now.text().contains("24 players: the VIP") && now.text().contains("done for 28")).then_some(now)
    };
    let again = world.double.until(PATIENCE, "told again", is_repeated).await;
    assert_eq!(
        (again.attachments.len(), of_batches(&world).len()),
        (1, 1),
        "the new file replaced the old one, in the same message"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_message_says_that_the_game_is_down() {
    let mut world = World::new(&[("GOOD", Rule::Good)]).await;
    world.set("REDEEM_RETRY_BASE", "8s");
    world.set("REDEEM_RETRY_CAP", "8s");
    let _bot = world.start().await;
    world.game.set_down(true);
    let admin = begin(&world, 1001..=1009, "GOOD").await;
    let batch = world.message("⏳ Redeeming GOOD for 9 players").await;
    let says = || world.double.message(batch.id).text().contains("💤 the game").then_some(());
    world.double.until(PATIENCE, "it says why it waits", says).await;
    let member = world.member();
    let account = [("player_id", json!(1001)), ("state", json!(245))];
    world.says(&member, "link", &account, &["try again in a few minutes"]).await;
    world.says(&admin, "manage giftcode status", &[], &["9 here"]).await;
    world.game.set_down(false);
    let done = world.message("GOOD: done for 9 players").await;
    assert!(done.id == batch.id && done.text().contains("🎁 9 redeemed"), "{}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_batch_message_is_sent_again_with_the_next_request() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let _bot = world.start().await;
    let admin = begin(&world, 1001..=1009, "GOOD").await;
    let batch = world.message("GOOD: done for 9 players").await;
    // After somebody deletes it, it stays away until the code is requested again.
    world.double.delete_message(batch.id);
    let again = async |player: u64| {
        world.import(&admin, &roster(player..=player)).await;
        world.says(&admin, REDEEM, &[("code", json!("GOOD"))], &["for 1 player."]).await;
    };
    again(1011).await;
    world.until("it is noticed", || world.double.requests().iter().any(|request| request.status == Some(404))).await;
    assert!(of_batches(&world).is_empty());
    again(1012).await;
    let anew = world.message("GOOD: done for 11 players").await;
    assert_ne!(anew.id, batch.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_channel_is_deleted_continues_in_the_next_channel() {
    tokio::join!(loses_its_channel(false), loses_its_channel(true));
}

/// The next channel is set after the old one is deleted, or before.
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
    let batches = world.double.messages(OTHER_CHANNEL).iter().filter(|m| m.text().contains("30 players")).count();
    assert_eq!(batches, 1);
    bot.stop().await;
}
