//! What the two stores can do: `cargo bench --bench stores`. The figures and how to read them: `docs/benchmarks.md`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement fails by panicking and prints what it measured"
)]

#[path = "support/leading.rs"]
mod leading;
#[allow(dead_code, reason = "the replicator's tests use all of it")]
#[path = "../tests/replication/server.rs"]
mod server;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use futures_util::TryStreamExt;
use giftcode_bot::clock::Clock;
use giftcode_bot::domain::player::{ChannelId, GuildId};
use giftcode_bot::domain::record::{Field, Form, Kind, Record, Value};
use giftcode_bot::ports::replica::{Authority, Replica};
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{Document, doc};
use tokio_util::sync::CancellationToken;

/// How often each thing is measured; the median counts. Odd, so that there is one.
const RUNS: usize = 5;
/// A run of writes ends after this time or this many changes.
const WRITING: Duration = Duration::from_secs(2);
const CHANGES: u64 = 3_000;
/// The restore may take this many times as long as just reading the same collections.
const RESTORE_LIMIT: f64 = 1.5;

// A deployment of some size; redemptions fill up to `RECORDS`.
const RECORDS: usize = 100_000;
const GUILDS: i64 = 50;
const PLAYERS: i64 = 2_000;
const CODES: i64 = 46;
const ROSTERS: i64 = 3_000;

fn open(folder: &Path, name: &str) -> Store {
    Store::open(&folder.join(name), StateKind::Bot, Clock::system()).unwrap()
}

fn median(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}

/// The figures, as they are printed.
struct Figures(Table);

impl Figures {
    fn new() -> Self {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header(["figure", "median", "lowest", "highest"]);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        Self(table)
    }

    /// Adds a line; returns the median.
    fn add(&mut self, what: &str, measured: &[f64], show: impl Fn(f64) -> String) -> f64 {
        let lowest = measured.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = measured.iter().copied().fold(0.0, f64::max);
        let median = median(measured.to_vec());
        self.0.add_row([what.to_owned(), show(median), show(lowest), show(highest)]);
        median
    }

    fn ratio(&mut self, what: &str, ratio: f64) {
        self.0.add_row([what.to_owned(), format!("{ratio:.2}"), String::new(), String::new()]);
    }
}

fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.0} ms", seconds * 1000.0)
}

