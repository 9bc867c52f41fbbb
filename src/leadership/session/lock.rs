//! The state file's lock: taken, waited for, or skipped.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::store::{FileLock, StoreError};

/// How often a lock that another instance holds is tried again.
const TRY_LOCK_INTERVAL: Duration = Duration::from_millis(500);

/// Takes the lock of the state file. Returns `None` if the file cannot be opened and MongoDB keeps the state.
pub fn lock(path: &Path, has_replica: bool) -> Result<Option<Arc<FileLock>>, StoreError> {
    match FileLock::take(path) {
        Ok(lock) => Ok(Some(lock)),
        Err(StoreError::Open { .. }) if has_replica => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes the lock like [`lock`]. With MongoDB, waits while another instance holds it, and returns `None` when stopped.
pub async fn wait_for_lock(
    path: &Path,
    has_replica: bool,
    notify: impl Fn(&str),
    stop: &CancellationToken,
) -> Result<Option<Option<Arc<FileLock>>>, StoreError> {
    let mut has_notified = false;
    loop {
        match lock(path, has_replica) {
            Err(StoreError::InUse(path)) if has_replica => {
                if !std::mem::replace(&mut has_notified, true) {
                    notify(&format!(
                        "Another instance is active: it works on {}; this one waits, and takes over when that one ends",
                        path.display()
                    ));
                }
            }
            lock => return lock.map(Some),
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(TRY_LOCK_INTERVAL) => {}
        }
    }
}
