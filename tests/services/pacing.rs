//! The engine at a game that answers after 0 to 400 ms and counts a call at any moment in between. The engine never calls it faster
//! than it allows (invariant 5).

use std::time::Duration;

use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::Ledger;
use giftcode_bot::sandbox::rules::{Rule, SimCode};
use giftcode_bot::services::engine::EngineSettings;

use crate::engine::{due, run, settings, world};
use crate::support::{StateFile, code, players};

const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2200);
const LATENCY: Duration = Duration::from_millis(400);
const CODES: [&str; 5] = ["A1", "B2", "C3", "D4", "E5"];

/// Five codes for these players, at a game that allows 30 calls in 60 s, and one in 2.2 s for each player.
async fn game(state: &StateFile, count: u64, seed: u64) -> GameSim {
    let codes = CODES.map(|text| SimCode::always(code(text), Rule::Good)).into();
    let strict = GameSimSettings { limit: Some(LIMIT), player_interval: INTERVAL, codes, seed, ..world(count) };
    let sim = GameSim::start(strict, state.clock).unwrap();
    sim.vary_latency(LATENCY);
    due(state, players(1..=count), &CODES).await;
    sim
}

fn limited(concurrency: usize) -> EngineSettings {
    EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..settings(concurrency) }
}

/// The game refused nothing, and its own timestamps show no call that it should have refused.
fn assert_paced(ledger: &Ledger, seed: u64) {
    let refusals = ledger.refusals();
    assert_eq!((refusals.rate_limited, refusals.too_frequent), (0, 0), "seed {seed}");
    let at: Vec<Duration> = ledger.calls().iter().map(|call| Duration::from_millis(call.at_ms)).collect();
    let most = LIMIT.calls as usize;
    let is_kept = at.windows(most + 1).all(|calls| calls[most] - calls[0] >= LIMIT.window);
    assert!(is_kept, "seed {seed}: more than {most} calls in a window");
}

#[tokio::test(start_paused = true)]
async fn invariant_5_holds_by_the_game_s_own_stamps() {
    for seed in 1..=6 {
        let state = StateFile::new();
        let sim = game(&state, 24, seed).await;
        let running = run(&state, &sim, limited(8), "salt");
        state.until_decided().await;
        running.end().await;
        assert_eq!(sim.ledger(Ledger::grants), 120);
        sim.ledger(|ledger| assert_paced(ledger, seed));
    }
}

/// A few players with many codes are held up by the interval, not by the window.
#[tokio::test(start_paused = true)]
async fn a_players_interval_holds_by_the_games_own_timestamps() {
    for seed in 1..=6 {
        let state = StateFile::new();
        let sim = game(&state, 4, seed).await;
        let running = run(&state, &sim, limited(8), "salt");
        state.until_decided().await;
        running.end().await;
        assert_eq!(sim.ledger(Ledger::grants), 20);
        sim.ledger(|ledger| assert_paced(ledger, seed));
    }
}

/// The process is killed while calls are on their way. They still arrive, and the next process knows of them.
#[tokio::test(start_paused = true)]
async fn invariant_5_holds_over_kills_with_calls_in_flight() {
    for seed in 1..=3 {
        let mut state = StateFile::new();
        let sim = game(&state, 24, seed).await;
        let mut rng = fastrand::Rng::with_seed(seed);
        for _ in 0..12 {
            let running = run(&state, &sim, limited(8), "salt");
            tokio::time::sleep(Duration::from_millis(rng.u64(0..2_000))).await;
            while state.count("SELECT count(*) FROM paced_calls WHERE ended_at IS NULL") < 2 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            running.task.abort();
            drop(running.task.await);
            drop(running.engine);
            // A process takes a moment to start, and the calls have arrived by then.
            tokio::time::sleep(LATENCY).await;
            state = state.reopened().await;
        }
        let running = run(&state, &sim, limited(8), "salt");
        state.until_decided().await;
        running.end().await;
        sim.ledger(|ledger| assert_paced(ledger, seed));
        assert_eq!(sim.ledger(Ledger::grants), 120);
    }
}
