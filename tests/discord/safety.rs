//! Permissions, hostile text, and the separation of servers.

use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::world::{CHANNEL, GUILD, PATIENCE, World};
use discord_double::{Guild, permission};

#[tokio::test(flavor = "multi_thread")]
async fn members_cannot_manage_anything() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    let _bot = world.start().await;
    let admin = world.admin();
    world.active(&admin, 1).await;
    world.import(&admin, "1001,A,245\n").await;
    let most = (u64::MAX >> 8) & !(permission::MANAGE_GUILD | permission::ADMINISTRATOR);
    let file = world.double.attach("players.csv", "text/csv", b"player_id,nickname,state\n1002,B,245\n");
    let code = || vec![("code", json!("GOOD"))];
    let commands: [(&str, Vec<(&str, Value)>); 17] = [
        ("manage giftcode setchannel", vec![]),
        ("manage giftcode unsetchannel", vec![]),
        ("manage giftcode auto", vec![("switch", json!(0))]),
        ("manage giftcode add", vec![("code", json!("OTHER"))]),
        ("manage giftcode remove", code()),
        ("manage giftcode list", vec![]),
        ("manage giftcode redeem", code()),
        ("manage giftcode retry", code()),
        ("manage giftcode status", vec![]),
        ("manage giftcode history", code()),
        ("manage giftcode stats", vec![]),
        ("manage players add", vec![("player_ids", json!("1003")), ("state", json!(245))]),
        ("manage players remove", vec![("player", json!("1001"))]),
        ("manage players list", vec![]),
        ("manage players import", vec![("file", file)]),
        ("manage players export", vec![]),
        ("manage access", vec![]),
    ];
    for permissions in [0, most] {
        let member = world.double.user(GUILD, permissions);
        for (command, options) in &commands {
            let refused = world.double.slash(&member, CHANNEL, command, options).await;
            refused.settled(PATIENCE).await;
            let text = refused.text();
            assert!(text.starts_with("🔒 Only members with the **Manage Server** permission"), "{command}: {text}");
            assert!(refused.is_ephemeral() && refused.attachments().is_empty(), "{command}");
        }
    }
    // Administrators are managers too.
    let boss = world.double.user(GUILD, permission::ADMINISTRATOR);
    let parts = [
        "none: set one with `/manage giftcode setchannel`",
        "off: turn it on with `/manage giftcode auto`",
        "Players\n1",
        "0 here",
    ];
    world.says(&boss, "manage giftcode status", &[], &parts).await;
    world.says(&boss, "manage giftcode list", &[], &["1 active gift code", "GOOD"]).await;
    // That ids are checked in the background is nobody's doing.
    assert!(world.game.ledger(|ledger| ledger.calls().iter().all(|call| call.code != "GOOD")));
    assert!(world.double.messages(CHANNEL).is_empty());
}

