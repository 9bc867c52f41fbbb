//! The storage of the working copy: the file, or a temporary one while the file cannot be used.

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
        /// Where the damaged file that this one replaces was moved.
        replaced: Option<PathBuf>,
        _lock: Arc<FileLock>,
    },
    /// In its own folder or in memory, and gone with the process. Only what the replica has counts as written.
    Temporary { identity: Option<FileIdentity>, _folder: Option<TempDir> },
}

impl Backing {
    /// Why nothing may be written.
    pub fn trouble(&self, connection: &Connection) -> Option<String> {
        let (Self::File { identity, .. } | Self::Temporary { identity, .. }) = self;
        let is_whole = identity.as_ref()?.is_whole(connection);
        (!is_whole).then(|| "it was taken away, cut off or swapped while we ran".to_owned())
    }
}

impl Store {
    /// Returns when every write that has begun is done, even if nobody waits for it any more.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write_local(|_| Ok(())).await
    }

    /// Returns when the working copy can no longer be used, with the reason: its file cannot be read or written, or was changed by
    /// another program.
    pub async fn broken(&self) -> String {
        self.inner.broken.wait().await.reason.clone()
    }

    pub fn is_broken(&self) -> bool {
        self.inner.broken.initialized()
    }

    /// Whether it broke so that the file at its path may not be ours any more.
    pub fn is_suspect(&self) -> bool {
        self.inner.broken.get().is_some_and(|why| why.is_suspect)
    }

    pub(super) fn break_with(&self, trouble: Trouble) {
        // Only the first reason counts.
        drop(self.inner.broken.set(trouble));
    }

    /// Whether the working copy is temporary, so that only what the replica has counts as written.
    pub fn is_temporary(&self) -> bool {
        matches!(self.inner.backing, Backing::Temporary { .. })
    }
}

#[cfg(test)]
mod tests;
