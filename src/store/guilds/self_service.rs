//! What members may do for themselves in a server: join its player lists, and type their ids in a channel.

use rusqlite::{OptionalExtension, params};

use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::domain::players::self_service::JoinMode;
use crate::store::handles::Guilds;
use crate::store::kernel::{Millis, StoreError};

/// A channel in which people type their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdChannel {
    /// Whose player list they join.
    pub alliance: AllianceId,
    pub channel: ChannelId,
    /// The last message that was answered here, or the one from which on messages are read.
    pub seen: u64,
}

impl Guilds {
    pub async fn join_mode(&self, server: GuildId) -> Result<JoinMode, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT join_mode FROM guilds WHERE guild_id = ?1 AND deleted = 0";
            let mode: Option<Option<String>> =
                connection.prepare_cached(sql)?.query_row([server], |row| row.get(0)).optional()?;
            Ok(mode.flatten().map(|mode| JoinMode::read(&mode)).unwrap_or_default())
        })
        .await
    }

    pub async fn set_join_mode(&self, server: GuildId, mode: JoinMode) -> Result<(), StoreError> {
        self.write(move |tx| {
            super::ensure(tx, AllianceId::first_of(server))?;
            tx.execute(
                "UPDATE guilds SET join_mode = ?2, version = ?3 WHERE guild_id = ?1 AND join_mode IS NOT ?2",
                params![server, mode.name(), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes that a server is welcomed. Returns whether it never was before.
    pub async fn begin_welcome(&self, server: GuildId) -> Result<bool, StoreError> {
        self.write(move |tx| {
            super::ensure(tx, AllianceId::first_of(server))?;
            let sql = "UPDATE guilds SET welcomed_at = ?2, version = ?3 WHERE guild_id = ?1 AND welcomed_at IS NULL";
            Ok(tx.execute(sql, params![server, Millis(tx.now()), tx.version()])? > 0)
        })
        .await
    }

    /// The channel in which people type their ids for an alliance.
    pub async fn id_channel(&self, alliance: AllianceId) -> Result<Option<ChannelId>, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT id_channel FROM guilds WHERE guild_id = ?1 AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.query_row([alliance], |row| row.get(0)).optional()?.flatten())
        })
        .await
    }

    /// Sets or removes the channel. Messages up to `seen` are not read. A channel belongs to one alliance: it is taken from
    /// any other. Returns whether something changed.
    pub async fn set_id_channel(
        &self,
        alliance: AllianceId,
        channel: Option<ChannelId>,
        seen: u64,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            super::ensure(tx, alliance)?;
            tx.execute(
                "UPDATE guilds SET id_channel = NULL, id_channel_since = NULL, version = ?3
                 WHERE id_channel = ?2 AND guild_id <> ?1",
                params![alliance, channel, tx.version()],
            )?;
            let changed = tx.execute(
                "UPDATE guilds SET id_channel = ?2, id_channel_since = iif(?2 IS NULL, NULL, ?3), id_channel_seen = NULL,
                     version = ?4
                 WHERE guild_id = ?1 AND id_channel IS NOT ?2",
                params![alliance, channel, seen.cast_signed(), tx.version()],
            )?;
            Ok(changed > 0)
        })
        .await
    }

    /// All channels in which people type their ids, of servers that have not removed the bot.
    pub async fn id_channels(&self) -> Result<Vec<IdChannel>, StoreError> {
        self.read(|connection| {
            let sql = "SELECT guild_id, id_channel, max(coalesce(id_channel_seen, 0), coalesce(id_channel_since, 0)) FROM guilds
                       WHERE id_channel IS NOT NULL AND removed_at IS NULL AND disbanded_at IS NULL AND deleted = 0";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| {
                let seen: i64 = row.get(2)?;
                Ok(IdChannel { alliance: row.get(0)?, channel: row.get(1)?, seen: seen.cast_unsigned() })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Notes that the messages of an ID channel up to this one are read by nobody, where an older version set the channel and
    /// did not note since when it is read.
    pub async fn begin_id_channel(&self, channel: ChannelId, message: u64) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE guilds SET id_channel_since = ?2, version = ?3
                 WHERE id_channel = ?1 AND coalesce(id_channel_since, 0) = 0",
                params![channel, message.cast_signed(), tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Notes that the messages of an ID channel up to this one are answered.
    pub async fn note_id_message(&self, channel: ChannelId, message: u64) -> Result<(), StoreError> {
        self.write_local(move |tx| {
            tx.execute(
                "UPDATE guilds SET id_channel_seen = max(coalesce(id_channel_seen, 0), ?2) WHERE id_channel = ?1",
                params![channel, message.cast_signed()],
            )?;
            Ok(())
        })
        .await
    }
}
