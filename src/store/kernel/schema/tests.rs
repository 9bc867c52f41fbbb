//! Migrations of files that hold records.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::*;
use crate::domain::sync::election::Position;
use crate::domain::sync::record::RecordKind;
use crate::store::ReplicaHistory;

/// The migration that recreates tables.
const REBUILDS: usize = 13;
const REBUILT: [&str; 3] = ["posts", "redemptions", "listings"];

fn migrate(connection: &mut Connection, count: usize) {
    let migrations = Migrations::new(MIGRATIONS.iter().copied().map(M::up).collect());
    migrations.to_version(connection, count).unwrap();
}

/// Indexes and triggers of the recreated tables, without the triggers that every start installs.
fn belongings(connection: &Connection) -> BTreeMap<String, String> {
    let made: BTreeSet<String> = RecordKind::ALL
        .into_iter()
        .flat_map(|kind| ["insert", "update", "version"].map(|event| format!("{}_{event}", kind.name())))
        .collect();
    let sql = "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))
        .unwrap();
    let all = rows.map(Result::unwrap).filter(|(name, of, _)| REBUILT.contains(&of.as_str()) && !made.contains(name));
    all.map(|(name, _, sql)| (name, sql.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

#[test]
fn tables_that_are_made_anew_keep_their_rows_indexes_and_triggers() {
    let mut connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    migrate(&mut connection, REBUILDS - 1);
    connection
        .execute_batch(
            "UPDATE meta SET value = 1 WHERE key = 'replicated';
             INSERT INTO guilds (guild_id, version) VALUES (1, 1);
             INSERT INTO players (player_id, nickname, version) VALUES (2, 'P', 2);
             INSERT INTO codes (code_key, code, source, first_seen_at, listed, version) VALUES ('A', 'a', 'feed', 3, 1, 3);
             INSERT INTO posts (guild_id, code_key, generation, nonce, kind, position, total, planned_at, attempts, attempted_at,
                 next_attempt_at, message_id, posted_at, version, deleted, channel_id, corrected, shown)
             VALUES (1, 'A', 1, 'n', 'more', 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 13, 1, 'good');
             INSERT INTO redemptions (player_id, code_key, generation, outcome, status, claim, claimed_by, calls, unknown,
                 temporary, next_attempt_at, created_at, finished_at, version, deleted, round, priority, queue)
             VALUES (2, 'A', 1, 'gave_up', 'TIMEOUT', 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 10, 1, 11);
             INSERT INTO listings (code_key, source, code, standing, since, active_since, rewards, expires_at, first_seen_at,
                 last_seen_at, version, deleted)
             VALUES ('A', 'feed', 'a', 'gone', 1, 2, 'Gems', 3, 4, 5, 6, 1);",
        )
        .unwrap();
    let rows = |connection: &Connection| -> Vec<String> {
        let quoted = |table: &str, columns: &[&str]| {
            let columns = columns.iter().map(|column| format!("quote({column})")).collect::<Vec<_>>().join("||','||");
            let sql = format!("SELECT {columns} FROM {table}");
            connection.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        // Those that later migrations added are not there yet.
        let is_there = |name: &&str| !name.starts_with("publish");
        let fields =
            |kind: RecordKind| kind.fields().iter().map(|field| field.name).filter(is_there).collect::<Vec<_>>();
        vec![
            quoted("posts", &fields(RecordKind::Posts)),
            quoted("redemptions", &[fields(RecordKind::Redemptions), vec!["claimed_by", "priority", "queue"]].concat()),
            quoted("listings", &fields(RecordKind::Listings)),
        ]
    };
    let outbox = |connection: &Connection| -> i64 {
        connection.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap()
    };
    let before = (rows(&connection), belongings(&connection), outbox(&connection));
    assert_eq!(before.2, 6);
    migrate(&mut connection, REBUILDS);
    assert_eq!((rows(&connection), belongings(&connection), outbox(&connection)), before);
    migrate(&mut connection, MIGRATIONS.len());
    // The redemption was sent before, so its changes are sent as well.
    let shared: bool = connection.query_row("SELECT shared FROM redemptions", [], |row| row.get(0)).unwrap();
    assert!(shared);
    triggers::install(&connection).unwrap();
    let count = |connection: &Connection| -> i64 {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%INTO outbox%'";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let cookie = |connection: &Connection| -> i64 {
        connection.pragma_query_value(None, "schema_version", |row| row.get(0)).unwrap()
    };
    assert_eq!(count(&connection), 2 * RecordKind::ALL.len() as i64);
    let made = cookie(&connection);
    triggers::install(&connection).unwrap();
    assert_eq!(cookie(&connection), made, "what is there already is left alone");
    // The columns accept words of a newer program.
    connection.execute_batch("UPDATE posts SET kind = 'x'; UPDATE redemptions SET outcome = 'x'").unwrap();
    connection.execute_batch("UPDATE listings SET standing = 'x'").unwrap();
}

#[test]
fn how_a_file_stands_to_the_replica_is_known_after_the_migration_that_made_it_one_entry() {
    let history = |entries: &str| -> Option<String> {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, 13);
        connection.execute_batch(entries).unwrap();
        migrate(&mut connection, 14);
        let left = "SELECT count(*) FROM meta WHERE key LIKE 'replica_%' AND key <> 'replicated'";
        assert_eq!(connection.query_row(left, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
        connection.query_row("SELECT value FROM meta WHERE key = 'replica'", [], |row| row.get(0)).optional().unwrap()
    };
    assert_eq!(history(""), None);
    let stale = history("INSERT INTO meta (key, value) VALUES ('replica_stale', 1)").unwrap();
    assert_eq!(
        serde_json::from_str::<ReplicaHistory>(&stale).unwrap(),
        ReplicaHistory { is_stale: true, ..ReplicaHistory::default() }
    );
    let known = history(
        "INSERT INTO meta (key, value) VALUES ('replica_database', 'db'), ('replica_term', 7), ('replica_round', 3),
             ('replica_stale', 0), ('replica_standby', 1)",
    );
    let position = Position { term: 7, round: 3 };
    assert_eq!(
        serde_json::from_str::<ReplicaHistory>(&known.unwrap()).unwrap(),
        ReplicaHistory { database: Some("db".to_owned()), position, is_stale: false, had_standby: true }
    );
}

#[test]
fn an_id_channel_of_an_older_version_is_read_by_every_instance_from_where_this_one_stands() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrate(&mut connection, 24);
    connection
        .execute_batch(
            "INSERT INTO guilds (guild_id, id_channel, id_channel_seen, id_channel_since, version)
             VALUES (1, 5, 70, NULL, 3), (2, 6, 70, 60, 3), (3, NULL, 70, NULL, 3), (4, 7, NULL, NULL, 3), (5, 8, 70, 0, 3)",
        )
        .unwrap();
    migrate(&mut connection, 25);
    let sql =
        "SELECT group_concat(coalesce(id_channel_since, 'none') || '/' || version, ' ' ORDER BY guild_id) FROM guilds";
    let since: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(since, "70/4 60/3 none/3 none/3 70/4");
}

/// A migration that changes records must raise their version, because the outbox triggers fire on it.
#[test]
fn migrations_that_change_records_make_them_newer() {
    for (number, sql) in MIGRATIONS.iter().enumerate().skip(REBUILDS - 1) {
        let code: String =
            sql.lines().filter(|line| !line.trim_start().starts_with("--")).collect::<Vec<_>>().join(" ");
        for statement in code.split(';').map(str::trim) {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let is_of_records =
                words.first() == Some(&"UPDATE") && words.get(1).is_some_and(|of| RecordKind::parse(of).is_some());
            assert!(!is_of_records || statement.contains("version = version + 1"), "{}: {statement}", number + 1);
        }
    }
}
