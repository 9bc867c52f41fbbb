//! What the bot needs while nothing happens: `cargo bench --bench idle`. `docs/benchmarks.md` explains the figures.
//!
//! 1,000 servers with 50,000 players have seven codes, posted and redeemed long ago, and the feeds go on listing them. One
//! process runs the services through a day of paused time; the real binary runs for some real minutes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a measurement fails by panicking and prints what it measured"
)]

#[path = "figures/mod.rs"]
#[allow(dead_code, reason = "each benchmark uses a part of it")]
mod figures;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::header::{ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use discord_double::{Double, Guild};
use giftcode_bot::domain::answers::answer::{Answer, Reply};
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::domain::redeeming::retry::Policy;
use giftcode_bot::domain::sync::record::{Field, FieldType, Record, RecordKind, Value};
use giftcode_bot::ports::{
    AnnounceError, Announcement, Announcer, BatchBoard, BatchMessage, CodeFeed, Correction, FeedFailure, GameApi,
    LoginAnswer, MessageId, Posted,
};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Supervisor;
use giftcode_bot::services::engine::{Engine, EngineSettings};
use giftcode_bot::services::eraser::Eraser;
use giftcode_bot::services::health::{HealthLog, HealthMonitor};
use giftcode_bot::services::poster::Poster;
use giftcode_bot::services::reporter::Reporter;
use giftcode_bot::services::retention::Retention;
use giftcode_bot::services::watcher::{Watcher, WatcherSettings};
use giftcode_bot::store::{StateKind, Store};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use figures::{Figures, ratio};

const GUILDS: u64 = 1000;
const PLAYERS: u64 = 50_000;
const CODES: [&str; 7] = ["WOS1105", "gogoWOS", "OFFICIALSTORE", "SNOW2026", "FROST77", "Happy4YOU", "STATE2456"];
const REWARDS: &str = "1K Gems, 2 Mythic Expedition Compasses, 10 8h General Speedups";
/// The bot's own default.
const INTERVAL: Duration = Duration::from_secs(10);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// As many threads for SQL as the real binary has at once.
const THREADS: usize = 4;
/// How often a person's browser and Prometheus ask.
const ASKED_EVERY: Duration = Duration::from_secs(15);
/// How long the real binary runs. Another number of minutes in `IDLE_MINUTES` makes it shorter.
const MINUTES: f64 = 10.0;
/// What may be needed. Memory at the end is compared with memory after the first tenth.
/// One figure differs from the next by up to 1.2 MiB, of 22.
const GROWTH_LIMIT: f64 = 1.1;
const PEAK_LIMIT: f64 = 100.0;
const CPU_LIMIT: f64 = 5.0;
const CORE_LIMIT: f64 = 2.0;
const UNCHANGED_LIMIT: f64 = 1024.0;
const WHOLE_LIMIT: f64 = 2048.0;
const PAGE_LIMIT: f64 = 250.0;
const METRICS_LIMIT: f64 = 20.0;

fn mib(value: f64) -> String {
    format!("{value:.1} MiB")
}

fn millis(value: f64) -> String {
    format!("{value:.2} ms")
}

fn bytes(value: f64) -> String {
    format!("{value:.0} B")
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
struct Usage {
    rss_mib: f64,
    peak_mib: f64,
    cpu_ms: f64,
}

/// `process` is a number, or `self`.
fn usage(process: &str) -> Usage {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    };
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    // User and system time, in hundredths of a second.
    let cpu_ms = (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) * 10.0;
    Usage { rss_mib: field("VmRSS:"), peak_mib: field("VmHWM:"), cpu_ms }
}

/// A guild and its channel, with ids like real ones.
fn guild(number: u64) -> (u64, u64) {
    let guild = (number + 10_000) << 22;
    (guild, guild + 1)
}

fn player(number: u64) -> Player {
    Player {
        id: PlayerId::new(40_393_213 + number * 53).unwrap(),
        nickname: format!("Lord Frost {number} ❄"),
        state: State::new(245),
        furnace_level: Some(30),
    }
}

fn entries() -> Vec<Entry> {
    let entry = |code: &&str| Entry { rewards: Some(REWARDS.to_owned()), ..Entry::active(Code::parse(code).unwrap()) };
    CODES.iter().map(entry).collect()
}

/// A redemption that was granted at the first call.
fn granted(player: u64, code: &str, at: i64) -> Record {
    let value = |field: &Field| match (field.name, field.field_type) {
        ("player_id", _) => Value::Int(40_393_213 + i64::try_from(player).unwrap() * 53),
        ("code_key", _) => Value::Text(code.to_ascii_uppercase()),
        ("outcome", _) => Value::Text("granted".to_owned()),
        ("status", _) => Value::Text("SUCCESS".to_owned()),
        ("version", _) => Value::Int(at << 16),
        ("generation" | "claim" | "calls", _) => Value::Int(1),
        (_, FieldType::Int) => Value::Int(0),
        (_, FieldType::Bool) => Value::Bool(false),
        (_, FieldType::Text) => Value::Text(String::new()),
        (_, FieldType::Time) => Value::Time(at),
    };
    let kind = RecordKind::Redemptions;
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

/// The doubles of all services. They answer at once, and nothing is new.
#[derive(Clone)]
struct Quiet {
    source: String,
    polls: Arc<AtomicU64>,
    messages: Arc<AtomicU64>,
}

impl Quiet {
    fn new(source: &str) -> Self {
        Self { source: source.to_owned(), polls: Arc::default(), messages: Arc::default() }
    }

    fn posted(&self) -> Result<Posted, AnnounceError> {
        Ok(Posted::new(MessageId(1 + self.messages.fetch_add(1, Ordering::Relaxed)), true))
    }
}

impl CodeFeed for Quiet {
    fn sources(&self) -> Vec<String> {
        vec![self.source.clone()]
    }

    async fn ask(&self, _: usize) -> Result<Vec<Entry>, FeedFailure> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        Ok(entries())
    }
}

impl Announcer for Quiet {
    async fn announce(&self, _: &Announcement) -> Result<Posted, AnnounceError> {
        self.posted()
    }

