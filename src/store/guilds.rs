//! Guilds: where their codes are posted, and whether they are redeemed.

use rusqlite::params;

use crate::domain::player::{ChannelId, GuildId};

use super::writer::Tx;
use super::{Store, StoreError};

pub(super) fn ensure(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO guilds (guild_id, version) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET deleted = 0, version = excluded.version WHERE deleted = 1",
        params![guild, tx.version()],
    )
}

impl Store {
    /// Sets where a guild's codes are posted; a guild that had no channel gets the active codes once, as a digest.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn set_channel(&self, guild: GuildId, channel: ChannelId) -> Result<(), StoreError> {
        self.write(move |tx| {
            ensure(tx, guild)?;
            tx.execute(
                "UPDATE guilds SET digest_due = digest_due OR channel_id IS NULL, channel_id = ?2, version = ?3
                 WHERE guild_id = ?1 AND channel_id IS NOT ?2",
                params![guild, channel, tx.version()],
            )?;
            tx.wake_plan();
            Ok(())
        })
        .await
    }

    /// Stops posting to a guild. Codes that come meanwhile are part of the digest when a channel is set again.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn unset_channel(&self, guild: GuildId) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE guilds SET channel_id = NULL, digest_due = 0, version = ?2 WHERE guild_id = ?1",
                params![guild, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Turns auto-redemption on or off. On makes the active codes due for the roster; off lets begun redemptions end.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn set_auto_redeem(&self, guild: GuildId, on: bool) -> Result<(), StoreError> {
        self.write(move |tx| {
            ensure(tx, guild)?;
            tx.execute(
                "UPDATE guilds SET auto_redeem = ?2, version = ?3 WHERE guild_id = ?1 AND auto_redeem <> ?2",
                params![guild, on, tx.version()],
            )?;
            tx.wake_plan();
            Ok(())
        })
        .await
    }
}
