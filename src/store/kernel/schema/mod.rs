//! Opening a working copy: settings, migrations, and the check that the file is ours.

pub(in crate::store) mod triggers;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use tempfile::TempDir;

use crate::domain::sync::version::Version;

use super::lock::FileIdentity;
use super::{StateKind, StoreError};

/// Queues everything for planning.
pub(in crate::store) const PLAN_EVERYTHING: &str =
    "INSERT INTO plan_queue (code_key, guild_id, player_id, due_at) VALUES ('', 0, 0, 0) ON CONFLICT DO NOTHING";

/// All migrations, oldest first. A released migration never changes.
pub(in crate::store) const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/0001_initial.sql"),
    include_str!("../../../../migrations/0002_outbox.sql"),
    include_str!("../../../../migrations/0003_discord.sql"),
    include_str!("../../../../migrations/0004_engine.sql"),
    include_str!("../../../../migrations/0005_interactions.sql"),
    include_str!("../../../../migrations/0006_plan_queue.sql"),
    include_str!("../../../../migrations/0007_erasure.sql"),
    include_str!("../../../../migrations/0008_listings.sql"),
    include_str!("../../../../migrations/0009_posting.sql"),
    include_str!("../../../../migrations/0010_verdict.sql"),
    include_str!("../../../../migrations/0011_bounds.sql"),
    include_str!("../../../../migrations/0012_tallies.sql"),
    include_str!("../../../../migrations/0013_rounds.sql"),
    include_str!("../../../../migrations/0014_history.sql"),
    include_str!("../../../../migrations/0015_report.sql"),
    include_str!("../../../../migrations/0016_self.sql"),
    include_str!("../../../../migrations/0017_alliances.sql"),
    include_str!("../../../../migrations/0018_targets.sql"),
    include_str!("../../../../migrations/0019_notices.sql"),
    include_str!("../../../../migrations/0020_state_checks.sql"),
    include_str!("../../../../migrations/0021_players.sql"),
    include_str!("../../../../migrations/0022_language.sql"),
    include_str!("../../../../migrations/0023_names.sql"),
    include_str!("../../../../migrations/0024_id_channel.sql"),
    include_str!("../../../../migrations/0025_answers.sql"),
    include_str!("../../../../migrations/0026_id_answers.sql"),
];

/// How many prepared statements a connection keeps.
const MAX_STATEMENTS: usize = 256;

pub(super) struct Opened {
    pub writer: Connection,
    /// `None` in memory.
    pub reader: Option<Connection>,
    pub instance: i64,
    pub last_version: Version,
    /// `None` in memory.
    pub file: Option<FileIdentity>,
    /// Where the damaged file was moved.
    pub replaced: Option<PathBuf>,
}

impl StateKind {
    pub(in crate::store) fn name(self) -> &'static str {
        match self {
            Self::Bot => "the bot",
            Self::Sandbox => "the sandbox",
            Self::Redeem => "an unfinished redeem",
        }
    }
}

/// Opens the file. With `replaces_damaged`, a damaged file is moved away and replaced by an empty one.
pub(super) fn open(path: &Path, kind: StateKind, replaces_damaged: bool) -> Result<Opened, StoreError> {
    match connect(path, kind) {
        Err(StoreError::Damaged { .. }) if replaces_damaged => {
            let cannot =
                |e| StoreError::Open { path: path.to_owned(), reason: format!("it is damaged and stays ({e})") };
            let aside = set_aside(path).map_err(cannot)?;
            Ok(Opened { replaced: Some(aside), ..connect(path, kind)? })
        }
        opened => opened,
    }
}

fn connect(path: &Path, kind: StateKind) -> Result<Opened, StoreError> {
    let failed = |e: rusqlite::Error| failed(path, &e);
    let mut writer = Connection::open(path).map_err(failed)?;
    writer.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
    writer.pragma_update(None, "synchronous", "full").map_err(failed)?;
    let (instance, last_version) = prepare(&mut writer, path, kind)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags).map_err(failed)?;
    prepare_reader(&reader).map_err(failed)?;
    let file = FileIdentity::of(path)
        .map_err(|e| StoreError::Open { path: path.to_owned(), reason: format!("it cannot be looked at ({e})") })?;
    Ok(Opened { writer, reader: Some(reader), instance, last_version, file: Some(file), replaced: None })
}

