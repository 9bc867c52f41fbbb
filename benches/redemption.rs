//! How well the engine uses the game's limits: `cargo bench --bench redemption`. `docs/benchmarks.md` explains the
//! figures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement fails by panicking and prints what it measured"
)]

#[path = "figures/mod.rs"]
#[allow(dead_code, reason = "each benchmark uses a part of it")]
mod figures;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use giftcode_bot::domain::answers::answer::{Answer, Reply};
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::limits::budget::RateLimit;
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::domain::redeeming::retry::Policy;
use giftcode_bot::game::{GameClient, GameSettings};
use giftcode_bot::ports::{Capacity, GameApi, LoginAnswer};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::faults::Faults;
use giftcode_bot::sandbox::game::{GameSim, GameSimSettings, PAGE};
use giftcode_bot::sandbox::ledger::Ledger;
use giftcode_bot::sandbox::rules::{Rule, SimCode, SimPlayer};
use giftcode_bot::services::engine::{Engine, EngineSettings};
use giftcode_bot::store::{StateKind, Store};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use figures::{Figures, ratio, seconds};

/// The game's limits, twenty times faster: 30 calls in 3 s instead of 60 s, 0.11 s instead of 2.2 s for one player.
const LIMIT: RateLimit = RateLimit { calls: 30, window: Duration::from_secs(3) };
const INTERVAL: Duration = Duration::from_millis(110);
/// Back-off and timeout, as much faster.
const FAST: Policy =
    Policy { max_unknown: 3, max_temporary: 10, base: Duration::from_millis(100), cap: Duration::from_millis(1500) };
const FAST_TIMEOUT: Duration = Duration::from_millis(1500);
const GUILD: AllianceId = AllianceId(1001);

const REDEMPTIONS: u64 = 10_000;
const WAITING: u64 = 100_000;
/// How long the bot works while its memory is measured.
const LOOKED_AT: Duration = Duration::from_secs(6);

fn whole(value: f64) -> String {
    format!("{value:.0}")
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn player(id: u64) -> Player {
    Player {
        id: PlayerId::new(id).unwrap(),
        nickname: format!("Lord{id}"),
        state: State::new(245),
        furnace_level: None,
    }
}

/// A state file in which these codes are due for `players` players of one guild.
async fn due(path: &Path, clock: Clock, players: u64, codes: &[&str]) -> Store {
    let store = Store::open(path, StateKind::Bot, clock).unwrap();
    store.guilds().set_channel(GUILD, ChannelId(1)).await.unwrap();
    store.guilds().set_auto_redeem(GUILD, true).await.unwrap();
    store.rosters().add_to_roster(GUILD, (1..=players).map(player).collect()).await.unwrap();
    let answer = FeedAnswer::new("feed", codes.iter().map(|text| Entry::active(code(text))).collect());
    store.listings().apply_answer(Some(answer), &["feed".to_owned()], Duration::from_secs(6 * 3600)).await.unwrap();
    store.posts().plan().await.unwrap();
    store
}

fn world(players: u64, started: Timestamp) -> GameSimSettings {
    let sim =
        |p: Player| SimPlayer { id: p.id, nickname: p.nickname, state: p.state.unwrap(), furnace_level: 30, vip: true };
    let mut codes: Vec<SimCode> = ["A1", "B2", "C3"].map(|text| SimCode::always(code(text), Rule::Good)).into();
    codes.push(SimCode::always(code("OLD"), Rule::Expired));
    GameSimSettings {
        salt: "salt".into(),
        players: (1..=players).map(player).map(sim).collect(),
        codes,
        limit: Some(LIMIT),
        player_interval: INTERVAL,
        has_player_endpoint: false,
        faults: Faults::default(),
        latency: Duration::from_millis(5),
        seed: 1,
        world_started: started,
        journal: None,
    }
}

fn client(base_url: &str, clock: Clock, timeout: Duration, sessions: usize, policy: Policy) -> GameClient {
    let settings =
        GameSettings { base_url: base_url.parse().unwrap(), page: PAGE.parse().unwrap(), salt: "salt".into(), timeout };
    GameClient::with_sessions(settings, clock, sessions, policy.base).unwrap()
}

/// A game that never answers for one player.
struct Hanging(GameClient, Option<PlayerId>);

impl GameApi for Hanging {
    fn capacity(&self) -> Capacity {
        self.0.capacity()
    }

    async fn login(&self, player: PlayerId) -> Reply<LoginAnswer> {
        self.0.login(player).await
    }

    async fn redeem(&self, player: PlayerId, state: State, code: &Code) -> Reply<Answer> {
        if self.1 == Some(player) {
            tokio::time::sleep(FAST_TIMEOUT).await;
            return Reply::plain(Answer::TimedOut);
        }
        self.0.redeem(player, state, code).await
    }
}

/// Works until `is_done`. Returns how long that took.
async fn work<G: GameApi>(engine: Arc<Engine<G>>, clock: Clock, is_done: impl Fn() -> bool) -> Duration {
    let began = clock.elapsed();
    let stop = CancellationToken::new();
    let task = tokio::spawn(engine.run(stop.clone()));
    while !is_done() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = clock.elapsed() - began;
    stop.cancel();
    task.await.unwrap().unwrap();
    took
}

/// One run against the strict game.
struct Case {
    name: &'static str,
    players: u64,
    codes: &'static [&'static str],
    configured: u32,
    faults: Faults,
}

