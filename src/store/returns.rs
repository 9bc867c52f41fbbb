//! Codes that were over and that a feed lists again. The game is asked about one with a single player before anybody is told:
//! good, it is a new generation, posted and redeemed again; over, it stays so until it was away once more.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::domain::code::{Code, CodeKey};
use crate::domain::outcome::Outcome;
use crate::domain::player::{PlayerId, State};
use crate::domain::status::Status;

use super::sql::Millis;
use super::writer::Tx;
use super::{Store, StoreError};

/// Players for whom a code may be redeemed that nobody asked for, and whose state is known.
const SCOUTS: &str = "FROM players p WHERE p.state IS NOT NULL AND p.deleted = 0 AND EXISTS (
    SELECT 1 FROM rosters r JOIN guilds g ON g.guild_id = r.guild_id AND g.auto_redeem = 1 AND g.deleted = 0
        AND g.removed_at IS NULL
    WHERE r.player_id = p.player_id AND r.deleted = 0)";

/// A code to be asked about: back, and not renewed since.
const ASKED_ABOUT: &str = "returned_at IS NOT NULL AND condemned IS NOT NULL AND deleted = 0";

/// Notes that a code is back, to be asked about; it counts as over until then. Where nobody can be asked for, it is a new
/// generation at once; returns whether.
pub(super) fn note(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<bool> {
    if !tx.statement(&format!("SELECT 1 {SCOUTS} LIMIT 1"))?.exists([])? {
        renew(tx, key)?;
        return Ok(true);
    }
    let noted = tx.execute(
        "UPDATE codes SET condemned_at = coalesce(condemned_at, ?2), condemned = coalesce(condemned, ?4), returned_at = ?2,
             version = ?3
         WHERE code_key = ?1 AND returned_at IS NULL",
        params![key, Millis(tx.now()), tx.version(), Status::TimeError],
    )?;
    if noted > 0 {
        tx.wake_work();
    }
    Ok(false)
}

fn renew(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE codes SET generation = generation + 1, listed = 1, condemned = NULL, condemned_at = NULL, returned_at = NULL,
             version = ?2
         WHERE code_key = ?1",
        params![key, tx.version()],
    )?;
    tx.wake_plan();
    Ok(())
}

/// The codes to be asked about now with their generations, and when the next one is.
pub(super) struct Due {
    pub codes: Vec<(Code, u32)>,
    pub next: Option<Timestamp>,
}

/// What is to be asked about.
pub(super) fn due(tx: &Tx<'_>) -> rusqlite::Result<Due> {
    let due = tx
        .statement(&format!("SELECT code, generation FROM codes WHERE returned_at <= ?1 AND {ASKED_ABOUT}"))?
        .query_map([Millis(tx.now())], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let next = tx
        .statement(&format!("SELECT min(returned_at) FROM codes WHERE returned_at > ?1 AND {ASKED_ABOUT}"))?
        .query_row([Millis(tx.now())], |row| row.get::<_, Option<Millis>>(0))?;
    Ok(Due { codes: due, next: next.map(|Millis(at)| at) })
}

impl Store {
    /// Whom to ask for whether a code is good again: somebody who never got it, if there is anybody, and the one behind
    /// `after` in turn. `None` where there is nobody to ask for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn scout_of_return(
        &self,
        key: CodeKey,
        after: Option<PlayerId>,
    ) -> Result<Option<(PlayerId, State)>, StoreError> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT p.player_id, p.state {SCOUTS}
                 ORDER BY EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = p.player_id AND d.code_key = ?1
                                  AND d.outcome IN ('granted', 'already')), p.player_id <= ?2, p.player_id LIMIT 1"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let after = after.map_or(0, |player| player.get().cast_signed());
            Ok(statement.query_row(params![key, after], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
        })
        .await
    }

    /// A code that was over is good again: a new generation. Whoever was asked for has it now.
    ///
    /// # Errors
    /// When it cannot be written; then it is asked about again.
    pub async fn renew_code(
        &self,
        key: CodeKey,
        generation: u32,
        scout: Option<(PlayerId, Status)>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            let current = format!("SELECT 1 FROM codes WHERE code_key = ?1 AND generation = ?2 AND {ASKED_ABOUT}");
            if !tx.statement(&current)?.exists(params![key, generation])? {
                return Ok(());
            }
            renew(tx, &key)?;
            if let Some((player, status)) = &scout {
                let outcome = Outcome::of(status).unwrap_or(Outcome::Already);
                tx.execute(
                    "INSERT INTO redemptions (player_id, code_key, generation, outcome, status, calls, next_attempt_at,
                                              created_at, finished_at, version)
                     VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6, ?6, ?7) ON CONFLICT DO NOTHING",
                    params![player, key, generation + 1, outcome, status, Millis(tx.now()), tx.version()],
                )?;
            }
            Ok(())
        })
        .await
    }

    /// A code that a feed lists again is still over: it counts as listed, so that it must go away before it is asked about
    /// once more, and as condemned from now on, so that this takes its time.
    ///
    /// # Errors
    /// When it cannot be written; then it is asked about again.
    pub async fn keep_condemned(&self, key: CodeKey, generation: u32, status: Status) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE codes SET listed = 1, condemned = ?3, condemned_at = ?4, returned_at = NULL, version = ?5
                 WHERE code_key = ?1 AND generation = ?2 AND returned_at IS NOT NULL",
                params![key, generation, status, Millis(tx.now()), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Nobody knows yet whether a code is good again: the game is asked once more then.
    ///
    /// # Errors
    /// When it cannot be written; then it is asked about again at once.
    pub async fn ask_about_return_at(&self, key: CodeKey, generation: u32, at: Timestamp) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute(
                "UPDATE codes SET returned_at = ?3 WHERE code_key = ?1 AND generation = ?2 AND returned_at IS NOT NULL",
                params![key, generation, Millis(at)],
            )?;
            tx.wake_work();
            Ok(())
        })
        .await
    }
}
