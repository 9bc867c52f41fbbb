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

pub(super) fn open(path: &Path, kind: StateKind) -> Result<Opened, StoreError> {
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
    let mut writer = Connection::open(path).map_err(|e| cannot(explain(&e)))?;
    let (instance, last_version) = prepare(&mut writer, path, kind)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = Connection::open_with_flags(path, flags).map_err(|e| cannot(explain(&e)))?;
    reader.pragma_update(None, "query_only", true).map_err(|e| cannot(explain(&e)))?;
    reader.set_prepared_statement_cache_capacity(64);
    Ok(Opened { writer, reader, lock, instance, last_version })
}

fn prepare(writer: &mut Connection, path: &Path, kind: StateKind) -> Result<(i64, Version), StoreError> {
    let cannot = |e: rusqlite::Error| StoreError::Open { path: path.to_owned(), reason: explain(&e) };
    writer.pragma_update(None, "journal_mode", "wal").map_err(cannot)?;
    writer.pragma_update(None, "synchronous", "full").map_err(cannot)?;
    writer.pragma_update(None, "foreign_keys", true).map_err(cannot)?;
    writer.set_prepared_statement_cache_capacity(64);
    let migrations = Migrations::new(MIGRATIONS.iter().copied().map(M::up).collect());
    migrations.to_latest(writer).map_err(|e| match e {
        rusqlite_migration::Error::MigrationDefinition(MigrationDefinitionError::DatabaseTooFarAhead) => {
            StoreError::Newer(path.to_owned())
        }
        rusqlite_migration::Error::RusqliteError { err, .. } => cannot(err),
        other => StoreError::Open { path: path.to_owned(), reason: format!("its tables cannot be updated ({other})") },
    })?;
    let transaction = writer.transaction().map_err(cannot)?;
    let found: Option<String> = transaction
        .query_row("SELECT value FROM meta WHERE key = 'kind'", [], |row| row.get(0))
        .optional()
        .map_err(cannot)?;
    match found {
        Some(found) if found != kind.name() => {
            return Err(StoreError::WrongKind { path: path.to_owned(), found, wanted: kind.name() });
        }
        Some(_) => {}
        None => {
            let sql = "INSERT INTO meta (key, value) VALUES ('kind', ?1), ('instance', 0), ('clock', 0), ('polled', 0)";
            transaction.execute(sql, [kind.name()]).map_err(cannot)?;
        }
    }
    let instance = transaction
        .query_row("UPDATE meta SET value = value + 1 WHERE key = 'instance' RETURNING value", [], |row| row.get(0))
        .map_err(cannot)?;
    let last: i64 =
        transaction.query_row("SELECT value FROM meta WHERE key = 'clock'", [], |row| row.get(0)).map_err(cannot)?;
    transaction.commit().map_err(cannot)?;
    Ok((instance, Version(last)))
}

fn explain(error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            "it is not a state file; move it away, or set STATE_FILE to another file".to_owned()
        }
        Some(ErrorCode::DatabaseCorrupt) => "it is damaged; move it away, or restore a copy".to_owned(),
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
