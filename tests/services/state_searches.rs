//! The checks of new players, and the search for states that are wrong or missing, against the simulated game.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{AllianceId, Player, PlayerId, State, UserId};
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::domain::redeeming::state_search::CheckStatus;
use giftcode_bot::sandbox::faults::{Trouble, Wrong};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::Call;
use giftcode_bot::sandbox::rules::{Rule, SimCode};
use giftcode_bot::services::engine::EngineSettings;
use giftcode_bot::store::RedemptionRow;
use rusqlite::OptionalExtension;

use crate::engine::{due, run, settings, world};
use crate::support::{GUILD, HOUR, Lines, StateFile, code, player, players};

const OTHER: AllianceId = AllianceId(2002);
const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(60) };
const INTERVAL: Duration = Duration::from_millis(2200);
const DAY: Duration = Duration::from_secs(24 * 3600);

fn id(id: u64) -> PlayerId {
    PlayerId::new(id).unwrap()
}

/// The player as somebody typed it: in this state, or in none (0).
fn typed(id: u64, state: u32) -> Player {
    Player { state: State::new(state), ..player(id) }
}

/// The players 1 to `count` in state 245, but for those that `homes` names.
fn game(count: u64, homes: &[(u64, u32)]) -> GameSimSettings {
    let mut world = GameSimSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..world(count) };
    world.codes = ["GOOD", "ALSO"].map(|text| SimCode::always(code(text), Rule::Good)).into();
    for player in &mut world.players {
        if let Some((_, home)) = homes.iter().find(|(moved, _)| *moved == player.id.get()) {
            player.state = State::new(*home).unwrap();
        }
    }
    world
}

fn limited() -> EngineSettings {
    EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..settings(2) }
}

fn is_question(call: &Call) -> bool {
    call.code == Code::impossible().as_str()
}

fn questions(sim: &GameSim) -> Vec<Call> {
    sim.ledger(|ledger| ledger.calls().iter().filter(|call| is_question(call)).cloned().collect())
}

fn redeem_calls(sim: &GameSim, player: u64) -> usize {
    let is_its = |call: &&Call| call.endpoint == "gift_code" && !is_question(call) && call.fid == player.to_string();
    sim.ledger(|ledger| ledger.calls().iter().filter(is_its).count())
}

fn statuses(file: &StateFile, ids: impl IntoIterator<Item = u64>) -> BTreeMap<u64, CheckStatus> {
    let connection = rusqlite::Connection::open(file.path()).unwrap();
    let sql = "SELECT state_check FROM players WHERE player_id = ?1 AND state_check IS NOT NULL AND deleted = 0";
    let mut find = connection.prepare(sql).unwrap();
    let mut status = |id: u64| find.query_row([id.cast_signed()], |row| row.get(0)).optional().unwrap();
    ids.into_iter().filter_map(|id| Some((id, status(id)?))).collect()
}

async fn state_of(file: &StateFile, guild: AllianceId, player: u64) -> Option<u32> {
    let page = file.store.rosters().roster(guild, 0, u32::MAX).await.unwrap();
    page.players.iter().find(|other| other.id.get() == player).unwrap().state.map(State::get)
}

async fn row(file: &StateFile, player: u64) -> RedemptionRow {
    let rows = file.store.reports().redemption_rows().await.unwrap();
    rows.into_iter().find(|row| row.player.get() == player).unwrap()
}

