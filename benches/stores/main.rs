//! What the two stores can do: `cargo bench --bench stores`. `docs/benchmarks.md` explains the figures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a measurement fails by panicking")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measured")]
#![allow(clippy::cast_precision_loss, dead_code, reason = "figures are rounded; not all of the tests' tools are used")]

#[path = "../../tests/replication/bots.rs"]
mod bots;
#[path = "../figures/mod.rs"]
#[allow(dead_code, reason = "each benchmark uses a part of it")]
mod figures;
#[path = "../../tests/replication/machine.rs"]
mod machine;
mod processes;
#[path = "../../tests/replication/proxy.rs"]
mod proxy;
#[path = "../../tests/replication/records.rs"]
mod records;
#[path = "../../tests/replication/server.rs"]
mod server;
#[path = "../../tests/replication/sessions.rs"]
mod sessions;
mod starts;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::domain::codes::listing::{Entry, FeedAnswer};
use giftcode_bot::domain::players::player::{AllianceId, ChannelId, Player, PlayerId, State};
use giftcode_bot::domain::sync::record::RecordKind;
use giftcode_bot::ports::{AnnounceError, Announcement, Announcer, Correction, MessageId, Posted};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::poster::Poster;
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{Document, doc};
use tokio_util::sync::CancellationToken;

use figures::{Figures, per_second, ratio, seconds};
use proxy::Proxy;
use server::Server;
use sessions::session;

/// What is added to a round trip to MongoDB, in milliseconds.
const LATENCIES: [u64; 3] = [0, 30, 100];
/// How often compared figures are measured, alternately. The median counts.
const RUNS: usize = 3;
/// A series of writes ends after this time.
const WRITING: Duration = Duration::from_secs(2);
const ROSTER: u64 = 5_000;
const GUILDS: u64 = 200;
const DATABASE: &str = "giftcode";
/// A roster in both stores may take this many times as long as the bare driver's upserts, and a restore as bare
/// reading.
const RATIO_LIMIT: f64 = 1.3;

/// Whether the server is another one than the Python package's.
fn is_fast() -> bool {
    server::has_mongod() || server::has_secantusd_rs()
}

/// Writers that set channels, each in a guild of its own. Returns the acknowledged changes per second.
async fn write(store: &Store, writers: usize, guilds: &Arc<AtomicU64>) -> f64 {
    let began = Instant::now();
    let writer = || {
        let (store, guilds) = (store.clone(), guilds.clone());
        tokio::spawn(async move {
            let mut count = 0u32;
            while began.elapsed() < WRITING {
                let guild = guilds.fetch_add(1, Ordering::Relaxed);
                store.guilds().set_channel(AllianceId(guild), ChannelId(8)).await.unwrap();
                count += 1;
            }
            count
        })
    };
    let writers: Vec<_> = (0..writers).map(|_| writer()).collect();
    let mut count = 0;
    for writer in writers {
        count += writer.await.unwrap();
    }
    f64::from(count) / began.elapsed().as_secs_f64()
}

async fn until_sent(store: &Store) {
    while store.sync_log().unsent().await.unwrap().records > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Changes acknowledged by the file alone.
async fn file_alone(figures: &mut Figures, folder: &Path) {
    for writers in [1, 64] {
        let store = Store::open(&folder.join(format!("alone-{writers}.db")), StateKind::Bot, Clock::system()).unwrap();
        let rate = write(&store, writers, &Arc::new(AtomicU64::new(1))).await;
        figures.add(&format!("file alone, writers: {writers}; changes acknowledged"), per_second(rate));
    }
}

/// Changes acknowledged with MongoDB at this distance.
async fn changes(figures: &mut Figures, folder: &Path, latency: u64) {
    let server = Server::on_disk();
    let far = Proxy::far(&server.uri(), Duration::from_millis(latency));
    let work = async |store: &Store| {
        let mut rates = Vec::new();
        for writers in [1, 64] {
            rates.push((
                writers,
                write(store, writers, &Arc::new(AtomicU64::new(1 + writers as u64 * 1_000_000))).await,
            ));
            until_sent(store).await;
        }
        rates
    };
    let path = folder.join(format!("changes-{latency}.db"));
    for (writers, rate) in session(&path, &far.uri(), DATABASE, work).await {
        figures.add(&format!("{latency} ms, writers: {writers}; changes acknowledged"), per_second(rate));
    }
}

/// A sender that takes no time.
#[derive(Clone, Default)]
struct Channels(Arc<AtomicU64>);

impl Announcer for Channels {
    async fn announce(&self, _: &Announcement) -> Result<Posted, AnnounceError> {
        Ok(Posted::new(MessageId(1 + self.0.fetch_add(1, Ordering::SeqCst)), true))
    }

    async fn correct(&self, _: &Correction) -> Result<(), AnnounceError> {
        Ok(())
    }
}

/// A code for many guilds: planned, recorded, sent and recorded again by the real poster.
async fn posts(figures: &mut Figures, folder: &Path, latency: u64) {
    let server = Server::on_disk();
    let far = Proxy::far(&server.uri(), Duration::from_millis(latency));
    let work = async |store: &Store| {
        for guild in 1..=GUILDS {
            store.guilds().set_channel(AllianceId(guild), ChannelId(8)).await.unwrap();
        }
        until_sent(store).await;
        let answer = FeedAnswer::new("f", vec![Entry::active(Code::parse("gogoWOS").unwrap())]);
        store.listings().apply_answer(Some(answer), &["f".to_owned()], Duration::ZERO).await.unwrap();
        let (channels, done) = (Channels::default(), CancellationToken::new());
        let poster = Poster::new(channels.clone(), store.posts(), store.guilds(), Clock::system());
        let began = Instant::now();
        let running = tokio::spawn(Arc::new(poster).run(done.clone()));
        while channels.0.load(Ordering::SeqCst) < GUILDS || store.reports().waiting_messages().await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
            assert!(began.elapsed() < Duration::from_secs(60), "{} posts", channels.0.load(Ordering::SeqCst));
        }
        let took = began.elapsed().as_secs_f64();
        done.cancel();
        running.await.unwrap().unwrap();
        took
    };
    let path = folder.join(format!("posts-{latency}.db"));
    let took = session(&path, &far.uri(), DATABASE, work).await;
    figures.add(&format!("{latency} ms; posts, sent and noted in both stores"), per_second(GUILDS as f64 / took));
}

