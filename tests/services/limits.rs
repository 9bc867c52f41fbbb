//! The engine at the game's limits, through outages, with bad codes and wrong states.

use std::collections::BTreeMap;
use std::time::Duration;

use giftcode_bot::domain::answers::answer::{Answer, Reply};
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{AllianceId, Player, PlayerId, State};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::game::GameClient;
use giftcode_bot::ports::{GameApi, LoginAnswer};
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::{Call, Ledger};
use giftcode_bot::sandbox::rules::{Rule, SimCode};
use giftcode_bot::services::engine::{Engine, EngineSettings};

use tokio_util::sync::CancellationToken;

use crate::engine::{due, game_settings, redeem_calls, run, settings, world};
use crate::support::{StateFile, code, player, players};

const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2200);
const OTHER: AllianceId = AllianceId(7);

fn strict(count: u64) -> GameSimSettings {
    GameSimSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..world(count) }
}

fn limited(concurrency: usize) -> EngineSettings {
    EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..settings(concurrency) }
}

fn refusals(ledger: &Ledger) -> (usize, usize) {
    let refusals = ledger.refusals();
    (refusals.rate_limited, refusals.too_frequent)
}

#[tokio::test(start_paused = true)]
async fn invariant_6_a_bad_code_costs_three_calls_however_many_work_at_once() {
    for (rule, most, status) in
        [(Rule::Expired, 3, "TIME_ERROR"), (Rule::Unknown, 3, "CDK_NOT_FOUND"), (Rule::UsedUp, 4, "USED")]
    {
        let state = StateFile::new();
        let codes = vec![SimCode::always(code("BAD"), rule), SimCode::always(code("GOOD"), Rule::Good)];
        let sim = GameSim::start(GameSimSettings { codes, ..world(500) }, state.clock).unwrap();
        due(&state, players(1..=500), &["BAD", "GOOD"]).await;
        let running = run(&state, &sim, settings(16), "salt");
        state.until_decided().await;
        running.end().await;
        let calls = sim.ledger(|ledger| ledger.calls().iter().filter(|call| call.code == "BAD").count());
        assert!((2..=most).contains(&calls), "{rule:?}: {calls}");
        let report = state.store.reports().code_report(code("BAD").key(), 1).await.unwrap();
        assert_eq!(report.failed.get(status), Some(&500), "{report:?}");
        assert_eq!(sim.ledger(Ledger::grants), 500);
    }
}

