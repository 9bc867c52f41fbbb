//! Codes: what the feeds list, and what the game said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::code::{Code, CodeKey, ListedCode};
use crate::domain::listing::{self, Change, KnownCode};

use super::guild_codes::NAMED;
use super::sql::Millis;
use super::writer::Tx;
use super::{Store, StoreError, checks};

/// What a look at the feeds changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingChanges {
    /// Seen for the first time.
    pub added: Vec<Code>,
    /// Valid again after they were over, where the game need not be asked first: nobody is there to ask for.
    pub returned: Vec<Code>,
    /// No longer listed.
    pub vanished: Vec<CodeKey>,
}

fn known_code(row: &Row<'_>) -> rusqlite::Result<KnownCode> {
    let millis = |column| row.get::<_, Option<Millis>>(column).map(|time| time.map(|Millis(time)| time));
    Ok(KnownCode {
        code: row.get("code")?,
        generation: row.get("generation")?,
        rewards: row.get("rewards")?,
        expires_at: millis("expires_at")?,
        source: row.get("source")?,
        listed: row.get("listed")?,
        condemned: row.get("condemned")?,
        condemned_at: millis("condemned_at")?,
    })
}

const ALL: &str = "SELECT code, generation, rewards, expires_at, source, listed, condemned, condemned_at FROM codes WHERE deleted = 0";

fn known_codes(connection: &Connection) -> Result<BTreeMap<CodeKey, KnownCode>, StoreError> {
    let mut statement = connection.prepare_cached(ALL)?;
    let rows = statement.query_map([], known_code)?;
    let known: Result<Vec<KnownCode>, _> = rows.collect();
    Ok(known?.into_iter().map(|code| (code.code.key(), code)).collect())
}

impl Store {
    /// All codes ever seen.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn known_codes(&self) -> Result<BTreeMap<CodeKey, KnownCode>, StoreError> {
        self.read(known_codes).await
    }

    /// The feeds that listed a code when they were last asked.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn sources_with_codes(&self) -> Result<BTreeSet<String>, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT DISTINCT source FROM codes WHERE listed AND NOT deleted")?;
            let sources: Result<BTreeSet<String>, _> = statement.query_map([], |row| row.get(0))?.collect();
            Ok(sources?)
        })
        .await
    }

    /// Takes over what the feeds list; see [`listing::changes`] for the rules.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn apply_listing(
        &self,
        listed: BTreeMap<CodeKey, ListedCode>,
        all_answered: bool,
        return_after: Duration,
    ) -> Result<ListingChanges, StoreError> {
        let now = self.inner.clock.now();
        let (listed, unchanged) = self
            .read(move |connection| {
                let known = known_codes(connection)?;
                let polled: bool =
                    connection.query_row("SELECT value FROM meta WHERE key = 'polled'", [], |r| r.get(0))?;
                let changes = listing::changes(&known, &listed, all_answered, return_after, now);
                Ok((listed, polled && changes.is_empty()))
            })
            .await?;
        if unchanged {
            return Ok(ListingChanges::default());
        }
        // Once more inside the transaction: the engine may have condemned a code meanwhile.
        let has_engine = self.has_engine();
        self.write(move |tx| {
            let known = known_codes(tx.connection())?;
            let mut done = ListingChanges::default();
            for change in listing::changes(&known, &listed, all_answered, return_after, tx.now()) {
                apply(tx, change, has_engine, &mut done)?;
            }
            tx.execute("UPDATE meta SET value = 1 WHERE key = 'polled'", [])?;
            tx.wake_plan();
            Ok(done)
        })
        .await
    }

    /// Makes a code known that no feed lists: somebody named it. Returns its generation.
    ///
    /// # Errors
    /// When it cannot be written; then nothing changed.
    pub async fn add_code(&self, code: Code) -> Result<u32, StoreError> {
        self.write(move |tx| {
            let generation = "SELECT generation FROM codes WHERE code_key = ?1 AND deleted = 0";
            let known = tx.statement(generation)?.query_row([code.key()], |row| row.get(0)).optional()?;
            if let Some(generation) = known {
                return Ok(generation);
            }
            insert(tx, &code, None, None, NAMED, false)?;
            Ok(1)
        })
        .await
    }
}

pub(super) fn insert(
    tx: &Tx<'_>,
    code: &Code,
    rewards: Option<&str>,
    expires_at: Option<Millis>,
    source: &str,
    listed: bool,
) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO codes (code_key, code, rewards, expires_at, source, first_seen_at, listed, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![code.key(), code, rewards, expires_at, source, Millis(tx.now()), listed, tx.version()],
    )
}

fn apply(tx: &Tx<'_>, change: Change, has_engine: bool, done: &mut ListingChanges) -> rusqlite::Result<()> {
    match change {
        Change::Added(seen) => {
            insert(tx, &seen.code, seen.rewards.as_deref(), seen.expires_at.map(Millis), &seen.source, true)?;
            checks::listed(tx, &seen.code.key(), false, has_engine)?;
            done.added.push(seen.code);
        }
        Change::Updated(seen) => {
            let key = seen.code.key();
            let was = "SELECT source = ?2 AND listed = 0, expires_at < ?3 FROM codes WHERE code_key = ?1";
            let (is_typed, ends_later): (bool, Option<bool>) = tx
                .statement(was)?
                .query_row(params![key, NAMED, seen.expires_at.map(Millis)], |row| Ok((row.get(0)?, row.get(1)?)))?;
            tx.execute(
                "UPDATE codes SET listed = 1, code = iif(?6, ?7, code), source = ?2, rewards = coalesce(?3, rewards),
                     expires_at = coalesce(?4, expires_at), version = ?5
                 WHERE code_key = ?1",
                params![key, seen.source, seen.rewards, seen.expires_at.map(Millis), tx.version(), is_typed, seen.code],
            )?;
            if is_typed {
                checks::listed(tx, &key, true, has_engine)?;
                done.added.push(seen.code);
            } else if ends_later == Some(true) {
                checks::ends_later(tx, &key)?;
            }
            // It may be over, and its next check due.
            tx.wake_work();
        }
        Change::Returned(seen) => {
            let key = seen.code.key();
            tx.execute(
                "UPDATE codes SET listed = 1, code = ?2, source = ?3, rewards = coalesce(?4, rewards), version = ?5
                 WHERE code_key = ?1",
                params![key, seen.code, seen.source, seen.rewards, tx.version()],
            )?;
            let is_new = checks::returned(tx, &key)?;
            tx.execute(
                "UPDATE codes SET expires_at = ?2, version = ?3 WHERE code_key = ?1",
                params![key, seen.expires_at.map(Millis), tx.version()],
            )?;
            if is_new {
                done.returned.push(seen.code);
            }
        }
        Change::Vanished(key) => {
            tx.execute("UPDATE codes SET listed = 0, version = ?2 WHERE code_key = ?1", params![key, tx.version()])?;
            done.vanished.push(key);
        }
    }
    Ok(())
}
