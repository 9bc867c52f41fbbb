//! The game that does not serve us: whatever it does to everybody, nobody loses by it, and all is caught up on when it is
//! well again. `docs/testing.md` shows the table.

use std::time::Duration;

use giftcode_bot::discord::messages::health::wait_reason;
use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::health::{EnginePhase, EngineStatus, HealthLine};
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{AllianceId, PlayerId};
use giftcode_bot::domain::redeeming::breaker::{Cause, Failure, Trouble};
use giftcode_bot::domain::redeeming::explanation::{remedy, trouble_in_words};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::redeeming::retry::History;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::sandbox::faults::{Trouble as SimTrouble, Wrong};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::{Call, Ledger};
use giftcode_bot::sandbox::rules::{Rule, SimCode};
use giftcode_bot::services::engine::EngineSettings;

use crate::engine::{due, redeem_calls, run, settings, world};
use giftcode_bot::store::{Admission, AttemptResult, Next};

use crate::support::{GUILD, Lines, StateFile, code, player, players};

const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2200);
const HALF_AN_HOUR: Duration = Duration::from_secs(1800);
/// How soon the first player is served after the game recovers, if the trouble passes by itself,
const SOON: u64 = 35;
/// and if somebody had to act or the game's answer is unknown.
const LATER: u64 = 300;

fn strict(count: u64) -> GameSimSettings {
    GameSimSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..world(count) }
}

fn limited() -> EngineSettings {
    EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..settings(2) }
}

/// A kind of trouble: its name, the game's answer (nothing if its port is closed), and how soon after it the first player must be
/// served.
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

/// The results of half an hour of trouble.
#[derive(Debug)]
struct Came {
    granted: usize,
    /// The most calls for one player and the code that met the trouble.
    most_tries: usize,
    /// Calls in the half hour.
    calls: usize,
    /// Seconds from the end of the trouble to the first grant.
    back_after: u64,
    refusals: usize,
    /// The most recorded tries of one player.
    on_file: u32,
    /// The breaker's reason in the middle of the trouble.
    trouble: Option<Trouble>,
    /// The words for it in the health line, in a run's message and in `status`.
    health: String,
    status: String,
}

async fn half_an_hour_of(wrong: Option<&Wrong>, count: u64) -> Came {
    let state = StateFile::new();
    let sim = GameSim::start(strict(count), state.clock).unwrap();
    due(&state, players(1..=count), &["GOOD"]).await;
    let begin = |sim: &GameSim| match wrong {
        Some(wrong) => sim.set_troubles(vec![SimTrouble::of_all(wrong.clone())]),
        None => sim.set_closed(true).unwrap(),
    };
    // In a large world many are in the middle of their batch; in a small one nobody is served yet.
    if count <= 3 {
        begin(&sim);
    }
    let running = run(&state, &sim, limited(), "salt");
    if count > 3 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        begin(&sim);
    }
    let (granted_before, asked_before) = (sim.ledger(Ledger::grants), running.engine.game().requests());
    tokio::time::sleep(HALF_AN_HOUR).await;
    let calls = running.engine.game().requests() - if count <= 3 { 0 } else { asked_before };
    let engine = EngineStatus { limit: None, ..running.engine.status().borrow().clone() };
    let troubles: Vec<String> = engine.trouble().into_iter().collect();
    let health = HealthLine::new(Duration::ZERO).line(180, &troubles, HALF_AN_HOUR);
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
    while state.store.reports().pending_redemptions().await.unwrap() > 0 && state.clock.elapsed() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(running.engine.status().borrow().phase, EnginePhase::Working);
    running.end().await;
    let rows = state.store.reports().redemption_rows().await.unwrap();
    let met = |call: &&Call| call.answer == "TROUBLE" && call.code == "GOOD";
    let most_tries = sim.ledger(|ledger| {
        let of = |id: u64| ledger.calls().iter().filter(met).filter(|call| call.fid == id.to_string()).count();
        (1..=count).map(of).max().unwrap_or(0)
    });
    Came {
        granted: rows.iter().filter(|row| row.outcome == Outcome::Granted).count(),
        most_tries,
        calls: usize::try_from(calls).unwrap(),
        back_after,
        refusals: sim.ledger(|ledger| ledger.refusals().rate_limited + ledger.refusals().too_frequent),
        on_file: rows.iter().map(|row| row.calls).max().unwrap_or(0),
        health,
        status: engine
            .wait_reason(None, true)
            .map_or(String::new(), |it| wait_reason(Language::En, &it))
            .replace('\\', ""),
        trouble: match engine.phase {
            EnginePhase::Open { trouble, .. } => Some(trouble),
            _ => None,
        },
    }
}

