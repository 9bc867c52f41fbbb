//! `/manage access`: who may manage besides the members with Manage Server.

use giftcode_bot::sandbox::rules::Rule;
use serde_json::{Value, json};

use crate::alliances::manage_moved;
use crate::world::{CHANNEL, GUILD, PATIENCE, SECOND_CHANNEL, World};
use discord_double::{Guild, Role, User, permission};

const ACCESS: &str = "manage access";
const REFUSED: &str = "🔒 Only members with the **Manage Server** permission";

fn role(id: u64) -> Vec<(&'static str, Value)> {
    vec![("role", json!(id.to_string()))]
}

fn without(id: u64) -> Vec<(&'static str, Value)> {
    vec![("role", json!(id.to_string())), ("remove", json!(true))]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_role_manages_until_it_is_taken_away_whatever_restarts() {
    let world = World::new(&[("GOOD", Rule::Good)]).await;
    world.feed.add("GOOD", "", "");
    let bot = world.start().await;
    let (admin, leader, member) = (world.admin(), world.member(), world.member());
    world.set_channel(&admin).await;
    world.import(&admin, "1001,A,245\n").await;
    let post = world.message("GOOD").await;
    let for_all = post.custom_id("Alliance (leaders)").to_owned();

    // Everybody is shown the command. Nobody is named yet.
    world.says(&leader, "manage players list", &[], &[REFUSED, "`/manage access`"]).await;
    world.says(&leader, ACCESS, &[], &[REFUSED]).await;
    world.says(&leader, ACCESS, &role(leader.role()), &[REFUSED]).await;
    world.says(&admin, ACCESS, &[], &["Only members with the **Manage Server** permission can use `/manage`"]).await;
    let named = format!("<@&{}>", leader.role());
    world.says(&admin, ACCESS, &role(leader.role()), &["✅ Members with", &named, "Integrations"]).await;
    world.says(&admin, ACCESS, &role(leader.role()), &["can already use `/manage`. Nothing was changed."]).await;
    world.says(&admin, ACCESS, &[], &[&named]).await;

    // At once and after a crash, for commands, suggestions and buttons, and for nobody else.
    let pages = async || {
        world.says(&leader, "manage players list", &[], &["1001"]).await;
        world.says(&leader, ACCESS, &[], &[&named]).await;
        let typed = [("player", json!("100"))];
        let offered = world.double.autocomplete(&leader, CHANNEL, "manage players remove", &typed, "player").await;
        assert_eq!(offered.len(), 1, "{offered:?}");
        world.says(&member, "manage players list", &[], &[REFUSED, &named]).await;
        let refused = world.double.press(&member, &post, &for_all).await;
        refused.settled(PATIENCE).await;
        assert!(refused.text().contains(REFUSED) && refused.text().contains(&named), "{}", refused.text());
    };
    pages().await;
    bot.kill().await;
    let bot = world.start().await;
    bot.said("Connected to Discord").await;
    pages().await;
    let pressed = world.double.press(&leader, &post, &for_all).await;
    pressed.settled(PATIENCE).await;
    assert!(pressed.text().contains("redeeming `GOOD` for 1 player"), "{}", pressed.text());
    world.granted("GOOD", 1).await;

    // Only Manage Server decides who may.
    let own = "🔒 Only members with the **Manage Server** permission can change who may use `/manage`.";
    world.says(&leader, ACCESS, &role(member.role()), &[own]).await;
    world.says(&leader, ACCESS, &without(leader.role()), &[own]).await;
    world.says(&member, "manage players list", &[], &[REFUSED]).await;

    // The role means nothing in another server.
    let other = world.second_admin();
    world.says(&other, ACCESS, &[], &["Only members with the **Manage Server** permission can use `/manage`"]).await;
    assert!(world.double.messages(SECOND_CHANNEL).is_empty());

    world.says(&admin, ACCESS, &without(leader.role()), &["✅", "can no longer use `/manage`"]).await;
    world.says(&admin, ACCESS, &without(leader.role()), &["is not one of the roles", "Nothing was changed"]).await;
    world.says(&leader, "manage players list", &[], &[REFUSED]).await;
    let refused = world.double.press(&leader, &post, &for_all).await;
    refused.settled(PATIENCE).await;
    assert!(refused.text().contains(REFUSED), "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn everyone_too_many_roles_and_half_a_command_are_refused() {
    let world = World::new(&[]).await;
    let ids: Vec<u64> = (77_000_001..=77_000_026).collect();
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes");
    guild.roles = ids.iter().map(|id| Role { id: *id, name: format!("role{id}"), permissions: 0 }).collect();
    world.double.add_guild(guild);
    let _bot = world.start().await;
    let admin = world.admin();
    world.says(&admin, ACCESS, &role(GUILD), &["❌ I do not let everyone use `/manage`"]).await;
    world.says(&admin, ACCESS, &[("remove", json!(true))], &["❌ Which role"]).await;
    world.says(&admin, ACCESS, &[("remove", json!(false))], &["Only members with the **Manage Server**"]).await;
    for id in &ids[..25] {
        world.says(&admin, ACCESS, &role(*id), &["✅ Members with"]).await;
    }
    world.says(&admin, ACCESS, &role(ids[25]), &["❌ 25 roles can use `/manage` already"]).await;
    let told = world.told(&admin, ACCESS, &[]).await;
    assert!(told.contains("<@&77000025>") && !told.contains("<@&77000026>"), "{told}");
    // An administrator has no role of these.
    let boss = world.double.user(GUILD, permission::ADMINISTRATOR);
    world.says(&boss, ACCESS, &without(ids[0]), &["✅"]).await;
    world.says(&boss, ACCESS, &role(ids[25]), &["✅"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_for_one_alliance_is_not_named_for_another_and_goes_without_its_name() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, leader, chief) = (world.admin(), world.member(), world.member());
    world.set_channel(&admin).await;
    world.says(&admin, "manage alliance add", &[("name", json!("Ember"))], &["Added"]).await;
    manage_moved(&world, GUILD, true, true).await;
    let ember = ("alliance", json!("Ember"));
    let of_ember = [role(leader.role()), vec![ember.clone()]].concat();
    world.says(&admin, ACCESS, &of_ember, &["✅"]).await;
    world.says(&leader, "manage players list", std::slice::from_ref(&ember), &["**Ember**"]).await;
    let named = |user: &User| format!("<@&{}>", user.role());
    // The other alliance, and what concerns both: their own role does not help.
    let add = [("name", json!("North"))];
    for (command, options) in [("manage players list", &[][..]), ("manage alliance add", &add)] {
        let told = world.told(&leader, command, options).await;
        assert!(told.contains(REFUSED) && !told.contains(&named(&leader)), "{told}");
    }
    world.says(&chief, "manage players list", std::slice::from_ref(&ember), &[REFUSED, &named(&leader)]).await;
    world.says(&admin, ACCESS, &role(chief.role()), &["✅"]).await;
    let told = world.told(&leader, "manage players list", &[]).await;
    assert!(told.contains(&named(&chief)) && !told.contains(&named(&leader)), "{told}");
    // Without the alliance, it is taken away wherever it was.
    world.says(&admin, ACCESS, &without(leader.role()), &["can no longer use `/manage`"]).await;
    world.says(&leader, "manage players list", &[ember], &[REFUSED]).await;
    let told = world.told(&admin, ACCESS, &[]).await;
    assert!(!told.contains(&named(&leader)) && told.contains(&named(&chief)), "{told}");
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_role_may_do_everywhere_is_not_taken_away_for_one_alliance() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    let (admin, leader) = (world.admin(), world.member());
    world.set_channel(&admin).await;
    world.says(&admin, "manage alliance add", &[("name", json!("Ember"))], &["Added"]).await;
    manage_moved(&world, GUILD, true, true).await;
    let ember = ("alliance", json!("Ember"));
    world.says(&admin, ACCESS, &role(leader.role()), &["✅"]).await;
    let for_ember = [role(leader.role()), vec![ember.clone()]].concat();
    world.says(&admin, ACCESS, &for_ember, &["can already use `/manage`. Nothing was changed."]).await;
    let not_for_ember = [without(leader.role()), vec![ember.clone()]].concat();
    world.says(&admin, ACCESS, &not_for_ember, &["for all alliances", "Nothing was changed."]).await;
    // As the answer says: take it away for all, then allow it for one.
    world.says(&admin, ACCESS, &without(leader.role()), &["can no longer use `/manage`"]).await;
    world.says(&admin, ACCESS, &for_ember, &["✅"]).await;
    world.says(&leader, "manage players list", std::slice::from_ref(&ember), &["**Ember**"]).await;
    world.says(&leader, "manage players list", &[], &[REFUSED]).await;
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_was_deleted_is_no_longer_named_whether_or_not_the_bot_was_there() {
    let world = World::new(&[]).await;
    let ids = [77_000_001, 77_000_002, 77_000_003];
    let mut guild = Guild::new(GUILD).text(CHANNEL, "gift-codes");
    guild.roles = ids.iter().map(|id| Role { id: *id, name: format!("role{id}"), permissions: 0 }).collect();
    world.double.add_guild(guild);
    let bot = world.start().await;
    let admin = world.admin();
    for id in ids {
        world.says(&admin, ACCESS, &role(id), &["✅"]).await;
    }
    world.double.delete_role(GUILD, ids[0]);
    world.says_soon(&admin, ACCESS, &[], "roles: <@&77000002>, <@&77000003>\n").await;
    bot.stop().await;
    world.double.delete_role(GUILD, ids[1]);
    let bot = world.start().await;
    world.says_soon(&admin, ACCESS, &[], "roles: <@&77000003>\n").await;
    bot.stop().await;
}
