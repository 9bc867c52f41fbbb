//! What `/manage giftcode stats` shows of a guild. Read only.
//!
//! The queries begin at the guild's roster and at its posts and batches, so they cost what the guild has, not what the file has.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::codes::code::{Code, CodeKey};
use crate::domain::players::player::AllianceId;
use crate::domain::redeeming::outcome::Outcome;

use super::tallies::{self, Counts};
use crate::store::handles::Reports;
use crate::store::kernel::{Millis, StoreError};

/// The days that are counted, today included.
pub const STATS_DAYS: usize = 14;
/// The codes that are shown, the newest first.
pub const STATS_CODES: u32 = 10;
const DAY: i64 = 86_400_000;
/// A redemption that was begun later than this after its batch belongs to a player who was added afterwards, and says nothing
/// about how fast the batch was.
const FIRST_WAVE: SignedDuration = SignedDuration::from_hours(1);

/// Counts the results of the guild `?1` since the day `?2`, by day and outcome; `?3` is the length of a day.
const COUNT_DAYS: &str = "SELECT d.finished_at / ?3 - ?2, d.outcome, count(*)
     FROM rosters r CROSS JOIN redemptions d ON d.player_id = r.player_id
     WHERE r.guild_id = ?1 AND r.deleted = 0 AND d.deleted = 0 AND d.finished_at >= ?2 * ?3 GROUP BY 1, 2";

/// Redemptions of one day that came to a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayCounts {
    pub granted: u32,
    pub already: u32,
    pub failed: u32,
    pub gave_up: u32,
}

/// A code that was posted or redeemed in a guild, in its latest generation there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeStats {
    pub code: Code,
    /// Of how many players the rest is counted: the present roster, or what the roster was when an old code was tallied.
    pub players: u32,
    /// Players who have it, from this bot or from before.
    pub have: u32,
    /// Players for whom it failed or was given up.
    pub failed: u32,
    /// From the moment the code was known to this bot, or added to the guild, until the guild's post. `None` if there is no post, or
    /// if the code was older than the guild's channel.
    pub to_post: Option<SignedDuration>,
    /// From the post, or from the start of the batch if that was later, until the last player was done. `None` while some are not.
    pub to_done: Option<SignedDuration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuildStats {
    /// Players on the roster.
    pub players: u32,
    /// Midnight (UTC) at the beginning of the first day.
    pub first_day: Timestamp,
    /// [`STATS_DAYS`] of them.
    pub days: Vec<DayCounts>,
    /// The newest first.
    pub codes: Vec<CodeStats>,
}

impl Reports {
    /// Returns the redemptions of the guild's roster over the last days, and how its latest codes fared.
    pub async fn guild_stats(&self, guild: AllianceId) -> Result<GuildStats, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let players = connection
                .prepare_cached("SELECT count(*) FROM rosters WHERE guild_id = ?1 AND deleted = 0")?
                .query_row([guild], |row| row.get(0))?;
            let today = now.as_millisecond().div_euclid(DAY);
            let first = today - i64::try_from(STATS_DAYS - 1).unwrap_or(i64::MAX);
            Ok(GuildStats {
                players,
                first_day: Timestamp::from_millisecond(first * DAY).unwrap_or(Timestamp::UNIX_EPOCH),
                days: days(connection, guild, first)?,
                codes: codes(connection, guild, players)?,
            })
        })
        .await
    }
}

/// `first` is the first day, counted from 1970.
fn days(connection: &Connection, guild: AllianceId, first: i64) -> rusqlite::Result<Vec<DayCounts>> {
    let mut days = vec![DayCounts::default(); STATS_DAYS];
    let mut statement = connection.prepare_cached(COUNT_DAYS)?;
    let mut rows = statement.query(params![guild, first, DAY])?;
    while let Some(row) = rows.next()? {
        // A clock that was ahead leaves results in the future.
        let Some(day) = usize::try_from(row.get::<_, i64>(0)?).ok().and_then(|day| days.get_mut(day)) else { continue };
        let count = row.get(2)?;
        match row.get(1)? {
            Outcome::Granted => day.granted = count,
            Outcome::Already => day.already = count,
            Outcome::Failed => day.failed = count,
            Outcome::GaveUp => day.gave_up = count,
            Outcome::Pending => {}
        }
    }
    Ok(days)
}

/// One of the guild's codes, and when it was where.
struct Course {
    key: CodeKey,
    code: Code,
    generation: u32,
    seen_at: Option<Timestamp>,
    posted_at: Option<Timestamp>,
    /// Of the batch.
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
}

