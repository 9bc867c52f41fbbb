//! State checks: the state of a player, found out from the simulated game.

use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::health::EnginePhase;
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{PlayerId, State};
use giftcode_bot::domain::redeeming::state_check::StateCheck;
use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::Ledger;
use giftcode_bot::services::engine::EngineSettings;

use crate::engine::{due, run, settings, world};
use crate::support::{StateFile, players};

fn id(id: u64) -> PlayerId {
    PlayerId::new(id).unwrap()
}

fn state(number: u32) -> State {
    State::new(number).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_state_check_tells_a_right_state_from_a_wrong_one_without_redeeming() {
    let file = StateFile::new();
    let sim = GameSim::start(world(3), file.clock).unwrap();
    let running = run(&file, &sim, settings(1), "salt");
    assert_eq!(running.engine.check_state(id(1), state(245)).await, StateCheck::Right);
    assert_eq!(running.engine.check_state(id(1), state(246)).await, StateCheck::WrongState);
    assert_eq!(running.engine.check_state(id(99), state(245)).await, StateCheck::NoSuchPlayer);
    sim.set_faults(Faults { timeout_retry: 1.0, ..Faults::default() });
    assert_eq!(running.engine.check_state(id(2), state(245)).await, StateCheck::Unclear(Status::TimeoutRetry));
    assert_eq!(sim.ledger(|ledger| (ledger.grants(), ledger.calls().len())), (0, 6));
    running.end().await;
    let running = run(&file, &sim, settings(1), "wrong");
    for _ in 0..2 {
        assert_eq!(running.engine.check_state(id(1), state(245)).await, StateCheck::Unclear(Status::SignError));
    }
    // Believed once the breaker's own question got the same answer; then it is not asked again.
    let mut status = running.engine.status();
    status.wait_for(|status| matches!(status.phase, EnginePhase::Open { .. })).await.unwrap();
    let before = sim.ledger(|ledger| ledger.calls().len());
    assert_eq!(running.engine.check_state(id(1), state(245)).await, StateCheck::Unclear(Status::SignError));
    assert_eq!(sim.ledger(|ledger| ledger.calls().len()), before);
    running.end().await;
}

#[tokio::test(start_paused = true)]
async fn invariant_5_state_checks_keep_to_the_pace_and_go_before_batches() {
    let limit = Some(RateLimit { calls: 5, window: Duration::from_secs(60) });
    let player_interval = Duration::from_millis(2200);
    let file = StateFile::new();
    let sim = GameSim::start(GameSimSettings { limit, player_interval, ..world(50) }, file.clock).unwrap();
    due(&file, players(1..=50), &["GOOD"]).await;
    let running = run(&file, &sim, EngineSettings { limit, player_interval, ..settings(4) }, "salt");
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = file.clock.elapsed();
    // The window is full. Both get a permit when it opens, though fifty redemptions wait. The second call for the same player waits
    // for the interval too.
    let (one, other) =
        tokio::join!(running.engine.check_state(id(50), state(245)), running.engine.check_state(id(50), state(9)));
    assert_eq!((one, other), (StateCheck::Right, StateCheck::WrongState));
    let waited = file.clock.elapsed() - before;
    assert!(waited < Duration::from_secs(34), "{waited:?}");
    file.until_decided().await;
    running.end().await;
    sim.ledger(|ledger: &Ledger| {
        let refusals = ledger.refusals();
        assert_eq!((refusals.rate_limited, refusals.too_frequent, ledger.grants()), (0, 0, 50));
    });
}
