//! What people ask for: a run now, a try again, a code for themselves; and where it stands.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{batches, tallies};
use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::{GuildId, PlayerId};
use crate::domain::redeeming::outcome::Outcome;
use crate::runtime::wake::Wake;
use crate::store::handles::{RedemptionQueue, Requests};
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::posts::planning;
use crate::store::redemptions::claim;

/// What a run was begun with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchStart {
    /// Players on the roster.
    pub players: u32,
    /// Redemptions that this made due.
    pub due: u32,
    /// Redemptions that were due already.
    pub pending: u32,
}

/// Where the redemption of one player stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The player.
    pub player: PlayerId,
    /// The player's name; may be empty.
    pub nickname: String,
    /// Where it stands; `None` where it was never asked for.
    pub outcome: Option<Outcome>,
    /// The latest try's status.
    pub status: Option<Status>,
    /// When it is tried next, where it is pending.
    pub next_attempt_at: Option<Timestamp>,
}

/// Redemptions of these players that failed or were given up become due, in a new round of tries; how many.
fn again(tx: &Tx<'_>, players: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<usize> {
    let sql = format!(
        "UPDATE redemptions SET outcome = 'pending', round = coalesce(round, 0) + 1, calls = 0, unknown = 0, temporary = 0,
             claimed_by = NULL, claim = claim + 1, next_attempt_at = ?3, finished_at = NULL, version = ?4
         WHERE code_key = ?1 AND generation = ?2 AND outcome IN ('failed', 'gave_up') AND deleted = 0 AND {players}"
    );
    tx.execute(&sql, values)
}

