//! The game that does not serve us: whatever it does to everybody, nobody loses by it, and all is caught up on when it is
//! well again. `docs/testing.md` shows the table.

use std::time::Duration;

use giftcode_bot::domain::budget::RateLimit;
use giftcode_bot::domain::outcome::Outcome;
use giftcode_bot::engine::{Condition, EngineSettings};
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::{Call, Ledger};

use crate::engine::{due, redeem_calls, run, settings, world};
use crate::support::{Lines, StateFile, players};

const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2200);
const HALF_AN_HOUR: Duration = Duration::from_secs(1800);
/// How soon the first player is served after the game is well again: where it passes by itself,
const SOON: u64 = 35;
/// and where somebody had to act, or nobody knows what the game means.
const LATER: u64 = 300;

fn strict(count: u64) -> GameSimSettings {
    GameSimSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..world(count) }
}

fn limited() -> EngineSettings {
    EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..settings(2) }
}

/// One kind of trouble: its name, what the game answers (nothing where its port is closed), how soon after its end the first
/// player must be served.
struct Row(&'static str, Option<Wrong>, u64);

fn rows() -> Vec<Row> {
    let json = |status, body: &str| Some(Wrong::json(status, body));
    let api = |msg, err_code| json(200, &format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{err_code}}}"#));
    vec![
        Row("HTTP 403, JSON", json(403, r#"{"message":"Forbidden"}"#), LATER),
        Row("HTTP 403, text", Some(Wrong::text(403, "Unauthorized request")), LATER),
        Row("HTTP 403, a page", Some(Wrong::page(403)), LATER),
        Row("HTTP 401", Some(Wrong::text(401, "Who are you?")), LATER),
        Row("a captcha", api("CAPTCHA CHECK ERROR", "40103"), SOON),
        Row("SIGN ERROR", api("Sign Error", "0"), LATER),
        Row("PARAMS ERROR", api("params error", r#""""#), LATER),
        Row("HTTP 429", json(429, r#"{"message":"Too Many Attempts."}"#), SOON),
        Row("a new message", api("SEASON CLOSED", "40077"), LATER),
        Row("HTTP 404, text", Some(Wrong::text(404, "not here")), LATER),
        Row("HTTP 400, JSON", json(400, r#"{"msg":"bad request","err_code":1}"#), LATER),
        Row("HTTP 502", Some(Wrong::text(502, "")), SOON),
        Row("the connection refused", None, SOON),
        Row("TIME ERROR with a new number", api("TIME ERROR", "40099"), LATER),
    ]
}

/// What half an hour of trouble came to.
#[derive(Debug)]
struct Came {
    granted: usize,
    /// The most calls for one player and the code that met the trouble.
    most_tries: usize,
    /// Calls in the half hour.
    calls: usize,
    /// Seconds from its end to the first grant.
    back_after: u64,
    refusals: usize,
    /// The most tries that are on file for one player.
    on_file: u32,
}

async fn half_an_hour_of(wrong: Option<&Wrong>, count: u64) -> Came {
    let state = StateFile::new();
    let sim = GameSim::start(strict(count), state.clock).unwrap();
    due(&state, players(1..=count), &["GOOD"]).await;
    let begin = |sim: &GameSim| match wrong {
        Some(wrong) => sim.set_troubles(vec![Trouble::of_all(wrong.clone())]),
        None => sim.set_closed(true).unwrap(),
    };
    // Many are in the middle of their run; of few, none is served yet.
    if count <= 3 {
        begin(&sim);
    }
    let running = run(&state, &sim, limited(), "salt");
    if count > 3 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        begin(&sim);
    }
    let noted = |ledger: &Ledger| ledger.calls().len();
    let (before, asked_before) = (sim.ledger(noted), running.engine.game().requests());
    tokio::time::sleep(HALF_AN_HOUR).await;
    let calls = running.engine.game().requests() - asked_before;
    let granted_before = sim.ledger(Ledger::grants);
    match wrong {
        Some(_) => sim.set_troubles(Vec::new()),
        None => sim.set_closed(false).unwrap(),
    }
    let well_at = state.clock.elapsed();
    while sim.ledger(Ledger::grants) == granted_before && state.clock.elapsed() < well_at + Duration::from_secs(3600) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let back_after = (state.clock.elapsed() - well_at).as_secs();
    let until = state.clock.elapsed() + Duration::from_secs(600);
    while state.store.pending_redemptions().await.unwrap() > 0 && state.clock.elapsed() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    running.end().await;
    let rows = state.store.redemption_rows().await.unwrap();
    let met = |call: &&Call| call.answer == "TROUBLE" && call.code == "GOOD";
    let most_tries = sim.ledger(|ledger| {
        let calls = &ledger.calls()[before.min(ledger.calls().len())..];
        let of = |id: u64| calls.iter().filter(met).filter(|call| call.fid == id.to_string()).count();
        (1..=count).map(of).max().unwrap_or(0)
    });
    Came {
        granted: rows.iter().filter(|row| row.outcome == Outcome::Granted).count(),
        most_tries,
        calls: usize::try_from(calls).unwrap(),
        back_after,
        refusals: sim.ledger(|ledger| ledger.refusals().rate_limited + ledger.refusals().too_frequent),
        on_file: rows.iter().map(|row| row.calls).max().unwrap_or(0),
    }
}

#[tokio::test(start_paused = true)]
async fn half_an_hour_of_any_trouble_costs_nobody_anything() {
    let mut faults = Vec::new();
    for Row(name, wrong, soon) in rows() {
        for count in [1, 3, 50] {
            let lines = Lines::capture();
            let came = half_an_hour_of(wrong.as_ref(), count).await;
            drop(lines);
            println!("{name}, {count}: {came:?}");
            let all = usize::try_from(count).unwrap();
            let is_well = came.granted == all
                && came.most_tries <= 2
                && came.on_file <= 3
                && came.calls <= 80
                && came.back_after <= soon
                && came.refusals == 0;
            if !is_well {
                faults.push(format!("{name}, {count}: {came:?}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn an_hours_outage_costs_nobody_more_than_two_tries() {
    let state = StateFile::new();
    let sim = GameSim::start(strict(300), state.clock).unwrap();
    due(&state, players(1..=300), &["GOOD"]).await;
    let running = run(&state, &sim, limited(), "salt");
    let mut condition = running.engine.condition();
    tokio::time::sleep(Duration::from_secs(200)).await;
    let granted = sim.ledger(Ledger::grants);
    assert!((100..200).contains(&granted), "in the middle of the run: {granted}");
    let before = sim.ledger(|ledger| ledger.calls().len());
    sim.set_down(true);
    let began = state.clock.now();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let during = sim.ledger(|ledger| ledger.calls().len()) - before;
    assert!((100..=130).contains(&during), "{during} calls in the outage");
    let Condition::Open { since, .. } = condition.borrow_and_update().clone() else { panic!("no outage") };
    assert!(since.duration_since(began).unsigned_abs() < Duration::from_secs(60), "{since}");
    sim.set_down(false);
    let back = state.clock.elapsed();
    state.until_decided().await;
    assert_eq!(*condition.borrow_and_update(), Condition::Working);
    // The next question comes within half a minute; then it goes on at full rate.
    let least = Duration::from_secs(60) * u32::try_from(300 - granted).unwrap() / 30;
    let took = state.clock.elapsed() - back;
    assert!(took < Duration::from_secs(35 + 62) + least, "{took:?}");
    running.end().await;
    let rows = state.store.redemption_rows().await.unwrap();
    assert!(rows.iter().all(|row| row.outcome == Outcome::Granted && row.calls <= 3), "{rows:?}");
    let most = sim.ledger(|ledger| {
        redeem_calls(ledger)
            .values()
            .map(|calls| calls.iter().filter(|c| c.answer == "DOWN" && c.code == "GOOD").count())
            .max()
    });
    assert!(most <= Some(2), "{most:?}");
    let refusals = sim.ledger(Ledger::refusals);
    assert_eq!((refusals.rate_limited, refusals.too_frequent), (0, 0));
}
