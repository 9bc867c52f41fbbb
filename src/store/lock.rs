//! The lock beside the state file: one process at a time works on it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::StoreError;

/// The longest content that is looked at.
const MAX_NAME: u64 = 200;

/// The lock of a state file. Held as long as this lives; the system lets go of it when the process dies.
///
/// It is a file beside the state file, not that file itself: SQLite's own locks on it would end when any other handle to
/// it is closed.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    name: String,
    _file: File,
}

impl FileLock {
    /// Takes the lock of the state file at `path`; makes the folders above it.
    ///
    /// # Errors
    /// When another process has it, or its file cannot be made.
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
        let name = instance_name(&mut file).unwrap_or_else(|_| random_name());
        Ok(Arc::new(Self { path: path.to_owned(), name, _file: file }))
    }

    /// The state file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// This instance's name, the same in every process that ever had this lock. Whoever has the lock knows that all
    /// others of that name are dead.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn random_name() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// The name in the lock file, or a new one. It holds for this very file: a copy of the folder is another instance.
fn instance_name(file: &mut File) -> std::io::Result<String> {
    let metadata = file.metadata()?;
    let here = format!("{}-{}", metadata.dev(), metadata.ino());
    let mut content = String::new();
    Read::by_ref(file).take(MAX_NAME).read_to_string(&mut content).or_else(|e| match e.kind() {
        std::io::ErrorKind::InvalidData => Ok(0),
        _ => Err(e),
    })?;
    if let Some((name, place)) = content.trim_end().split_once(' ')
        && name.len() == 32
        && name.bytes().all(|byte| byte.is_ascii_hexdigit())
        && place == here
    {
        return Ok(name.to_owned());
    }
    let name = random_name();
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{name} {here}")?;
    Ok(name)
}

/// The file that a connection was opened on, to tell when another one, a part of it, or none stands at its path.
#[derive(Debug)]
pub(super) struct FileIdentity {
    path: PathBuf,
    log: PathBuf,
    place: (u64, u64),
    /// What the file and its log had at least; neither ever shrinks while it is used.
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

    /// Whether it still stands there, whole, with its log: what is written to a file without a name is lost with the
    /// process, and what is written behind a gap can be read by nobody.
    pub fn stands(&self) -> bool {
        let (Ok(file), Ok(log)) = (std::fs::metadata(&self.path), std::fs::metadata(&self.log)) else { return false };
        let has_grown = |size: &AtomicU64, now: u64| size.fetch_max(now, Ordering::Relaxed) <= now;
        let is_whole = has_grown(&self.sizes.0, file.len()) && has_grown(&self.sizes.1, log.len());
        (file.dev(), file.ino()) == self.place && is_whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stays_with_the_lock_and_a_copy_gets_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.db");
        let name = FileLock::take(&path).unwrap().name().to_owned();
        let again = FileLock::take(&path).unwrap();
        assert_eq!(again.name(), name);
        assert!(matches!(FileLock::take(&path), Err(StoreError::InUse(_))));
        let copy = folder.path().join("copy.db");
        std::fs::copy(folder.path().join("deep/state.db.lock"), folder.path().join("copy.db.lock")).unwrap();
        assert_ne!(FileLock::take(&copy).unwrap().name(), name);
        std::fs::write(folder.path().join("odd.db.lock"), [0xFF, b' ', 0xFE]).unwrap();
        assert_eq!(FileLock::take(&folder.path().join("odd.db")).unwrap().name().len(), 32);
    }

    #[test]
    fn a_file_that_was_taken_away_or_swapped_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "1").unwrap();
        std::fs::write(folder.path().join("a-wal"), "1").unwrap();
        let identity = FileIdentity::of(&path).unwrap();
        assert!(identity.stands());
        std::fs::rename(&path, folder.path().join("b")).unwrap();
        assert!(!identity.stands());
        std::fs::write(&path, "2").unwrap();
        assert!(!identity.stands());
        std::fs::rename(folder.path().join("b"), &path).unwrap();
        assert!(identity.stands());
        std::fs::write(&path, "").unwrap();
        assert!(!identity.stands());
        std::fs::write(&path, "123").unwrap();
        assert!(identity.stands());
        std::fs::remove_file(folder.path().join("a-wal")).unwrap();
        assert!(!identity.stands());
    }
}
