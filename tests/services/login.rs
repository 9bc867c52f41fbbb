//! The login stage: it helps if it works, and nobody notices if it does not.

use std::time::Duration;

use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::Player;
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::{Call, Ledger};
use giftcode_bot::sandbox::rules::{Rule, SimCode};
use giftcode_bot::services::engine::EngineSettings;

use crate::engine::{due, redeem_calls, run, settings, world};
use crate::support::{GUILD, Lines, StateFile, code, player, players};

const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2200);
const PLAYER: &str = "player";

fn strict(count: u64) -> GameSimSettings {
    GameSimSettings { limit: Some(LIMIT), player_interval: INTERVAL, has_player_endpoint: true, ..world(count) }
}

fn limited() -> EngineSettings {
    EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..settings(2) }
}

fn logins(ledger: &Ledger) -> usize {
    ledger.calls().iter().filter(|call| call.endpoint == PLAYER).count()
}

fn stateless(id: u64) -> Player {
    Player { state: None, ..player(id) }
}

/// Useless behaviours of the player endpoint.
fn useless() -> Vec<(&'static str, Wrong)> {
    let api = |msg, code| format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{code}}}"#);
    vec![
        ("HTTP 403", Wrong::text(403, "Unauthorized request")),
        ("HTTP 502", Wrong::text(502, "")),
        ("HTTP 404", Wrong::page(404)),
        ("params error", Wrong::json(200, &api("params error", "40001"))),
        ("Sign Error", Wrong::json(200, &api("Sign Error", "0"))),
        ("role not exist", Wrong::json(200, &api("role not exist", "40001"))),
        ("busy", Wrong::json(200, &api("TIMEOUT RETRY.", "40004"))),
        ("HTTP 429", Wrong::json(429, r#"{"message":"Too Many Attempts."}"#)),
        ("a new message", Wrong::json(200, &api("SEASON CLOSED", "40077"))),
        ("a page", Wrong::page(200)),
        ("half an answer", Wrong::json(200, "{\"code\":0,\"da")),
        ("a reset", Wrong::Reset),
        ("nothing at all", Wrong::Hang),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_useless_login_decides_nothing_and_delays_nobody() {
    // For twenty players, and for two with three codes each, where every second counts.
    for (count, codes) in [(20, &["GOOD"][..]), (2, &["GOOD", "A2", "A3"])] {
        let world = |has_player_endpoint| GameSimSettings {
            codes: codes.iter().map(|text| SimCode::always(code(text), Rule::Good)).collect(),
            has_player_endpoint,
            ..strict(count)
        };
        let mut without = None;
        for (name, wrong) in std::iter::once(("none", None)).chain(useless().into_iter().map(|(n, w)| (n, Some(w)))) {
            let state = StateFile::new();
            let sim = GameSim::start(world(wrong.is_some()), state.clock).unwrap();
            sim.set_troubles(wrong.into_iter().map(|wrong| Trouble::of_all(wrong).at(PLAYER)).collect());
            due(&state, players(1..=count), codes).await;
            let running = run(&state, &sim, limited(), "salt");
            state.until_decided().await;
            let took = state.clock.elapsed();
            // A trial may still be running beside all that.
            tokio::time::sleep(Duration::from_secs(30)).await;
            assert!(running.engine.status().borrow().trouble().is_none(), "{name}");
            running.end().await;
            assert_eq!(sim.ledger(Ledger::grants), usize::try_from(count).unwrap() * codes.len(), "{name}");
            let rows = state.store.reports().redemption_rows().await.unwrap();
            assert!(rows.iter().all(|row| row.outcome == Outcome::Granted && row.calls == 1), "{name}: {rows:?}");
            let asked = sim.ledger(logins);
            assert!(asked <= 2, "{name}: {asked} trials");
            assert!(asked >= 1 || name == "none", "{name}: it is tried now and then");
            let without = *without.get_or_insert(took);
            assert!(took <= without + Duration::from_millis(200), "{name}: {took:?}, {without:?} without");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_begins_to_fail_is_used_no_more_and_one_that_works_again_is() {
    let lines = Lines::capture();
    let state = StateFile::new();
    let codes = ["A1", "B2", "C3", "D4"].map(|text| SimCode::always(code(text), Rule::Good)).into();
    let sim = GameSim::start(GameSimSettings { codes, ..strict(6) }, state.clock).unwrap();
    due(&state, players(1..=6), &["A1"]).await;
    let running = run(&state, &sim, limited(), "salt");
    state.until_decided().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert!(sim.ledger(logins) >= 1, "a trial beside the first code");
    assert!(lines.count("✅ Login successful for Lord") >= 1, "{:?}", lines.all());
    // It works: everybody is logged in once a day, before the next code.
    let next = async |listed: &[&str]| {
        state.list(listed).await;
        state.store.posts().plan().await.unwrap();
        state.until_decided().await;
    };
    next(&["A1", "B2"]).await;
    assert_eq!(sim.ledger(logins), 6, "each once");
    for id in 1..=6 {
        assert_eq!(lines.count(&format!("✅ Login successful for Lord{id} (attempt 1)")), 1, "{:?}", lines.all());
    }
    tokio::time::sleep(Duration::from_secs(25 * 3600)).await;
    sim.set_troubles(vec![Trouble::of_all(Wrong::text(403, "")).at(PLAYER)]);
    next(&["A1", "B2", "C3"]).await;
    assert!(sim.ledger(logins) <= 6 + 3, "those in flight, and a trial");
    sim.set_troubles(Vec::new());
    tokio::time::sleep(Duration::from_secs(25 * 3600)).await;
    next(&["A1", "B2", "C3", "D4"]).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    running.end().await;
    assert!(sim.ledger(logins) >= 8, "tried again");
    let refusals = sim.ledger(Ledger::refusals);
    assert_eq!((refusals.rate_limited, refusals.too_frequent, sim.ledger(Ledger::grants)), (0, 0, 24));
}

#[tokio::test(start_paused = true)]
async fn without_a_stored_state_the_login_supplies_it() {
    let api = |msg: &str, code| Wrong::json(200, &format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{code}}}"#));
    for (name, wrong, lasts) in [
        ("busy", api("TIMEOUT RETRY.", "40004"), Duration::from_millis(500)),
        ("role not exist, at first", api("role not exist", "40001"), Duration::from_millis(500)),
        ("HTTP 502", Wrong::text(502, ""), Duration::from_secs(1800)),
        ("HTTP 403", Wrong::text(403, "Unauthorized request"), Duration::from_secs(1800)),
        ("params error", api("params error", "40001"), Duration::from_secs(1800)),
        ("nothing at all", Wrong::Hang, Duration::from_secs(1800)),
        ("HTTP 429", Wrong::json(429, r#"{"message":"Too Many Attempts."}"#), Duration::from_secs(1800)),
    ] {
        let state = StateFile::new();
        let sim = GameSim::start(strict(5), state.clock).unwrap();
        sim.set_troubles(vec![Trouble::of_all(wrong).at(PLAYER)]);
        due(&state, (1..=5).map(stateless).collect(), &["GOOD"]).await;
        let running = run(&state, &sim, limited(), "salt");
        tokio::time::sleep(lasts).await;
        sim.set_troubles(Vec::new());
        state.until_decided().await;
        running.end().await;
        let rows = state.store.reports().redemption_rows().await.unwrap();
        assert!(rows.iter().all(|row| row.outcome == Outcome::Granted), "{name}: {rows:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_player_is_called_for_three_times() {
    let state = StateFile::new();
    let sim = GameSim::start(strict(2), state.clock).unwrap();
    due(&state, vec![stateless(1), stateless(99)], &["GOOD"]).await;
    let running = run(&state, &sim, limited(), "salt");
    state.until_decided().await;
    running.end().await;
    let rows = state.store.reports().redemption_rows().await.unwrap();
    let nobody = rows.iter().find(|row| row.player.get() == 99).unwrap();
    assert_eq!((nobody.outcome, nobody.status.as_ref().unwrap().name()), (Outcome::Failed, "ROLE_NOT_EXIST"));
    let calls = |endpoint: &str| {
        let is_one = |call: &&Call| call.fid == "99" && call.endpoint == endpoint;
        sim.ledger(|ledger| ledger.calls().iter().filter(is_one).count())
    };
    assert_eq!(calls("player"), 3);
    assert!(calls("gift_code") <= 1, "the state may have been asked about meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_code_that_is_over_costs_its_two_calls_and_no_login() {
    for has_player_endpoint in [false, true] {
        let state = StateFile::new();
        let sim = GameSim::start(GameSimSettings { has_player_endpoint, ..strict(20) }, state.clock).unwrap();
        state.guild(GUILD, players(1..=20)).await;
        let running = run(&state, &sim, limited(), "salt");
        // At first the login has not been tried; then it works, or is gone.
        for (listed, is_good) in [("OLD", false), ("GOOD", true), ("NONE", false)] {
            let before = running.engine.game().requests();
            state.list(&[listed]).await;
            state.store.posts().plan().await.unwrap();
            state.until_decided().await;
            tokio::time::sleep(Duration::from_secs(60)).await;
            let calls = running.engine.game().requests() - before;
            assert!(if is_good { calls > 20 } else { calls == 2 }, "{listed}, {has_player_endpoint}: {calls}");
        }
        running.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_login_a_player_without_a_state_is_told_so_and_costs_no_calls() {
    let state = StateFile::new();
    let sim = GameSim::start(GameSimSettings { has_player_endpoint: false, ..strict(20) }, state.clock).unwrap();
    let mut roster = players(1..=20);
    roster.push(stateless(21));
    due(&state, roster, &["GOOD"]).await;
    let running = run(&state, &sim, limited(), "salt");
    state.until_decided().await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let requests = running.engine.game().requests();
    assert!(requests <= 20 + 6, "20 redemptions, a few looks for a login, and three for the state: {requests}");
    running.end().await;
    let rows = state.store.reports().redemption_rows().await.unwrap();
    let told = rows.iter().filter(|row| row.status.as_ref().is_some_and(|s| s.name() == "ROLE_NOT_EXIST")).count();
    assert_eq!((told, sim.ledger(|ledger| redeem_calls(ledger).len())), (1, 21));
}
