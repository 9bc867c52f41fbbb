//! The state file and its disk, only read (`src/store/inspection`), beside a running bot or without one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Access, access, statvfs};
use tokio::time::{Instant, timeout};

use crate::domain::check::{Finding, FindingId, disk_space};
use crate::store::{Integrity, StoreError, check_integrity, lock_holder, state_overview};

/// How long reading the file's own facts may take: a disk may hang.
const READ_WITHIN: Duration = Duration::from_secs(2);

/// `integrity_within` is how long the file's pages may be compared; with `None` they are not.
pub async fn check_state(path: PathBuf, integrity_within: Option<Duration>) -> Vec<Finding> {
    let began = Instant::now();
    let limit = READ_WITHIN + integrity_within.unwrap_or_default();
    let checked = tokio::task::spawn_blocking(move || check(&path, integrity_within));
    let findings = match timeout(limit, checked).await {
        Ok(Ok(findings)) => findings,
        Ok(Err(_)) | Err(_) => {
            let text = format!("reading it took more than {} s: its disk does not answer", limit.as_secs());
            vec![Finding::new(FindingId::StateUnreadable, text)]
        }
    };
    findings.into_iter().map(|finding| finding.took(began.elapsed())).collect()
}

fn check(path: &Path, integrity_within: Option<Duration>) -> Vec<Finding> {
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    let state = check_file(path, integrity_within, lock_holder(path)).of(path.display().to_string());
    std::iter::once(state).chain(check_disk(path, size)).collect()
}

fn check_file(path: &Path, integrity_within: Option<Duration>, holder: Option<u32>) -> Finding {
    let size = match std::fs::metadata(path) {
        Ok(file) if file.is_file() => file.len(),
        Ok(_) => return Finding::new(FindingId::StateUnreadable, "it is not a file"),
        Err(error) if error.kind() == ErrorKind::NotFound => return absent(path),
        Err(error) => return Finding::new(FindingId::StateUnreadable, format!("it cannot be read ({error})")),
    };
    if size == 0 {
        return Finding::new(FindingId::StateEmpty, "it is empty");
    }
    let overview = match state_overview(path) {
        Ok(overview) => overview,
        Err(error) => return unusable(error),
    };
    let integrity = match integrity_within.map(|limit| check_integrity(path, limit)).transpose() {
        // A bot has started meanwhile, and has changed the file under this reader.
        Ok(Some(Integrity::Faulty(_))) if lock_holder(path) != holder => {
            integrity_within.map(|limit| check_integrity(path, limit)).transpose()
        }
        checked => checked,
    };
    let integrity = match integrity {
        Ok(Some(Integrity::Faulty(fault))) => {
            return Finding::new(FindingId::StateDamaged, format!("it is damaged ({fault})"));
        }
        Ok(Some(Integrity::Sound)) => ", sound",
        Ok(Some(Integrity::Unfinished)) => ", no fault found in the time",
        Ok(None) => "",
        Err(error) => return unusable(error),
    };
    if let Some(problem) = not_writable(path) {
        return Finding::new(FindingId::StateReadOnly, problem);
    }
    let (schema, newest) = overview.schema;
    let in_use = holder.map_or(String::new(), |process| format!("; a bot works with it (process {process})"));
    let unread = if overview.is_log_unread {
        "; the latest changes of a bot that was killed are in its log, and not counted here"
    } else {
        ""
    };
    let facts = format!("{} KB{integrity}{in_use}{unread}", size.div_ceil(1024));
    if schema < newest {
        let text =
            format!("schema {schema}, {facts}; this version has schema {newest}, and updates the file when it starts");
        Finding::new(FindingId::StateOlder, text)
    } else {
        Finding::new(FindingId::StateWorks, format!("schema {schema}, {facts}"))
    }
}

fn unusable(error: StoreError) -> Finding {
    match error {
        StoreError::Newer(_) => Finding::new(FindingId::StateNewer, "a newer giftcode-bot has written it"),
        StoreError::Damaged { reason, .. } => {
            Finding::new(FindingId::StateDamaged, format!("it is damaged ({reason})"))
        }
        StoreError::WrongKind { found, .. } => {
            Finding::new(FindingId::StateForeign, format!("it holds the state of {found}"))
        }
        StoreError::Open { reason, .. } => Finding::new(FindingId::StateUnreadable, reason),
        error => Finding::new(FindingId::StateUnreadable, error.to_string()),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The nearest folder above the file that exists. The bot makes those below it.
fn existing_folder(path: &Path) -> &Path {
    folder_of(path).ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."))
}

fn absent(path: &Path) -> Finding {
    let folder = existing_folder(path);
    // An empty part is where the program runs.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match access(folder, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Finding::new(FindingId::StateAbsent, "it does not exist; the bot makes it"),
        Err(error) => {
            let text = format!("it does not exist, and the folder {} cannot be written ({error})", folder.display());
            Finding::new(FindingId::StateReadOnly, text)
        }
    }
}

/// Asked of the system, not tried. The bot's log stands beside the file, so the folder counts too.
fn not_writable(path: &Path) -> Option<String> {
    if let Err(error) = access(path, Access::WRITE_OK) {
        return Some(format!("it cannot be written ({error})"));
    }
    let folder = folder_of(path);
    let refused = access(folder, Access::WRITE_OK | Access::EXEC_OK).err()?;
    Some(format!("its folder {} cannot be written ({refused})", folder.display()))
}

/// `None` where the system does not say.
fn check_disk(path: &Path, size: u64) -> Option<Finding> {
    let folder = existing_folder(path);
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let room = statvfs(folder).ok()?;
    Some(disk_space(room.f_bavail.saturating_mul(room.f_frsize), size))
}
