//! Code feeds, the clock, and everything hanging at once.

use std::time::Duration;

use giftcode_bot::domain::check::FindingId;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};

use crate::strange;
use crate::support::{CLOSED, IN_TIME, QUICKLY, bare, code, report};

/// A socket that accepts connections and never answers.
async fn silent() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    port
}

pub async fn whatever_hangs_it_ends_in_time() {
    let (folder, port) = (tempfile::tempdir().unwrap(), silent().await);
    let (http, mongo) = (format!("http://127.0.0.1:{port}/"), format!("mongodb://127.0.0.1:{port}/"));
    let variables = [
        ("DISCORD_TOKEN", "x.y.z"),
        ("DISCORD_PROXY_URL", http.as_str()),
        ("GIFTCODE_API_URL", &http),
        ("GAME_API_URL", &http),
        ("MONGODB_URI", &mongo),
        ("PORT", &port.to_string()),
    ];
    let found = report(bare(folder.path(), &variables), &[]).await;
    assert!(found.took < IN_TIME, "{:?}", found.took);
    use FindingId::{BotAbsent, DiscordDown, FeedFails, GameUnreachable, MongodbUnreachable};
    found.has(&[DiscordDown, FeedFails, GameUnreachable, MongodbUnreachable, BotAbsent]);
    let quick = report(bare(folder.path(), &variables), &["--quick"]).await;
    assert!(quick.took < QUICKLY, "{:?}", quick.took);
    quick.has(&[FindingId::BotDown]);
}

pub async fn each_feed_is_described_and_each_failure_named() {
    let (folder, server) = (tempfile::tempdir().unwrap(), strange::start().await);
    let name = |path: &str| format!("{}/{path}", server.trim_start_matches("http://"));
    let store = Store::open(&folder.path().join("giftcode.db"), StateKind::Bot, Clock::system()).unwrap();
    let answer = FeedAnswer::new(name("feed/good"), vec![Entry::active(code("GOOD"))]);
    store.listings().apply_answer(Some(answer), &[name("feed/good")], Duration::ZERO).await.unwrap();
    drop(store);
    let paths = ["good", "list", "rss", "empty", "slow", "page", "page200", "broken", "key"]
        .map(|path| format!("{server}/feed/{path}"));
    let urls = [paths.join(",").replacen("http", "s3cr3t-feed-key@http", 1), format!("{server}/redirect/x")].join(",");
    let variables = [("GIFTCODE_API_URL", urls.as_str()), ("STATE_FILE", "giftcode.db")];
    let found = report(bare(folder.path(), &variables), &[]).await;
    let line = |path: &str| {
        let lines = found.json["needs"].as_array().unwrap();
        let line = lines.iter().find(|line| line["subject"] == name(path).as_str());
        let line = line.unwrap_or_else(|| panic!("{path} in {:#}", found.json));
        (line["finding"].as_str().unwrap().to_owned(), line["text"].as_str().unwrap().to_owned())
    };
    for (path, finding, text) in [
        ("feed/good", "feed_works", "1 active of 2 codes, a JSON object, answered in "),
        ("feed/good", "feed_works", "; last change seen 2"),
        ("feed/list", "feed_works", "1 active of 1 codes, 1 entries that are no codes, a JSON list"),
        ("feed/rss", "feed_works", "1 active of 1 codes, RSS"),
        ("feed/empty", "feed_empty", "0 active of 0 codes"),
        ("feed/slow", "feed_slow", "1 active of 2 codes"),
        ("feed/page", "feed_fails_beside_others", "answers with HTTP 403"),
        ("feed/page200", "feed_fails_beside_others", "not a list of codes: it begins with \"<!doctype html>"),
        ("feed/broken", "feed_fails_beside_others", "answers with HTTP 500"),
        // The key is the first feed's alone.
        ("feed/key", "feed_fails_beside_others", "reports an error: Invalid API key"),
        ("redirect/x", "feed_fails_beside_others", "cannot be reached"),
    ] {
        let (found, told) = line(path);
        assert!(found == finding && told.contains(text), "{path}: {found}: {told}");
    }
    let alone = format!("{server}/feed/key");
    let with_key = [("GIFTCODE_API_URL", alone.as_str()), ("GIFTCODE_API_KEY", "s3cr3t-feed-key")];
    report(bare(folder.path(), &with_key), &[]).await.has(&[FindingId::FeedWorks]);
    let down = report(bare(folder.path(), &[("GIFTCODE_API_URL", CLOSED)]), &[]).await;
    assert!(down.text(FindingId::FeedFails).starts_with("cannot be reached: "), "{:#}", down.json);
}

pub async fn the_clock_is_compared_with_the_servers() {
    let (folder, server) = (tempfile::tempdir().unwrap(), strange::start().await);
    for (seconds, id, text) in [
        (0, FindingId::ClockRight, "within 5 s of the clocks of 1 server"),
        (20, FindingId::ClockOff, " s behind the clock of 127.0.0.1"),
        (-20, FindingId::ClockOff, " s ahead of the clock of 127.0.0.1"),
        (120, FindingId::ClockWrong, " s behind the clock of 127.0.0.1"),
    ] {
        let feed = format!("{server}/feed/ahead/{seconds}");
        let found = report(bare(folder.path(), &[("GIFTCODE_API_URL", &feed)]), &[]).await;
        assert!(found.text(id).contains(text), "{:#}", found.json);
    }
    // Of two servers the nearer one counts.
    let feeds = format!("{server}/feed/ahead/3600,{server}/feed/good");
    report(bare(folder.path(), &[("GIFTCODE_API_URL", &feeds)]), &[]).await.has(&[FindingId::ClockRight]);
}
