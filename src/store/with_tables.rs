//! New state files for tests.
//!
//! Making the tables takes most of the time of opening a new file, and some tests open hundreds of them. So the tables are made
//! once in a process, and copied.

use std::path::Path;
use std::sync::OnceLock;

/// Returns the path, where there is at least a file with all tables and nothing in them.
pub fn with_tables(path: &Path) -> &Path {
    static FILE: OnceLock<Vec<u8>> = OnceLock::new();
    if !path.exists() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, FILE.get_or_init(migrated)).unwrap();
    }
    path
}

/// What `Store::open` makes of an empty file before it writes the first row.
fn migrated() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tables.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap();
    let mut migrations: Vec<_> = migrations.map(|entry| entry.unwrap().path()).collect();
    migrations.sort();
    for migration in &migrations {
        connection.execute_batch(&std::fs::read_to_string(migration).unwrap()).unwrap();
    }
    let version = u32::try_from(migrations.len()).unwrap();
    connection.pragma_update(None, "user_version", version).unwrap();
    drop(connection);
    std::fs::read(&path).unwrap()
}
