//! The engine against the simulated game.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::Player;
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::redeeming::retry::Policy;
use giftcode_bot::game::{GameClient, GameSettings};
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::faults::{Faults, Trouble, Wrong};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings, PAGE};
use giftcode_bot::sandbox::ledger::{Call, Ledger};
use giftcode_bot::sandbox::rules::{Rule, SimCode, SimPlayer};
use giftcode_bot::services::engine::{Engine, EngineSettings};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{GUILD, Lines, StateFile, code, player, players, start};

pub const POLICY: Policy =
    Policy { max_unknown: 3, max_temporary: 10, base: Duration::from_secs(2), cap: Duration::from_secs(30) };

pub fn world(count: u64) -> GameSimSettings {
    let sim = |p: Player| SimPlayer {
        id: p.id,
        nickname: format!("Lord{}", p.id),
        state: p.state.unwrap(),
        furnace_level: 30,
        vip: true,
    };
    GameSimSettings {
        salt: "salt".into(),
        players: players(1..=count).into_iter().map(sim).collect(),
        codes: vec![SimCode::always(code("GOOD"), Rule::Good), SimCode::always(code("OLD"), Rule::Expired)],
        limit: None,
        player_interval: Duration::ZERO,
        has_player_endpoint: false,
        faults: Faults::default(),
        latency: Duration::from_millis(20),
        seed: 1,
        world_started: start(),
        journal: None,
    }
}

pub fn settings(concurrency: usize) -> EngineSettings {
    EngineSettings { concurrency, policy: POLICY, limit: None, player_interval: Duration::ZERO }
}

pub fn game_settings(sim: &GameSim, salt: &str) -> GameSettings {
    let (base_url, page) = (sim.base_url().parse().unwrap(), PAGE.parse().unwrap());
    GameSettings { base_url, page, salt: salt.into(), timeout: Duration::from_secs(30) }
}

pub struct Running {
    pub engine: Arc<Engine<GameClient>>,
    pub stop: CancellationToken,
    pub task: JoinHandle<anyhow::Result<()>>,
}

pub fn run(state: &StateFile, sim: &GameSim, settings: EngineSettings, salt: &str) -> Running {
    let game = game_settings(sim, salt);
    let sessions = settings.concurrency;
    let game = GameClient::with_sessions(game, state.clock, sessions, POLICY.base).unwrap();
    let engine = Engine::new(game, state.store.redemptions(), state.clock, settings);
    let stop = CancellationToken::new();
    let task = tokio::spawn(engine.clone().run(stop.clone()));
    Running { engine, stop, task }
}

impl Running {
    pub async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}

pub async fn due(state: &StateFile, players: Vec<Player>, codes: &[&str]) {
    state.guild(GUILD, players).await;
    state.list(codes).await;
    state.store.posts().plan().await.unwrap();
}

/// The calls of the redeem endpoint, by player.
pub fn redeem_calls(ledger: &Ledger) -> HashMap<String, Vec<Call>> {
    let mut by_player: HashMap<String, Vec<Call>> = HashMap::new();
    for call in ledger.calls().iter().filter(|call| call.endpoint == "gift_code") {
        by_player.entry(call.fid.clone()).or_default().push(call.clone());
    }
    by_player
}

#[tokio::test(start_paused = true)]
async fn every_player_is_granted_through_faults_and_none_is_called_again() {
    let state = StateFile::new();
    let faults = Faults {
        timeout_retry: 0.10,
        server_error: 0.05,
        html: 0.02,
        reset: 0.01,
        truncated: 0.01,
        // Three unknown answers end a redemption, and one of 300 may well get them by chance.
        unknown: 0.0,
        ..Faults::default()
    };
    let sim = GameSim::start(GameSimSettings { faults, ..world(300) }, state.clock).unwrap();
    due(&state, players(1..=300), &["GOOD"]).await;
    let running = run(&state, &sim, settings(4), "salt");
    state.until_decided().await;
    running.end().await;
    let report = state.store.reports().code_report(code("GOOD").key(), 1).await.unwrap();
    assert_eq!((report.granted + report.already, report.players), (300, 300));
    sim.ledger(|ledger| {
        assert_eq!(ledger.grants(), 300);
        for calls in redeem_calls(ledger).values() {
            // A question whether the game is well may use any player.
            let calls: Vec<&Call> = calls.iter().filter(|call| call.code == "GOOD").collect();
            let definite = |call: &&Call| call.answer == "SUCCESS" || call.answer == "RECEIVED";
            let first = calls.iter().position(definite).unwrap();
            assert_eq!(first + 1, calls.len(), "a call after the final answer: {calls:?}");
        }
    });
}

