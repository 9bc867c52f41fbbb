//! The whole state as JSON: for `state export`, `state import` and the daily backup.
//!
//! An export is made from a copy of the working copy: a long read of the file itself would let its log grow for as long as
//! the slowest disk takes, and pages read one after the other would not belong together.

mod format;

use std::fs::File;
use std::path::Path;

use thiserror::Error;

use crate::domain::sync::record::RecordKind;
use crate::runtime::clock::Clock;
use crate::store::{Exports, StateKind, Store, StoreError, SyncLog, copy_state};

pub use format::{ExportWriter, read_export};

/// Why a state could not be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    #[error("the state cannot be copied there: {0}")]
    Copy(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("it cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes every record of the state, a page at a time.
pub async fn export_records(from: &SyncLog, mut out: ExportWriter) -> Result<u64, ExportError> {
    for kind in RecordKind::ALL {
        let mut after = None;
        loop {
            let page = from.page(kind, after.take(), format::CHUNK).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key());
            out = blocking(move || out.write(&page).map(|()| out)).await?;
        }
    }
    blocking(move || out.finish()).await
}

/// A disk may take its time, and it is not the async threads' time.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, ExportError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)??)
}

/// Copies the state file at `state` to `copy`, and opens the copy with this program's schema. Blocks.
///
/// # Errors
/// The file cannot be read, or the copy not be written.
pub fn open_copy(state: &Path, copy: &Path) -> Result<Store, StoreError> {
    copy_state(state, copy)?;
    Store::open(copy, StateKind::Bot, Clock::system())
}

impl Exports {
    /// Writes everything that is committed to `out`, by way of a copy at `copy`, which must not exist.
    ///
    /// # Errors
    /// The working copy cannot be read, or there is no room for the copy or the export.
    pub async fn export(&self, copy: &Path, out: File) -> Result<u64, ExportError> {
        let (store, to) = (self.0.clone(), copy.to_owned());
        let copied = match store.file() {
            // With a connection of its own, so that nobody waits for this one.
            Some(file) => {
                let file = file.to_owned();
                let copied = tokio::task::spawn_blocking(move || open_copy(&file, &to)).await;
                copied.map_err(|_| StoreError::Closed)?.map_err(|error| match error {
                    // It names the state file, which is as well as before.
                    StoreError::Open { reason, .. } => ExportError::Copy(reason),
                    error => error.into(),
                })?
            }
            // A temporary working copy may be in memory.
            None => {
                let name = to.to_string_lossy().into_owned();
                store.read(move |connection| Ok(connection.execute("VACUUM INTO ?1", [name])?)).await?;
                let opening = move || Store::open(&to, StateKind::Bot, Clock::system());
                tokio::task::spawn_blocking(opening).await.map_err(|_| StoreError::Closed)??
            }
        };
        export_records(&copied.sync_log(), ExportWriter::new(out)).await
    }
}