impl Requests {
    /// Woken when a redemption may have been decided.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.work_wake
    }

    /// Makes a code due for a guild's roster, where it is not yet, whatever the guild's setting for new codes is.
    pub async fn start_batch(&self, guild: GuildId, key: CodeKey, generation: u32) -> Result<BatchStart, StoreError> {
        self.write(move |tx| {
            let generation = tallies::open_generation(tx, &key, generation)?;
            let of_roster = "FROM rosters r LEFT JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = ?2
                                  AND d.generation = ?3 AND d.deleted = 0
                             WHERE r.guild_id = ?1 AND r.deleted = 0";
            let counts = format!("SELECT count(*), count(*) FILTER (WHERE d.outcome = 'pending') {of_roster}");
            let (players, pending) = tx
                .statement(&counts)?
                .query_row(params![guild, key, generation], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let due = tx.execute(
                "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
                 SELECT r.player_id, ?2, ?3, 'pending', ?4, ?4, ?5 FROM rosters r WHERE r.guild_id = ?1 AND r.deleted = 0
                 ON CONFLICT DO UPDATE SET deleted = 0, next_attempt_at = excluded.next_attempt_at,
                     version = excluded.version WHERE deleted = 1 AND outcome = 'pending'",
                params![guild, key, generation, Millis(tx.now()), tx.version()],
            )?;
            if due > 0 || pending > 0 {
                open_batch(tx, guild, &key, generation)?;
            }
            batches::reopen(tx, &key, generation)?;
            tx.wake_work();
            Ok(BatchStart { players, due: u32::try_from(due).unwrap_or(u32::MAX), pending })
        })
        .await
    }

    /// Makes due again what of a code failed or was given up for a guild's roster; how many.
    pub async fn retry_batch(&self, guild: GuildId, key: CodeKey, generation: u32) -> Result<u32, StoreError> {
        self.write(move |tx| {
            // One entry for all of them, instead of one for each.
            planning::queue_code(tx, &key)?;
            let roster = "player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?5 AND deleted = 0)";
            let values: [&dyn rusqlite::ToSql; 5] = [&key, &generation, &Millis(tx.now()), &tx.version(), &guild];
            let count = again(tx, roster, &values)?;
            if count > 0 {
                open_batch(tx, guild, &key, generation)?;
                batches::reopen(tx, &key, generation)?;
                tx.wake_work();
            }
            Ok(u32::try_from(count).unwrap_or(u32::MAX))
        })
        .await
    }

    /// Makes a code due for the accounts that a user linked and named: what was never tried, and what failed. It decides for
    /// them alone: what comes of it says nothing about the code.
    pub async fn request_for_person(
        &self,
        players: Vec<PlayerId>,
        key: CodeKey,
        generation: u32,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            let generation = tallies::open_generation(tx, &key, generation)?;
            for player in &players {
                let values: [&dyn rusqlite::ToSql; 5] = [&key, &generation, &Millis(tx.now()), &tx.version(), player];
                again(tx, "player_id = ?5", &values)?;
                tx.execute(
                    "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
                     VALUES (?5, ?1, ?2, 'pending', ?3, ?3, ?4)
                     ON CONFLICT DO UPDATE SET deleted = 0, version = excluded.version WHERE deleted = 1",
                    values,
                )?;
            }
            claim::prioritise(tx, &players, &key, generation)?;
            batches::reopen(tx, &key, generation)?;
            tx.wake_work();
            Ok(())
        })
        .await
    }

    /// Redemptions that wait because a person asked for them, of that one of these players who has most.
    pub async fn waiting_for_person(&self, players: Vec<PlayerId>) -> Result<u32, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT count(*) FROM redemptions
                 WHERE player_id = ?1 AND outcome = 'pending' AND deleted = 0 AND priority = 1",
            )?;
            let mut most = 0;
            for player in players {
                most = most.max(statement.query_row([player], |row| row.get(0))?);
            }
            Ok(most)
        })
        .await
    }

    /// Where a code stands for one player; `None` for a player that is not known.
    pub async fn standing(
        &self,
        player: PlayerId,
        key: CodeKey,
        generation: u32,
    ) -> Result<Option<Standing>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT p.player_id, p.nickname, d.outcome, d.status, d.next_attempt_at
                 FROM players p LEFT JOIN redemptions d ON d.player_id = p.player_id AND d.code_key = ?1
                      AND d.generation = ?2 AND d.deleted = 0
                 WHERE p.player_id = ?3",
            )?;
            let standing = statement.query_row(params![key, generation, player], |row| {
                Ok(Standing {
                    player: row.get(0)?,
                    nickname: row.get(1)?,
                    outcome: row.get(2)?,
                    status: row.get(3)?,
                    next_attempt_at: row.get::<_, Option<Millis>>(4)?.map(|Millis(at)| at),
                })
            });
            Ok(standing.optional()?)
        })
        .await
    }
}

impl RedemptionQueue {
    /// Tries again what failed for a player because the state on file was wrong or missing, for the codes that are still
    /// good; how many. For a state that was just corrected.
    pub async fn retry_wrong_state(&self, player: PlayerId) -> Result<u32, StoreError> {
        self.write(move |tx| {
            let codes: Vec<(CodeKey, u32)> = tx
                .statement(
                    "SELECT d.code_key, d.generation FROM redemptions d JOIN codes c
                          ON c.code_key = d.code_key AND c.generation = d.generation
                     WHERE d.player_id = ?1 AND d.outcome = 'failed' AND d.deleted = 0 AND d.status IN (?2, ?3)
                       AND c.deleted = 0 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?4)",
                )?
                .query_map(params![player, Status::UserInfoError, Status::NoState, Millis(tx.now())], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect::<Result<_, _>>()?;
            for (key, generation) in &codes {
                let values: [&dyn rusqlite::ToSql; 5] = [key, generation, &Millis(tx.now()), &tx.version(), &player];
                again(tx, "player_id = ?5", &values)?;
                batches::reopen(tx, key, *generation)?;
            }
            tx.wake_work();
            Ok(u32::try_from(codes.len()).unwrap_or(u32::MAX))
        })
        .await
    }
}

fn open_batch(tx: &Tx<'_>, guild: GuildId, key: &CodeKey, generation: u32) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO runs (guild_id, code_key, generation, started_at, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        params![guild, key, generation, Millis(tx.now()), tx.version()],
    )
}