    async fn correct(&self, _: &Correction) -> Result<(), AnnounceError> {
        Ok(())
    }
}

impl BatchBoard for Quiet {
    async fn show(&self, _: &BatchMessage) -> Result<Posted, AnnounceError> {
        self.posted()
    }
}

impl GameApi for Quiet {
    async fn login(&self, _: PlayerId) -> Reply<LoginAnswer> {
        panic!("nothing is left to redeem")
    }

    async fn redeem(&self, _: PlayerId, _: State, _: &Code) -> Reply<Answer> {
        panic!("nothing is left to redeem")
    }
}

/// All services that need no connection to Discord.
fn services(store: &Store, quiet: &Quiet, clock: Clock, stop: &CancellationToken) -> Supervisor {
    let settings =
        WatcherSettings { interval: INTERVAL, max_consecutive_errors: 5, min_absence: Duration::from_secs(6 * 3600) };
    let engine = EngineSettings {
        concurrency: 2,
        policy: Policy {
            max_unknown: 3,
            max_temporary: 10,
            base: Duration::from_secs(2),
            cap: Duration::from_secs(30),
        },
        limit: None,
        player_interval: Duration::from_millis(2200),
    };
    let watcher = Watcher::new(quiet.clone(), store.listings(), clock, settings);
    let engine = Engine::new(quiet.clone(), store.redemptions(), clock, engine);
    let health = HealthMonitor::new(store.reports(), store.sync_log(), watcher.status(), engine.status());
    let poster = Poster::new(quiet.clone(), store.posts(), store.guilds(), clock);
    let reporter = Reporter::new(quiet.clone(), store.batches(), store.guilds(), store.posts(), clock, engine.status());
    let mut supervisor = Supervisor::new(stop.clone());
    supervisor.add(Arc::new(watcher));
    supervisor.add(Arc::new(poster));
    supervisor.add(engine);
    supervisor.add(Arc::new(HealthLog::new(health, clock)));
    supervisor.add(Arc::new(reporter));
    supervisor.add(Arc::new(Eraser::new(store.erasures(), clock)));
    supervisor.add(Arc::new(Retention::new(store.tallies(), store.erasures(), clock)));
    supervisor
}

/// A state file in which every code is posted in every guild and redeemed for every player.
async fn settled(path: &Path, sources: &[String]) {
    let clock = Clock::system();
    let store = Store::open(path, StateKind::Bot, clock).unwrap();
    for number in 0..GUILDS {
        let (guild, channel) = guild(number);
        store.guilds().set_channel(AllianceId(guild), ChannelId(channel)).await.unwrap();
    }
    for source in sources {
        let answer = FeedAnswer::new(source, entries());
        store.listings().apply_answer(Some(answer), sources, Duration::ZERO).await.unwrap();
    }
    for number in 0..GUILDS {
        let (guild, each) = (AllianceId(guild(number).0), PLAYERS / GUILDS);
        let roster = (number * each..(number + 1) * each).map(player).collect();
        store.rosters().add_to_roster(guild, roster).await.unwrap();
    }
    let at = clock.now().as_millisecond();
    for code in CODES {
        store.sync_log().merge((0..PLAYERS).map(|number| granted(number, code, at)).collect()).await.unwrap();
    }
    for number in 0..GUILDS {
        store.guilds().set_auto_redeem(AllianceId(guild(number).0), true).await.unwrap();
    }
    let (quiet, stop) = (Quiet::new("none"), CancellationToken::new());
    let poster = Poster::new(quiet.clone(), store.posts(), store.guilds(), clock);
    let mut supervisor = Supervisor::new(stop.clone());
    supervisor.add(Arc::new(poster));
    let posting = tokio::spawn(supervisor.run());
    while quiet.messages.load(Ordering::Relaxed) < GUILDS || store.reports().waiting_messages().await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    stop.cancel();
    posting.await.unwrap().unwrap();
    assert_eq!(quiet.messages.load(Ordering::Relaxed), GUILDS);
    assert_eq!(store.reports().pending_redemptions().await.unwrap(), 0);
}

/// The same in a process of its own, whose memory does not count.
fn settle(path: &Path, sources: &[String]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("--settle").arg(path).args(sources);
    assert!(command.status().unwrap().success());
}

/// The day, in a process that does nothing else. It prints its figures.
async fn day_here(path: PathBuf) {
    let clock = Clock::simulated(Timestamp::from_second(Timestamp::now().as_second() + 3600).unwrap());
    let (quiet, stop) = (Quiet::new("feed"), CancellationToken::new());
    let store = Store::open(&path, StateKind::Bot, clock).unwrap();
    let running = tokio::spawn(services(&store, &quiet, clock, &stop).run());
    tokio::time::sleep(DAY / 10).await;
    let (first, first_polls) = (usage("self"), quiet.polls.load(Ordering::Relaxed));
    let mut hours = vec![first.rss_mib];
    while clock.elapsed() < DAY {
        tokio::time::sleep(Duration::from_secs(3600).min(DAY - clock.elapsed())).await;
        hours.push(usage("self").rss_mib);
    }
    let (last, polls) = (usage("self"), quiet.polls.load(Ordering::Relaxed) - first_polls);
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(quiet.messages.load(Ordering::Relaxed), 0, "something was posted");
    eprintln!("a day, MiB hour by hour: {hours:.1?}");
    let most = hours.iter().copied().fold(0.0, f64::max);
    let cpu = (last.cpu_ms - first.cpu_ms) / polls as f64;
    println!("{} {most} {} {} {cpu} {polls}", first.rss_mib, last.rss_mib, last.peak_mib);
}

fn day(figures: &mut Figures, folder: &Path) {
    let path = folder.join("day.db");
    settle(&path, &["feed".to_owned()]);
    let size = || std::fs::metadata(&path).unwrap().len() as f64 / 1024.0 / 1024.0;
    let before = size();
    let mut child = Command::new(std::env::current_exe().unwrap());
    let mut child = child.arg("--day").arg(&path).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(child.wait().unwrap().success());
    let figure: Vec<f64> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let [first, most, last, peak, cpu, polls] = figure.try_into().unwrap();
    figures.add("a day of paused time: polls after the first tenth", format!("{polls:.0}"));
    figures.add("a day: memory after the first tenth", mib(first));
    figures.add("a day: memory at the end", mib(last));
    figures.at_most("a day: at the end / after the first tenth", last / first, GROWTH_LIMIT, ratio);
    figures.at_most("a day: the most of any hour / after the first tenth", most / first, GROWTH_LIMIT, ratio);
    figures.at_most("a day: peak memory, the start included", peak, PEAK_LIMIT, mib);
    figures.at_most("a day: CPU of all services for each poll", cpu, CPU_LIMIT, millis);
    figures.at_most("a day: state file at the end / at the start", size() / before, GROWTH_LIMIT, ratio);
}

/// A code feed on loopback that counts what is sent on its connections.
struct Feed {
    address: SocketAddr,
    polls: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
}

impl Feed {
    /// With an `ETag`, it answers that nothing has changed.
    async fn start(has_etag: bool) -> Self {
        let (polls, bytes): (Arc<AtomicU64>, Arc<AtomicU64>) = <_>::default();
        let counted = polls.clone();
        let code = |code: &&str| serde_json::json!({ "code": code, "status": "active", "rewards": REWARDS, "expiry": "Unknown" });
        let body =
            serde_json::json!({ "success": true, "codes": CODES.iter().map(code).collect::<Vec<_>>() }).to_string();
        let answer = move |headers: HeaderMap| async move {
            const TAG: &str = "\"7d1f0c\"";
            counted.fetch_add(1, Ordering::Relaxed);
            let json = [("content-type", "application/json")];
            let response: Response = match (has_etag, headers.get(IF_NONE_MATCH)) {
                (true, Some(tag)) if tag == TAG => StatusCode::NOT_MODIFIED.into_response(),
                (true, _) => ([(ETAG, TAG)], json, body).into_response(),
                (false, _) => (json, body).into_response(),
            };
            response
        };
        let router = axum::Router::new().route("/api/gift-codes", axum::routing::get(answer));
        let behind = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behind_address = behind.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(behind, router).await });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let count = bytes.clone();
        tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { return };
                let server = TcpStream::connect(behind_address).await.unwrap();
                let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
                tokio::spawn(pump(from_client, to_server, count.clone()));
                tokio::spawn(pump(from_server, to_client, count.clone()));
            }
        });
        Self { address, polls, bytes }
    }

    fn url(&self) -> String {
        format!("http://{}/api/gift-codes", self.address)
    }

    fn source(&self) -> String {
        format!("{}/api/gift-codes", self.address)
    }

    fn count(&self) -> (u64, u64) {
        (self.polls.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: Arc<AtomicU64>) {
    let mut piece = [0; 16_384];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        count.fetch_add(read as u64, Ordering::Relaxed);
        if to.write_all(&piece[..read]).await.is_err() {
            return;
        }
    }
}

