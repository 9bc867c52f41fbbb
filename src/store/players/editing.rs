//! Correcting players of a roster: one player's name and state, and the state of many after a transfer.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use crate::domain::players::player::{AllianceId, Player, PlayerId, State};
use crate::domain::redeeming::state_search::{CheckStatus, PlayerCheck};
use crate::store::handles::Rosters;
use crate::store::kernel::{StoreError, Tx};
use crate::store::redemptions::states::retry_wrong_state;
use crate::store::state_checks;

use super::{is_elsewhere, links, put, what_others_rely_on};

/// The result of editing a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// As the player is now.
    pub player: Player,
    /// The name on file stays, because another server's roster has the player, too.
    pub keeps_name: bool,
    /// The state on file stays, because others rely on it.
    pub keeps_state: bool,
    /// Redemptions that are due again, because a wrong state was corrected.
    pub retried: u32,
}

/// The result of changing the state of many players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StateChange {
    pub changed: u32,
    /// Players who keep the state on file, because others rely on it.
    pub kept: u32,
    /// Players of the roster who were in the new state before.
    pub there_before: u32,
    /// Redemptions that are due again, because a wrong state was corrected.
    pub retried: u32,
}

/// Whose state the game confirmed so recently is not asked about again, however often somebody says that it is wrong.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// Has the game asked about the state on file, although it was checked before.
fn ask_again(tx: &Tx<'_>, player: PlayerId) -> rusqlite::Result<()> {
    let Some((on_file, check)) = state_checks::find(tx, player)? else { return Ok(()) };
    let is_recent = check.is_some_and(|check| {
        let age = Duration::try_from(tx.now().duration_since(check.since)).unwrap_or_default();
        check.status == CheckStatus::Unchecked || age < ASK_AGAIN_AFTER
    });
    if !is_recent {
        state_checks::put(tx, player, &PlayerCheck::new(on_file, tx.now()), None)?;
        tx.wake_work();
    }
    Ok(())
}

/// Stores the state, unless others rely on the one on file. Returns how many redemptions are due again; `None` if the
/// state stays. The game is asked about it then: a person says that it is wrong. If it is refused, the states of the
/// alliance's others are tried first, so whoever moved with them is found.
fn set_state(tx: &Tx<'_>, alliance: AllianceId, player: &Player, state: State) -> rusqlite::Result<Option<u32>> {
    let wanted = Player { state: Some(state), ..player.clone() };
    if what_others_rely_on(tx.connection(), alliance, &wanted)?.is_some_and(|kept| kept.state != wanted.state) {
        ask_again(tx, player.id)?;
        return Ok(None);
    }
    put(tx, &wanted)?;
    retry_wrong_state(tx, player.id).map(Some)
}

impl Rosters {
    /// Changes the name and the state of a player of an alliance's roster; `None` if the roster does not have the player.
    ///
    /// # Errors
    /// Returns an error if the write fails; nothing is changed then.
    pub async fn edit_player(
        &self,
        alliance: AllianceId,
        id: PlayerId,
        name: Option<String>,
        state: Option<State>,
    ) -> Result<Option<Edited>, StoreError> {
        self.write(move |tx| {
            let sql = format!(
                "SELECT p.player_id, p.nickname, p.state, p.furnace_level, {}
                 FROM rosters m JOIN players p USING (player_id) WHERE m.guild_id = ?1 AND m.player_id = ?2 AND m.deleted = 0",
                is_elsewhere(1, 2)
            );
            let found: Option<(Player, bool)> = tx
                .statement(&sql)?
                .query_row(params![alliance, id], |row| Ok((links::player(row)?, row.get(4)?)))
                .optional()?;
            let Some((mut player, is_shared)) = found else { return Ok(None) };
            let mut edited = Edited { player: player.clone(), keeps_name: false, keeps_state: false, retried: 0 };
            if let Some(name) = name {
                edited.keeps_name = is_shared && !player.nickname.is_empty() && player.nickname != name;
                if !edited.keeps_name {
                    player.nickname = name;
                    put(tx, &player)?;
                    // Even if the game calls the player the same today.
                    tx.execute(
                        "UPDATE players SET name_from_game = 0, version = ?2 WHERE player_id = ?1 AND name_from_game IS 1",
                        params![id, tx.version()],
                    )?;
                }
            }
            if let Some(state) = state {
                match set_state(tx, alliance, &player, state)? {
                    Some(retried) => {
                        player.state = Some(state);
                        edited.retried = retried;
                    }
                    None => edited.keeps_state = true,
                }
            }
            tx.wake_plan();
            Ok(Some(Edited { player, ..edited }))
        })
        .await
    }

    /// Moves all players of an alliance's roster who are in state `from` to state `to`.
    ///
    /// # Errors
    /// Returns an error if the write fails; nobody is moved then.
    pub async fn change_state(&self, alliance: AllianceId, from: State, to: State) -> Result<StateChange, StoreError> {
        self.write(move |tx| {
            let sql = "SELECT p.player_id, p.nickname, p.state, p.furnace_level FROM rosters r JOIN players p USING (player_id)
                       WHERE r.guild_id = ?1 AND r.deleted = 0 AND p.state = ?2";
            let players: Vec<Player> =
                tx.statement(sql)?.query_map(params![alliance, from], links::player)?.collect::<Result<_, _>>()?;
            let count = "SELECT count(*) FROM rosters r JOIN players p USING (player_id)
                         WHERE r.guild_id = ?1 AND r.deleted = 0 AND p.state = ?2";
            let there_before = tx.statement(count)?.query_row(params![alliance, to], |row| row.get(0))?;
            let mut change = StateChange { there_before, ..StateChange::default() };
            for player in &players {
                match set_state(tx, alliance, player, to)? {
                    Some(retried) => {
                        change.changed += 1;
                        change.retried += retried;
                    }
                    None => change.kept += 1,
                }
            }
            tx.wake_plan();
            Ok(change)
        })
        .await
    }
}
