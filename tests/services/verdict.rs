//! A code's verdict, with the real watcher, poster and engine against the simulated feed and game.

use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::codes::channel::OverReason;
use giftcode_bot::domain::codes::code::NAMED;
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::PlayerId;
use giftcode_bot::domain::redeeming::outcome::Outcome;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::feed::{FeedEntry, FeedSim};
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings};
use giftcode_bot::sandbox::ledger::Ledger;
use giftcode_bot::sandbox::rules::{Rule, SimCode};
use giftcode_bot::services::watcher::Watcher;
use giftcode_bot::store::{AddedCode, CheckStart};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::engine::{self, Running, settings, world};
use crate::posting::{self, Channels};
use crate::support::{GUILD, HOUR, StateFile, code, players, start};
use crate::watching::{self, always, entry};

const MINUTE: Duration = Duration::from_secs(60);
const LIMIT: RateLimit = RateLimit { calls: 30, window: MINUTE };
const INTERVAL: Duration = Duration::from_millis(2200);

/// A whole bot in a simulated world.
struct Bot {
    state: StateFile,
    channels: Channels,
    game: GameSim,
    feed: FeedSim,
    running: Running,
    stop: CancellationToken,
    loops: Vec<JoinHandle<anyhow::Result<()>>>,
}

impl Bot {
    /// One guild with this many players, a game with these codes, and a feed that lists these entries.
    async fn start(count: u64, codes: Vec<SimCode>, listed: Vec<FeedEntry>) -> Self {
        let sim = GameSimSettings { codes, limit: Some(LIMIT), player_interval: INTERVAL, ..world(count) };
        Self::start_in(StateFile::new(), sim, listed).await
    }

    async fn start_in(state: StateFile, sim: GameSimSettings, listed: Vec<FeedEntry>) -> Self {
        let count = sim.players.len() as u64;
        state.guild(GUILD, players(1..=count)).await;
        let game = GameSim::start(sim, state.clock).unwrap();
        let feed = FeedSim::start(listed, start(), state.clock).unwrap();
        let channels = Channels::default();
        let engine = giftcode_bot::services::engine::EngineSettings {
            limit: Some(LIMIT),
            player_interval: INTERVAL,
            ..settings(2)
        };
        let running = engine::run(&state, &game, engine, "salt");
        let (poster, stop) = posting::run(&state, &channels);
        let interval = watching::settings(Duration::from_secs(10));
        let watcher = Watcher::new(watching::client(&[&feed]), state.store.listings(), state.clock, interval);
        let watcher = tokio::spawn(Arc::new(watcher).run(stop.clone()));
        Self { state, channels, game, feed, running, stop, loops: vec![poster, watcher] }
    }

    fn calls(&self, text: &str) -> usize {
        let key = code(text).key();
        self.game.ledger(|ledger| ledger.calls().iter().filter(|call| call.code == key.as_str()).count())
    }

    /// The seconds after the world's start at which the game was asked about the code.
    fn asked_at(&self, text: &str) -> Vec<u64> {
        let key = code(text).key();
        let of_code = |ledger: &Ledger| -> Vec<u64> {
            ledger.calls().iter().filter(|call| call.code == key.as_str()).map(|call| call.at_ms / 1000).collect()
        };
        self.game.ledger(of_code)
    }

    fn grants(&self) -> usize {
        self.game.ledger(Ledger::grants)
    }

    /// The posts of a code: their generations.
    fn posted(&self, text: &str) -> Vec<u32> {
        let posted = self.channels.posted().into_iter();
        posted.filter(|(_, code, _)| code == text).map(|(.., generation)| generation).collect()
    }

    /// Waits until this long after the world's start.
    async fn at(&self, age: Duration) {
        tokio::time::sleep(age.saturating_sub(self.state.clock.elapsed())).await;
    }

    async fn end(self) {
        self.stop.cancel();
        for task in self.loops {
            task.await.unwrap().unwrap();
        }
        self.running.end().await;
    }
}

fn good_from(text: &str, from: Duration) -> SimCode {
    SimCode { code: code(text), phases: vec![(from, Rule::Good)] }
}

