//! The state file's lock: taken, waited for, or done without.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::store::{FileLock, StoreError};

/// A lock that another instance has is tried again this often.
const TRY_LOCK_EVERY: Duration = Duration::from_millis(500);

/// Takes the lock of the state file; `None` where that cannot be had and MongoDB keeps the state.
pub fn lock(path: &Path, has_replica: bool) -> Result<Option<Arc<FileLock>>, StoreError> {
    match FileLock::take(path) {
        Ok(lock) => Ok(Some(lock)),
        Err(StoreError::Open { .. }) if has_replica => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same, but where there is MongoDB it waits while another instance has the lock; `None` when asked to stop.
pub async fn wait_for_lock(
    path: &Path,
    has_replica: bool,
    say: impl Fn(&str),
    stop: &CancellationToken,
) -> Result<Option<Option<Arc<FileLock>>>, StoreError> {
    let mut has_said = false;
    loop {
        match lock(path, has_replica) {
            Err(StoreError::InUse(path)) if has_replica => {
                if !std::mem::replace(&mut has_said, true) {
                    say(&format!(
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
            () = tokio::time::sleep(TRY_LOCK_EVERY) => {}
        }
    }
}
