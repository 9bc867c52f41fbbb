//! What the file knows of the replica, and of who led.

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, ToSql, params};

use crate::domain::election::Position;
use crate::store::writer::Tx;
use crate::store::{Store, StoreError};

/// How this file stands to the replica.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

fn get<T: FromSql>(connection: &Connection, key: &str) -> rusqlite::Result<Option<T>> {
    connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

fn set(tx: &Tx<'_>, key: &str, value: impl ToSql) -> rusqlite::Result<()> {
    let sql = "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
    tx.execute(sql, params![key, value]).map(drop)
}

fn read(connection: &Connection) -> rusqlite::Result<ReplicaHistory> {
    Ok(ReplicaHistory {
        database: get(connection, "replica_database")?,
        position: Position {
            term: get(connection, "replica_term")?.unwrap_or_default(),
            round: get(connection, "replica_round")?.unwrap_or_default(),
        },
        is_stale: get(connection, "replica_stale")?.unwrap_or_default(),
        had_standby: get(connection, "replica_standby")?.unwrap_or_default(),
    })
}

/// Moves the position on; never back.
pub(super) fn advance(tx: &Tx<'_>, position: Position) -> rusqlite::Result<()> {
    if position > read(tx.connection())?.position {
        set(tx, "replica_term", position.term)?;
        set(tx, "replica_round", position.round)?;
    }
    Ok(())
}

impl Store {
    /// How this file stands to the replica.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn replica_history(&self) -> Result<ReplicaHistory, StoreError> {
        self.read(|connection| Ok(read(connection)?)).await
    }

    /// Notes that another instance led later than this file knows. It holds after a crash too.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_stale(&self) -> Result<(), StoreError> {
        if self.replica_history().await?.is_stale {
            return Ok(());
        }
        self.write_local(|tx| Ok(set(tx, "replica_stale", true)?)).await
    }

    /// Notes whether another instance waits.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_standby(&self, has_standby: bool) -> Result<(), StoreError> {
        if self.replica_history().await?.had_standby == has_standby {
            return Ok(());
        }
        self.write_local(move |tx| Ok(set(tx, "replica_standby", has_standby)?)).await
    }

    /// Notes that this file has everything that was written to this database up to there.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_caught_up(&self, database: &str, position: Position) -> Result<(), StoreError> {
        let (known, database) = (self.replica_history().await?, database.to_owned());
        if known.database.as_ref() == Some(&database) && known.position == position && !known.is_stale {
            return Ok(());
        }
        self.write_local(move |tx| {
            set(tx, "replica_database", database)?;
            set(tx, "replica_term", position.term)?;
            set(tx, "replica_round", position.round)?;
            Ok(set(tx, "replica_stale", false)?)
        })
        .await
    }
}
