//! The servers as a whole: how many, how many players, and where posting is paused or fails. A server with several
//! alliances is counted once, and each of its alliances that gets no posts is listed by its name.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::domain::codes::channel::Blocked;
use crate::domain::players::player::GuildId;
use crate::store::guilds::NAME_AMONG_SEVERAL;
use crate::store::handles::Reports;
use crate::store::kernel::{Millis, StoreError};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GuildsReport {
    /// Servers that the bot is in, as far as it keeps something for them.
    pub guilds: u32,
    /// Those with a channel for posts.
    pub with_channel: u32,
    /// Those in which an alliance gets no posts, for whatever reason.
    pub without_posts: u32,
    /// Players on rosters, each counted once.
    pub players: u32,
    /// Paused alliances by reason, the most frequent first.
    pub paused: Vec<PausedGuilds>,
    /// How many servers refused their last posts though they are not paused, and the alliances of the first of them.
    pub refusing: u32,
    pub refusing_guilds: Vec<RefusingGuild>,
}

/// Alliances to which nothing is posted until somebody acts, for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedGuilds {
    /// `None` for one that a newer program noted.
    pub why: Option<Blocked>,
    /// The number of their servers.
    pub count: u32,
    /// Those of the first servers.
    pub guilds: Vec<PausedGuild>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedGuild {
    pub server: GuildId,
    /// The alliance's name, where the server has several.
    pub alliance: Option<String>,
    /// Since when its channel refused posts, if it did.
    pub since: Option<Timestamp>,
    /// When it is tried again all the same.
    pub resume_at: Option<Timestamp>,
}

/// An alliance whose posts fail for another reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusingGuild {
    pub server: GuildId,
    /// The alliance's name, where the server has several.
    pub alliance: Option<String>,
    pub since: Timestamp,
    /// What Discord answered the last time.
    pub reason: String,
}

const SERVER: &str = "coalesce(server_id, guild_id)";
/// A removed alliance is history; its server keeps another one.
const PRESENT: &str = "deleted = 0 AND removed_at IS NULL AND disbanded_at IS NULL";
/// A timeout ends without an event of Discord's. `?1` is now.
const PAUSED: &str = "paused IS NOT NULL AND NOT (paused = 'timed_out' AND resume_at IS NOT NULL AND resume_at <= ?1)";
const REFUSING: &str = "paused IS NULL AND refusals > 0 AND refused_at IS NOT NULL AND refusal IS NOT NULL";

impl Reports {
    /// Counts the servers and players, and lists the alliances of at most `limit` servers that are paused for each reason, and
    /// of as many whose posts fail.
    pub async fn guilds_report(&self, limit: u32) -> Result<GuildsReport, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| Ok(guilds_report(connection, &Millis(now), limit)?)).await
    }
}

fn guilds_report(connection: &Connection, now: &Millis, limit: u32) -> rusqlite::Result<GuildsReport> {
    let counts = format!(
        "SELECT count(DISTINCT {SERVER}), count(DISTINCT iif(channel_id IS NOT NULL, {SERVER}, NULL)),
                count(DISTINCT iif({REFUSING}, {SERVER}, NULL)), count(DISTINCT iif(({PAUSED}) OR ({REFUSING}), {SERVER}, NULL))
         FROM guilds WHERE {PRESENT}"
    );
    let mut report = connection.prepare_cached(&counts)?.query_row([now], |row| {
        Ok(GuildsReport {
            guilds: row.get(0)?,
            with_channel: row.get(1)?,
            refusing: row.get(2)?,
            without_posts: row.get(3)?,
            ..GuildsReport::default()
        })
    })?;
    let players = "SELECT count(*) FROM players p WHERE deleted = 0
                     AND EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id AND r.deleted = 0)";
    report.players = connection.prepare_cached(players)?.query_row([], |row| row.get(0))?;
    let reasons = format!(
        "SELECT paused, count(DISTINCT {SERVER}) FROM guilds WHERE {PRESENT} AND {PAUSED} GROUP BY 1 ORDER BY 2 DESC, 1"
    );
    let mut reasons = connection.prepare_cached(&reasons)?;
    let reasons: Vec<(String, u32)> =
        reasons.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let time = |row: &Row<'_>, column| row.get::<_, Option<Millis>>(column).map(|time| time.map(|Millis(at)| at));
    let chosen = format!("{PRESENT} AND {PAUSED} AND paused = ?2");
    let paused = format!(
        "SELECT {SERVER} AS server, {NAME_AMONG_SEVERAL}, refused_at, resume_at FROM guilds g
         WHERE {chosen} AND {SERVER} IN (SELECT DISTINCT {SERVER} FROM guilds WHERE {chosen} ORDER BY 1 LIMIT ?3)
         ORDER BY server, coalesce(rank, 0), guild_id"
    );
    let mut paused = connection.prepare_cached(&paused)?;
    for (why, count) in reasons {
        let rows = paused.query_map(params![now, why, limit], |row| {
            Ok(PausedGuild {
                server: row.get(0)?,
                alliance: row.get(1)?,
                since: time(row, 2)?,
                resume_at: time(row, 3)?,
            })
        })?;
        let guilds = rows.collect::<Result<_, _>>()?;
        report.paused.push(PausedGuilds { why: Blocked::parse(&why), count, guilds });
    }
    let chosen = format!("{PRESENT} AND {REFUSING}");
    let refusing = format!(
        "SELECT {SERVER} AS server, {NAME_AMONG_SEVERAL}, refused_at, refusal FROM guilds g
         WHERE {chosen} AND {SERVER} IN
             (SELECT {SERVER} FROM guilds WHERE {chosen} GROUP BY 1 ORDER BY min(refused_at), 1 LIMIT ?1)
         ORDER BY refused_at, guild_id"
    );
    let mut refusing = connection.prepare_cached(&refusing)?;
    let rows = refusing.query_map([limit], |row| {
        Ok(RefusingGuild {
            server: row.get(0)?,
            alliance: row.get(1)?,
            since: row.get::<_, Millis>(2)?.0,
            reason: row.get(3)?,
        })
    })?;
    report.refusing_guilds = rows.collect::<Result<_, _>>()?;
    Ok(report)
}
