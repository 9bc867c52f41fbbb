//! Counts for the metrics.

use rusqlite::ToSql;

use crate::store::handles::Reports;
use crate::store::kernel::{Millis, StoreError};

/// What waits, and whom the bot serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreCounts {
    /// Redemptions without a final outcome.
    pub pending: u32,
    /// Those of them whose next attempt may be made now.
    pub due: u32,
    /// Messages with codes that are not sent yet.
    pub messages: u32,
    /// Servers with a channel for codes.
    pub servers: u32,
    /// Servers in which an alliance gets no posts until somebody acts.
    pub paused_servers: u32,
    /// Players on at least one roster.
    pub players: u32,
    pub active_codes: u32,
}

/// Each server once, however many alliances it has.
const SERVERS: &str = "SELECT count(DISTINCT coalesce(server_id, guild_id)) FROM guilds";

impl Reports {
    /// Counts what waits, and whom the bot serves.
    pub async fn counts(&self) -> Result<StoreCounts, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let count = |sql: &str| -> Result<u32, StoreError> {
                let mut statement = connection.prepare_cached(sql)?;
                let now = Millis(now);
                let now: &[&dyn ToSql] = if statement.parameter_count() > 0 { &[&now] } else { &[] };
                Ok(statement.query_row(now, |row| row.get(0))?)
            };
            Ok(StoreCounts {
                pending: count("SELECT count(*) FROM redemptions WHERE outcome = 'pending' AND deleted = 0")?,
                due: count(
                    "SELECT count(*) FROM redemptions WHERE outcome = 'pending' AND deleted = 0 AND next_attempt_at <= ?1",
                )?,
                messages: count("SELECT count(DISTINCT nonce) FROM posts WHERE message_id IS NULL AND deleted = 0")?,
                servers: count(&format!("{SERVERS} WHERE channel_id IS NOT NULL AND deleted = 0"))?,
                paused_servers: count(&format!("{SERVERS} WHERE paused IS NOT NULL AND deleted = 0"))?,
                players: count("SELECT count(DISTINCT player_id) FROM rosters WHERE deleted = 0")?,
                active_codes: count(
                    "SELECT count(*) FROM codes WHERE listed = 1 AND deleted = 0 AND condemned IS NULL
                     AND (expires_at IS NULL OR expires_at > ?1)",
                )?,
            })
        })
        .await
    }
}
