//! Guilds: where their codes are posted, whether they are redeemed, and why they are paused.

mod command_guilds;
mod removal;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::codes::channel::Blocked;
use crate::domain::players::player::{ChannelId, GuildId, RoleId};
use crate::store::handles::{Batches, Guilds};
use crate::store::kernel::{Millis, StoreError, Tx};

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
    /// What keeps its posts back, though it is not paused.
    pub failing: Option<Failing>,
    /// Players on its roster.
    pub players: u32,
}

/// A guild whose posts fail again and again, for a reason that need not be a known one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// When the first of them failed.
    pub since: Timestamp,
    /// What was said the last time.
    pub reason: String,
}

/// Failures in a row after which the guild's admins are told: fewer are a stumble.
const NOTIFY_AFTER: u32 = 3;

pub(in crate::store) fn ensure(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO guilds (guild_id, version) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET deleted = 0, version = excluded.version WHERE deleted = 1",
        params![guild, tx.version()],
    )
}

/// Makes what waits due now.
fn make_due(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE posts SET next_attempt_at = ?2, version = ?3
         WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0 AND next_attempt_at > ?2",
        params![guild, Millis(tx.now()), tx.version()],
    )?;
    tx.wake_plan();
    Ok(())
}

/// Posts again, and makes what waits due now, if the guild was paused; whether it was.
fn resume(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<bool> {
    let resumed = tx.execute(
        "UPDATE guilds SET paused = NULL, resume_at = NULL, version = ?2
         WHERE guild_id = ?1 AND paused IS NOT NULL AND removed_at IS NULL",
        params![guild, tx.version()],
    )?;
    if resumed > 0 {
        make_due(tx, guild)?;
    }
    Ok(resumed > 0)
}

/// A message was sent to a guild's channel: neither is it paused, nor do its posts fail.
pub(in crate::store) fn works(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<()> {
    resume(tx, guild)?;
    forget_refusals(tx, guild)
}

fn forget_refusals(tx: &Tx<'_>, guild: GuildId) -> rusqlite::Result<()> {
    // Of this file alone: another instance tries, and learns, by itself.
    let sql = "UPDATE guilds SET refusals = 0, refused_at = NULL, refusal = NULL WHERE guild_id = ?1 AND refusals > 0";
    tx.execute(sql, [guild]).map(drop)
}

/// A message was refused by its guild's channel, which says why.
pub(in crate::store) fn refuses(tx: &Tx<'_>, nonce: &str, refusal: &str) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE guilds SET refusals = refusals + 1, refused_at = coalesce(refused_at, ?2), refusal = ?3
         WHERE guild_id = (SELECT guild_id FROM posts WHERE nonce = ?1 AND deleted = 0)",
        params![nonce, Millis(tx.now()), refusal],
    )
    .map(drop)
}

/// The runs' messages that went with a channel are forgotten: how the runs go is shown where the guild's codes are posted.
fn forget_batch_messages(tx: &Tx<'_>, guild: GuildId, channel: ChannelId) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE runs SET message_id = NULL, nonce = NULL, attempted_at = NULL, version = ?3
         WHERE guild_id = ?1 AND channel_id = ?2 AND summarised IS NOT 1",
        params![guild, channel, tx.version()],
    )
    .map(drop)
}

fn settings(row: &Row<'_>) -> rusqlite::Result<GuildSettings> {
    Ok(GuildSettings {
        channel: row.get(0)?,
        mention_role: row.get(1)?,
        auto_redeem: row.get(2)?,
        paused: row.get(3)?,
        failing: match (row.get::<_, u32>(5)?, row.get::<_, Option<Millis>>(6)?, row.get(7)?) {
            (NOTIFY_AFTER.., Some(Millis(since)), Some(reason)) => Some(Failing { since, reason }),
            _ => None,
        },
        players: row.get(4)?,
    })
}

/// A code is worth posting and redeeming in a guild while the game did not invalidate it, it has not expired, and a feed lists
/// it or the guild added it, and did not remove it. `?1` is now, `guild` the guild's column.
pub(in crate::store) fn active_code(guild: &str) -> String {
    format!(
        "c.deleted = 0 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?1)
         AND coalesce((SELECT w.wanted FROM guild_codes w
                       WHERE w.guild_id = {guild} AND w.code_key = c.code_key AND w.deleted = 0), c.listed) = 1"
    )
}

impl Guilds {
    /// A guild's settings; the defaults for one that is not known.
    pub async fn guild(&self, guild: GuildId) -> Result<GuildSettings, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            // Nobody tells of a timeout's end.
            let sql = "SELECT channel_id, mention_role, auto_redeem,
                              iif(paused = 'timed_out' AND resume_at <= ?2, NULL, paused),
                              (SELECT count(*) FROM rosters r WHERE r.guild_id = g.guild_id AND r.deleted = 0),
                              refusals, refused_at, refusal
                       FROM guilds g WHERE guild_id = ?1 AND deleted = 0";
            Ok(connection
                .prepare_cached(sql)?
                .query_row(params![guild, Millis(now)], settings)
                .optional()?
                .unwrap_or_default())
        })
        .await
    }

    /// Sets where a guild's codes are posted; a guild that had no channel gets the active codes once, as a digest. It ends
    /// a pause, and makes what waits due at once: whatever the wait was for, somebody has acted since.
    pub async fn set_channel(&self, guild: GuildId, channel: ChannelId) -> Result<(), StoreError> {
        self.set_channel_and_role(guild, channel, None).await
    }

    /// The same, together with the role that the guild's posts mention, or none, where that is to change.
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
            forget_refusals(tx, guild)?;
            make_due(tx, guild)?;
            Ok(())
        })
        .await
    }

    /// Stops posting to a guild; whether it had a channel. Codes that come meanwhile are part of the digest when a channel
    /// is set again.
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
    pub async fn pause_guild(
        &self,
        guild: GuildId,
        channel: Option<ChannelId>,
        why: Blocked,
        resume_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            if let (Blocked::UnknownChannel, Some(channel)) = (why, channel) {
                forget_batch_messages(tx, guild, channel)?;
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
    pub async fn resume_guild(&self, guild: GuildId) -> Result<bool, StoreError> {
        self.write(move |tx| Ok(resume(tx, guild)?)).await
    }
}

impl Batches {
    /// Notes that a channel of a guild is gone, and the runs' messages with it.
    ///
    /// # Errors
    /// When it cannot be written; then it is found out again.
    pub async fn forget_batch_messages(&self, guild: GuildId, channel: ChannelId) -> Result<(), StoreError> {
        self.write(move |tx| Ok(forget_batch_messages(tx, guild, channel)?)).await
    }
}
