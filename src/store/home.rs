//! Where the working copy is: in the file, or in memory while the file cannot be used.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;

use super::lock::{FileIdentity, FileLock};
use super::{Outbox, Store, replication};

/// Gives changes to the second store and returns when it has them, or why it does not. It may block, but not for ever.
pub type Confirm = Box<dyn Fn(Outbox) -> Result<(), String> + Send + Sync>;

pub(super) struct Home {
    place: Place,
    /// Where the damaged file was moved to that this one replaces.
    replaced: Option<PathBuf>,
}

enum Place {
    File { identity: Option<FileIdentity>, _lock: Arc<FileLock> },
    Memory { confirm: Confirm },
}

impl Home {
    pub fn file(identity: Option<FileIdentity>, replaced: Option<PathBuf>, lock: Arc<FileLock>) -> Self {
        Self { place: Place::File { identity, _lock: lock }, replaced }
    }

    pub fn memory(confirm: Confirm) -> Self {
        Self { place: Place::Memory { confirm }, replaced: None }
    }

    pub fn replaced(&self) -> Option<&Path> {
        self.replaced.as_deref()
    }

    pub fn is_memory(&self) -> bool {
        matches!(self.place, Place::Memory { .. })
    }

    /// Why nothing must be written, if so.
    pub fn trouble(&self) -> Option<String> {
        match &self.place {
            Place::File { identity: Some(identity), .. } if !identity.stands() => {
                Some("it was taken away, cut off or swapped while we ran".to_owned())
            }
            _ => None,
        }
    }
}

impl Store {
    /// In memory alone: gives what the open transaction changed to the second store, before it is committed.
    pub(super) fn confirm(&self, transaction: &Connection) -> Result<(), String> {
        let Place::Memory { confirm } = &self.inner.home.place else { return Ok(()) };
        let cannot = |error: rusqlite::Error| error.to_string();
        let changes = replication::outbox(transaction, u32::MAX).map_err(cannot)?;
        if changes.changes == 0 {
            return Ok(());
        }
        if !self.is_second_store_up() {
            return Err("the state file cannot be used, and MongoDB does not answer".to_owned());
        }
        confirm(changes).map_err(|reason| {
            self.second_store_is_down();
            format!("the state file cannot be used, and MongoDB does not take it: {reason}")
        })?;
        transaction.execute("DELETE FROM outbox", []).map(drop).map_err(cannot)
    }
}
