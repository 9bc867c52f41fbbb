//! A MongoDB that can be read but not written: its quota is used up, or its user may only read.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::proxy::{Proxy, Refusal};
use crate::server::Server;

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "60", "--codes", "24", "--keep-running"];

/// A file that is known to be stale does nothing before it has caught up, however MongoDB answers writes.
async fn an_old_file_waits(refusal: Refusal, words: &'static str) {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let mut first = folder.start(&line.uri(), 1, WORLD);
    first.until_logged("edeemed for ", HANGING).await;
    let mut second = folder.start(&server.uri(), 2, WORLD);
    second.until_logged("Another instance is active", HANGING).await;
    assert_eq!(first.stop().await.code(), Some(0));
    second.until_logged(ACTIVE, HANGING).await;
    // The second instance continues for a while, and the first one's file lacks its changes.
    second.until_logged("R1'", HANGING).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(second.stop().await.code(), Some(0));
    line.refuse(Some(refusal));
    let before = (folder.calls().len(), folder.posts().len());
    let mut first = folder.start(&line.uri(), 1, WORLD);
    tokio::time::sleep(Duration::from_secs(14)).await;
    let log = first.log();
    assert_eq!((folder.calls().len(), folder.posts().len()), before, "{log}");
    first.until_logged(words, HANGING).await;
    assert!(!log.contains("MongoDB does not answer"), "{log}");
    // Somebody frees space, or grants the permission.
    line.refuse(None);
    first.until_logged(ACTIVE, HANGING).await;
    first.until_caught_up(HANGING).await;
    folder.until_more_calls(before.0 + 20).await;
    assert_eq!(first.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 1, 0).await;
}

/// An instance that has everything continues with its file, logs MongoDB's refusal, and sends everything later.
async fn a_leader_goes_on(refusal: Refusal, words: &'static str) {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let mut bot = folder.start(&line.uri(), 1, WORLD);
    bot.until_logged("edeemed for ", HANGING).await;
    bot.until_caught_up(HANGING).await;
    line.refuse(Some(refusal));
    bot.until_logged(words, HANGING).await;
    // Longer than its lease.
    tokio::time::sleep(Duration::from_secs(32)).await;
    folder.until_more_calls(folder.calls().len()).await;
    let log = bot.log();
    assert!(!log.contains("MongoDB does not answer"), "{log}");
    line.refuse(None);
    bot.until_caught_up(HANGING).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 1, 0).await;
}

pub async fn while_the_space_is_used_up_an_old_file_waits() {
    an_old_file_waits(Refusal::Quota, "its space is used up").await;
}

pub async fn while_its_user_may_only_read_an_old_file_waits() {
    an_old_file_waits(Refusal::ReadOnlyUser, "lacks a permission").await;
}

pub async fn while_the_space_is_used_up_a_leader_goes_on() {
    a_leader_goes_on(Refusal::Quota, "its space is used up").await;
}
