//! Beside a running bot, and where one should run.

use std::time::{Duration, Instant};

use giftcode_bot::domain::check::FindingId;

use crate::server::any;
use crate::support::{HANGING, QUICKLY, Report, calls, listing, output, report, with_servers, world};
use crate::world::{Bot, CHANNEL, GUILD, World};

async fn full(world: &World) -> Report {
    report(world.command(), &[]).await
}

async fn quick(world: &World) -> Report {
    let found = report(world.command(), &["--quick"]).await;
    assert!(found.took < QUICKLY, "{:?}", found.took);
    assert_eq!(found.json["not_checked"], serde_json::json!([]), "{:#}", found.json);
    found
}

/// Repeats the check until it finds this.
async fn until(world: &World, id: FindingId) -> Report {
    let until = Instant::now() + HANGING;
    loop {
        let found = full(world).await;
        if !found.all(id).is_empty() {
            return found;
        }
        assert!(Instant::now() < until, "never {id:?}: {:#}", found.json);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn signal(bot: &Bot, name: &str) {
    let sent = std::process::Command::new("kill").args([&format!("-{name}"), &bot.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

pub async fn beside_a_running_bot_all_is_well_and_nothing_is_changed() {
    let world = world().await;
    let bot = world.start().await;
    world.set_channel(&world.admin()).await;
    world.message("GOOD").await;
    let found = until(&world, FindingId::BotWell).await;
    let (before, calls_before) = (listing(world.folder.path()), calls(&world));
    let names: Vec<String> = before.into_iter().map(|(name, _)| name).collect();
    let again = full(&world).await;
    assert_eq!(calls(&world), calls_before + 1, "one call to the game");
    let after: Vec<String> = listing(world.folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(after, names);
    assert_eq!((again.code, &again.json["not_checked"]), (Some(0), &serde_json::json!([])), "{:#}", again.json);
    assert_eq!(
        again.names(),
        [
            "config_read",
            "state_works",
            "disk_roomy",
            "token_works",
            "sessions_left",
            "commands_registered",
            "servers_well",
            "feed_works",
            "game_open",
            "mongodb_unused",
            "bot_well",
            "clock_right"
        ],
        "{:#}",
        again.json
    );
    for (id, text) in [
        (FindingId::ConfigRead, "set and read: DISCORD_TOKEN, DISCORD_PROXY_URL, GIFTCODE_API_URL"),
        (FindingId::StateWorks, &format!("; a bot works with it (process {})", bot.id())),
        (FindingId::StateWorks, ", sound"),
        (FindingId::TokenWorks, "it belongs to the bot bot (1040000000000000002); it needs no privileged intents"),
        (FindingId::SessionsLeft, "999 may still begin, reset in 24 h 0 min; each start of the bot begins 1 session"),
        (FindingId::ServersWell, "the bot can post in 1 server"),
        (FindingId::FeedWorks, "1 active of 1 codes, a JSON object"),
        (FindingId::FeedWorks, "last change seen 2"),
        (FindingId::BotWell, " is well: active"),
    ] {
        assert!(again.text(id).contains(text), "{text}: {:#}", again.json);
    }
    let alive = quick(&world).await;
    assert_eq!(alive.names(), ["config_read", "state_works", "disk_roomy", "bot_well"]);
    // For people.
    let mut command = world.command();
    command.arg("check");
    let (code, stdout, stderr, _) = output(command).await;
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.starts_with("ok       configuration     set and read: DISCORD_TOKEN, "), "{stdout}");
    assert!(stdout.contains("\nok       servers           the bot can post in 1 server\n"), "{stdout}");
    assert!(stdout.contains("\n\n0 failed, 0 warnings, 12 ok, in ") && !stdout.contains('\x1b'), "{stdout}");
    drop(found);
    bot.stop().await;
    // A bot that has stopped leaves a file without a log, and the check leaves none either.
    let before = listing(world.folder.path());
    full(&world).await.has(&[FindingId::BotAbsent, FindingId::StateWorks]);
    assert_eq!(listing(world.folder.path()), before);
    assert_eq!(
        quick(&world).await.text(FindingId::BotDown),
        "no bot runs here: no bot has left its address beside the state file"
    );
}

pub async fn a_bot_that_is_unwell_hangs_or_is_gone_is_named() {
    let mut world = world().await;
    let bot = world.start().await;
    world.feed.set_down(true);
    let found = until(&world, FindingId::BotDegraded).await;
    let line = found.line(FindingId::BotDegraded);
    assert_eq!(line["subject"], "feeds", "{line}");
    assert!(line["text"].as_str().unwrap().contains("answers with HTTP 500"), "{line}");
    assert!(line["action"].as_str().unwrap().contains("GIFTCODE_API_URL"), "{line}");
    quick(&world).await.has(&[FindingId::BotWell]);
    signal(&bot, "STOP");
    let text = format!("the process {} works with the state file, but nothing that is a bot answers at ", bot.id());
    assert!(quick(&world).await.text(FindingId::BotSilent).starts_with(&text));
    full(&world).await.has(&[FindingId::BotSilent]);
    signal(&bot, "CONT");
    // Its address stays behind.
    bot.kill().await;
    quick(&world).await.has(&[FindingId::BotDown]);
    full(&world).await.has(&[FindingId::BotAbsent]);
    // Without MongoDB, which it requires, a bot must not act.
    world.set("MONGODB_URI", "mongodb://u:s3cr3t-mongo-password@127.0.0.1:9/");
    world.set("MONGODB_REQUIRED", "true");
    let bot = world.spawn();
    let found = until(&world, FindingId::BotNotReady).await;
    assert!(found.line(FindingId::BotNotReady)["action"].is_string());
    found.has(&[FindingId::MongodbUnreachable]);
    quick(&world).await.has(&[FindingId::BotWell]);
    bot.stop().await;
}

pub async fn a_standby_is_well() {
    let (_server, _, uri, database) = any().await;
    let (mut first, mut second) = (world().await, world().await);
    for world in [&mut first, &mut second] {
        world.set("MONGODB_URI", uri.clone());
        world.set("MONGODB_DATABASE", database.clone());
    }
    drop(with_servers(&first, &[(GUILD, CHANNEL)]).await);
    let leader = first.start().await;
    let standby = second.spawn();
    standby.said("Another instance is active").await;
    quick(&second).await.has(&[FindingId::BotWell]);
    let found = until(&second, FindingId::BotWell).await;
    assert!(found.text(FindingId::BotWell).ends_with("is well: standby"), "{:#}", found.json);
    assert!(found.text(FindingId::LeaseHeld).contains(" holds it since 2"), "{:#}", found.json);
    standby.stop().await;
    leader.stop().await;
}