struct Outcome {
    took: f64,
    calls: usize,
    grants: usize,
    refused: usize,
    too_frequent: usize,
    faulty: usize,
    /// Those of the faulty codes that the breaker tested.
    questions: usize,
}

async fn at_the_limit(folder: &Path, case: &Case) -> Outcome {
    let clock = Clock::system();
    let store = due(&folder.join(format!("{}.db", case.name)), clock, case.players, case.codes).await;
    let sim =
        GameSim::start(GameSimSettings { faults: case.faults, ..world(case.players, clock.now()) }, clock).unwrap();
    let game = client(&sim.base_url(), clock, FAST_TIMEOUT, 2, FAST);
    let limit = Some(RateLimit { calls: case.configured, ..LIMIT });
    let settings = EngineSettings { concurrency: 2, policy: FAST, limit, player_interval: INTERVAL };
    let all = usize::try_from(case.players).unwrap() * case.codes.len();
    // From the game's ledger, so that reading it costs the bot nothing.
    let took =
        work(Engine::new(game, store.redemptions(), clock, settings), clock, || sim.ledger(Ledger::grants) == all)
            .await;
    sim.ledger(|ledger| {
        let refusals = ledger.refusals();
        let calls = ledger.calls();
        let is_faulty = |answer: &str| !matches!(answer, "SUCCESS" | "RATE_LIMITED" | "TOO_FREQUENT");
        Outcome {
            took: took.as_secs_f64(),
            calls: calls.len(),
            grants: ledger.grants(),
            refused: refusals.rate_limited,
            too_frequent: refusals.too_frequent,
            questions: calls.iter().filter(|call| call.answer == "CDK_NOT_FOUND").count(),
            faulty: calls.iter().filter(|call| is_faulty(&call.answer)).count(),
        }
    })
}

/// The shortest time in which so many calls can start: a window for each 30 before the last ones.
fn least(calls: usize) -> f64 {
    let windows = calls.saturating_sub(1) / LIMIT.calls as usize;
    LIMIT.window.as_secs_f64() * f64::from(u32::try_from(windows).unwrap())
}

