//! `/manage giftcode`: the channel, auto-redemption, the codes, status and history.

use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::sandbox::faults::{Faults, Trouble, Wrong};
use giftcode_bot::sandbox::rules::Rule;
use serde_json::json;

use crate::world::{CHANNEL, GUILD, OTHER_CHANNEL, PATIENCE, SECOND_CHANNEL, World};
use discord_double::{Guild, Role, permission};

const SET: &str = "manage giftcode setchannel";
const AUTO: &str = "manage giftcode auto";
const ADD: &str = "manage giftcode add";
const REMOVE: &str = "manage giftcode remove";
const REDEEM: &str = "manage giftcode redeem";
const RETRY: &str = "manage giftcode retry";
const HISTORY: &str = "manage giftcode history";
const STATUS: &str = "manage giftcode status";

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_refused_set_moved_and_unset() {
    use permission::{ATTACH_FILES, EMBED_LINKS, READ_MESSAGE_HISTORY, SEND_MESSAGES, VIEW_CHANNEL};
    let world = World::new(&[]).await;
    let (plain, loud) = (77_000_001_u64, 77_000_002_u64);
    let role = |id| Role { id, name: format!("role{id}"), permissions: 0 };
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").text(OTHER_CHANNEL, "elsewhere");
    guild.roles = vec![role(plain), role(loud)];
    guild.mentionable = vec![loud];
    world.double.add_guild(guild);
    world.feed.add("ONE", "", "");
    let bot = world.start().await;
    let admin = world.admin();
    bot.said("Successfully fetched 1 gift codes").await;
    world.says(&admin, "manage giftcode unsetchannel", &[], &["No channel is set"]).await;
    for (denied, named) in [
        (EMBED_LINKS, "I need **Embed Links** there."),
        (SEND_MESSAGES | EMBED_LINKS, "I need **Send Messages** and **Embed Links** there."),
        (VIEW_CHANNEL, "I need **View Channel** there."),
        (VIEW_CHANNEL | SEND_MESSAGES, "I need **View Channel** and **Send Messages** there."),
    ] {
        world.double.set_overwrite(CHANNEL, 0, denied);
        world.says(&admin, SET, &[], &[named, "Nothing was changed", &format!("<#{CHANNEL}>")]).await;
    }
    world.says(&admin, STATUS, &[], &["none: set one with `/manage giftcode setchannel`"]).await;
    world.double.set_overwrite(CHANNEL, 0, ATTACH_FILES | READ_MESSAGE_HISTORY);
    let lacks = "Please also allow me to **Attach Files** and **Read Message History** there";
    world.says(&admin, SET, &[], &["✅", &format!("<#{CHANNEL}>"), lacks]).await;
    let post = world.message("ONE").await;
    assert_eq!(post.content, "ONE", "nobody is mentioned");
    world.double.set_overwrite(CHANNEL, 0, 0);

    let to = |channel: u64, role: u64| [("channel", json!(channel.to_string())), ("role", json!(role.to_string()))];
    let names = format!("Each post mentions <@&{plain}>. Discord does not notify <@&{plain}>");
    world.says(&admin, SET, &to(OTHER_CHANNEL, plain), &[&format!("<#{OTHER_CHANNEL}>"), &names]).await;
    world.feed.add("TWO", "", "");
    let is_two = |message: &discord_double::Message| message.text().contains("TWO");
    let post = world.double.wait_for_message(OTHER_CHANNEL, PATIENCE, is_two).await;
    assert_eq!(post.content, format!("<@&{plain}>\nTWO"));
    world.says(&admin, SET, &to(CHANNEL, GUILD), &["I do not mention everyone", "Nothing was changed"]).await;
    world.says(&admin, STATUS, &[], &[&format!("<#{OTHER_CHANNEL}>"), &format!("mentions <@&{plain}>")]).await;
    world.says(&admin, SET, &to(OTHER_CHANNEL, loud), &[&format!("Each post mentions <@&{loud}>.")]).await;
    world.says(&admin, STATUS, &[], &[&format!("mentions <@&{loud}>"), &format!("<#{OTHER_CHANNEL}>")]).await;
    world.feed.add("THREE", "", "");
    let is_three = |message: &discord_double::Message| message.text().contains("THREE");
    let post = world.double.wait_for_message(OTHER_CHANNEL, PATIENCE, is_three).await;
    assert_eq!(post.allowed_mentions.unwrap()["roles"], json!([loud.to_string()]));

    // Setting the channel again keeps the role. Only no_role removes it.
    let mentions = format!("mentions <@&{loud}>");
    let here = |more: Vec<(&'static str, serde_json::Value)>| {
        let mut options = vec![("channel", json!(OTHER_CHANNEL.to_string()))];
        options.extend(more);
        options
    };
    world.says(&admin, SET, &here(vec![]), &[&format!("Each post mentions <@&{loud}>.")]).await;
    world.says(&admin, STATUS, &[], &[&mentions]).await;
    let both = here(vec![("role", json!(plain.to_string())), ("no_role", json!(true))]);
    world.says(&admin, SET, &both, &["Use either `role` or `no_role`, not both. Nothing was changed."]).await;
    world.says(&admin, STATUS, &[], &[&mentions]).await;
    let none = || here(vec![("no_role", json!(true))]);
    world.says(&admin, SET, &none(), &["Posts no longer mention a role."]).await;
    assert!(!world.told(&admin, STATUS, &[]).await.contains("mentions"));
    let told = world.told(&admin, SET, &here(vec![("no_role", json!(false))])).await;
    assert!(told.ends_with(&format!("in <#{OTHER_CHANNEL}>.")), "{told}");
    world.says(&admin, SET, &to(OTHER_CHANNEL, loud), &[&format!("Each post mentions <@&{loud}>.")]).await;
    // A deleted role is dropped.
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes").text(OTHER_CHANNEL, "elsewhere");
    guild.members = vec![admin.clone()];
    world.double.add_guild(guild);
    world.says(&admin, SET, &here(vec![]), &["A role that posts mentioned was deleted."]).await;
    assert!(!world.told(&admin, STATUS, &[]).await.contains("mentions"));

    world.says(&admin, "manage giftcode unsetchannel", &[], &["I no longer post gift codes"]).await;
    world.feed.add("FOUR", "", "");
    bot.said("Successfully fetched 4 gift codes").await;
    world.says_soon(&admin, STATUS, &[], "Active codes\n4").await;
    world.says(&admin, STATUS, &[], &["none: set one with `/manage giftcode setchannel`"]).await;
    let posted = (world.double.messages(CHANNEL).len(), world.double.messages(OTHER_CHANNEL).len());
    assert_eq!(posted, (1, 2), "each code once, and none without a channel");
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_added_and_removed_in_one_server_only() {
    let world = World::new(&[("OWN", Rule::Good), ("LISTED", Rule::Good), ("DEAD", Rule::Unknown)]).await;
    world.feed.add("LISTED", "", "");
    let other = world.second_admin();
    let bot = world.start().await;
    let admin = world.admin();
    bot.said("Successfully fetched 1 gift codes").await;
    world.set_channel(&admin).await;
    world.set_channel(&other).await;
    world.message("LISTED").await;
    let code = |code: &str| [("code", json!(code))];
    world.says(&admin, ADD, &code("no code!"), &["“no code!” is not a gift code"]).await;
    world.says(&admin, ADD, &code("LISTED"), &["`LISTED` is already active."]).await;
    world
        .says(&admin, AUTO, &[("switch", json!(0))], &["The list is empty: add players with `/manage players add`"])
        .await;
    world.import(&admin, "1001,A,245\n1002,B,245\n").await;
    world.import(&other, "1003,C,245\n").await;
    world.granted("LISTED", 2).await;
    let added = format!("It will be posted in <#{CHANNEL}> and redeemed for 2 players.");
    world.says(&admin, ADD, &code("own"), &["`own` was added.", &added]).await;
    world.says(&admin, ADD, &code("OWN"), &["already active."]).await;
    world.message("own").await;
    world.granted("OWN", 2).await;
    world.says(&admin, AUTO, &[("switch", json!(1))], &["no longer redeemed automatically"]).await;
    let theirs: Vec<String> = world.double.messages(SECOND_CHANNEL).iter().map(|m| m.text()).collect();
    assert!(theirs.len() == 1 && theirs[0].contains("LISTED"), "{theirs:#?}");
    world.says(&other, HISTORY, &[], &["No codes were redeemed for the player list yet"]).await;
    let told = world.told(&other, "manage giftcode list", &[]).await;
    assert!(told.contains("1 active gift code") && !told.contains("own"), "{told}");

    world.says(&admin, "manage giftcode list", &[], &["2 active gift codes", "`own`", "named by a person"]).await;
    world.says(&admin, REMOVE, &code("NEVER"), &["I do not know the code `NEVER`"]).await;
    world.says(&admin, REMOVE, &code("listed"), &["no longer posted or redeemed."]).await;
    let told = world.told(&admin, "manage giftcode list", &[]).await;
    assert!(!told.contains("LISTED"), "{told}");
    world.says(&other, "manage giftcode list", &[], &["`LISTED`"]).await;
    world.says(&admin, ADD, &code("LISTED"), &["was added."]).await;

    // The game tells two players that it does not know the code, so it is over for everybody.
    world.says(&admin, ADD, &code("DEAD"), &["`/manage giftcode redeem code:DEAD`"]).await;
    world.says(&admin, REDEEM, &code("DEAD"), &["for 2 players"]).await;
    bot.said("DEAD is no good for anybody").await;
    for command in [ADD, REDEEM, RETRY] {
        world.says(&admin, command, &code("dead"), &["⌛", "is not active: the game does not know this code."]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_are_redeemed_for_a_roster_retried_and_listed_in_the_history() {
    let world = World::new(&[("GOOD", Rule::Good), ("VIP", Rule::VipOnly), ("ODD", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    let code = |code: &str| [("code", json!(code))];
    world.says(&admin, HISTORY, &[], &["No codes were redeemed for the player list yet"]).await;
    world.says(&admin, REDEEM, &code("GOOD"), &["I do not know the code `GOOD`"]).await;
    world.says(&admin, RETRY, &code("GOOD"), &["I do not know the code `GOOD`"]).await;
    world.says(&admin, ADD, &code("GOOD"), &["No channel is set, so it is not posted"]).await;
    world.says(&admin, REDEEM, &code("GOOD"), &["The player list is empty"]).await;
    // The game does not know 1010 at first.
    let unknown = Wrong::json(200, r#"{"code":1,"data":[],"msg":"role not exist","err_code":40001}"#);
    world.game.set_troubles(vec![Trouble::of_all(unknown).of_player(PlayerId::new(1010).unwrap())]);
    world.import(&admin, "1001,A,245\n1010,B,246\n").await;
    world.says(&admin, REDEEM, &code("good"), &["✅ I am redeeming `GOOD` for 2 players", "history"]).await;
    bot.said("Finished GOOD").await;
    world.says(&admin, REDEEM, &code("GOOD"), &["is done for all 2 players", "retry code:GOOD"]).await;
    world.says(&admin, HISTORY, &code("GOOD"), &["1 redeemed", "1 failed", "1 player: no player has this ID"]).await;
    world.says(&admin, HISTORY, &code("VIP"), &["`VIP` was never redeemed"]).await;
    world.says(&admin, HISTORY, &code("??"), &["is not a gift code"]).await;
    world.game.set_troubles(Vec::new());
    world.says(&admin, RETRY, &code("GOOD"), &["✅ I am trying `GOOD` again for 1 player."]).await;
    world.granted("GOOD", 2).await;
    world.until("finished again", || bot.log().matches("Finished GOOD").count() == 2).await;
    world.says(&admin, RETRY, &code("GOOD"), &["there is nothing to try again"]).await;
    world.says(&admin, HISTORY, &code("GOOD"), &["2 redeemed"]).await;
    assert_eq!(world.calls("GOOD"), 3, "no player is tried twice without need");
    world.says(&admin, ADD, &code("VIP"), &["`VIP` was added"]).await;
    world.says(&admin, REDEEM, &code("VIP"), &["for 2 players."]).await;
    bot.said("Finished VIP").await;
    world.says(&admin, HISTORY, &[], &["GOOD", "VIP", "1 failed", "the VIP level is too low"]).await;
    // Given up, and retried when the game works again.
    world.game.set_faults(Faults { unknown: 1.0, ..Faults::default() });
    world.says(&admin, ADD, &code("ODD"), &["`ODD` was added"]).await;
    world.says(&admin, REDEEM, &code("ODD"), &["for 2 players."]).await;
    bot.said("Finished ODD").await;
    let given_up = "2 players: gave up: the game gave an unknown answer";
    world.says(&admin, HISTORY, &code("ODD"), &["2 failed", given_up]).await;
    world.game.set_faults(Faults::default());
    world.says(&admin, RETRY, &code("ODD"), &["again for 2 players"]).await;
    world.granted("ODD", 2).await;
    // New players get the active codes.
    world.says(&admin, AUTO, &[("switch", json!(0))], &["2 players"]).await;
    let new = [("player_ids", json!("1003")), ("state", json!(245))];
    world.says(&admin, "manage players add", &new, &["The active codes will be redeemed for the new players"]).await;
    world.granted("ODD", 3).await;
    world.granted("GOOD", 3).await;
    let offered = world.double.autocomplete(&admin, CHANNEL, RETRY, &code("g"), "code").await;
    assert_eq!(offered, [("GOOD".to_owned(), json!("GOOD"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn removing_a_code_drops_its_pending_redemptions() {
    let mut world = World::new(&[("SLOW", Rule::Good)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.import(&admin, "1001,A,245\n1002,B,245\n1003,C,245\n1004,D,245\n1005,E,245\n").await;
    // The checks of new players would take some of the few calls.
    let calls = || world.game.ledger(|ledger| ledger.calls().len());
    world.until("the players are checked", || calls() == 5).await;
    bot.stop().await;
    world.set("GAME_RATE_LIMIT", "2/30s");
    let _bot = world.start().await;
    let code = [("code", json!("SLOW"))];
    world.told(&admin, ADD, &code).await;
    world.says(&admin, REDEEM, &code, &["for 5 players."]).await;
    world.granted("SLOW", 2).await;
    world.says_soon(&admin, REDEEM, &code, "is already being redeemed: 3 players to go").await;
    world.says(&admin, STATUS, &[], &["3 here, 3 in all servers", "the game allows 2 calls in 30 s"]).await;
    world.says(&admin, REMOVE, &code, &["It will not be redeemed for the 3 players still waiting"]).await;
    world.says(&admin, STATUS, &[], &["0 here, 0 in all servers"]).await;
    world.says(&admin, HISTORY, &[], &["2 redeemed", "finished"]).await;
    // After it is added again, it is redeemed for the dropped players too.
    world.says(&admin, AUTO, &[("switch", json!(0))], &["player list (5 players)"]).await;
    world.says(&admin, ADD, &code, &["`SLOW` was added."]).await;
    // The poster was woken and starts the batch.
    world.says_soon(&admin, STATUS, &[], "3 here").await;
    world.says(&admin, AUTO, &[("switch", json!(1))], &["Redemptions in progress continue"]).await;
    // A removed code that a feed lists is not in the first post of a channel that is set later.
    world.feed.add("UNWANTED", "", "");
    world.feed.add("WANTED", "", "");
    world.active(&admin, 3).await;
    world.says(&admin, REMOVE, &[("code", json!("UNWANTED"))], &["no longer posted or redeemed"]).await;
    world.set_channel(&admin).await;
    let post = world.message("WANTED").await.text();
    assert!(post.contains("The 2 active gift codes") && !post.contains("UNWANTED"), "{post}");
}

#[tokio::test(flavor = "multi_thread")]
async fn status_shows_the_feeds_and_the_game() {
    let world = World::new(&[]).await;
    world.feed.add("ONE", "", "");
    let bot = world.start().await;
    let admin = world.admin();
    bot.said("Successfully fetched 1 gift codes").await;
    world.set_channel(&admin).await;
    world.says(&admin, AUTO, &[("switch", json!(0))], &["✅"]).await;
    world.says(&admin, STATUS, &[], &["✅ read <t:", "Active codes\n1", "✅ saved", "on"]).await;
    world.feed.set_down(true);
    bot.said("answers with HTTP 500").await;
    world.says(&admin, STATUS, &[], &["⚠️ cannot be read at the moment"]).await;
    world.feed.set_down(false);
    bot.said("answers again").await;
    world.says(&admin, STATUS, &[], &["✅ read <t:"]).await;
}
