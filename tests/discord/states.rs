//! Ids and states that are wrong or missing: what people see of their checks.

use giftcode_bot::sandbox::rules::Rule;
use rusqlite::Connection;
use serde_json::json;

use crate::world::{CHANNEL, PATIENCE, World};

const LIST: &str = "manage players list";
const STATUS: &str = "manage giftcode status";

#[tokio::test(flavor = "multi_thread")]
async fn wrong_states_are_found_and_told_in_the_list_the_status_and_the_batch() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    // 1010 lives one state on, and the game has no 9999.
    world.import(&admin, "1001,A,245\n1002,B,245\n1010,Wanderer,245\n9999,Nobody,245\n").await;
    bot.said("lives in state 246").await;
    // It is asked again after some minutes. Here two answers have come, and the next player wakes the engine.
    let file = Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    file.execute("UPDATE players SET nobody_replies = 2, ask_at = NULL WHERE player_id = 9999", []).unwrap();
    world.import(&admin, "1003,C,245\n").await;
    bot.said("The game knows no player with the id of Nobody").await;
    let list = world.told(&admin, LIST, &[]).await;
    assert!(list.contains("state 246 · ✅") && list.contains("⚠️ no player has this ID"), "{list}");
    let status = world.told(&admin, STATUS, &[]).await;
    assert!(status.contains("the game does not know the ID: 1"), "{status}");
    // 1020 has moved too. Its code waits for the search, if that is not over before.
    world.import(&admin, "1020,Mover,245\n").await;
    let code = [("code", json!("GOOD"))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.told(&admin, "manage giftcode redeem", &code).await;
    let batch = world.message("GOOD: done for 6 players").await;
    let text = batch.text();
    assert!(text.contains("🎁 5 redeemed · ❌ 1 failed"), "{text}");
    assert!(text.contains("1 player: no player has this ID"), "{text}");
    assert_eq!(world.game.ledger(|ledger| ledger.grants()), 5);
    drop(bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_has_a_state_people_learn_that_one_is_enough() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    let how = "Nobody on the list has a state yet";
    let give = "`/manage players edit player:1001 state:`";
    world.says(&admin, "manage players add", &[("player_ids", json!("1001 1002"))], &[how, give]).await;
    let told = world.import(&admin, "1003,C,\n").await;
    assert!(told.contains(how) && !told.contains("in the background"), "{told}");
    let code = [("code", json!("GOOD"))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.told(&admin, "manage giftcode redeem", &code).await;
    let batch = world.message("GOOD: done for 3 players").await;
    assert!(batch.text().contains("I then find the others who are in that state"), "{}", batch.text());
    let told = world.told(&admin, LIST, &[]).await;
    assert!(told.contains(how) && !told.contains("I am looking for it"), "{told}");
    assert!(!told.contains("ID or state is wrong"), "{told}");
    // It is enough.
    let one = [("player", json!("1001")), ("state", json!(245))];
    world.says(&admin, "manage players edit", &one, &["1001"]).await;
    world.granted("GOOD", 3).await;
    let told = world.told(&admin, LIST, &[]).await;
    assert!(!told.contains(how), "{told}");
    world.says(&admin, "manage players add", &[("player_ids", json!("1004"))], &["in the background"]).await;
    drop(bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_ends_when_whoever_it_waits_for_is_removed_and_goes_on_when_they_are_back() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    // Nobody's state is near that of 1101.
    world.import(&admin, "1002,A,245\n1003,B,245\n1101,Lost,\n").await;
    let code = [("code", json!("GOOD"))];
    world.told(&admin, "manage giftcode add", &code).await;
    world.told(&admin, "manage giftcode redeem", &code).await;
    world.granted("GOOD", 2).await;
    world.message("I am looking for it").await;
    let removed = world.ask(&admin, "manage players remove", &[("player_ids", json!("1101"))]).await;
    world.message("GOOD: done for 2 players").await;
    let undo = removed.message().custom_id("Undo").to_owned();
    world.double.press(&admin, &removed.message(), &undo).await.settled(PATIENCE).await;
    world.message("Redeeming GOOD for 3 players").await;
    // The same for whoever is removed and added anew, and has a state now.
    world.told(&admin, "manage players remove", &[("player_ids", json!("1101"))]).await;
    world.message("GOOD: done for 2 players").await;
    world.told(&admin, "manage players add", &[("player_ids", json!("1101")), ("state", json!(300))]).await;
    let batch = world.message("GOOD: done for 3 players").await;
    assert!(batch.text().contains("🎁 3 redeemed"), "{}", batch.text());
    drop(bot);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_a_linked_account_on_no_list_is_looked_for_among_those_of_the_lists() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    // 1102 lives in state 300, like one of the list.
    world.import(&admin, "1001,A,245\n1002,B,245\n1101,C,300\n").await;
    world.active(&admin, 1).await;
    world.says(&member, "link", &[("player_id", json!(1102))], &["I am looking for its state"]).await;
    bot.said("1102 lives in state 300").await;
    let redeemed = world.double.slash(&member, CHANNEL, "redeem", &[("code", json!("GOOD"))]).await;
    redeemed.until(PATIENCE, |answered| answered.text().contains("sent, check your in-game mail")).await;
    world.says(&admin, LIST, &[], &["👥 3 players"]).await;
    drop(bot);
}