async fn limits(figures: &mut Figures, folder: &Path) {
    let none = Faults::default();
    let faults = Faults { timeout_retry: 0.10, server_error: 0.05, ..none };
    let case = |name, players, codes, configured, faults| Case { name, players, codes, configured, faults };
    let cases = [
        (case("300 players, 1 code", 300, &["A1"], 30, none), 1.03),
        (case("100 players, 3 codes", 100, &["A1", "B2", "C3"], 30, none), 1.03),
        (case("limit configured as 15", 300, &["A1"], 15, none), 1.15),
        (case("limit configured as 60", 300, &["A1"], 60, none), 1.15),
        (case("10% TIMEOUT RETRY, 5% HTTP 502", 300, &["A1"], 30, faults), 1.05),
    ];
    let run = |(case, _): &(Case, f64)| {
        let folder = folder.to_owned();
        let case = Case { ..*case };
        tokio::spawn(async move { at_the_limit(&folder, &case).await })
    };
    // All at once, because they mostly wait.
    let running: Vec<_> = cases.iter().map(run).collect();
    let hanging = [None, PlayerId::new(1)].map(|hanging| tokio::spawn(one_hangs(folder.to_owned(), hanging)));
    for ((case, most), running) in cases.iter().zip(running) {
        let outcome = running.await.unwrap();
        let is_strict = case.configured == LIMIT.calls;
        let needed = outcome.grants + outcome.faulty;
        let least = least(needed);
        let name = case.name;
        figures.add(&format!("{name}: calls needed"), needed.to_string());
        figures.add(&format!("{name}: of these to see whether the game is well"), outcome.questions.to_string());
        figures.add(&format!("{name}: least possible"), seconds(least));
        figures.add(&format!("{name}: took"), seconds(outcome.took));
        figures.at_most(&format!("{name}: took / least possible"), outcome.took / least, *most, ratio);
        let most = if is_strict { 0.0 } else { 3.0 };
        figures.at_most(&format!("{name}: HTTP 429"), outcome.refused as f64, most, whole);
        figures.at_most(&format!("{name}: TOO FREQUENT"), outcome.too_frequent as f64, 0.0, whole);
        let wasted = outcome.calls - needed - outcome.refused - outcome.too_frequent;
        figures.at_most(&format!("{name}: calls that were neither refused nor needed"), wasted as f64, 0.0, whole);
    }
    let mut took = Vec::new();
    for running in hanging {
        took.push(running.await.unwrap());
    }
    figures.add("99 players, nobody times out", seconds(took[0]));
    figures.add("99 players beside one who always times out", seconds(took[1]));
    figures.at_most("with / without the one who times out", took[1] / took[0], 1.05, ratio);
}

/// How long redeeming takes for 99 of 100 players while the last one may always time out.
async fn one_hangs(folder: std::path::PathBuf, hanging: Option<PlayerId>) -> f64 {
    let clock = Clock::system();
    let store = due(&folder.join(format!("hanging-{}.db", hanging.is_some())), clock, 100, &["A1"]).await;
    let sim = GameSim::start(world(100, clock.now()), clock).unwrap();
    let game = Hanging(client(&sim.base_url(), clock, FAST_TIMEOUT, 2, FAST), hanging);
    let settings = EngineSettings { concurrency: 2, policy: FAST, limit: Some(LIMIT), player_interval: INTERVAL };
    let engine = Engine::new(game, store.redemptions(), clock, settings);
    work(engine, clock, || sim.ledger(Ledger::grants) >= 99).await.as_secs_f64()
}

/// Runs in a process of its own; the first argument selects what.
fn other_process(arguments: &[&str]) -> Child {
    Command::new(std::env::current_exe().unwrap()).args(arguments).stdout(Stdio::piped()).spawn().unwrap()
}

fn line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim().to_owned()
}

/// A game without limits that grants everything. It prints its address and runs until it is killed.
async fn generous_game() {
    let answer =
        || async { axum::Json(serde_json::json!({"code": 0, "data": [], "msg": "SUCCESS", "err_code": 20000})) };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}/api", listener.local_addr().unwrap());
    axum::serve(listener, Router::new().route("/api/gift_code", post(answer))).await.unwrap();
}

