//! The real process on both stores: each away, both away, both back.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::server::Server;

pub async fn it_says_when_both_have_it_and_takes_its_database_away_at_the_end() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, &["--players", "4", "--codes", "1"]);
    assert_eq!(bot.end().await.code(), Some(0), "{}", bot.said());
    let said = bot.said();
    assert!(said.contains("✅ Dual-write success: State persisted to both MongoDB and file"), "{said}");
    assert!(said.contains("✔ All ") && !said.contains("CRITICAL"), "{said}");
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    let left = client.list_database_names().await.unwrap();
    assert!(!left.iter().any(|name| name.contains("sandbox")), "{left:?}");
    assert!(!folder.state(1).exists());
}

pub async fn without_mongodb_an_empty_file_waits_and_one_with_state_goes_on_alone_until_both_are_merged() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    let world = &["--players", "12", "--keep-running"];
    server.kill();
    // It cannot know that nothing was posted before.
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_said("the state file is empty or out of date: waiting for MongoDB", HANGING).await;
    assert!(!bot.said().contains("Starting giftcode poster"), "{}", bot.said());
    server.restart();
    bot.until_said("new codes to guild 1002", HANGING).await;
    bot.until_caught_up(HANGING).await;
    server.kill();
    bot.kill();
    let posted = folder.posts().len();
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_said(
        "MongoDB does not answer: continuing with the state file alone, and both are merged when it does",
        HANGING,
    )
    .await;
    bot.until_said("Still running, as asked", HANGING).await;
    assert!(bot.said().contains("✔ All "), "{}", bot.said());
    assert!(folder.posts().len() > posted);
    server.restart();
    bot.until_said("This instance is the active one", HANGING).await;
    bot.until_said("The state file has caught up with MongoDB", HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}

/// Invariant 2: what neither store has did not happen, and nothing is done on its account.
pub async fn while_neither_can_be_written_nothing_is_posted_or_redeemed_and_all_goes_on_when_one_can() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    let world = &["--players", "12", "--keep-running"];
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_said("new codes to guild 1002", HANGING).await;
    bot.until_caught_up(HANGING).await;
    bot.kill();
    folder.protect(1, true);
    let mut bot = folder.start(&server.uri(), 1, world);
    bot.until_said("MongoDB alone keeps the state; trying the file again every 10 s", HANGING).await;
    bot.until_said("✅ Redeemed for ", HANGING).await;
    server.kill();
    bot.until_said("CRITICAL: Failed to persist state: the state file cannot be used, and MongoDB does not", HANGING)
        .await;
    let before = (folder.calls().len(), folder.posts().len());
    tokio::time::sleep(Duration::from_secs(7)).await;
    let (calls, posts) = (folder.calls().len(), folder.posts().len());
    // What was on its way when MongoDB died may have come to its end.
    assert!(posts == before.1 && calls <= before.0 + 2, "{before:?} {calls} {posts}");
    assert!(bot.is_running(), "{}", bot.said());
    server.restart();
    bot.until_said("Still running, as asked", HANGING).await;
    assert!(bot.said().contains("✔ All "), "{}", bot.said());
    folder.protect(1, false);
    bot.until_said("The state file can be used again", HANGING).await;
    bot.until_caught_up(HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}

/// As with a host that does not answer: an empty file waits, and a start is no failure.
pub async fn a_name_that_dns_does_not_know_is_waited_for() {
    let mut folder = Folder::new();
    // A name that no name server is asked for.
    let mut bot = folder.start("mongodb+srv://bot:s3cr3t@cluster0.example.invalid/", 1, &["--players", "4"]);
    bot.until_said("waiting for MongoDB", HANGING).await;
    let said = bot.said();
    assert!(said.contains("MongoDB does not answer: DNS does not know"), "{said}");
    assert!(bot.is_running() && !said.contains("s3cr3t") && !said.contains("Starting giftcode poster"), "{said}");
    assert_eq!(bot.stop().await.code(), Some(0));
}
