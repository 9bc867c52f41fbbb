//! Checks as shown in Discord.

use rusqlite::{Connection, params};

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::{AllianceId, PlayerId, State};
use crate::store::handles::Rosters;
use crate::store::kernel::StoreError;
use crate::store::shown_name::NAME;

/// How many players of one roster a check stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CheckCounts {
    pub unchecked: u32,
    pub searching: u32,
    pub not_found: u32,
    pub no_such_player: u32,
    pub unclear: u32,
    /// Players without a state on file, however their check stands.
    pub without_state: u32,
}

/// The most found states that a batch's message is told of.
const MAX_FOUND: u32 = 200;

/// The players of a batch whose state a search found since the batch began, in the order in which they were found.
pub(in crate::store) fn found_since_start(
    connection: &Connection,
    guild: AllianceId,
    code: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Vec<(PlayerId, String, State)>> {
    connection
        .prepare_cached(&format!(
            "SELECT p.player_id, {NAME}, p.state FROM runs
             JOIN rosters r ON r.guild_id = runs.guild_id AND r.deleted = 0
             JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = ?2 AND d.generation = ?3 AND d.deleted = 0
             JOIN players p ON p.player_id = r.player_id
             WHERE runs.guild_id = ?1 AND runs.code_key = ?2 AND runs.generation = ?3 AND runs.deleted = 0
               AND p.state_check = 'found' AND p.state IS NOT NULL AND p.checked_at >= runs.started_at
             ORDER BY p.checked_at, p.player_id LIMIT ?4"
        ))?
        .query_map(params![guild, code, generation, MAX_FOUND], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

impl Rosters {
    /// How the checks of a roster's players stand.
    pub async fn check_counts(&self, guild: AllianceId) -> Result<CheckCounts, StoreError> {
        self.read(move |connection| {
            let of = |status: &str| format!("count(*) FILTER (WHERE p.state_check = '{status}')");
            let sql = format!(
                "SELECT {}, {}, {}, {}, {}, count(*) FILTER (WHERE p.state IS NULL)
                 FROM rosters r JOIN players p USING (player_id) WHERE r.guild_id = ?1 AND r.deleted = 0",
                of("unchecked"),
                of("searching"),
                of("not_found"),
                of("no_such_player"),
                of("unclear")
            );
            Ok(connection.prepare_cached(&sql)?.query_row([guild], |row| {
                Ok(CheckCounts {
                    unchecked: row.get(0)?,
                    searching: row.get(1)?,
                    not_found: row.get(2)?,
                    no_such_player: row.get(3)?,
                    unclear: row.get(4)?,
                    without_state: row.get(5)?,
                })
            })?)
        })
        .await
    }
}
