//! The storage of the working copy: the file, or a temporary copy while the file cannot be used.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use tempfile::TempDir;

use super::lock::{FileIdentity, FileLock};
use super::schema::Trouble;
use super::{Store, StoreError};

pub(super) enum Backing {
    File {
        identity: Option<FileIdentity>,
        /// Where the replaced damaged file was moved.
        replaced: Option<PathBuf>,
        lock: Arc<FileLock>,
    },
    /// In its own folder or in memory, and lost with the process. Only writes that the replica has count.
    Temporary { identity: Option<FileIdentity>, _folder: Option<TempDir> },
}

impl Backing {
    /// Returns why nothing can be written, if the storage is in trouble.
    pub fn trouble(&self, connection: &Connection) -> Option<String> {
        let (Self::File { identity, .. } | Self::Temporary { identity, .. }) = self;
        let is_whole = identity.as_ref()?.is_whole(connection);
        (!is_whole).then(|| "it was taken away, cut off or swapped while we ran".to_owned())
    }
}

impl Store {
    /// Waits until every write that has begun is done, including those whose callers are gone.
    pub async fn settle(&self) -> Result<(), StoreError> {
        self.write_local(|_| Ok(())).await
    }

    /// Waits until the working copy becomes unusable, and returns the reason: its file cannot be read or written, or
    /// another program changed it.
    pub async fn broken(&self) -> String {
        self.inner.broken.wait().await.reason.clone()
    }

    pub fn is_broken(&self) -> bool {
        self.inner.broken.initialized()
    }

    /// Whether the file at the path may not be the one that we wrote.
    pub fn is_suspect(&self) -> bool {
        self.inner.broken.get().is_some_and(|why| why.is_suspect)
    }

    pub(super) fn break_with(&self, trouble: Trouble) {
        // The first reason is kept.
        drop(self.inner.broken.set(trouble));
    }

    /// The state file, unless the working copy is a temporary one.
    pub(in crate::store) fn file(&self) -> Option<&Path> {
        if let Backing::File { lock, .. } = &self.inner.backing { Some(lock.path()) } else { None }
    }

    /// Whether only writes that the replica has count.
    pub fn is_temporary(&self) -> bool {
        matches!(self.inner.backing, Backing::Temporary { .. })
    }
}

#[cfg(test)]
mod tests;
