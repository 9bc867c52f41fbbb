//! Two instances on one MongoDB: the active one hands over to the other.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::bots::{Bot, Folder, HANGING};
use crate::server::Server;

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "20", "--codes", "16", "--keep-running"];

/// An active instance, and one that waits for it.
async fn old_and_waiting(server: &Server, folder: &mut Folder) -> (Bot, Bot) {
    let mut old = folder.start(&server.uri(), 1, WORLD);
    old.until_logged("new codes to guild 1002", HANGING).await;
    old.until_logged("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 2, WORLD);
    new.until_logged("Another instance is active: this one waits", HANGING).await;
    (old, new)
}

/// A real deploy: the new instance starts while the old one runs, and then the old one gets SIGTERM.
pub async fn at_sigterm_the_waiting_instance_takes_over_at_once_and_posts_the_next_code() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    let (old, mut new) = old_and_waiting(&server, &mut folder).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!new.log().contains(ACTIVE) && !new.log().contains("The sandbox: a whole world"), "{}", new.log());
    let (old_id, new_id) = (old.id(), new.id());
    let calls_before = folder.calls().len();
    assert!(calls_before > 0 && folder.stretches() == [old_id]);
    assert_eq!(old.stop().await.code(), Some(0));
    new.until_logged(ACTIVE, HANGING).await;
    // The new instance posts the new code and the reactivated one once in each server.
    new.until_logged("'BREAKING24R1'", HANGING).await;
    new.until_logged("OFFICIALSTORER1 is settled for all 10 players of Aurora", HANGING).await;
    assert_eq!(folder.stretches(), [old_id, new_id], "no call of one between calls of the other");
    let began = Instant::now();
    // A code may be redeemed for all before it is posted: its post waits for the first test of the codes found with it.
    let is_missing = |posted: &HashSet<(u64, String, u32)>| {
        let codes = ["WOS1124", "FBMILESTONE", "TRICKORTREAT25", "OFFICIALSTORER1", "BREAKING24R1"];
        let wanted = codes.into_iter().flat_map(|code| [1001, 1002].map(|guild| (guild, code)));
        wanted.into_iter().find(|wanted| !posted.iter().any(|(at, name, _)| (*at, name.as_str()) == *wanted))
    };
    loop {
        let mut posted = HashSet::new();
        for message in folder.posts() {
            for code in message.codes {
                assert!(posted.insert((message.guild, code.code.clone(), code.generation)), "posted twice: {code:?}");
            }
        }
        let Some((guild, code)) = is_missing(&posted) else { break };
        assert!(began.elapsed() < HANGING, "{code} is not posted in {guild}: {}", new.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 2, 0).await;
    // The first instance returns on its old file. MongoDB updates it, and the end of the world checks everything.
    let mut last = folder.start(&server.uri(), 1, &["--players", "20", "--codes", "16"]);
    assert_eq!(last.end().await.code(), Some(0), "{}", last.log());
    assert!(last.log().contains("✔ All "), "{}", last.log());
    server.kill();
}

pub async fn at_sigkill_the_waiting_instance_takes_over_and_the_killed_one_waits_when_it_comes_back() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let (old, mut new) = old_and_waiting(&server, &mut folder).await;
    let (old_id, new_id) = (old.id(), new.id());
    old.kill();
    new.until_logged("Starting giftcode poster", HANGING).await;
    let mut back = folder.start(&server.uri(), 1, WORLD);
    back.until_logged("Another instance is active: this one waits", HANGING).await;
    // Nobody polled while the reactivated code was away, so it is not waited for.
    new.until_logged("✔ All ", HANGING).await;
    assert_eq!(folder.stretches(), [old_id, new_id]);
    assert_eq!(back.stop().await.code(), Some(0));
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 2, 0).await;
}

/// Two instances on one disk: the one that gets the file's lock knows that the other is dead, and need not wait for the lease.
pub async fn on_the_same_file_the_waiting_instance_takes_over_at_once_though_the_other_one_was_killed() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut old = folder.start(&server.uri(), 1, WORLD);
    old.until_logged("new codes to guild 1002", HANGING).await;
    old.until_logged("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 1, WORLD);
    new.until_logged("this one waits, and takes over when that one ends", HANGING).await;
    let (old_id, new_id) = (old.id(), new.id());
    old.kill();
    new.until_logged(ACTIVE, HANGING).await;
    // It would log this while it watched the lease.
    assert!(!new.log().contains("Another instance is active: this one waits"), "{}", new.log());
    new.until_logged("'BREAKING24R1'", HANGING).await;
    new.until_logged("OFFICIALSTORER1 is settled for all 10 players of Aurora", HANGING).await;
    assert_eq!(folder.stretches(), [old_id, new_id]);
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}

/// The active instance freezes for longer than its lease, and wakes up when another one is active.
pub async fn an_instance_that_wakes_after_its_lease_expired_does_nothing_until_it_leads_again() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let (mut old, mut new) = old_and_waiting(&server, &mut folder).await;
    let (old_id, new_id) = (old.id(), new.id());
    old.signal("-STOP");
    new.until_logged(ACTIVE, HANGING).await;
    new.until_logged("'BREAKING24R1'", HANGING).await;
    old.signal("-CONT");
    old.until_logged("This instance was suspended for too long", HANGING).await;
    // Nobody polled while the reactivated code was away, so it is not waited for.
    new.until_logged("✔ All ", HANGING).await;
    // A call that the frozen process had sent is answered when it wakes up. None starts.
    let calls = folder.calls();
    let first_of_new = calls.iter().position(|call| call.process == new_id).unwrap();
    let late = calls[first_of_new..].iter().filter(|call| call.process == old_id).count();
    assert!(late <= 2, "{late} calls after the other one began");
    assert_eq!(old.stop().await.code(), Some(0));
    folder.until_nothing_is_late(&server).await;
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 2, 0).await;
}
