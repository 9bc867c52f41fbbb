//! SIGTERM leaves nothing behind that MongoDB could have taken. Tests in paused time check how long it may take.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::proxy::Proxy;
use crate::server::{Server, hard_work};

const ACTIVE: &str = "This instance is the active one";

/// A stop during heavy work, 100 ms away from MongoDB, which was cut off for a while before. Then another instance starts with
/// only MongoDB.
pub async fn acknowledged_changes_are_in_mongodb_at_sigterm_and_an_empty_disk_repeats_none() {
    let working = hard_work().await;
    let (server, mut folder) = (Server::start(), Folder::new());
    let far = Proxy::far(&server.uri(), Duration::from_millis(100));
    let world = &["--players", "200", "--codes", "17", "--keep-running"];
    let mut old = folder.start(&far.uri(), 1, world);
    old.until_logged("edeemed for ", HANGING).await;
    far.cut();
    // Four more codes for everybody.
    old.until_logged("'BREAKING24R1'", HANGING).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    far.heal();
    // A busy machine's server takes too few changes in a stop's 21 s for all of the cut.
    folder.until_sent_but(1, 200).await;
    old.signal("-TERM");
    assert_eq!(old.end().await.code(), Some(0));
    drop(working);
    let said = old.log();
    assert!(!said.contains("CRITICAL") && !said.contains("at the end ("), "{said}");
    folder.assert_same(&server, 1, 0).await;
    let done = folder.calls().len();
    let mut new = folder.start(&server.uri(), 2, world);
    new.until_logged(ACTIVE, HANGING).await;
    new.until_logged("edeemed for ", HANGING).await;
    folder.until_more_calls(done + 50).await;
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_once();
}

/// MongoDB is cut off when the stop begins. The number of unsent changes is logged, and the file has them.
pub async fn unsent_changes_are_counted_at_the_deadline_and_sent_by_the_next_start() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let world = &["--players", "100", "--keep-running"];
    let mut old = folder.start(&line.uri(), 1, world);
    old.until_caught_up(HANGING).await;
    old.until_logged("edeemed for ", HANGING).await;
    line.cut();
    tokio::time::sleep(Duration::from_secs(6)).await;
    old.signal("-TERM");
    assert_eq!(old.end().await.code(), Some(0));
    let said = old.log();
    let told = said.lines().find(|line| line.contains("CRITICAL: Failed to persist state: "));
    assert!(told.is_some_and(|line| line.contains("changes could not be sent to MongoDB")), "{said}");
    line.heal();
    let mut again = folder.start(&line.uri(), 1, world);
    again.until_logged(ACTIVE, HANGING).await;
    again.until_caught_up(HANGING).await;
    again.until_logged("edeemed for ", HANGING).await;
    assert_eq!(again.stop().await.code(), Some(0));
    assert_eq!(folder.posted_twice(), Vec::<String>::new());
    folder.assert_sound(&server, 1, 0).await;
}
