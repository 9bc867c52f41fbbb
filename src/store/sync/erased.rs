//! Erasures: removing records here and in the replica, and keeping them from coming back.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params, params_from_iter};

use crate::domain::sync::erasure::is_erased;
use crate::domain::sync::record::{Key, Record, RecordKind, Root, Value, roots};
use crate::domain::sync::version::Version;
use crate::store::drafts;
use crate::store::handles::Erasures;
use crate::store::kernel::schema::triggers::{IS_REPLICATED, key_columns};

use super::{key_is, read_keys, write_key};
use crate::store::kernel::{Millis, StoreError, Tx};

/// How long a record that lost its parent to an erasure waits for it to come again.
const ORPHANS_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// The kinds whose records name this root, and the field: children before their parents, the root's own kind last.
fn naming(root: Root) -> impl Iterator<Item = (RecordKind, &'static str)> {
    let field =
        move |kind: RecordKind| roots(kind).iter().find(|(of_kind, _)| *of_kind == root).map(|(_, field)| *field);
    RecordKind::ALL.into_iter().rev().filter_map(move |kind| Some((kind, field(kind)?)))
}

/// Erases a root and everything that names it, and keeps it from coming back.
pub(in crate::store) fn erase(tx: &Tx<'_>, root: Root, key: &Value) -> rusqlite::Result<()> {
    let at = tx.version();
    // Never below the versions that it covers, whatever clock wrote them.
    let mut version = at;
    for (kind, field) in naming(root) {
        version = remove(tx, kind, field, key, i64::MAX, at)?.into_iter().fold(version, i64::max);
    }
    let sql = "INSERT INTO erasures (mark, erased_at, version) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET erased_at = excluded.erased_at, version = max(version, excluded.version)";
    tx.execute(sql, params![root.mark(key), Millis(tx.now()), version]).map(drop)
}

/// Removes the records with these keys that match a condition, without an erasure: if a copy brings them back, they are removed
/// again. Returns how many.
pub(in crate::store) fn forget(
    tx: &Tx<'_>,
    kind: RecordKind,
    keys: &[Key],
    condition: &str,
) -> rusqlite::Result<usize> {
    Ok(remove_keys(tx, kind, keys, condition, tx.version())?.len())
}

/// Removes the records of a kind with this value in a field, up to a version. Returns their versions.
fn remove(tx: &Tx<'_>, kind: RecordKind, field: &str, key: &Value, up_to: i64, at: i64) -> rusqlite::Result<Vec<i64>> {
    let columns = key_columns(kind, "");
    let sql = format!("SELECT {columns} FROM {} WHERE {field} = ?1 AND version <= ?2", kind.name());
    remove_keys(tx, kind, &read_keys(tx.connection(), kind, &sql, params![key, up_to])?, "TRUE", at)
}

/// Removes records here, and through the outbox in the replica, where those up to version `at` are removed.
fn remove_keys(tx: &Tx<'_>, kind: RecordKind, keys: &[Key], condition: &str, at: i64) -> rusqlite::Result<Vec<i64>> {
    let sql = format!("DELETE FROM {} WHERE {} AND {condition} RETURNING version", kind.name(), key_is(kind, "="));
    let mut delete = tx.statement(&sql)?;
    let mut versions = Vec::new();
    for key in keys {
        let version: Option<i64> = delete.query_row(params_from_iter(key), |row| row.get(0)).optional()?;
        if let Some(version) = version {
            note_gone(tx, kind, key, version.max(at))?;
            versions.push(version);
        }
    }
    Ok(versions)
}

/// Records that the replica must not have this record up to a version.
pub(super) fn note_gone(tx: &Tx<'_>, kind: RecordKind, key: &Key, version: i64) -> rusqlite::Result<()> {
    // After all erasures, which are sent first.
    let sql = format!(
        "INSERT INTO outbox (kind, key, version, erased, urgency) SELECT ?1, ?2, ?3, ?3, 1 WHERE {IS_REPLICATED}
         ON CONFLICT (kind, key) DO UPDATE SET version = max(version, excluded.version),
             erased = max(coalesce(erased, 0), excluded.erased), urgency = 1, round = NULL"
    );
    tx.execute(&sql, params![kind.name(), write_key(key)?, version]).map(drop)
}

