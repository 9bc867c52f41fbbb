//! A bot on poise.

use serde_json::json;
use serenity::all::{CreateAutocompleteResponse, GatewayIntents};
use serenity::client::ClientBuilder;

use super::bot::http;
use super::{CHANNEL, GUILD, SOON, world};
use discord_double::{ResponseKind, permission};

type Context<'a> = poise::Context<'a, (), serenity::Error>;

#[poise::command(slash_command, subcommands("giftcode"), default_member_permissions = "MANAGE_GUILD")]
async fn manage(_: Context<'_>) -> Result<(), serenity::Error> {
    Ok(())
}

/// A group.
#[poise::command(slash_command, subcommands("add", "list"))]
async fn giftcode(_: Context<'_>) -> Result<(), serenity::Error> {
    Ok(())
}

async fn complete(_: Context<'_>, partial: &str) -> CreateAutocompleteResponse {
    CreateAutocompleteResponse::new().add_string_choice(format!("{partial}!"), format!("{partial}!"))
}

/// Adds.
#[poise::command(slash_command, ephemeral)]
async fn add(
    context: Context<'_>,
    #[description = "The code"]
    #[autocomplete = "complete"]
    #[max_length = 32]
    code: String,
    #[description = "Where"]
    #[channel_types("Text")]
    channel: Option<serenity::all::GuildChannel>,
) -> Result<(), serenity::Error> {
    context.say(format!("added {code} {:?}", channel.map(|channel| channel.name))).await?;
    Ok(())
}

/// Lists.
#[poise::command(slash_command)]
async fn list(context: Context<'_>) -> Result<(), serenity::Error> {
    context.defer().await?;
    let reply = context.say("first").await?;
    reply.edit(context, poise::CreateReply::default().content("changed")).await?;
    context.say("second").await?;
    Ok(())
}

#[tokio::test]
async fn poise_registers_completes_and_answers_without_a_problem() {
    let double = world().await;
    let options = poise::FrameworkOptions {
        commands: vec![manage()],
        allowed_mentions: Some(serenity::all::CreateAllowedMentions::new()),
        ..Default::default()
    };
    let framework = poise::Framework::builder().options(options).setup(|context, _, framework| {
        let commands = &framework.options().commands;
        Box::pin(async move {
            poise::builtins::register_in_guild(context, commands, GUILD.into()).await?;
            poise::builtins::register_globally(context, commands).await
        })
    });
    let builder = ClientBuilder::new_with_http(http(&double), GatewayIntents::GUILDS);
    let mut client = builder.framework(framework.build()).await.unwrap();
    let running = tokio::spawn(async move { drop(client.start_autosharded().await) });
    double.until(SOON, "both registrations", || double.commands().pop()).await;
    assert_eq!(double.guild_commands(GUILD)[0]["default_member_permissions"], "32");
    let admin = double.user(GUILD, permission::MANAGE_GUILD);
    let offered = double.autocomplete(&admin, CHANNEL, "manage giftcode add", &[("code", json!("A"))], "code").await;
    assert_eq!(offered, [("A!".to_owned(), json!("A!"))]);
    let options = [("code", json!("ABC")), ("channel", json!(CHANNEL))];
    let added = double.slash(&admin, CHANNEL, "manage giftcode add", &options).await;
    assert_eq!((added.text().as_str(), added.is_ephemeral()), ("added ABC Some(\"codes\")", true));
    let listed = double.slash(&admin, CHANNEL, "manage giftcode list", &[]).await;
    assert_eq!(listed.response_kind(), Some(ResponseKind::Deferred));
    listed.until(SOON, |listed| listed.text() == "changed\nsecond").await;
    running.abort();
    double.assert_clean();
}
