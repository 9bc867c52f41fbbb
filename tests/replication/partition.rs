//! MongoDB is away for one instance or for all, and comes back for one before the other.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::proxy::Proxy;
use crate::server::Server;

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "60", "--codes", "48", "--keep-running"];

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The holder is cut off for 45 s, and another instance starts after 25 s. That one watches the lease for its whole length before
/// it takes it, and by then the holder has renewed it.
pub async fn another_instance_starts_during_the_cut() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let mut old = folder.start(&line.uri(), 1, WORLD);
    old.until_logged("edeemed for ", HANGING).await;
    folder.until_all_sent(1).await;
    line.cut();
    tokio::time::sleep(seconds(25)).await;
    let mut new = folder.start(&server.uri(), 2, WORLD);
    tokio::time::sleep(seconds(20)).await;
    line.heal();
    tokio::time::sleep(seconds(20)).await;
    let (old_id, new_id) = (old.id(), new.id());
    assert!(old.is_running() && new.is_running());
    assert_eq!(folder.calls_beside(old_id, new_id), 0, "{}", new.log());
    // The bot is active.
    folder.until_more_calls(folder.calls().len()).await;
    folder.until_all_sent(1).await;
    assert_eq!(old.stop().await.code(), Some(0));
    new.until_logged(ACTIVE, HANGING).await;
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 2, 0).await;
}

/// A longer cut with MONGODB_REQUIRED: the holder stops before the other one begins.
pub async fn a_holder_that_requires_mongodb_stops_before_another_begins() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let required = &[("MONGODB_REQUIRED", "true")];
    let mut old = folder.start_with(&line.uri(), 1, WORLD, required);
    old.until_logged("edeemed for ", HANGING).await;
    folder.until_all_sent(1).await;
    line.cut();
    tokio::time::sleep(seconds(10)).await;
    let mut new = folder.start_with(&server.uri(), 2, WORLD, required);
    new.until_logged(ACTIVE, HANGING).await;
    new.until_logged("edeemed for ", HANGING).await;
    tokio::time::sleep(seconds(10)).await;
    assert_eq!(folder.calls_beside(old.id(), new.id()), 0, "{}", old.log());
    line.heal();
    old.until_logged("Another instance is active", HANGING).await;
    assert_eq!(old.stop().await.code(), Some(0));
    folder.until_nothing_is_late(&server).await;
    assert_eq!(new.stop().await.code(), Some(0));
    assert_eq!(folder.posted_twice(), Vec::<String>::new());
    // Two calls were in flight when the connection was cut, and the other instance could not know their results.
    assert!(folder.repeated_calls() <= 2, "{}", folder.repeated_calls());
    folder.assert_same(&server, 2, 0).await;
}

/// Only the leader is cut off while another instance waits. That one must know of everything that the leader does from then on.
pub async fn a_leader_is_cut_off_while_another_instance_waits() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let mut old = folder.start(&line.uri(), 1, WORLD);
    old.until_logged("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 2, WORLD);
    new.until_logged("Another instance is active: this one waits", HANGING).await;
    folder.until_all_sent(1).await;
    line.cut();
    new.until_logged(ACTIVE, HANGING).await;
    new.until_logged("R1'", HANGING).await;
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(folder.calls_beside(old.id(), new.id()), 0, "{}", old.log());
    line.heal();
    old.until_logged("Another instance is active", HANGING).await;
    tokio::time::sleep(seconds(5)).await;
    assert_eq!(old.stop().await.code(), Some(0));
    folder.until_nothing_is_late(&server).await;
    assert_eq!(new.stop().await.code(), Some(0));
    assert_eq!(folder.posted_twice(), Vec::<String>::new());
    // Two calls were in flight when the connection was cut, and the other instance could not know their results.
    assert!(folder.repeated_calls() <= 2, "{}", folder.repeated_calls());
    folder.assert_same(&server, 2, 0).await;
}

/// MongoDB is away for all when another instance starts, and comes back for that one first.
pub async fn mongodb_comes_back_for_the_new_instance_first() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let (lines, new_line) = (Proxy::before(&server.uri()), Proxy::before(&server.uri()));
    let mut old = folder.start(&lines.uri(), 1, WORLD);
    old.until_logged("edeemed for ", HANGING).await;
    old.until_caught_up(HANGING).await;
    lines.cut();
    new_line.cut();
    let mut new = folder.start(&new_line.uri(), 2, WORLD);
    tokio::time::sleep(seconds(35)).await;
    folder.until_more_calls(100).await;
    new_line.heal();
    tokio::time::sleep(seconds(2)).await;
    lines.heal();
    tokio::time::sleep(seconds(12)).await;
    assert_eq!(folder.calls_beside(old.id(), new.id()), 0, "{}", new.log());
    old.until_caught_up(HANGING).await;
    folder.until_all_sent(1).await;
    assert_eq!(old.stop().await.code(), Some(0));
    new.until_logged(ACTIVE, HANGING).await;
    tokio::time::sleep(seconds(8)).await;
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 2, 0).await;
}

/// MongoDB dies and comes back for a lone instance, at its start or for longer than its lease. No call in flight is cut off when
/// both stores are merged again.
pub async fn mongodb_comes_and_goes_under_a_lone_instance() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_logged("edeemed for ", HANGING).await;
    for _ in 0..3 {
        bot.until_caught_up(HANGING).await;
        assert_eq!(bot.stop().await.code(), Some(0));
        server.kill();
        bot = folder.start(&server.uri(), 1, WORLD);
        bot.until_logged("MongoDB does not answer: continuing with the state file alone", HANGING).await;
        bot.until_logged("edeemed for ", HANGING).await;
        server.restart();
        bot.until_caught_up(HANGING).await;
        tokio::time::sleep(seconds(2)).await;
    }
    server.kill();
    // Longer than the lease and its margin.
    tokio::time::sleep(seconds(34)).await;
    server.restart();
    bot.until_caught_up(HANGING).await;
    tokio::time::sleep(seconds(2)).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 1, 0).await;
}