#[tokio::test(start_paused = true)]
async fn a_code_that_the_game_knows_ten_minutes_later_is_redeemed_for_all_within_31_minutes() {
    let bot =
        Bot::start(20, vec![good_from("EARLY", 10 * MINUTE + Duration::from_secs(30))], vec![always("EARLY")]).await;
    bot.at(9 * MINUTE).await;
    assert_eq!((bot.calls("EARLY"), bot.posted("EARLY")), (2, vec![]), "two calls, and nobody is told");
    bot.at(31 * MINUTE).await;
    assert_eq!((bot.grants(), bot.posted("EARLY")), (20, vec![1]));
    assert_eq!(bot.calls("EARLY"), 2 + 1 + 20, "the check at 10 minutes, and one call for each");
    bot.end().await;
}

/// Case 16: a code that the game does not know for its first 20 seconds.
#[tokio::test(start_paused = true)]
async fn a_code_that_the_game_does_not_know_at_first_is_redeemed_and_posted_once_it_does() {
    let bot = Bot::start(5, vec![good_from("SOON", Duration::from_secs(20))], vec![always("SOON")]).await;
    bot.at(5 * MINUTE).await;
    assert_eq!((bot.grants(), bot.posted("SOON")), (0, vec![]));
    let over = bot.state.store.codes().over_codes(GUILD, None, 9).await.unwrap();
    assert_eq!(over[0].over, OverReason::Invalidated(Status::CdkNotFound));
    bot.at(11 * MINUTE).await;
    assert_eq!((bot.grants(), bot.posted("SOON")), (5, vec![1]));
    assert_eq!(bot.state.store.codes().over_codes(GUILD, None, 9).await.unwrap(), []);
    let report = bot.state.store.reports().code_report(code("SOON").key(), 1).await.unwrap();
    assert_eq!((report.granted, report.players), (5, 5));
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_code_costs_two_calls_and_no_post_and_is_checked_ever_less_often() {
    let bad = SimCode::always(code("OLD"), Rule::Expired);
    let sim = GameSimSettings {
        codes: vec![bad],
        limit: Some(LIMIT),
        player_interval: INTERVAL,
        has_player_endpoint: true,
        ..world(500)
    };
    let bot = Bot::start_in(StateFile::new(), sim, vec![always("OLD")]).await;
    bot.at(5 * MINUTE).await;
    let calls = bot.game.ledger(|ledger| ledger.calls().to_vec());
    let logins = calls.iter().filter(|call| call.endpoint == "player" && call.at_ms < 5_000).count();
    assert_eq!((bot.calls("OLD"), logins), (2, 0), "the login endpoint's included");
    bot.at(33 * HOUR).await;
    let minutes: Vec<u64> = bot.asked_at("OLD")[2..].iter().map(|second| second / 60).collect();
    assert_eq!(minutes, [10, 30, 60, 120, 240, 480, 1200, 1920]);
    assert_eq!(bot.channels.posted(), []);
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_good_code_is_posted_as_checked_at_once_and_a_closed_game_delays_a_post_by_five_seconds() {
    for is_down in [false, true] {
        let appears = entry("FRESH", vec![(Duration::from_secs(15), None)]);
        let bot = Bot::start(3, vec![good_from("FRESH", Duration::ZERO)], vec![appears]).await;
        bot.game.set_down(is_down);
        let at_once = if is_down { vec![] } else { vec![1] };
        for millis in [21_500, 24_500] {
            bot.at(Duration::from_millis(millis)).await;
            assert_eq!(bot.posted("FRESH"), at_once, "seen at 20 s; {is_down}, at {millis} ms");
        }
        bot.at(Duration::from_millis(26_000)).await;
        assert_eq!(bot.posted("FRESH"), [1], "{is_down}");
        let is_checked = bot.channels.posts.lock().unwrap().last().unwrap().codes[0].checked;
        assert_eq!(is_checked, !is_down);
        bot.end().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_persons_guess_does_not_block_a_later_listing_and_takes_the_feeds_spelling() {
    let appears = entry("WOS1105", vec![(30 * MINUTE, None)]);
    let bot = Bot::start(10, vec![good_from("WOS1105", 30 * MINUTE)], vec![appears]).await;
    let typed = async |ids: std::ops::RangeInclusive<u64>| {
        let generation = bot.state.store.codes().add_code(code("wos1105")).await.unwrap();
        let ids = ids.map(|id| PlayerId::new(id).unwrap()).collect();
        bot.state.store.requests().request_for_person(ids, code("wos1105").key(), generation).await.unwrap();
        bot.state.until_decided().await;
    };
    // Three people on this roster guess too early, and each gets the game's answer.
    typed(1..=2).await;
    typed(3..=3).await;
    assert_eq!(bot.calls("WOS1105"), 3);
    let found = bot.state.store.codes().find_code(code("WOS1105").key()).await.unwrap().unwrap();
    assert_eq!((found.over, found.shown.source.as_str()), (None, NAMED), "decided for nobody else");
    bot.at(33 * MINUTE).await;
    assert_eq!((bot.grants(), bot.posted("WOS1105")), (10, vec![1]), "{:?}", bot.channels.posted());
    let report = bot.state.store.reports().code_report(code("WOS1105").key(), 1).await.unwrap();
    assert_eq!((report.granted, report.players), (10, 10));
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_code_that_was_posted_and_is_good_again_is_a_new_generation() {
    let phases = vec![(Duration::ZERO, Rule::Good), (HOUR, Rule::Expired), (2 * HOUR, Rule::Good)];
    let listed = entry("AGAIN", vec![(Duration::from_secs(30), None)]);
    let bot = Bot::start(6, vec![SimCode { code: code("AGAIN"), phases }], vec![listed]).await;
    let late = players(5..=6);
    bot.state.store.rosters().remove_players(GUILD, late.iter().map(|player| player.id).collect()).await.unwrap();
    bot.at(2 * MINUTE).await;
    assert_eq!((bot.grants(), bot.posted("AGAIN")), (4, vec![1]));
    // Two join when it is over. They are told so, and the post shows it.
    bot.at(HOUR + MINUTE).await;
    bot.state.store.rosters().add_to_roster(GUILD, late).await.unwrap();
    bot.at(HOUR + 3 * MINUTE).await;
    let shown = bot.channels.corrections.lock().unwrap().last().unwrap().codes[0].1.clone();
    assert_eq!((bot.posted("AGAIN"), shown), (vec![1], Some(OverReason::Invalidated(Status::TimeError))));
    bot.at(2 * HOUR + 10 * MINUTE).await;
    assert_eq!((bot.posted("AGAIN"), bot.grants()), (vec![1, 2], 4 + 6));
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_code_that_somebody_added_is_checked_though_no_feed_lists_it() {
    let over = SimCode::always(code("GONE"), Rule::Expired);
    let bot = Bot::start(6, vec![over], vec![entry("GONE", vec![(Duration::ZERO, Some(5 * MINUTE))])]).await;
    // An empty list is believed after an hour.
    bot.at(2 * HOUR).await;
    let before = bot.calls("GONE");
    bot.at(6 * HOUR).await;
    assert_eq!(bot.calls("GONE"), before, "nobody wants it");
    bot.state.store.codes().add_guild_code(GUILD, code("gone")).await.unwrap();
    bot.at(6 * HOUR + MINUTE).await;
    assert_eq!(bot.calls("GONE"), before + 1, "at once");
    bot.at(15 * HOUR).await;
    assert!(bot.calls("GONE") > before + 1, "and again");
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn adding_a_code_that_is_over_has_it_checked_at_once() {
    let phases = vec![(Duration::ZERO, Rule::Expired), (HOUR + 5 * MINUTE, Rule::Good)];
    let listed = entry("BACK", vec![(Duration::ZERO, Some(30 * MINUTE))]);
    let bot = Bot::start(6, vec![SimCode { code: code("BACK"), phases }], vec![listed]).await;
    bot.at(HOUR).await;
    let before = bot.calls("BACK");
    let add = async || bot.state.store.codes().add_guild_code(GUILD, code("back")).await.unwrap();
    assert_eq!(add().await, AddedCode::Over(OverReason::Invalidated(Status::TimeError), CheckStart::Begun));
    bot.at(HOUR + Duration::from_secs(10)).await;
    assert_eq!((bot.calls("BACK"), bot.posted("BACK")), (before + 1, vec![]), "asked, and still over");
    // It is checked for two more days, though no feed lists it any more.
    bot.at(HOUR + 6 * MINUTE).await;
    assert_eq!(add().await, AddedCode::Over(OverReason::Invalidated(Status::TimeError), CheckStart::Begun));
    bot.at(HOUR + 9 * MINUTE).await;
    assert_eq!((bot.grants(), bot.posted("BACK")), (6, vec![1]));
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_feed_that_flickers_neither_posts_twice_nor_asks_more() {
    let windows = (0..200).map(|n| (MINUTE * 2 * n, Some(MINUTE * (2 * n + 1)))).collect();
    let codes = vec![good_from("FLICKER", Duration::ZERO), SimCode::always(code("DEAD"), Rule::Expired)];
    let listed = vec![
        entry("FLICKER", windows),
        entry("DEAD", (0..200).map(|n| (MINUTE * 2 * n, Some(MINUTE * (2 * n + 1)))).collect()),
    ];
    let bot = Bot::start(5, codes, listed).await;
    bot.at(6 * HOUR).await;
    assert_eq!((bot.posted("FLICKER"), bot.calls("FLICKER")), (vec![1], 5));
    assert_eq!((bot.posted("DEAD"), bot.calls("DEAD")), (vec![], 2 + 5), "at 10 and 30 minutes, 1, 2 and 4 hours");
    bot.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_person_with_forty_requests_takes_a_quarter_of_the_calls() {
    let names: Vec<String> = (10..50).map(|number| format!("GUESS{number}")).collect();
    let mut codes: Vec<SimCode> = names.iter().map(|name| good_from(name, Duration::ZERO)).collect();
    codes.push(good_from("LISTED", Duration::ZERO));
    let bot = Bot::start(101, codes, vec![]).await;
    bot.state.store.rosters().remove_players(GUILD, vec![PlayerId::new(101).unwrap()]).await.unwrap();
    bot.at(Duration::from_secs(5)).await;
    bot.feed.set_entries(vec![always("LISTED")]);
    bot.at(Duration::from_secs(12)).await;
    for name in &names {
        let generation = bot.state.store.codes().add_code(code(name)).await.unwrap();
        let person = vec![PlayerId::new(101).unwrap()];
        bot.state.store.requests().request_for_person(person, code(name).key(), generation).await.unwrap();
    }
    // While the roster waits, a person gets at most 8 of 30 calls.
    bot.at(4 * MINUTE).await;
    let calls = bot.game.ledger(|ledger| ledger.calls().to_vec());
    let last = calls.iter().rposition(|call| call.code == "LISTED").unwrap();
    let of_person = calls[..last].iter().filter(|call| call.fid == "101").count();
    assert!(of_person > 0 && of_person * 4 <= last + 4, "{of_person} of {last}");
    bot.at(20 * MINUTE).await;
    assert_eq!(bot.grants(), 140, "and in the end everybody has everything");
    let rows = bot.state.store.reports().redemption_rows().await.unwrap();
    assert!(rows.iter().all(|row| row.outcome == Outcome::Granted));
    bot.end().await;
}

/// If there is only one player to ask for, that player is asked for twice.
#[tokio::test(start_paused = true)]
async fn the_only_player_of_a_roster_tests_a_code_alone() {
    let codes = vec![SimCode::always(code("OLD"), Rule::Expired), good_from("GOOD", Duration::ZERO)];
    let bot = Bot::start(1, codes, vec![always("OLD"), always("GOOD")]).await;
    bot.at(5 * MINUTE).await;
    assert_eq!((bot.calls("OLD"), bot.posted("OLD")), (2, vec![]));
    assert_eq!((bot.calls("GOOD"), bot.posted("GOOD")), (1, vec![1]));
    bot.end().await;
}
