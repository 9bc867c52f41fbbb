//! Guilds: where their codes are posted, whether they are redeemed, and why they are paused.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::channel::Blocked;
use crate::domain::player::{ChannelId, GuildId, RoleId};

use super::sql::Millis;
use super::writer::Tx;
use super::{Store, StoreError};

/// A guild's settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GuildSettings {
    /// Where its codes are posted.
    pub channel: Option<ChannelId>,
    /// Whom a post mentions.
    pub mention_role: Option<RoleId>,
    /// Whether its roster gets every code.
    pub auto_redeem: bool,
    /// Why nothing is posted there.
    pub paused: Option<Blocked>,
    /// Players on its roster.
    pub players: u32,
}

pub(super) fn ensure(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO guilds (guild_id, version) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET deleted = 0, version = excluded.version WHERE deleted = 1",
        params![guild, tx.version()],
    )
}

/// Makes what waits due now, and posts again; whether the guild was paused.
fn resume(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<bool> {
    let resumed = tx.execute(
        "UPDATE guilds SET paused = NULL, resume_at = NULL, version = ?2 WHERE guild_id = ?1 AND paused IS NOT NULL",
        params![guild, tx.version()],
    )?;
    if resumed > 0 {
        tx.execute(
            "UPDATE posts SET next_attempt_at = ?2, version = ?3
             WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0 AND next_attempt_at > ?2",
            params![guild, Millis(tx.now()), tx.version()],
        )?;
        tx.wake_plan();
    }
    Ok(resumed > 0)
}

fn settings(row: &Row<'_>) -> rusqlite::Result<GuildSettings> {
    Ok(GuildSettings {
        channel: row.get(0)?,
        mention_role: row.get(1)?,
        auto_redeem: row.get(2)?,
        paused: row.get(3)?,
        players: row.get(4)?,
    })
}

impl Store {
    /// A guild's settings; the defaults for one that is not known.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn guild(&self, guild: GuildId) -> Result<GuildSettings, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT channel_id, mention_role, auto_redeem, paused,
                              (SELECT count(*) FROM rosters r WHERE r.guild_id = g.guild_id AND r.deleted = 0)
                       FROM guilds g WHERE guild_id = ?1 AND deleted = 0";
            Ok(connection.prepare_cached(sql)?.query_row([guild], settings).optional()?.unwrap_or_default())
        })
        .await
    }

    /// Sets where a guild's codes are posted; a guild that had no channel gets the active codes once, as a digest. It ends
    /// a pause.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn set_channel(&self, guild: GuildId, channel: ChannelId) -> Result<(), StoreError> {
        self.set_channel_and_role(guild, channel, None).await
    }

    /// The same, together with the role that the guild's posts mention, or none, where that is to change.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn set_channel_and_role(
        &self,
        guild: GuildId,
        channel: ChannelId,
        role: Option<Option<RoleId>>,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            ensure(tx, guild)?;
            if let Some(role) = role {
                tx.execute(
                    "UPDATE guilds SET mention_role = ?2, version = ?3 WHERE guild_id = ?1 AND mention_role IS NOT ?2",
                    params![guild, role, tx.version()],
                )?;
            }
            tx.execute(
                "UPDATE guilds SET digest_due = digest_due OR channel_id IS NULL, channel_id = ?2, version = ?3
                 WHERE guild_id = ?1 AND channel_id IS NOT ?2",
                params![guild, channel, tx.version()],
            )?;
            resume(tx, guild)?;
            tx.wake_plan();
            Ok(())
        })
        .await
    }

    /// Stops posting to a guild; whether it had a channel. Codes that come meanwhile are part of the digest when a channel
    /// is set again.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn unset_channel(&self, guild: GuildId) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let unset = tx.execute(
                "UPDATE guilds SET channel_id = NULL, digest_due = 0, paused = NULL, resume_at = NULL, version = ?2
                 WHERE guild_id = ?1 AND channel_id IS NOT NULL",
                params![guild, tx.version()],
            )?;
            Ok(unset > 0)
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

    /// Stops posting to a guild until somebody acts, or until `resume_at`; whether that is news. If it still posts to
    /// `channel`, where one is named: else somebody has acted already. The runs' messages that went with a channel are
    /// forgotten: how the runs go is shown where the guild's codes are posted then.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn pause_guild(
        &self,
        guild: GuildId,
        channel: Option<ChannelId>,
        why: Blocked,
        resume_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            if let (Blocked::UnknownChannel, Some(channel)) = (why, channel) {
                tx.execute(
                    "UPDATE runs SET message_id = NULL, nonce = NULL, attempted_at = NULL, version = ?3
                     WHERE guild_id = ?1 AND channel_id = ?2 AND summarised IS NOT 1",
                    params![guild, channel, tx.version()],
                )?;
            }
            let known: Option<Option<Blocked>> = tx
                .statement(
                    "SELECT paused FROM guilds
                     WHERE guild_id = ?1 AND deleted = 0 AND removed_at IS NULL AND channel_id IS NOT NULL
                       AND (?2 IS NULL OR channel_id = ?2)",
                )?
                .query_row(params![guild, channel], |row| row.get(0))
                .optional()?;
            let Some(known) = known else { return Ok(false) };
            tx.execute(
                "UPDATE guilds SET paused = ?2, resume_at = ?3, version = ?4 WHERE guild_id = ?1",
                params![guild, why, resume_at.map(Millis), tx.version()],
            )?;
            Ok(known != Some(why))
        })
        .await
    }

    /// Posts to a guild again, if it was paused; whether it was.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn resume_guild(&self, guild: GuildId) -> Result<bool, StoreError> {
        self.write(move |tx| Ok(resume(tx, guild)?)).await
    }
}
