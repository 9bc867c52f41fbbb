//! SIGTERM: nothing is left behind that MongoDB could have taken. How long it takes at most is held in paused time.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::proxy::Proxy;
use crate::server::{Server, hard_work};

const ACTIVE: &str = "This instance is the active one";

/// A stop in the middle of much, 100 ms away from MongoDB, which was cut off for a while before; then another instance with nothing but MongoDB.
pub async fn what_is_acknowledged_at_sigterm_is_in_mongodb_and_an_empty_disk_does_none_of_it_again() {
    let working = hard_work().await;
    let (server, mut folder) = (Server::start(), Folder::new());
    let far = Proxy::far(&server.uri(), Duration::from_millis(100));
    let world = &["--players", "300", "--codes", "17", "--keep-running"];
    let mut old = folder.start(&far.uri(), 1, world);
    old.until_said("edeemed for ", HANGING).await;
    far.cut();
    // Four more codes for everybody.
    old.until_said("'BREAKING24R1'", HANGING).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    far.heal();
    tokio::time::sleep(Duration::from_secs(12)).await;
    old.signal("-TERM");
    assert_eq!(old.end().await.code(), Some(0));
    drop(working);
    let said = old.said();
    assert!(!said.contains("CRITICAL") && !said.contains("at the end ("), "{said}");
    folder.assert_same(&server, 1, 0).await;
    let done = folder.calls().len();
    let mut new = folder.start(&server.uri(), 2, world);
    new.until_said(ACTIVE, HANGING).await;
    new.until_said("edeemed for ", HANGING).await;
    folder.until_more_calls(done + 50).await;
    assert_eq!(new.stop().await.code(), Some(0));
    assert_eq!((folder.posted_twice(), folder.repeated_calls()), (Vec::<String>::new(), 0));
}

/// MongoDB is cut off when the stop begins: the number of changes that it lacks is said, and the file has them.
pub async fn what_cannot_be_sent_by_the_deadline_is_told_with_its_number_and_sent_by_the_next_start() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let line = Proxy::before(&server.uri());
    let world = &["--players", "100", "--keep-running"];
    let mut old = folder.start(&line.uri(), 1, world);
    old.until_caught_up(HANGING).await;
    old.until_said("edeemed for ", HANGING).await;
    line.cut();
    tokio::time::sleep(Duration::from_secs(6)).await;
    old.signal("-TERM");
    assert_eq!(old.end().await.code(), Some(0));
    let said = old.said();
    let told = said.lines().find(|line| line.contains("CRITICAL: Failed to persist state: "));
    assert!(told.is_some_and(|line| line.contains("changes could not be sent to MongoDB")), "{said}");
    line.heal();
    let mut again = folder.start(&line.uri(), 1, world);
    again.until_said(ACTIVE, HANGING).await;
    again.until_caught_up(HANGING).await;
    again.until_said("edeemed for ", HANGING).await;
    assert_eq!(again.stop().await.code(), Some(0));
    assert_eq!(folder.posted_twice(), Vec::<String>::new());
    folder.assert_sound(&server, 1, 0).await;
}
