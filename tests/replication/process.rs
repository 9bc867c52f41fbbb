//! The real process on both stores: each away, both away, both back.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::server::Server;

pub async fn the_sandbox_logs_dual_writes_and_drops_its_database_at_the_end() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, &["--players", "4", "--codes", "1"]);
    assert_eq!(bot.end().await.code(), Some(0), "{}", bot.log());
    let log = bot.log();
    assert!(log.contains("✅ Dual-write success: State persisted to both MongoDB and file"), "{log}");
    assert!(log.contains("✔ All ") && !log.contains("CRITICAL"), "{log}");
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    let left = client.list_database_names().await.unwrap();
    assert!(!left.iter().any(|name| name.contains("sandbox")), "{left:?}");
    assert!(!folder.state(1).exists());
}

pub async fn without_mongodb_an_empty_file_waits_and_a_complete_one_works_alone_until_the_merge() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    // The last codes appear after 45 s: something is left for the file alone, even if a start takes long.
    let world = &["--players", "12", "--codes", "32", "--keep-running"];
    server.kill();
    // It cannot know what was posted before.
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_logged("the state file is empty or out of date: waiting for MongoDB", HANGING).await;
    assert!(!bot.log().contains("Starting giftcode poster"), "{}", bot.log());
    server.restart();
    bot.until_logged("new codes to guild 1002", HANGING).await;
    bot.until_caught_up(HANGING).await;
    server.kill();
    bot.kill();
    let posted = folder.posts().len();
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_logged(
        "MongoDB does not answer: continuing with the state file alone, and both are merged when it does",
        HANGING,
    )
    .await;
    bot.until_logged("Still running, as asked", HANGING).await;
    assert!(bot.log().contains("✔ All "), "{}", bot.log());
    assert!(folder.posts().len() > posted);
    server.restart();
    bot.until_logged("This instance is the active one", HANGING).await;
    bot.until_logged("The state file has caught up with MongoDB", HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}

/// Invariant 2: a change that neither store has did not happen, and has no effects.
pub async fn while_neither_store_can_be_written_nothing_is_posted_or_redeemed() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    let world = &["--players", "12", "--keep-running"];
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_logged("new codes to guild 1002", HANGING).await;
    bot.until_caught_up(HANGING).await;
    bot.kill();
    folder.protect(1, true);
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_logged("MongoDB alone keeps the state; trying the file again every 10 s", HANGING).await;
    bot.until_logged("✅ Redeemed for ", HANGING).await;
    server.kill();
    bot.until_logged("CRITICAL: Failed to persist state: the state file cannot be used, and MongoDB does not", HANGING)
        .await;
    let before = (folder.calls().len(), folder.posts().len());
    tokio::time::sleep(Duration::from_secs(7)).await;
    let (calls, posts) = (folder.calls().len(), folder.posts().len());
    // An action in progress when MongoDB died may have completed.
    assert!(posts == before.1 && calls <= before.0 + 2, "{before:?} {calls} {posts}");
    assert!(bot.is_running(), "{}", bot.log());
    server.restart();
    bot.until_logged("Still running, as asked", HANGING).await;
    assert!(bot.log().contains("✔ All "), "{}", bot.log());
    folder.protect(1, false);
    bot.until_logged("The state file can be used again", HANGING).await;
    bot.until_caught_up(HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}

/// Like a host that does not answer: an empty file waits, and the start does not fail.
pub async fn a_name_that_dns_does_not_know_is_waited_for() {
    let mut folder = Folder::new();
    // No name server is asked for a name in .invalid.
    let mut bot = folder.start("mongodb+srv://bot:s3cr3t@cluster0.example.invalid/", 1, &["--players", "4"]);
    bot.until_logged("waiting for MongoDB", HANGING).await;
    let log = bot.log();
    assert!(log.contains("MongoDB does not answer: DNS does not know"), "{log}");
    assert!(bot.is_running() && !log.contains("s3cr3t") && !log.contains("Starting giftcode poster"), "{log}");
    assert_eq!(bot.stop().await.code(), Some(0));
}