async fn until_checked(file: &StateFile) {
    loop {
        let counts = file.store.rosters().check_counts(GUILD).await.unwrap();
        if counts.unchecked + counts.searching == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn new_players_are_checked_after_all_that_is_due() {
    let lines = Lines::capture();
    let file = StateFile::new();
    // 12 has moved one state on, and the game has no 99.
    let sim = GameSim::start(game(20, &[(12, 246)]), file.clock).unwrap();
    // Redemptions show the states of these, so that no question is made for them.
    file.store.rosters().add_to_roster(GUILD, players(1..=10)).await.unwrap();
    file.store.guilds().set_auto_redeem(GUILD, true).await.unwrap();
    let mut added = players(11..=13);
    added.push(typed(99, 245));
    file.store.rosters().add_to_roster(OTHER, added).await.unwrap();
    file.list(&["GOOD"]).await;
    file.store.posts().plan().await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(statuses(&file, [99])[&99], CheckStatus::Unchecked, "one answer proves nothing");
    tokio::time::sleep(Duration::from_secs(900)).await;
    running.end().await;
    assert!(statuses(&file, 1..=10).values().all(|status| *status == CheckStatus::Right));
    assert_eq!(
        statuses(&file, [11, 12, 13, 99]),
        BTreeMap::from([
            (11, CheckStatus::Right),
            (12, CheckStatus::Found),
            (13, CheckStatus::Right),
            (99, CheckStatus::NoSuchPlayer)
        ])
    );
    assert_eq!(state_of(&file, OTHER, 12).await, Some(246));
    let calls: Vec<Call> = sim.ledger(|ledger| ledger.calls().to_vec());
    let last_redemption = calls.iter().rposition(|call| call.code == "GOOD").unwrap();
    let first_probe = calls.iter().position(is_question).unwrap();
    assert!(last_redemption < first_probe, "{calls:#?}");
    // One each, for 12 also its new state and the control, and for 99 two more.
    assert_eq!(questions(&sim).len(), 4 + 2 + 2);
    assert_eq!(lines.count("P12 lives in state 246"), 1, "{:?}", lines.all());
    assert_eq!(lines.count("The game knows no player with the id of P99"), 1, "{:?}", lines.all());
}

#[tokio::test(start_paused = true)]
async fn questions_leave_room_for_what_becomes_due() {
    let file = StateFile::new();
    let sim = GameSim::start(game(100, &[]), file.clock).unwrap();
    file.guild(GUILD, players(1..=18)).await;
    file.store.rosters().add_to_roster(OTHER, players(21..=100)).await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(Duration::from_secs(55)).await;
    let before = questions(&sim).len();
    assert!((5..=10).contains(&before), "{before} questions in a window");
    // The window is shared: what the questions left is enough for all of these at once.
    file.list(&["GOOD"]).await;
    file.store.posts().plan().await.unwrap();
    let began = file.clock.elapsed();
    file.until_decided().await;
    let took = file.clock.elapsed() - began;
    assert!(took < Duration::from_secs(8), "{took:?}");
    tokio::time::sleep(Duration::from_secs(900)).await;
    running.end().await;
    assert!(statuses(&file, 21..=100).values().all(|status| *status == CheckStatus::Right));
    assert_eq!(questions(&sim).len(), 80, "one each");
    sim.ledger(|ledger| assert_eq!((ledger.refusals().rate_limited, ledger.refusals().too_frequent), (0, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_redemption_waits_for_its_state_without_using_tries() {
    let file = StateFile::new();
    // 7 has moved to the state where few live, 8 near the most.
    let sim = GameSim::start(game(10, &[(5, 300), (6, 300), (7, 300), (8, 247)]), file.clock).unwrap();
    let mut roster: Vec<Player> = players(1..=4);
    roster.extend([typed(5, 300), typed(6, 300), typed(7, 999), typed(8, 999)]);
    due(&file, roster, &["GOOD", "ALSO"]).await;
    let running = run(&file, &sim, limited(), "salt");
    file.until_decided().await;
    running.end().await;
    for player in 7..=8 {
        let rows = file.store.reports().redemption_rows().await.unwrap();
        let its: Vec<_> = rows.iter().filter(|row| row.player.get() == player).collect();
        assert!(its.len() == 2 && its.iter().all(|row| row.outcome == Outcome::Granted), "{its:?}");
        // One refusal is enough for a player, however many codes wait.
        assert_eq!(its.iter().map(|row| row.calls).sum::<u32>(), 3, "{its:?}");
        assert_eq!(redeem_calls(&sim, player), 3);
    }
    assert_eq!((state_of(&file, GUILD, 7).await, state_of(&file, GUILD, 8).await), (Some(300), Some(247)));
    assert_eq!(statuses(&file, [7, 8]), BTreeMap::from([(7, CheckStatus::Found), (8, CheckStatus::Found)]));
    // The message of the batch names both.
    let batches = file.store.batches().past_batches(GUILD, Some(code("GOOD").key()), 1).await.unwrap();
    let found: BTreeSet<(u64, u32)> =
        batches[0].tally.found.iter().map(|(player, _, state)| (player.get(), state.get())).collect();
    assert_eq!(found, BTreeSet::from([(7, 300), (8, 247)]));
}

#[tokio::test(start_paused = true)]
async fn a_list_has_forty_questions_a_day_over_restarts_and_its_search_ends() {
    let mut file = StateFile::new();
    // Two players are nowhere near the others.
    let sim = GameSim::start(game(10, &[(9, 2000), (10, 2000)]), file.clock).unwrap();
    due(&file, players(1..=10), &["GOOD"]).await;
    let mut per_day: BTreeMap<u64, usize> = BTreeMap::new();
    for _ in 0..6 {
        // Some restarts a day, in the middle of the search.
        for _ in 0..3 {
            let running = run(&file, &sim, limited(), "salt");
            tokio::time::sleep(Duration::from_secs(240)).await;
            running.end().await;
            file = file.reopened().await;
        }
        tokio::time::sleep(DAY - Duration::from_secs(720)).await;
    }
    let day_of = |call: &Call| (1_760_000_000_000 + call.at_ms) / 86_400_000;
    for call in questions(&sim) {
        *per_day.entry(day_of(&call)).or_default() += 1;
    }
    assert!(per_day.values().all(|count| *count <= 40), "{per_day:?}");
    assert_eq!(*per_day.values().next().unwrap(), 40, "{per_day:?}");
    // Both files say 245, as do the others: ±20 around it.
    assert_eq!(questions(&sim).len(), 2 * 40, "each state once for each player");
    assert_eq!(statuses(&file, [9, 10]), BTreeMap::from([(9, CheckStatus::NotFound), (10, CheckStatus::NotFound)]));
    let ended = row(&file, 9).await;
    assert_eq!((ended.outcome, ended.status.unwrap().name()), (Outcome::Failed, "USER_INFO_ERROR"));
    // A state that joins the list begins the search again, and what failed is redeemed.
    file.store.rosters().add_to_roster(GUILD, vec![typed(9, 2000)]).await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(Duration::from_secs(120)).await;
    running.end().await;
    assert_eq!(statuses(&file, [9, 10]), BTreeMap::from([(9, CheckStatus::Right), (10, CheckStatus::Found)]));
    assert_eq!((row(&file, 9).await.outcome, row(&file, 10).await.outcome), (Outcome::Granted, Outcome::Granted));
}

#[tokio::test(start_paused = true)]
async fn players_without_a_state_are_found_on_the_first_day() {
    let file = StateFile::new();
    let sim = GameSim::start(game(70, &[(70, 246)]), file.clock).unwrap();
    let mut roster = vec![typed(1, 245)];
    roster.extend((2..=70).map(|id| typed(id, 0)));
    due(&file, roster, &["GOOD"]).await;
    let running = run(&file, &sim, limited(), "salt");
    file.until_decided().await;
    running.end().await;
    assert!(file.clock.elapsed() < HOUR, "{:?}", file.clock.elapsed());
    sim.ledger(|ledger| assert_eq!(ledger.grants(), 70));
    assert_eq!((state_of(&file, GUILD, 2).await, state_of(&file, GUILD, 70).await), (Some(245), Some(246)));
    // The frequent state and its control for each, and for 70 one more.
    assert_eq!(questions(&sim).len(), 69 * 2 + 1);
    let rows = file.store.reports().redemption_rows().await.unwrap();
    assert!(rows.iter().all(|row| row.calls == 1), "{rows:?}");
}

#[tokio::test(start_paused = true)]
async fn without_any_state_on_the_list_nobody_is_asked_about_until_one_is_given() {
    let file = StateFile::new();
    let sim = GameSim::start(game(5, &[]), file.clock).unwrap();
    due(&file, (1..=5).map(|id| typed(id, 0)).collect(), &["GOOD"]).await;
    let running = run(&file, &sim, limited(), "salt");
    file.until_decided().await;
    assert_eq!(questions(&sim).len(), 0);
    assert_eq!(row(&file, 1).await.status.unwrap().name(), "NO_STATE");
    file.store.rosters().add_to_roster(GUILD, vec![typed(1, 245)]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(300)).await;
    running.end().await;
    assert_eq!(sim.ledger(|ledger| ledger.grants()), 5, "the one whose state was given, and those who were found");
    assert_eq!(file.store.rosters().check_counts(GUILD).await.unwrap().without_state, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_about_while_the_game_is_away() {
    let file = StateFile::new();
    let sim = GameSim::start(game(30, &[]), file.clock).unwrap();
    sim.set_down(true);
    file.store.rosters().add_to_roster(GUILD, players(1..=30)).await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(HOUR).await;
    assert!(running.engine.status().borrow().trouble().is_some());
    // Three failures open the breaker; after that there are only its own questions.
    let while_away = sim.ledger(|ledger| ledger.calls().len());
    assert!(while_away < 150, "{while_away} calls in an hour");
    let unclear = file.count("SELECT coalesce(sum(unclear_replies), 0) FROM players");
    assert!(unclear <= 5, "{unclear}");
    sim.set_down(false);
    until_checked(&file).await;
    running.end().await;
    assert!(statuses(&file, 1..=30).values().all(|status| *status == CheckStatus::Right));
}

#[tokio::test(start_paused = true)]
async fn a_game_that_confirms_every_state_of_a_player_changes_nothing() {
    let file = StateFile::new();
    let sim = GameSim::start(game(5, &[]), file.clock).unwrap();
    let confirms = Wrong::json(200, r#"{"code":1,"data":[],"msg":"CDK NOT FOUND.","err_code":40014}"#);
    sim.set_troubles(vec![Trouble::of_all(confirms).of_player(id(5))]);
    let mut roster = players(1..=4);
    roster.push(typed(5, 0));
    file.store.rosters().add_to_roster(GUILD, roster).await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(3 * DAY).await;
    running.end().await;
    assert_eq!(statuses(&file, [5]), BTreeMap::from([(5, CheckStatus::Unclear)]));
    assert_eq!(state_of(&file, GUILD, 5).await, None);
    assert!(questions(&sim).len() <= 4 + 2 * 20, "{}", questions(&sim).len());
}

#[tokio::test(start_paused = true)]
async fn a_player_for_whom_the_game_is_always_busy_holds_up_nobody() {
    let file = StateFile::new();
    let sim = GameSim::start(game(20, &[]), file.clock).unwrap();
    let busy = Wrong::json(200, r#"{"code":1,"data":[],"msg":"TIMEOUT RETRY.","err_code":40004}"#);
    sim.set_troubles(vec![Trouble::of_all(busy).of_player(id(1))]);
    file.store.rosters().add_to_roster(GUILD, players(1..=20)).await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(Duration::from_secs(400)).await;
    assert!(statuses(&file, 2..=20).values().all(|status| *status == CheckStatus::Right));
    tokio::time::sleep(3 * DAY).await;
    running.end().await;
    assert_eq!(statuses(&file, [1]), BTreeMap::from([(1, CheckStatus::Unclear)]));
}

#[tokio::test(start_paused = true)]
async fn five_hundred_wrong_states_take_forty_calls_a_day_and_delay_nobody() {
    let file = StateFile::new();
    let homes: Vec<(u64, u32)> = (101..=600).map(|id| (id, 3000)).collect();
    let sim = GameSim::start(game(600, &homes), file.clock).unwrap();
    file.guild(GUILD, players(1..=20)).await;
    // All of them were refused by the game before.
    file.store.rosters().add_to_roster(OTHER, (101..=600).map(|id| typed(id, 245)).collect()).await.unwrap();
    let connection = rusqlite::Connection::open(file.path()).unwrap();
    connection.execute("UPDATE players SET state_check = 'searching' WHERE player_id > 100", []).unwrap();
    drop(connection);
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(12 * HOUR).await;
    assert!(questions(&sim).len() <= 2 * 40, "{}: a midnight may lie in between", questions(&sim).len());
    let asked: BTreeSet<String> = questions(&sim).into_iter().map(|call| call.fid).collect();
    assert!(asked.len() >= 40, "everybody's first state before anybody's second");
    file.list(&["GOOD"]).await;
    file.store.posts().plan().await.unwrap();
    let began = file.clock.elapsed();
    file.until_decided().await;
    assert!(file.clock.elapsed() - began < Duration::from_secs(10));
    running.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_linked_account_without_a_list_is_searched_around_its_own_state() {
    let file = StateFile::new();
    let sim = GameSim::start(game(1, &[(1, 250)]), file.clock).unwrap();
    file.store.rosters().link(UserId(5), typed(1, 245)).await.unwrap();
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(Duration::from_secs(300)).await;
    running.end().await;
    assert_eq!(statuses(&file, [1]), BTreeMap::from([(1, CheckStatus::Found)]));
    assert_eq!(file.store.rosters().links(UserId(5)).await.unwrap()[0].state, State::new(250));
}

#[tokio::test(start_paused = true)]
async fn a_corrected_state_is_checked_again_whichever_way_it_came() {
    let file = StateFile::new();
    let sim = GameSim::start(game(3, &[]), file.clock).unwrap();
    file.guild(GUILD, players(1..=3)).await;
    file.store.rosters().put_players(vec![typed(1, 246)]).await.unwrap();
    assert_eq!(statuses(&file, 1..=3)[&1], CheckStatus::Unchecked);
    let running = run(&file, &sim, limited(), "salt");
    tokio::time::sleep(Duration::from_secs(120)).await;
    running.end().await;
    assert_eq!(statuses(&file, 1..=3)[&1], CheckStatus::Found);
    assert_eq!(state_of(&file, GUILD, 1).await, Some(245));
}
