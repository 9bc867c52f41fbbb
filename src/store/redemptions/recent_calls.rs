//! The calls of the last windows, kept so that a restart does not double an endpoint's budget (invariant 5).
//!
//! A call is recorded in the transaction of its claim, before it is made. Its end is recorded in the transaction of its
//! result. A call without an end was in flight when the process died, and may have reached the game as late as that.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::limits::budget::Endpoint;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError, Tx};

/// Records a call that is about to be made. Returns its number.
pub(in crate::store) fn begin(tx: &Tx<'_>, endpoint: Endpoint) -> rusqlite::Result<i64> {
    tx.execute(
        "INSERT INTO paced_calls (endpoint, begun_at) VALUES (?1, ?2)",
        params![endpoint.name(), Millis(tx.now())],
    )?;
    Ok(tx.connection().last_insert_rowid())
}

pub(in crate::store) fn end(tx: &Tx<'_>, call: Option<i64>) -> rusqlite::Result<()> {
    if let Some(call) = call {
        tx.execute("UPDATE paced_calls SET ended_at = ?2 WHERE call_id = ?1", params![call, Millis(tx.now())])?;
    }
    Ok(())
}

pub(in crate::store) fn forget(tx: &Tx<'_>, longer_ago_than: Duration) -> rusqlite::Result<()> {
    let before = tx.now().checked_sub(longer_ago_than).unwrap_or(Timestamp::MIN);
    tx.execute("DELETE FROM paced_calls WHERE begun_at < ?1", [Millis(before)]).map(drop)
}

impl RedemptionQueue {
    /// Records a call that belongs to no redemption, before it is made. Returns its number.
    ///
    /// # Errors
    /// Returns an error if the write fails; the call must not be made then.
    pub async fn note_call(&self, endpoint: Endpoint) -> Result<i64, StoreError> {
        self.write_local(move |tx| Ok(begin(tx, endpoint)?)).await
    }

    /// Records the end of such a call.
    ///
    /// # Errors
    /// Returns an error if the write fails; the call then counts as in flight at the next start.
    pub async fn note_end(&self, call: Option<i64>) -> Result<(), StoreError> {
        match call {
            Some(_) => self.write_local(move |tx| Ok(end(tx, call)?)).await,
            None => Ok(()),
        }
    }

    /// The calls of the last windows: the endpoint of each, and the shortest time that can have passed since its
    /// answer.
    pub async fn recent_calls(&self) -> Result<Vec<(Endpoint, Duration)>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached("SELECT endpoint, ended_at FROM paced_calls")?;
            let rows = statement.query_map([], |row| {
                let (name, ended): (String, Option<Millis>) = (row.get(0)?, row.get(1)?);
                // If a clock was set back, calls seem younger than they are, never older.
                let age = ended.map_or(Duration::ZERO, |Millis(at)| {
                    Duration::try_from(now.duration_since(at)).unwrap_or_default()
                });
                Ok(Endpoint::parse(&name).map(|endpoint| (endpoint, age)))
            })?;
            let calls: Result<Vec<_>, _> = rows.filter_map(Result::transpose).collect();
            Ok(calls?)
        })
        .await
    }
}
