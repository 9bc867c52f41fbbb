//! Discord's token, sessions and commands.

use std::time::Duration;

use discord_double::{Double, Fault};
use giftcode_bot::discord::registration::registered_commands;
use giftcode_bot::domain::check::FindingId;
use serde_json::{Value, json};

use crate::strange;
use crate::support::{CLOSED, IN_TIME, report, world};
use crate::world::World;

/// What is found about the token, and that nothing else of Discord is asked or found then.
async fn token(world: &World, id: FindingId) -> Value {
    let found = report(world.command(), &[]).await;
    assert!(found.took < IN_TIME, "{:?}", found.took);
    let not_checked = json!(["discord_sessions", "discord_commands", "servers"]);
    for need in not_checked.as_array().unwrap() {
        assert!(found.json["not_checked"].as_array().unwrap().contains(need), "{need} in {:#}", found.json);
    }
    found.line(id).clone()
}

pub async fn each_way_in_which_discord_refuses_is_told_apart() {
    let world = world().await;
    for (fault, id, text) in [
        (Fault::Page { status: 403, retry_after: None }, FindingId::DiscordBlocked, "HTTP 403"),
        (
            Fault::Page { status: 429, retry_after: Some(80_000) },
            FindingId::DiscordBlocked,
            "HTTP 429, next try in 79999 s",
        ),
        (Fault::Page { status: 502, retry_after: None }, FindingId::DiscordDown, "HTTP 502"),
        (Fault::Page { status: 200, retry_after: None }, FindingId::DiscordDown, "answer was lost"),
        (Fault::Error { status: 500, code: 0 }, FindingId::DiscordDown, "answers 500"),
        (
            Fault::RateLimited { retry_after: Duration::from_secs(40), is_global: true },
            FindingId::DiscordLimited,
            "answers 429",
        ),
        (Fault::Hang, FindingId::DiscordDown, "it took more than 6 s"),
    ] {
        world.double.fail_requests(move |_| Some(fault));
        let line = token(&world, id).await;
        assert!(line["text"].as_str().unwrap().contains(text), "{line}");
    }
    world.double.clear_faults();
    world.double.revoke_token();
    assert_eq!(token(&world, FindingId::TokenRefused).await["text"], "Discord refuses it (401)");
    let with = |name: &str, value: &str| {
        let mut command = world.command();
        command.env(name, value);
        report(command, &[])
    };
    with("DISCORD_TOKEN", "").await.has(&[FindingId::TokenMissing]);
    with("DISCORD_PROXY_URL", CLOSED).await.has(&[FindingId::DiscordUnreachable]);
    let redirects = format!("{}/redirect", strange::start().await);
    with("DISCORD_PROXY_URL", &redirects).await.has(&[FindingId::DiscordDown]);
}

pub async fn few_sessions_are_a_warning_and_too_few_a_failure() {
    let world = world().await;
    for (left, id) in [(99, FindingId::SessionsFew), (5, FindingId::SessionsUsedUp)] {
        world.double.set_sessions_left(left, Duration::from_secs(7200));
        let found = report(world.command(), &[]).await;
        assert!(found.text(id).starts_with(&format!("{left} may still begin, reset in 2 h 0 min")), "{:#}", found.json);
    }
    world.double.fail_requests(|attempt| {
        attempt.path.ends_with("/gateway/bot").then_some(Fault::Page { status: 503, retry_after: None })
    });
    report(world.command(), &[]).await.has(&[FindingId::SessionsUnknown, FindingId::TokenWorks]);
}

pub async fn whether_messages_may_be_read_is_told_where_it_is_wanted() {
    let world = world().await;
    let with_reading = || {
        let mut command = world.command();
        command.env("DISCORD_MESSAGE_CONTENT", "true");
        command
    };
    // It is not allowed, and not wanted either.
    let found = report(world.command(), &[]).await;
    assert!(!found.names().iter().any(|name| name.starts_with("message_content")), "{:#}", found.json);
    let found = report(with_reading(), &[]).await;
    let off = found.line(FindingId::MessageContentOff);
    assert_eq!((&off["need"], &off["verdict"], found.code), (&json!("discord_token"), &json!("warning"), Some(0)));
    assert!(found.text(FindingId::TokenWorks).ends_with("developer portal: MESSAGE_CONTENT"), "{:#}", found.json);
    world.double.set_message_content(true);
    let found = report(with_reading(), &[]).await;
    assert_eq!(found.line(FindingId::MessageContentOn)["verdict"], "ok");
    world.double.fail_requests(|attempt| {
        attempt.path.ends_with("/applications/@me").then_some(Fault::Error { status: 403, code: 0 })
    });
    report(with_reading(), &[]).await.has(&[FindingId::MessageContentUnknown, FindingId::TokenWorks]);
}

/// Registers these commands as some program did.
async fn register(world: &World, guild: Option<u64>, commands: &Value) {
    let place = guild.map(|guild| format!("/guilds/{guild}")).unwrap_or_default();
    let url = format!(
        "{}/api/v10/applications/{}{place}/commands",
        world.double.url().trim_end_matches('/'),
        Double::APPLICATION
    );
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.put(url).header("authorization", format!("Bot {}", Double::TOKEN));
    let answer = request.header("content-type", "application/json").body(commands.to_string()).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

pub async fn commands_that_are_missing_or_of_another_version_are_named() {
    let world = world().await;
    let found = report(world.command(), &[]).await;
    assert_eq!(found.text(FindingId::CommandsMissing), "no command is registered");
    let mut commands = serde_json::to_value(registered_commands()).unwrap();
    register(&world, None, &commands).await;
    let found = report(world.command(), &[]).await;
    let count = commands.as_array().unwrap().len();
    assert_eq!(found.text(FindingId::CommandsRegistered), format!("{count} are registered"));
    commands[0]["description"] = json!("As an older version described it");
    let changed = commands[0]["name"].as_str().unwrap().to_owned();
    register(&world, None, &commands).await;
    let found = report(world.command(), &[]).await;
    let text = format!("those that are registered are of another version: /{changed}");
    assert_eq!(found.text(FindingId::CommandsOutdated), text);
    // In one server only, there are none.
    let mut command = world.command();
    command.env("DEV_GUILD_ID", crate::world::GUILD.to_string());
    let found = report(command, &[]).await;
    assert!(found.text(FindingId::CommandsMissing).ends_with("(DEV_GUILD_ID)"), "{:#}", found.json);
    world.double.fail_requests(|attempt| attempt.path.ends_with("/commands").then_some(Fault::Status(500)));
    report(world.command(), &[]).await.has(&[FindingId::CommandsUnknown, FindingId::TokenWorks]);
}
