//! Players and rosters.

mod editing;
mod joining;
mod links;
mod replacing;
mod rosters;

pub use editing::{Edited, StateChange};
pub use joining::Joined;
pub use links::Linked;
pub use replacing::{MAX_REPLACED, Preview, Removal, Replaced, UNDO_WITHIN};
pub use rosters::{FilteredPage, Listed, ListedDetail, RosterFilter, RosterPage};

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::answers::status::Status;
use crate::domain::players::player::{AllianceId, Player, PlayerId, Profile};
use crate::domain::redeeming::state_search::{CheckStatus, PlayerCheck};

use crate::store::handles::{RedemptionQueue, Rosters};
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::redemptions::states::retry_wrong_state;
use crate::store::state_checks;
use crate::store::{batches, guilds};

/// The result of putting players on a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RosterChange {
    pub new: u32,
    /// Players who were on the roster before.
    pub known: u32,
    /// New or known players who keep their stored state instead of the given one, because others rely on it.
    pub kept: u32,
    /// Redemptions that are due again, because a wrong state was corrected.
    pub retried: u32,
}

/// Condition: an alliance of another server than that of the alliance `?{alliance}` has the player `?{player}` on its roster.
fn is_elsewhere(alliance: u8, player: u8) -> String {
    let server = |id: String| {
        format!("coalesce((SELECT coalesce(g.server_id, g.guild_id) FROM guilds g WHERE g.guild_id = {id}), {id})")
    };
    let (other, own) = (server("r.guild_id".to_owned()), server(format!("?{alliance}")));
    format!("EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = ?{player} AND r.deleted = 0 AND {other} <> {own})")
}

/// Returns the stored player if another server or user relies on it and the game has not rejected its state.
fn what_others_rely_on(
    connection: &Connection,
    guild: AllianceId,
    player: &Player,
) -> rusqlite::Result<Option<Player>> {
    let sql = format!(
        "SELECT p.player_id, p.nickname, p.state, p.furnace_level FROM players p
         WHERE p.player_id = ?1 AND p.deleted = 0 AND p.state IS NOT NULL
           AND ({} OR EXISTS (SELECT 1 FROM links l WHERE l.player_id = ?1 AND l.deleted = 0))
           AND NOT {}
           AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = ?1 AND d.status = ?3
                           AND d.outcome = 'failed' AND d.deleted = 0)",
        is_elsewhere(2, 1),
        state_checks::IS_WRONG
    );
    let on_file = connection
        .prepare_cached(&sql)?
        .query_row(params![player.id, guild, Status::UserInfoError], links::player)
        .optional()?;
    Ok(on_file.map(|on_file| Player {
        nickname: if on_file.nickname.is_empty() { player.nickname.clone() } else { on_file.nickname },
        furnace_level: player.furnace_level.or(on_file.furnace_level),
        ..on_file
    }))
}

/// Stores the player. Fields that the caller leaves empty keep their values. Another name than the one on file is one that a
/// person gave: no profile replaces it.
pub(in crate::store) fn put(tx: &Tx<'_>, player: &Player) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO players (player_id, nickname, state, furnace_level, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET
             name_from_game = iif(excluded.nickname IN ('', nickname), name_from_game, 0),
             nickname = iif(excluded.nickname = '', nickname, excluded.nickname),
             state = coalesce(excluded.state, state),
             furnace_level = coalesce(excluded.furnace_level, furnace_level),
             deleted = 0, version = excluded.version",
        params![player.id, player.nickname, player.state, player.furnace_level, tx.version()],
    )
}

/// Puts players on a guild's roster, and updates those who are on it. The redemptions of whoever failed because of a wrong
/// state that is corrected now are due again.
fn add(tx: &Tx<'_>, guild: AllianceId, players: &[Player]) -> rusqlite::Result<RosterChange> {
    guilds::ensure(tx, guild)?;
    let mut change = RosterChange::default();
    for player in players {
        let kept = what_others_rely_on(tx.connection(), guild, player)?;
        change.kept +=
            u32::from(kept.as_ref().is_some_and(|kept| player.state.is_some() && kept.state != player.state));
        let player = kept.as_ref().unwrap_or(player);
        let is_corrected = tx
            .statement("SELECT 1 FROM players WHERE player_id = ?1 AND ?2 IS NOT NULL AND state IS NOT ?2")?
            .exists(params![player.id, player.state])?;
        put(tx, player)?;
        if is_corrected {
            change.retried += retry_wrong_state(tx, player.id)?;
        }
        let added = tx.execute(
            "INSERT INTO rosters (guild_id, player_id, added_at, version) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET deleted = 0, added_at = excluded.added_at, version = excluded.version
                 WHERE deleted = 1",
            params![guild, player.id, Millis(tx.now()), tx.version()],
        )?;
        if added > 0 {
            change.new += 1;
            batches::reopen_with(tx, player.id)?;
        } else {
            change.known += 1
        }
        state_checks::queue(tx, player.id)?;
    }
    tx.wake_plan();
    Ok(change)
}

impl Rosters {
    /// Stores players without putting them on a roster.
    pub async fn put_players(&self, players: Vec<Player>) -> Result<(), StoreError> {
        self.write(move |tx| {
            for player in &players {
                put(tx, player)?;
            }
            Ok(())
        })
        .await
    }

    /// Puts players on a guild's roster, and updates those who are on it already. A player who is on another server's
    /// roster or linked by a user keeps the stored name and state, because others rely on them, unless the game has
    /// rejected the state. The state may be missing. The players are checked in the background.
    pub async fn add_to_roster(&self, guild: AllianceId, players: Vec<Player>) -> Result<RosterChange, StoreError> {
        self.write(move |tx| Ok(add(tx, guild, &players)?)).await
    }
}

impl RedemptionQueue {
    /// Notes that the game confirmed these players' states, as they are on file.
    pub async fn confirm_states(&self, players: Vec<PlayerId>) -> Result<(), StoreError> {
        self.write(move |tx| {
            for player in &players {
                if let Some((on_file @ Some(_), _)) = state_checks::find(tx, *player)? {
                    let check = PlayerCheck { status: CheckStatus::Right, ..PlayerCheck::new(on_file, tx.now()) };
                    state_checks::put(tx, *player, &check, None)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Makes the player's profile due to be fetched again.
    pub async fn forget_profile(&self, player: PlayerId) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE players SET profile_at = NULL, version = ?2 WHERE player_id = ?1",
                params![player, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Stores a profile that the game returned. A name that a person gave stays.
    pub async fn record_profile(&self, player: PlayerId, profile: Profile) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE players SET
                     nickname = iif(?2 <> '' AND (nickname = '' OR name_from_game IS 1), ?2, nickname),
                     name_from_game = iif(?2 <> '' AND (nickname = '' OR name_from_game IS 1), 1, name_from_game),
                     state = coalesce(?3, state),
                     furnace_level = coalesce(?4, furnace_level), profile_at = ?5, version = ?6,
                     state_check = iif(?3 IS NULL, state_check, 'right'), checked_state = coalesce(?3, checked_state),
                     checked_at = iif(?3 IS NULL, checked_at, ?5)
                 WHERE player_id = ?1",
                params![player, profile.nickname, profile.state, profile.furnace_level, Millis(tx.now()), tx.version()],
            )?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests;
