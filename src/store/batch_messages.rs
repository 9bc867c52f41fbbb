//! Progress messages of batches. As with posts, the intent is stored first, then the call is made, then the message id
//! is stored.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::ChannelKind;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::{AllianceId, ChannelId, PlayerId};
use crate::domain::redeeming::batch_progress::{FailedGroup, Tally};
use crate::domain::redeeming::outcome::Outcome;
use crate::ports::{BatchMessage, MessageId, Posted};

use super::guilds::{NAME_AMONG_SEVERAL, SERVER_LANGUAGE};
use super::state_checks;
use super::tallies::{self, Counts};
use super::{guilds, posts};
use crate::store::handles::Batches;
use crate::store::kernel::{Millis, StoreError};
use crate::store::shown_name::NAME;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchKey {
    pub guild: AllianceId,
    pub code: CodeKey,
    pub generation: u32,
}

/// A batch in a guild's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastBatch {
    /// In the spelling in which it was published.
    pub code: Code,
    pub generation: u32,
    /// When it began, or was last reopened.
    pub started_at: Timestamp,
    /// When its last redemption was decided; `None` while any is pending.
    pub finished_at: Option<Timestamp>,
    pub tally: Tally,
}

/// Selects the batches whose message does not show their final result. A result older than `?1` is not announced any
/// more, but an existing message that shows an older state is corrected until the result is older than `?2`. `?3` is
/// now. A paused guild is retried together with its posts. A listed code is announced by its post first, so a batch
/// stays silent while the canary of its code is under way, and when the canary finds the code over. In a forum it waits
/// for the code's post, because it is shown in that thread.
const UNTOLD: &str = "runs.summarised IS NOT 1 AND g.channel_id IS NOT NULL AND (g.paused IS NULL OR g.resume_at <= ?3)
    AND (runs.finished_at IS NULL OR runs.finished_at > iif(runs.message_id IS NULL, ?1, ?2))
    AND (codes.hold_until IS NULL OR codes.hold_until <= ?3)
    AND NOT (g.channel_kind IS 'forum' AND runs.message_id IS NULL
             AND EXISTS (SELECT 1 FROM posts p WHERE p.guild_id = runs.guild_id AND p.code_key = runs.code_key
                         AND p.generation = runs.generation AND p.message_id IS NULL AND p.deleted = 0))
    AND (runs.nonce IS NOT NULL OR codes.condemned IS NULL OR codes.generation > runs.generation OR codes.listed = 0
         OR EXISTS (SELECT 1 FROM posts p WHERE p.guild_id = runs.guild_id AND p.code_key = runs.code_key
                    AND p.generation = runs.generation AND (p.attempted_at IS NOT NULL OR p.message_id IS NOT NULL)))";

/// Whether the code of a batch is over, or has become valid again since. `?3` is now.
const IS_OVER: &str = "(codes.condemned IS NOT NULL OR codes.generation <> runs.generation OR codes.deleted = 1
    OR (codes.expires_at IS NOT NULL AND codes.expires_at <= ?3))";
/// Selects the thread of the batch's code, if the guild's posts go to a forum.
const THREAD: &str = "(SELECT p.channel_id FROM posts p
    WHERE g.channel_kind = 'forum' AND p.guild_id = runs.guild_id AND p.code_key = runs.code_key
      AND p.generation = runs.generation AND p.message_id = p.channel_id AND p.deleted = 0)";

/// Counts a batch's results over the present roster. For a code that has been over for long, it returns the numbers
/// that were counted then.
pub(super) fn tally(connection: &Connection, key: &BatchKey, now: Timestamp) -> rusqlite::Result<Tally> {
    if let Some(counts) = tallies::counted(connection, key.guild, &key.code, key.generation)? {
        let Counts { granted, already, failed, gave_up } = counts;
        return Ok(Tally { granted, already, unnamed: failed.saturating_add(gave_up), ..Tally::default() });
    }
    let mut tally = Tally::default();
    let on_roster = "FROM rosters r JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = ?2
                          AND d.generation = ?3 AND d.deleted = 0
                     JOIN players p ON p.player_id = r.player_id
                     WHERE r.guild_id = ?1 AND r.deleted = 0";
    let mut statement = connection.prepare_cached(&format!(
        "SELECT d.outcome, count(*), count(*) FILTER (WHERE d.next_attempt_at > ?4),
                count(*) FILTER (WHERE d.next_attempt_at > ?4 AND d.status IN (?5, ?6)) {on_roster} GROUP BY 1"
    ))?;
    let (refused, missing) = (Status::UserInfoError, Status::NoState);
    let mut rows = statement.query(params![key.guild, key.code, key.generation, Millis(now), refused, missing])?;
    while let Some(row) = rows.next()? {
        let count: u32 = row.get(1)?;
        match row.get(0)? {
            Outcome::Granted => tally.granted = count,
            Outcome::Already => tally.already = count,
            Outcome::Pending => {
                (tally.pending, tally.waiting, tally.searching) = (count, row.get(2)?, row.get(3)?);
            }
            Outcome::Failed | Outcome::GaveUp => {}
        }
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT d.outcome = 'gave_up', coalesce(d.status, ''), p.player_id, {NAME} AS name {on_roster}
           AND d.outcome IN ('failed', 'gave_up') ORDER BY 1, 2, name COLLATE NOCASE, p.player_id"
    ))?;
    let rows = statement.query_map(params![key.guild, key.code, key.generation], |row| {
        Ok((row.get::<_, bool>(0)?, row.get::<_, Status>(1)?, (row.get::<_, PlayerId>(2)?, row.get::<_, String>(3)?)))
    })?;
    for row in rows {
        let (gave_up, status, player) = row?;
        match tally.failed.last_mut() {
            Some(group) if group.gave_up == gave_up && group.status == status => group.players.push(player),
            _ => tally.failed.push(FailedGroup { status, gave_up, players: vec![player] }),
        }
    }
    tally.found = state_checks::found_since_start(connection, key.guild, &key.code, key.generation)?;
    tally.failed.sort_by_key(|group| std::cmp::Reverse(group.players.len()));
    Ok(tally)
}

