//! Opening a state file: lock, settings, migrations, and the checks that it is ours.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};
use rusqlite_migration::{M, MigrationDefinitionError, Migrations};

use crate::domain::version::Version;

use super::{StateKind, StoreError};

/// All migrations, oldest first. A released one is never changed.
pub(super) const MIGRATIONS: &[&str] =
    &[include_str!("../../migrations/0001_initial.sql"), include_str!("../../migrations/0002_outbox.sql")];

/// An opened file.
pub(super) struct Opened {
    pub writer: Connection,
    pub reader: Connection,
    pub lock: File,
    pub instance: i64,
    pub last_version: Version,
    /// Where a damaged file was moved to.
    pub replaced: Option<PathBuf>,
}

impl StateKind {
    fn name(self) -> &'static str {
        match self {
            Self::Bot => "the bot",
            Self::Sandbox => "the sandbox",
            Self::Redeem => "an unfinished redeem",
        }
    }
}

/// The file whose lock says that a process works on `path`. Not the file itself: SQLite's own locks on it would end when
/// any other handle to it is closed.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Opens the file. A damaged one is moved away, to be made anew, if `replaces_damaged`.
pub(super) fn open(path: &Path, kind: StateKind, replaces_damaged: bool) -> Result<Opened, StoreError> {
    let cannot = |reason: String| StoreError::Open { path: path.to_owned(), reason };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|e| {
            cannot(format!("its folder cannot be made ({e}); set STATE_FILE to a place that can be written"))
        })?;
    }
    let lock = File::options().create(true).truncate(false).write(true).open(lock_path(path)).map_err(|e| {
        cannot(format!("its folder cannot be written ({e}); allow it, or set STATE_FILE to a place that can be"))
    })?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(path.to_owned())),
        Err(TryLockError::Error(e)) => return Err(cannot(format!("it cannot be locked ({e})"))),
    }
    match connect(path, kind, lock) {
        Err((StoreError::Damaged { .. }, lock)) if replaces_damaged => {
            let aside = set_aside(path).map_err(|e| cannot(format!("it is damaged and cannot be moved away ({e})")))?;
            let opened = connect(path, kind, lock).map_err(|(error, _)| error)?;
            Ok(Opened { replaced: Some(aside), ..opened })
        }
        Err((error, _)) => Err(error),
        Ok(opened) => Ok(opened),
    }
}

/// Gives the lock back where it fails, so that nobody comes in between.
fn connect(path: &Path, kind: StateKind, lock: File) -> Result<Opened, (StoreError, File)> {
    let connected = || -> Result<_, StoreError> {
        let failed = |e: rusqlite::Error| failed(path, &e);
        let mut writer = Connection::open(path).map_err(failed)?;
        let (instance, last_version) = prepare(&mut writer, path, kind)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(path, flags).map_err(failed)?;
        reader.pragma_update(None, "query_only", true).map_err(failed)?;
        reader.set_prepared_statement_cache_capacity(64);
        Ok((writer, reader, instance, last_version))
    };
    match connected() {
        Ok((writer, reader, instance, last_version)) => {
            Ok(Opened { writer, reader, lock, instance, last_version, replaced: None })
        }
        Err(error) => Err((error, lock)),
    }
}

/// Moves the file and what belongs to it to `NAME.corrupt-TIME`; returns that name.
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
    writer.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
    writer.pragma_update(None, "synchronous", "full").map_err(failed)?;
    writer.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    writer.set_prepared_statement_cache_capacity(64);
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
    let last: i64 =
        transaction.query_row("SELECT value FROM meta WHERE key = 'clock'", [], |row| row.get(0)).map_err(failed)?;
    transaction.commit().map_err(failed)?;
    Ok((instance, Version(last)))
}

/// What an error of SQLite at the start means, and what to do.
fn failed(path: &Path, error: &rusqlite::Error) -> StoreError {
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
