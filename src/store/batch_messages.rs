//! The messages that show how far the runs are: intent first, then the call, then the message's id, like a post's.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::{GuildId, PlayerId};
use crate::domain::redeeming::batch_progress::{FailedGroup, Tally};
use crate::domain::redeeming::outcome::Outcome;
use crate::ports::{BatchMessage, MessageId};

use super::tallies::{self, Counts};
use super::{guilds, posts};
use crate::store::handles::Batches;
use crate::store::kernel::{Millis, StoreError};

/// Which run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BatchKey {
    /// The guild.
    pub guild: GuildId,
    /// The code.
    pub code: CodeKey,
    /// Its generation.
    pub generation: u32,
}

/// A run of a guild, for its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastBatch {
    /// The code as published.
    pub code: Code,
    /// Its generation.
    pub generation: u32,
    /// When it began, or began again.
    pub started_at: Timestamp,
    /// When its last redemption was decided, if all are.
    pub finished_at: Option<Timestamp>,
    /// What came of it.
    pub tally: Tally,
}

/// Which runs: those whose message does not show how they ended. An old end is no news, unless a message says that it is
/// still to come. A paused guild is tried again when its posts are. A code that a feed lists
/// is not announced by its run: not while its first test is under way, nor when that found it over. `?1` is since when an end is news, `?2` since when a
/// message is mended, `?3` now.
const UNTOLD: &str = "runs.summarised IS NOT 1 AND g.channel_id IS NOT NULL AND (g.paused IS NULL OR g.resume_at <= ?3)
    AND (runs.finished_at IS NULL OR runs.finished_at > iif(runs.message_id IS NULL, ?1, ?2))
    AND (codes.hold_until IS NULL OR codes.hold_until <= ?3)
    AND (runs.nonce IS NOT NULL OR codes.condemned IS NULL OR codes.generation > runs.generation OR codes.listed = 0
         OR EXISTS (SELECT 1 FROM posts p WHERE p.guild_id = runs.guild_id AND p.code_key = runs.code_key
                    AND p.generation = runs.generation AND (p.attempted_at IS NOT NULL OR p.message_id IS NOT NULL)))";

/// What came of a run so far. Everything is counted over the roster as it is now, or, of a code that has been over for long, as it
/// was then.
fn tally(connection: &Connection, key: &BatchKey, now: Timestamp) -> rusqlite::Result<Tally> {
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
        "SELECT d.outcome, count(*), count(*) FILTER (WHERE d.next_attempt_at > ?4) {on_roster} GROUP BY 1"
    ))?;
    let mut rows = statement.query(params![key.guild, key.code, key.generation, Millis(now)])?;
    while let Some(row) = rows.next()? {
        let count: u32 = row.get(1)?;
        match row.get(0)? {
            Outcome::Granted => tally.granted = count,
            Outcome::Already => tally.already = count,
            Outcome::Pending => (tally.pending, tally.waiting) = (count, row.get(2)?),
            Outcome::Failed | Outcome::GaveUp => {}
        }
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT d.outcome = 'gave_up', coalesce(d.status, ''), p.player_id, p.nickname {on_roster}
           AND d.outcome IN ('failed', 'gave_up') ORDER BY 1, 2, p.nickname COLLATE NOCASE, p.player_id"
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
    tally.failed.sort_by_key(|group| std::cmp::Reverse(group.players.len()));
    Ok(tally)
}