#[tokio::test(start_paused = true)]
async fn half_an_hour_of_any_trouble_costs_no_player_a_try() {
    let (mut faults, mut page) = (Vec::new(), String::new());
    for Row(name, wrong, soon) in rows() {
        for count in [1, 3, 50] {
            let lines = Lines::capture();
            let came = half_an_hour_of(wrong.as_ref(), count).await;
            let trouble = came.trouble.clone().unwrap_or_else(|| panic!("{name}, {count}: {came:?} {:?}", lines.all()));
            let words = trouble_in_words(trouble.cause, &trouble.evidence);
            let logged = lines.all();
            let named = |line: &&String| line.contains(words.trim_start_matches("the "));
            let begins = if trouble.cause.passes() { "The game " } else { "CRITICAL: The game " };
            let ends = |line: &&String| line.starts_with("The game answers again; what was wrong for ");
            let said = logged.iter().filter(named).filter(|line| line.starts_with(begins) && !ends(line)).count();
            let is_over = logged.iter().filter(named).any(|line| ends(&line));
            let is_named = came.health.contains(&format!("degraded: {words}, since 2025-10-09 08:5"))
                && came.health.contains(remedy(&trouble))
                && came.status.contains("since <t:")
                && (!matches!(trouble.cause, Cause::Busy | Cause::Odd)
                    || came.status.contains(trouble.evidence.name()));
            let is_well = came.granted == usize::try_from(count).unwrap()
                && came.most_tries <= 2
                && came.on_file <= 2
                && came.calls <= 80
                && came.back_after <= soon
                && came.refusals == 0
                && (said, is_over, is_named) == (1, true, true);
            if !is_well {
                faults.push(format!("{name}, {count}: {said} {is_over} {is_named} {came:?} {logged:?}"));
            }
            if count == 1 {
                page += &format!("| {name} | {words} | {} | {soon} s |\n", remedy(&trouble));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    is_on_the_page("half an hour of it", &page);
}

/// Compares a table of `docs/testing.md` with the results; `UPDATE_DOCS=1` rewrites it.
fn is_on_the_page(name: &str, rows: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/testing.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), "<!-- end -->");
    let at = text.find(&begin).unwrap() + begin.len();
    let until = at + text[at..].find(end).unwrap();
    let head = "| the game | what is said to be wrong | who must act | back within |\n|---|---|---|---|\n";
    let table = format!("{head}{rows}");
    if text[at..until] != table && std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, format!("{}{table}{}", &text[..at], &text[until..])).unwrap();
        return;
    }
    assert_eq!(text[at..until], table, "if that is meant: UPDATE_DOCS=1 cargo test --test services half_an_hour");
}

/// Several players get different errors for every request for ever. None of them counts as evidence against the game.
#[tokio::test(start_paused = true)]
async fn players_with_errors_of_their_own_do_not_stop_others() {
    let api =
        |msg, err_code| Wrong::json(200, &format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{err_code}}}"#));
    let own = [api("TIMEOUT RETRY.", "40004"), api("WHO KNOWS", "40444"), api("RECHARGE_MONEY_VIP", r#""""#)];
    let state = StateFile::new();
    let sim = GameSim::start(world(6), state.clock).unwrap();
    let trouble = |(id, wrong): (u64, &Wrong)| SimTrouble::of_all(wrong.clone()).of_player(player(id).id);
    sim.set_troubles((1..).zip(&own).map(trouble).collect());
    due(&state, players(1..=6), &["GOOD"]).await;
    let running = run(&state, &sim, settings(2), "salt");
    let status = running.engine.status();
    while state.store.reports().pending_redemptions().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
        assert!(!matches!(status.borrow().phase, EnginePhase::Open { .. }));
    }
    running.end().await;
    let calls = redeem_calls_of_good(&sim);
    assert_eq!(calls, [10, 3, 3, 1, 1, 1]);
    let report = state.store.reports().code_report(code("GOOD").key(), 1).await.unwrap();
    assert_eq!((report.granted, report.gave_up.values().sum::<u32>()), (3, 3));
}

