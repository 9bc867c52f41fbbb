//! The guilds as a whole: how many, how many players, and where posting is paused or fails.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::codes::channel::Blocked;
use crate::domain::players::player::AllianceId;
use crate::store::handles::Reports;
use crate::store::kernel::{Millis, StoreError};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GuildsReport {
    /// Guilds that the bot is in, as far as it keeps something for them.
    pub guilds: u32,
    /// Those with a channel for posts.
    pub with_channel: u32,
    /// Players on rosters, each counted once.
    pub players: u32,
    /// Paused guilds by reason, the most frequent first.
    pub paused: Vec<PausedGuilds>,
    /// How many others refused their last posts, and the first of them.
    pub refusing: u32,
    pub refusing_guilds: Vec<RefusingGuild>,
}

/// Guilds where nothing is posted until somebody acts, for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedGuilds {
    /// `None` for one that a newer program noted.
    pub why: Option<Blocked>,
    pub count: u32,
    /// The first of them.
    pub guilds: Vec<PausedGuild>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedGuild {
    pub guild: AllianceId,
    /// Since when its channel refused posts, if it did.
    pub since: Option<Timestamp>,
    /// When it is tried again all the same.
    pub resume_at: Option<Timestamp>,
}

/// A guild whose posts fail for another reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusingGuild {
    pub guild: AllianceId,
    pub since: Timestamp,
    /// What Discord answered the last time.
    pub reason: String,
}

const PRESENT: &str = "deleted = 0 AND removed_at IS NULL";
/// A timeout ends without an event of Discord's. `?1` is now.
const PAUSED: &str = "paused IS NOT NULL AND NOT (paused = 'timed_out' AND resume_at IS NOT NULL AND resume_at <= ?1)";
const REFUSING: &str = "paused IS NULL AND refusals > 0 AND refused_at IS NOT NULL AND refusal IS NOT NULL";

impl Reports {
    /// Counts the guilds and players, and lists at most `limit` guilds that are paused for each reason, and as many whose posts
    /// fail.
    pub async fn guilds_report(&self, limit: u32) -> Result<GuildsReport, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| Ok(guilds_report(connection, &Millis(now), limit)?)).await
    }
}

fn guilds_report(connection: &Connection, now: &Millis, limit: u32) -> rusqlite::Result<GuildsReport> {
    let counts = format!(
        "SELECT count(*), count(channel_id), count(*) FILTER (WHERE {REFUSING})
         FROM guilds WHERE {PRESENT}"
    );
    let mut report = connection.prepare_cached(&counts)?.query_row([], |row| {
        Ok(GuildsReport {
            guilds: row.get(0)?,
            with_channel: row.get(1)?,
            refusing: row.get(2)?,
            ..GuildsReport::default()
        })
    })?;
    let players = "SELECT count(*) FROM players p WHERE deleted = 0
                     AND EXISTS (SELECT 1 FROM rosters r WHERE r.player_id = p.player_id AND r.deleted = 0)";
    report.players = connection.prepare_cached(players)?.query_row([], |row| row.get(0))?;
    let reasons =
        format!("SELECT paused, count(*) FROM guilds WHERE {PRESENT} AND {PAUSED} GROUP BY 1 ORDER BY 2 DESC, 1");
    let mut reasons = connection.prepare_cached(&reasons)?;
    let reasons: Vec<(String, u32)> =
        reasons.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let paused = format!(
        "SELECT guild_id, refused_at, resume_at FROM guilds WHERE {PRESENT} AND {PAUSED} AND paused = ?2
         ORDER BY guild_id LIMIT ?3"
    );
    let mut paused = connection.prepare_cached(&paused)?;
    for (why, count) in reasons {
        let rows = paused.query_map(params![now, why, limit], |row| {
            let time = |column| row.get::<_, Option<Millis>>(column).map(|time| time.map(|Millis(at)| at));
            Ok(PausedGuild { guild: row.get(0)?, since: time(1)?, resume_at: time(2)? })
        })?;
        let guilds = rows.collect::<Result<_, _>>()?;
        report.paused.push(PausedGuilds { why: Blocked::parse(&why), count, guilds });
    }
    let refusing = format!(
        "SELECT guild_id, refused_at, refusal FROM guilds WHERE {PRESENT} AND {REFUSING} ORDER BY refused_at, guild_id LIMIT ?1"
    );
    let mut refusing = connection.prepare_cached(&refusing)?;
    let rows = refusing.query_map([limit], |row| {
        Ok(RefusingGuild { guild: row.get(0)?, since: row.get::<_, Millis>(1)?.0, reason: row.get(2)? })
    })?;
    report.refusing_guilds = rows.collect::<Result<_, _>>()?;
    Ok(report)
}