impl Batches {
    /// The runs whose message does not show yet how they ended, oldest first: those under way, those that ended after
    /// `since`, and those that ended after `mended_since` and have a message that does not show it. Not in guilds that have
    /// no channel or are paused.
    pub async fn unannounced_batches(
        &self,
        since: Timestamp,
        mended_since: Timestamp,
    ) -> Result<Vec<(BatchKey, BatchMessage)>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let sql = format!(
                "SELECT runs.guild_id, runs.code_key, runs.generation, coalesce(runs.nonce, ''), runs.message_id,
                        runs.attempted_at, runs.finished_at IS NOT NULL, codes.code,
                        iif(runs.message_id IS NULL AND runs.attempted_at IS NULL, g.channel_id,
                            coalesce(runs.channel_id, g.channel_id))
                 FROM runs INDEXED BY runs_untold JOIN codes USING (code_key) JOIN guilds g ON g.guild_id = runs.guild_id
                 WHERE runs.deleted = 0 AND {UNTOLD} ORDER BY runs.started_at, runs.code_key, runs.guild_id"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map([Millis(since), Millis(mended_since), Millis(now)], |row| {
                let key = BatchKey { guild: row.get(0)?, code: row.get(1)?, generation: row.get(2)? };
                let message = BatchMessage {
                    nonce: row.get(3)?,
                    guild: key.guild,
                    channel: row.get(8)?,
                    message: row.get::<_, Option<i64>>(4)?.map(|id| MessageId(id.cast_unsigned())),
                    attempted_at: row.get::<_, Option<Millis>>(5)?.map(|Millis(at)| at),
                    code: row.get(7)?,
                    tally: Tally::default(),
                    is_finished: row.get(6)?,
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

    /// Notes that a run's message is about to be sent to its channel, before it is; returns its nonce, the same each time.
    ///
    /// # Errors
    /// When it cannot be written, or this instance may not act (any more); then the message must not be sent.
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

    /// Notes what became of a run's message: sent as `message`, which ends a pause of its guild, or not sent (`None`), in which
    /// case `maybe_sent` tells that nobody knows. `is_announced` notes that nothing more is to be said.
    ///
    /// # Errors
    /// When it cannot be written, or this instance may not act any more; then the message is shown again.
    pub async fn record_batch_message(
        &self,
        key: BatchKey,
        message: Option<MessageId>,
        maybe_sent: bool,
        is_announced: bool,
    ) -> Result<(), StoreError> {
        self.write(move |tx| {
            let was_sent = "SELECT 1 FROM runs WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3
                            AND message_id IS NOT NULL";
            if message.is_some() && !tx.statement(was_sent)?.exists(params![key.guild, key.code, key.generation])? {
                guilds::works(tx, key.guild)?;
            }
            tx.execute(
                "UPDATE runs SET message_id = coalesce(?4, message_id), attempted_at = iif(?5, attempted_at, NULL),
                     summarised = iif(?6 AND finished_at IS NOT NULL, 1, summarised), version = ?7
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3",
                params![
                    key.guild,
                    key.code,
                    key.generation,
                    message.map(|id| id.0.cast_signed()),
                    maybe_sent,
                    is_announced,
                    tx.version()
                ],
            )?;
            Ok(())
        })
        .await?;
        self.0.require_leader()
    }

    /// Notes that a run's message was taken away by somebody: nothing more is said of the run, unless somebody wants it again;
    /// then in a new message.
    pub async fn silence_batch(&self, key: BatchKey) -> Result<(), StoreError> {
        self.write(move |tx| {
            tx.execute(
                "UPDATE runs SET summarised = 1, message_id = NULL, nonce = NULL, attempted_at = NULL, version = ?4
                 WHERE guild_id = ?1 AND code_key = ?2 AND generation = ?3",
                params![key.guild, key.code, key.generation, tx.version()],
            )?;
            Ok(())
        })
        .await
    }

    /// The latest runs of a guild, newest first, at most `limit`; of one code only, if it is named.
    pub async fn past_batches(
        &self,
        guild: GuildId,
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

    /// Redemptions of a guild's roster that wait to be decided.
    pub async fn pending_in_guild(&self, guild: GuildId) -> Result<u32, StoreError> {
        self.read(move |connection| {
            let sql = "SELECT count(*) FROM redemptions d WHERE d.outcome = 'pending' AND d.deleted = 0
                       AND d.player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?1 AND deleted = 0)";
            Ok(connection.prepare_cached(sql)?.query_row([guild], |row| row.get(0))?)
        })
        .await
    }
}
