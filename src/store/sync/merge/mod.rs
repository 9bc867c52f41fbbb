//! Merges the replica's records.

use std::ops::AddAssign;

use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, ErrorCode, params_from_iter};

use crate::domain::sync::record::{Record, RecordKind};
use crate::store::kernel::schema::triggers::columns;

use super::erased::{ErasureIndex, apply, note_gone};
use super::outbox::note_key;
use super::{find, write_key};
use crate::store::handles::SyncLog;
use crate::store::kernel::schema::PLAN_EVERYTHING;
use crate::store::kernel::{Millis, StoreError, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// Merged.
    pub taken: usize,
    /// Left out, because their values are invalid.
    pub left_out: usize,
    /// Erased here, and the replica is told. All others are older than the records here, or the same.
    pub erased: usize,
}

impl AddAssign for Merged {
    fn add_assign(&mut self, other: Self) {
        self.taken += other.taken;
        self.left_out += other.left_out;
        self.erased += other.erased;
    }
}

/// Two statements for all records of a kind: one takes a record that is new here, and one takes any.
fn statements<'a>(tx: &'a Tx<'_>, kind: RecordKind) -> rusqlite::Result<[CachedStatement<'a>; 2]> {
    let fields = kind.fields();
    // Notes of this file alone, about the record's earlier state.
    let (shared, is_shared, noted) = match kind {
        RecordKind::Redemptions => (", shared", ", 1", ", shared = 1"),
        RecordKind::Codes => ("", "", ", tester = NULL, hold_until = NULL, unclear = 0"),
        // How far a channel was read says nothing of another one.
        RecordKind::Guilds => {
            ("", "", ", id_channel_seen = iif(guilds.id_channel IS excluded.id_channel, guilds.id_channel_seen, NULL)")
        }
        _ => ("", "", ""),
    };
    let (names, marks) = (columns(fields, ""), vec!["?"; fields.len()].join(", "));
    let insert = format!("INSERT INTO {} ({names}{shared}) VALUES ({marks}{is_shared})", kind.name());
    let contents = fields[kind.key_fields()..].iter();
    let updates: Vec<String> = contents.map(|field| format!("{0} = excluded.{0}", field.name)).collect();
    Ok([
        tx.statement(&format!("{insert} ON CONFLICT DO NOTHING"))?,
        tx.statement(&format!("{insert} ON CONFLICT DO UPDATE SET {}{noted}", updates.join(", ")))?,
    ])
}

/// Takes a record if it is new here or wins. Returns whether. If the one here wins, it is put into the outbox.
fn take(tx: &Tx<'_>, [insert, replace]: &mut [CachedStatement<'_>; 2], theirs: &Record) -> rusqlite::Result<bool> {
    // Most records are new, and then one statement is enough.
    if insert.execute(params_from_iter(&theirs.values))? > 0 {
        return Ok(true);
    }
    let (kind, key) = (theirs.kind, theirs.key());
    let known = find(tx.connection(), kind, &key)?;
    if kind == RecordKind::Redemptions {
        let sql = "UPDATE redemptions SET shared = 1
                   WHERE (player_id, code_key, generation) = (?1, ?2, ?3) AND shared = 0";
        tx.execute(sql, params_from_iter(&key))?;
    }
    // Without hashing both: in a comparison nearly all records are the same.
    if known.as_ref() == Some(theirs) {
        return Ok(false);
    }
    let wins = known.is_none_or(|known| theirs.wins_over(&known));
    if wins {
        replace.execute(params_from_iter(&theirs.values))?;
    } else {
        note_key(tx, kind, &key)?;
    }
    Ok(wins)
}

