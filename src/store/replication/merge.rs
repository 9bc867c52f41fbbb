//! Taking over what the other store has.

use std::cmp::Ordering;
use std::ops::AddAssign;

use rusqlite::{CachedStatement, ErrorCode, params_from_iter};

use crate::domain::record::{Kind, Record, Value};
use crate::store::schema::triggers::AGAIN;
use crate::store::writer::Tx;
use crate::store::{Store, StoreError, planning};

use super::erased::{Erasures, apply, is_replicated, note_gone, note_orphans};
use super::{find, names, note, write_key};

/// What became of the other store's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Merged {
    /// Taken over.
    pub taken: usize,
    /// Left out: they hold what no record may.
    pub left_out: usize,
    /// Erased here: the replica is told. All others are older than what is here, or the same.
    pub erased: usize,
}

impl AddAssign for Merged {
    fn add_assign(&mut self, other: Self) {
        self.taken += other.taken;
        self.left_out += other.left_out;
        self.erased += other.erased;
    }
}

/// Two statements for all records of a kind: one takes a record that is new here, one any.
fn statements<'a>(tx: &'a Tx<'_>, kind: Kind) -> rusqlite::Result<[CachedStatement<'a>; 2]> {
    let fields = kind.fields();
    let marks: Vec<String> = (1..=fields.len()).map(|number| format!("?{number}")).collect();
    // What comes from there, is there.
    let (shared, is_shared) = if kind == Kind::Redemptions { (", shared", ", 1") } else { ("", "") };
    let (names, marks) = (names(fields), marks.join(", "));
    let insert = format!("INSERT INTO {} ({names}{shared}) VALUES ({marks}{is_shared})", kind.name());
    let contents = fields[kind.key_fields()..].iter();
    let updates: Vec<String> = contents.map(|field| format!("{0} = excluded.{0}", field.name)).collect();
    Ok([
        tx.statement(&format!("{insert} ON CONFLICT DO NOTHING"))?,
        tx.statement(&format!("{insert} ON CONFLICT DO UPDATE SET {}", updates.join(", ")))?,
    ])
}

/// Takes a record over if it is new here or wins; returns whether. Where the one here wins, the replica is to have it.
fn take(
    tx: &Tx<'_>,
    [insert, replace]: &mut [CachedStatement<'_>; 2],
    theirs: &Record,
    is_replicated: bool,
) -> rusqlite::Result<bool> {
    // Most are new: one statement then does it. If the outbox knows such a key, it is that of one that was erased.
    if insert.execute(params_from_iter(&theirs.values))? > 0 {
        return Ok(true);
    }
    let (kind, key) = (theirs.kind, theirs.key());
    let known = find(tx.connection(), kind, &key)?;
    if kind == Kind::Redemptions {
        let sql = "UPDATE redemptions SET shared = 1
                   WHERE (player_id, code_key, generation) = (?1, ?2, ?3) AND shared = 0";
        tx.execute(sql, params_from_iter(&key))?;
    }
    // Without a hash of both: where much is compared, nearly all of it is the same.
    if known.as_ref() == Some(theirs) {
        return Ok(false);
    }
    match known.map(|known| known.merge_key().cmp(&theirs.merge_key())) {
        Some(Ordering::Equal) => return Ok(false),
        Some(Ordering::Greater) => {
            if is_replicated {
                note(tx, kind, &key, "ON CONFLICT DO NOTHING")?;
            }
            return Ok(false);
        }
        Some(Ordering::Less) | None => {}
    }
    replace.execute(params_from_iter(&theirs.values))?;
    if let (Kind::Codes, Value::Text(key)) = (kind, theirs.get("code_key")) {
        // Of this file alone, and about what the code was before.
        let sql = "UPDATE codes SET tester = NULL, hold_until = NULL, unclear = 0 WHERE code_key = ?1";
        tx.execute(sql, [key])?;
    }
    tx.execute("DELETE FROM outbox WHERE kind = ?1 AND key = ?2", [kind.name(), &write_key(&key)])?;
    Ok(true)
}

fn merge_kind(
    tx: &Tx<'_>,
    kind: Kind,
    records: &[Record],
    erasures: &mut Erasures<'_>,
    origin: Origin,
    is_replicated: bool,
) -> rusqlite::Result<Merged> {
    let mut statements = statements(tx, kind)?;
    let mut merged = Merged::default();
    let mut example = None;
    for record in records {
        if erasures.cover(record)? {
            merged.erased += 1;
            note_gone(tx, kind, &record.key(), record.version().0, is_replicated)?;
            continue;
        }
        let why = match record.fits().then(|| take(tx, &mut statements, record, is_replicated)) {
            Some(Ok(taken)) => {
                tx.observe(record.version());
                merged.taken += usize::from(taken);
                if taken && is_replicated && origin == Origin::Elsewhere {
                    note(tx, kind, &record.key(), AGAIN)?;
                }
                if taken && erasures.are_of(record)? {
                    note_orphans(tx)?;
                }
                continue;
            }
            // This record alone is at fault: SQLite took its statement back, and nothing else.
            Some(Err(error)) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => error.to_string(),
            Some(Err(error)) => return Err(error),
            None => "it cannot be read".to_owned(),
        };
        merged.left_out += 1;
        example.get_or_insert_with(|| (write_key(&record.key()), why));
    }
    if let Some((key, why)) = example {
        let (count, kind) = (merged.left_out, kind.name());
        tracing::warn!("{count} {kind} of the other store are left out, for they do not fit: {key}, say ({why})");
    }
    Ok(merged)
}

/// Where records come from that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Origin {
    /// From the replica: it has them.
    Replica,
    /// From an export: the replica is to have them too.
    Elsewhere,
}

