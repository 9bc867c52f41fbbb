//! What is erased: removing it here, having it removed in the replica, and keeping it from coming back.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{CachedStatement, OptionalExtension, params, params_from_iter};

use crate::domain::erasure::{Root, is_erased, roots};
use crate::domain::record::{Key, Kind, Record, Value};
use crate::domain::version::Version;
use crate::store::schema::triggers::key_columns;
use crate::store::sql::Millis;
use crate::store::writer::Tx;
use crate::store::{Store, StoreError};

use super::{key_is, value, write_key};

/// What lost its parent to an erasure waits so long for it to come again.
const ORPHANS_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// An entry that is there already stands for the erasure too.
const ERASED_TOO: &str = "ON CONFLICT (kind, key) DO UPDATE SET version = max(version, excluded.version),
    erased = max(coalesce(erased, 0), excluded.erased), urgency = 0, round = NULL";

/// The kinds whose records name this root and in which field, children before their parents.
fn naming(root: Root) -> impl Iterator<Item = (Kind, &'static str)> {
    let field = move |kind: Kind| roots(kind).iter().find(|(of_kind, _)| *of_kind == root).map(|(_, field)| *field);
    Kind::ALL.into_iter().rev().filter_map(move |kind| Some((kind, field(kind)?)))
}

/// Erases a root and everything that names it, and keeps it from coming back; how many records went.
pub(in crate::store) fn erase(tx: &Tx<'_>, root: Root, key: &Value) -> rusqlite::Result<usize> {
    // Never below what it covers, whatever clock that was written by.
    let mut version = tx.version();
    for (kind, field) in naming(root) {
        let sql = format!("SELECT max(version) FROM {} WHERE {field} = ?1", kind.name());
        let newest: Option<i64> = tx.statement(&sql)?.query_row([key], |row| row.get(0))?;
        version = version.max(newest.unwrap_or(version));
    }
    tx.execute(
        "INSERT INTO erasures (mark, erased_at, version) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET erased_at = excluded.erased_at, version = max(version, excluded.version)",
        params![root.mark(key), Millis(tx.now()), version],
    )?;
    sweep(tx, root, key, version, true, is_replicated(tx)?)
}

/// Removes a record without an erasure: it may come back from a copy, and is removed again then.
pub(in crate::store) fn forget(tx: &Tx<'_>, kind: Kind, field: &str, key: &Value) -> rusqlite::Result<usize> {
    remove(tx, kind, field, key, i64::MAX, tx.version(), is_replicated(tx)?)
}

/// The same for the records with these keys that fulfil a condition; how many.
pub(in crate::store) fn forget_keys(tx: &Tx<'_>, kind: Kind, keys: &[Key], condition: &str) -> rusqlite::Result<usize> {
    let (is_replicated, at) = (is_replicated(tx)?, tx.version());
    let sql = format!("DELETE FROM {} WHERE {} AND {condition} RETURNING version", kind.name(), key_is(kind, "="));
    let mut remove = tx.statement(&sql)?;
    let mut count = 0;
    for key in keys {
        let version: Option<i64> = remove.query_row(params_from_iter(key), |row| row.get(0)).optional()?;
        if let Some(version) = version {
            count += 1;
            note_gone(tx, kind, key, version.max(at), is_replicated)?;
        }
    }
    Ok(count)
}

pub(super) fn is_replicated(tx: &Tx<'_>) -> rusqlite::Result<bool> {
    tx.statement("SELECT value FROM meta WHERE key = 'replicated'")?.query_row([], |row| row.get(0))
}

/// Removes what names a root, up to a version; if the root itself is gone, all of it.
fn sweep(
    tx: &Tx<'_>,
    root: Root,
    key: &Value,
    version: i64,
    is_gone: bool,
    is_replicated: bool,
) -> rusqlite::Result<usize> {
    let up_to = if is_gone { i64::MAX } else { version };
    naming(root).map(|(kind, field)| remove(tx, kind, field, key, up_to, version, is_replicated)).sum()
}

/// Removes the records of a kind that have this in a field, up to a version, here and (by the outbox) in the replica.
fn remove(
    tx: &Tx<'_>,
    kind: Kind,
    field: &str,
    key: &Value,
    up_to: i64,
    at: i64,
    is_replicated: bool,
) -> rusqlite::Result<usize> {
    let table = kind.name();
    if is_replicated {
        let parts = key_columns(kind, "");
        // Behind the erasure, which is sent first.
        let sql = format!(
            "INSERT INTO outbox (kind, key, version, erased, urgency)
             SELECT '{table}', json_array({parts}), max(version, ?3), max(version, ?3), 0 FROM {table}
             WHERE {field} = ?1 AND version <= ?2 {ERASED_TOO}"
        );
        tx.execute(&sql, params![key, up_to, at])?;
    }
    tx.execute(&format!("DELETE FROM {table} WHERE {field} = ?1 AND version <= ?2"), params![key, up_to])
}

