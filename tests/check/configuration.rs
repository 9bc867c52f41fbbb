//! The configuration, the command line, and secrets.

use giftcode_bot::domain::check::FindingId;
use tokio::process::Command;

use crate::support::{bare, output, report, world};

pub async fn a_bad_variable_is_one_line_and_the_rest_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [
        ("GIFTCODE_CHECK_INTERVAL", "often"),
        ("MONGODB_URI", "postgres://u:s3cr3t-mongo-password@h/"),
        ("RUST_LOG", "trace"),
    ];
    let found = report(bare(folder.path(), &variables), &[]).await;
    let bad = found.all(FindingId::ConfigBad);
    let lines: Vec<(&str, &str, &str)> = bad
        .iter()
        .map(|line| {
            (line["subject"].as_str().unwrap(), line["text"].as_str().unwrap(), line["action"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        lines,
        [
            (
                "GIFTCODE_CHECK_INTERVAL",
                "GIFTCODE_CHECK_INTERVAL is \"often\"",
                "give whole seconds from 1 to 3600, for example 10"
            ),
            (
                "MONGODB_URI",
                "MONGODB_URI is set to something else (not shown)",
                "give an address that begins with mongodb:// or mongodb+srv://"
            ),
        ]
    );
    use FindingId::{BotAbsent, DiskRoomy, FeedFails, GameUnreachable, StateAbsent, TokenMissing};
    found.has(&[StateAbsent, DiskRoomy, TokenMissing, FeedFails, GameUnreachable, BotAbsent]);
    // MongoDB may well be used: nobody knows.
    assert!(found.all(FindingId::MongodbUnused).is_empty(), "{:#}", found.json);
    let not_checked = found.json["not_checked"].as_array().unwrap();
    assert!(not_checked.iter().any(|need| need == "mongodb"), "{:#}", found.json);
    let log = bare(folder.path(), &[]);
    let mut log = log;
    log.args(["check"]).env("RUST_LOG", "a=b=c");
    let (code, stdout, ..) = output(log).await;
    assert_eq!(code, Some(1));
    assert!(stdout.starts_with("failed   configuration     RUST_LOG: RUST_LOG is \"a=b=c\"\n"), "{stdout}");
    // What else it holds is not known.
    std::fs::write(folder.path().join(".env"), b"\xFF\xFEA\0=\x001\0").unwrap();
    let found = report(bare(folder.path(), &[]), &[]).await;
    assert_eq!(found.names(), ["dotenv_unreadable"], "{:#}", found.json);
    std::fs::write(folder.path().join(".env"), "DISCORD_TOKEN=\nGAME_RATE_LIMIT=60/1m\n").unwrap();
    let found = report(bare(folder.path(), &[]), &[]).await;
    assert!(found.text(FindingId::ConfigRead).contains("GAME_RATE_LIMIT"), "{:#}", found.json);
}

pub async fn wrong_usage_is_told_from_a_failure() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.args(["check", "--slow"]);
    let (code, stdout, stderr, _) = output(command).await;
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("--slow"), "{stderr}");
}

/// Each run of these tests looks for the known secrets in all that is printed, with the log at its most talkative. Here all of
/// them are set.
pub async fn no_secret_is_shown() {
    let world = world().await;
    let feed = "http://s3cr3t-feed-key@127.0.0.1:9/a,s3cr3t-feed-key@http://127.0.0.1:9/b";
    let mut command = world.command();
    for (name, value) in [
        ("GIFTCODE_API_URL", feed),
        ("MONGODB_URI", "mongodb://u:s3cr3t-mongo-password@127.0.0.1:9/"),
        ("ALERT_WEBHOOK_URL", "https://discord.com/api/webhooks/1/s3cr3t-webhook"),
        ("HEARTBEAT_URL", "https://hc.example/s3cr3t-heartbeat"),
    ] {
        command.env(name, value);
    }
    let found = report(command, &[]).await;
    found.has(&[FindingId::ConfigRead, FindingId::TokenWorks, FindingId::FeedFails, FindingId::MongodbUnreachable]);
    for broken in ["mongodb://u:s3cr3t-mongo-password/x@127.0.0.1/", "mongodb+srv://u:s3cr3t-mongo-password@h:1/"] {
        let mut command = world.command();
        command.env("MONGODB_URI", broken);
        report(command, &[]).await.has(&[FindingId::MongodbBadUri]);
    }
}
