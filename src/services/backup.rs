//! `BACKUP_DIR`: an export of the state every day, of which the last seven are kept.
//!
//! # Guarantees
//! A file named `giftcode-YYYY-MM-DD.json` (UTC) is whole: it is written in a folder of its own beside it, brought to the
//! disk, and then renamed. `state import` reads it. Only files of such names are ever deleted, and only when there are seven
//! newer ones. A failure is logged, is a problem of the health, and is tried again in an hour; it stops nothing else. The
//! state is streamed, so its size does not matter.
//!
//! # Races
//! Only the leader makes backups, one at a time. Should two processes have one directory, each writes in a folder of its own,
//! and the later rename wins. Two bots need two directories, because both call their files the same.
//!
//! # Crash
//! What a crash leaves is a folder `.giftcode-backup-…`, which is removed after a day.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::health::FailingBackup;
use crate::domain::text::clean;
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{ExportError, Exports};

/// How many are kept.
const KEPT: usize = 7;
/// The first look for today's. A start has other work.
const FIRST_POLL: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// After a failure.
const RETRY_INTERVAL: Duration = Duration::from_secs(3600);
/// What an unfinished backup leaves is surely nobody's any more after this.
const LEFTOVER_AGE: Duration = Duration::from_secs(24 * 3600);
const UNFINISHED: &str = ".giftcode-backup-";

pub struct Backup {
    exports: Exports,
    folder: PathBuf,
    clock: Clock,
    failing: watch::Sender<Option<FailingBackup>>,
}

#[derive(Debug, Error)]
enum BackupError {
    #[error("{0}")]
    Folder(io::Error),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error("the bot is ending")]
    Ending,
}

impl Backup {
    pub fn new(exports: Exports, folder: PathBuf, clock: Clock) -> Self {
        Self { exports, folder, clock, failing: watch::Sender::default() }
    }

    /// Why the latest attempt failed; `None` while all is well.
    pub fn status(&self) -> watch::Receiver<Option<FailingBackup>> {
        self.failing.subscribe()
    }

    /// Makes today's backup, unless it is there. Returns its path and number of records if it was made.
    async fn make(&self) -> Result<Option<(PathBuf, u64)>, BackupError> {
        let today = TimeZone::UTC.to_datetime(self.clock.now()).date();
        let (folder, path) = (self.folder.clone(), self.folder.join(name(today)));
        let place = {
            let path = path.clone();
            blocking(move || if path.exists() { Ok(None) } else { prepare(&folder).map(Some) }).await?
        };
        let Some(place) = place else { return Ok(None) };
        let unfinished = place.path().join("export.json");
        let file = {
            let unfinished = unfinished.clone();
            blocking(move || File::create_new(unfinished)).await?
        };
        let count = self.exports.export(&place.path().join("state.db"), file).await?;
        let (folder, to) = (self.folder.clone(), path.clone());
        blocking(move || {
            std::fs::rename(unfinished, to)?;
            File::open(&folder)?.sync_all()?;
            drop(place);
            // The backup is made, whether or not an old one can be removed.
            prune(&folder, today).unwrap_or_else(|error| tracing::debug!("Cannot remove old backups: {error}"));
            Ok(())
        })
        .await?;
        Ok(Some((path, count)))
    }

    /// Returns when to try again.
    async fn poll(&self) -> Duration {
        match self.make().await {
            Ok(made) => {
                if let Some((path, count)) = made {
                    tracing::info!("Backup written to {}: {count} records", path.display());
                }
                self.failing.send_if_modified(|failing| failing.take().is_some());
                POLL_INTERVAL
            }
            Err(error) => {
                let error = clean(&error.to_string(), 200);
                let folder = self.folder.display();
                tracing::warn!("Cannot write a backup to BACKUP_DIR ({folder}), next try in an hour: {error}");
                let now = self.clock.now();
                self.failing.send_modify(|failing| {
                    let since = failing.as_ref().map_or(now, |failing| failing.since);
                    *failing = Some(FailingBackup { since, error });
                });
                RETRY_INTERVAL
            }
        }
    }
}

impl Service for Backup {
    fn name(&self) -> &'static str {
        "backup"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let working = async {
            let mut next = Instant::now() + FIRST_POLL;
            loop {
                tokio::time::sleep_until(next).await;
                next = Instant::now() + self.poll().await;
            }
        };
        shutdown.run_until_cancelled(working).await;
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, BackupError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| BackupError::Ending)?.map_err(BackupError::Folder)
}

fn name(date: Date) -> String {
    format!("giftcode-{date}.json")
}

/// The date of a backup, from its file's name; `None` for every other file.
fn date_of(file: &str) -> Option<Date> {
    let date: Date = file.strip_prefix("giftcode-")?.strip_suffix(".json")?.parse().ok()?;
    (name(date) == file).then_some(date)
}

/// A place for an unfinished backup, in the directory itself: a rename to another disk is none.
fn prepare(folder: &Path) -> io::Result<TempDir> {
    // Only the last folder is made: where one above it is missing, a disk may not be mounted.
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    for entry in std::fs::read_dir(folder)?.filter_map(Result::ok) {
        let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if is_unfinished && age.is_some_and(|age| age > LEFTOVER_AGE) {
            // It is tried again with the next backup.
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
    tempfile::Builder::new().prefix(UNFINISHED).tempdir_in(folder)
}

/// Removes all but the newest. Those of the future are left alone: a clock was wrong, now or then.
fn prune(folder: &Path, today: Date) -> io::Result<()> {
    let names = std::fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut dates: Vec<Date> = names.filter_map(|name| date_of(&name)).filter(|date| *date <= today).collect();
    dates.sort_unstable();
    dates.reverse();
    for date in dates.into_iter().skip(KEPT) {
        std::fs::remove_file(folder.join(name(date)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn seven_are_kept_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let others = [
            "giftcode-2026-01-01.json.bak",
            "giftcode-2026-1-1.json",
            "giftcode-2026-02-30.json",
            "giftcode-20260101.json",
            "my-giftcode-2026-01-01.json",
            "giftcode-notes.json",
            "giftcode.db",
        ];
        for name in others {
            std::fs::write(path.join(name), "x").unwrap();
        }
        let day = |day| format!("giftcode-2026-11-{day:02}.json");
        for day in (1..=26).map(day).chain(["giftcode-2099-01-01.json".to_owned()]) {
            std::fs::write(path.join(day), "x").unwrap();
        }
        prune(path, "2026-11-26".parse().unwrap()).unwrap();
        let mut expected: Vec<String> = (20..=26).map(day).chain(others.map(str::to_owned)).collect();
        expected.push("giftcode-2099-01-01.json".to_owned());
        expected.sort();
        assert_eq!(files(path), expected);
    }

    #[test]
    fn what_a_crash_left_is_removed_after_a_day_and_what_another_process_writes_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("backups");
        let first = prepare(&path).unwrap();
        std::fs::write(first.path().join("export.json"), "half").unwrap();
        let old = path.join(format!("{UNFINISHED}old"));
        std::fs::create_dir(&old).unwrap();
        std::fs::write(old.join("export.json"), "half").unwrap();
        File::open(&old).unwrap().set_modified(SystemTime::now() - LEFTOVER_AGE - Duration::from_secs(60)).unwrap();
        let second = prepare(&path).unwrap();
        assert!(!old.exists() && first.path().join("export.json").exists() && second.path() != first.path());
        // A folder above it is missing: the disk is not there.
        assert_eq!(prepare(&folder.path().join("disk/backups")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