#[tokio::test(start_paused = true)]
async fn a_suspected_verdict_is_confirmed_in_another_guild() {
    let state = StateFile::new();
    let sim = GameSim::start(world(100), state.clock).unwrap();
    state.guild(OTHER, players(91..=100)).await;
    due(&state, players(1..=90), &["OLD"]).await;
    let running = run(&state, &sim, settings(1), "salt");
    state.until_decided().await;
    running.end().await;
    let asked: Vec<u64> = sim
        .ledger(|l| l.calls().iter().filter(|c| c.endpoint == "gift_code").map(|c| c.fid.parse().unwrap()).collect());
    assert_eq!(asked.len(), 2);
    assert_eq!(asked.iter().filter(|id| **id > 90).count(), 1, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_small_guild_and_a_person_do_not_wait_for_a_large_one() {
    let state = StateFile::new();
    let sim = GameSim::start(strict(620), state.clock).unwrap();
    due(&state, players(1..=600), &["GOOD"]).await;
    let running = run(&state, &sim, limited(2), "salt");
    tokio::time::sleep(Duration::from_secs(90)).await;
    state.guild(OTHER, players(601..=610)).await;
    state.store.posts().plan().await.unwrap();
    let person = player(620);
    state.store.rosters().put_players(vec![person.clone()]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(31)).await;
    // The window is full again when the person asks.
    let before = state.clock.elapsed();
    state.store.requests().request_for_person(vec![person.id], code("GOOD").key(), 1).await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
    let at = |ledger: &Ledger, id: u64| ledger.calls().iter().find(|c| c.fid == id.to_string()).map(|c| c.at_ms);
    let (asked, small) =
        sim.ledger(|ledger| (at(ledger, 620), (601..=610).filter(|id| at(ledger, *id).is_some()).count()));
    assert!(asked.is_some_and(|at| u128::from(at) < (before + Duration::from_secs(61)).as_millis()), "{asked:?}");
    assert_eq!(small, 10);
    running.stop.cancel();
    running.task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn invariant_5_restarts_do_not_stretch_the_budget() {
    let mut state = StateFile::new();
    let sim = GameSim::start(strict(120), state.clock).unwrap();
    due(&state, players(1..=120), &["GOOD"]).await;
    for round in 0..12u64 {
        let running = run(&state, &sim, limited(4), "salt");
        tokio::time::sleep(Duration::from_millis(150 + 400 * (round % 3))).await;
        running.task.abort();
        drop(running.task.await);
        drop(running.engine);
        state = state.reopened().await;
    }
    let running = run(&state, &sim, limited(4), "salt");
    state.until_decided().await;
    running.end().await;
    assert_eq!((sim.ledger(refusals), sim.ledger(Ledger::grants)), ((0, 0), 120));
}

#[tokio::test(start_paused = true)]
async fn a_wrong_limit_is_corrected_either_way() {
    for (calls, latest) in [(15, 12 * 60), (60, 12 * 60)] {
        let state = StateFile::new();
        let sim = GameSim::start(strict(300), state.clock).unwrap();
        due(&state, players(1..=300), &["GOOD"]).await;
        let wrong = EngineSettings { limit: Some(RateLimit { calls, ..LIMIT }), ..limited(8) };
        let running = run(&state, &sim, wrong, "salt");
        state.until_decided().await;
        running.end().await;
        let took = state.clock.elapsed().as_secs();
        assert_eq!(sim.ledger(refusals), (0, 0), "{calls}: the game tells its limit in its first answer");
        assert!(took < latest, "{calls}: {took} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_interval_that_is_configured_too_short_grows() {
    let state = StateFile::new();
    let codes = ["A1", "B2", "C3", "D4"].map(|text| SimCode::always(code(text), Rule::Good)).into();
    let sim = GameSim::start(GameSimSettings { player_interval: INTERVAL, codes, ..world(4) }, state.clock).unwrap();
    due(&state, players(1..=4), &["A1", "B2", "C3", "D4"]).await;
    let short = EngineSettings { player_interval: Duration::from_millis(700), ..settings(2) };
    let running = run(&state, &sim, short, "salt");
    state.until_decided().await;
    running.end().await;
    assert!(sim.ledger(refusals).1 <= 8, "{:?}", sim.ledger(refusals));
    assert_eq!(sim.ledger(Ledger::grants), 16);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_state_is_looked_for_among_the_rosters_and_around() {
    let state = StateFile::new();
    let lives_in = |id: u64, number: u32| Player { state: State::new(number), ..player(id) };
    let mut settings_of_world = strict(12);
    // Seven states on the roster. Players 1 and 2 have moved: 1 to a frequent state, and 2 to one where no other player is.
    for sim in &mut settings_of_world.players {
        sim.state = State::new(match sim.id.get() {
            1 | 3..=5 => 300,
            2 => 999,
            id => 400 + u32::try_from(id).unwrap(),
        })
        .unwrap();
    }
    let roster: Vec<Player> = settings_of_world
        .players
        .iter()
        .map(|p| if p.id.get() <= 2 { lives_in(p.id.get(), 245) } else { lives_in(p.id.get(), p.state.get()) })
        .collect();
    let sim = GameSim::start(settings_of_world, state.clock).unwrap();
    due(&state, roster, &["GOOD", "OLD"]).await;
    let running = run(&state, &sim, limited(2), "salt");
    state.until_decided().await;
    running.end().await;
    let rows = state.store.reports().redemption_rows().await.unwrap();
    let outcome = |id: u64| {
        let row = rows.iter().find(|r| r.player.get() == id && r.code == code("GOOD")).unwrap();
        (row.outcome, row.status.as_ref().map(|status| status.name().to_owned()).unwrap_or_default())
    };
    assert_eq!(outcome(1), (Outcome::Granted, "SUCCESS".into()));
    assert_eq!(outcome(2), (Outcome::Failed, "USER_INFO_ERROR".into()));
    let calls: BTreeMap<String, Vec<Call>> = sim.ledger(redeem_calls).into_iter().collect();
    let state_checks = |id: &str| calls[id].iter().filter(|call| call.code.starts_with("0NOSUCH")).count();
    assert_eq!(
        (state_checks("1"), state_checks("2")),
        (2, 88),
        "the most frequent state first, with its control; or the eight of the roster, and 20 on either side of two"
    );
    assert_eq!(sim.ledger(refusals), (0, 0));
    assert_eq!(sim.ledger(Ledger::grants), 11);
}

/// A game that never answers for one player.
struct Hanging(GameClient, Option<PlayerId>);

impl GameApi for Hanging {
    async fn login(&self, player: PlayerId) -> Reply<LoginAnswer> {
        self.0.login(player).await
    }

    async fn redeem(&self, player: PlayerId, state: State, code: &Code) -> Reply<Answer> {
        if self.1 == Some(player) {
            tokio::time::sleep(Duration::from_secs(30)).await;
            return Reply::plain(Answer::TimedOut);
        }
        self.0.redeem(player, state, code).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_player_who_always_times_out_delays_nobody_else() {
    let mut took = Vec::new();
    for hanging in [None, player(1).id.into()] {
        let state = StateFile::new();
        let sim = GameSim::start(strict(100), state.clock).unwrap();
        due(&state, players(1..=100), &["GOOD"]).await;
        let game = game_settings(&sim, "salt");
        let game = Hanging(GameClient::with_sessions(game, state.clock, 2, Duration::from_secs(2)).unwrap(), hanging);
        let engine = Engine::new(game, state.store.redemptions(), state.clock, limited(2));
        let stop = CancellationToken::new();
        let task = tokio::spawn(engine.clone().run(stop.clone()));
        while sim.ledger(Ledger::grants) < 99 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        took.push(state.clock.elapsed());
        state.until_decided().await;
        let given_up = state.store.reports().code_report(code("GOOD").key(), 1).await.unwrap().gave_up;
        assert_eq!(given_up.values().sum::<u32>(), u32::from(hanging.is_some()), "{given_up:?}");
        stop.cancel();
        task.await.unwrap().unwrap();
    }
    assert!(took[1] <= took[0].mul_f64(1.05), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_code_that_comes_back_is_asked_about_before_it_is_posted_and_redeemed_again() {
    let state = StateFile::new();
    let back = Duration::from_secs(40 * 3600);
    let phases = vec![(Duration::ZERO, Rule::Expired), (back, Rule::Good)];
    let codes = vec![SimCode { code: code("COMES"), phases }];
    let sim = GameSim::start(GameSimSettings { codes, ..strict(20) }, state.clock).unwrap();
    due(&state, players(1..=20), &["COMES"]).await;
    let running = run(&state, &sim, limited(2), "salt");
    state.until_decided().await;
    let calls = || sim.ledger(|ledger| ledger.calls().iter().filter(|call| call.code == "COMES").count());
    assert_eq!(calls(), 2);
    // A feed flickers for hours: the checks keep their schedule, and nothing is posted.
    for hour in 1..=39 {
        tokio::time::sleep(Duration::from_secs(1800)).await;
        state.list(&[]).await;
        tokio::time::sleep(Duration::from_secs(1800)).await;
        state.list(&["COMES"]).await;
        assert_eq!(state.store.posts().plan().await.unwrap().redemptions, 0, "hour {hour}");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!((4..=11).contains(&(calls() - 2)), "{}", calls());
    tokio::time::sleep(Duration::from_secs(7 * 3600)).await;
    state.list(&[]).await;
    sim.set_faults(Faults { timeout_retry: 0.4, ..Faults::default() });
    state.list(&["COMES"]).await;
    tokio::time::sleep(Duration::from_secs(300)).await;
    let plan = state.store.posts().plan().await.unwrap();
    // Nobody had seen the code before, so it continues in its own generation.
    assert_eq!((plan.guilds.len(), plan.redemptions), (1, 0));
    sim.set_faults(Faults::default());
    state.until_decided().await;
    running.end().await;
    let report = state.store.reports().code_report(code("COMES").key(), 1).await.unwrap();
    assert_eq!((report.players, report.granted, sim.ledger(Ledger::grants)), (20, 20, 20));
}
