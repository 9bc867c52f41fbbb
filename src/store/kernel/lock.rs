//! The lock beside the state file: only one process at a time may use the file.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use crate::store::StoreError;

/// Bytes that are read at most.
const MAX_CONTENT: u64 = 200;
/// Holds the id of the machine's present boot, if the system provides one.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";
/// Sizes of the headers in SQLite's log: one for the log, and one for each page.
const LOG_HEADERS: (u64, u64) = (32, 24);

/// The lock of a state file, held until this value is dropped. The system releases it when the process dies.
///
/// It is a separate file because SQLite's own locks on the state file end when any other handle to it is closed.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    holder: String,
    dead_predecessor: Option<String>,
    _file: File,
}

impl FileLock {
    /// Takes the lock of the state file at `path`, and creates its folders. Fails if another process holds it.
    pub fn take(path: &Path) -> Result<Arc<Self>, StoreError> {
        let cannot = |reason: String| StoreError::Open { path: path.to_owned(), reason };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| {
                cannot(format!("its folder cannot be made ({e}); set STATE_FILE to a place that can be written"))
            })?;
        }
        let mut lock_path = path.as_os_str().to_owned();
        lock_path.push(".lock");
        let open = File::options().create(true).truncate(false).read(true).write(true).open(&lock_path);
        let mut file = open.map_err(|e| {
            cannot(format!("its folder cannot be written ({e}); allow it, or set STATE_FILE to a place that can be"))
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(path.to_owned())),
            Err(TryLockError::Error(e)) => return Err(cannot(format!("it cannot be locked ({e})"))),
        }
        let holder = random_name();
        // If the content cannot be read or written, no predecessor counts as dead. The only cost is a longer wait.
        let dead_predecessor = succeed(&mut file, &holder).unwrap_or_default();
        Ok(Arc::new(Self { path: path.to_owned(), holder, dead_predecessor, _file: file }))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A random name that identifies this process.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// Returns the previous holder of this lock if it is certainly dead: it ran on this machine since its boot, on this
    /// very file, and the system released its lock.
    pub fn dead_predecessor(&self) -> Option<&str> {
        self.dead_predecessor.as_deref()
    }
}

fn random_name() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// Identifies the file. A copy has another identity.
fn place(file: &File) -> std::io::Result<String> {
    let metadata = file.metadata()?;
    Ok(format!("{}-{}", metadata.dev(), metadata.ino()))
}

/// Writes `holder` into the lock file. Returns the previous holder if it is certainly dead.
fn succeed(file: &mut File, holder: &str) -> std::io::Result<Option<String>> {
    let boot_id = std::fs::read_to_string(BOOT_ID).unwrap_or_default();
    let here = format!("{} {}", boot_id.trim(), place(file)?);
    let mut content = Vec::new();
    Read::by_ref(file).take(MAX_CONTENT).read_to_end(&mut content)?;
    let before = String::from_utf8(content).unwrap_or_default();
    let is_name = |name: &str| name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let dead = match before.trim_end().split_once(' ') {
        Some((name, place)) if !boot_id.is_empty() && place == here && is_name(name) => Some(name.to_owned()),
        _ => None,
    };
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{holder} {here}")?;
    Ok(dead)
}

/// Identifies the file that a connection opened, to detect that its path now holds another file, a part of it, or none.
#[derive(Debug)]
pub(super) struct FileIdentity {
    path: PathBuf,
    log: PathBuf,
    place: (u64, u64),
    /// Minimum sizes of the file and its log. The file never shrinks while in use. The log shrinks only if another
    /// program checkpoints it.
    sizes: (AtomicU64, AtomicU64),
}

