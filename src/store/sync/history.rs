//! What the file knows of the replica and of earlier leaders.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::domain::sync::election::Position;
use crate::store::handles::SyncLog;
use crate::store::kernel::{StoreError, Tx};

/// The file's relation to the replica.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReplicaHistory {
    /// The database with which it was caught up; `None` if it never was.
    pub database: Option<String>,
    /// Everything that leaders wrote up to this position is in this file.
    pub position: Position,
    /// Another instance led later: this file must not be acted on before it has caught up again.
    pub is_stale: bool,
    /// Another instance was waiting when this was last recorded.
    pub had_standby: bool,
}

fn read(connection: &Connection) -> rusqlite::Result<ReplicaHistory> {
    let sql = "SELECT value FROM meta WHERE key = 'replica'";
    let known: Option<String> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
    // An unreadable entry counts as unknown, so everything is compared.
    Ok(known.and_then(|known| serde_json::from_str(&known).ok()).unwrap_or_default())
}

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
    pub async fn replica_history(&self) -> Result<ReplicaHistory, StoreError> {
        self.read(|connection| Ok(read(connection)?)).await
    }

    /// Records that another instance led later than this file knows. This survives a crash.
    pub async fn note_stale(&self) -> Result<(), StoreError> {
        self.write_local(|tx| change(tx, |known| known.is_stale = true)).await
    }

    /// Records whether another instance is waiting.
    pub async fn note_standby(&self, has_standby: bool) -> Result<(), StoreError> {
        self.write_local(move |tx| change(tx, |known| known.had_standby = has_standby)).await
    }

    /// Records that this file has everything that was written to this database up to this position.
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
