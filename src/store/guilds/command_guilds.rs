//! Guilds for which commands are registered in that guild only. They are kept in this file only, not in the replica.

use rusqlite::params;

use crate::domain::players::player::GuildId;
use crate::store::handles::Guilds;
use crate::store::kernel::StoreError;

impl Guilds {
    /// Notes that a guild has commands of its own. Returns whether this is new.
    ///
    /// # Errors
    /// Returns an error if the write fails; no commands may be registered in the guild then.
    pub async fn note_command_guild(&self, guild: GuildId) -> Result<bool, StoreError> {
        self.write_local(move |tx| {
            Ok(tx
                .execute("INSERT INTO command_guilds (guild_id) VALUES (?1) ON CONFLICT DO NOTHING", params![guild])?
                > 0)
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

    pub async fn command_guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT guild_id FROM command_guilds")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}