/// Removes what the erasures cover: after some came from the other store.
pub(super) fn apply(tx: &Tx<'_>, is_replicated: bool) -> rusqlite::Result<()> {
    let erased: HashMap<String, i64> = tx
        .statement("SELECT mark, version FROM erasures")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for root in Root::ALL {
        // A mark does not tell what it is of: all there are are looked at.
        let (kind, field) = match root.kind() {
            Some(kind) => (kind, kind.fields()[0].name),
            None => (Kind::Links, "user_id"),
        };
        let form = kind.fields().iter().find(|of_kind| of_kind.name == field).map(|of_kind| of_kind.form);
        let Some(form) = form else { continue };
        // A user has no record of its own, so none that could have gone.
        let alive = if root.kind().is_some() { "version" } else { "9223372036854775807" };
        let all: Vec<(Value, i64)> = tx
            .statement(&format!("SELECT {field}, {alive} FROM {} GROUP BY {field}", kind.name()))?
            .query_map([], |row| Ok((value(row, 0, form)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (key, alive) in all {
            if let Some(version) = erased.get(&root.mark(&key)) {
                sweep(tx, root, &key, *version, alive <= *version, is_replicated)?;
            }
        }
    }
    Ok(())
}

/// What was erased, for whoever takes records over.
pub(super) struct Erasures<'a> {
    find: CachedStatement<'a>,
    count: CachedStatement<'a>,
    /// Generations of codes whose redemptions are counted, and those that are not.
    counted: HashMap<[Value; 2], bool>,
    /// Records of one batch share their roots.
    known: HashMap<(Root, Value), Option<Version>>,
    are_none: bool,
}

impl<'a> Erasures<'a> {
    pub fn of(tx: &'a Tx<'_>) -> rusqlite::Result<Self> {
        let are_none = !tx.statement("SELECT 1 FROM erasures LIMIT 1")?.exists([])?;
        let find = tx.statement("SELECT version FROM erasures WHERE mark = ?1")?;
        let count = tx.statement("SELECT 1 FROM tallies WHERE code_key = ?1 AND generation = ?2 AND guild_id = 0")?;
        Ok(Self { find, count, counted: HashMap::new(), known: HashMap::new(), are_none })
    }

    fn version(&mut self, root: Root, key: &Value) -> rusqlite::Result<Option<Version>> {
        let known = (root, key.clone());
        if let Some(version) = self.known.get(&known) {
            return Ok(*version);
        }
        let version = self.find.query_row([root.mark(key)], |row| row.get(0).map(Version)).optional()?;
        self.known.insert(known, version);
        Ok(version)
    }

    /// Whether this is a redemption that is counted: the numbers hold it.
    fn is_counted(&mut self, record: &Record) -> rusqlite::Result<bool> {
        if record.kind != Kind::Redemptions {
            return Ok(false);
        }
        let generation = ["code_key", "generation"].map(|field| record.get(field).clone());
        if let Some(is_counted) = self.counted.get(&generation) {
            return Ok(*is_counted);
        }
        let is_counted = self.count.exists(params![generation[0], generation[1]])?;
        self.counted.insert(generation, is_counted);
        Ok(is_counted)
    }

    /// Whether this record is erased, or counted.
    pub fn cover(&mut self, record: &Record) -> rusqlite::Result<bool> {
        if self.is_counted(record)? {
            return Ok(true);
        }
        if self.are_none {
            return Ok(false);
        }
        for (root, field) in roots(record.kind) {
            self.version(*root, record.get(field))?;
        }
        let known = &self.known;
        Ok(is_erased(record, |root, key| known.get(&(root, key.clone())).copied().flatten()))
    }

    /// Whether anything that it names was erased at any time: then what it hangs on may be gone.
    pub fn are_of(&mut self, record: &Record) -> rusqlite::Result<bool> {
        for (root, field) in roots(record.kind) {
            if !self.are_none && self.version(*root, record.get(field))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Notes that there may be records here whose parents were erased: whether those come again is not known yet.
pub(super) fn note_orphans(tx: &Tx<'_>) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO meta (key, value) VALUES ('orphans', ?1) ON CONFLICT DO UPDATE SET value = excluded.value";
    tx.execute(sql, [Millis(tx.now())])
}

impl Store {
    /// Removes what hangs on something that was erased and did not come again, however new it is, once nothing of that kind has
    /// come for an hour; how many records.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn erase_orphans(&self) -> Result<usize, StoreError> {
        self.write_local(|tx| {
            let since = tx.now().checked_sub(ORPHANS_WAIT).unwrap_or(Timestamp::MIN);
            let is_due = tx.execute("DELETE FROM meta WHERE key = 'orphans' AND value <= ?1", [Millis(since)])? > 0;
            Ok(if is_due { erase_orphans(tx)? } else { 0 })
        })
        .await
    }
}

fn erase_orphans(tx: &Tx<'_>) -> rusqlite::Result<usize> {
    let (is_replicated, mut count) = (is_replicated(tx)?, 0);
    for root in Root::ALL {
        let Some(parent) = root.kind() else { continue };
        let own = parent.fields()[0];
        for (kind, field) in naming(root).filter(|(kind, _)| *kind != parent) {
            let (table, parents, own_name) = (kind.name(), parent.name(), own.name);
            let sql = format!(
                "SELECT DISTINCT c.{field} FROM {table} c
                 WHERE NOT EXISTS (SELECT 1 FROM {parents} p WHERE p.{own_name} = c.{field})"
            );
            let keys: Vec<Value> =
                tx.statement(&sql)?.query_map([], |row| value(row, 0, own.form))?.collect::<Result<_, _>>()?;
            for key in keys {
                let sql = "SELECT version FROM erasures WHERE mark = ?1";
                let at: Option<i64> = tx.statement(sql)?.query_row([root.mark(&key)], |row| row.get(0)).optional()?;
                if let Some(at) = at {
                    count += remove(tx, kind, field, &key, i64::MAX, at, is_replicated)?;
                }
            }
        }
    }
    Ok(count)
}

/// Notes that the replica must not have this record up to a version.
pub(super) fn note_gone(tx: &Tx<'_>, kind: Kind, key: &Key, version: i64, is_replicated: bool) -> rusqlite::Result<()> {
    if is_replicated {
        let sql =
            format!("INSERT INTO outbox (kind, key, version, erased, urgency) VALUES (?1, ?2, ?3, ?3, 0) {ERASED_TOO}");
        tx.execute(&sql, params![kind.name(), write_key(key), version])?;
    }
    Ok(())
}