#[tokio::test(start_paused = true)]
async fn invariant_4_three_unknown_or_ten_temporary_answers_of_a_players_own_end_it() {
    let vip = r#"{"code":1,"data":[],"msg":"RECHARGE_MONEY_VIP"}"#;
    let busy = r#"{"code":1,"data":[],"msg":"TIMEOUT RETRY.","err_code":40004}"#;
    let new = r#"{"code":1,"data":[],"msg":"NEW WORDS","err_code":40077}"#;
    for (wrong, calls, unknown) in [
        (Wrong::json(200, vip), 3, Some("RECHARGE_MONEY_VIP")),
        (Wrong::json(200, new), 3, Some("NEW WORDS")),
        (Wrong::json(200, busy), 10, None),
        (Wrong::text(502, ""), 10, None),
        (Wrong::Hang, 10, None),
    ] {
        let lines = Lines::capture();
        let state = StateFile::new();
        let sim = GameSim::start(world(9), state.clock).unwrap();
        let troubled = [1, 2];
        let trouble = |id| Trouble::of_all(wrong.clone()).of_player(player(id).id);
        sim.set_troubles(troubled.map(trouble).into());
        due(&state, players(1..=9), &["GOOD"]).await;
        let running = run(&state, &sim, settings(2), "salt");
        state.until_decided().await;
        running.end().await;
        sim.ledger(|ledger| {
            let tries = |id: u64| {
                let is_one = |call: &&Call| call.fid == id.to_string() && call.code == "GOOD";
                ledger.calls().iter().filter(is_one).count()
            };
            assert_eq!(troubled.map(tries), [calls; 2], "{wrong:?}");
            assert_eq!(ledger.grants(), 7);
        });
        assert_eq!(lines.count(&format!("❌ Giving up on P1 after {calls} attempts")), 1, "{:?}", lines.all());
        let said = lines.count(&format!("⚠️ Unknown API status for P1: {}", unknown.unwrap_or_default()));
        assert_eq!(said, if unknown.is_some() { 3 } else { 0 });
    }
}

