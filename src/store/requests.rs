//! Requests of people: start a batch, retry a batch, redeem a code for their own accounts, and query the state of a
//! redemption.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::{batches, tallies};
use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::{AllianceId, PlayerId};
use crate::domain::redeeming::outcome::Outcome;
use crate::runtime::wake::Wake;
use crate::store::handles::Requests;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::posts::planning;
use crate::store::redemptions::claim;
use crate::store::redemptions::states::again;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchStart {
    pub players: u32,
    /// Redemptions that this request made due.
    pub due: u32,
    /// Redemptions that were due before.
    pub pending: u32,
}

/// The state of one player's redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub player: PlayerId,
    /// May be empty.
    pub nickname: String,
    /// `None` if the redemption was never requested.
    pub outcome: Option<Outcome>,
    /// Status of the latest attempt.
    pub status: Option<Status>,
    /// When the next attempt is due; only for a pending redemption.
    pub next_attempt_at: Option<Timestamp>,
}

impl Requests {
    /// Woken when a redemption may have been decided.
    pub fn wake(&self) -> &Wake {
        &self.0.inner.work_wake
    }

    /// Makes a code due for a guild's roster, even if the guild does not redeem new codes automatically.
    pub async fn start_batch(
        &self,
        guild: AllianceId,
        key: CodeKey,
        generation: u32,
    ) -> Result<BatchStart, StoreError> {
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

    /// Makes a roster's failed and given-up redemptions of a code due again, and returns how many.
    pub async fn retry_batch(&self, guild: AllianceId, key: CodeKey, generation: u32) -> Result<u32, StoreError> {
        self.write(move |tx| {
            // One queue entry for the whole code instead of one per redemption.
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

    /// Makes a code due for the accounts that a user linked and named, whether new, failed or given up. The results
    /// are no evidence about the code.
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

    /// Returns the largest number of pending personal requests that any of these players has.
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

    /// Returns the state of a code for one player; `None` if the player is not known.
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

fn open_batch(tx: &Tx<'_>, guild: AllianceId, key: &CodeKey, generation: u32) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO runs (guild_id, code_key, generation, started_at, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO NOTHING",
        params![guild, key, generation, Millis(tx.now()), tx.version()],
    )
}