impl FileIdentity {
    pub fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let place = (metadata.dev(), metadata.ino());
        Ok(Self { path: path.to_owned(), log: log.into(), place, sizes: Default::default() })
    }

    /// Returns whether the file and its log are in place and complete. Writes to an unlinked file are lost with the
    /// process, and data behind a gap cannot be read.
    pub fn is_whole(&self, connection: &Connection) -> bool {
        let (Ok(file), Ok(log)) = (std::fs::metadata(&self.path), std::fs::metadata(&self.log)) else {
            return false;
        };
        (file.dev(), file.ino()) == self.place
            && self.sizes.0.fetch_max(file.len(), Ordering::Relaxed) <= file.len()
            && (self.sizes.1.swap(log.len(), Ordering::Relaxed) <= log.len() || is_log_whole(connection, log.len()))
    }
}

/// Returns whether the log holds all pages that SQLite needs. It may be short because another program checkpointed it.
fn is_log_whole(connection: &Connection, length: u64) -> bool {
    let page = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0));
    let pages = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1));
    let (Ok(page), Ok(pages)) = (page, pages) else { return false };
    let pages = u64::try_from(pages).unwrap_or_default();
    pages == 0 || LOG_HEADERS.0 + pages * (LOG_HEADERS.1 + u64::from(page)) <= length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_process_has_a_name_of_its_own_and_knows_whom_it_follows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.db");
        let first = FileLock::take(&path).unwrap();
        assert_eq!(first.dead_predecessor(), None);
        assert!(matches!(FileLock::take(&path), Err(StoreError::InUse(_))));
        let name = first.holder().to_owned();
        drop(first);
        let second = FileLock::take(&path).unwrap();
        let known = Path::new(BOOT_ID).exists().then_some(name.as_str());
        assert_eq!(second.dead_predecessor(), known);
        assert_ne!(second.holder(), name);
        // A copy of the folder, such as a cloned volume, is another instance, and the original may still run.
        std::fs::copy(folder.path().join("deep/state.db.lock"), folder.path().join("copy.db.lock")).unwrap();
        let copy = FileLock::take(&folder.path().join("copy.db")).unwrap();
        assert_eq!(copy.dead_predecessor(), None);
        assert!(copy.holder() != second.holder() && copy.holder() != name);
        // With another boot id, the previous holder may still run on another machine.
        let lock = folder.path().join("deep/state.db.lock");
        let (written, boot_id) =
            (std::fs::read_to_string(&lock).unwrap(), std::fs::read_to_string(BOOT_ID).unwrap_or_default());
        drop(second);
        std::fs::write(&lock, written.replace(boot_id.trim(), "another")).unwrap();
        assert_eq!(FileLock::take(&path).unwrap().dead_predecessor(), None);
        for odd in [&[0xFF, b' ', 0xFE][..], b"", &[b'x'; 1000]] {
            std::fs::write(&lock, odd).unwrap();
            let taken = FileLock::take(&path).unwrap();
            assert_eq!((taken.dead_predecessor(), taken.holder().len()), (None, 32));
        }
    }

    #[test]
    fn a_file_that_was_taken_away_or_swapped_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "1").unwrap();
        std::fs::write(folder.path().join("a-wal"), "1").unwrap();
        let connection = Connection::open_in_memory().unwrap();
        let identity = FileIdentity::of(&path).unwrap();
        assert!(identity.is_whole(&connection));
        std::fs::rename(&path, folder.path().join("b")).unwrap();
        assert!(!identity.is_whole(&connection));
        std::fs::write(&path, "2").unwrap();
        assert!(!identity.is_whole(&connection));
        std::fs::rename(folder.path().join("b"), &path).unwrap();
        assert!(identity.is_whole(&connection));
        std::fs::write(&path, "").unwrap();
        assert!(!identity.is_whole(&connection));
        std::fs::write(&path, "123").unwrap();
        assert!(identity.is_whole(&connection));
        std::fs::write(folder.path().join("a-wal"), "").unwrap();
        assert!(identity.is_whole(&connection), "SQLite needs none of it");
        std::fs::remove_file(folder.path().join("a-wal")).unwrap();
        assert!(!identity.is_whole(&connection));
    }
}