/// A roster in both stores compared with the bare driver's upserts of the same documents.
async fn roster(figures: &mut Figures, folder: &Path, latency: u64) {
    let server = Server::on_disk();
    let far = Proxy::far(&server.uri(), Duration::from_millis(latency));
    let player = |guild: u64, n: u64| Player {
        id: PlayerId::new(guild * 1_000_000 + n).unwrap(),
        nickname: format!("Lord Frost {n} ❄"),
        state: State::new(245),
        furnace_level: None,
    };
    let work = async |store: &Store| {
        let (mut with_store, mut bare) = (Vec::new(), Vec::new());
        for run in 1..=RUNS as u64 {
            store.guilds().set_channel(AllianceId(run), ChannelId(8)).await.unwrap();
            until_sent(store).await;
            let players = (0..ROSTER).map(|n| player(run, n)).collect();
            let began = Instant::now();
            store.rosters().add_to_roster(AllianceId(run), players).await.unwrap();
            until_sent(store).await;
            with_store.push(began.elapsed().as_secs_f64());
            // The same documents, to another database.
            let documents = documents_of(&server.uri(), run).await;
            assert_eq!(documents.len() as u64, 2 * ROSTER);
            bare.push(records::bare_upserts(&far.uri(), &format!("bare-{run}"), &documents).await);
        }
        (with_store, bare)
    };
    let path = folder.join(format!("roster-{latency}.db"));
    let (with_store, bare) = session(&path, &far.uri(), DATABASE, work).await;
    let ratios: Vec<f64> = with_store.iter().zip(&bare).map(|(with_store, bare)| with_store / bare).collect();
    figures.add_all(&format!("{latency} ms; a roster of {ROSTER} until both stores have it"), &with_store, seconds);
    figures.add_all(&format!("{latency} ms; the bare driver's upserts of the same documents"), &bare, seconds);
    figures.median_at_most(&format!("{latency} ms; roster / bare driver"), &ratios, RATIO_LIMIT, ratio);
}

/// The documents of one guild's roster and players.
async fn documents_of(uri: &str, guild: u64) -> Vec<(RecordKind, Document)> {
    let database = mongodb::Client::with_uri_str(uri).await.unwrap().database(DATABASE);
    let mut documents = Vec::new();
    let guild = guild.cast_signed();
    let range = doc! { "$gte": guild * 1_000_000, "$lt": (guild + 1) * 1_000_000 };
    for kind in [RecordKind::Players, RecordKind::Rosters] {
        let found =
            database.collection::<Document>(kind.name()).find(doc! { "player_id": range.clone() }).await.unwrap();
        let found: Vec<Document> = found.try_collect().await.unwrap();
        documents.extend(found.into_iter().map(|document| (kind, document)));
    }
    documents
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, path, uri] = arguments.as_slice()
        && first == starts::START
    {
        starts::start_here(Path::new(path), uri).await;
        return ExitCode::SUCCESS;
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("run by cargo bench --bench stores");
        return ExitCode::SUCCESS;
    }
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let folder = folder.path();
    let mut figures = Figures::new();
    // `-- roster` measures that part alone.
    let chosen: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let is_chosen = |part: &str| chosen.is_empty() || chosen.iter().any(|name| *name == part);
    if is_chosen("changes") {
        file_alone(&mut figures, folder).await;
    }
    for latency in LATENCIES {
        if is_chosen("changes") {
            changes(&mut figures, folder, latency).await;
        }
        if is_chosen("posts") {
            posts(&mut figures, folder, latency).await;
        }
        if is_chosen("roster") {
            roster(&mut figures, folder, latency).await;
        }
    }
    if is_chosen("processes") {
        Box::pin(processes::stop(&mut figures)).await;
        processes::takeover(&mut figures).await;
    }
    if is_chosen("starts") || is_chosen("merging") {
        starts::merging(&mut figures, folder, 100_000).await;
    }
    if is_chosen("starts") {
        starts::starts(&mut figures, folder, 100_000, RUNS, &LATENCIES).await;
    }
    if is_chosen("million") && is_fast() {
        starts::starts(&mut figures, folder, 1_000_000, 1, &LATENCIES).await;
    } else if is_chosen("million") {
        println!(
            "a million records are not measured: the Python package's server decodes a whole collection before it answers; put \
             mongod or secantusd-rs on the PATH"
        );
    }
    figures.finish()
}