impl Batches {
    /// Returns the batches whose message does not show their final result, oldest first: unfinished ones, those that
    /// ended after `since`, and those that ended after `mended_since` and have a message. Also those whose message
    /// offers to try again although their code is over. Guilds that have no channel or are paused are left out.
    pub async fn unannounced_batches(
        &self,
        since: Timestamp,
        mended_since: Timestamp,
    ) -> Result<Vec<(BatchKey, BatchMessage)>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let columns = format!(
                "runs.guild_id, runs.code_key, runs.generation, coalesce(runs.nonce, ''), runs.message_id,
                 runs.attempted_at, runs.finished_at IS NOT NULL, codes.code,
                 iif(runs.message_id IS NULL AND runs.attempted_at IS NULL, coalesce({THREAD}, g.channel_id),
                     coalesce(runs.channel_id, g.channel_id)),
                 g.channel_id, g.channel_kind, {THREAD}, coalesce(g.server_id, g.guild_id), {IS_OVER}, runs.started_at,
                 {NAME_AMONG_SEVERAL}, {SERVER_LANGUAGE}"
            );
            let sql = format!(
                "SELECT {columns}
                 FROM runs INDEXED BY runs_untold JOIN codes USING (code_key) JOIN guilds g ON g.guild_id = runs.guild_id
                 WHERE runs.deleted = 0 AND {UNTOLD}
                 UNION ALL SELECT {columns}
                 FROM runs INDEXED BY runs_offering JOIN codes USING (code_key) JOIN guilds g ON g.guild_id = runs.guild_id
                 WHERE runs.deleted = 0 AND runs.offers_retry = 1 AND runs.summarised = 1 AND runs.message_id IS NOT NULL
                   AND g.channel_id IS NOT NULL AND g.paused IS NULL AND g.disbanded_at IS NULL AND {IS_OVER}
                 ORDER BY 15, 2, 1"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([Millis(since), Millis(mended_since), Millis(now)], |row| {
                let key = BatchKey { guild: row.get(0)?, code: row.get(1)?, generation: row.get(2)? };
                let channel: ChannelId = row.get(8)?;
                let channel_kind = match () {
                    () if row.get::<_, ChannelId>(9)? == channel => row.get(10)?,
                    () if row.get::<_, Option<ChannelId>>(11)? == Some(channel) => Some(ChannelKind::Thread),
                    () => None,
                };
                let message = BatchMessage {
                    nonce: row.get(3)?,
                    server: row.get(12)?,
                    guild: key.guild,
                    alliance: row.get(15)?,
                    channel,
                    channel_kind,
                    message: row.get::<_, Option<i64>>(4)?.map(|id| MessageId(id.cast_unsigned())),
                    language: guilds::server_language(row)?,
                    attempted_at: row.get::<_, Option<Millis>>(5)?.map(|Millis(at)| at),
                    code: row.get(7)?,
                    tally: Tally::default(),
                    is_finished: row.get(6)?,
                    is_over: row.get(13)?,
                    remaining: None,
                    wait_reason: None,
                };
                Ok((key, message))
            })?;
            let mut found: Vec<(BatchKey, BatchMessage)> = rows.collect::<Result<_, _>>()?;
            for (key, message) in &mut found {
                message.tally = tally(connection, key, now)?;
            }
            Ok(found)
        })
        .await
    }

    /// Records the intent to send a batch's message, and returns its nonce, which stays the same for every attempt.
    ///
    /// # Errors
    /// If the intent cannot be written, or this instance is not the leader. The message must not be sent then.
    pub async fn begin_batch_message(&self, key: BatchKey, message: BatchMessage) -> Result<String, StoreError> {
        let nonce = self.write_intent(move |tx| {
            Ok(tx
                .statement(
                    "UPDATE runs SET nonce = coalesce(nonce, ?4), channel_id = ?5,
                         attempted_at = coalesce(attempted_at, ?6), version = ?7
                     WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3 RETURNING nonce",
                )?
                .query_row(
                    params![
                        key.guild,
                        key.code,
                        key.generation,
                        posts::nonce('r', tx.version()),
                        message.channel,
                        Millis(tx.now()),
                        tx.version()
                    ],
                    |row| row.get(0),
                )?)
        });
        let (nonce, permission) = nonce.await?;
        permission.map(|()| nonce)
    }

    /// Records the result of sending a batch's message. `sent` ends a pause of the guild; it is `None` if the message was
    /// not sent. With `maybe_sent`, it is unknown whether it was sent. With `is_announced`, the message shows the final
    /// result, and `offers_retry` is whether it has the button that tries again.
    ///
    /// # Errors
    /// If the result cannot be written, or this instance is no longer the leader. The message is shown again then.
    pub async fn record_batch_message(
        &self,
        key: BatchKey,
        sent: Option<Posted>,
        maybe_sent: bool,
        is_announced: bool,
        offers_retry: bool,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            let was_sent = "SELECT 1 FROM runs WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3
                            AND message_id IS NOT NULL";
            if sent.is_some() && !tx.statement(was_sent)?.exists(params![key.guild, key.code, key.generation])? {
                guilds::works(tx, key.guild)?;
            }
            tx.execute(
                "UPDATE runs SET message_id = coalesce(?4, message_id), attempted_at = iif(?5, attempted_at, NULL),
                     channel_id = coalesce(?8, channel_id),
                     summarised = iif(?6 AND finished_at IS NOT NULL, 1, summarised),
                     offers_retry = iif(?6, ?9, offers_retry), version = ?7
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3",
                params![
                    key.guild,
                    key.code,
                    key.generation,
                    sent.map(|sent| sent.id.0.cast_signed()),
                    maybe_sent,
                    is_announced,
                    tx.version(),
                    sent.and_then(|sent| sent.thread),
                    offers_retry
                ],
            )?;
            Ok(())
        })
        .await?;
        self.0.require_leader()
    }

    /// Records that somebody deleted a batch's message. The batch stays silent until somebody asks for it again, and
    /// then gets a new message.
    pub async fn silence_batch(&self, key: BatchKey) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE runs SET summarised = 1, message_id = NULL, nonce = NULL, attempted_at = NULL, offers_retry = NULL,
                     version = ?4
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3",
                params![key.guild, key.code, key.generation, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Records that a batch's message can no longer be changed, and still offers to try again.
    pub async fn leave_retry_button(&self, key: BatchKey) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE runs SET offers_retry = NULL, version = ?4
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3 AND summarised = 1",
                params![key.guild, key.code, key.generation, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// Returns a guild's latest batches, newest first, at most `limit`; only those of `code`, if given.
    pub async fn past_batches(
        &self,
        guild: AllianceId,
        code: Option<CodeKey>,
        limit: u32,
    ) -> Result<Vec<PastBatch>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT runs.code_key, runs.generation, codes.code, runs.started_at, runs.finished_at
                 FROM runs JOIN codes USING (code_key)
                 WHERE runs.guild_id = ?1 AND runs.deleted = 0 AND (?2 IS NULL OR runs.code_key = ?2)
                 ORDER BY runs.started_at DESC, runs.code_key LIMIT ?3",
            )?;
            let mut rows = statement.query(params![guild, code, limit])?;
            let mut batches = Vec::new();
            while let Some(row) = rows.next()? {
                let key = BatchKey { guild, code: row.get(0)?, generation: row.get(1)? };
                batches.push(PastBatch {
                    code: row.get(2)?,
                    generation: key.generation,
                    started_at: row.get::<_, Millis>(3)?.0,
                    finished_at: row.get::<_, Option<Millis>>(4)?.map(|Millis(at)| at),
                    tally: tally(connection, &key, now)?,
                });
            }
            Ok(batches)
        })
        .await
    }

    /// Counts the pending redemptions of a guild's roster.
    pub async fn pending_in_guild(&self, guild: AllianceId) -> Result<u32, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT count(*) FROM redemptions d WHERE d.outcome = 'pending' AND d.deleted = 0
                       AND d.player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?1 AND deleted = 0)";
            Ok(connection.prepare_cached(sql)?.query_row([guild], |row| row.get(0))?)
        })
        .await
    }
}