fn codes(connection: &Connection, guild: AllianceId, players: u32) -> rusqlite::Result<Vec<CodeStats>> {
    // What was active when the channel was set is posted as a digest: the time since it was seen says nothing then. A longer digest
    // goes on in further messages, which are planned at the same moment.
    let mut statement = connection.prepare_cached(
        "WITH ours AS (
             SELECT code_key, max(generation) AS generation
             FROM (SELECT code_key, generation FROM posts WHERE guild_id = ?1 AND deleted = 0
                   UNION ALL SELECT code_key, generation FROM runs WHERE guild_id = ?1 AND deleted = 0)
             GROUP BY code_key)
         SELECT c.code_key, c.code, o.generation,
             iif(c.generation <> o.generation OR EXISTS (
                     SELECT 1 FROM posts g WHERE g.guild_id = ?1 AND g.planned_at = p.planned_at AND g.kind = 'digest'),
                 NULL, max(c.first_seen_at, coalesce(k.added_at, 0))),
             p.posted_at, b.started_at, b.finished_at
         FROM ours o JOIN codes c ON c.code_key = o.code_key AND c.deleted = 0
         LEFT JOIN posts p ON p.guild_id = ?1 AND p.code_key = o.code_key AND p.generation = o.generation AND p.deleted = 0
                           AND p.message_id IS NOT NULL
         LEFT JOIN runs b ON b.guild_id = ?1 AND b.code_key = o.code_key AND b.generation = o.generation AND b.deleted = 0
         LEFT JOIN guild_codes k ON k.guild_id = ?1 AND k.code_key = o.code_key AND k.deleted = 0 AND k.wanted = 1
         ORDER BY coalesce(p.posted_at, b.started_at, c.first_seen_at) DESC, c.code_key LIMIT ?2",
    )?;
    let courses = statement.query_map(params![guild, STATS_CODES], |row| {
        Ok(Course {
            key: row.get(0)?,
            code: row.get(1)?,
            generation: row.get(2)?,
            seen_at: at(row.get(3)?),
            posted_at: at(row.get(4)?),
            started_at: at(row.get(5)?),
            finished_at: at(row.get(6)?),
        })
    })?;
    courses.map(|course| stats(connection, guild, players, course?)).collect()
}

fn stats(connection: &Connection, guild: AllianceId, players: u32, course: Course) -> rusqlite::Result<CodeStats> {
    let Course { key, code, generation, seen_at, posted_at, started_at, finished_at } = course;
    let to_post = seen_at.zip(posted_at).map(|(seen, posted)| posted.duration_since(seen).max(SignedDuration::ZERO));
    // Whoever is on the roster cannot be done before there is a batch.
    let begin = started_at.map(|started| posted_at.map_or(started, |posted| posted.max(started)));
    let to_done = |done: Option<Timestamp>| {
        begin.zip(done).map(|(begin, done)| done.duration_since(begin).max(SignedDuration::ZERO))
    };
    if let Some(counts) = tallies::counted(connection, guild, &key, generation)? {
        let Counts { granted, already, failed, gave_up } = counts;
        let (have, failed) = (granted.saturating_add(already), failed.saturating_add(gave_up));
        let to_done = to_done(finished_at);
        return Ok(CodeStats { code, players: have.saturating_add(failed), have, failed, to_post, to_done });
    }
    let wave = begin.map(|begin| begin.checked_add(FIRST_WAVE).unwrap_or(Timestamp::MAX));
    // A retry that a person asked for ends whenever it was asked for.
    let in_wave = "coalesce(d.round, 0) = 0 AND d.created_at <= ?4";
    let sql = format!(
        "SELECT count(*) FILTER (WHERE d.outcome IN ('granted', 'already')),
                count(*) FILTER (WHERE d.outcome IN ('failed', 'gave_up')),
                count(*) FILTER (WHERE d.outcome = 'pending' AND {in_wave}),
                max(d.finished_at) FILTER (WHERE {in_wave})
         FROM rosters r CROSS JOIN redemptions d
              ON d.player_id = r.player_id AND d.code_key = ?2 AND d.generation = ?3 AND d.deleted = 0
         WHERE r.guild_id = ?1 AND r.deleted = 0"
    );
    let found = connection
        .prepare_cached(&sql)?
        .query_row(params![guild, key, generation, wave.map(Millis)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, u32>(2)?, at(row.get(3)?)))
        })
        .optional()?;
    let (have, failed, pending, done) = found.unwrap_or_default();
    let to_done = to_done(done).filter(|_| pending == 0);
    Ok(CodeStats { code, players, have, failed, to_post, to_done })
}

fn at(at: Option<Millis>) -> Option<Timestamp> {
    at.map(|Millis(at)| at)
}

#[cfg(test)]
mod tests;
