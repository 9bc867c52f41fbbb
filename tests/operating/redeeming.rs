//! Redemptions fail.

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::rules::Rule;

use crate::guide::Entry;
use crate::stage::Stage;

/// A game with this trouble for everybody, and a code to redeem; then the game is well, and everybody gets it.
async fn outage(entry: &Entry, trouble: Wrong) {
    let stage = Stage::new(entry, &[("GOOD", Rule::Good)]).await;
    let bot = stage.start_with_players().await;
    stage.world.game.set_troubles(vec![Trouble::of_all(trouble)]);
    stage.world.feed.add("GOOD", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn not_answering(entry: Entry) {
    let stage = Stage::new(&entry, &[("GOOD", Rule::Good)]).await;
    let bot = stage.start_with_players().await;
    stage.world.game.set_down(true);
    stage.world.feed.add("GOOD", "", "");
    stage.is_seen(&bot).await;
    stage.world.game.set_down(false);
    // As the page says: nothing is lost.
    stage.world.granted("GOOD", 5).await;
    stage.page_says("All is well").await;
    bot.stop().await;
}

pub async fn turned_away_at_the_door(entry: Entry) {
    outage(&entry, Wrong::text(403, "Unauthorized request")).await;
}

pub async fn captcha(entry: Entry) {
    outage(&entry, Wrong::json(200, r#"{"code":1,"data":[],"msg":"CAPTCHA CHECK ERROR.","err_code":40103}"#)).await;
}

pub async fn malformed(entry: Entry) {
    outage(&entry, Wrong::json(200, r#"{"code":1,"data":[],"msg":"PARAMS ERROR.","err_code":""}"#)).await;
}

pub async fn unknown_to_everybody(entry: Entry) {
    outage(&entry, Wrong::json(200, r#"{"code":1,"data":[],"msg":"SEASON CLOSED.","err_code":49999}"#)).await;
}

pub async fn one_too_many(entry: Entry) {
    outage(&entry, Wrong::json(429, r#"{"message":"Too Many Attempts."}"#)).await;
}

pub async fn wrong_signature(entry: Entry) {
    let mut stage = Stage::new(&entry, &[("GOOD", Rule::Good)]).await;
    stage.set("GAME_SIGN_SALT", "the old salt");
    let bot = stage.start_with_players().await;
    stage.world.feed.add("GOOD", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn one_code_held(entry: Entry) {
    let stage = Stage::new(&entry, &[("GOOD", Rule::Good), ("ODD", Rule::Good)]).await;
    let bot = stage.start_with_players().await;
    // A first code that works shows that the game is well.
    stage.world.feed.add("GOOD", "", "");
    stage.world.granted("GOOD", 5).await;
    let odd = Wrong::json(200, r#"{"code":1,"data":[],"msg":"EVENT NOT OPEN.","err_code":49998}"#);
    stage.world.game.set_troubles(vec![Trouble::of_all(odd).of_code(&Code::parse("ODD").unwrap())]);
    stage.world.feed.add("ODD", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}

pub async fn one_player_given_up(entry: Entry) {
    let stage = Stage::new(&entry, &[("GOOD", Rule::Good)]).await;
    let bot = stage.start_with_players().await;
    let odd = Wrong::json(200, r#"{"code":1,"data":[],"msg":"ACCOUNT FROZEN.","err_code":49997}"#);
    let player = PlayerId::new(1003).unwrap();
    stage.world.game.set_troubles(vec![Trouble::of_all(odd).of_player(player)]);
    stage.world.feed.add("GOOD", "", "");
    stage.is_seen(&bot).await;
    stage.world.granted("GOOD", 4).await;
    bot.stop().await;
}

pub async fn wrong_state(entry: Entry) {
    let stage = Stage::new(&entry, &[("GOOD", Rule::Good)]).await;
    let bot = stage.start_with_players().await;
    // 1101 lives in state 300.
    stage.world.import(&stage.world.admin(), "1101,Wanderer,245\n").await;
    stage.world.feed.add("GOOD", "", "");
    stage.is_seen(&bot).await;
    bot.stop().await;
}
