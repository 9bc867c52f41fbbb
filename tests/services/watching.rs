//! The watcher with the real feed client and the simulated feed.

use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::health::{EnginePhase, EngineStatus};
use giftcode_bot::domain::redeeming::breaker::{Cause, Trouble};
use giftcode_bot::feeds::FeedClient;
use giftcode_bot::runtime::config::Feed;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::sandbox::feed::{FeedEntry, FeedFault, FeedSim};
use giftcode_bot::services::health::{HealthLog, HealthMonitor};
use giftcode_bot::services::watcher::{Watcher, WatcherSettings};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{HOUR, Lines, StateFile, code, start};

pub fn entry(text: &str, windows: Vec<(Duration, Option<Duration>)>) -> FeedEntry {
    FeedEntry { code: code(text), rewards: "Gems".into(), expiry: None, windows }
}

pub fn always(text: &str) -> FeedEntry {
    entry(text, vec![(Duration::ZERO, None)])
}

/// The real client of these feeds.
pub fn client(feeds: &[&FeedSim]) -> FeedClient {
    let feeds: Vec<Feed> = feeds.iter().map(|feed| Feed { url: feed.url().parse().unwrap(), key: None }).collect();
    FeedClient::new(&feeds, Duration::from_secs(2)).unwrap()
}

pub fn settings(interval: Duration) -> WatcherSettings {
    WatcherSettings { interval, max_consecutive_errors: 5, min_absence: 6 * HOUR }
}

fn run(state: &StateFile, feeds: &[&FeedSim]) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    run_with(state, feeds, EngineStatus::default())
}

/// The watcher and the health log, beside an engine that is doing so.
fn run_with(
    state: &StateFile,
    feeds: &[&FeedSim],
    engine: EngineStatus,
) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
    let watcher = Watcher::new(client(feeds), state.store.listings(), state.clock, settings(Duration::from_secs(10)));
    let health = HealthMonitor::new(
        state.store.reports(),
        state.store.sync_log(),
        watcher.status(),
        watch::Sender::new(engine).subscribe(),
    );
    let health = HealthLog::new(health, state.clock);
    let stop = CancellationToken::new();
    let (watching, logging) = (Arc::new(watcher).run(stop.clone()), Arc::new(health).run(stop.clone()));
    (tokio::spawn(async move { tokio::try_join!(watching, logging).map(drop) }), stop)
}

