//! Where the working copy is: the file, or a temporary one while the file cannot be used.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use super::lock::{FileIdentity, FileLock, Standing};

/// What SQLite puts before the pages in its log, and before each of them.
const LOG_HEADERS: (u64, u64) = (32, 24);

pub(super) enum Backing {
    File {
        identity: Option<FileIdentity>,
        /// Where the damaged file was moved to that this one replaces.
        replaced: Option<PathBuf>,
        _lock: Arc<FileLock>,
    },
    /// In a folder of its own, or in memory. It is gone with the process: nothing counts as written but what the replica has.
    Temporary { identity: Option<FileIdentity>, _folder: Option<TempDir> },
}

impl Backing {
    pub fn replaced(&self) -> Option<&Path> {
        if let Self::File { replaced, .. } = self { replaced.as_deref() } else { None }
    }

    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary { .. })
    }

    /// The temporary folder, where there is one.
    #[cfg(test)]
    pub fn folder(&self) -> Option<&Path> {
        if let Self::Temporary { _folder: folder, .. } = self { folder.as_ref().map(TempDir::path) } else { None }
    }

    /// Why nothing must be written, if so.
    pub fn trouble(&self, connection: &Connection) -> Option<String> {
        let (Self::File { identity, .. } | Self::Temporary { identity, .. }) = self;
        let stands = match identity.as_ref()?.look() {
            Standing::Whole => true,
            Standing::LogIsShorter(length) => is_log_whole(connection, length),
            Standing::Lost => false,
        };
        (!stands).then(|| "it was taken away, cut off or swapped while we ran".to_owned())
    }
}

/// Whether SQLite needs no more of its log than is there: another program may have had it written into the file.
fn is_log_whole(connection: &Connection, length: u64) -> bool {
    let page = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0));
    let pages = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get::<_, i64>(1));
    let (Ok(page), Ok(pages)) = (page, pages) else { return false };
    let pages = u64::try_from(pages).unwrap_or_default();
    pages == 0 || LOG_HEADERS.0 + pages * (LOG_HEADERS.1 + u64::from(page)) <= length
}
