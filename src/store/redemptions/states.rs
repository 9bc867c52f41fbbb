//! Players' states: suggestions from their roster mates, and corrections.

use rusqlite::params;

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_search::MAX_STATES;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::StoreError;

impl RedemptionQueue {
    /// The states of the other players on a player's rosters, most frequent first. Returns one more than is tried,
    /// because one of them may be the player's state on file.
    pub async fn states_of_roster_mates(&self, player: PlayerId) -> Result<Vec<State>, StoreError> {
        self.read(move |connection| {
            let most = u32::try_from(MAX_STATES + 1).unwrap_or(u32::MAX);
            let mut statement = connection.prepare_cached(
                "SELECT p.state FROM rosters mine
                 JOIN rosters r ON r.guild_id = mine.guild_id AND r.deleted = 0 AND r.player_id <> mine.player_id
                 JOIN players p ON p.player_id = r.player_id AND p.state IS NOT NULL
                 WHERE mine.player_id = ?1 AND mine.deleted = 0
                 GROUP BY p.state ORDER BY count(DISTINCT p.player_id) DESC, p.state LIMIT ?2",
            )?;
            let states = statement.query_map(params![player, most], |row| row.get(0))?;
            Ok(states.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Corrects a player's state.
    ///
    /// # Errors
    /// Returns an error if the write fails; the state is then unchanged.
    pub async fn correct_state(&self, player: PlayerId, state: State) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE players SET state = ?2, version = ?3 WHERE player_id = ?1",
                params![player, state, tx.version()],
            )?;
            Ok(())
        })
        .await
    }
}