fn prepare_reader(reader: &Connection) -> rusqlite::Result<()> {
    reader.pragma_update(None, "query_only", true)?;
    keep_statements(reader)
}

/// Makes a prepared statement last. Otherwise SQLite prepares one again at each use if the value of a parameter might change the
/// plan: a limit, or what is compared with a column of a partial index.
///
/// Source: "The SQLite Query Planner Stability Guarantee", sqlite.org/queryplanner-ng.html#qpsg.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(MAX_STATEMENTS);
    Ok(())
}

/// Opens a temporary working copy in its own folder, or else in memory. It starts with the content of the file at
/// `from`, if that can be read.
pub(super) fn open_temporary(from: Option<&Path>, kind: StateKind) -> Result<(Opened, Option<TempDir>), StoreError> {
    match in_folder(from, kind) {
        Ok((opened, folder)) => Ok((opened, Some(folder))),
        Err(reason) => {
            tracing::debug!("No temporary folder can be used: {reason}");
            in_memory(from, kind).map(|opened| (opened, None))
        }
    }
}

fn in_folder(from: Option<&Path>, kind: StateKind) -> Result<(Opened, TempDir), String> {
    let folder = tempfile::Builder::new().prefix("giftcode-bot-").tempdir().map_err(|e| e.to_string())?;
    if let Some(from) = from {
        let path = folder.path().join("copy.db");
        let copied = path.to_str().ok_or_else(|| "its name is none".to_owned()).and_then(|into| copy(from, into));
        match copied.and_then(|()| connect(&path, kind).map_err(|e| e.to_string())) {
            Ok(opened) => return Ok((opened, folder)),
            Err(reason) => tracing::debug!("Nothing is taken over from the state file: {reason}"),
        }
    }
    // A partial copy is useless, so this starts with an empty file.
    let opened = connect(&folder.path().join("new.db"), kind).map_err(|e| e.to_string())?;
    Ok((opened, folder))
}

pub(super) fn in_memory(from: Option<&Path>, kind: StateKind) -> Result<Opened, StoreError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let path = Path::new("in memory");
    let open = |from: Option<&Path>| {
        let name = format!("file:/giftcode-{}?vfs=memdb", COUNT.fetch_add(1, Ordering::Relaxed));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_URI;
        let mut writer = Connection::open_with_flags(&name, flags).map_err(|e| failed(path, &e))?;
        if let Some(from) = from {
            copy(from, &name).map_err(|reason| StoreError::Open { path: from.to_owned(), reason })?;
        }
        let (instance, last_version) = prepare(&mut writer, path, kind)?;
        Ok(Opened { writer, reader: None, instance, last_version, file: None, replaced: None })
    };
    from.map_or_else(|| open(None), |from| open(Some(from)).or_else(|_| open(None)))
}

/// Copies a file that may be read-only.
fn copy(path: &Path, into: &str) -> Result<(), String> {
    let open = |immutable: bool| {
        let mut uri = url::Url::from_file_path(std::path::absolute(path).map_err(|e| e.to_string())?)
            .map_err(|()| "its path is none".to_owned())?;
        uri.set_query(Some(if immutable { "mode=ro&immutable=1" } else { "mode=ro" }));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let file = Connection::open_with_flags(uri.as_str(), flags).map_err(|e| e.to_string())?;
        // If the folder is read-only, SQLite can open a file without a log only as immutable.
        file.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))
            .map_err(|e| e.to_string())?;
        Ok::<_, String>(file)
    };
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let has_log = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    let file = open(false).or_else(|reason| if has_log { Err(reason) } else { open(true) })?;
    // Not page by page: the pages of a file in WAL mode require a log, and a copy in memory cannot have one.
    file.execute("VACUUM INTO ?1", [into]).map(drop).map_err(|e| e.to_string())
}

