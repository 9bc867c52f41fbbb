//! Store operations for the breaker: giving back attempts that failed through no fault of the player, and finding a
//! player to ask the game for.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::domain::answers::status::Class;
use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::breaker::Failure;

use super::recent_calls;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::{Millis, StoreError};
use crate::store::redemptions::claim::Claim;

impl RedemptionQueue {
    /// Releases a claim without a decision. Its redemption is due again at `at`. The call shows nothing about the
    /// redemption and does not count.
    ///
    /// # Errors
    /// Returns an error if the write fails; the claim then stands, and is void once this process ends.
    pub async fn put_off(&self, claim: Claim, at: Timestamp) -> Result<(), StoreError> {
        self.write(move |tx| {
            recent_calls::end(tx, claim.recent_call)?;
            tx.execute(
                "UPDATE redemptions SET claimed_by = NULL, calls = calls - 1, next_attempt_at = max(next_attempt_at, ?6),
                     version = ?5
                 WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND claim = ?4 AND outcome = 'pending'",
                params![claim.player, claim.code.key(), claim.generation, claim.number, tx.version(), Millis(at)],
            )?;
            tx.wake_work();
            Ok(())
        })
        .await
    }

    /// Removes counted failures from their redemptions and makes them due at once, because the game failed and not the
    /// redemptions. Redemptions that were decided meanwhile stay decided.
    ///
    /// # Errors
    /// Returns an error if the write fails; the failures stay counted then.
    pub async fn give_back(&self, failures: Vec<Failure>) -> Result<(), StoreError> {
        if failures.is_empty() {
            return Ok(());
        }
        self.write(move |tx| {
            for Failure { tried: (player, (key, generation)), status } in &failures {
                let unknown = u32::from(status.class() == Class::Unknown);
                tx.execute(
                    "UPDATE redemptions SET calls = max(calls - 1, 0), unknown = max(unknown - ?4, 0),
                         temporary = max(temporary - ?5, 0), next_attempt_at = ?6, version = ?7
                     WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND outcome = 'pending'
                       AND claimed_by IS NULL",
                    params![player, key, generation, unknown, 1 - unknown, Millis(tx.now()), tx.version()],
                )?;
            }
            tx.wake_work();
            Ok(())
        })
        .await
    }

    /// The next player after `after` whose state is on file and who is not in `not`, starting over after the last
    /// player. Players that the bot does not serve are left out: they were removed from the rosters, or their guilds
    /// removed the bot. With `untroubled`, players whose own attempts fail or are used up are left out too, because the
    /// game's answer may then concern that player alone.
    pub async fn player_to_ask_for(
        &self,
        not: Vec<PlayerId>,
        untroubled: bool,
        after: Option<PlayerId>,
    ) -> Result<Option<(PlayerId, State)>, StoreError> {
        self.read(move |connection| {
            let mut next = connection.prepare_cached(
                "SELECT player_id, state FROM players p WHERE player_id > ?1 AND state IS NOT NULL AND deleted = 0
                   AND coalesce(p.state_check, '') <> 'no_such_player'
                   AND (NOT ?2 OR NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = p.player_id AND d.deleted = 0
                                              AND d.outcome IN ('pending', 'gave_up') AND d.unknown + d.temporary > 0))
                   AND (EXISTS (SELECT 1 FROM rosters r JOIN guilds g USING (guild_id) WHERE r.player_id = p.player_id
                                AND r.deleted = 0 AND g.deleted = 0 AND g.removed_at IS NULL)
                        OR EXISTS (SELECT 1 FROM links l WHERE l.player_id = p.player_id AND l.deleted = 0)
                        OR NOT EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id))
                 ORDER BY player_id LIMIT 1",
            )?;
            let mut find_after = |mut last: i64, until: i64| -> rusqlite::Result<Option<(PlayerId, State)>> {
                loop {
                    let found: Option<(PlayerId, State)> =
                        next.query_row(params![last, untroubled], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
                    let Some((player, state)) = found else { return Ok(None) };
                    last = player.get().cast_signed();
                    if last > until {
                        return Ok(None);
                    }
                    if !not.contains(&player) {
                        return Ok(Some((player, state)));
                    }
                }
            };
            let after = after.map_or(0, |player| player.get().cast_signed());
            match find_after(after, i64::MAX)? {
                Some(found) => Ok(Some(found)),
                None => Ok(find_after(0, after)?),
            }
        })
        .await
    }

    pub async fn has_pending(&self, player: PlayerId) -> Result<bool, StoreError> {
        self.read(move |connection| {
            let pending = "SELECT 1 FROM redemptions WHERE player_id = ?1 AND outcome = 'pending' AND deleted = 0";
            Ok(connection.prepare_cached(pending)?.exists([player])?)
        })
        .await
    }
}