/// Writers that set channels, each change in a guild of its own, from this one on; returns how many were acknowledged, and
/// how long that took.
async fn write(store: &Store, writers: usize, guilds: &Arc<AtomicU64>) -> (f64, Duration) {
    let began = Instant::now();
    let end = guilds.load(Ordering::Relaxed) + CHANGES;
    let writer = || {
        let (store, guilds) = (store.clone(), guilds.clone());
        tokio::spawn(async move {
            let mut count = 0u32;
            while began.elapsed() < WRITING {
                let guild = guilds.fetch_add(1, Ordering::Relaxed);
                if guild >= end {
                    break;
                }
                store.set_channel(GuildId(guild), ChannelId(8)).await.unwrap();
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
    (f64::from(count), began.elapsed())
}

/// Changes per second in the file alone.
async fn file_alone(figures: &mut Figures, folder: &Path) {
    for writers in [1, 64] {
        let store = open(folder, &format!("alone-{writers}.db"));
        let guilds = Arc::new(AtomicU64::new(1));
        let mut rates = Vec::new();
        for _ in 0..RUNS {
            let (count, took) = write(&store, writers, &guilds).await;
            rates.push(count / took.as_secs_f64());
        }
        figures.add(&format!("file alone, writers: {writers}; changes acknowledged"), &rates, per_second);
    }
}

async fn until_in_step(store: &Store) {
    while store.unsent().await.unwrap().records > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Changes per second with MongoDB in step beside the file.
async fn both_stores(figures: &mut Figures, folder: &Path) {
    for writers in [1, 64] {
        let (_server, _, uri, database) = server::any().await;
        let store = open(folder, &format!("both-{writers}.db"));
        store.set_replicated(true).await.unwrap();
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let (stop, store, mongo) = (stop.clone(), store.clone(), server::mongo(&uri, &database).await);
            async move { leading::lead(&store, &mongo, stop.cancelled_owned()).await }
        });
        // Writes wait for the second store only once it keeps up.
        store.set_channel(GuildId(1), ChannelId(7)).await.unwrap();
        until_in_step(&store).await;
        let guilds = Arc::new(AtomicU64::new(2));
        let (mut acknowledged, mut in_both, mut behind) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let began = Instant::now();
            let (count, took) = write(&store, writers, &guilds).await;
            until_in_step(&store).await;
            let whole = began.elapsed();
            acknowledged.push(count / took.as_secs_f64());
            in_both.push(count / whole.as_secs_f64());
            behind.push((whole - took).as_secs_f64());
        }
        stop.cancel();
        running.await.unwrap();
        drop_database(&uri, &database).await;
        let what = format!("with MongoDB, writers: {writers};");
        figures.add(&format!("{what} changes acknowledged"), &acknowledged, per_second);
        figures.add(&format!("{what} changes in both stores"), &in_both, per_second);
        figures.add(&format!("{what} from the last change until both have all"), &behind, milliseconds);
    }
}

async fn drop_database(uri: &str, database: &str) {
    let client = mongodb::Client::with_uri_str(uri).await.unwrap();
    client.database(database).drop().await.unwrap();
}

/// A record of a kind, with these fields and something plausible in the others.
fn record(kind: Kind, set: &[(&str, Value)]) -> Record {
    let value = |field: &Field| {
        let given = set.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        given.unwrap_or(match (field.name, field.form) {
            ("version", _) => Value::Int(1_760_000_000_123 << 16),
            ("position", _) => Value::Int(0),
            ("rewards", _) => Value::Text("1K Gems, 2 Mythic Expedition Compasses, 10 8h General Speedups".into()),
            ("source", _) => Value::Text("wostools.net/api/gift-codes".into()),
            ("kind", _) => Value::Text("new".into()),
            ("condemned" | "condemned_at" | "next_digest", _) => Value::Null,
            (_, Form::Int) => Value::Int(1),
            (_, Form::Bool) => Value::Bool(field.name == "listed"),
            (_, Form::Text) => Value::Text("gogoWOS".into()),
            (_, Form::Time) => Value::Time(1_760_000_000_123),
        })
    };
    Record { kind, values: kind.fields().iter().map(value).collect() }
}

/// `RECORDS` records of all kinds as a bot has them after some months: most are redemptions, and most of these are over.
fn state() -> Vec<Record> {
    let code = |n: i64| Value::Text(format!("WOSGIFT{n:04}"));
    let guild = |n: i64| Value::Int(1_180_000_000_000_000_000 + n * 7_919_000_000_003);
    let player = |n: i64| Value::Int(40_393_213 + n * 53_197);
    let mut records = Vec::with_capacity(RECORDS);
    for n in 0..GUILDS {
        let channel = Value::Int(1_190_000_000_000_000_000 + n);
        records.push(record(Kind::Guilds, &[("guild_id", guild(n)), ("channel_id", channel)]));
    }
    for n in 0..PLAYERS {
        let nickname = Value::Text(format!("Lord Frost {n} ❄"));
        let set = [("player_id", player(n)), ("nickname", nickname), ("state", Value::Int(200 + n % 900))];
        records.push(record(Kind::Players, &set));
    }
    for n in 0..CODES {
        records.push(record(Kind::Codes, &[("code_key", code(n)), ("code", code(n))]));
    }
    for n in 0..ROSTERS {
        // Some players are on two rosters.
        let set = [("guild_id", guild((n + n / PLAYERS) % GUILDS)), ("player_id", player(n % PLAYERS))];
        records.push(record(Kind::Rosters, &set));
    }
    for n in 0..GUILDS * CODES {
        let key = [("guild_id", guild(n / CODES)), ("code_key", code(n % CODES))];
        let sent = [("nonce", Value::Text(format!("g{n:024}"))), ("message_id", Value::Int(1 << 60 | n))];
        records.push(record(Kind::Posts, &[key.as_slice(), sent.as_slice()].concat()));
        records.push(record(Kind::Runs, &key));
    }
    for n in 0.. {
        if records.len() == RECORDS {
            break;
        }
        let (outcome, status) = match n % 100 {
            0..70 => ("granted", "SUCCESS"),
            70..85 => ("already", "RECEIVED"),
            85..98 => ("failed", "STOVE_LV ERROR"),
            98 => ("gave_up", "SERVER BUSY"),
            _ => ("pending", "TIMEOUT RETRY"),
        };
        let finished = if outcome == "pending" { Value::Null } else { Value::Time(1_760_000_090_456 + n) };
        let key = [("player_id", player(n % PLAYERS)), ("code_key", code(n / PLAYERS))];
        let end = [
            ("outcome", Value::Text(outcome.into())),
            ("status", Value::Text(status.into())),
            ("finished_at", finished),
            ("version", Value::Int((1_760_000_090_456 + n) << 16)),
        ];
        records.push(record(Kind::Redemptions, &[key.as_slice(), end.as_slice()].concat()));
    }
    records
}

/// Reads every collection to its end with the driver alone; returns how long it took.
async fn read_only(uri: &str, database: &str) -> f64 {
    let began = Instant::now();
    let client = mongodb::Client::with_uri_str(uri).await.unwrap();
    let mut count = 0;
    for kind in Kind::ALL {
        let mut found = client.database(database).collection::<Document>(kind.name()).find(doc! {}).await.unwrap();
        while found.try_next().await.unwrap().is_some() {
            count += 1;
        }
    }
    assert_eq!(count, RECORDS);
    began.elapsed().as_secs_f64()
}

/// Opens the file and catches up with MongoDB, as a start does.
async fn open_and_catch_up(folder: &Path, name: &str, uri: &str, database: &str) -> f64 {
    let began = Instant::now();
    let store = open(folder, name);
    leading::meet(&store, &server::mongo(uri, database).await).await;
    began.elapsed().as_secs_f64()
}

/// A restore to an empty disk against just reading; a start in step against opening the file alone.
async fn starts(figures: &mut Figures, folder: &Path) -> f64 {
    let (_server, mongo, uri, database) = server::any().await;
    let records = state();
    // The first start of all: it makes the indexes.
    open_and_catch_up(folder, "first.db", &uri, &database).await;
    let sending = Instant::now();
    for batch in records.chunks(1000) {
        assert_eq!(mongo.put(batch, Authority::Former).await.unwrap(), Vec::<usize>::new());
    }
    figures.add("sending 100,000 records to an empty MongoDB, once", &[sending.elapsed().as_secs_f64()], milliseconds);
    read_only(&uri, &database).await;
    let (mut restoring, mut reading) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        restoring.push(open_and_catch_up(folder, &format!("restored-{run}.db"), &uri, &database).await);
        reading.push(read_only(&uri, &database).await);
    }
    let restored = figures.add("restore of 100,000 records to an empty disk", &restoring, milliseconds);
    let read = figures.add("just reading these records with the same driver", &reading, milliseconds);
    figures.ratio("restore / reading", restored / read);
    let (mut comparing, mut opening) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let name = format!("restored-{run}.db");
        let began = Instant::now();
        drop(open(folder, &name));
        opening.push(began.elapsed().as_secs_f64());
        comparing.push(open_and_catch_up(folder, &name, &uri, &database).await);
    }
    let compared = figures.add("start with 100,000 records in step: open and catch up", &comparing, milliseconds);
    let opened = figures.add("opening that file alone", &opening, milliseconds);
    figures.ratio("start in step / opening alone", compared / opened);
    drop_database(&uri, &database).await;
    restored / read
}

#[tokio::main]
async fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("run by cargo bench --bench stores");
        return;
    }
    let began = Instant::now();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let mut figures = Figures::new();
    let ratio = starts(&mut figures, folder.path()).await;
    file_alone(&mut figures, folder.path()).await;
    both_stores(&mut figures, folder.path()).await;
    println!("{}", figures.0);
    let kept = if ratio <= RESTORE_LIMIT { "kept" } else { "MISSED" };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("\nrestore / reading {ratio:.2}, limit {RESTORE_LIMIT}: {kept}");
    println!("{RUNS} runs each, on {cores} cores, in {:.0} s", began.elapsed().as_secs_f64());
}
