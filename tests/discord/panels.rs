//! The panel.

use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::after::press;
use crate::catalogue::panel::DAILY_ROUND;
use crate::world::{CHANNEL, GUILD, OTHER_CHANNEL, PATIENCE, World};
use discord_double::{Interaction, Message, ResponseKind, User, permission};

/// A leader who uses the panel, and counts.
struct Leader<'a> {
    world: &'a World,
    user: User,
    taps: Vec<(String, Vec<String>)>,
}

impl Leader<'_> {
    fn wants(&mut self, what: &str) {
        self.taps.push((what.to_owned(), Vec::new()));
    }

    fn tap(&mut self, what: String) {
        self.taps.last_mut().unwrap().1.push(what);
    }

    fn panel(&self) -> Message {
        panel(self.world)
    }

    async fn press(&mut self, label: &str) -> Interaction {
        self.tap(format!("“{label}”"));
        let panel = self.panel();
        let answered = self.world.double.press(&self.user, &panel, panel.custom_id(label)).await;
        if answered.response_kind() != Some(ResponseKind::Modal) {
            answered.settled(PATIENCE).await;
            assert!(answered.is_ephemeral(), "{label}: {}", answered.text());
        }
        answered
    }

    async fn submit(&mut self, form: &Interaction, values: &[(&str, &str)]) -> Interaction {
        self.tap("submit the form".to_owned());
        let answered = self.world.double.submit(&self.user, form, values).await;
        answered.settled(PATIENCE).await;
        assert!(answered.is_ephemeral(), "{}", answered.text());
        answered
    }

    async fn choose(&mut self, answered: &Interaction, menu: &str, value: &str, what: &str) -> Interaction {
        self.tap(format!("choose {what}"));
        let message = answered.message();
        let chosen = self.world.double.select(&self.user, &message, message.custom_id(menu), &[value]).await;
        chosen.settled(PATIENCE).await;
        chosen
    }
}

fn is_panel(message: &Message) -> bool {
    message.text().contains("🎛 Gift codes")
}

fn panel(world: &World) -> Message {
    world.double.messages(CHANNEL).into_iter().find(is_panel).unwrap()
}

async fn make(world: &World, admin: &User) -> Message {
    world.says(admin, "manage panel", &[], &["✅ The panel is in"]).await;
    world.double.wait_for_message(CHANNEL, PATIENCE, is_panel).await
}

