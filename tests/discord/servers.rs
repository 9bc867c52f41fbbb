//! Servers, channels and connections that come and go.

use std::time::Duration;

use serde_json::{Value, json};

use crate::world::{Bot, CHANNEL, GUILD, OTHER_CHANNEL, PATIENCE, SECOND, SECOND_CHANNEL, World};
use discord_double::{Double, Guild, Message, User, permission};

const STATUS: &str = "manage giftcode status";

fn posts(world: &World, channel: u64, code: &str) -> usize {
    world.double.messages(channel).iter().filter(|message| message.text().contains(code)).count()
}

async fn posted(world: &World, channel: u64, code: &str) -> Message {
    world.double.wait_for_message(channel, PATIENCE, |message| message.text().contains(code)).await
}

/// Two guilds with a channel each, and one code that was posted in both.
async fn two_guilds() -> (World, Bot, User, User) {
    let world = World::new(&[]).await;
    world.feed.add("FIRST", "", "");
    let other = world.second_admin();
    let bot = world.start().await;
    let admin = world.admin();
    world.active(&admin, 1).await;
    world.set_channel(&admin).await;
    world.set_channel(&other).await;
    posted(&world, CHANNEL, "FIRST").await;
    posted(&world, SECOND_CHANNEL, "FIRST").await;
    (world, bot, admin, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_post_waits_until_the_channel_accepts_it() {
    let (world, bot, admin, _other) = two_guilds().await;
    world.double.set_bot_permissions(GUILD, permission::POSTING & !permission::SEND_MESSAGES);
    world.feed.add("SECOND", "", "");
    posted(&world, SECOND_CHANNEL, "SECOND").await;
    bot.said(&format!("Guild {GUILD} is paused")).await;
    // Commands work even if the bot cannot post.
    world.says(&admin, STATUS, &[], &["⏸", "is paused: I cannot post in the channel. Allow me to view it"]).await;
    world.double.set_bot_permissions(GUILD, permission::POSTING);
    posted(&world, CHANNEL, "SECOND").await;
    world.double.set_overwrite(CHANNEL, 0, permission::VIEW_CHANNEL);
    world.feed.add("THIRD", "", "");
    world.until("paused again", || bot.log().matches("is paused").count() == 2).await;
    let status = world.double.slash(&admin, OTHER_CHANNEL, STATUS, &[]).await;
    status.settled(PATIENCE).await;
    assert!(status.text().contains("is paused: I cannot see the channel"), "{}", status.text());
    world.double.set_overwrite(CHANNEL, 0, 0);
    posted(&world, CHANNEL, "THIRD").await;
    world.says(&admin, STATUS, &[], &[&format!("Channel\n<#{CHANNEL}>")]).await;

    world.double.delete_channel(CHANNEL);
    world.feed.add("FOURTH", "", "");
    posted(&world, SECOND_CHANNEL, "FOURTH").await;
    world.until("paused for good", || bot.log().matches("is paused").count() == 3).await;
    let elsewhere = async |command: &str, options: &[(&str, Value)]| {
        let answered = world.double.slash(&admin, OTHER_CHANNEL, command, options).await;
        answered.settled(PATIENCE).await;
        answered.text()
    };
    let told = elsewhere(STATUS, &[]).await;
    assert!(
        told.contains("is paused: the channel was deleted. Set another one with `/manage giftcode setchannel`"),
        "{told}"
    );
    let told = elsewhere("manage giftcode setchannel", &[]).await;
    assert!(told.contains(&format!("I post gift codes in <#{OTHER_CHANNEL}>")), "{told}");
    posted(&world, OTHER_CHANNEL, "FOURTH").await;
    assert_eq!(world.double.messages(OTHER_CHANNEL).len(), 1, "earlier posts are not repeated");
    for code in ["FIRST", "SECOND", "THIRD", "FOURTH"] {
        assert_eq!(posts(&world, SECOND_CHANNEL, code), 1, "{code}");
    }
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_a_left_guild_is_kept_and_an_unavailable_guild_is_not_left() {
    let (world, bot, _admin, _other) = two_guilds().await;
    world.double.remove_guild(SECOND);
    bot.said("in case the bot returns").await;
    world.feed.add("SECOND", "", "");
    posted(&world, CHANNEL, "SECOND").await;
    world.double.add_guild(Guild::new(SECOND).text(SECOND_CHANNEL, "their-codes"));
    posted(&world, SECOND_CHANNEL, "SECOND").await;
    // The guild is unavailable while the bot starts.
    bot.stop().await;
    world.double.set_unavailable(SECOND);
    world.feed.add("THIRD", "", "");
    let bot = world.start().await;
    posted(&world, CHANNEL, "THIRD").await;
    assert!(!bot.log().contains("in case the bot returns"), "{}", bot.log());
    world.double.set_available(SECOND);
    posted(&world, SECOND_CHANNEL, "THIRD").await;
    bot.stop().await;
    // The guild removes the bot while it is stopped, and adds it again while it is stopped.
    world.double.remove_guild(SECOND);
    let bot = world.start().await;
    bot.said("in case the bot returns").await;
    world.feed.add("FOURTH", "", "");
    posted(&world, CHANNEL, "FOURTH").await;
    bot.kill().await;
    world.double.add_guild(Guild::new(SECOND).text(SECOND_CHANNEL, "their-codes"));
    let _bot = world.start().await;
    posted(&world, SECOND_CHANNEL, "FOURTH").await;
    for (channel, code) in
        [CHANNEL, SECOND_CHANNEL].into_iter().flat_map(|c| ["FIRST", "SECOND", "THIRD", "FOURTH"].map(|code| (c, code)))
    {
        assert_eq!(posts(&world, channel, code), 1, "{code} in {channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_restored() {
    let world = World::new(&[]).await;
    world.double.set_heartbeat(Duration::from_millis(300));
    let bot = world.start().await;
    let admin = world.admin();
    world.says_soon(&admin, STATUS, &[], "✅ connected").await;
    world.says_soon(&admin, STATUS, &[], ", answers in ").await;
    let breaks: [fn(&Double); 3] = [Double::reconnect, Double::drop_sessions, Double::invalidate];
    for (at, interrupt) in breaks.into_iter().enumerate() {
        interrupt(&world.double);
        // As on Discord, an interaction without a session is lost.
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.double.connected(PATIENCE).await;
        let answers = async {
            loop {
                let asked = world.double.send_slash(&admin, CHANNEL, STATUS, &[]);
                for _ in 0..20 {
                    if asked.response_kind().is_some() {
                        asked.settled(PATIENCE).await;
                        return asked.text();
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        let told = tokio::time::timeout(PATIENCE, answers).await.unwrap_or_else(|_| panic!("break {at}"));
        assert!(told.contains("Bot status"), "{told}");
    }
    assert_eq!(world.double.sessions(), 1);
    bot.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_can_be_registered_in_one_guild_only() {
    let mut world = World::new(&[]).await;
    world.set("DEV_GUILD_ID", GUILD.to_string());
    world.second_admin();
    let bot = world.start().await;
    let names: Vec<Value> = world.double.guild_commands(GUILD).iter().map(|command| command["name"].clone()).collect();
    assert_eq!(names, ["manage", "giftcode", "link", "unlink", "redeem", "help"].map(|name| json!(name)));
    assert!(world.double.commands().is_empty() && world.double.guild_commands(SECOND).is_empty());
    world.says(&world.admin(), STATUS, &[], &["Bot status"]).await;
    bot.said(&format!("Registered 6 commands in guild {GUILD} only")).await;
    // When the token is revoked, the program ends at once and says why.
    world.double.revoke_token();
    let said = bot.ended(1).await;
    assert!(said.contains("giftcode-bot: Discord refuses DISCORD_TOKEN: set it to the bot's present token"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_not_start_without_a_valid_token() {
    let mut world = World::new(&[]).await;
    world.double.revoke_token();
    let said = world.spawn().ended(1).await;
    // The page is there from the first moment.
    let lines: Vec<&str> = said.lines().filter(|line| !line.contains("Status page at ")).collect();
    assert!(lines.len() == 1 && lines[0].contains("Discord refuses DISCORD_TOKEN"), "{said}");
    assert!(!said.contains(Double::TOKEN), "{said}");
    world.set("DISCORD_TOKEN", "");
    let said = world.spawn().ended(1).await;
    assert!(said.lines().count() == 1 && said.contains("DISCORD_TOKEN is not set"), "{said}");
}
