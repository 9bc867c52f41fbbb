//! Guilds: where codes are posted, whether they are redeemed for the roster, and why posting is paused.

mod access;
mod alliances;
mod command_guilds;
mod language;
mod removal;
mod samples;
mod self_service;
mod targets;

pub(in crate::store) use language::{SERVER_LANGUAGE, server_language};

pub use access::{AccessAdded, AccessRemoved};
pub use self_service::IdChannel;
pub(in crate::store) use targets::{learn_kind, mention_roles};

pub use alliances::{Alliance, AllianceAdded, AllianceRemoved, AllianceRenamed};
pub(in crate::store) use alliances::{NAME_AMONG_SEVERAL, servers_with_several};

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::codes::channel::{Blocked, ChannelKind};
use crate::domain::players::player::{AllianceId, ChannelId, RoleId};
use crate::store::handles::{Batches, Guilds};
use crate::store::kernel::{Millis, StoreError, Tx};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GuildSettings {
    pub channel: Option<ChannelId>,
    /// `None` if there is no channel, or its kind is not known yet.
    pub channel_kind: Option<ChannelKind>,
    /// The roles that posts mention, at most [`MAX_ROLES`](crate::domain::codes::channel::MAX_ROLES).
    pub mention_roles: Vec<RoleId>,
    /// Whether every code is redeemed for the roster.
    pub auto_redeem: bool,
    pub paused: Option<Blocked>,
    /// Set if posts fail repeatedly although posting is not paused.
    pub failing: Option<Failing>,
    /// The number of players on the roster.
    pub players: u32,
}

/// Posts of a guild that fail repeatedly, not necessarily for a known reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// When the first of the consecutive failures happened.
    pub since: Timestamp,
    /// The reason of the latest failure.
    pub reason: String,
}

/// The number of consecutive failures after which the guild's admins are notified. Fewer may be a passing problem.
const NOTIFY_AFTER: u32 = 3;

pub(in crate::store) fn ensure(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO guilds (guild_id, version) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET deleted = 0, version = excluded.version WHERE deleted = 1",
        params![guild, tx.version()],
    )
}

/// Makes the guild's waiting posts due now.
fn make_due(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE posts SET next_attempt_at = ?2, version = ?3
         WHERE guild_id = ?1 AND message_id IS NULL AND deleted = 0 AND next_attempt_at > ?2",
        params![guild, Millis(tx.now()), tx.version()],
    )?;
    tx.wake_plan();
    Ok(())
}

