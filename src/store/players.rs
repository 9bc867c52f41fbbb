//! Players and rosters.

use rusqlite::params;

use crate::domain::player::{GuildId, Player, PlayerId, Profile};

use super::sql::Millis;
use super::writer::Tx;
use super::{Store, StoreError, guilds};

/// Makes the player known; what the caller leaves open stays as it is.
pub(super) fn put(tx: &Tx<'_>, player: &Player) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO players (player_id, nickname, state, furnace_level, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET
             nickname = iif(excluded.nickname = '', nickname, excluded.nickname),
             state = coalesce(excluded.state, state),
             furnace_level = coalesce(excluded.furnace_level, furnace_level),
             deleted = 0, version = excluded.version",
        params![player.id, player.nickname, player.state, player.furnace_level, tx.version()],
    )
}

impl Store {
    /// Makes players known without putting them on a roster.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn put_players(&self, players: Vec<Player>) -> Result<(), StoreError> {
        self.write(move |tx| {
            for player in &players {
                put(tx, player)?;
            }
            Ok(())
        })
        .await
    }

    /// Puts players on a guild's roster; one who is on it already is brought up to date. Returns how many are new on it.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn add_to_roster(&self, guild: GuildId, players: Vec<Player>) -> Result<u32, StoreError> {
        self.write(move |tx| {
            guilds::ensure(tx, guild)?;
            let mut added = 0;
            for player in &players {
                put(tx, player)?;
                added += tx.execute(
                    "INSERT INTO rosters (guild_id, player_id, added_at, version) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO UPDATE SET deleted = 0, added_at = excluded.added_at, version = excluded.version
                         WHERE deleted = 1",
                    params![guild, player.id, Millis(tx.now()), tx.version()],
                )?;
            }
            tx.wake_plan();
            Ok(u32::try_from(added).unwrap_or(u32::MAX))
        })
        .await
    }

    /// Takes players off a guild's roster; returns how many were on it. Redemptions that were begun for them end as they would.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn remove_from_roster(&self, guild: GuildId, players: Vec<PlayerId>) -> Result<u32, StoreError> {
        self.write(move |tx| {
            let mut removed = 0;
            for player in &players {
                removed += tx.execute(
                    "UPDATE rosters SET deleted = 1, version = ?3 WHERE guild_id = ?1 AND player_id = ?2 AND deleted = 0",
                    params![guild, player, tx.version()],
                )?;
            }
            Ok(u32::try_from(removed).unwrap_or(u32::MAX))
        })
        .await
    }

    /// Forgets when a player's profile was fetched, so that it is fetched again.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
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

    /// Takes over what the game says of a player.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn record_profile(&self, player: PlayerId, profile: Profile) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE players SET nickname = iif(?2 = '', nickname, ?2), state = coalesce(?3, state),
                     furnace_level = coalesce(?4, furnace_level), profile_at = ?5, version = ?6
                 WHERE player_id = ?1",
                params![player, profile.nickname, profile.state, profile.furnace_level, Millis(tx.now()), tx.version()],
            )?;
            Ok(())
        })
        .await
    }
}