/// The placeholder of the first menu, and the value of the entry that contains a text.
fn entry(answered: &Interaction, part: &str) -> (String, String) {
    let rows = answered.components();
    let menus = rows.iter().flat_map(|row| row["components"].as_array().unwrap()).filter(|one| one["type"] == json!(3));
    for menu in menus {
        let options = menu["options"].as_array().unwrap();
        let found = options.iter().find(|option| option["label"].as_str().unwrap().contains(part));
        if let Some(option) = found {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            return (text(&menu["placeholder"]), text(&option["value"]));
        }
    }
    panic!("no entry with {part:?}: {rows:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_round_takes_at_most_12_taps() {
    let world = World::new(&[("OLD", Rule::VipOnly), ("NEW", Rule::VipOnly)]).await;
    let bot = world.start().await;
    let admin = world.admin();
    world.set_channel(&admin).await;
    // 1001 is a VIP.
    world.import(&admin, "1001,One,245\n1002,Two,245\n1003,Three,245\n").await;
    world.told(&admin, "manage giftcode add", &[("code", json!("OLD"))]).await;
    world.told(&admin, "manage giftcode auto", &[("switch", json!(0))]).await;
    world.message("OLD: done for 3 players").await;
    let first = make(&world, &admin).await;
    assert!(first.text().contains("🎁 1 active code · ❌ 2 failed · 👥 3 players"), "{}", first.text());
    // The panel is old: the bot was restarted since.
    bot.stop().await;
    let _bot = world.start().await;
    let mut leader = Leader { world: &world, user: admin, taps: Vec::new() };

    leader.wants("Add the new code");
    let form = leader.press("Add code").await;
    let added = leader.submit(&form, &[("code", "NEW")]).await;
    assert!(added.text().contains("✅ `NEW` was added"), "{}", added.text());
    world.message("NEW: done for 3 players").await;

    leader.wants("See who failed");
    let missing = leader.press("Who is missing").await;
    let text = missing.text();
    assert!(text.contains("NEW: who has it") && text.contains("❌ Two (1002): the VIP level is too low"), "{text}");

    leader.wants("Add three players");
    let form = leader.press("Add players").await;
    let added =
        leader.submit(&form, &[("players", "41000104 Four #245\n41000105 Five #245\n41000108 Eight #245")]).await;
    assert!(added.text().contains('✅'), "{}", added.text());
    let listed = world.told(&leader.user, "manage players list", &[]).await;
    assert!(["41000104", "41000105", "41000108"].iter().all(|id| listed.contains(id)), "{listed}");

    leader.wants("Remove one player");
    let menu = leader.press("Remove players").await;
    let (placeholder, value) = entry(&menu, "Three");
    leader.choose(&menu, &placeholder, &value, "the player").await;
    let listed = world.told(&leader.user, "manage players list", &[]).await;
    assert!(!listed.contains("1003") && listed.contains("1002"), "{listed}");

    // Both codes have failed for somebody: which one is asked.
    let of_new =
        || world.double.messages(CHANNEL).into_iter().any(|message| message.text().contains("NEW: done for 5"));
    world.until("the new players have it, or cannot", of_new).await;
    leader.wants("Try again");
    let which = leader.press("Retry failed").await;
    let (placeholder, value) = entry(&which, "NEW: ");
    let again = leader.choose(&which, &placeholder, &value, "the code").await;
    assert!(again.text().contains("✅ I am trying `NEW` again for "), "{}", again.text());

    let taps: Vec<(&str, Vec<&str>)> =
        leader.taps.iter().map(|(what, taps)| (what.as_str(), taps.iter().map(String::as_str).collect())).collect();
    let documented: Vec<(&str, Vec<&str>)> = DAILY_ROUND.iter().map(|(what, taps)| (*what, taps.to_vec())).collect();
    assert_eq!(taps, documented, "docs/messages.md lists other taps");
    let count: usize = taps.iter().map(|(_, taps)| taps.len()).sum();
    assert!(count <= 12, "{count} taps: {taps:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_button_of_an_old_panel_works_and_renews_it() {
    let world = World::new(&[("ONE", Rule::Good), ("TWO", Rule::Good)]).await;
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    make(&world, &admin).await;
    let is = |part: &'static str| {
        let double = world.double.clone();
        move || {
            Some(double.messages(CHANNEL).into_iter().find(is_panel).unwrap()).filter(|now| now.text().contains(part))
        }
    };
    for label in
        ["Add code", "Who is missing", "Retry failed", "Add players", "Remove players", "Player list", "Redeem now"]
    {
        let refused = press(&world, &member, &panel(&world), label).await;
        assert!(refused.text().contains("🔒"), "{label}: {}", refused.text());
    }
    let says = async |label: &str, part: &str| {
        let answered = press(&world, &admin, &panel(&world), label).await;
        assert!(answered.text().contains(part), "{label}: {}", answered.text());
    };
    says("Who is missing", "There are no active codes").await;
    says("Redeem now", "There are no active codes").await;
    says("Retry failed", "No active code failed").await;
    says("Player list", "empty").await;
    world.set_channel(&admin).await;
    for code in ["ONE", "TWO"] {
        world.told(&admin, "manage giftcode add", &[("code", json!(code))]).await;
    }
    says("Redeem now", "The player list is empty").await;
    world.double.until(PATIENCE, "it is renewed", is("🎁 2 active codes")).await;
    world.import(&admin, "1001,One,245\n").await;

    // Killed, and started again.
    bot.kill().await;
    let _bot = world.start().await;
    says("Status", "Bot status").await;
    world.double.until(PATIENCE, "it is renewed", is("👥 1 player")).await;
    let which = press(&world, &admin, &panel(&world), "Redeem now").await;
    let (placeholder, all) = entry(&which, "All of them");
    let message = which.message();
    let begun = world.double.select(&admin, &message, message.custom_id(&placeholder), &[&all]).await;
    begun.settled(PATIENCE).await;
    assert!(begun.text().contains("`ONE`") && begun.text().contains("`TWO`"), "{}", begun.text());
    world.granted("ONE", 1).await;
    world.granted("TWO", 1).await;
    // The game knows of a redemption a moment before the bot does.
    world.says_soon(&admin, "manage giftcode status", &[], "0 here").await;
    says("Redeem now", "Every active code was tried for everybody").await;
    says("Turn auto on", "✅ From now on").await;
    world.double.until(PATIENCE, "it is renewed", is("auto-redemption is on")).await;
    says("Turn auto off", "no longer redeemed automatically").await;
    world.double.until(PATIENCE, "it is renewed", is("auto-redemption is off")).await;
    // Another code's players, from the menu below.
    let missing = press(&world, &admin, &panel(&world), "Who is missing").await;
    let (placeholder, value) = entry(&missing, "ONE");
    let message = missing.message();
    let other = world.double.select(&admin, &message, message.custom_id(&placeholder), &[&value]).await;
    other.settled(PATIENCE).await;
    assert!(other.text().contains("ONE: who has it"), "{}", other.text());
    // That menu stays where the players are filtered.
    let message = other.message();
    let all = world.double.select(&admin, &message, message.custom_id("Show …"), &["all"]).await;
    all.settled(PATIENCE).await;
    let (again, value) = entry(&all, "TWO");
    let message = all.message();
    let other = world.double.select(&admin, &message, message.custom_id(&again), &[&value]).await;
    other.settled(PATIENCE).await;
    assert!(again == placeholder && other.text().contains("TWO: who has it"), "{}", other.text());
    // Players who were added are counted.
    let form = world.double.press(&admin, &panel(&world), panel(&world).custom_id("Add players")).await;
    world.double.submit(&admin, &form, &[("players", "41000104 Four #245")]).await.settled(PATIENCE).await;
    world.double.until(PATIENCE, "it is renewed", is("👥 2 players")).await;
    // A code that is none.
    let form = world.double.press(&admin, &panel(&world), panel(&world).custom_id("Add code")).await;
    let refused = world.double.submit(&admin, &form, &[("code", "no code!")]).await;
    refused.settled(PATIENCE).await;
    assert!(refused.text().contains('❌'), "{}", refused.text());
    let refused = world.double.submit(&member, &form, &[("code", "THREE")]).await;
    refused.settled(PATIENCE).await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_leader_began_is_told_to_the_next_one() {
    let world = World::new(&[("VIP", Rule::VipOnly)]).await;
    let bot = world.start().await;
    let (one, two) = (world.admin(), world.admin());
    world.set_channel(&one).await;
    // 1001 is a VIP.
    world.import(&one, "1001,One,245\n1002,Two,245\n1003,Three,245\n").await;
    let code = [("code", json!("VIP"))];
    world.told(&one, "manage giftcode add", &code).await;
    world.told(&one, "manage giftcode redeem", &code).await;
    world.message("VIP: done for 3 players").await;
    make(&world, &one).await;
    world.game.set_troubles(vec![Trouble::of_all(Wrong::Hang)]);
    let began = press(&world, &one, &panel(&world), "Retry failed").await;
    assert!(began.text().contains("again for 2 players"), "{}", began.text());
    let goes_on = "`VIP` is already being redeemed: 2 players to go.";
    world.says(&two, "manage giftcode retry", &code, &[goes_on, &format!("<#{CHANNEL}>")]).await;
    for label in ["Retry failed", "Redeem now"] {
        let told = press(&world, &two, &panel(&world), label).await;
        assert!(told.text().contains(goes_on), "{label}: {}", told.text());
    }
    bot.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_whose_alliance_is_gone_says_what_to_do_and_one_that_cannot_be_posted_why() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, member) = (world.admin(), world.member());
    make(&world, &admin).await;
    let refused = world.double.slash_forced(&member, CHANNEL, "manage panel", &[]).await;
    assert!(refused.text().contains("🔒"), "{}", refused.text());
    // A copy from another server: its alliance is none of this one.
    let second = world.second_admin();
    let foreign = panel(&world);
    let elsewhere = world.double.slash(&second, crate::world::SECOND_CHANNEL, "manage panel", &[]).await;
    elsewhere.settled(PATIENCE).await;
    bot.stop().await;
    let file = rusqlite::Connection::open(world.folder.path().join("giftcode.db")).unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    // The first alliance was removed, and there is another one.
    file.execute("INSERT INTO guilds (guild_id, version) VALUES (?1, 1) ON CONFLICT DO NOTHING", [GUILD.cast_signed()])
        .unwrap();
    file.execute(
        "UPDATE guilds SET disbanded_at = ?2, version = version + 1 WHERE guild_id = ?1",
        [GUILD.cast_signed(), now],
    )
    .unwrap();
    file.execute(
        "INSERT INTO guilds (guild_id, server_id, name, version) VALUES (77, ?1, 'Ember', 1)",
        [GUILD.cast_signed()],
    )
    .unwrap();
    drop(file);
    let _bot = world.start().await;
    for label in ["Status", "Add code", "Add players"] {
        let gone = press(&world, &admin, &foreign, label).await;
        assert!(gone.text().contains("use `/manage panel` to make a new one"), "{label}: {}", gone.text());
    }
    world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES);
    let refused = world.double.slash(&admin, OTHER_CHANNEL, "manage panel", &[]).await;
    refused.settled(PATIENCE).await;
    assert!(refused.text().contains("I need **Send Messages**"), "{}", refused.text());
}