/// The erasures and counts that decide what may be merged.
pub(super) struct ErasureIndex {
    /// The version up to which each mark erases.
    versions: HashMap<String, Version>,
    /// Generations of codes whose redemptions are counted.
    counted: HashSet<[Value; 2]>,
}

impl ErasureIndex {
    pub fn read(tx: &Tx<'_>) -> rusqlite::Result<Self> {
        let mut erased = tx.statement("SELECT mark, version FROM erasures")?;
        let mut counted = tx.statement("SELECT code_key, generation FROM tallies WHERE guild_id = 0")?;
        let versions = erased.query_map([], |row| Ok((row.get(0)?, Version(row.get(1)?))))?;
        let counted = counted.query_map([], |row| Ok([row.get(0)?, row.get(1)?]))?;
        Ok(Self { versions: versions.collect::<Result<_, _>>()?, counted: counted.collect::<Result<_, _>>()? })
    }

    fn version(&self, root: Root, key: &Value) -> Option<Version> {
        // Computing marks takes time, and usually nothing is erased.
        if self.versions.is_empty() { None } else { self.versions.get(&root.mark(key)).copied() }
    }

    /// Whether this record is erased, or is a redemption that is already counted.
    pub fn cover(&self, record: &Record) -> bool {
        let generation = || ["code_key", "generation"].map(|field| record.get(field).clone());
        let may_be_counted = record.kind == RecordKind::Redemptions && !self.counted.is_empty();
        (may_be_counted && self.counted.contains(&generation()))
            || is_erased(record, |root, key| self.version(root, key))
    }

    /// The keys in a query's result that were erased as this root, and up to which version.
    fn among(&self, tx: &Tx<'_>, root: Root, sql: &str) -> rusqlite::Result<Vec<(Value, i64)>> {
        let keys: Vec<Value> = tx.statement(sql)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(keys.into_iter().filter_map(|key| self.version(root, &key).map(|version| (key, version.0))).collect())
    }
}

/// Removes what the erasures cover, after some came from the replica.
pub(super) fn apply(tx: &Tx<'_>, erasures: &ErasureIndex) -> rusqlite::Result<()> {
    for root in Root::ALL {
        // A mark does not show its key, so all keys are checked: those of the root's own kind, or of every kind that names it.
        let is_listed = |kind: &RecordKind| root.kind().is_none_or(|own| own == *kind);
        let keys: Vec<String> = naming(root)
            .filter(|(kind, _)| is_listed(kind))
            .map(|(kind, field)| format!("SELECT DISTINCT {field} FROM {}", kind.name()))
            .collect();
        let keys = keys.join(" UNION ");
        for (key, version) in erasures.among(tx, root, &keys)? {
            for (kind, field) in naming(root) {
                remove(tx, kind, field, &key, version, version)?;
            }
        }
    }
    drafts::forget_erased(tx, |root, id, at| {
        erasures.version(root, &Value::Int(id)).is_some_and(|version| version.millis() >= at.as_millisecond())
    })
}

impl Erasures {
    /// Removes records whose root was erased and did not come again, however new they are, once nothing has come from the replica for an
    /// hour. Returns how many.
    pub async fn erase_orphans(&self) -> Result<usize, StoreError> {
        self.write_local(|tx| {
            let since = tx.now().checked_sub(ORPHANS_WAIT).unwrap_or(Timestamp::MIN);
            let is_due = "DELETE FROM meta WHERE key = 'merged_at' AND value <= ?1 AND EXISTS (SELECT 1 FROM erasures)";
            if tx.execute(is_due, [Millis(since)])? == 0 {
                return Ok(0);
            }
            let (erasures, mut count) = (ErasureIndex::read(tx)?, 0);
            for (root, parent) in Root::ALL.into_iter().filter_map(|root| Some((root, root.kind()?))) {
                for (kind, field) in naming(root).filter(|(kind, _)| *kind != parent) {
                    let (children, parents) = (kind.name(), parent.name());
                    let own = parent.fields()[0].name;
                    let keys = format!("SELECT {field} FROM {children} EXCEPT SELECT {own} FROM {parents}");
                    for (key, version) in erasures.among(tx, root, &keys)? {
                        count += remove(tx, kind, field, &key, i64::MAX, version)?.len();
                    }
                }
            }
            Ok(count)
        })
        .await
    }
}
