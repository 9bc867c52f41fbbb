//! Where the working copy is: the file, or a temporary one while the file cannot be used.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use super::lock::{FileIdentity, FileLock};
use super::schema::Trouble;
use super::{Store, StoreError};

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
        let is_whole = identity.as_ref()?.is_whole(connection);
        (!is_whole).then(|| "it was taken away, cut off or swapped while we ran".to_owned())
    }
}

impl Store {
    /// Returns when every write is done that was begun before, though nobody waits for it any more.
    ///
    /// # Errors
    /// When nothing can be written.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write_local(|_| Ok(())).await
    }

    /// Returns when the working copy can be used no longer, with the reason: its file cannot be read or written, or is not
    /// what we wrote any more.
    pub async fn broken(&self) -> String {
        self.inner.broken.wait().await.reason.clone()
    }

    /// Whether it broke.
    pub fn is_broken(&self) -> bool {
        self.inner.broken.initialized()
    }

    /// Whether it broke so that what stands at its path need not be what we wrote.
    pub fn is_suspect(&self) -> bool {
        self.inner.broken.get().is_some_and(|why| why.is_suspect)
    }

    pub(super) fn break_with(&self, trouble: Trouble) {
        // Only the first one counts.
        drop(self.inner.broken.set(trouble));
    }

    /// Whether the working copy is a temporary one: nothing counts as written but what the replica has.
    pub fn is_temporary(&self) -> bool {
        matches!(self.inner.backing, Backing::Temporary { .. })
    }
}

#[cfg(test)]
mod tests;
