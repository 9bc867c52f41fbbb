//! Buttons, menus and forms of posts.

use giftcode_bot::sandbox::rules::Rule;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::world::{CHANNEL, PATIENCE, World};
use discord_double::{Double, Interaction, Message, ResponseKind, User};

const FOR_ME: &str = "Redeem for me";
const FOR_ALL: &str = "Alliance (leaders)";

/// Presses a button and waits for the answer.
async fn press(world: &World, user: &User, post: &Message, label: &str) -> Interaction {
    let answered = world.double.press(user, post, post.custom_id(label)).await;
    if answered.response_kind() != Some(ResponseKind::Modal) {
        answered.settled(PATIENCE).await;
        assert!(answered.is_ephemeral(), "{label}: {}", answered.text());
    }
    answered
}

/// Submits the form and waits for the answer.
async fn fill(world: &World, user: &User, form: &Interaction, values: [&str; 2]) -> Interaction {
    let named = ["player_id", "state"].into_iter().zip(values).collect::<Vec<_>>();
    loop {
        let answered = world.double.submit(user, form, &named).await;
        answered.settled(PATIENCE).await;
        assert!(answered.is_ephemeral(), "{}", answered.text());
        // An answer appears a moment before its request ends, and a person may have three requests in progress.
        if !answered.text().contains("still in progress") {
            return answered;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

async fn until(answered: &Interaction, part: &str) {
    answered.until(PATIENCE, |answered| answered.text().contains(part)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buttons_of_a_post_with_one_code() {
    let world = World::new(&[("GOOD", Rule::Good), ("NEXT", Rule::Good)]).await;
    world.feed.add("GOOD", "1K Gems", "");
    let bot = world.start().await;
    bot.said("Successfully fetched 1 gift codes").await;
    let (admin, member) = (world.admin(), world.member());
    world.set_channel(&admin).await;
    let post = world.message("GOOD").await;

    // A person without a linked account gets a form.
    let form = press(&world, &member, &post, FOR_ME).await;
    assert_eq!(form.modal()["title"], json!("Who are you in the game?"));
    for (values, told) in [
        (["12a4", "245"], "is not a player ID"),
        (["1001", "0"], "is not a state"),
        (["1001", "999"], "1001 is not in state 999"),
        (["9999", "245"], "The game knows no player 9999"),
    ] {
        let answered = fill(&world, &member, &form, values).await;
        let text = answered.text();
        assert!(text.contains(told) && text.contains("Nothing was changed"), "{values:?}: {text}");
    }
    world.game.set_down(true);
    let answered = fill(&world, &member, &form, ["1001", "245"]).await;
    assert!(answered.text().contains("try again in a few minutes"), "{}", answered.text());
    world.game.set_down(false);
    world.says(&member, "unlink", &[], &["You have no linked account yet"]).await;
    assert_eq!(world.calls("GOOD"), 0, "none of this redeems");

    let answered = fill(&world, &member, &form, [" 1001 ", "245"]).await;
    until(&answered, "🎁 1001: sent").await;
    world.says(&member, "unlink", &[], &["✅ The account is no longer linked"]).await;
    world.says(&member, "redeem", &[("code", json!("GOOD"))], &["You have no linked account yet"]).await;
    let form = press(&world, &member, &post, FOR_ME).await;
    let answered = fill(&world, &member, &form, ["1002", "245"]).await;
    until(&answered, "🎁 1002: sent").await;
    let answered = press(&world, &member, &post, FOR_ME).await;
    until(&answered, "🎁 1002: sent").await;
    assert!(!answered.text().contains("1001"), "{}", answered.text());
    world.says(&member, "unlink", &[("player_id", json!("1001"))], &["not linked to you"]).await;

    // For all.
    let calls = world.game.ledger(|ledger| ledger.calls().len());
    let refused = press(&world, &member, &post, FOR_ALL).await;
    assert!(refused.text().contains("🔒 Only members with the **Manage Server** permission"), "{}", refused.text());
    let answered = press(&world, &admin, &post, FOR_ALL).await;
    assert!(answered.text().contains("The player list is empty"), "{}", answered.text());
    assert_eq!(world.game.ledger(|ledger| ledger.calls().len()), calls, "nobody asked the game");
    world.import(&admin, "1002,B,245\n1003,C,245\n1004,D,245\n").await;
    let answered = press(&world, &admin, &post, FOR_ALL).await;
    let told = format!("✅ I am redeeming `GOOD` for 2 players. The progress is shown in <#{CHANNEL}>.");
    assert_eq!(answered.text(), told);
    let batch = world.message("GOOD: done for 3 players").await;
    assert!(batch.text().contains("3 redeemed"), "{}", batch.text());
    let answered = press(&world, &admin, &post, FOR_ALL).await;
    assert!(answered.text().contains("`GOOD` is done for all 3 players"), "{}", answered.text());

    // After a restart.
    bot.stop().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    let stranger = world.member();
    let form = press(&world, &stranger, &post, FOR_ME).await;
    until(&fill(&world, &stranger, &form, ["1005", "245"]).await, "🎁 1005: sent").await;
    assert_eq!(world.game.ledger(|ledger| ledger.grants()), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_menus_of_a_post_with_several_codes() {
    let codes = [("ONE", Rule::Good), ("TWO", Rule::VipOnly), ("THREE", Rule::Good), ("GONE", Rule::Expired)];
    let world = World::new(&codes).await;
    for code in ["ONE", "TWO", "THREE", "GONE"] {
        world.feed.add(code, "", "");
    }
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.active(&admin, 4).await;
    world.set_channel(&admin).await;
    let post = world.message("The 4 active gift codes").await;
    let (me, all) = (post.custom_id("Redeem for me …"), post.custom_id("Alliance (leaders) …"));
    let form = world.double.select(&member, &post, me, &["ONE", "TWO"]).await;
    assert_eq!(form.response_kind(), Some(ResponseKind::Modal));
    let answered = fill(&world, &member, &form, ["1002", "245"]).await;
    until(&answered, "🎁 1002: sent").await;
    until(&answered, "❌ 1002: the VIP level is too low").await;
    assert!(answered.text().contains("**ONE**") && !answered.text().contains("THREE"), "{}", answered.text());
    let answered = world.double.select(&member, &post, me, &["THREE"]).await;
    answered.settled(PATIENCE).await;
    until(&answered, "🎁 1002: sent").await;
    let refused = world.double.select(&member, &post, all, &["ONE"]).await;
    assert!(refused.text().contains("Manage Server"), "{}", refused.text());
    world.import(&admin, "1003,C,245\n1004,D,245\n").await;
    let answered = world.double.select(&admin, &post, all, &["ONE", "TWO", "THREE"]).await;
    answered.settled(PATIENCE).await;
    assert_eq!(answered.text().matches("redeeming for 2 players").count(), 3, "{}", answered.text());
    for code in ["ONE", "TWO", "THREE"] {
        bot.said(&format!("Finished {code}")).await;
    }
    assert_eq!((world.calls("ONE"), world.calls("TWO"), world.calls("THREE")), (3, 3, 3));
    // One code turns out to be over. The others stay.
    let answered = world.double.select(&admin, &post, all, &["ONE", "GONE"]).await;
    answered.settled(PATIENCE).await;
    assert!(answered.text().contains("`ONE`: already done for everybody"), "{}", answered.text());
    let is_told = || {
        let now = world.double.message(post.id);
        now.text().contains("Not active: it has expired.").then_some(now)
    };
    let now = world.double.until(PATIENCE, "GONE is over", is_told).await;
    assert!(now.text().contains("The 4 active gift codes") && now.custom_id("Redeem for me …") == me, "{}", now.text());
    assert!(!now.components.iter().any(|row| row.to_string().contains("GONE")), "{:#?}", now.components);
}

/// Together, the codes are longer than the `custom_id` of a form.
#[tokio::test(flavor = "multi_thread")]
async fn all_ten_codes_chosen_in_a_menu_are_redeemed() {
    let codes: Vec<String> = (0..10).map(|number| format!("_A-code_of-32_letters-and_so-on{number}")).collect();
    assert!(codes.iter().all(|code| code.len() == 32));
    let rules: Vec<(&str, Rule)> = codes.iter().map(|code| (code.as_str(), Rule::Good)).collect();
    let world = World::new(&rules).await;
    for code in &codes {
        world.feed.add(code, "", "");
    }
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    world.active(&admin, 10).await;
    world.set_channel(&admin).await;
    let post = world.message("The 10 active gift codes").await;
    let me = post.custom_id("Redeem for me …");
    let all: Vec<&str> = codes.iter().map(String::as_str).collect();
    let form = world.double.select(&member, &post, me, &all).await;
    // The bot restarts before the form is submitted.
    bot.stop().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    let answered = fill(&world, &member, &form, ["1001", "245"]).await;
    answered.until(PATIENCE, |answered| answered.text().matches("🎁").count() == 10).await;
    for code in &codes {
        world.granted(code, 1).await;
        assert!(answered.text().contains(&code.replace('_', "\\_")), "{}", answered.text());
    }
    // The stored choice has expired.
    let stranger = world.member();
    let form = world.double.select(&stranger, &post, me, &all).await;
    bot.stop().await;
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    assert_eq!(file.execute("UPDATE choices SET made_at = made_at - 25 * 3600 * 1000", []).unwrap(), 1);
    drop(file);
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    let answered = fill(&world, &stranger, &form, ["1002", "245"]).await;
    let told = "This form was open for too long, and I no longer know which codes you chose. Please choose them again.";
    assert!(answered.text().contains(told), "{}", answered.text());
    world.says(&stranger, "unlink", &[], &["You have no linked account yet"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_over_loses_its_buttons() {
    let world = World::new(&[("GOOD", Rule::Good), ("DEAD", Rule::Unknown), ("SHORT", Rule::Good)]).await;
    world.feed.add("DEAD", "", "");
    let bot = world.start().await;
    bot.said("Successfully fetched 1 gift codes").await;
    let (admin, member) = (world.admin(), world.member());
    world.set_channel(&admin).await;
    let dead = world.message("DEAD").await;
    // In whole milliseconds, as it is stored.
    let until_soon = Timestamp::from_second(Timestamp::now().as_second() + 20).unwrap();
    world.feed.add("SHORT", "", &until_soon.to_string());
    let short = world.message("SHORT").await;
    let mut gate = world.double.gate(discord_double::Point::BeforeEdit);
    world.import(&admin, "1001,A,245\n1002,B,245\n").await;
    press(&world, &admin, &dead, FOR_ALL).await;
    bot.said("DEAD is no good for anybody").await;
    gate.reached().await;
    // The post still has its buttons, although the code is over.
    let answered = press(&world, &admin, &dead, FOR_ALL).await;
    assert!(
        answered.text().contains("⌛ `DEAD` is not active: the game does not know this code."),
        "{}",
        answered.text()
    );
    world.told(&member, "link", &[("player_id", json!(1003)), ("state", json!(245))]).await;
    let answered = press(&world, &member, &dead, FOR_ME).await;
    assert!(
        answered.text().contains("⌛ `DEAD` is not active: the game does not know this code."),
        "{}",
        answered.text()
    );
    // A person without a linked account is not asked for one in vain.
    let answered = press(&world, &world.member(), &dead, FOR_ME).await;
    assert!(answered.text().contains("⌛ `DEAD` is not active"), "{:?}", answered.response_kind());
    gate.open();
    let is_over = |id: u64, why: &'static str| {
        let double = world.double.clone();
        move || {
            let now = double.message(id);
            (now.text().contains("⌛ This gift code is no longer active") && now.text().contains(why)).then_some(now)
        }
    };
    let over = world.double.until(PATIENCE, "DEAD is over", is_over(dead.id, "the game does not know this code")).await;
    assert!(over.components.is_empty(), "{:#?}", over.components);
    // The post of SHORT is about to be edited, and still has its buttons. A batch message may be edited before it.
    let is_past = || Timestamp::now() > until_soon;
    let gate = loop {
        let mut gate = world.double.gate(discord_double::Point::BeforeEdit);
        world.until("a change, or the end of SHORT", || gate.is_reached() || is_past()).await;
        if is_past() {
            // The command makes the poster notice it at once.
            world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
            gate.reached().await;
            break gate;
        }
        gate.open();
    };
    let answered = press(&world, &member, &short, FOR_ME).await;
    assert!(answered.text().contains("⌛ `SHORT` is not active: it has expired."), "{}", answered.text());
    gate.open();
    let over = world.double.until(PATIENCE, "SHORT is over", is_over(short.id, "it has expired")).await;
    assert!(over.components.is_empty(), "{:#?}", over.components);
    assert_eq!(world.calls("SHORT"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_button_gets_an_answer() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    let member = world.member();
    // Buttons that another version, or another bot under this name, may have left behind.
    let foreign = ["2:me:GOOD", "1:me:", "1:other:GOOD", "redeem_GOOD", "1:roster:x"];
    let button = |id: &&str| json!({ "type": 2, "style": 1, "label": id, "custom_id": id });
    let menu = json!({
        "type": 3, "custom_id": "1:me-of", "placeholder": "menu",
        "options": [{ "label": "none", "value": "no code" }],
    });
    let rows = json!([
        { "type": 1, "components": foreign.iter().map(button).collect::<Vec<Value>>() },
        { "type": 1, "components": [menu] },
    ]);
    let body = json!({ "content": "old", "components": rows, "allowed_mentions": { "parse": [] } });
    let url = format!("{}/api/v10/channels/{CHANNEL}/messages", world.double.url());
    let request = reqwest::Client::new().post(url).header("Authorization", format!("Bot {}", Double::TOKEN));
    let sent = request.header("Content-Type", "application/json").body(body.to_string()).send().await.unwrap();
    assert!(sent.status().is_success());
    let old = world.message("old").await;
    for label in foreign {
        let answered = press(&world, &member, &old, label).await;
        let text = answered.text();
        assert!(text.contains("This button no longer works. Use `/giftcode` and `/redeem`"), "{label}: {text}");
    }
    let answered = world.double.select(&member, &old, "1:me-of", &["no code"]).await;
    assert!(answered.text().contains("This button no longer works"), "{}", answered.text());
}
