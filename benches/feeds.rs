//! How soon a code listed by the feeds is in the store: `cargo bench --bench feeds`. `docs/benchmarks.md` explains the
//! figures. Time is paused, so they are the same on every machine and in every profile.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement fails by panicking and prints what it measured"
)]

use std::sync::Arc;
use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use giftcode_bot::domain::codes::code::Code;
use giftcode_bot::feeds::FeedClient;
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::runtime::config::Feed;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::feed::{FeedEntry, FeedFault, FeedSim};
use giftcode_bot::services::watcher::{Watcher, WatcherSettings};
use giftcode_bot::store::{StateKind, Store};
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

const INTERVAL: Duration = Duration::from_secs(10);
/// The codes that appear, one after another.
const CODES: u32 = 200;
/// The time between two codes. It is no multiple of the interval, so that codes appear at all points of it.
const APART: Duration = Duration::from_millis(10_137);

/// The average and the longest time from a code's appearance in all feeds at once to its being in the store.
async fn seen_after(sources: usize, faults: &[FeedFault]) -> (f64, f64) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let started = Timestamp::from_second(1_760_000_000).unwrap();
    let clock = Clock::simulated(started);
    let store = Store::open(&folder.path().join("feeds.db"), StateKind::Bot, clock).unwrap();
    let appears = |number: u32| INTERVAL + APART * number;
    let code = |number: u32| Code::parse(&format!("CODE{number}")).unwrap();
    let entry = |number| FeedEntry {
        code: code(number),
        rewards: "Gems".into(),
        expiry: None,
        windows: vec![(appears(number), None)],
    };
    let entries: Vec<FeedEntry> = (0..CODES).map(entry).collect();
    let sims: Vec<FeedSim> = (0..sources).map(|_| FeedSim::start(entries.clone(), started, clock).unwrap()).collect();
    for (sim, fault) in sims.iter().zip(faults) {
        sim.set_fault(Some(fault.clone()));
    }
    let feeds: Vec<Feed> = sims.iter().map(|sim| Feed { url: sim.url().parse().unwrap(), key: None }).collect();
    let client = FeedClient::new(&feeds, INTERVAL).unwrap();
    let settings =
        WatcherSettings { interval: INTERVAL, max_consecutive_errors: 5, min_absence: Duration::from_secs(6 * 3600) };
    let watcher = Watcher::new(client, store.listings(), clock, settings);
    let stop = CancellationToken::new();
    let running = tokio::spawn(Arc::new(watcher).run(stop.clone()));
    tokio::time::sleep(appears(CODES) + 2 * INTERVAL).await;
    stop.cancel();
    running.await.unwrap().unwrap();
    let mut waits = Vec::new();
    for number in 0..CODES {
        let seen: Timestamp = store.reports().first_seen(code(number).key()).await.unwrap().unwrap();
        waits.push(seen.duration_since(started).as_secs_f64() - appears(number).as_secs_f64());
    }
    (waits.iter().sum::<f64>() / f64::from(CODES), waits.into_iter().fold(0.0, f64::max))
}

/// Runs in paused time.
fn measure(sources: usize, faults: &[FeedFault]) -> (f64, f64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(seen_after(sources, faults))
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return println!("run by cargo bench --bench feeds");
    }
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(["from listing to the store", "measured", "limit", ""]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut missed = 0;
    for (what, sources, faults) in [
        ("1 feed", 1, vec![]),
        ("2 feeds", 2, vec![]),
        ("3 feeds", 3, vec![]),
        ("3 feeds, one of which hangs", 3, vec![FeedFault::Hang]),
        ("3 feeds, one of which answers 502", 3, vec![FeedFault::Status(502)]),
    ] {
        let (average, longest) = measure(sources, &faults);
        let interval = INTERVAL.as_secs_f64();
        // The longest time between two polls that are answered.
        let share =
            interval * f64::from(u32::try_from(1 + faults.len()).unwrap()) / f64::from(u32::try_from(sources).unwrap());
        for (which, value, limit) in [("on average", average, share / 2.0), ("at the longest", longest, share)] {
            let limit = limit * 1.1;
            missed += u32::from(value > limit);
            let word = if value > limit { "MISSED" } else { "kept" };
            table.add_row([
                format!("{what}: {which}"),
                format!("{value:.2} s"),
                format!("≤ {limit:.2} s"),
                word.to_owned(),
            ]);
        }
    }
    println!("{table}");
    let kept = if missed == 0 { "all limits kept".to_owned() } else { format!("{missed} limits MISSED") };
    println!("\n{kept}; {CODES} codes each, polled every {} s", INTERVAL.as_secs());
}
