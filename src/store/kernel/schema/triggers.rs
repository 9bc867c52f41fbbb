//! The triggers of every record table, generated from the record kinds. They put each change into the outbox, and keep
//! a record's version growing.

use rusqlite::{Connection, OptionalExtension};

use crate::domain::sync::record::{Field, RecordKind};

/// Returns the condition for rows that the replica needs. A pending redemption that was neither attempted nor requested
/// is left out, because any instance can derive it again.
pub(in crate::store) fn is_shared(kind: RecordKind, row: &str) -> String {
    match kind {
        RecordKind::Redemptions => format!(
            "({row}.outcome <> 'pending' OR {row}.claim > 0 OR {row}.priority = 1 OR {row}.round > 0 OR {row}.shared = 1)"
        ),
        _ => "true".to_owned(),
    }
}

/// Returns the send order: first records that keep others away, then records that services act on, then the rest.
pub(in crate::store) fn urgency(kind: RecordKind, row: &str) -> String {
    match kind {
        RecordKind::Erasures => "0".to_owned(),
        RecordKind::Guilds
        | RecordKind::Codes
        | RecordKind::Posts
        | RecordKind::Batches
        | RecordKind::Notices
        | RecordKind::People => "1".to_owned(),
        RecordKind::Redemptions => format!("iif({row}.outcome = 'pending' AND {row}.claim = 0, 2, 1)"),
        _ => "2".to_owned(),
    }
}

/// Condition: changes are recorded for a replica.
pub(in crate::store) const IS_REPLICATED: &str = "(SELECT value FROM meta WHERE key = 'replicated') = 1";

/// An outbox entry stands for the newest change of its record. Another change makes it unsent again.
pub(in crate::store) const AGAIN: &str =
    "ON CONFLICT (kind, key) DO UPDATE SET version = max(version, excluded.version),
        urgency = min(urgency, excluded.urgency), round = NULL";

/// Returns the fields as a list of columns of `row`.
pub(in crate::store) fn columns(fields: &[Field], row: &str) -> String {
    fields.iter().map(|field| format!("{row}{}", field.name)).collect::<Vec<_>>().join(", ")
}

pub(in crate::store) fn key_columns(kind: RecordKind, row: &str) -> String {
    columns(&kind.fields()[..kind.key_fields()], row)
}

/// Merged records keep their versions (meta 'merging').
fn triggers(kind: RecordKind) -> [(String, String); 3] {
    let (table, key) = (kind.name(), key_columns(kind, "NEW."));
    let note = |event: &str, does: &str, when: String| {
        let name = format!("{table}_{event}");
        let sql = format!(
            "CREATE TRIGGER {name} AFTER {does} ON {table}
WHEN {IS_REPLICATED} AND ({when}) BEGIN
    INSERT INTO outbox (kind, key, version, urgency)
    VALUES ('{table}', json_array({key}), NEW.version, {})
    {AGAIN};
END",
            urgency(kind, "NEW")
        );
        (name, sql)
    };
    // A personal request makes a redemption worth sending without a new version.
    let update = if kind == RecordKind::Redemptions { "UPDATE OF version, priority" } else { "UPDATE OF version" };
    let changed = format!("{} OR {}", is_shared(kind, "NEW"), is_shared(kind, "OLD"));
    let version = format!("{table}_version");
    let grows = format!(
        "CREATE TRIGGER {version} AFTER UPDATE OF version ON {table}
WHEN NEW.version <= OLD.version AND (SELECT value FROM meta WHERE key = 'merging') = 0 BEGIN
    UPDATE {table} SET version = OLD.version + 1 WHERE ({}) = ({key});
END",
        key_columns(kind, "")
    );
    [note("insert", "INSERT", is_shared(kind, "NEW")), note("update", update, changed), (version, grows)]
}

/// Installs missing triggers, and replaces outdated ones.
pub(super) fn install(connection: &Connection) -> rusqlite::Result<()> {
    let mut find = connection.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?1")?;
    for (name, sql) in RecordKind::ALL.into_iter().flat_map(triggers) {
        let found: Option<String> = find.query_row([&name], |row| row.get(0)).optional()?;
        if found.as_ref() != Some(&sql) {
            connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {name}; {sql}"))?;
        }
    }
    Ok(())
}