/// No markup, mentions, links or bidirectional characters may appear unescaped.
fn assert_harmless(text: &str) {
    for bare in ["@everyone", "<@&1>", "<@1>", "**bold**", "](http", "https://evil", "`tick`", "||spoiler||", "# big"] {
        let found = text.match_indices(bare).find(|(at, _)| !text[..*at].ends_with('\\'));
        assert!(found.is_none(), "unescaped {bare} in {text}");
    }
    assert!(!text.contains(['\u{202E}', '\u{2066}', '\u{200B}', '\u{1b}']), "{text:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_shown_escaped() {
    let world = World::new(&[("BAD", Rule::VipOnly), ("LONG", Rule::Good)]).await;
    let hostile =
        "# big **bold** @everyone <@&1> <@1> `tick` ||spoiler|| [x](https://evil.example)\u{202E}\u{1b}[31m\u{2066}";
    world.feed.add("BAD", hostile, "");
    world.feed.add("LONG", &"W".repeat(500), "");
    let _bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.active(&member, 2).await;
    world.set_channel(&admin).await;
    let post = world.message("BAD").await;
    assert!(post.text().contains("\\*\\*bold\\*\\*") && post.text().contains("WWWW"), "{}", post.text());
    let name = hostile.replace('\u{1b}', "");
    let told =
        world.import(&admin, &format!("1002,{name},245\n1003,{},245\n1004,@everyone,245\n", "N".repeat(500))).await;
    assert!(told.contains("3 players were added"), "{told}");
    let told = world.import(&admin, &format!("{name},A,245\n1005,B,{name}\n")).await;
    assert!(told.contains("Nobody was imported"), "{told}");
    let answers = [
        told,
        world.told(&member, "giftcode", &[]).await,
        world.told(&admin, "manage giftcode list", &[]).await,
        world.told(&admin, "manage players list", &[]).await,
        world.told(&admin, "manage giftcode redeem", &[("code", json!("BAD"))]).await,
        world.told(&admin, "manage giftcode add", &[("code", json!("@everyone"))]).await,
        world.told(&admin, "manage players add", &[("player_ids", json!(name)), ("state", json!(1))]).await,
        world.told(&admin, "manage players remove", &[("player", json!("**bold** @everyone"))]).await,
        world.told(&member, "redeem", &[("code", json!("**bold**@everyone"))]).await,
        world.told(&member, "unlink", &[("player_id", json!("@everyone"))]).await,
    ];
    let batch = world.message("BAD: done for 3 players").await;
    assert!(batch.text().contains("\\@everyone") && batch.text().contains("(1003)"), "{}", batch.text());
    for text in answers.into_iter().chain(world.double.messages(CHANNEL).iter().map(|message| message.text())) {
        assert_harmless(&text);
    }
    let offered = [("player", json!("1002"))];
    let offered = world.double.autocomplete(&admin, CHANNEL, "manage players remove", &offered, "player").await;
    assert!(offered.len() == 1 && offered[0].0.chars().count() <= 100 && !offered[0].0.contains('\u{202E}'));
    world.told(&member, "link", &[("player_id", json!(1002)), ("state", json!(245))]).await;
    let answer = world.ask(&member, "redeem", &[("code", json!("LONG"))]).await;
    answer.until(PATIENCE, |answer| answer.text().contains("🎁")).await;
    assert_harmless(&answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_sees_nothing_of_another() {
    let codes = [("THEIRS", Rule::VipOnly), ("SHARED", Rule::Good)];
    let world = World::new(&codes).await;
    world.feed.add("SHARED", "", "");
    let bot = world.start().await;
    let (admin, other) = (world.admin(), world.second_admin());
    world.active(&admin, 1).await;
    world.import(&other, "1002,Secret,245\n1003,Hidden,245\n").await;
    world.import(&admin, "1003,Ours,245\n1004,Own,245\n").await;
    let code = |code: &str| [("code", json!(code))];
    world.told(&other, "manage giftcode add", &code("THEIRS")).await;
    world.told(&other, "manage giftcode redeem", &code("THEIRS")).await;
    bot.said("Finished THEIRS").await;
    world.says(&other, "manage giftcode history", &[], &["THEIRS", "2 failed"]).await;

    let player = |player: &str| [("player", json!(player))];
    let exported = world.ask(&admin, "manage players export", &[]).await;
    let csv = String::from_utf8(exported.attachments()[0].bytes.clone()).unwrap();
    assert!(csv.contains("1003") && csv.contains("1004") && !csv.contains("1002"), "{csv}");
    let told = [
        csv,
        world.told(&admin, "manage players list", &[]).await,
        world.told(&admin, "manage giftcode list", &[]).await,
        world.told(&admin, "manage giftcode history", &[]).await,
        world.told(&admin, "giftcode", &[]).await,
    ];
    for text in told {
        assert!(!text.contains("Secret") && !text.contains("THEIRS"), "{text}");
    }
    let remove = "manage players remove";
    for typed in ["", "sec", "1002"] {
        let offered = world.double.autocomplete(&admin, CHANNEL, remove, &player(typed), "player").await;
        assert!(offered.iter().all(|(name, _)| !name.contains("1002")), "{offered:?}");
    }
    for command in ["manage giftcode history", "manage giftcode retry", "manage giftcode remove", "redeem"] {
        let offered = world.double.autocomplete(&admin, CHANNEL, command, &code("THE"), "code").await;
        assert!(offered.is_empty(), "{command}: {offered:?}");
    }
    // The bot does not reveal that another server has a code.
    for command in ["manage giftcode redeem", "manage giftcode retry", "manage giftcode remove"] {
        world.says(&admin, command, &code("theirs"), &["I do not know the code `theirs`"]).await;
    }
    world.says(&admin, "manage giftcode history", &code("THEIRS"), &["was never redeemed for the player list"]).await;
    world.says(&admin, remove, &player("1002"), &["Not on the player list: 1002"]).await;
    world.says(&admin, remove, &player("1003"), &["✅ 1 player was removed from the player list: ", "1003"]).await;
    world.says(&other, "manage players list", &[], &["👥 2 players", "1002", "1003"]).await;
    world.says(&admin, "manage giftcode redeem", &code("SHARED"), &["for 1 player."]).await;
    world.granted("SHARED", 1).await;
    world.says(&admin, "manage giftcode remove", &code("SHARED"), &["✅"]).await;
    world.says(&other, "manage giftcode list", &[], &["2 active gift codes", "SHARED", "THEIRS"]).await;
    world.says(&other, "manage giftcode history", &code("SHARED"), &["was never redeemed"]).await;
    // A third server shares nothing.
    world.double.add_guild(Guild::new(9_000_001).text(9_000_002, "third"));
    let third = world.double.user(9_000_001, permission::MANAGE_GUILD);
    let answered = world.double.slash(&third, 9_000_002, "manage players list", &[]).await;
    answered.settled(PATIENCE).await;
    assert!(answered.text().contains("The player list is empty"), "{}", answered.text());
}
