//! The working copy of a session: the state file, or a temporary copy while the file cannot be used.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use crate::ports::replica::LeaseStore;
use crate::store::{FileLock, Opening, Store, StoreError};

use super::{Replication, Sessions};

/// How often a file that could not be used is tried again.
const TRY_FILE_INTERVAL: Duration = Duration::from_secs(10);
/// How many bytes must be free on its disk.
const ROOM: usize = 4 << 20;

impl<R: Replication, L: LeaseStore> Sessions<R, L> {
    /// Opens the file. If it cannot be used and MongoDB keeps the state, opens a temporary copy instead. A copy that may be
    /// incomplete is marked as stale: nothing acts on it before it has caught up.
    pub(super) async fn open(&mut self) -> anyhow::Result<Store> {
        let has_replica = self.replicated.is_some();
        let path = &self.location.path;
        ensure!(
            has_replica || !self.is_suspect,
            "the state file {} was removed or damaged while in use, and there is no MongoDB to restore it from: restore a \
             copy, then start again",
            path.display()
        );
        match self.open_file(self.is_suspect).await {
            Ok((lock, store)) => {
                if let Some(aside) = store.replaced() {
                    let aside = aside.display();
                    tracing::error!("The state file was damaged: it is kept as {aside}, and restored from MongoDB");
                }
                self.lock = Some(lock);
                Ok(store)
            }
            // The file is at fault, so a temporary copy can replace it.
            Err(error @ (StoreError::Open { .. } | StoreError::Sqlite(_) | StoreError::Persist(_))) if has_replica => {
                tracing::error!(
                    "{error}: MongoDB alone keeps the state; trying the file again every {} s",
                    TRY_FILE_INTERVAL.as_secs()
                );
                let store = Store::open_temporary(Some(path), self.opening())?;
                store.sync_log().set_replicated(true).await?;
                store.sync_log().note_stale().await?;
                Ok(store)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn opening(&self) -> Opening {
        let location = &self.location;
        Opening {
            leader: Arc::new(self.leadership.clone()),
            blocking: location.blocking,
            replaces_damaged: self.replicated.is_some(),
            ..Opening::new(location.kind, location.clock)
        }
    }

    /// Opens the file and writes to it, so that an unwritable file is found at once. A suspect file lacks recent changes, so it is
    /// marked as stale before anything else is done with it.
    async fn open_file(&self, is_suspect: bool) -> Result<(Arc<FileLock>, Store), StoreError> {
        let (path, lock, opening) = (self.location.path.clone(), self.lock.clone(), self.opening());
        let open = move || {
            let lock = lock.map_or_else(|| FileLock::take(&path), Ok)?;
            if is_suspect {
                has_room(&path)?;
            }
            Ok((lock.clone(), Store::open_locked(lock, opening)?))
        };
        let (lock, store) = self.location.blocking.run(open).await?;
        store.sync_log().set_replicated(self.replicated.is_some()).await?;
        if is_suspect {
            store.sync_log().note_stale().await?;
        }
        Ok((lock, store))
    }

    pub(super) async fn until_usable(&self) {
        loop {
            tokio::time::sleep(TRY_FILE_INTERVAL).await;
            match self.open_file(true).await {
                Ok(_) => return,
                Err(error) => tracing::debug!("The state file cannot be used yet: {error}"),
            }
        }
    }
}

/// Checks that the disk has free space: a file that can only just be opened would fail again at once.
fn has_room(path: &Path) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".room");
    let (place, bytes) = (PathBuf::from(name), vec![0; ROOM]);
    let written = std::fs::write(&place, bytes).and_then(|()| std::fs::File::open(&place)?.sync_all());
    drop(std::fs::remove_file(&place));
    written.map_err(|error| StoreError::Open { path: path.to_owned(), reason: error.to_string() })
}
