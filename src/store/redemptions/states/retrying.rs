//! Redemptions that are due again once a player's state is known.

use rusqlite::params;

use crate::domain::answers::status::Status;
use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::PlayerId;
use crate::store::batches;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError, Tx};

/// Makes failed and given-up redemptions of these players due again with a fresh attempt count, and returns how many.
pub(in crate::store) fn again(tx: &Tx<'_>, players: &str, values: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<usize> {
    let sql = format!(
        "UPDATE redemptions SET outcome = 'pending', round = coalesce(round, 0) + 1, calls = 0, unknown = 0, temporary = 0,
             claimed_by = NULL, claim = claim + 1, next_attempt_at = ?3, finished_at = NULL, version = ?4
         WHERE code_key = ?1 AND generation = ?2 AND outcome IN ('failed', 'gave_up') AND deleted = 0 AND {players}"
    );
    tx.execute(&sql, values)
}

impl RedemptionQueue {
    /// Retries a player's redemptions of valid codes that failed, or wait, because the state was wrong or missing, or because the
    /// game did not know the player, and returns how many. Call it after the state was corrected or confirmed.
    pub async fn retry_wrong_state(&self, player: PlayerId) -> Result<u32, StoreError> {
        self.write(move |tx| Ok(retry_wrong_state(tx, player)?)).await
    }
}

/// The same, within a transaction.
pub(in crate::store) fn retry_wrong_state(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<u32> {
    let codes: Vec<(CodeKey, u32)> = tx
        .statement(
            "SELECT d.code_key, d.generation FROM redemptions d JOIN codes c
                  ON c.code_key = d.code_key AND c.generation = d.generation
             WHERE d.player_id = ?1 AND d.outcome = 'failed' AND d.deleted = 0 AND d.status IN (?2, ?3, ?4)
               AND c.deleted = 0 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?5)",
        )?
        .query_map(
            params![player, Status::UserInfoError, Status::NoState, Status::RoleNotExist, Millis(tx.now())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?
        .collect::<Result<_, _>>()?;
    for (key, generation) in &codes {
        let values: [&dyn rusqlite::ToSql; 5] = [key, generation, &Millis(tx.now()), &tx.version(), &player];
        again(tx, "player_id = ?5", &values)?;
        batches::reopen(tx, key, *generation)?;
    }
    let waiting = make_due(tx, player)?;
    tx.wake_work();
    Ok(u32::try_from(codes.len() + waiting).unwrap_or(u32::MAX))
}

/// Makes due what waits for a player's state.
pub(super) fn make_due(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE redemptions SET next_attempt_at = ?2, version = ?3
         WHERE player_id = ?1 AND outcome = 'pending' AND deleted = 0 AND status IN (?4, ?5) AND next_attempt_at > ?2",
        params![player, Millis(tx.now()), tx.version(), Status::UserInfoError, Status::NoState],
    )
}
