//! Where players live: what their roster mates tell, and corrections.

use rusqlite::params;

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_search::MAX_STATES;
use crate::store::handles::RedemptionQueue;
use crate::store::kernel::StoreError;

impl RedemptionQueue {
    /// The states in which the others of a player's rosters live, the most frequent first; one more than are tried, for one
    /// of them may be the player's on file.
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

    /// Corrects the state of a player.
    ///
    /// # Errors
    /// When it cannot be written; then it stays as it was.
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
