//! What waits for the game, how fast it is worked off, and what the last hours brought.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::redeeming::outcome::Outcome;
use crate::store::handles::Reports;
use crate::store::kernel::{Millis, StoreError};

const HOUR: i64 = 3_600_000;

/// The redemptions without a final outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Queue {
    pub waiting: u32,
    /// Those that wait because an earlier try failed, for this time or another one.
    pub tried: u32,
    /// How many codes they are of.
    pub codes: u32,
    /// How many of codes that are not over were decided in the time that was asked about, and when the first of them was.
    pub decided: u32,
    pub decided_since: Option<Timestamp>,
}

/// What came of the redemptions that were decided in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourOutcomes {
    /// The hour's beginning, UTC.
    pub from: Timestamp,
    pub granted: u32,
    pub already: u32,
    pub failed: u32,
    pub gave_up: u32,
}

/// The redemptions `d` of each code that were decided since `?1`, in the code's present generation or the one before.
pub(super) const DECIDED_SINCE: [&str; 2] = [
    "codes c CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1) CROSS JOIN redemptions d INDEXED BY redemptions_evidence
     ON d.outcome <> 'pending' AND d.priority = 0 AND d.code_key = c.code_key AND d.generation = c.generation - back
        AND d.finished_at >= ?1 AND d.deleted = 0",
    "codes c CROSS JOIN (SELECT 0 AS back UNION ALL SELECT 1) CROSS JOIN redemptions d INDEXED BY redemptions_answered
     ON d.outcome <> 'pending' AND d.priority = 1 AND d.code_key = c.code_key AND d.generation = c.generation - back
        AND d.finished_at >= ?1 AND d.deleted = 0",
];

impl Reports {
    /// Returns what waits, and how much was decided in the time `over` until now.
    pub async fn queue(&self, over: Duration) -> Result<Queue, StoreError> {
        let now = self.0.inner.clock.now();
        let since = Millis(now.checked_sub(over).unwrap_or(Timestamp::MIN));
        self.read(move |connection| Ok(queue(connection, &since)?)).await
    }

    /// Returns the outcomes of the last `hours` hours, the present one included; the earliest hour comes first, and every
    /// hour is there.
    pub async fn hourly_outcomes(&self, hours: u32) -> Result<Vec<HourOutcomes>, StoreError> {
        let last = self.0.inner.clock.now().as_millisecond().div_euclid(HOUR);
        self.read(move |connection| Ok(hourly(connection, last, hours)?)).await
    }
}

fn queue(connection: &Connection, since: &Millis) -> rusqlite::Result<Queue> {
    let waiting = "SELECT count(*), count(*) FILTER (WHERE calls > 0), count(DISTINCT code_key)
                   FROM redemptions INDEXED BY redemptions_queue WHERE outcome = 'pending' AND deleted = 0";
    let mut queue = connection.prepare_cached(waiting)?.query_row([], |row| {
        Ok(Queue { waiting: row.get(0)?, tried: row.get(1)?, codes: row.get(2)?, ..Queue::default() })
    })?;
    for decided in DECIDED_SINCE {
        // Those of a code that is over ended all at once, without calls.
        let sql = format!("SELECT count(*), min(d.finished_at) FROM {decided} WHERE c.condemned IS NULL");
        let (count, first): (u32, Option<Millis>) =
            connection.prepare_cached(&sql)?.query_row([since], |row| Ok((row.get(0)?, row.get(1)?)))?;
        queue.decided += count;
        queue.decided_since = queue.decided_since.into_iter().chain(first.map(|Millis(at)| at)).min();
    }
    Ok(queue)
}

fn hourly(connection: &Connection, last: i64, hours: u32) -> rusqlite::Result<Vec<HourOutcomes>> {
    let first = last - i64::from(hours) + 1;
    let at = |hour: i64| Timestamp::from_millisecond(hour * HOUR).unwrap_or(Timestamp::UNIX_EPOCH);
    let empty = |hour| HourOutcomes { from: at(hour), granted: 0, already: 0, failed: 0, gave_up: 0 };
    let mut found: Vec<HourOutcomes> = (first..=last).map(empty).collect();
    for decided in DECIDED_SINCE {
        let sql = format!("SELECT d.finished_at / {HOUR}, d.outcome, count(*) FROM {decided} GROUP BY 1, 2");
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![first * HOUR])?;
        while let Some(row) = rows.next()? {
            let (hour, outcome, count): (i64, Outcome, u32) = (row.get(0)?, row.get(1)?, row.get(2)?);
            // A clock that was ahead may have left times in the future.
            let Some(of) = usize::try_from(hour - first).ok().and_then(|place| found.get_mut(place)) else { continue };
            *match outcome {
                Outcome::Granted => &mut of.granted,
                Outcome::Already => &mut of.already,
                Outcome::GaveUp => &mut of.gave_up,
                Outcome::Failed | Outcome::Pending => &mut of.failed,
            } += count;
        }
    }
    Ok(found)
}
