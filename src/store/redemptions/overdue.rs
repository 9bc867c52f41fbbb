//! Rows that would wait longer than any rule allows, because a clock that was ahead wrote their due time, are made due.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::waits;
use crate::store::kernel::{Millis, Tx};

/// A column that says when a row becomes due.
struct Wait {
    table: &'static str,
    column: &'static str,
    /// Selects the waiting rows. The condition matches that of an index.
    of: &'static str,
    longest: Duration,
}

const WAITS: [Wait; 4] = [
    Wait {
        table: "redemptions",
        column: "next_attempt_at",
        of: "outcome = 'pending' AND deleted = 0",
        longest: waits::REDEMPTION,
    },
    Wait { table: "posts", column: "next_attempt_at", of: "deleted = 0", longest: waits::POST },
    Wait { table: "codes", column: "check_at", of: "condemned IS NOT NULL", longest: waits::CODE_CHECK },
    Wait { table: "guilds", column: "resume_at", of: "paused IS NOT NULL", longest: waits::POST },
];

fn last(now: Timestamp, wait: &Wait) -> Millis {
    Millis(waits::after(now, wait.longest, wait.longest))
}

/// Whether any row waits too long.
pub(in crate::store) fn is_there(connection: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    for wait in &WAITS {
        let Wait { table, column, of, .. } = wait;
        let sql = format!("SELECT 1 FROM {table} WHERE {of} AND {column} > ?1 LIMIT 1");
        if connection.prepare_cached(&sql)?.exists([last(now, wait)])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes rows due that wait too long.
pub(in crate::store) fn make_due(tx: &Tx<'_>) -> rusqlite::Result<()> {
    for wait in &WAITS {
        let Wait { table, column, of, .. } = wait;
        let sql = format!("UPDATE {table} SET {column} = ?2, version = ?3 WHERE {of} AND {column} > ?1");
        let changed = tx.execute(&sql, params![last(tx.now(), wait), Millis(tx.now()), tx.version()])?;
        if changed > 0 {
            tracing::warn!(
                "{changed} {table} waited for a time that a clock ahead of this one wrote; they are due now"
            );
            tx.wake_work();
        }
    }
    Ok(())
}
