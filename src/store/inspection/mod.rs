//! Reads a state file that a bot may be using, for `giftcode-bot check`.
//!
//! # Guarantees
//! Nothing is locked, migrated, written or left behind. A file that nobody uses is opened as immutable: otherwise SQLite would
//! create the files of its log, which might then belong to another user than the bot's. What is in the log of a bot that was
//! killed is read if the log's index is there too, and is missing otherwise.
//!
//! # Races
//! A bot that starts while an immutable file is read may change it underneath. Whoever finds such a file damaged reads it again.
//!
//! # Crash
//! There is nothing to recover.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use crate::domain::codes::channel::Blocked;
use crate::domain::limits::budget::Endpoint;
use crate::domain::players::player::{AllianceId, ChannelId, GuildId};
use crate::store::StateKind;
use crate::store::guilds::{NAME_AMONG_SEVERAL, servers_with_several};
use crate::store::kernel::schema::{MIGRATIONS, failed};
use crate::store::kernel::{Millis, StoreError};

/// The longest wait while another program has the file locked.
const BUSY: Duration = Duration::from_secs(2);
/// SQLite's steps between two looks at the time: less than a millisecond.
const STEPS_BETWEEN_CHECKS: i32 = 1000;
/// The kernel's list of all locks, on Linux.
const LOCKS: &str = "/proc/locks";
/// The process's name there, as far as the kernel keeps it.
const PROCESS: &str = "giftcode-bot";

/// What a state file holds, as far as `check` needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateOverview {
    /// The number of the file's schema, and of this program's.
    pub schema: (u32, u32),
    /// Servers with a channel that have not removed the bot; empty in a file of an older schema.
    pub servers: Vec<ServerOnFile>,
    /// Those of the servers that have several alliances.
    pub several: BTreeSet<GuildId>,
    /// What each feed listed last.
    pub feeds: BTreeMap<String, FeedOnFile>,
    /// The calls to the game of the last minutes.
    pub calls: Vec<RecordedCall>,
    /// The name of the MongoDB database with which the file was caught up.
    pub database: Option<String>,
    /// A dead bot's log is there, and could not be read without leaving files behind.
    pub is_log_unread: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerOnFile {
    pub server: GuildId,
    pub guild: AllianceId,
    /// The alliance's name, where the server has several.
    pub name: Option<String>,
    pub channel: ChannelId,
    pub paused: Option<Blocked>,
    /// How many posts failed in a row although it is not paused, and how the last one did.
    pub refusals: u32,
    pub refusal: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedOnFile {
    /// When its listing of any code last changed.
    pub changed_at: Timestamp,
    pub active: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    pub endpoint: Endpoint,
    /// When its answer came; `None` while it is under way, or if the bot died during it.
    pub ended_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Integrity {
    Sound,
    /// No fault was found in the time.
    Unfinished,
    /// The first fault.
    Faulty(String),
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Opens the file for reading. Also returns whether a log was left out.
fn open(path: &Path) -> Result<(Connection, bool), StoreError> {
    let (log, index) = (beside(path, "-wal"), beside(path, "-shm"));
    let has_log = std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    // Without its index SQLite would create one.
    let reads_log = has_log && index.exists();
    let cannot = |reason: String| StoreError::Open { path: path.to_owned(), reason };
    let absolute = std::path::absolute(path).map_err(|error| cannot(error.to_string()))?;
    let mut uri = url::Url::from_file_path(absolute).map_err(|()| cannot("its path is none".to_owned()))?;
    uri.set_query(Some(if reads_log { "mode=ro" } else { "mode=ro&immutable=1" }));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri.as_str(), flags).map_err(|error| failed(path, &error))?;
    connection.busy_timeout(BUSY).map_err(|error| failed(path, &error))?;
    Ok((connection, has_log && !reads_log))
}

/// # Errors
/// If the file cannot be read, is damaged, of a newer program, or no bot's. A file without tables is a bot's new one.
pub fn state_overview(path: &Path) -> Result<StateOverview, StoreError> {
    let (connection, is_log_unread) = open(path)?;
    let failed = |error: rusqlite::Error| failed(path, &error);
    let schema: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(failed)?;
    let newest = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if schema > newest {
        return Err(StoreError::Newer(path.to_owned()));
    }
    let tables: u32 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    let mut overview = StateOverview { schema: (schema, newest), is_log_unread, ..StateOverview::default() };
    if tables == 0 {
        return Ok(overview);
    }
    let kind = connection
        .query_row("SELECT value FROM meta WHERE key = 'kind'", [], |row| row.get::<_, String>(0))
        .optional()
        .or_else(|error| match error.sqlite_error_code() {
            // No such table: another program's database.
            Some(ErrorCode::Unknown) => Ok(None),
            _ => Err(failed(error)),
        })?;
    if kind.as_deref() != Some(StateKind::Bot.name()) {
        let found = kind.unwrap_or_else(|| "another program".to_owned());
        return Err(StoreError::WrongKind { path: path.to_owned(), found, wanted: StateKind::Bot.name() });
    }
    // Older files lack some of the columns.
    if schema == newest {
        overview.servers = servers(&connection).map_err(failed)?;
        overview.several = servers_with_several(&connection).map_err(failed)?;
        overview.feeds = feeds(&connection).map_err(failed)?;
        overview.calls = calls(&connection).map_err(failed)?;
        overview.database = database(&connection).map_err(failed)?;
    }
    Ok(overview)
}

/// Each alliance with a channel. Those that are not well come first, then those whose posts are the most recent.
fn servers(connection: &Connection) -> rusqlite::Result<Vec<ServerOnFile>> {
    let sql = format!(
        "SELECT guild_id, channel_id, paused, refusals, refusal, coalesce(server_id, guild_id), {NAME_AMONG_SEVERAL}
         FROM guilds g WHERE channel_id IS NOT NULL AND removed_at IS NULL AND deleted = 0 AND paused IS NOT ?1
         ORDER BY paused IS NULL, refusals = 0, version DESC"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([Blocked::Removed], |row| {
        Ok(ServerOnFile {
            server: row.get(5)?,
            name: row.get(6)?,
            guild: row.get(0)?,
            channel: row.get(1)?,
            paused: row.get(2)?,
            refusals: row.get(3)?,
            refusal: row.get(4)?,
        })
    })?;
    rows.collect()
}

fn feeds(connection: &Connection) -> rusqlite::Result<BTreeMap<String, FeedOnFile>> {
    let sql = "SELECT source, max(since), count(*) FILTER (WHERE standing = 'active') FROM listings
               WHERE deleted = 0 GROUP BY source";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        let Millis(changed_at) = row.get(1)?;
        Ok((row.get(0)?, FeedOnFile { changed_at, active: row.get(2)? }))
    })?;
    rows.collect()
}

