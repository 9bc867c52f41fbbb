//! The working copy of a session: the file, or a temporary one while that cannot be used.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;

use crate::leadership::Leadership;
use crate::ports::replica::{LeaseStore, Replica};
use crate::store::{Blocking, FileLock, Opening, Store, StoreError};

use super::{Sessions, WorkingCopy, lock};

/// A file that could not be used is tried again this often.
const TRY_FILE_EVERY: Duration = Duration::from_secs(10);
/// So many bytes must be free on its disk.
const ROOM: usize = 4 << 20;

impl<R: Replica + Clone, L: LeaseStore> Sessions<R, L> {
    /// Opens the file; where it cannot be used and MongoDB keeps the state, a temporary copy. What need not be complete is noted as such:
    /// it is not acted on before it has caught up.
    pub(super) async fn open(&mut self, copy: &WorkingCopy) -> anyhow::Result<Store> {
        let (has_replica, path) = (self.replicated.is_some(), self.location.path.clone());
        let is_old = *copy == WorkingCopy::OldFile;
        ensure!(
            has_replica || !is_old,
            "the state file {} was taken away or damaged while it was used, and there is no MongoDB to restore it from: put \
             a copy back, then start again",
            path.display()
        );
        if self.lock.is_none() {
            self.lock = lock(&path, has_replica)?;
        }
        let cannot = |reason: &str| Err(StoreError::Open { path: path.clone(), reason: reason.to_owned() });
        let opened = match &self.lock {
            _ if *copy == WorkingCopy::Temporary => cannot("it could not be written"),
            Some(lock) => open_file(lock.clone(), self.opening(), has_replica, is_old).await,
            None => cannot("its folder cannot be written"),
        };
        match opened {
            Ok(store) => {
                if let Some(aside) = store.replaced() {
                    let aside = aside.display();
                    tracing::error!("The state file was damaged: it is kept as {aside} and made anew from MongoDB");
                }
                Ok(store)
            }
            Err(error) if has_replica && is_of_the_file(&error) => {
                tracing::error!(
                    "{error}: MongoDB alone keeps the state, and the file is tried again every {} s",
                    TRY_FILE_EVERY.as_secs()
                );
                let store = Store::open_temporary(Some(&path), self.opening())?;
                store.set_replicated(true).await?;
                store.note_stale().await?;
                Ok(store)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn opening(&self) -> Opening {
        let location = &self.location;
        Opening {
            leadership: self.leadership.clone(),
            blocking: location.blocking,
            replaces_damaged: self.replicated.is_some(),
            ..Opening::new(location.kind, location.clock)
        }
    }

    /// Returns when the file can be opened and written again. It lacks what was done meanwhile: it is marked before
    /// anything else is done with it.
    pub(super) async fn until_usable(&self) {
        loop {
            tokio::time::sleep(TRY_FILE_EVERY).await;
            let (path, lock, blocking) = (self.location.path.clone(), self.lock.clone(), self.location.blocking);
            let opening = Opening { leadership: Leadership::waiting(self.location.clock), ..self.opening() };
            let take = move || lock.map_or_else(|| FileLock::take(&path), Ok);
            let checked = async {
                let lock = match blocking {
                    Blocking::Inline => take()?,
                    Blocking::Pool => tokio::task::spawn_blocking(take).await.map_err(|_| StoreError::Closed)??,
                };
                let path = lock.path().to_owned();
                open_file(lock, opening, true, true).await?;
                match blocking {
                    Blocking::Inline => has_room(&path),
                    Blocking::Pool => {
                        tokio::task::spawn_blocking(move || has_room(&path)).await.map_err(|_| StoreError::Closed)?
                    }
                }
            };
            match checked.await {
                Ok(()) => return,
                Err(error) => tracing::debug!("The state file cannot be used yet: {error}"),
            }
        }
    }
}

/// Opens the file and writes to it, so that one that cannot be written is found at once.
async fn open_file(
    lock: Arc<FileLock>,
    opening: Opening,
    has_replica: bool,
    is_suspect: bool,
) -> Result<Store, StoreError> {
    let store = match opening.blocking {
        Blocking::Inline => Store::open_locked(lock, opening)?,
        Blocking::Pool => {
            let open = move || Store::open_locked(lock, opening);
            tokio::task::spawn_blocking(open).await.map_err(|_| StoreError::Closed)??
        }
    };
    store.set_replicated(has_replica).await?;
    if is_suspect {
        store.note_stale().await?;
    }
    Ok(store)
}

/// Whether there is room beside the file, too: one that can just be opened would break again at once.
fn has_room(path: &Path) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".room");
    let (place, bytes) = (PathBuf::from(name), vec![0; ROOM]);
    let written = std::fs::write(&place, bytes).and_then(|()| std::fs::File::open(&place)?.sync_all());
    drop(std::fs::remove_file(&place));
    written.map_err(|error| StoreError::Open { path: path.to_owned(), reason: error.to_string() })
}

/// The file is the trouble, and another working copy need not have it.
fn is_of_the_file(error: &StoreError) -> bool {
    matches!(error, StoreError::Open { .. } | StoreError::Sqlite(_) | StoreError::Persist(_))
}
