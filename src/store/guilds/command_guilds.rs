//! Guilds for which commands are registered in that guild only. They are kept in this file only, not in the replica.

use rusqlite::params;

use crate::domain::players::player::GuildId;
use crate::store::handles::Guilds;
use crate::store::kernel::StoreError;

impl Guilds {
    /// Notes that a guild has, or is about to get, commands of its own, and that nobody knows which.
    ///
    /// # Errors
    /// Returns an error if the write fails; no commands may be registered in the guild then.
    pub async fn note_command_guild(&self, guild: GuildId) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute(
                "INSERT INTO command_guilds (guild_id) VALUES (?1) ON CONFLICT DO UPDATE SET registered = NULL",
                params![guild],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes what is registered in a guild, as a hash.
    pub async fn record_command_guild(&self, guild: GuildId, hash: String) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute("UPDATE command_guilds SET registered = ?2 WHERE guild_id = ?1", params![guild, hash])?;
            Ok(())
        })
        .await
    }

    pub async fn forget_command_guild(&self, guild: GuildId) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute("DELETE FROM command_guilds WHERE guild_id = ?1", params![guild])?;
            Ok(())
        })
        .await
    }

    /// The guilds with commands of their own, and the hash of what is registered there, where it is known.
    pub async fn command_guilds(&self) -> Result<Vec<(GuildId, Option<String>)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT guild_id, registered FROM command_guilds")?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
