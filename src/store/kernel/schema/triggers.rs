//! The triggers that every table of records has, made from the kinds: no change of a record can be forgotten, and none is older
//! than what it replaces.

use rusqlite::{Connection, OptionalExtension};

use crate::domain::sync::record::{Field, RecordKind};

/// Whether a row is worth sending. What nobody tried, or asked for, is derived again by whoever needs it.
pub(in crate::store) fn is_shared(kind: RecordKind, row: &str) -> String {
    match kind {
        RecordKind::Redemptions => format!(
            "({row}.outcome <> 'pending' OR {row}.claim > 0 OR {row}.priority = 1 OR {row}.round > 0 OR {row}.shared = 1)"
        ),
        _ => "true".to_owned(),
    }
}

/// What is sent first: what keeps records away, then what is acted on, then the bulk.
pub(in crate::store) fn urgency(kind: RecordKind, row: &str) -> String {
    match kind {
        RecordKind::Erasures => "0".to_owned(),
        RecordKind::Guilds | RecordKind::Codes | RecordKind::Posts | RecordKind::Batches => "1".to_owned(),
        RecordKind::Redemptions => format!("iif({row}.outcome = 'pending' AND {row}.claim = 0, 2, 1)"),
        _ => "2".to_owned(),
    }
}

/// Whether changes are noted for a replica.
pub(in crate::store) const IS_REPLICATED: &str = "(SELECT value FROM meta WHERE key = 'replicated') = 1";

/// An entry that is there already stands for the newest change, and is to be sent again.
pub(in crate::store) const AGAIN: &str =
    "ON CONFLICT (kind, key) DO UPDATE SET version = max(version, excluded.version),
        urgency = min(urgency, excluded.urgency), round = NULL";

/// These fields as the columns of a row.
pub(in crate::store) fn columns(fields: &[Field], row: &str) -> String {
    fields.iter().map(|field| format!("{row}{}", field.name)).collect::<Vec<_>>().join(", ")
}

/// The columns of a kind's key.
pub(in crate::store) fn key_columns(kind: RecordKind, row: &str) -> String {
    columns(&kind.fields()[..kind.key_fields()], row)
}

/// Records that are merged (meta 'merging') keep their versions.
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
    // That a person asks for it makes it worth sending, without a new version.
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

/// Makes those that are not there yet, or not as they should be.
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
