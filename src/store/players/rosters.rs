//! Reading a guild's roster.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, params};

use crate::domain::players::player::{AllianceId, Player, PlayerId};
use crate::domain::redeeming::state_search::CheckStatus;

use super::links::player;
use crate::store::handles::Rosters;
use crate::store::kernel::StoreError;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterPage {
    /// Players on the whole roster.
    pub total: u32,
    /// Players on the whole roster whose state is not known.
    pub without_state: u32,
    /// The players of this page.
    pub players: Vec<Player>,
    /// How the checks of these players stand. Players who were never checked are left out.
    pub checks: BTreeMap<PlayerId, CheckStatus>,
}

const ORDER: &str = "ORDER BY p.nickname = '', p.nickname COLLATE NOCASE, p.player_id";

impl Rosters {
    /// Returns a page of a guild's roster, ordered by name.
    pub async fn roster(&self, guild: AllianceId, offset: u32, limit: u32) -> Result<RosterPage, StoreError> {
        self.read(move |connection| {
            let on_roster = "FROM rosters r JOIN players p USING (player_id) WHERE r.guild_id = ?1 AND r.deleted = 0";
            let counts = format!("SELECT count(*), count(*) FILTER (WHERE p.state IS NULL) {on_roster}");
            let (total, without_state) =
                connection.prepare_cached(&counts)?.query_row([guild], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let select = format!(
                "SELECT p.player_id, p.nickname, p.state, p.furnace_level {on_roster} {ORDER} LIMIT ?3 OFFSET ?2"
            );
            let mut statement = connection.prepare_cached(&select)?;
            let players: Vec<Player> =
                statement.query_map(params![guild, offset, limit], player)?.collect::<Result<_, _>>()?;
            let mut check = connection
                .prepare_cached("SELECT state_check FROM players WHERE player_id = ?1 AND state_check IS NOT NULL")?;
            let mut checks = BTreeMap::new();
            for player in &players {
                checks.extend(check.query_row([player.id], |row| Ok((player.id, row.get(0)?))).optional()?);
            }
            Ok(RosterPage { total, without_state, players, checks })
        })
        .await
    }

    /// Returns at most `limit` players of a guild's roster whose name contains `text` or whose id begins with it.
    pub async fn find_on_roster(&self, guild: AllianceId, text: String, limit: u32) -> Result<Vec<Player>, StoreError> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT p.player_id, p.nickname, p.state, p.furnace_level FROM rosters r JOIN players p USING (player_id)
                 WHERE r.guild_id = ?1 AND r.deleted = 0
                   AND (instr(lower(p.nickname), lower(?2)) > 0 OR instr(CAST(p.player_id AS TEXT), ?2) = 1)
                 {ORDER} LIMIT ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![guild, text, limit], player)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