/// Moves the file and its log to `NAME.corrupt-TIME`; returns that path.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let with = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = format!(".corrupt-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ"));
    for suffix in ["-wal", "-shm", ""] {
        match std::fs::rename(with(suffix), with(&format!("{aside}{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(with(&aside))
}

fn prepare(writer: &mut Connection, path: &Path, kind: StateKind) -> Result<(i64, Version), StoreError> {
    let failed = |e: rusqlite::Error| failed(path, &e);
    // A record may arrive before its parent, so foreign keys are not enforced.
    writer.pragma_update(None, "foreign_keys", false).map_err(failed)?;
    // Erased data must not remain in free pages.
    writer.pragma_update(None, "secure_delete", true).map_err(failed)?;
    keep_statements(writer).map_err(failed)?;
    let checked: String = writer.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if checked != "ok" {
        return Err(StoreError::Damaged { path: path.to_owned(), reason: checked.replace('\n', " ") });
    }
    let migrations = Migrations::new(MIGRATIONS.iter().copied().map(M::up).collect());
    migrations.to_latest(writer).map_err(|e| match e {
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::Newer(path.to_owned())
        }
        rusqlite_migration::Error::RusqliteError { err, .. } => failed(err),
        other => StoreError::Open { path: path.to_owned(), reason: format!("its tables cannot be updated ({other})") },
    })?;
    let transaction = writer.transaction().map_err(failed)?;
    triggers::install(&transaction).map_err(failed)?;
    let found: Option<String> = transaction
        .query_row("SELECT value FROM meta WHERE key = 'kind'", [], |row| row.get(0))
        .optional()
        .map_err(failed)?;
    match found {
        Some(found) if found != kind.name() => {
            return Err(StoreError::WrongKind { path: path.to_owned(), found, wanted: kind.name() });
        }
        Some(_) => {}
        None => {
            let sql = "INSERT INTO meta (key, value) VALUES ('kind', ?1), ('instance', 0), ('clock', 0), ('polled', 0)";
            transaction.execute(sql, [kind.name()]).map_err(failed)?;
        }
    }
    let instance = transaction
        .query_row("UPDATE meta SET value = value + 1 WHERE key = 'instance' RETURNING value", [], |row| row.get(0))
        .map_err(failed)?;
    // Once per start, so that nothing stays unplanned, whatever the file went through before.
    transaction.execute(PLAN_EVERYTHING, []).map_err(failed)?;
    let last: i64 =
        transaction.query_row("SELECT value FROM meta WHERE key = 'clock'", [], |row| row.get(0)).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok((instance, Version(last)))
}

/// Translates an SQLite error at the start into a reason and advice.
pub(in crate::store) fn failed(path: &Path, error: &rusqlite::Error) -> StoreError {
    let damaged = |reason: &str| StoreError::Damaged { path: path.to_owned(), reason: reason.to_owned() };
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => damaged("it is not a state file"),
        Some(ErrorCode::DatabaseCorrupt) => damaged("SQLite cannot read it"),
        _ => StoreError::Open { path: path.to_owned(), reason: explain(error) },
    }
}

fn explain(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            format!("it cannot be written ({error}); allow it, or set STATE_FILE to a place that can be written")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another program has it open; close that one, or set STATE_FILE to another file".to_owned()
        }
        Some(ErrorCode::DiskFull) => "the disk is full; make room".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a file cannot be used any longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub reason: String,
    /// The file at the path may not be the one that we wrote.
    pub is_suspect: bool,
}

impl Trouble {
    /// Returns the trouble if the file itself caused the error, and not the statement.
    pub fn from_error(error: &rusqlite::Error) -> Option<Self> {
        let is_suspect = match error.sqlite_error_code()? {
            ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => true,
            ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure => false,
            _ => return None,
        };
        Some(Self { reason: error.to_string(), is_suspect })
    }
}

#[cfg(test)]
mod tests;