const FREELY: EngineSettings = EngineSettings {
    concurrency: 64,
    policy: Policy { max_unknown: 3, max_temporary: 10, base: Duration::from_secs(2), cap: Duration::from_secs(30) },
    limit: None,
    player_interval: Duration::ZERO,
};

/// The CPU time of this process so far, in seconds.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // User and system time, in hundredths of a second.
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// The peak memory of this process, in MiB.
fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

async fn throughput(figures: &mut Figures, folder: &Path) {
    let mut server = other_process(&["--generous-game"]);
    let base_url = line(&mut server);
    let clock = Clock::system();
    let store = due(&folder.join("throughput.db"), clock, REDEMPTIONS, &["A1"]).await;
    let game = client(&base_url, clock, Duration::from_secs(30), FREELY.concurrency, FREELY.policy);
    let engine = Engine::new(game, store.redemptions(), clock, FREELY);
    let cpu = cpu_seconds();
    let began = Instant::now();
    let stop = CancellationToken::new();
    let task = tokio::spawn(engine.run(stop.clone()));
    while store.reports().pending_redemptions().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (took, cpu) = (began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    stop.cancel();
    task.await.unwrap().unwrap();
    let report = store.reports().code_report(code("A1").key(), 1).await.unwrap();
    assert_eq!(u64::from(report.granted), REDEMPTIONS);
    let many = REDEMPTIONS as f64;
    figures.add("no limits, 64 at once, 10,000 redemptions: per second", format!("{:.0}", many / took));
    figures.at_most("no limits: the bot's CPU for 1,000 redemptions", cpu * 1000.0 / many, 0.4, seconds);

    let path = folder.join("waiting.db");
    // 100 codes for 1,000 players.
    let codes: Vec<String> = (0..WAITING / 1000).map(|n| format!("CODE{n}")).collect();
    drop(due(&path, clock, 1000, &codes.iter().map(String::as_str).collect::<Vec<_>>()).await);
    let mut bot = other_process(&["--waiting", path.to_str().unwrap(), &base_url]);
    let printed = line(&mut bot);
    bot.wait().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let printed: Vec<f64> = printed.split(' ').map(|number| number.parse().unwrap()).collect();
    figures.add("100,000 redemptions waiting: worked off meanwhile, per second", format!("{:.0}", printed[1]));
    figures.at_most("100,000 redemptions waiting: peak memory, MiB", printed[0], 60.0, |mib| format!("{mib:.1}"));
}

/// The bot alone on a file with many waiting redemptions. It prints its peak memory and the redemptions per second.
async fn waiting(path: &Path, base_url: &str) {
    let clock = Clock::system();
    let store = Store::open(path, StateKind::Bot, clock).unwrap();
    assert_eq!(u64::from(store.reports().pending_redemptions().await.unwrap()), WAITING);
    let game = client(base_url, clock, Duration::from_secs(30), FREELY.concurrency, FREELY.policy);
    let stop = CancellationToken::new();
    let task = tokio::spawn(Engine::new(game, store.redemptions(), clock, FREELY).run(stop.clone()));
    tokio::time::sleep(LOOKED_AT).await;
    stop.cancel();
    task.await.unwrap().unwrap();
    let done = WAITING - u64::from(store.reports().pending_redemptions().await.unwrap());
    println!("{} {}", peak_mib(), done as f64 / LOOKED_AT.as_secs_f64());
}

struct Outage {
    granted: usize,
    /// The most tries that one redemption lost to it.
    lost: usize,
    /// Calls made during the outage.
    calls: usize,
    /// From the end of the outage to the first grant.
    back_after: Duration,
}

/// An outage in the middle of a batch, in paused time and with the game's real limits.
async fn outage(folder: std::path::PathBuf, minutes: u64) -> Outage {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    let store = due(&folder.join(format!("outage-{minutes}.db")), clock, 300, &["A1"]).await;
    let limit = RateLimit { window: Duration::from_secs(60), ..LIMIT };
    let interval = Duration::from_millis(2200);
    let strict = GameSimSettings { limit: Some(limit), player_interval: interval, ..world(300, clock.now()) };
    let sim = GameSim::start(strict, clock).unwrap();
    let game = client(&sim.base_url(), clock, Duration::from_secs(30), 2, FREELY.policy);
    let settings = EngineSettings { concurrency: 2, limit: Some(limit), player_interval: interval, ..FREELY };
    let stop = CancellationToken::new();
    let task = tokio::spawn(Engine::new(game, store.redemptions(), clock, settings).run(stop.clone()));
    tokio::time::sleep(Duration::from_secs(280)).await;
    let before = sim.ledger(|ledger| ledger.calls().len());
    sim.set_down(true);
    tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
    sim.set_down(false);
    let (back, granted) = (clock.elapsed(), sim.ledger(Ledger::grants));
    let during = sim.ledger(|ledger| ledger.calls().len()) - before;
    while sim.ledger(Ledger::grants) == granted {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let back_after = clock.elapsed() - back;
    while store.reports().pending_redemptions().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    stop.cancel();
    task.await.unwrap().unwrap();
    let lost = store.reports().redemption_rows().await.unwrap().iter().map(|row| row.calls - 1).max().unwrap();
    let (granted, lost) = (sim.ledger(Ledger::grants), usize::try_from(lost).unwrap());
    Outage { granted, lost, calls: during, back_after }
}

/// How many calls an expired code for 500 players takes.
async fn expired(folder: std::path::PathBuf) -> usize {
    let clock = Clock::simulated(Timestamp::from_second(1_760_000_000).unwrap());
    let store = due(&folder.join("expired.db"), clock, 500, &["OLD"]).await;
    let sim = GameSim::start(world(500, clock.now()), clock).unwrap();
    let game = client(&sim.base_url(), clock, Duration::from_secs(30), 64, FREELY.policy);
    let settings = EngineSettings { limit: Some(LIMIT), player_interval: INTERVAL, ..FREELY };
    let stop = CancellationToken::new();
    let task = tokio::spawn(Engine::new(game, store.redemptions(), clock, settings).run(stop.clone()));
    while store.reports().pending_redemptions().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stop.cancel();
    task.await.unwrap().unwrap();
    sim.ledger(|ledger| ledger.calls().len())
}

/// Runs in paused time.
fn paused<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> T {
    let run = || {
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(task)
    };
    std::thread::spawn(run).join().unwrap()
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--generous-game"] => generous_game().await,
        ["--waiting", path, base_url] => waiting(Path::new(path), base_url).await,
        _ if arguments.iter().any(|argument| argument == "--bench") => return measure().await,
        _ => println!("run by cargo bench --bench redemption"),
    }
    ExitCode::SUCCESS
}

async fn measure() -> ExitCode {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut figures = Figures::new();
    limits(&mut figures, folder.path()).await;
    throughput(&mut figures, folder.path()).await;
    let path = folder.path().to_owned();
    for (minutes, most_calls) in [(1, 10.0), (3, 15.0), (60, 130.0)] {
        let came = paused(outage(path.clone(), minutes));
        let what = format!("{minutes} min without the game");
        figures.exactly(&format!("{what} in a run of 300: granted afterwards"), came.granted, 300);
        let tries = format!("{what}: tries used on it, the most of one redemption");
        figures.at_most(&tries, came.lost as f64, 2.0, whole);
        figures.at_most(&format!("{what}: calls made during it"), came.calls as f64, most_calls, whole);
        figures.at_most(
            &format!("{what}: from its return to the first grant"),
            came.back_after.as_secs_f64(),
            35.0,
            seconds,
        );
    }
    figures.at_most("an expired code given to 500 players: calls in all", paused(expired(path)) as f64, 3.0, whole);
    figures.finish()
}