/// The calls for the code, by player.
fn redeem_calls_of_good(sim: &GameSim) -> Vec<usize> {
    let of = |ledger: &Ledger, id: u64| {
        ledger.calls().iter().filter(|call| call.fid == id.to_string() && call.code == "GOOD").count()
    };
    sim.ledger(|ledger| (1..=6).map(|id| of(ledger, id)).collect())
}

#[tokio::test(start_paused = true)]
async fn one_players_odd_answers_do_not_stop_others() {
    let mut took = None;
    // A refusal for too many calls concerns the endpoint, whichever player it was for.
    let rows = rows().into_iter().filter(|row| row.0 != "HTTP 429");
    for row in std::iter::once(None).chain(rows.map(Some)) {
        let Some(wrong) = row.as_ref().map_or(Some(None), |row| row.1.clone().map(Some)) else { continue };
        let state = StateFile::new();
        let sim = GameSim::start(strict(31), state.clock).unwrap();
        let trouble = |wrong| SimTrouble::of_all(wrong).of_player(player(1).id);
        sim.set_troubles(wrong.into_iter().map(trouble).collect());
        due(&state, players(1..=31), &["GOOD"]).await;
        let running = run(&state, &sim, limited(), "salt");
        let status = running.engine.status();
        while sim.ledger(Ledger::grants) < 25 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            assert!(!matches!(status.borrow().phase, EnginePhase::Open { .. }));
        }
        let took = *took.get_or_insert(state.clock.elapsed());
        let now = state.clock.elapsed();
        assert!(now <= took + Duration::from_millis(500), "{now:?}, {took:?} without");
        while sim.ledger(Ledger::grants) < 30 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        state.until_decided().await;
        let report = state.store.reports().code_report(code("GOOD").key(), 1).await.unwrap();
        let own = u32::from(row.is_some());
        assert_eq!((report.granted, report.gave_up.values().sum::<u32>()), (31 - own, own));
        running.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_with_the_same_unknown_answer_for_everybody_is_held_alone() {
    let new = |msg: &str, number: u32| {
        Wrong::json(200, &format!(r#"{{"code":1,"data":[],"msg":"{msg}","err_code":{number}}}"#))
    };
    for wrong in [new("CODE PAUSED", 40077), new("TIME ERROR", 40099), Wrong::text(404, "")] {
        let lines = Lines::capture();
        let state = StateFile::new();
        let codes = ["GOOD", "HELD"].map(|text| SimCode::always(code(text), Rule::Good)).into();
        let sim = GameSim::start(GameSimSettings { codes, ..strict(20) }, state.clock).unwrap();
        sim.set_troubles(vec![SimTrouble::of_all(wrong).of_code(&code("HELD"))]);
        due(&state, players(1..=20), &["GOOD", "HELD"]).await;
        let running = run(&state, &sim, limited(), "salt");
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(sim.ledger(Ledger::grants), 20, "the other code goes on");
        let status = running.engine.status().borrow().clone();
        assert!(matches!(&status.phase, EnginePhase::Held { code, .. } if code.as_str() == "HELD"), "{status:?}");
        assert!(status.trouble().unwrap().contains("HELD is held, since 2025-10-09 08:53 UTC"));
        assert_eq!(lines.count("HELD is held: the game tells everybody "), 1, "{:?}", lines.all());
        let calls = sim.ledger(|l| l.calls().iter().filter(|call| call.code == "HELD").count());
        assert!((10..=25).contains(&calls), "{calls}");
        sim.set_troubles(Vec::new());
        tokio::time::sleep(Duration::from_secs(300 + 60)).await;
        assert_eq!(sim.ledger(Ledger::grants), 40);
        running.end().await;
        let rows = state.store.reports().redemption_rows().await.unwrap();
        assert!(rows.iter().all(|row| row.calls == 1), "nobody's tries were used: {rows:?}");
        assert_eq!(lines.count("HELD is held no more"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn restarts_during_trouble_cost_no_player_a_try() {
    let mut state = StateFile::new();
    let sim = GameSim::start(strict(3), state.clock).unwrap();
    sim.set_troubles(vec![SimTrouble::of_all(Wrong::text(403, "Unauthorized request"))]);
    due(&state, players(1..=3), &["GOOD"]).await;
    for round in 0..20 {
        let running = run(&state, &sim, limited(), "salt");
        tokio::time::sleep(Duration::from_millis(30 + 911 * round)).await;
        running.task.abort();
        drop(running.task.await);
        drop(running.engine);
        state = state.reopened().await;
    }
    sim.set_troubles(Vec::new());
    let running = run(&state, &sim, limited(), "salt");
    state.until_decided().await;
    running.end().await;
    assert_eq!(sim.ledger(Ledger::grants), 3);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_an_hour_costs_each_player_at_most_two_tries() {
    let state = StateFile::new();
    let sim = GameSim::start(strict(300), state.clock).unwrap();
    due(&state, players(1..=300), &["GOOD"]).await;
    let running = run(&state, &sim, limited(), "salt");
    let mut status = running.engine.status();
    tokio::time::sleep(Duration::from_secs(200)).await;
    let granted = sim.ledger(Ledger::grants);
    assert!((100..200).contains(&granted), "in the middle of the run: {granted}");
    let before = sim.ledger(|ledger| ledger.calls().len());
    sim.set_down(true);
    let began = state.clock.now();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    let during = sim.ledger(|ledger| ledger.calls().len()) - before;
    assert!((100..=130).contains(&during), "{during} calls in the outage");
    let EnginePhase::Open { since, .. } = status.borrow_and_update().phase.clone() else { panic!("no outage") };
    assert!(since.duration_since(began).unsigned_abs() < Duration::from_secs(60), "{since}");
    sim.set_down(false);
    let back = state.clock.elapsed();
    state.until_decided().await;
    assert_eq!(status.borrow_and_update().phase, EnginePhase::Working);
    // The next test call comes within half a minute; then calls continue at full rate.
    let least = Duration::from_secs(60) * u32::try_from(300 - granted).unwrap() / 30;
    let took = state.clock.elapsed() - back;
    assert!(took < Duration::from_secs(35 + 62) + least, "{took:?}");
    running.end().await;
    let rows = state.store.reports().redemption_rows().await.unwrap();
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

#[tokio::test(start_paused = true)]
async fn the_breaker_asks_for_served_players_one_after_another() {
    let state = StateFile::new();
    let other = AllianceId(7);
    let id = |number| player(number).id;
    state.guild(GUILD, players(1..=4)).await;
    state.guild(other, players(4..=6)).await;
    state.store.rosters().put_players(players(9..=9)).await.unwrap();
    state.store.rosters().remove_players(GUILD, vec![id(2)]).await.unwrap();
    state.store.guilds().guild_removed(giftcode_bot::domain::players::player::GuildId(other.0)).await.unwrap();
    let ask = async |not: Vec<PlayerId>, after: Option<u64>| {
        let found = state.store.redemptions().player_to_ask_for(not, false, after.map(id)).await.unwrap();
        found.map(|(player, state)| (player.get(), state.get()))
    };
    let mut asked = vec![ask(vec![], None).await.unwrap().0];
    for _ in 0..5 {
        asked.push(ask(vec![], asked.last().copied()).await.unwrap().0);
    }
    assert_eq!(asked, [1, 3, 4, 9, 1, 3], "9 is a person's own account, or one of a file");
    assert_eq!(ask(vec![id(3), id(4)], Some(1)).await, Some((9, 245)));
    assert_eq!(ask([1, 3, 4, 9].map(id).to_vec(), Some(3)).await, None);
}

#[tokio::test(start_paused = true)]
async fn tries_are_returned_to_undecided_redemptions_down_to_zero() {
    let state = StateFile::new();
    due(&state, players(1..=2), &["GOOD"]).await;
    let claims = state.store.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap().taken;
    let later = state.clock.now() + jiff::SignedDuration::from_secs(30);
    for claim in claims {
        let next = if claim.player.get() == 1 { Next::RetryAt(later) } else { Next::Final(Outcome::Failed) };
        let history = History { unknown: 1, ..claim.history };
        let status = Status::Unknown("NEW".into());
        state.store.redemptions().record(claim, AttemptResult { status, history, next }).await.unwrap();
    }
    let failure =
        |number| Failure { tried: (player(number).id, (code("GOOD").key(), 1)), status: Status::Unknown("NEW".into()) };
    state.store.redemptions().give_back(vec![failure(1), failure(1), failure(2)]).await.unwrap();
    let again = state.store.redemptions().claim_due(9, 12, |_| Admission::Take).await.unwrap().taken;
    let again: Vec<_> = again.iter().map(|claim| (claim.player.get(), claim.history)).collect();
    assert_eq!(again, [(1, History { calls: 1, ..History::default() })], "due at once, as if it had not been tried");
}
