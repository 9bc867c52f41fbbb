//! Guilds in which commands are registered for that guild alone. Of this file alone.

use rusqlite::params;

use crate::domain::players::player::GuildId;
use crate::store::handles::Guilds;
use crate::store::kernel::StoreError;

impl Guilds {
    /// Notes that a guild has commands of its own; whether that was not known.
    ///
    /// # Errors
    /// When it cannot be written; then none must be registered there.
    pub async fn note_command_guild(&self, guild: GuildId) -> Result<bool, StoreError> {
        self.write_local(move |tx| {
            Ok(tx
                .execute("INSERT INTO command_guilds (guild_id) VALUES (?1) ON CONFLICT DO NOTHING", params![guild])?
                > 0)
        })
        .await
    }

    /// Notes that a guild has none any more.
    pub async fn forget_command_guild(&self, guild: GuildId) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute("DELETE FROM command_guilds WHERE guild_id = ?1", params![guild])?;
            Ok(())
        })
        .await
    }

    /// The guilds that have commands of their own.
    pub async fn command_guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT guild_id FROM command_guilds")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
