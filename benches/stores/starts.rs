//! How an instance starts: a restore to an empty disk, a comparison, a takeover when caught up.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use giftcode_bot::domain::sync::election::Position;
use giftcode_bot::domain::sync::record::{Record, RecordKind};
use giftcode_bot::runtime::clock::Clock;
use giftcode_bot::store::{StateKind, Store};
use mongodb::bson::{Document, doc};

use crate::figures::{Figures, mib, ratio, seconds};
use crate::proxy::Proxy;
use crate::server::Server;
use crate::sessions::session;
use crate::{DATABASE, RATIO_LIMIT, is_fast, records};

/// How often a takeover when caught up is measured.
const TAKEOVERS: usize = 3;
/// As many as arrive while others are merged.
const MERGED_AT_ONCE: usize = 32_000;
/// The limits for what a takeover when caught up reads, and for the memory of a restore, whatever the amount of data.
const KIB_LIMIT: f64 = 64.0;
const MIB_LIMIT: f64 = 100.0;
/// The name of a process of its own that does nothing but start.
pub const START: &str = "--start";

/// How long a start took, and the peak memory of its process.
struct Start {
    seconds: f64,
    mib: f64,
}

/// From the start until the services would start, in a process of its own.
async fn start(path: &Path, uri: &str) -> Start {
    let mut command = tokio::process::Command::new(std::env::current_exe().unwrap());
    let output = command.arg(START).args([path.to_str().unwrap(), uri]).output().await.unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{failed}");
    let (seconds, mib) = said.trim().split_once(' ').unwrap();
    Start { seconds: seconds.parse().unwrap(), mib: mib.parse().unwrap() }
}

/// The same in this process, which prints both.
pub async fn start_here(path: &Path, uri: &str) {
    let began = Instant::now();
    let took = session(path, uri, DATABASE, async |_| began.elapsed().as_secs_f64()).await;
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: f64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    println!("{took} {}", kib / 1024.0);
}

/// Reads every collection to its end with the bare driver. Returns how long it took.
async fn read_only(uri: &str, count: usize) -> f64 {
    let began = Instant::now();
    let client = mongodb::Client::with_uri_str(uri).await.unwrap();
    let mut read = 0;
    for kind in RecordKind::ALL {
        let mut found = client.database(DATABASE).collection::<Document>(kind.name()).find(doc! {}).await.unwrap();
        while found.try_next().await.unwrap().is_some() {
            read += 1;
        }
    }
    assert!(read >= count, "{read}");
    began.elapsed().as_secs_f64()
}

/// Makes a file's history unknown, as if it had been restored from a backup.
async fn forget_history(path: &Path) {
    let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
    store.sync_log().note_caught_up("another database", Position { term: 1, round: 1 }).await.unwrap();
}

async fn count_of(path: &Path) -> usize {
    let store = Store::open(path, StateKind::Bot, Clock::system()).unwrap();
    let mut count = 0;
    for kind in RecordKind::ALL {
        let mut after = None;
        loop {
            let page = store.sync_log().page(kind, after, 10_000).await.unwrap();
            count += page.len();
            let Some(last) = page.last() else { break };
            after = Some(last.key());
        }
    }
    count
}

/// SQLite's share of a restore: the records merged into an empty file, with no other work.
pub async fn merging(figures: &mut Figures, folder: &Path, count: usize) {
    let store = Store::open(&folder.join("merged.db"), StateKind::Bot, Clock::system()).unwrap();
    store.sync_log().set_replicated(true).await.unwrap();
    let mut records = records::state(count).peekable();
    let mut took = 0.0;
    while records.peek().is_some() {
        let page: Vec<Record> = records.by_ref().take(MERGED_AT_ONCE).collect();
        let began = Instant::now();
        store.sync_log().merge(page).await.unwrap();
        took += began.elapsed().as_secs_f64();
    }
    figures.add(&format!("{count} records merged into an empty file, without a server"), seconds(took));
}

/// A restore to an empty disk and a comparison, each measured against bare reading, with each of these latencies; and
/// how long a takeover when caught up takes, and what it reads.
pub async fn starts(figures: &mut Figures, folder: &Path, count: usize, runs: usize, latencies: &[u64]) {
    let server = Server::on_disk();
    let uri = server.uri();
    let path = |name: &str| folder.join(format!("{count}-{name}.db"));
    // An earlier leader, so that there is a lease.
    start(&path("first"), &uri).await;
    let leases = mongodb::Client::with_uri_str(&uri).await.unwrap().database(DATABASE).collection::<Document>("leases");
    let lease = leases.find_one(doc! { "_id": "all" }).await.unwrap().unwrap();
    let position = Position { term: lease.get_i64("term").unwrap(), round: 1 };
    let filling = Instant::now();
    records::fill(&uri, DATABASE, records::state(count), position).await;
    leases.update_one(doc! { "_id": "all" }, doc! { "$set": { "round": 1_i64 } }).await.unwrap();
    println!("{count} documents inserted in {:.0} s", filling.elapsed().as_secs_f64());
    let restored_to = path("restored");
    for latency in latencies {
        let far = Proxy::far(&uri, Duration::from_millis(*latency));
        restores(figures, &restored_to, &far.uri(), (count, runs, *latency)).await;
    }
    let proxy = Proxy::before(&uri);
    let mut takeovers = Vec::new();
    for _ in 0..TAKEOVERS {
        takeovers.push(start(&restored_to, &proxy.uri()).await.seconds);
    }
    let kib = proxy.bytes_to_clients() as f64 / TAKEOVERS as f64 / 1024.0;
    figures.add_all(&format!("takeover with {count} records, caught up"), &takeovers, seconds);
    figures.at_most("what it reads, from the start to the end", kib, KIB_LIMIT, |kib| format!("{kib:.0} KiB"));
}

async fn restores(figures: &mut Figures, to: &Path, uri: &str, (count, runs, latency): (usize, usize, u64)) {
    let (mut restored, mut compared, mut reading) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        for suffix in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(to.with_extension(format!("db{suffix}"))));
        }
        restored.push(start(to, uri).await);
        reading.push(read_only(uri, count).await);
        forget_history(to).await;
        compared.push(start(to, uri).await);
    }
    assert_eq!(count_of(to).await, count);
    let took = |starts: &[Start]| starts.iter().map(|start| start.seconds).collect::<Vec<_>>();
    let against =
        |starts: &[Start]| starts.iter().zip(&reading).map(|(start, read)| start.seconds / read).collect::<Vec<_>>();
    let memory: Vec<f64> = restored.iter().chain(&compared).map(|start| start.mib).collect();
    figures.add_all(&format!("{latency} ms; restore of {count} records to an empty disk"), &took(&restored), seconds);
    figures.add_all(&format!("{latency} ms; comparison of a file that has all {count}"), &took(&compared), seconds);
    figures.add_all(&format!("{latency} ms; just reading them with the same driver"), &reading, seconds);
    for (what, starts) in [("restore", &restored), ("comparison", &compared)] {
        let (what, ratios) = (format!("{latency} ms; {what} / reading"), against(starts));
        // A fast server on the same cores leaves none for merging, so the figure would describe the machine.
        match is_fast() && latency == 0 {
            true => figures.add_all(&what, &ratios, ratio),
            false => figures.median_at_most(&what, &ratios, RATIO_LIMIT, ratio),
        }
    }
    figures.median_at_most("the most memory of either", &memory, MIB_LIMIT, mib);
}