fn calls(connection: &Connection) -> rusqlite::Result<Vec<RecordedCall>> {
    let mut statement = connection.prepare("SELECT endpoint, ended_at FROM paced_calls")?;
    let rows = statement.query_map([], |row| {
        let (name, ended): (String, Option<Millis>) = (row.get(0)?, row.get(1)?);
        let ended_at = ended.map(|Millis(at)| at);
        Ok(Endpoint::parse(&name).map(|endpoint| RecordedCall { endpoint, ended_at }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

fn database(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT json_extract(value, '$.database') FROM meta WHERE key = 'replica' AND json_valid(value)";
    Ok(connection.query_row(sql, [], |row| row.get(0)).optional()?.flatten())
}

/// Compares the file's pages with each other for at most `limit`.
///
/// # Errors
/// If the file cannot be read.
pub fn check_integrity(path: &Path, limit: Duration) -> Result<Integrity, StoreError> {
    let (connection, _) = open(path)?;
    let end = Instant::now() + limit;
    // An interrupt from outside would be lost if it came before the query's first step.
    connection
        .progress_handler(STEPS_BETWEEN_CHECKS, Some(move || Instant::now() >= end))
        .map_err(|error| failed(path, &error))?;
    let checked = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match checked {
        Ok(text) if text == "ok" => Ok(Integrity::Sound),
        Ok(fault) => Ok(Integrity::Faulty(crate::domain::text::clean(&fault, 200))),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => Ok(Integrity::Unfinished),
        Err(error) => match failed(path, &error) {
            StoreError::Damaged { reason, .. } => Ok(Integrity::Faulty(reason)),
            error => Err(error),
        },
    }
}

/// The process that holds the lock of the state file, if there is one. Taking the lock to see whether it is free could make a
/// bot fail that starts at this moment, so the kernel's list is read. Where there is none, and for a process in another
/// container, nobody is seen.
pub fn lock_holder(path: &Path) -> Option<u32> {
    let lock = std::fs::metadata(beside(path, ".lock")).ok()?;
    let locks = std::fs::read_to_string(LOCKS).ok()?;
    holder_in(&locks, (lock.dev(), lock.ino()), |process| {
        std::fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == PROCESS)
    })
}

/// A line is `1: FLOCK ADVISORY WRITE 4711 fe:01:1234567 0 EOF`. Some file systems show another device there than a file has.
/// Then the process's name decides.
fn holder_in(locks: &str, (device, inode): (u64, u64), is_bot: impl Fn(u32) -> bool) -> Option<u32> {
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    locks.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // A waiting one has an arrow before its kind.
        let [_, "FLOCK", _, "WRITE", process, place, ..] = fields[..] else { return None };
        let process: u32 = process.parse().ok()?;
        let [major, minor, found] = place.split(':').collect::<Vec<_>>()[..] else { return None };
        let is_here = number(major)? == u64::from(rustix::fs::major(device))
            && number(minor)? == u64::from(rustix::fs::minor(device));
        (found.parse::<u64>().ok()? == inode && (is_here || is_bot(process))).then_some(process)
    })
}

#[cfg(test)]
mod tests;