/// Takes records over, in the transaction of whoever wants them.
pub(in crate::store) fn merge(tx: &Tx<'_>, records: &[Record], origin: Origin) -> rusqlite::Result<Merged> {
    let replicated = is_replicated(tx)?;
    // Not through the triggers: what comes from the other store is there, and keeps its version.
    tx.execute("UPDATE meta SET value = key = 'merging' WHERE key IN ('replicated', 'merging')", [])?;
    // One entry for all that is taken over, instead of one for each.
    let was_queued = tx.execute(planning::QUEUE_EVERYTHING, [])? == 0;
    let mut merged = Merged::default();
    let mut erasures = Erasures::of(tx)?;
    for of_kind in records.chunk_by(|one, next| one.kind == next.kind) {
        let Some(first) = of_kind.first() else { continue };
        let taken = merge_kind(tx, first.kind, of_kind, &mut erasures, origin, replicated)?;
        if first.kind == Kind::Erasures && taken.taken > 0 {
            apply(tx, replicated)?;
            // What came before them, without its parent.
            note_orphans(tx)?;
            erasures = Erasures::of(tx)?;
        }
        merged += taken;
    }
    tx.execute(
        "UPDATE meta SET value = iif(key = 'merging', 0, ?1) WHERE key IN ('replicated', 'merging')",
        [replicated],
    )?;
    if merged.taken > 0 {
        // Whoever has codes has polled: what is active is known.
        tx.execute("UPDATE meta SET value = 1 WHERE key = 'polled' AND EXISTS (SELECT 1 FROM codes)", [])?;
        tx.wake_plan();
        tx.wake_work();
    } else if !was_queued {
        tx.execute("DELETE FROM plan_queue WHERE code_key = '' AND guild_id = 0 AND player_id = 0", [])?;
    }
    Ok(merged)
}

impl Store {
    /// Takes over those of the other store's records that win over what is here. They need not be sent back; those that lose
    /// here are to be replaced there. They come in any order: a child waits for its parent. Every version from now on is newer
    /// than all of theirs. A record that does not fit is left out and warned of; it takes no other with it. Neither is one
    /// taken over that was erased: the replica is told to let go of it.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn merge(&self, mut records: Vec<Record>) -> Result<Merged, StoreError> {
        self.write_local(move |tx| {
            // SQLite then fills its pages one after the other.
            records.sort_unstable_by(|one, other| (one.kind, &one.values).cmp(&(other.kind, &other.values)));
            Ok(merge(tx, &records, Origin::Replica)?)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
