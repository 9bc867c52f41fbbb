//! The checks of players' ids and states, as `domain/redeeming/state_search` describes them.
//!
//! A check is part of the player's record, so it outlives the process and goes with the leader. `redemptions/states` asks
//! the game, and has redemptions wait for the answer.

mod views;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::players::player::{AllianceId, PlayerId, State};
use crate::domain::redeeming::state_search::{CheckStatus, MAX_LISTED, PlayerCheck};
use crate::store::kernel::{Millis, Tx};

pub use views::CheckCounts;
pub(in crate::store) use views::found_since_start;

/// The columns that [`read`] reads.
pub(in crate::store) const COLUMNS: &str =
    "p.state, p.state_check, p.checked_state, p.checked_at, p.tried_states, p.candidate_state, p.unclear_replies,
     p.nobody_replies";

/// The states on file that the game refused.
pub(in crate::store) const IS_WRONG: &str =
    "coalesce(p.state_check, '') IN ('searching', 'not_found', 'no_such_player')";

/// Somebody relies on the player: an alliance that the bot serves, or a person who linked the account.
pub(in crate::store) const IS_SERVED: &str = "(EXISTS (SELECT 1 FROM rosters r JOIN guilds g USING (guild_id)
              WHERE r.player_id = p.player_id AND r.deleted = 0 AND g.deleted = 0 AND g.removed_at IS NULL AND g.disbanded_at IS NULL)
      OR EXISTS (SELECT 1 FROM links l WHERE l.player_id = p.player_id AND l.deleted = 0))";

/// Reads a check from `COLUMNS`, the first of which is number `at`. A check of another state than the one on file counts
/// for nothing. `None` if the player was never checked.
pub(in crate::store) fn read(row: &Row<'_>, at: usize, now: Timestamp) -> rusqlite::Result<Option<PlayerCheck>> {
    let on_file: Option<State> = row.get(at)?;
    let Some(status) = row.get::<_, Option<CheckStatus>>(at + 1)? else { return Ok(None) };
    let since = row.get::<_, Option<Millis>>(at + 3)?.map_or(now, |Millis(at)| at.min(now));
    if row.get::<_, Option<State>>(at + 2)? != on_file {
        return Ok(Some(PlayerCheck::new(on_file, now)));
    }
    let tried: Option<String> = row.get(at + 4)?;
    let tried = tried.as_deref().unwrap_or_default().split(',').filter_map(|state| state.parse().ok()).collect();
    Ok(Some(PlayerCheck {
        status,
        on_file,
        tried,
        candidate: row.get(at + 5)?,
        unclear: row.get::<_, Option<u32>>(at + 6)?.unwrap_or_default(),
        nobody: row.get::<_, Option<u32>>(at + 7)?.unwrap_or_default(),
        since,
    }))
}

pub(in crate::store) fn find(
    tx: &Tx<'_>,
    player: PlayerId,
) -> rusqlite::Result<Option<(Option<State>, Option<PlayerCheck>)>> {
    tx.statement(&format!("SELECT {COLUMNS} FROM players p WHERE p.player_id = ?1 AND p.deleted = 0"))?
        .query_row([player], |row| Ok((row.get(0)?, read(row, 0, tx.now())?)))
        .optional()
}

/// Stores a check, and the state that it found. `ask_at` is when the game may be asked next.
pub(in crate::store) fn put(
    tx: &Tx<'_>,
    player: PlayerId,
    check: &PlayerCheck,
    ask_at: Option<Timestamp>,
) -> rusqlite::Result<usize> {
    let tried: Vec<String> = check.tried.iter().map(|state| state.get().to_string()).collect();
    tx.execute(
        "UPDATE players SET state = ?2, state_check = ?3, checked_state = ?2, checked_at = ?4, tried_states = nullif(?5, ''),
             candidate_state = ?6, unclear_replies = ?7, ask_at = ?8, version = ?9, nobody_replies = ?10
         WHERE player_id = ?1",
        params![
            player,
            check.on_file,
            check.status,
            Millis(check.since),
            tried.join(","),
            check.candidate,
            check.unclear,
            ask_at.map(Millis),
            tx.version(),
            check.nobody
        ],
    )
}

/// Has a player checked who was added. A player whose state is known to be right, or whose check is under way, is left
/// alone; one whose check ended otherwise is checked again, because a person asks for it.
pub(in crate::store) fn queue(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<()> {
    let Some((on_file, check)) = find(tx, player)? else { return Ok(()) };
    let is_settled = check.is_some_and(|check| {
        matches!(check.status, CheckStatus::Right | CheckStatus::Found | CheckStatus::Searching)
            || (check.status == CheckStatus::Unchecked && check.since < tx.now())
    });
    if !is_settled {
        put(tx, player, &PlayerCheck::new(on_file, tx.now()), None)?;
        tx.wake_work();
    }
    Ok(())
}

/// The states of the other players on a player's rosters, most frequent first, without those that the game refused. For a
/// linked account on no roster, those of all rosters: nobody knows which of them its person belongs to.
pub(in crate::store) fn states_of_mates(connection: &Connection, player: PlayerId) -> rusqlite::Result<Vec<State>> {
    let rosters = match present_lists(connection, player)?.is_empty() {
        true => "TRUE",
        false => {
            "r.guild_id IN (SELECT mine.guild_id FROM rosters mine WHERE mine.player_id = ?1 AND mine.deleted = 0)"
        }
    };
    let sql = format!(
        "SELECT p.state FROM rosters r
         JOIN players p ON p.player_id = r.player_id AND p.state IS NOT NULL AND NOT {IS_WRONG}
         WHERE {rosters} AND r.deleted = 0 AND r.player_id <> ?1
         GROUP BY p.state ORDER BY count(DISTINCT p.player_id) DESC, p.state LIMIT ?2"
    );
    let most = u32::try_from(MAX_LISTED).unwrap_or(u32::MAX);
    connection.prepare_cached(&sql)?.query_map(params![player, most], |row| row.get(0))?.collect()
}

/// The rosters that a player is on, in order.
pub(in crate::store) fn present_lists(connection: &Connection, player: PlayerId) -> rusqlite::Result<Vec<AllianceId>> {
    connection
        .prepare_cached("SELECT guild_id FROM rosters WHERE player_id = ?1 AND deleted = 0 ORDER BY guild_id")?
        .query_map([player], |row| row.get(0))?
        .collect()
}

/// The rosters that a player is or was on. Guild 0 stands for none. One that was left counts too, so that nobody gets a
/// day's calls twice by taking players off and adding them again.
pub(in crate::store) fn lists(connection: &Connection, player: PlayerId) -> rusqlite::Result<Vec<AllianceId>> {
    let lists: Vec<AllianceId> = connection
        .prepare_cached("SELECT guild_id FROM rosters WHERE player_id = ?1")?
        .query_map([player], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(if lists.is_empty() { vec![AllianceId(0)] } else { lists })
}
