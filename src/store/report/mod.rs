//! Results for summaries, for the page and for the check command.

mod activity;
mod codes;
mod counts;
mod servers;

pub use activity::{HourOutcomes, Queue};
pub use codes::{Arrival, CodeOutcomes, CodePosts, DONE_PERCENT, LatestCode};
pub use counts::StoreCounts;
pub use servers::{GuildsReport, PausedGuild, PausedGuilds, RefusingGuild};

use std::collections::BTreeMap;

use rusqlite::params;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::PlayerId;
use crate::domain::redeeming::outcome::Outcome;

use crate::store::handles::Reports;
use crate::store::kernel::StoreError;
use crate::store::tallies::{self, Counts};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeReport {
    /// Players for whom the code was due.
    pub players: u32,
    /// Players for whom our call redeemed the code.
    pub granted: u32,
    /// Players who had redeemed it before.
    pub already: u32,
    /// Permanent failures by status; the status is empty where it is no longer stored.
    pub failed: BTreeMap<String, u32>,
    /// Redemptions given up after too many attempts, by the last attempt's status, with the same exception.
    pub gave_up: BTreeMap<String, u32>,
    pub pending: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedemptionRow {
    pub player: PlayerId,
    pub nickname: String,
    pub code: Code,
    pub generation: u32,
    pub outcome: Outcome,
    /// Status of the latest attempt.
    pub status: Option<Status>,
    /// Calls begun for this redemption.
    pub calls: u32,
}

impl Reports {
    pub async fn code_report(&self, key: CodeKey, generation: u32) -> Result<CodeReport, StoreError> {
        self.read(move |connection| {
            let mut report = CodeReport::default();
            if let Some(counts) = tallies::counted_in_all(connection, &key, generation)? {
                let Counts { granted, already, failed, gave_up } = counts;
                (report.granted, report.already) = (granted, already);
                let without_status = |count: u32| (count > 0).then(|| (String::new(), count)).into_iter().collect();
                (report.failed, report.gave_up) = (without_status(failed), without_status(gave_up));
                report.players = granted + already + failed + gave_up;
                return Ok(report);
            }
            let mut statement = connection.prepare_cached(
                "SELECT outcome, coalesce(status, ''), count(*) FROM redemptions
                 WHERE code_key = ?1 AND generation = ?2 AND deleted = 0 GROUP BY 1, 2",
            )?;
            let rows = statement.query_map(params![key, generation], |row| {
                Ok((row.get::<_, Outcome>(0)?, row.get::<_, String>(1)?, row.get::<_, u32>(2)?))
            })?;
            for row in rows {
                let (outcome, status, count) = row?;
                report.players += count;
                match outcome {
                    Outcome::Granted => report.granted += count,
                    Outcome::Already => report.already += count,
                    Outcome::Pending => report.pending += count,
                    Outcome::Failed => *report.failed.entry(status).or_default() += count,
                    Outcome::GaveUp => *report.gave_up.entry(status).or_default() += count,
                }
            }
            Ok(report)
        })
        .await
    }

    /// Returns every redemption, by code, generation and player.
    pub async fn redemption_rows(&self) -> Result<Vec<RedemptionRow>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT d.player_id, p.nickname, c.code, d.generation, d.outcome, d.status, d.calls
                 FROM redemptions d JOIN players p USING (player_id) JOIN codes c USING (code_key)
                 WHERE d.deleted = 0 ORDER BY d.code_key, d.generation, d.player_id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(RedemptionRow {
                    player: row.get(0)?,
                    nickname: row.get(1)?,
                    code: row.get(2)?,
                    generation: row.get(3)?,
                    outcome: row.get(4)?,
                    status: row.get(5)?,
                    calls: row.get(6)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub async fn pending_redemptions(&self) -> Result<u32, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(*) FROM redemptions WHERE outcome = 'pending' AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
        .await
    }

    /// Counts the servers with an alliance that is not paused and whose next message failed. Their admins have to fix the cause.
    pub async fn failing_guilds(&self) -> Result<u32, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(DISTINCT coalesce((SELECT server_id FROM guilds g WHERE g.guild_id = posts.guild_id), guild_id))
                       FROM posts
                       WHERE message_id IS NULL AND deleted = 0 AND attempts > 0 AND next_attempt_at > planned_at
                         AND guild_id NOT IN (SELECT guild_id FROM guilds WHERE paused IS NOT NULL)";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
        .await
    }

    pub async fn waiting_messages(&self) -> Result<u32, StoreError> {
        self.read(|connection| {
            let sql = "SELECT count(DISTINCT nonce) FROM posts WHERE message_id IS NULL AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
