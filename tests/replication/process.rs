//! The real process on both stores: killed, its server killed, its file taken away.

use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use giftcode_bot::clock::Clock;
use giftcode_bot::domain::record::{Kind, Record};
use giftcode_bot::ports::Replica;
use giftcode_bot::sandbox::ledger::open_lines;
use giftcode_bot::sandbox::posts::PostedMessage;
use giftcode_bot::store::{StateKind, Store};
use tokio::process::Command;

use crate::server::{Server, replica};

const STATE: &str = "data/sandbox/giftcode.db";

fn sandbox(folder: &Path, server: &Server, keep_running: bool) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_giftcode-bot"));
    command.env_clear().current_dir(folder).kill_on_drop(true);
    command.args(["sandbox", "--mongodb", &server.uri()]).args(keep_running.then_some("--keep-running"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the second store still lacked when the process died; `None` where there is no state yet.
fn lacking(folder: &Path) -> Option<u32> {
    let connection = rusqlite::Connection::open(folder.join(STATE)).ok()?;
    connection.query_row("SELECT count(*) FROM outbox WHERE EXISTS (SELECT 1 FROM posts)", [], |row| row.get(0)).ok()
}

fn has_posts(folder: &Path) -> bool {
    let connection = rusqlite::Connection::open(folder.join(STATE)).unwrap();
    connection.query_row("SELECT EXISTS (SELECT 1 FROM posts)", [], |row| row.get(0)).unwrap_or(false)
}

/// Takes the file away, cuts it off, or overwrites its middle.
fn rob(folder: &Path, how: u32) {
    let path = folder.join(STATE);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    match how {
        0 => std::fs::remove_file(&path).unwrap(),
        1 => std::fs::write(&path, &bytes[..middle]).unwrap(),
        _ => {
            bytes[..middle].fill(0x55);
            std::fs::write(&path, bytes).unwrap();
        }
    }
    for suffix in ["-wal", "-shm"] {
        drop(std::fs::remove_file(folder.join(format!("{STATE}{suffix}"))));
    }
}

async fn all(store: &Store) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in Kind::ALL {
        records.extend(store.page(kind, None, 1_000_000).await.unwrap());
    }
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_with_its_server_and_robbed_of_its_file_it_posts_nothing_twice_and_both_stores_agree() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start();
    let (mut robbed, mut round) = (0, 0);
    // At least ten kills; then until the file was lost twice. Once all is redeemed the second store has everything soon.
    while round < 10 || robbed < 2 {
        round += 1;
        assert!(round < 60, "seed {seed}: the second store never had everything");
        let mut child = sandbox(folder.path(), &server, true).spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(rng.u64(100..1500))).await;
        let kills_server = rng.u32(0..3) == 0;
        if kills_server {
            server.kill();
            tokio::time::sleep(Duration::from_millis(rng.u64(0..400))).await;
        }
        assert!(child.try_wait().unwrap().is_none(), "round {round}, seed {seed}: it ended by itself");
        child.kill().await.unwrap();
        if kills_server {
            server.restart();
        }
        // What only the file knows dies with the file; so it is taken away only where the second store has everything.
        if lacking(folder.path()) == Some(0) && has_posts(folder.path()) {
            robbed += 1;
            rob(folder.path(), rng.u32(0..3));
        }
    }
    // Asked to stop, it leaves both in step.
    let child = sandbox(folder.path(), &server, true).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let stopped = child.wait_with_output().await.unwrap();
    let stdout = String::from_utf8(stopped.stdout).unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("MongoDB and the file are in step: "), "{stdout}");
    let world = std::fs::read_to_string(folder.path().join(format!("{STATE}.world"))).unwrap();
    let world: serde_json::Value = serde_json::from_str(&world).unwrap();
    let mongo = replica(&server.uri(), &format!("giftcode-sandbox-{}", world["started_at_ms"])).await;
    let store = Store::open(&folder.path().join(STATE), StateKind::Sandbox, Clock::system()).unwrap();
    let here = all(&store).await;
    drop(store);
    assert!(here.len() > 300, "{}", here.len());
    for kind in Kind::ALL {
        let of_kind: Vec<Record> = here.iter().filter(|record| record.kind == kind).cloned().collect();
        let mut there = mongo.get(kind, of_kind.iter().map(Record::key).collect()).await.unwrap();
        there.sort_by_key(Record::key);
        assert_eq!(there, of_kind, "seed {seed}: {kind:?}");
        assert_eq!(mongo.stamps(kind, None, 1_000_000).await.unwrap().len(), of_kind.len());
    }
    let posts: Vec<PostedMessage> = open_lines(&folder.path().join(format!("{STATE}.posts"))).unwrap().1;
    assert!(!posts.is_empty());
    let mut once = HashSet::new();
    for message in posts {
        for code in message.codes {
            assert!(once.insert((message.guild, code.code.clone(), code.generation)), "seed {seed}: {code:?}");
        }
    }
    // Left alone it goes to its end, and its own check agrees with the simulator's ledger and the channels.
    let stdout = to_its_end(sandbox(folder.path(), &server, false)).await;
    assert!(stdout.contains("✔ All "), "seed {seed}: {stdout}");
}

async fn to_its_end(mut command: Command) -> String {
    let output = command.output().await.unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{stdout}\n{}", String::from_utf8_lossy(&output.stderr));
    stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_when_both_have_it_and_takes_its_database_away_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start();
    let mut command = sandbox(folder.path(), &server, false);
    command.args(["--players", "4", "--codes", "1"]);
    let stdout = to_its_end(command).await;
    assert!(stdout.contains("✅ Dual-write success: State persisted to both MongoDB and file"), "{stdout}");
    let client = mongodb::Client::with_uri_str(server.uri()).await.unwrap();
    let left = client.list_database_names().await.unwrap();
    assert!(!left.iter().any(|name| name.contains("sandbox")), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_server_the_file_goes_on_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start();
    server.kill();
    let mut command = sandbox(folder.path(), &server, true);
    let child = command.args(["--players", "4", "--codes", "1"]).spawn().unwrap();
    tokio::time::sleep(Duration::from_secs(8)).await;
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let stopped = child.wait_with_output().await.unwrap();
    let stdout = String::from_utf8(stopped.stdout).unwrap();
    assert_eq!(stopped.status.code(), Some(0), "{stdout}");
    assert!(stdout.contains("the file goes on alone, and both are merged when it answers"), "{stdout}");
    assert!(stdout.contains("✅ Redeemed for "), "{stdout}");
}
