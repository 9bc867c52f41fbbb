//! What people and leaders see where a server has two alliances: the menu of `/link`, panels, and roles for one of them.

use serde_json::{Value, json};

use crate::after::press;
use crate::alliances::manage_moved;
use crate::world::{CHANNEL, GUILD, OTHER_CHANNEL, PATIENCE, World};
use discord_double::{Message, User, permission};

fn ember() -> (&'static str, Value) {
    ("alliance", json!("Ember"))
}

/// The server's first alliance posts in its channel, and Ember nowhere. Returns the first one's name.
async fn add_ember(world: &World, admin: &User) -> String {
    world.set_channel(admin).await;
    world.says(admin, "manage alliance add", &[("name", json!("Ember"))], &["Added **Ember**"]).await;
    manage_moved(world, GUILD, true, true).await;
    let order = world.told(admin, "manage alliance order", &[]).await;
    let (_, first) = order.split_once("1. **").unwrap();
    first.split_once("**").unwrap().0.to_owned()
}

/// The placeholder, and the labels and values of its entries.
fn menu(message: &Message) -> (String, Vec<(String, String)>) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let menu = message.parts().find(|part| part["type"] == json!(3)).expect("there is a menu");
    let entries = menu["options"].as_array().unwrap().iter();
    (text(&menu["placeholder"]), entries.map(|entry| (text(&entry["label"]), text(&entry["value"]))).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn link_asks_which_alliance_to_join_and_the_menu_works_after_a_crash() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, member, friend) = (world.admin(), world.member(), world.member());
    let first = add_ember(&world, &admin).await;
    let account = |player: u64| [("player_id", json!(player)), ("state", json!(245))];
    let asked = world.ask(&member, "link", &account(1001)).await;
    assert!(asked.text().contains("✅ 1001 in state 245 is now linked to you"), "{}", asked.text());
    let message = asked.message();
    let (placeholder, entries) = menu(&message);
    let labels: Vec<&str> = entries.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, [first.as_str(), "Ember"]);
    assert_eq!(entries[0].1, GUILD.to_string());
    bot.kill().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    let choose = async |user: &User, place: usize| {
        let id = message.custom_id(&placeholder);
        let chosen = world.double.select(user, &message, id, &[&entries[place].1]).await;
        chosen.settled(PATIENCE).await;
        assert!(chosen.is_ephemeral(), "{}", chosen.text());
        chosen.text()
    };
    let told = choose(&friend, 1).await;
    assert!(told.contains("❌ 1001 is no longer linked to you"), "{told}");
    let told = choose(&member, 1).await;
    assert!(told.contains("1001 is on the player list") && told.contains("Ember"), "{told}");
    let told = choose(&member, 1).await;
    assert!(told.contains("already"), "{told}");
    world.says(&admin, "manage players list", &[ember()], &["**Ember**", "1001"]).await;
    world.says(&admin, "manage players list", &[], &["empty"]).await;
    // Who is on one list is not asked again. Without being asked people join a server's only alliance alone.
    let again = world.ask(&member, "link", &account(1001)).await;
    assert!(again.message().parts().all(|part| part["type"] != json!(3)), "{}", again.text());
    world
        .says(&admin, "manage players idchannel", &[("join", json!(2))], &["members choose the alliance to join"])
        .await;
    let auto = world.ask(&friend, "link", &account(1002)).await;
    assert_eq!(menu(&auto.message()).1, entries);
    world.double.set_bot_permissions(GUILD, permission::POSTING | permission::ADD_REACTIONS);
    let channel = ("channel", json!(OTHER_CHANNEL.to_string()));
    world.says(&admin, "manage players idchannel", &[channel.clone(), ember()], &["ID channel: <#"]).await;
    let taken = "It is no longer the ID channel of **Ember**.";
    world.says(&admin, "manage players idchannel", &[channel], &[taken]).await;
    world.told(&admin, "manage players idchannel", &[("join", json!(0))]).await;
    let told = choose(&member, 0).await;
    assert!(told.contains("🔒"), "{told}");
    world.says(&admin, "manage players list", &[], &["empty"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_alliance_has_its_panel_and_a_role_for_one_manages_no_other() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, leader) = (world.admin(), world.member());
    let first = add_ember(&world, &admin).await;
    let add = |player: u64| vec![("player_ids", json!(player.to_string())), ("state", json!(245))];
    world.says(&admin, "manage players add", &add(1001), &["1 player"]).await;
    world.says(&admin, "manage players add", &[add(1002), vec![ember()]].concat(), &["1 player", "**Ember**"]).await;

    let elsewhere = async |options: &[(&str, Value)]| {
        let answered = world.double.slash(&admin, OTHER_CHANNEL, "manage panel", options).await;
        answered.settled(PATIENCE).await;
        answered.text()
    };
    // Nobody posts there, so either could be meant.
    let told = elsewhere(&[]).await;
    assert!(told.contains("Say which one you mean"), "{told}");
    let told = elsewhere(&[ember()]).await;
    assert!(told.contains("✅ The panel is in") && told.contains("**Ember**"), "{told}");
    let is_panel = |message: &Message| message.text().contains("🎛");
    let of_ember = world.double.wait_for_message(OTHER_CHANNEL, PATIENCE, is_panel).await;
    world.says(&admin, "manage panel", &[], &["✅ The panel is in", &format!("**{first}**")]).await;
    let of_first = world.double.wait_for_message(CHANNEL, PATIENCE, is_panel).await;
    assert!(of_ember.text().contains("Ember") && !of_ember.text().contains(&first), "{}", of_ember.text());
    assert!(of_first.text().contains(&first) && !of_first.text().contains("Ember"), "{}", of_first.text());

    // A role that may manage one of them.
    let limited = [("role", json!(leader.role().to_string())), ember()];
    world.says(&admin, "manage access", &limited, &["**Ember**", "✅ Members with"]).await;
    let shown = format!("<@&{}> (for Ember)", leader.role());
    world.says(&admin, "manage access", &[], &[&shown]).await;
    bot.kill().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;

    let listed = press(&world, &leader, &of_ember, "Player list").await.text();
    assert!(listed.contains("1002") && !listed.contains("1001"), "{listed}");
    let listed = press(&world, &admin, &of_first, "Player list").await.text();
    assert!(listed.contains("1001") && !listed.contains("1002"), "{listed}");
    let refused = press(&world, &leader, &of_first, "Player list").await.text();
    assert!(refused.contains("🔒") && !refused.contains("1001"), "{refused}");

    let told = press(&world, &leader, &of_ember, "Turn auto on").await.text();
    assert!(told.contains("✅"), "{told}");
    let turns_off = |message: &Message| message.parts().any(|part| part["label"] == json!("Turn auto off"));
    let is_renewed = || Some(world.double.message(of_ember.id)).filter(turns_off);
    world.double.until(PATIENCE, "the panel is renewed", is_renewed).await;
    assert!(!turns_off(&world.double.message(of_first.id)), "the other one is as it was");
    let form = world.double.press(&leader, &of_ember, of_ember.custom_id("Add players")).await;
    let added = world.double.submit(&leader, &form, &[("players", "41000104 Four #245")]).await;
    added.settled(PATIENCE).await;
    world.says(&admin, "manage players list", &[ember()], &["41000104"]).await;
    let told = world.told(&admin, "manage players list", &[]).await;
    assert!(!told.contains("41000104"), "{told}");
    // A role for the whole server is for no alliance alone.
    world.says(&admin, "manage access", &limited[..1], &["✅ Members with"]).await;
    let told = world.told(&admin, "manage access", &[]).await;
    assert!(told.contains(&format!("<@&{}>", leader.role())) && !told.contains("(for Ember)"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_panels_and_their_pages_name_the_alliance_and_a_new_name_is_shown() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let admin = world.admin();
    let first = add_ember(&world, &admin).await;
    let ids: Vec<String> = (1001..1031).map(|id: u64| id.to_string()).collect();
    let add = [("player_ids", json!(ids.join(" "))), ("state", json!(245)), ember()];
    world.says(&admin, "manage players add", &add, &["30 players"]).await;
    world.says(&admin, "manage panel", &[ember()], &["✅ The panel is in"]).await;
    let is_panel = |message: &Message| message.text().contains("🎛");
    let panel = world.double.wait_for_message(CHANNEL, PATIENCE, is_panel).await;
    for (label, part) in [("Remove players", "Choose who leaves"), ("Player list", "30 players")] {
        let shown = press(&world, &admin, &panel, label).await;
        assert!(shown.text().contains("**Ember**") && shown.text().contains(part), "{label}: {}", shown.text());
        let next = world.double.press(&admin, &shown.message(), shown.message().custom_id("▶")).await;
        next.settled(PATIENCE).await;
        assert!(next.text().contains("**Ember**") && !next.text().contains(&first), "{label}: {}", next.text());
    }
    world.says(&admin, "manage alliance rename", &[("name", json!("Glow")), ember()], &["**Glow**"]).await;
    press(&world, &admin, &panel, "Status").await;
    let is_renewed = || Some(world.double.message(panel.id)).filter(|now| now.text().contains("Gift codes: Glow"));
    world.double.until(PATIENCE, "the panel has the new name", is_renewed).await;
    bot.stop().await;
}
