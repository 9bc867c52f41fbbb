//! Batches: the redemptions that one code started for one roster, and their progress.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::{AllianceId, PlayerId};
use crate::store::handles::Batches;
use crate::store::kernel::{Millis, StoreError, Tx};

/// When the code `c` was first seen in its generation.
pub(super) const SEEN_AT: &str = "iif(c.generation = 1, c.first_seen_at, coalesce(
    (SELECT max(l.active_since) FROM listings l
     WHERE l.code_key = c.code_key AND l.standing = 'active' AND l.deleted = 0), c.first_seen_at))";
/// What followed a code's first sight within this time followed from it, and not from a channel or a player that was added later.
pub(super) const AT_ONCE_MS: i64 = 3_600_000;

/// How long a batch took whose players were all known when its code was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasted {
    pub since_seen: Duration,
    /// `None` where the code was not posted.
    pub since_posted: Option<Duration>,
}

/// A batch whose last redemption was just decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedBatch {
    pub guild: AllianceId,
    /// Players for whom our call redeemed the code.
    pub granted: u32,
    /// Players who had redeemed it before.
    pub already: u32,
    pub failed: u32,
    pub gave_up: u32,
    /// `None` if the code is over, or if players were added or tried again later.
    pub lasted: Option<Lasted>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    pub guild: AllianceId,
    pub code: Code,
    pub generation: u32,
    /// All redemptions of the batch.
    pub players: u32,
    /// Decided redemptions.
    pub done: u32,
}

/// A batch is finished when no redemption of its roster is pending. An index on pending redemptions by code makes this
/// a single look-up for an unfinished batch.
const NO_PENDING: &str = "NOT EXISTS (
    SELECT 1 FROM redemptions d JOIN rosters r ON r.guild_id = runs.guild_id AND r.player_id = d.player_id
    WHERE d.code_key = runs.code_key AND d.generation = runs.generation AND d.outcome = 'pending' AND d.deleted = 0
      AND r.deleted = 0)";

/// Finishes the batches of this code that have no pending redemption.
pub(super) fn finish(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<Vec<FinishedBatch>> {
    let sql = format!(
        "UPDATE runs SET finished_at = ?3, version = ?4
         WHERE code_key = ?1 AND generation = ?2 AND finished_at IS NULL AND deleted = 0 AND {NO_PENDING}
         RETURNING guild_id"
    );
    let guilds: Vec<AllianceId> = tx
        .statement(&sql)?
        .query_map(params![key, generation, Millis(tx.now()), tx.version()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let counted = guilds.into_iter().map(|guild| {
        let lasted = lasted(tx, guild, key, generation)?;
        Ok(FinishedBatch { lasted, ..counts(tx.connection(), guild, key, generation)? })
    });
    counted.collect()
}

fn lasted(tx: &Tx<'_>, guild: AllianceId, key: &CodeKey, generation: u32) -> rusqlite::Result<Option<Lasted>> {
    let sql = format!(
        "SELECT ?4 - seen_at, ?4 - p.posted_at
         FROM (SELECT {SEEN_AT} AS seen_at FROM codes c
               WHERE c.code_key = ?2 AND c.generation = ?3 AND c.condemned IS NULL)
         LEFT JOIN posts p ON p.guild_id = ?1 AND p.code_key = ?2 AND p.generation = ?3 AND p.deleted = 0
         WHERE NOT EXISTS (
             SELECT 1 FROM rosters r JOIN redemptions d USING (player_id)
             WHERE r.guild_id = ?1 AND r.deleted = 0 AND d.code_key = ?2 AND d.generation = ?3 AND d.deleted = 0
               AND (d.round > 0 OR d.created_at > seen_at + {AT_ONCE_MS}))"
    );
    let millis = |millis: i64| Duration::from_millis(millis.max(0).unsigned_abs());
    tx.statement(&sql)?
        .query_row(params![guild, key, generation, Millis(tx.now())], |row| {
            let since_posted = row.get::<_, Option<i64>>(1)?.map(millis);
            Ok(Lasted { since_seen: millis(row.get(0)?), since_posted })
        })
        .optional()
}

/// Reopens the batches of this code that have pending redemptions again, because players were added.
pub(super) fn reopen(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<usize> {
    let sql = format!(
        "UPDATE runs SET finished_at = NULL, summarised = 0, version = ?3
         WHERE code_key = ?1 AND generation = ?2 AND finished_at IS NOT NULL AND NOT ({NO_PENDING})"
    );
    tx.execute(&sql, params![key, generation, tx.version()])
}

/// Finishes the batches of an alliance that waited only for this player, who has left the roster: the player's redemptions may
/// go on for hours, or wait for a state that nobody searches for any more.
pub(super) fn finish_without(tx: &Tx<'_>, guild: AllianceId, player: PlayerId) -> rusqlite::Result<usize> {
    let sql = format!(
        "UPDATE runs SET finished_at = ?3, version = ?4
         WHERE guild_id = ?1 AND finished_at IS NULL AND deleted = 0 AND {NO_PENDING}
           AND EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = ?2 AND d.code_key = runs.code_key
                       AND d.generation = runs.generation AND d.outcome = 'pending' AND d.deleted = 0)"
    );
    tx.execute(&sql, params![guild, player, Millis(tx.now()), tx.version()])
}

/// Reopens the batches for which this player, who is on a roster again, has pending redemptions.
pub(super) fn reopen_with(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<()> {
    let codes: Vec<(CodeKey, u32)> = tx
        .statement(
            "SELECT code_key, generation FROM redemptions WHERE player_id = ?1 AND outcome = 'pending' AND deleted = 0",
        )?
        .query_map([player], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    codes.iter().try_for_each(|(key, generation)| reopen(tx, key, *generation).map(drop))
}

/// How long after its end a batch's message follows changes of the roster. The reporter shows no older one again.
pub(super) const FOLLOWED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Makes the messages that offer to try a code again for this player, who has left the roster, show their result again.
pub(super) fn show_without(tx: &Tx<'_>, guild: AllianceId, player: PlayerId) -> rusqlite::Result<usize> {
    let since = tx.now().checked_sub(FOLLOWED_FOR).unwrap_or(Timestamp::MIN);
    tx.execute(
        "UPDATE runs SET summarised = 0, version = ?4
         WHERE guild_id = ?1 AND offers_retry = 1 AND finished_at > ?3 AND deleted = 0
           AND EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = ?2 AND d.code_key = runs.code_key
                       AND d.generation = runs.generation AND d.outcome IN ('failed', 'gave_up') AND d.deleted = 0)",
        params![guild, player, Millis(since), tx.version()],
    )
}

fn counts(
    connection: &Connection,
    guild: AllianceId,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<FinishedBatch> {
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
                lasted: None,
            })
        })
}

impl Batches {
    /// Returns the unfinished batches, oldest first.
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
