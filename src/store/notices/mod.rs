//! Notices: a mention of the people for whom a code failed, and a reminder before it ends. As with posts, the intent is
//! stored first, then the call is made, then the message id is stored, so that each is sent at most once (invariant 1).

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::batch_messages::tally;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::codes::notice::{self, MENTION_WITHIN, NoticeKind, REMIND_BEFORE, REMIND_UNTIL};
use crate::domain::players::player::{AllianceId, ChannelId, GuildId, PlayerId, UserId};
use crate::domain::redeeming::batch_progress::Tally;
use crate::domain::text::language::Language;
use crate::ports::MessageId;
use crate::store::guilds::{self, NAME_AMONG_SEVERAL, SERVER_LANGUAGE};
use crate::store::handles::{Guilds, Notices};
use crate::store::kernel::{Millis, StoreError};
use crate::store::shown_name::NAME;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NoticeKey {
    pub guild: AllianceId,
    pub code: CodeKey,
    pub generation: u32,
    pub kind: NoticeKind,
}

/// A notice that may be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    pub key: NoticeKey,
    /// In the spelling in which it was published.
    pub code: Code,
    pub ends_at: Option<Timestamp>,
    /// The server of the channel.
    pub server: GuildId,
    /// The alliance's name, if its server has several.
    pub alliance: Option<String>,
    /// The language of the server.
    pub language: Language,
    /// Where it is to be sent, or to be searched for.
    pub channel: ChannelId,
    /// The guild has changed its channel since the attempt.
    pub is_moved: bool,
    /// When an attempt with an unknown result was made.
    pub attempted_at: Option<Timestamp>,
    /// Where the batch's result is shown.
    pub result: Option<(ChannelId, MessageId)>,
}

/// Who on a guild's player list does not have a code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lacking {
    pub tally: Tally,
    /// The players for whom it was never tried, with their names, which may be empty.
    pub untried: Vec<(PlayerId, String)>,
}

/// What a guild wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notifications {
    /// Whether the linked people for whom a code failed are mentioned.
    pub mentions_failed: bool,
    /// Whether a code's end is announced.
    pub reminds: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self { mentions_failed: false, reminds: true }
    }
}

/// Where a notice is sent now: to the thread of the code's post, if the guild's posts go to a forum.
const TARGET: &str = "coalesce((SELECT t.channel_id FROM posts t
    WHERE g.channel_kind = 'forum' AND t.guild_id = g.guild_id AND t.code_key = c.code_key AND t.generation = c.generation
      AND t.message_id = t.channel_id AND t.deleted = 0), g.channel_id)";
/// The guild takes messages, and this one is not settled.
const IS_OPEN: &str = "g.deleted = 0 AND g.channel_id IS NOT NULL AND g.removed_at IS NULL AND g.disbanded_at IS NULL
    AND g.paused IS NULL AND n.ended_at IS NULL";
const NOTICE: &str = "LEFT JOIN notices n ON n.guild_id = g.guild_id AND n.code_key = c.code_key
    AND n.generation = c.generation AND n.deleted = 0";

fn columns() -> String {
    format!(
        "g.guild_id, c.code_key, c.generation, c.code, c.expires_at,
         iif(n.attempted_at IS NULL, {TARGET}, coalesce(n.channel_id, {TARGET})),
         n.attempted_at IS NOT NULL AND n.channel_id <> {TARGET}, n.attempted_at, u.channel_id, u.message_id,
         coalesce(g.server_id, g.guild_id), {SERVER_LANGUAGE}, {NAME_AMONG_SEVERAL}"
    )
}

fn due(row: &Row<'_>, kind: NoticeKind) -> rusqlite::Result<DueNotice> {
    let time = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<Millis>>(at)?.map(|Millis(at)| at));
    let message = row.get::<_, Option<i64>>(9)?.map(|id| MessageId(id.cast_unsigned()));
    Ok(DueNotice {
        key: NoticeKey { guild: row.get(0)?, code: row.get(1)?, generation: row.get(2)?, kind },
        code: row.get(3)?,
        ends_at: time(4)?,
        server: row.get(10)?,
        alliance: row.get("alliance")?,
        language: guilds::server_language(row)?,
        channel: row.get(5)?,
        is_moved: row.get::<_, Option<bool>>(6)?.unwrap_or(false),
        attempted_at: time(7)?,
        result: row.get::<_, Option<ChannelId>>(8)?.zip(message),
    })
}