/// With nobody else to call for, answers that are specified as the player's own use up that player's tries.
#[tokio::test(start_paused = true)]
async fn invariant_4_holds_for_the_only_player_too() {
    for (faults, calls) in
        [(Faults { unknown: 1.0, ..Faults::default() }, 3), (Faults { timeout_retry: 1.0, ..Faults::default() }, 10)]
    {
        let state = StateFile::new();
        let sim = GameSim::start(GameSimSettings { faults, ..world(1) }, state.clock).unwrap();
        due(&state, players(1..=1), &["GOOD"]).await;
        let running = run(&state, &sim, settings(2), "salt");
        state.until_decided().await;
        running.end().await;
        assert_eq!(sim.ledger(|ledger| ledger.calls().len()), calls, "{faults:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn invariant_5_never_faster_than_the_game_allows() {
    let limit = RateLimit { calls: 30, window: Duration::from_secs(60) };
    let interval = Duration::from_millis(2200);
    let state = StateFile::new();
    let strict =
        GameSimSettings { limit: Some(limit), player_interval: interval, has_player_endpoint: true, ..world(50) };
    let sim = GameSim::start(strict, state.clock).unwrap();
    due(&state, players(1..=50), &["GOOD", "ALSO", "MORE"]).await;
    let before = state.clock.elapsed();
    let engine = EngineSettings { limit: Some(limit), player_interval: interval, ..settings(8) };
    let running = run(&state, &sim, engine, "salt");
    state.until_decided().await;
    running.end().await;
    sim.ledger(|ledger| {
        let refusals = ledger.refusals();
        assert_eq!((refusals.rate_limited, refusals.too_frequent), (0, 0));
        // Two codes do not exist. Each was stopped after its second player, or after those in flight.
        let calls = redeem_calls(ledger).values().map(Vec::len).sum::<usize>();
        assert!((54..=70).contains(&calls), "{calls}");
        let least = Duration::from_secs(60) * u32::try_from((calls - 1) / 30).unwrap();
        let took = state.clock.elapsed() - before;
        assert!(took >= least && took < least + Duration::from_secs(61), "{took:?} for {calls} calls");
    });
}

#[tokio::test(start_paused = true)]
async fn a_player_who_must_wait_holds_no_worker() {
    let state = StateFile::new();
    let interval = Duration::from_secs(600);
    let sim = GameSim::start(world(3), state.clock).unwrap();
    due(&state, players(1..=1), &["GOOD", "GOOD2"]).await;
    let running = run(&state, &sim, EngineSettings { player_interval: interval, ..settings(1) }, "salt");
    tokio::time::sleep(Duration::from_secs(1)).await;
    state.store.rosters().add_to_roster(GUILD, players(2..=3)).await.unwrap();
    state.store.posts().plan().await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The first player's second code waits ten minutes; the others were served meanwhile.
    let served: BTreeSet<String> = sim.ledger(|ledger| redeem_calls(ledger).into_keys().collect());
    assert_eq!(served.len(), 3);
    state.until_decided().await;
    assert!(state.clock.elapsed() >= interval);
    running.end().await;
}

#[tokio::test(start_paused = true)]
async fn invariant_6_a_bad_code_stops_early() {
    let state = StateFile::new();
    let sim = GameSim::start(world(500), state.clock).unwrap();
    due(&state, players(1..=500), &["OLD"]).await;
    let running = run(&state, &sim, settings(2), "salt");
    state.until_decided().await;
    running.end().await;
    let calls = sim.ledger(|ledger| redeem_calls(ledger).len());
    assert!((2..=3).contains(&calls), "{calls}: two to be sure, and the one in flight meanwhile");
    let report = state.store.reports().code_report(code("OLD").key(), 1).await.unwrap();
    assert_eq!(report.failed.get("TIME_ERROR"), Some(&500));
}

#[tokio::test(start_paused = true)]
async fn a_player_without_a_state_is_not_called_for_unless_a_login_tells_it() {
    for has_player_endpoint in [false, true] {
        let state = StateFile::new();
        let sim = GameSim::start(GameSimSettings { has_player_endpoint, ..world(9) }, state.clock).unwrap();
        let stateless = |id| Player { state: None, ..player(id) };
        due(&state, (1..=9).map(stateless).collect(), &["GOOD"]).await;
        let running = run(&state, &sim, settings(1), "salt");
        state.until_decided().await;
        running.end().await;
        let rows = state.store.reports().redemption_rows().await.unwrap();
        let redeemed = sim.ledger(|ledger| redeem_calls(ledger).len());
        if has_player_endpoint {
            assert_eq!(redeemed, 9);
            assert!(rows.iter().all(|row| row.outcome == Outcome::Granted && row.calls == 1));
        } else {
            assert_eq!(redeemed, 0);
            assert!(rows.iter().all(|row| row.status.as_ref().unwrap().name() == "NO_STATE"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_repeats_no_decided_redemption() {
    let mut state = StateFile::new();
    let faults = Faults { timeout_retry: 0.2, reset: 0.05, ..Faults::default() };
    let sim = GameSim::start(GameSimSettings { faults, ..world(60) }, state.clock).unwrap();
    due(&state, players(1..=60), &["GOOD"]).await;
    let mut decided: HashSet<String> = HashSet::new();
    let mut seen = 0;
    for round in 0..30u64 {
        let running = run(&state, &sim, settings(3), "salt");
        tokio::time::sleep(Duration::from_millis(17 + 13 * (round % 7))).await;
        running.task.abort();
        assert!(running.task.await.unwrap_err().is_cancelled());
        drop(running.engine);
        // No player who was decided before this round was called for in it.
        sim.ledger(|ledger| {
            for call in &ledger.calls()[seen..] {
                assert!(!decided.contains(&call.fid), "round {round}: {call:?}");
            }
            seen = ledger.calls().len();
        });
        state = state.reopened().await;
        let rows = state.store.reports().redemption_rows().await.unwrap();
        decided = rows.iter().filter(|r| r.outcome.is_final()).map(|r| r.player.to_string()).collect();
    }
    let running = run(&state, &sim, settings(3), "salt");
    state.until_decided().await;
    running.end().await;
    let report = state.store.reports().code_report(code("GOOD").key(), 1).await.unwrap();
    assert_eq!((report.granted + report.already, sim.ledger(Ledger::grants)), (60, 60));
}