fn merge_kind(tx: &Tx<'_>, kind: RecordKind, records: &[Record], erasures: &ErasureIndex) -> rusqlite::Result<Merged> {
    let mut statements = statements(tx, kind)?;
    let mut merged = Merged::default();
    let mut example = None;
    for record in records {
        if erasures.cover(record) {
            merged.erased += 1;
            note_gone(tx, kind, &record.key(), record.version().0)?;
            continue;
        }
        let why = match record.fits().then(|| take(tx, &mut statements, record)) {
            Some(Ok(taken)) => {
                tx.observe(record.version());
                merged.taken += usize::from(taken);
                continue;
            }
            // Only this record is at fault: SQLite undid its statement, and nothing else.
            Some(Err(error)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => error.to_string(),
            Some(Err(error)) => return Err(error),
            None => "it cannot be read".to_owned(),
        };
        merged.left_out += 1;
        example.get_or_insert_with(|| (record.key(), why));
    }
    if let Some((key, why)) = example {
        let (count, kind, key) = (merged.left_out, kind.name(), write_key(&key)?);
        tracing::warn!("{count} {kind} of MongoDB are left out because they do not fit, for example {key} ({why})");
    }
    Ok(merged)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Origin {
    /// From the replica, which has them.
    Replica,
    /// From an export: they are put into the outbox, too.
    Elsewhere,
}

/// While this lives no trigger runs: a record from the replica is there already, keeps its version, and everything is planned anew.
/// Even a trigger that does nothing is expensive: SQLite copies every page that such a statement changes, to undo it alone.
struct WithoutTriggers<'a>(&'a Connection);

impl<'a> WithoutTriggers<'a> {
    fn new(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        Ok(Self(connection))
    }
}

impl Drop for WithoutTriggers<'_> {
    fn drop(&mut self) {
        drop(self.0.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true));
    }
}

/// Merges records in the caller's transaction.
pub(in crate::store) fn merge(tx: &Tx<'_>, records: &[Record], origin: Origin) -> rusqlite::Result<Merged> {
    let without = (origin == Origin::Replica).then(|| WithoutTriggers::new(tx.connection())).transpose()?;
    tx.execute("UPDATE meta SET value = 1 WHERE key = 'merging'", [])?;
    // One entry for all merged records, instead of one for each.
    let was_queued = tx.execute(PLAN_EVERYTHING, [])? == 0;
    let mut merged = Merged::default();
    let mut erasures = ErasureIndex::read(tx)?;
    for of_kind in records.chunk_by(|one, next| one.kind == next.kind) {
        let Some(first) = of_kind.first() else { continue };
        let taken = merge_kind(tx, first.kind, of_kind, &erasures)?;
        if first.kind == RecordKind::Erasures && taken.taken > 0 {
            erasures = ErasureIndex::read(tx)?;
            apply(tx, &erasures)?;
        }
        merged += taken;
    }
    tx.execute("UPDATE meta SET value = 0 WHERE key = 'merging'", [])?;
    drop(without);
    if merged.taken > 0 {
        // Some may depend on an erased root (see `erase_orphans`).
        tx.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('merged_at', ?1)", [Millis(tx.now())])?;
        // A file with codes has polled: its active codes are known.
        tx.execute("UPDATE meta SET value = 1 WHERE key = 'polled' AND EXISTS (SELECT 1 FROM codes)", [])?;
        tx.wake_plan();
        tx.wake_work();
    } else if !was_queued {
        tx.execute("DELETE FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0", [])?;
    }
    Ok(merged)
}

impl SyncLog {
    /// Merges the replica's records that win over those here. They need not be sent back; winners here replace theirs. Records may
    /// come in any order: a child waits for its parent. All later versions are newer than theirs. An invalid record is left out
    /// with a warning, and does not affect others. An erased record is not merged, and the replica is told to remove it.
    pub async fn merge(&self, mut records: Vec<Record>) -> Result<Merged, StoreError> {
        self.write_local(move |tx| {
            // SQLite then fills its pages in order.
            records.sort_unstable_by(|one, other| (one.kind, &one.values).cmp(&(other.kind, &other.values)));
            Ok(merge(tx, &records, Origin::Replica)?)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
