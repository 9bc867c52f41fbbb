//! Where the working copy is: the file, or a temporary one while the file cannot be used.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::domain::record::Kind;

use super::lock::{FileIdentity, FileLock, Standing};
use super::schema::Trouble;
use super::{Store, StoreError};

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

impl Store {
    /// Returns when every write is done that was begun before, though nobody waits for it any more.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write_local(|_| Ok(())).await
    }

    /// Whether there is no record at all.
    ///
    /// # Errors
    /// When the working copy cannot be read.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        for kind in Kind::ALL {
            if !self.page(kind, None, 1).await?.is_empty() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns when the working copy can be used no longer, with the reason: its file cannot be read or written, or is not
    /// what we wrote any more.
    pub async fn broken(&self) -> String {
        self.inner.broken.cancelled().await;
        self.inner.why_broken.get().map(|why| why.reason.clone()).unwrap_or_default()
    }

    /// Whether it broke.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.inner.broken.is_cancelled()
    }

    /// Whether it broke so that what stands at its path need not be what we wrote.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        self.inner.why_broken.get().is_some_and(|why| why.is_doubtful)
    }

    pub(super) fn break_with(&self, trouble: Trouble) {
        // Only the first one counts.
        drop(self.inner.why_broken.set(trouble));
        self.inner.broken.cancel();
    }

    /// Whether the working copy is a temporary one: nothing counts as written but what the replica has.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self.inner.backing, Backing::Temporary { .. })
    }
}

#[cfg(test)]
mod tests;