impl Notices {
    /// The mentions that may be due: of batches that ended lately, whose result is shown, and whose code is still active.
    pub async fn due_mentions(&self) -> Result<Vec<DueNotice>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let (columns, active) = (columns(), guilds::active_code("g.guild_id"));
            let sql = format!(
                "SELECT {columns} FROM guilds g INDEXED BY guilds_mentioning CROSS JOIN runs u ON u.guild_id = g.guild_id
                 JOIN codes c ON c.code_key = u.code_key AND c.generation = u.generation {NOTICE} AND n.kind = 'failed'
                 WHERE g.mention_failed = 1 AND {IS_OPEN} AND u.deleted = 0 AND u.finished_at > ?2 AND u.summarised = 1
                   AND u.message_id IS NOT NULL AND {active} ORDER BY u.finished_at, c.code_key, g.guild_id"
            );
            let since = now.checked_sub(MENTION_WITHIN).unwrap_or(Timestamp::MIN);
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![Millis(now), Millis(since)], |row| due(row, NoticeKind::Failed))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// The reminders that may be due, those of codes that end soonest first.
    pub async fn due_reminders(&self) -> Result<Vec<DueNotice>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let (columns, active) = (columns(), guilds::active_code("g.guild_id"));
            let sql = format!(
                "SELECT {columns}, coalesce(p.posted_at, c.first_seen_at) AS posted_at
                 FROM codes c CROSS JOIN guilds g {NOTICE} AND n.kind = 'reminder'
                 LEFT JOIN runs u ON u.guild_id = g.guild_id AND u.code_key = c.code_key AND u.generation = c.generation
                      AND u.deleted = 0
                 LEFT JOIN posts p ON p.guild_id = g.guild_id AND p.code_key = c.code_key AND p.generation = c.generation
                      AND p.deleted = 0
                 WHERE c.expires_at > ?2 AND c.expires_at <= ?3 AND g.remind IS NOT 0 AND {IS_OPEN} AND {active}
                 ORDER BY c.expires_at, c.code_key, g.guild_id"
            );
            let [from, to] = [REMIND_UNTIL, REMIND_BEFORE].map(|ahead| now.checked_add(ahead).unwrap_or(Timestamp::MAX));
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![Millis(now), Millis(from), Millis(to)], |row| {
                Ok((due(row, NoticeKind::Reminder)?, row.get::<_, Millis>("posted_at")?.0))
            })?;
            let found: Vec<(DueNotice, Timestamp)> = rows.collect::<Result<_, _>>()?;
            let is_due = |(due, posted_at): &(DueNotice, Timestamp)| {
                let window = due.ends_at.and_then(|ends_at| notice::reminder_window(ends_at, *posted_at));
                window.is_some_and(|(from, until)| from <= now && now < until)
            };
            Ok(found.into_iter().filter(is_due).map(|(due, _)| due).collect())
        })
        .await
    }

    /// The people who linked a player for whom the code failed, at most `limit`.
    pub async fn failed_people(&self, key: NoticeKey, limit: usize) -> Result<Vec<UserId>, StoreError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT DISTINCT l.user_id FROM rosters r
                 JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = ?2 AND d.generation = ?3 AND d.deleted = 0
                 JOIN links l ON l.player_id = r.player_id AND l.deleted = 0
                 WHERE r.guild_id = ?1 AND r.deleted = 0 AND d.outcome IN ('failed', 'gave_up') ORDER BY 1 LIMIT ?4",
            )?;
            let rows = statement.query_map(params![key.guild, key.code, key.generation, limit], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Who on the guild's player list does not have the code.
    pub async fn lacking(&self, key: NoticeKey) -> Result<Lacking, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let batch = super::BatchKey { guild: key.guild, code: key.code, generation: key.generation };
            let mut statement = connection.prepare_cached(&format!(
                "SELECT p.player_id, {NAME} AS name FROM rosters r JOIN players p USING (player_id)
                 WHERE r.guild_id = ?1 AND r.deleted = 0
                   AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = r.player_id AND d.code_key = ?2
                                   AND d.generation = ?3 AND d.deleted = 0)
                 ORDER BY name COLLATE NOCASE, p.player_id"
            ))?;
            let rows = statement
                .query_map(params![batch.guild, batch.code, batch.generation], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let untried = rows.collect::<Result<_, _>>()?;
            Ok(Lacking { tally: tally(connection, &batch, now)?, untried })
        })
        .await
    }

    /// Records the intent to send a notice, and returns its nonce, which stays the same for every attempt. `None` if another
    /// instance has settled it.
    ///
    /// # Errors
    /// If the intent cannot be written, or this instance is not the leader. The notice must not be sent then.
    pub async fn begin_notice(&self, key: NoticeKey, channel: ChannelId) -> Result<Option<String>, StoreError> {
        let begun = self.write_intent(move |tx| {
            let nonce = notice::nonce(key.guild, &key.code, key.generation, key.kind);
            Ok(tx
                .statement(
                    "INSERT INTO notices (guild_id, code_key, generation, kind, nonce, channel_id, attempted_at, version)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT DO UPDATE SET channel_id = excluded.channel_id, deleted = 0,
                         attempted_at = coalesce(attempted_at, excluded.attempted_at), version = excluded.version
                         WHERE ended_at IS NULL RETURNING nonce",
                )?
                .query_row(
                    params![
                        key.guild,
                        key.code,
                        key.generation,
                        key.kind,
                        nonce,
                        channel,
                        Millis(tx.now()),
                        tx.version()
                    ],
                    |row| row.get(0),
                )
                .optional()?)
        });
        let (nonce, permission) = begun.await?;
        permission.map(|()| nonce)
    }

    /// Records the result of sending a notice. With a message id, or if it `is_for_nobody`, the notice is settled. With
    /// `maybe_sent`, it is unknown whether it was sent.
    ///
    /// # Errors
    /// If the result cannot be written, or this instance is no longer the leader. The notice is looked up then.
    pub async fn record_notice(
        &self,
        key: NoticeKey,
        message: Option<MessageId>,
        is_for_nobody: bool,
        maybe_sent: bool,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE notices SET message_id = coalesce(?5, message_id), attempted_at = iif(?6, attempted_at, NULL),
                     ended_at = iif(?7, ?8, ended_at), version = ?9
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3 AND kind = ?4",
                params![
                    key.guild,
                    key.code,
                    key.generation,
                    key.kind,
                    message.map(|id| id.0.cast_signed()),
                    maybe_sent || message.is_some(),
                    is_for_nobody || message.is_some(),
                    Millis(tx.now()),
                    tx.version()
                ],
            )?;
            Ok(())
        })
        .await?;
        self.0.require_leader()
    }

    /// Notes that a channel no longer exists. Returns whether it was the thread of a code's post: what is about that code then
    /// goes to the forum.
    pub async fn forget_thread(&self, guild: AllianceId, channel: ChannelId) -> Result<bool, StoreError> {
        self.write(move |tx| Ok(guilds::forget_lost_messages(tx, guild, channel)? > 0)).await
    }
}

impl Guilds {
    /// What a guild wants to be told; the defaults for an unknown guild.
    pub async fn notifications(&self, guild: AllianceId) -> Result<Notifications, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT mention_failed IS 1, remind IS NOT 0 FROM guilds WHERE guild_id = ?1 AND deleted = 0";
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement
                .query_row([guild], |row| Ok(Notifications { mentions_failed: row.get(0)?, reminds: row.get(1)? }));
            Ok(found.optional()?.unwrap_or_default())
        })
        .await
    }

    /// Changes what a guild wants to be told; `None` leaves a switch as it is. Returns the result.
    pub async fn set_notifications(
        &self,
        guild: AllianceId,
        mentions_failed: Option<bool>,
        reminds: Option<bool>,
    ) -> Result<Notifications, StoreError> {
        self.write(move |tx| {
            guilds::ensure(tx, guild)?;
            tx.execute(
                "UPDATE guilds SET mention_failed = coalesce(?2, mention_failed), remind = coalesce(?3, remind), version = ?4
                 WHERE guild_id = ?1",
                params![guild, mentions_failed, reminds, tx.version()],
            )?;
            Ok(())
        })
        .await?;
        self.notifications(guild).await
    }
}

#[cfg(test)]
mod tests;
