//! Real processes, 100 ms away from MongoDB: how they stop, and how another one takes over.

use std::time::{Duration, Instant};

use crate::bots::Folder;
use crate::figures::{Figures, seconds};
use crate::proxy::Proxy;
use crate::server::Server;

const FAR: Duration = Duration::from_millis(100);
const SOON: Duration = Duration::from_secs(120);
/// The time from SIGTERM to the end, and from SIGKILL until another instance is active.
const STOP_LIMIT: f64 = 25.0;
const TAKEOVER_LIMIT: f64 = 35.0;

/// SIGTERM while the outbox is as full as it gets: thousands of players and roster entries have just been written.
pub async fn stop(figures: &mut Figures) {
    let (server, mut folder) = (Server::on_disk(), Folder::new());
    let far = Proxy::far(&server.uri(), FAR);
    let mut bot = folder.start(&far.uri(), 1, &["--players", "2000", "--keep-running"]);
    bot.until_logged("Starting giftcode poster", SOON).await;
    let stopping = Instant::now();
    bot.signal("-TERM");
    assert_eq!(bot.end().await.code(), Some(0), "{}", bot.log());
    let took = stopping.elapsed().as_secs_f64();
    let there = crate::sessions::in_mongo(&server.uri(), &folder.database()).await;
    let here = folder.records(1).await;
    let left = here.iter().filter(|(key, record)| there.get(*key) != Some(*record)).count();
    figures.at_most("SIGTERM with a full outbox, 100 ms: until the process ends", took, STOP_LIMIT, seconds);
    let count = |count: f64| format!("{count:.0}");
    figures.median_at_most(&format!("of {} records, left in the file alone", here.len()), &[left as f64], 0.0, count);
}

/// SIGKILL next to a waiting instance.
pub async fn takeover(figures: &mut Figures) {
    let (server, mut folder) = (Server::on_disk(), Folder::new());
    let far = Proxy::far(&server.uri(), FAR);
    let world = &["--players", "100", "--codes", "24", "--keep-running"];
    let mut old = folder.start(&far.uri(), 1, world);
    old.until_logged("edeemed for ", SOON).await;
    let mut new = folder.start(&far.uri(), 2, world);
    new.until_logged("Another instance is active: this one waits", SOON).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    old.kill();
    let killed = Instant::now();
    new.until_logged("Starting giftcode poster", SOON).await;
    let took = killed.elapsed().as_secs_f64();
    figures.at_most("SIGKILL, 100 ms: until the waiting instance is at work", took, TAKEOVER_LIMIT, seconds);
    assert_eq!(new.stop().await.code(), Some(0));
}