/// Ends the guild's pause, if there is one, and makes its waiting posts due now. Returns whether there was a pause.
fn resume(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<bool> {
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

/// Notes that a message reached the guild's channel: the guild is not paused, and its posts do not fail.
pub(in crate::store) fn works(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<()> {
    for alliance in sharing(tx, guild)? {
        resume(tx, alliance)?;
        forget_refusals(tx, alliance)?;
    }
    Ok(())
}

/// The alliances of the same server whose codes are posted in this one's channel, itself included.
fn sharing(tx: &Tx<'_>, alliance: AllianceId) -> rusqlite::Result<Vec<AllianceId>> {
    tx.statement(
        "SELECT o.guild_id FROM guilds g
         JOIN guilds o ON o.guild_id = coalesce(g.server_id, g.guild_id) OR o.server_id = coalesce(g.server_id, g.guild_id)
         WHERE g.guild_id = ?1 AND (o.guild_id = ?1 OR (o.channel_id = g.channel_id AND o.deleted = 0)) ORDER BY 1",
    )?
    .query_map([alliance], |row| row.get(0))?
    .collect()
}

fn forget_refusals(tx: &Tx<'_>, guild: AllianceId) -> rusqlite::Result<()> {
    // Refusals are kept in this file only: another instance tries, and finds out, by itself.
    let sql = "UPDATE guilds SET refusals = 0, refused_at = NULL, refusal = NULL WHERE guild_id = ?1 AND refusals > 0";
    tx.execute(sql, [guild]).map(drop)
}

/// Notes that the guild's channel refused a message, and the reason.
pub(in crate::store) fn refuses(tx: &Tx<'_>, nonce: &str, refusal: &str) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE guilds SET refusals = refusals + 1, refused_at = coalesce(refused_at, ?2), refusal = ?3
         WHERE guild_id IN (SELECT guild_id FROM posts WHERE nonce = ?1 AND deleted = 0)",
        params![nonce, Millis(tx.now()), refusal],
    )
    .map(drop)
}

/// Forgets the progress messages that were lost with a channel. Progress is then shown where the guild's codes are
/// posted. Returns how many codes' posts were lost with it: of a forum, where each is a thread.
pub(in crate::store) fn forget_lost_messages(
    tx: &Tx<'_>,
    guild: AllianceId,
    channel: ChannelId,
) -> rusqlite::Result<usize> {
    tx.execute(
        "UPDATE runs SET message_id = NULL, nonce = NULL, attempted_at = NULL, offers_retry = NULL, version = ?3
         WHERE guild_id = ?1 AND channel_id = ?2 AND summarised IS NOT 1",
        params![guild, channel, tx.version()],
    )?;
    // What is about the code needs another thread.
    tx.execute(
        "UPDATE posts SET channel_id = NULL, version = ?3 WHERE guild_id = ?1 AND channel_id = ?2 AND message_id = ?2",
        params![guild, channel, tx.version()],
    )
}

fn settings(row: &Row<'_>) -> rusqlite::Result<GuildSettings> {
    Ok(GuildSettings {
        channel: row.get(0)?,
        channel_kind: row.get(8)?,
        mention_roles: mention_roles(row.get(1)?, row.get(9)?),
        auto_redeem: row.get(2)?,
        paused: row.get(3)?,
        failing: match (row.get::<_, u32>(5)?, row.get::<_, Option<Millis>>(6)?, row.get(7)?) {
            (NOTIFY_AFTER.., Some(Millis(since)), Some(reason)) => Some(Failing { since, reason }),
            _ => None,
        },
        players: row.get(4)?,
    })
}

/// Selects the codes that are worth posting and redeeming in a guild. The game has not invalidated them, they have not
/// expired, and either the guild added them or a feed lists them and the guild did not remove them. `?1` is now;
/// `guild` is the column that holds the guild's id.
pub(in crate::store) fn active_code(guild: &str) -> String {
    format!(
        "c.deleted = 0 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?1)
         AND coalesce((SELECT w.wanted FROM guild_codes w
                       WHERE w.guild_id = {guild} AND w.code_key = c.code_key AND w.deleted = 0), c.listed) = 1"
    )
}

impl Guilds {
    /// Returns the defaults for an unknown guild.
    pub async fn guild(&self, guild: AllianceId) -> Result<GuildSettings, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            // Discord sends no event when a timeout ends.
            let sql = "SELECT channel_id, mention_role, auto_redeem,
                              iif(paused = 'timed_out' AND resume_at <= ?2, NULL, paused),
                              (SELECT count(*) FROM rosters r WHERE r.guild_id = g.guild_id AND r.deleted = 0),
                              refusals, refused_at, refusal, channel_kind, mention_roles
                       FROM guilds g WHERE guild_id = ?1 AND deleted = 0";
            Ok(connection
                .prepare_cached(sql)?
                .query_row(params![guild, Millis(now)], settings)
                .optional()?
                .unwrap_or_default())
        })
        .await
    }

    /// Stops posting to a guild. Returns whether it had a channel. Codes that appear meanwhile are part of the digest
    /// once a channel is set again.
    pub async fn unset_channel(&self, guild: AllianceId) -> Result<bool, StoreError> {
        self.write(move |tx| {
            let unset = tx.execute(
                "UPDATE guilds SET channel_id = NULL, channel_kind = NULL, digest_due = 0, paused = NULL, resume_at = NULL,
                     version = ?2
                 WHERE guild_id = ?1 AND channel_id IS NOT NULL",
                params![guild, tx.version()],
            )?;
            if unset > 0 {
                targets::leave(tx, guild)?;
            }
            Ok(unset > 0)
        })
        .await
    }

    /// Turns auto-redemption on or off. Turning it on makes the active codes due for the roster. Turning it off lets
    /// redemptions that have begun finish.
    pub async fn set_auto_redeem(&self, guild: AllianceId, on: bool) -> Result<(), StoreError> {
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

    /// Pauses posting to a guild until somebody acts, or until `resume_at`. Does not pause the guild if `channel` is
    /// given and is no longer the guild's channel, because somebody has acted already. If the channel is unknown to
    /// Discord, its progress messages are forgotten, and progress is then shown where the guild's codes are posted.
    /// Returns whether the guild was not yet paused for this reason.
    pub async fn pause_guild(
        &self,
        guild: AllianceId,
        channel: Option<ChannelId>,
        why: Blocked,
        resume_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        self.write(move |tx| {
            if let (Blocked::UnknownChannel, Some(channel)) = (why, channel) {
                forget_lost_messages(tx, guild, channel)?;
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
            for alliance in sharing(tx, guild)? {
                tx.execute(
                    "UPDATE guilds SET paused = ?2, resume_at = ?3, version = ?4 WHERE guild_id = ?1 AND removed_at IS NULL",
                    params![alliance, why, resume_at.map(Millis), tx.version()],
                )?;
            }
            Ok(known != Some(why))
        })
        .await
    }

    /// Ends a guild's pause, if there is one. Returns whether there was one.
    pub async fn resume_guild(&self, guild: AllianceId) -> Result<bool, StoreError> {
        self.write(move |tx| Ok(resume(tx, guild)?)).await
    }
}

impl Batches {
    /// Notes that a guild's channel no longer exists, and that its progress messages are lost with it.
    ///
    /// # Errors
    /// Returns an error if the write fails; the loss is then detected again later.
    pub async fn forget_batch_messages(&self, guild: AllianceId, channel: ChannelId) -> Result<(), StoreError> {
        self.write(move |tx| Ok(forget_lost_messages(tx, guild, channel).map(drop)?)).await
    }
}