async fn known(state: &StateFile) -> Vec<String> {
    state.store.reports().known_codes().await.unwrap().into_values().map(|c| c.code.to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_code_is_noticed_within_the_interval_and_the_log_says_only_what_changed() {
    let lines = Lines::capture();
    let state = StateFile::new();
    let appears = entry("NEW1", vec![(Duration::from_secs(35), None)]);
    let feed = FeedSim::start(vec![always("gogoWOS"), appears], start(), state.clock).unwrap();
    let (task, stop) = run(&state, &[&feed]);
    tokio::time::sleep(Duration::from_secs(34)).await;
    assert_eq!(known(&state).await, ["gogoWOS"]);
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(known(&state).await, ["gogoWOS", "NEW1"]);
    let (requests, not_modified) = feed.requests();
    assert_eq!((requests, not_modified), (5, 3), "what did not change is not sent again");
    assert_eq!(
        lines.all(),
        [
            "Starting giftcode poster with interval=10s",
            "Successfully fetched 1 gift codes (attempt 1)",
            "Successfully fetched 2 gift codes (attempt 1)",
        ]
    );
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn too_many_errors_slow_it_down_and_one_success_restores_it() {
    let lines = Lines::capture();
    let state = StateFile::new();
    let feed = FeedSim::start(vec![always("A1")], start(), state.clock).unwrap();
    feed.set_fault(Some(FeedFault::Status(500)));
    let (task, stop) = run(&state, &[&feed]);
    // Checks at 0, 10, 20, 30, 40 s, then 20, 40 and 80 s later.
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(lines.count("Too many consecutive errors (5), next check in 20s"), 1, "{:?}", lines.all());
    assert_eq!(lines.count("Too many consecutive errors (6), next check in 40s"), 1, "{:?}", lines.all());
    assert_eq!(feed.requests().0, 6);
    feed.set_fault(None);
    tokio::time::sleep(Duration::from_secs(42)).await;
    assert_eq!(known(&state).await, ["A1"]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(feed.requests().0, 8, "every 10 s again");
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_failing_feed_hides_no_other_and_health_says_so() {
    let lines = Lines::capture();
    let state = StateFile::new();
    let good = FeedSim::start(vec![always("A1")], start(), state.clock).unwrap();
    let bad = FeedSim::start(vec![always("B2")], start(), state.clock).unwrap();
    let (task, stop) = run(&state, &[&bad, &good]);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(known(&state).await, ["A1", "B2"]);
    bad.set_fault(Some(FeedFault::Html));
    tokio::time::sleep(Duration::from_secs(994)).await;
    let health = lines.all().into_iter().filter(|line| line.starts_with("📊")).collect::<Vec<_>>();
    assert_eq!(health.len(), 1, "{:?}", lines.all());
    assert!(health[0].contains("Gift code poster degraded: 1 of 2 feeds fail; 127.0.0.1:"), "{}", health[0]);
    assert!(health[0].ends_with("Checks completed: 100"), "{}", health[0]);
    // Codes of the failing feed alone do not count as gone.
    assert!(state.store.reports().known_codes().await.unwrap()[&code("B2").key()].listed);
    bad.set_fault(None);
    tokio::time::sleep(Duration::from_secs(1000)).await;
    assert_eq!(lines.count("📊 Health check: Gift code poster healthy. Checks completed: 200"), 1, "{:?}", lines.all());
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_health_line_shows_other_services_trouble_too() {
    let lines = Lines::capture();
    let state = StateFile::new();
    let feed = FeedSim::start(vec![always("A1")], start(), state.clock).unwrap();
    let trouble = Trouble { cause: Cause::Down, since: Duration::ZERO, evidence: Status::TimedOut };
    let phase = EnginePhase::Open { trouble, since: start() };
    let engine = EngineStatus { phase, ..EngineStatus::default() };
    let (task, stop) = run_with(&state, &[&feed], engine.clone());
    tokio::time::sleep(Duration::from_secs(1001)).await;
    let trouble = engine.trouble().unwrap();
    let line = format!("📊 Health check: Gift code poster degraded: {trouble}. Checks completed: 10");
    assert_eq!(lines.count(&line), 1, "{:?}", lines.all());
    stop.cancel();
    task.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn bad_answers_change_nothing_and_are_one_line_each() {
    for (fault, part) in [
        (FeedFault::Status(500), "answers with HTTP 500"),
        (FeedFault::Html, "is not a list of codes"),
        (FeedFault::Huge, "answers with more than 1048576 bytes"),
        (FeedFault::HalfJson, "is not a list of codes"),
        (FeedFault::Hang, "cannot be reached: no answer in time"),
        (FeedFault::Empty, "answers with an empty list, though it had codes"),
        (
            FeedFault::Raw(r#"{"codes":["BAD\nCODE","@everyone"]}"#.into()),
            "lists 2 entries, but none is a code: the entry BAD CODE",
        ),
        (FeedFault::Raw(r#"{"error":"Invalid\nkey"}"#.into()), "reports an error: Invalid key"),
    ] {
        let lines = Lines::capture();
        let state = StateFile::new();
        let feed = FeedSim::start(vec![always("A1")], start(), state.clock).unwrap();
        let (task, stop) = run(&state, &[&feed]);
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = state.store.reports().known_codes().await.unwrap();
        feed.set_fault(Some(fault.clone()));
        tokio::time::sleep(Duration::from_secs(40)).await;
        assert_eq!(state.store.reports().known_codes().await.unwrap(), before, "{fault:?}");
        let said: Vec<String> = lines
            .all()
            .into_iter()
            .filter(|line| line.starts_with("The feed ") && !line.contains("cannot be read"))
            .collect();
        assert_eq!(said.len(), 1, "{fault:?}: {:?}", lines.all());
        assert!(said[0].contains(part), "{fault:?}: {}", said[0]);
        stop.cancel();
        task.await.unwrap().unwrap();
    }
}
