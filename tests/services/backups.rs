//! The daily backup on a real state file, in paused time.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use giftcode_bot::domain::health::FailingBackup;
use giftcode_bot::runtime::supervisor::Service;
use giftcode_bot::services::backup::Backup;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::support::{GUILD, HOUR, Lines, StateFile, players, start};

const MINUTE: Duration = Duration::from_secs(60);

struct Running {
    status: watch::Receiver<Option<FailingBackup>>,
    _service: AbortOnDropHandle<anyhow::Result<()>>,
}

fn run(state: &StateFile, folder: &Path) -> Running {
    let backup = Backup::new(state.store.exports(), folder.to_owned(), state.clock);
    let status = backup.status();
    let service = tokio::spawn(Arc::new(backup).run(CancellationToken::new()));
    Running { status, _service: AbortOnDropHandle::new(service) }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// How many records a backup holds; it must be whole.
fn records(path: &Path) -> usize {
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    assert_eq!(json["giftcode_bot_state"], 1);
    json["records"].as_array().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn each_day_has_its_backup_and_seven_are_kept() {
    let (state, lines) = (StateFile::new(), Lines::capture());
    state.guild(GUILD, players(1..=2500)).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("backups");
    let running = run(&state, &path);
    tokio::time::sleep(MINUTE).await;
    // The day is that of UTC: 2025-10-09 08:53:20.
    assert_eq!(files(&path), ["giftcode-2025-10-09.json"]);
    assert_eq!(records(&path.join("giftcode-2025-10-09.json")), 5001, "the guild, its players, and its roster");
    tokio::time::sleep(9 * 24 * HOUR).await;
    let days: Vec<String> = (12..=18).map(|day| format!("giftcode-2025-10-{day}.json")).collect();
    assert_eq!(files(&path), days);
    assert_eq!(lines.count("Backup written to "), 10);
    // A restart on the same day makes none.
    drop(running);
    let _again = run(&state, &path);
    tokio::time::sleep(HOUR).await;
    assert_eq!((lines.count("Backup written to "), lines.count("Cannot")), (10, 0));
    // The day begins at midnight.
    tokio::time::sleep(15 * HOUR).await;
    assert_eq!(files(&path).last().unwrap(), "giftcode-2025-10-19.json");
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_a_problem_is_tried_hourly_and_leaves_nothing() {
    let (state, lines) = (StateFile::new(), Lines::capture());
    state.guild(GUILD, players(1..=10)).await;
    let folder = tempfile::tempdir().unwrap();
    // It is where a disk should be, and that is not there.
    let path = folder.path().join("disk/backups");
    let running = run(&state, &path);
    tokio::time::sleep(6 * HOUR).await;
    assert_eq!(lines.count("Cannot write a backup to BACKUP_DIR ("), 6);
    let failing = running.status.borrow().clone().unwrap();
    assert!(failing.error.contains("No such file or directory"), "{}", failing.error);
    assert_eq!(failing.since.as_second(), start().as_second() + 10);
    std::fs::create_dir(folder.path().join("disk")).unwrap();
    // A file is in its place.
    std::fs::write(&path, "").unwrap();
    tokio::time::sleep(HOUR).await;
    assert!(running.status.borrow().clone().unwrap().error.contains("Not a directory"));
    std::fs::remove_file(&path).unwrap();
    tokio::time::sleep(HOUR).await;
    assert_eq!(*running.status.borrow(), None);
    assert_eq!(files(&path).len(), 1);
}

/// Yesterday's backup stays, and nothing half made appears beside it, wherever the attempt fails.
#[tokio::test(start_paused = true)]
async fn where_nothing_can_be_written_or_read_only_whole_backups_stay() {
    let (state, lines) = (StateFile::new(), Lines::capture());
    state.guild(GUILD, players(1..=10)).await;
    // Nobody may make a file there, not even root.
    let running = run(&state, Path::new("/sys/kernel"));
    tokio::time::sleep(HOUR).await;
    assert!(running.status.borrow().is_some(), "{:?}", lines.all());
    drop(running);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("giftcode-2025-10-08.json"), "yesterday").unwrap();
    std::fs::remove_file(state.path()).unwrap();
    let running = run(&state, folder.path());
    tokio::time::sleep(HOUR).await;
    let failing = running.status.borrow().clone().unwrap();
    assert!(failing.error.contains("there is no such file"), "{}", failing.error);
    assert_eq!(files(folder.path()), ["giftcode-2025-10-08.json"]);
    assert_eq!(lines.count("Cannot write a backup to BACKUP_DIR ("), 2);
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_no_short_file() {
    let state = StateFile::new();
    state.guild(GUILD, players(1..=5000)).await;
    let folder = tempfile::tempdir().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let error = state.store.exports().export(&folder.path().join("copy.db"), full).await.unwrap_err();
    assert!(error.to_string().contains("No space left on device"), "{error}");
    // The last pages fit into a buffer: the disk says so at the end.
    let (few, full) = (StateFile::new(), File::options().write(true).open("/dev/full").unwrap());
    let error = few.store.exports().export(&folder.path().join("few.db"), full).await.unwrap_err();
    assert!(error.to_string().contains("No space left on device"), "{error}");
}
