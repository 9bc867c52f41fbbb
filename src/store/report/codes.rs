//! The latest codes: which feed had each first, where it was posted, and what became of its redemptions.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::code::{Code, CodeKey, NAMED};
use crate::store::handles::Reports;
use crate::store::kernel::{Millis, StoreError};
use crate::store::tallies::{self, Counts};

/// A batch counts as done when this share of its redemptions is decided: players who join days later would otherwise make
/// every code look slow.
pub const DONE_PERCENT: i64 = 95;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestCode {
    pub code: Code,
    pub generation: u32,
    /// When this generation was first seen, if that is known.
    pub seen_at: Option<Timestamp>,
    /// Whether a feed lists it as active.
    pub is_listed: bool,
    pub expires_at: Option<Timestamp>,
    /// Why the game rejects it.
    pub invalidated: Option<Status>,
    /// When each feed first had it, the earliest first; empty for a code that only a person typed.
    pub arrivals: Vec<Arrival>,
    pub posts: CodePosts,
    pub outcomes: CodeOutcomes,
}

/// A code in one feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub feed: String,
    pub at: Timestamp,
    /// The feed was read before that without this code, so this is when it got the code.
    pub is_news: bool,
}

/// The posts of one generation of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodePosts {
    /// Servers where it is posted, and where its post waits.
    pub posted: u32,
    pub waiting: u32,
    /// Since when posts were planned.
    pub planned_at: Option<Timestamp>,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
}

/// The redemptions of one generation of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodeOutcomes {
    pub granted: u32,
    pub already: u32,
    pub failed: u32,
    pub gave_up: u32,
    /// Without a final outcome.
    pub waiting: u32,
    /// When [`DONE_PERCENT`] percent of those that batches started were decided; `None` while they are not.
    pub done_at: Option<Timestamp>,
}

impl CodeOutcomes {
    /// All but those that wait.
    pub fn decided(&self) -> u32 {
        self.granted + self.already + self.failed + self.gave_up
    }
}

/// A code whose details are still to be read.
struct Found {
    key: CodeKey,
    seen_at: Timestamp,
    code: LatestCode,
}

impl Reports {
    /// Returns the latest codes, the newest first. A code that is valid again counts as new. A code that a person typed is
    /// left out until the game knows it.
    pub async fn latest_codes(&self, limit: u32) -> Result<Vec<LatestCode>, StoreError> {
        let found = self.read(move |connection| Ok(latest(connection, limit)?)).await?;
        let mut codes = Vec::with_capacity(found.len());
        // One at a time, so that others can read in between.
        for found in found {
            codes.push(self.read(move |connection| Ok(details(connection, found)?)).await?);
        }
        Ok(codes)
    }
}