/// The real binary, killed when dropped.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn start_bot(folder: &Path, double: &Double, feeds: &[&Feed], port: u16) -> Bot {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    let log = std::fs::File::create(folder.join("bot.log")).unwrap();
    command.env_clear().current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    let urls: Vec<String> = feeds.iter().map(|feed| feed.url()).collect();
    command.env("DISCORD_TOKEN", Double::TOKEN).env("DISCORD_PROXY_URL", double.url());
    command.env("GIFTCODE_API_URL", urls.join(",")).env("STATE_FILE", "bot.db").env("PORT", port.to_string());
    // Nobody listens there: nothing is left to redeem.
    command.env("GAME_API_URL", "http://127.0.0.1:9/api");
    Bot(command.spawn().unwrap())
}

/// The real binary for some minutes, with a page that people and Prometheus look at.
async fn real_minutes(figures: &mut Figures, folder: &Path, minutes: f64) {
    let double = Double::start().await;
    for number in 0..GUILDS {
        let (guild, channel) = guild(number);
        double.add_guild(Guild::new(guild).text(channel, "gift-codes"));
    }
    let (tagged, plain) = (Feed::start(true).await, Feed::start(false).await);
    settle(&folder.join("bot.db"), &[tagged.source(), plain.source()]);
    let port = free_port();
    let bot = start_bot(folder, &double, &[&tagged, &plain], port);
    let (process, began) = (bot.0.id().to_string(), Instant::now());
    double.connected(Duration::from_secs(60)).await;
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
    let whole = Duration::from_secs_f64(minutes * 60.0);
    let (mut first, mut most, mut at, mut samples) = (None, 0.0_f64, Duration::ZERO, Vec::new());
    let mut asked = [Asked::default(), Asked::default()];
    while at < whole {
        for (path, asked) in ["", "metrics"].iter().zip(&mut asked) {
            let (began, before) = (Instant::now(), usage(&process).cpu_ms);
            let answer = http.get(format!("http://127.0.0.1:{port}/{path}")).send().await.unwrap();
            assert!(answer.status().is_success(), "/{path} answers {}", answer.status());
            asked.bytes = asked.bytes.max(answer.bytes().await.unwrap().len());
            asked.slowest = asked.slowest.max(began.elapsed());
            asked.cpu_ms += usage(&process).cpu_ms - before;
            asked.times += 1.0;
        }
        at += ASKED_EVERY;
        tokio::time::sleep_until((began + at).into()).await;
        let now = usage(&process);
        samples.push(now.rss_mib);
        if at >= whole / 10 {
            most = most.max(now.rss_mib);
            first.get_or_insert((now, asked, tagged.count(), plain.count()));
        }
    }
    println!("the real binary, MiB every {} s: {samples:.1?}", ASKED_EVERY.as_secs());
    let last = usage(&process);
    let (early, asked_before, tagged_before, plain_before) = first.unwrap();
    let log = std::fs::read_to_string(folder.join("bot.log")).unwrap();
    assert!(double.sessions() == 1 && !log.contains("Posted") && !log.contains("WARN"), "{log}");
    let per_poll = |before: (u64, u64), now: (u64, u64)| (now.1 - before.1) as f64 / (now.0 - before.0) as f64;
    let polls = tagged.count().0 - tagged_before.0 + plain.count().0 - plain_before.0;
    let answering = |asked: &[Asked; 2]| asked.iter().map(|asked| asked.cpu_ms).sum::<f64>();
    let cpu = last.cpu_ms - early.cpu_ms - (answering(&asked) - answering(&asked_before));
    figures.add("the real binary: minutes", format!("{minutes}"));
    figures.add("the real binary: memory after the first tenth", mib(early.rss_mib));
    figures.add("the real binary: memory at the end", mib(last.rss_mib));
    figures.at_most(
        "the real binary: at the end / after the first tenth",
        last.rss_mib / early.rss_mib,
        GROWTH_LIMIT,
        ratio,
    );
    figures.at_most("the real binary: the most / after the first tenth", most / early.rss_mib, GROWTH_LIMIT, ratio);
    figures.at_most("the real binary: peak memory, the start included", last.peak_mib, PEAK_LIMIT, mib);
    figures.at_most(
        "the real binary: CPU of everything but HTTP, for each poll",
        cpu / polls as f64,
        CPU_LIMIT,
        millis,
    );
    let spent = cpu / (at.as_millis() as f64 * 0.9) * 100.0;
    figures.at_most("the real binary: the same, of one core", spent, CORE_LIMIT, |part| format!("{part:.2}%"));
    let unchanged = per_poll(tagged_before, tagged.count());
    figures.at_most("a poll of a feed with an ETag, both ways", unchanged, UNCHANGED_LIMIT, bytes);
    let sent = per_poll(plain_before, plain.count());
    figures.at_most("a poll of a feed without one, both ways", sent, WHOLE_LIMIT, bytes);
    for (what, asked, limit) in [("the page", asked[0], PAGE_LIMIT), ("/metrics", asked[1], METRICS_LIMIT)] {
        figures.at_most(&format!("{what}: CPU for each answer"), asked.cpu_ms / asked.times, limit, millis);
        figures.add(&format!("{what}: the slowest answer"), millis(asked.slowest.as_secs_f64() * 1000.0));
        figures.add(&format!("{what}: the largest answer"), bytes(asked.bytes as f64));
    }
    drop(bot);
}

