//! Disks that are cloned, full, or changed by another program.

use std::time::Duration;

use mongodb::bson::{Document, doc};

use crate::bots::{Folder, HANGING};
use crate::server::{Server, hard_work};

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "60", "--codes", "24", "--keep-running"];

/// A volume is cloned with its lock file, and a machine is started on each copy.
pub async fn two_instances_on_copies_of_one_disk() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut first = folder.start(&server.uri(), 1, WORLD);
    first.until_logged("edeemed for ", HANGING).await;
    assert_eq!(first.stop().await.code(), Some(0));
    folder.clone_disk(1, 2);
    let mut first = folder.start(&server.uri(), 1, WORLD);
    first.until_logged(ACTIVE, HANGING).await;
    let mut second = folder.start(&server.uri(), 2, WORLD);
    second.until_logged("Another instance is active: this one waits", HANGING).await;
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    let leases = client.database(&folder.database()).collection::<Document>("leases");
    let lease = leases.find_one(doc! {}).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_secs(16)).await;
    let after = leases.find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(lease.get("term"), after.get("term"), "{}", second.log());
    assert_eq!(folder.calls_beside(first.id(), second.id()), 0);
    assert_eq!(first.stop().await.code(), Some(0));
    second.until_logged(ACTIVE, HANGING).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(second.stop().await.code(), Some(0));
    folder.assert_once();
    folder.assert_sound(&server, 2, 0).await;
}

/// The state file's disk fills up while the bot works. It continues with MongoDB and a temporary copy, without busy loops, and
/// with the file again when there is space.
pub async fn a_disk_fills_up() {
    let _one = hard_work().await;
    let (server, mut folder) = (Server::start(), Folder::new());
    let machine = folder.machine(1);
    let world = &["--players", "150", "--codes", "24", "--keep-running"];
    let mut bot = folder.start_on(&machine, &server.uri(), 1, world);
    bot.until_logged("edeemed for ", HANGING).await;
    machine.fill_disk(100_000);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let begins = bot.log().matches("Starting giftcode poster").count();
    assert!(begins <= 4, "{begins} sessions: {}", bot.log());
    let before = folder.calls().len();
    // By now it has settled, and works.
    tokio::time::sleep(Duration::from_secs(20)).await;
    folder.until_more_calls(before + 20).await;
    let log = bot.log();
    assert!(log.matches("Starting giftcode poster").count() <= begins + 3, "{log}");
    assert!(!log.contains("database is locked") && !log.contains("CRITICAL"), "{log}");
    machine.clear_disk();
    // While the disk filled up, the file may have been tried once more.
    for part in ["The state file can be used again", "The state file has caught up with MongoDB"] {
        let times = log.matches(part).count();
        bot.until_logged_times(part, times + 1, HANGING).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(bot.stop().await.code(), Some(0));
    let log = folder.log();
    assert_eq!(folder.posted_twice(), Vec::<String>::new(), "{log}");
    // The next session records the result of a call that was in flight when the file broke.
    assert_eq!(folder.repeated_calls(), 0, "{log}");
    folder.assert_sound(&server, 1, 0).await;
}

/// A backup tool may truncate the file's log.
pub async fn another_program_empties_the_log() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut bot = folder.start(&server.uri(), 1, WORLD);
    bot.until_logged("edeemed for ", HANGING).await;
    bot.until_caught_up(HANGING).await;
    for _ in 0..6 {
        let tool = rusqlite::Connection::open(folder.state(1)).unwrap();
        tool.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(tool);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let log = bot.log();
    assert!(bot.is_running() && !log.contains("can no longer be used"), "{log}");
    assert_eq!(log.matches("Starting giftcode poster").count(), 1, "{log}");
    assert_eq!(bot.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}
