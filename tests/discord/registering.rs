//! Registration of the commands: in one place, and for servers only.

use giftcode_bot::discord::permissions::invite_link;
use serde_json::{Value, json};

use crate::world::{Bot, CHANNEL, GUILD, PATIENCE, SECOND, World};
use discord_double::Double;

const NAMES: [&str; 6] = ["manage", "giftcode", "link", "unlink", "redeem", "help"];

/// Waits until these guilds show each command once, and no commands are left elsewhere.
async fn shown(world: &World, everywhere: bool, guilds: &[(u64, bool)]) {
    let are_right = || {
        let is_right = |(guild, has): &(u64, bool)| {
            let names = world.double.shown_commands(*guild);
            if *has { names == NAMES } else { names.is_empty() }
        };
        let is_clean = world.double.commands().is_empty() != everywhere;
        (is_clean && guilds.iter().all(is_right)).then_some(())
    };
    world.double.until(PATIENCE, "each command once", are_right).await;
}

/// How many requests concerned the commands of single guilds.
fn guild_requests(double: &Double) -> usize {
    double.requests().iter().filter(|r| r.path.contains("/guilds/") && r.path.ends_with("/commands")).count()
}

async fn restart(world: &World, bot: Bot) -> Bot {
    bot.stop().await;
    let bot = world.spawn();
    bot.said("Registered 6 commands").await;
    bot
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_registered_in_one_place_only() {
    let mut world = World::new(&[]).await;
    world.second_admin();
    let bot = world.start().await;
    shown(&world, true, &[(GUILD, true), (SECOND, true)]).await;
    world.set("DEV_GUILD_ID", GUILD.to_string());
    let bot = restart(&world, bot).await;
    shown(&world, false, &[(GUILD, true), (SECOND, false)]).await;
    world.set("DEV_GUILD_ID", SECOND.to_string());
    let bot = restart(&world, bot).await;
    shown(&world, false, &[(GUILD, false), (SECOND, true)]).await;
    world.set("DEV_GUILD_ID", "");
    let bot = restart(&world, bot).await;
    shown(&world, true, &[(GUILD, true), (SECOND, true)]).await;
    bot.said(&format!("Removed the commands that guild {SECOND} had of its own")).await;
    // This happens once: a bot in a thousand servers must not go through all of them at each start.
    let before = guild_requests(&world.double);
    let bot = restart(&world, bot).await;
    shown(&world, true, &[(GUILD, true), (SECOND, true)]).await;
    bot.stop().await;
    assert_eq!(guild_requests(&world.double), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn forgotten_guild_commands_are_removed_when_used() {
    let world = World::new(&[]).await;
    let _bot = world.start().await;
    // Commands that an older version left behind, or one whose state file was lost.
    let url = format!("{}/api/v10/applications/{}/guilds/{GUILD}/commands", world.double.url(), Double::APPLICATION);
    let left: Vec<Value> = world.double.commands().iter().map(own).collect();
    let request = reqwest::Client::new().put(url).header("Authorization", format!("Bot {}", Double::TOKEN));
    let request = request.header("Content-Type", "application/json").body(json!(left).to_string());
    assert!(request.send().await.unwrap().status().is_success());
    assert_eq!(world.double.shown_commands(GUILD).len(), 2 * NAMES.len());
    world.says(&world.member(), "giftcode", &[], &["There are no active gift codes"]).await;
    shown(&world, true, &[(GUILD, true)]).await;
}

/// A global command as a guild command.
fn own(command: &Value) -> Value {
    let mut command = command.clone();
    for field in ["id", "application_id", "version", "contexts", "integration_types"] {
        command.as_object_mut().unwrap().remove(field);
    }
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_in_servers_only() {
    let world = World::new(&[]).await;
    let bot = world.start().await;
    world
        .double
        .until(crate::world::PATIENCE, "all commands", || (world.double.commands().len() == 6).then_some(()))
        .await;
    for command in world.double.commands() {
        let is_for = (&command["contexts"], &command["integration_types"]);
        assert_eq!(is_for, (&json!([0]), &json!([0])), "{command:#}");
    }
    bot.said(&invite_link(Double::APPLICATION)).await;
    assert!(invite_link(1).contains("&integration_type=0&"), "{}", invite_link(1));
    // A command in a direct message gets an answer and does nothing.
    let admin = world.admin();
    let account = [("player_id", json!(1001)), ("state", json!(245))];
    for (command, options) in [
        ("manage giftcode status", &[][..]),
        ("manage giftcode setchannel", &[]),
        ("manage players list", &[]),
        ("giftcode", &[]),
        ("help", &[]),
        ("link", &account),
        ("unlink", &[]),
        ("redeem", &[("code", json!("GOOD"))]),
    ] {
        let answered = world.double.slash_in_dm(&admin, command, options).await;
        assert_eq!(
            answered.text(),
            "I only work in servers. Please use this command in a server that I am in.",
            "{command}"
        );
        assert!(answered.is_ephemeral(), "{command}");
    }
    world.says(&admin, "manage giftcode status", &[], &["none: set one with `/manage giftcode setchannel`"]).await;
    world.says(&admin, "unlink", &[], &["You have no linked account yet"]).await;
    assert!(world.double.messages(CHANNEL).is_empty());
}