fn latest(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Found>> {
    let mut statement = connection.prepare_cached(
        "SELECT code_key, code, generation, first_seen_at, listed, expires_at, condemned FROM codes
         WHERE deleted = 0 AND (source <> ?2 OR good_at IS NOT NULL)
         ORDER BY max(first_seen_at, coalesce(good_at, 0)) DESC, code_key LIMIT ?1",
    )?;
    let rows = statement.query_map(params![limit, NAMED], |row| {
        let code = LatestCode {
            code: row.get(1)?,
            generation: row.get(2)?,
            seen_at: None,
            is_listed: row.get(4)?,
            expires_at: row.get::<_, Option<Millis>>(5)?.map(|Millis(at)| at),
            invalidated: row.get(6)?,
            arrivals: Vec::new(),
            posts: CodePosts::default(),
            outcomes: CodeOutcomes::default(),
        };
        Ok(Found { key: row.get(0)?, seen_at: row.get::<_, Millis>(3)?.0, code })
    })?;
    rows.collect()
}

fn details(connection: &Connection, Found { key, seen_at, mut code }: Found) -> rusqlite::Result<LatestCode> {
    code.posts = posts(connection, &key, code.generation)?;
    code.outcomes = outcomes(connection, &key, code.generation)?;
    code.arrivals = arrivals(connection, &key, code.generation)?;
    // A row says when a code was seen for the first time, not when it came back.
    code.seen_at = if code.generation == 1 { Some(seen_at) } else { code.posts.planned_at };
    Ok(code)
}

/// The sources that listed the code. Those from before listings were stored have no time.
fn arrivals(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<Vec<Arrival>> {
    let mut statement = connection.prepare_cached(
        "SELECT source, at, at > (SELECT min(first_seen_at) FROM listings o WHERE o.source = a.source AND o.deleted = 0)
         FROM (SELECT source, iif(?2 > 1, coalesce(active_since, first_seen_at), first_seen_at) AS at
               FROM listings WHERE code_key = ?1 AND deleted = 0) a
         WHERE at > 0 ORDER BY at, source",
    )?;
    let rows = statement.query_map(params![key, generation], |row| {
        Ok(Arrival { feed: row.get(0)?, at: row.get::<_, Millis>(1)?.0, is_news: row.get(2)? })
    })?;
    rows.collect()
}

/// The servers of posts, each once.
const SERVERS: &str =
    "count(DISTINCT coalesce((SELECT server_id FROM guilds g WHERE g.guild_id = posts.guild_id), posts.guild_id))";

fn posts(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<CodePosts> {
    let sent = format!(
        "SELECT {SERVERS}, min(planned_at), min(posted_at), max(posted_at) FROM posts INDEXED BY posts_shown
         WHERE code_key = ?1 AND generation = ?2 AND message_id IS NOT NULL AND deleted = 0"
    );
    let mut posts = connection.prepare_cached(&sent)?.query_row(params![key, generation], |row| {
        let time = |column| row.get::<_, Option<Millis>>(column).map(|time| time.map(|Millis(at)| at));
        Ok(CodePosts { posted: row.get(0)?, waiting: 0, planned_at: time(1)?, first_at: time(2)?, last_at: time(3)? })
    })?;
    let waiting = format!(
        "SELECT {SERVERS}, min(planned_at) FROM posts INDEXED BY posts_waiting
         WHERE code_key = ?1 AND generation = ?2 AND message_id IS NULL AND deleted = 0"
    );
    let planned_at: Option<Millis>;
    (posts.waiting, planned_at) = connection
        .prepare_cached(&waiting)?
        .query_row(params![key, generation], |row| Ok((row.get(0)?, row.get(1)?)))?;
    posts.planned_at = posts.planned_at.into_iter().chain(planned_at.map(|Millis(at)| at)).min();
    Ok(posts)
}

/// The decided redemptions of a code that batches started, and those that people asked for.
pub(super) const DECIDED: [&str; 2] = [
    "redemptions INDEXED BY redemptions_evidence
     WHERE outcome <> 'pending' AND priority = 0 AND code_key = ?1 AND generation = ?2 AND deleted = 0",
    "redemptions INDEXED BY redemptions_answered
     WHERE outcome <> 'pending' AND priority = 1 AND code_key = ?1 AND generation = ?2 AND deleted = 0",
];

fn outcomes(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<CodeOutcomes> {
    if let Some(counts) = tallies::counted_in_all(connection, key, generation)? {
        let Counts { granted, already, failed, gave_up } = counts;
        return Ok(CodeOutcomes { granted, already, failed, gave_up, waiting: 0, done_at: None });
    }
    let mut found = CodeOutcomes::default();
    let mut of_batches = 0;
    for (decided, is_batch) in DECIDED.into_iter().zip([true, false]) {
        let sql = format!(
            "SELECT count(*), count(*) FILTER (WHERE outcome = 'granted'), count(*) FILTER (WHERE outcome = 'already'),
                    count(*) FILTER (WHERE outcome = 'gave_up') FROM {decided}"
        );
        let counts = |row: &rusqlite::Row<'_>| -> rusqlite::Result<[u32; 4]> {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        };
        let [all, granted, already, gave_up] =
            connection.prepare_cached(&sql)?.query_row(params![key, generation], counts)?;
        found.granted += granted;
        found.already += already;
        found.gave_up += gave_up;
        // An outcome of a newer program counts as a failure.
        found.failed += all - granted - already - gave_up;
        of_batches += if is_batch { all } else { 0 };
    }
    let waiting = "SELECT count(*), count(*) FILTER (WHERE priority = 0)
                   FROM redemptions INDEXED BY redemptions_pending_by_code
                   WHERE outcome = 'pending' AND deleted = 0 AND code_key = ?1 AND generation = ?2";
    let (waiting, batches_wait): (u32, u32) = connection
        .prepare_cached(waiting)?
        .query_row(params![key, generation], |row| Ok((row.get(0)?, row.get(1)?)))?;
    found.waiting = waiting;
    let needed = ((i64::from(of_batches) + i64::from(batches_wait)) * DONE_PERCENT + 99) / 100;
    if needed > 0 && i64::from(of_batches) >= needed {
        let sql = format!("SELECT finished_at FROM {} ORDER BY finished_at LIMIT 1 OFFSET ?3", DECIDED[0]);
        let at = connection
            .prepare_cached(&sql)?
            .query_row(params![key, generation, needed - 1], |row| row.get::<_, Option<Millis>>(0))
            .optional()?;
        found.done_at = at.flatten().map(|Millis(at)| at);
    }
    Ok(found)
}
