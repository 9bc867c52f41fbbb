//! The main job, from the first command to the history.

use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::world::{CHANNEL, GUILD, PATIENCE, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_posted_and_redeemed_and_its_results_are_shown() {
    let world = World::new(&[("OLDCODE", Rule::Good), ("NEWCODE", Rule::Good)]).await;
    world.feed.add("OLDCODE", "1K Gems", "2099-11-20 23:59");
    let bot = world.start().await;
    let admin = world.admin();
    bot.said("Successfully fetched 1 gift codes").await;
    let told = world.told(&admin, "manage giftcode setchannel", &[]).await;
    assert!(told.contains(&format!("<#{CHANNEL}>")), "{told}");
    world.message("OLDCODE").await;
    // The game does not know Ice.
    let csv = "player_id,nickname,state\n1001,Frost,245\n1002,Snow,245\n9010,Ice,245\n";
    let file = world.double.attach("players.csv", "text/csv", csv.as_bytes());
    let told = world.told(&admin, "manage players import", &[("file", file)]).await;
    assert!(told.contains("3 players were added"), "{told}");
    let told = world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
    assert!(told.contains("3 players"), "{told}");
    let ended = world.message("OLDCODE: done for 3 players").await;
    assert!(ended.text().contains("2 redeemed") && ended.text().contains("1 failed"), "{}", ended.text());
    world.feed.add("NEWCODE", "", "");
    let post = world.message("New gift code").await;
    assert!(post.text().contains("NEWCODE"));
    let ended = world.message("NEWCODE: done for 3 players").await;
    assert_eq!(world.double.messages(CHANNEL).len(), 4, "two posts and two batches, one message each");
    assert!(ended.text().contains("check the player ID"), "{}", ended.text());
    let told = world.told(&admin, "manage giftcode history", &[]).await;
    assert!(told.contains("NEWCODE") && told.contains("OLDCODE") && told.contains("2 redeemed"), "{told}");
    assert_eq!(bot.log().matches(&format!("Posted 1 new codes to guild {GUILD}")).count(), 2, "{}", bot.log());
    let shows_codes = || world.double.presence().filter(|shown| shown.to_string().contains("active gift code"));
    world.double.until(PATIENCE, "the number of codes as presence", shows_codes).await;
    bot.stop().await;
}
