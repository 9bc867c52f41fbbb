//! What the file knows of the replica, and of who led.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::sync::election::Position;
use crate::store::handles::SyncLog;
use crate::store::kernel::{StoreError, Tx};

/// How this file stands to the replica.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReplicaHistory {
    /// The database that it was in step with; `None` where it never was.
    pub database: Option<String>,
    /// Everything that any leader wrote up to there is in this file.
    pub position: Position,
    /// Another instance led later: this file must not be acted on before it was brought in step again.
    pub is_stale: bool,
    /// Another instance waited, when this was last known.
    pub had_standby: bool,
}

fn read(connection: &Connection) -> rusqlite::Result<ReplicaHistory> {
    let sql = "SELECT value FROM meta WHERE key = 'replica'";
    let known: Option<String> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    // One that cannot be read is not known: then all is compared.
    Ok(known.and_then(|known| serde_json::from_str(&known).ok()).unwrap_or_default())
}

/// Changes it, if that is a change.
pub(super) fn change(tx: &Tx<'_>, change: impl FnOnce(&mut ReplicaHistory)) -> Result<(), StoreError> {
    let known = read(tx.connection())?;
    let mut new = known.clone();
    change(&mut new);
    if new != known {
        let new = serde_json::to_string(&new).map_err(|error| StoreError::Persist(error.to_string()))?;
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('replica', ?1)", [new])?;
    }
    Ok(())
}

impl SyncLog {
    /// How this file stands to the replica.
    pub async fn replica_history(&self) -> Result<ReplicaHistory, StoreError> {
        self.read(|connection| Ok(read(connection)?)).await
    }

    /// Notes that another instance led later than this file knows. It holds after a crash too.
    pub async fn note_stale(&self) -> Result<(), StoreError> {
        self.write_local(|tx| change(tx, |known| known.is_stale = true)).await
    }

    /// Notes whether another instance waits.
    pub async fn note_standby(&self, has_standby: bool) -> Result<(), StoreError> {
        self.write_local(move |tx| change(tx, |known| known.had_standby = has_standby)).await
    }

    /// Notes that this file has everything that was written to this database up to there.
    pub async fn note_caught_up(&self, database: &str, position: Position) -> Result<(), StoreError> {
        let database = Some(database.to_owned());
        self.write_local(move |tx| {
            change(tx, |known| {
                *known = ReplicaHistory { database, position, is_stale: false, had_standby: known.had_standby };
            })
        })
        .await
    }
}