/// What answers over HTTP took.
#[derive(Debug, Clone, Copy, Default)]
struct Asked {
    times: f64,
    cpu_ms: f64,
    slowest: Duration,
    bytes: usize,
}

fn in_real_time<T>(task: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(task)
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [first, path, sources @ ..] if first == "--settle" => {
            in_real_time(settled(Path::new(path), sources));
            return ExitCode::SUCCESS;
        }
        [first, path] if first == "--day" => {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            // Threads for SQL end after 10 s without work. Here these would be hours, so a new one now and then would stay.
            let runtime = builder.enable_all().start_paused(true).max_blocking_threads(THREADS).build().unwrap();
            runtime.block_on(day_here(path.into()));
            return ExitCode::SUCCESS;
        }
        _ if arguments.iter().any(|argument| argument == "--bench") => {}
        _ => {
            println!("run by cargo bench --bench idle");
            return ExitCode::SUCCESS;
        }
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut figures = Figures::new();
    let chosen: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let is_chosen = |part: &str| chosen.is_empty() || chosen.iter().any(|name| *name == part);
    if is_chosen("day") {
        day(&mut figures, folder.path());
    }
    if is_chosen("minutes") {
        let minutes = std::env::var("IDLE_MINUTES").map_or(MINUTES, |text| text.parse().expect("a number of minutes"));
        in_real_time(real_minutes(&mut figures, folder.path(), minutes));
    }
    figures.finish()
}
