//! Runs: how far one code is with one guild's roster.

use rusqlite::{Connection, params};

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::GuildId;
use crate::store::handles::Batches;
use crate::store::kernel::{Millis, StoreError, Tx};

/// A run whose last redemption was just decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedBatch {
    /// The guild.
    pub guild: GuildId,
    /// Players who got it from us, had it already, could not get it, and were given up.
    pub granted: u32,
    /// Had it already.
    pub already: u32,
    /// Could not get it.
    pub failed: u32,
    /// Were given up.
    pub gave_up: u32,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    /// The guild.
    pub guild: GuildId,
    /// The code.
    pub code: Code,
    /// Its generation.
    pub generation: u32,
    /// Redemptions in all.
    pub players: u32,
    /// Redemptions decided.
    pub done: u32,
}

/// A run is finished while none of its roster's redemptions is pending. The pending ones of a code are found by their
/// own index, so this costs one look-up while there are any.
const NO_PENDING: &str = "NOT EXISTS (
    SELECT 1 FROM redemptions d JOIN rosters r ON r.guild_id = runs.guild_id AND r.player_id = d.player_id
    WHERE d.code_key = runs.code_key AND d.generation = runs.generation AND d.outcome = 'pending' AND d.deleted = 0
      AND r.deleted = 0)";

/// Finishes the runs of this code that have nothing pending.
pub(super) fn finish(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<Vec<FinishedBatch>> {
    let sql = format!(
        "UPDATE runs SET finished_at = ?3, version = ?4
         WHERE code_key = ?1 AND generation = ?2 AND finished_at IS NULL AND deleted = 0 AND {NO_PENDING}
         RETURNING guild_id"
    );
    let guilds: Vec<GuildId> = tx
        .statement(&sql)?
        .query_map(params![key, generation, Millis(tx.now()), tx.version()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    guilds.into_iter().map(|guild| counts(tx.connection(), guild, key, generation)).collect()
}

/// Opens the runs of this code again that have something pending: players were added.
pub(super) fn reopen(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<usize> {
    let sql = format!(
        "UPDATE runs SET finished_at = NULL, summarised = 0, version = ?3
         WHERE code_key = ?1 AND generation = ?2 AND finished_at IS NOT NULL AND NOT ({NO_PENDING})"
    );
    tx.execute(&sql, params![key, generation, tx.version()])
}

fn counts(connection: &Connection, guild: GuildId, key: &CodeKey, generation: u32) -> rusqlite::Result<FinishedBatch> {
    connection
        .prepare_cached(
            "SELECT count(*) FILTER (WHERE outcome = 'granted'), count(*) FILTER (WHERE outcome = 'already'),
                    count(*) FILTER (WHERE outcome = 'failed'), count(*) FILTER (WHERE outcome = 'gave_up')
             FROM rosters r JOIN redemptions d USING (player_id)
             WHERE r.guild_id = ?1 AND r.deleted = 0 AND d.code_key = ?2 AND d.generation = ?3 AND d.deleted = 0",
        )?
        .query_row(params![guild, key, generation], |row| {
            Ok(FinishedBatch {
                guild,
                granted: row.get(0)?,
                already: row.get(1)?,
                failed: row.get(2)?,
                gave_up: row.get(3)?,
            })
        })
}

impl Batches {
    /// How far the runs are that are not finished, oldest first.
    pub async fn open_batches(&self) -> Result<Vec<BatchProgress>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT runs.guild_id, codes.code, runs.generation, count(*), count(*) FILTER (WHERE d.outcome <> 'pending')
                 FROM runs JOIN codes USING (code_key)
                 JOIN rosters r ON r.guild_id = runs.guild_id AND r.deleted = 0
                 JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = runs.code_key
                      AND d.generation = runs.generation AND d.deleted = 0
                 WHERE runs.finished_at IS NULL AND runs.deleted = 0
                 GROUP BY runs.guild_id, runs.code_key, runs.generation ORDER BY runs.started_at, codes.code, runs.guild_id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(BatchProgress {
                    guild: row.get(0)?,
                    code: row.get(1)?,
                    generation: row.get(2)?,
                    players: row.get(3)?,
                    done: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
