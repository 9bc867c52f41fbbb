//! Two instances on one MongoDB: one is active, and hands over.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use crate::bots::{Bot, Folder, HANGING};
use crate::server::Server;

const ACTIVE: &str = "This instance is the active one";
const WORLD: &[&str] = &["--players", "20", "--codes", "16", "--keep-running"];

/// An instance at work, and one that waits for it.
async fn old_and_waiting(server: &Server, folder: &mut Folder) -> (Bot, Bot) {
    let mut old = folder.start(&server.uri(), 1, WORLD);
    old.until_said("new codes to guild 1002", HANGING).await;
    old.until_said("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 2, WORLD);
    new.until_said("Another instance is active: this one waits", HANGING).await;
    (old, new)
}

/// The real world of a deploy: the new instance starts while the old one runs, which then gets SIGTERM.
pub async fn at_sigterm_the_waiting_instance_takes_over_at_once_and_posts_the_next_code() {
    let (mut server, mut folder) = (Server::start(), Folder::new());
    let (old, mut new) = old_and_waiting(&server, &mut folder).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(!new.said().contains(ACTIVE) && !new.said().contains("The sandbox: a whole world"), "{}", new.said());
    let (old_id, new_id) = (old.id(), new.id());
    let calls_before = folder.calls().len();
    assert!(calls_before > 0 && folder.stretches() == [old_id]);
    assert_eq!(old.stop().await.code(), Some(0));
    new.until_said(ACTIVE, HANGING).await;
    // The code that appears now, and the one that comes back, are posted by the new one, once in each server.
    new.until_said("'BREAKING24R1'", HANGING).await;
    new.until_said("OFFICIALSTORER1 is settled for all 10 players of Aurora", HANGING).await;
    assert_eq!(folder.stretches(), [old_id, new_id], "no call of one between calls of the other");
    let began = Instant::now();
    // A code may be redeemed for all before it is posted: a post waits for the first test of what was found with it.
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
        assert!(began.elapsed() < HANGING, "{code} is not posted in {guild}: {}", new.said());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 2, 0).await;
    // The first one again, on its old file: brought up to date from MongoDB, to the end of the world, where all is checked.
    let mut last = folder.start(&server.uri(), 1, &["--players", "20", "--codes", "16"]);
    assert_eq!(last.end().await.code(), Some(0), "{}", last.said());
    assert!(last.said().contains("✔ All "), "{}", last.said());
    server.kill();
}

pub async fn at_sigkill_the_waiting_instance_takes_over_and_the_killed_one_waits_when_it_comes_back() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let (old, mut new) = old_and_waiting(&server, &mut folder).await;
    let (old_id, new_id) = (old.id(), new.id());
    old.kill();
    new.until_said("Starting giftcode poster", HANGING).await;
    let mut back = folder.start(&server.uri(), 1, WORLD);
    back.until_said("Another instance is active: this one waits", HANGING).await;
    // Nobody looked while the code that comes back was away, so it is not waited for.
    new.until_said("✔ All ", HANGING).await;
    assert_eq!(folder.stretches(), [old_id, new_id]);
    assert_eq!(back.stop().await.code(), Some(0));
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 2, 0).await;
}

/// Two on one disk: who has the file's lock knows that the other one is dead, and need not wait for the lease.
pub async fn on_the_same_file_the_waiting_instance_takes_over_at_once_though_the_other_one_was_killed() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let mut old = folder.start(&server.uri(), 1, WORLD);
    old.until_said("new codes to guild 1002", HANGING).await;
    old.until_said("edeemed for ", HANGING).await;
    let mut new = folder.start(&server.uri(), 1, WORLD);
    new.until_said("this one waits, and takes over when that one ends", HANGING).await;
    let (old_id, new_id) = (old.id(), new.id());
    old.kill();
    new.until_said(ACTIVE, HANGING).await;
    // It would have said so while it watched the lease.
    assert!(!new.said().contains("Another instance is active: this one waits"), "{}", new.said());
    new.until_said("'BREAKING24R1'", HANGING).await;
    new.until_said("OFFICIALSTORER1 is settled for all 10 players of Aurora", HANGING).await;
    assert_eq!(folder.stretches(), [old_id, new_id]);
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 1, 0).await;
}

/// An active one that freezes for longer than its lease, and wakes up when another one is at work.
pub async fn one_that_wakes_up_after_its_lease_ran_out_does_nothing_more_until_it_has_it_again() {
    let (server, mut folder) = (Server::start(), Folder::new());
    let (mut old, mut new) = old_and_waiting(&server, &mut folder).await;
    let (old_id, new_id) = (old.id(), new.id());
    old.signal("-STOP");
    new.until_said(ACTIVE, HANGING).await;
    new.until_said("'BREAKING24R1'", HANGING).await;
    old.signal("-CONT");
    old.until_said("This instance was suspended for too long", HANGING).await;
    // Nobody looked while the code that comes back was away, so it is not waited for.
    new.until_said("✔ All ", HANGING).await;
    // A call that the frozen process had sent already is answered when it wakes up; none is begun.
    let calls = folder.calls();
    let first_of_new = calls.iter().position(|call| call.process == new_id).unwrap();
    let late = calls[first_of_new..].iter().filter(|call| call.process == old_id).count();
    assert!(late <= 2, "{late} calls after the other one began");
    assert_eq!(old.stop().await.code(), Some(0));
    folder.until_nothing_is_late(&server).await;
    assert_eq!(new.stop().await.code(), Some(0));
    folder.assert_sound(&server, 2, 0).await;
}
