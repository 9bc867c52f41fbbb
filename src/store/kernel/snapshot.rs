//! Copies of a state file, which a bot may be using.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

/// Longest wait while another program has the file locked.
const BUSY: Duration = Duration::from_secs(10);

/// Copies the committed content of the state file at `from` to `to`, which must not exist. A bot that uses the file
/// keeps working, because the file is only read.
pub fn copy_state(from: &Path, to: &Path) -> Result<(), StoreError> {
    let cannot = |reason: String| StoreError::Open { path: from.to_owned(), reason };
    if !from.exists() {
        return Err(cannot("there is no such file".to_owned()));
    }
    let name = to.to_str().ok_or_else(|| cannot("the copy's name is not UTF-8 text".to_owned()))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copy = || {
        let connection = Connection::open_with_flags(from, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.execute("VACUUM INTO ?1", [name])
    };
    copy().map_err(|error| cannot(error.to_string()))?;
    Ok(())
}
