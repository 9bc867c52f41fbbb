//! A suspended process or machine that wakes up when another instance is active.

use std::time::Duration;

use crate::bots::{Folder, HANGING};
use crate::server::Server;

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "60", "--codes", "48", "--keep-running"];

/// The machine and its monotonic clock sleep for 37 s. Nothing is done under the lease that expired meanwhile.
pub async fn a_machine_that_slept() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let machine = folder.machine(1);
    let mut old = folder.start_on(&machine, &server.uri(), 1, WORLD);
    old.until_logged("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 2, WORLD);
    new.until_logged("Another instance is active: this one waits", HANGING).await;
    let (old_id, new_id) = (old.id(), new.id());
    folder.until_all_sent(1).await;
    old.signal("-STOP");
    tokio::time::sleep(Duration::from_secs(37)).await;
    new.until_logged(ACTIVE, HANGING).await;
    new.until_logged("edeemed for ", HANGING).await;
    machine.hold_clock_back(Duration::from_secs(37));
    let before = folder.calls().len();
    old.signal("-CONT");
    tokio::time::sleep(Duration::from_secs(12)).await;
    // A call that was sent before the sleep is answered after it. None starts.
    let late = folder.calls()[before..].iter().filter(|call| call.process == old_id).count();
    assert!(late <= 2, "{late} calls after the other one began: {}", old.log());
    folder.until_more_calls(before + late).await;
    assert!(folder.calls()[before..].iter().any(|call| call.process == new_id));
    assert_eq!(old.stop().await.code(), Some(0));
    folder.until_nothing_is_late(&server).await;
    assert_eq!(new.stop().await.code(), Some(0));
    assert_eq!(folder.posted_twice(), Vec::<String>::new());
    assert!(folder.repeated_calls() <= 2, "{}", folder.repeated_calls());
    let (_, late) = folder.assert_sound_but_for_late_answers(&server, 2, 0).await;
    assert!(late.len() <= 2, "{late:#?}");
}

/// A process is stopped for 45 s while another one posts codes. What it believes when it wakes up must not win over the other
/// one's writes when that one dies.
pub async fn a_process_that_was_stopped() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut old = folder.start(&server.uri(), 1, WORLD);
    old.until_logged("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 2, WORLD);
    new.until_logged("Another instance is active: this one waits", HANGING).await;
    folder.until_all_sent(1).await;
    old.signal("-STOP");
    tokio::time::sleep(Duration::from_secs(45)).await;
    new.until_logged("R1'", HANGING).await;
    old.signal("-CONT");
    tokio::time::sleep(Duration::from_secs(6)).await;
    folder.until_all_sent(2).await;
    new.kill();
    let taken = old.log().matches(ACTIVE).count();
    old.until_logged_times(ACTIVE, taken + 1, HANGING).await;
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(old.stop().await.code(), Some(0));
    assert_eq!(folder.posted_twice(), Vec::<String>::new());
    // The calls of the stopped process, and those of the killed one.
    assert!(folder.repeated_calls() <= 4, "{}", folder.repeated_calls());
    let (_, late) = folder.assert_sound_but_for_late_answers(&server, 1, 0).await;
    assert!(late.len() <= 4, "{late:#?}");
}
