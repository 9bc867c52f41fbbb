//! Questions that the store refuses.

use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::sandbox::game::GameSim;

use crate::engine::{run, settings, world};
use crate::support::{GUILD, StateFile, players};

#[tokio::test(start_paused = true)]
async fn a_question_that_cannot_be_begun_is_tried_again_after_a_pause() {
    let file = StateFile::new();
    let sim = GameSim::start(world(1), file.clock).unwrap();
    file.store.rosters().add_to_roster(GUILD, players(1..=1)).await.unwrap();
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON players BEGIN SELECT RAISE(ABORT, 'refused'); END";
    let change = |sql: &str| rusqlite::Connection::open(file.path()).unwrap().execute_batch(sql).unwrap();
    change(refuse);
    let running = run(&file, &sim, settings(1), "salt");
    // In real time: a loop that never rests leaves none to the paused clock.
    let requests = file.store.requests();
    let (mut wakes, mut rounds) = (0, 0);
    while rounds < 50 {
        let woken = requests.wake().listen();
        tokio::select! {
            () = woken => wakes += 1,
            _ = tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(10))) => rounds += 1,
        }
        assert!(wakes < 10, "it never rests");
    }
    let questions =
        || sim.ledger(|ledger| ledger.calls().iter().filter(|call| call.code == Code::impossible().as_str()).count());
    assert_eq!(questions(), 0);
    change("DROP TRIGGER refuse");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(questions(), 1);
    running.end().await;
}
