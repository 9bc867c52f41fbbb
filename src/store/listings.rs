//! The codes that each source lists, and the changes to codes that follow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::domain::codes::code::{Code, CodeKey, ListedCode};
use crate::domain::codes::listing::{self, CodeChange, Emptiness, FeedAnswer, Listing, OnFile, Rules};
use crate::domain::sync::erasure::KEPT_FOR;
use crate::domain::sync::record::RecordKind;

use super::{codes, tallies};
use crate::store::handles::{Erasures, Listings};
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::redemptions::checks;
use crate::store::sync::{forget, read_keys};

/// The changes that an answer caused.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingChanges {
    pub added: Vec<Code>,
    /// Codes that are valid again without a check by the game, because no player is available for one.
    pub returned: Vec<Code>,
    /// No longer listed by any source.
    pub vanished: Vec<CodeKey>,
}

const COLUMNS: &str = "code, source, standing, since, active_since, rewards, expires_at, first_seen_at, last_seen_at";

fn listing(row: &Row<'_>) -> rusqlite::Result<Listing> {
    let time = |column| row.get::<_, Option<Millis>>(column).map(|time| time.map(|Millis(at)| at));
    let at = |column| row.get::<_, Millis>(column).map(|Millis(at)| at);
    Ok(Listing {
        code: row.get("code")?,
        source: row.get("source")?,
        status: row.get("standing")?,
        since: at("since")?,
        active_since: time("active_since")?,
        rewards: row.get("rewards")?,
        expires_at: time("expires_at")?,
        first_seen_at: at("first_seen_at")?,
        last_seen_at: at("last_seen_at")?,
    })
}

/// Reads the stored records of the codes in an answer and of all listed codes.
fn on_file(connection: &Connection, answer: Option<&FeedAnswer>) -> rusqlite::Result<OnFile> {
    let mut keys: BTreeSet<CodeKey> =
        answer.into_iter().flat_map(|answer| &answer.entries).map(|entry| entry.code.key()).collect();
    for sql in [
        "SELECT code_key FROM listings WHERE standing IN ('active', 'inactive') AND deleted = 0",
        "SELECT code_key FROM codes WHERE listed = 1 AND deleted = 0",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        for key in statement.query_map([], |row| row.get(0))? {
            keys.insert(key?);
        }
    }
    let mut code = connection.prepare_cached(&format!("{} AND code_key = ?1", codes::ALL))?;
    let mut listings =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM listings WHERE code_key = ?1 AND deleted = 0"))?;
    let mut found = OnFile::default();
    for key in keys {
        if let Some(known) = code.query_row([&key], codes::known_code).optional()? {
            let of_code: Vec<Listing> = listings.query_map([&key], listing)?.collect::<Result<_, _>>()?;
            found.listings.insert(key.clone(), of_code);
            found.codes.insert(key, known);
        }
    }
    Ok(found)
}

impl Listings {
    /// Applies a source's answer. `None` means that a source no longer counts. See [`listing::changes`] for the rules.
    /// `live` are the sources that count, in the configured order.
    pub async fn apply_answer(
        &self,
        answer: Option<FeedAnswer>,
        live: &[String],
        min_absence: Duration,
    ) -> Result<ListingChanges, StoreError> {
        let (now, live) = (self.0.inner.clock.now(), live.to_vec());
        let (answer, live, is_unchanged) = self
            .read(move |connection| {
                let polled: bool =
                    connection.query_row("SELECT value FROM meta WHERE key = 'polled'", [], |r| r.get(0))?;
                let rules = Rules { live: &live, min_absence };
                let changes = listing::changes(&on_file(connection, answer.as_ref())?, answer.as_ref(), rules, now);
                let is_unchanged = (polled || answer.is_none()) && changes.is_empty();
                Ok((answer, live, is_unchanged))
            })
            .await?;
        if is_unchanged {
            return Ok(ListingChanges::default());
        }
        // Computed again inside the transaction: another feed's answer or a result from the game may have changed a
        // code meanwhile.
        let has_engine = self.0.inner.has_engine.load(Ordering::Relaxed);
        self.write(move |tx| {
            let rules = Rules { live: &live, min_absence };
            let on_file = on_file(tx.connection(), answer.as_ref())?;
            let changes = listing::changes(&on_file, answer.as_ref(), rules, tx.now());
            let mut done = ListingChanges::default();
            for change in changes.codes {
                apply(tx, change, (has_engine, min_absence), &mut done)?;
            }
            for listing in changes.listings {
                keep(tx, &listing)?;
            }
            if answer.is_some() {
                tx.execute("UPDATE meta SET value = 1 WHERE key = 'polled'", [])?;
            }
            tx.wake_plan();
            Ok(done)
        })
        .await
    }

    /// Returns whether an empty answer of this source is plausible.
    pub async fn emptiness(&self, source: String, live: &[String]) -> Result<Emptiness, StoreError> {
        let live = live.to_vec();
        self.read(move |connection| Ok(listing::emptiness(&on_file(connection, None)?, &source, &live))).await
    }

    /// Returns when each source that lists a code last answered, accurate to one day.
    pub async fn sources_answered_at(&self) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT source, max(last_seen_at) FROM listings WHERE standing IN ('active', 'inactive') AND deleted = 0
                 GROUP BY source",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Millis>(1)?.0)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }
}

impl Erasures {
    /// Drops the listings of at most `limit` codes that no source has listed for long, and returns how many it dropped.
    /// The code's own row keeps its end, so a later reactivation is still recognised.
    pub async fn forget_old_listings(&self, limit: u32) -> Result<usize, StoreError> {
        self.write(move |tx| {
            let before = Millis(tx.now().checked_sub(KEPT_FOR).unwrap_or(Timestamp::MIN));
            let sql = "SELECT code_key, source FROM listings WHERE code_key IN (
                           SELECT code_key FROM listings GROUP BY code_key
                           HAVING max(standing IN ('active', 'inactive')) = 0 AND max(since) <= ?1 LIMIT ?2)";
            let old = read_keys(tx.connection(), RecordKind::Listings, sql, params![before, limit])?;
            Ok(forget(tx, RecordKind::Listings, &old, "TRUE")?)
        })
        .await
    }
}

fn apply(
    tx: &Tx<'_>,
    change: CodeChange,
    (has_engine, min_absence): (bool, Duration),
    done: &mut ListingChanges,
) -> rusqlite::Result<()> {
    match change {
        CodeChange::Added(seen) => {
            let key = seen.code.key();
            let is_typed = tx.statement("SELECT 1 FROM codes WHERE code_key = ?1")?.exists([&key])?;
            add(tx, &seen)?;
            checks::listed(tx, &key, is_typed, has_engine)?;
            done.added.push(seen.code);
        }
        CodeChange::Updated(seen, ended_at) => {
            let key = seen.code.key();
            let ends_later = "SELECT 1 FROM codes WHERE code_key = ?1 AND expires_at < ?2";
            let ends_later = tx.statement(ends_later)?.exists(params![key, seen.expires_at.map(Millis)])?;
            update(tx, &seen, ended_at)?;
            if ends_later {
                checks::ends_later(tx, &key)?;
            }
            if tallies::is_back(tx, &key)? && checks::returned(tx, &key, min_absence)? {
                done.returned.push(seen.code);
            }
            // The code may be over, and its next re-check may be due.
            tx.wake_work();
        }
        CodeChange::Reactivated(seen) => {
            update(tx, &seen, None)?;
            if checks::returned(tx, &seen.code.key(), min_absence)? {
                done.returned.push(seen.code);
            }
        }
        CodeChange::Vanished { key, expires_at, ended_at } => {
            tx.execute(
                "UPDATE codes SET listed = 0, expires_at = ?2, ended_at = ?3, version = ?4 WHERE code_key = ?1",
                params![key, expires_at.map(Millis), ended_at.map(Millis), tx.version()],
            )?;
            done.vanished.push(key);
        }
    }
    Ok(())
}

/// Adds a code that is listed for the first time. If a person typed it before, it belongs to the feed from now on.
fn add(tx: &Tx<'_>, seen: &ListedCode) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO codes (code_key, code, rewards, expires_at, source, first_seen_at, listed, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7)
         ON CONFLICT DO UPDATE SET code = excluded.code, rewards = excluded.rewards, expires_at = excluded.expires_at,
             source = excluded.source, first_seen_at = excluded.first_seen_at, listed = 1, ended_at = NULL, deleted = 0,
             version = excluded.version",
        params![
            seen.code.key(),
            seen.code,
            seen.rewards,
            seen.expires_at.map(Millis),
            seen.source,
            Millis(tx.now()),
            tx.version()
        ],
    )?;
    Ok(())
}

fn update(tx: &Tx<'_>, seen: &ListedCode, ended_at: Option<Timestamp>) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE codes SET listed = 1, code = ?2, source = ?3, rewards = coalesce(?4, rewards), expires_at = ?5, ended_at = ?6,
             version = ?7
         WHERE code_key = ?1",
        params![
            seen.code.key(),
            seen.code,
            seen.source,
            seen.rewards,
            seen.expires_at.map(Millis),
            ended_at.map(Millis),
            tx.version()
        ],
    )?;
    Ok(())
}

fn keep(tx: &Tx<'_>, listing: &Listing) -> rusqlite::Result<()> {
    tx.execute(
        "INSERT INTO listings (code_key, source, code, standing, since, active_since, rewards, expires_at, first_seen_at,
                               last_seen_at, version)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT DO UPDATE SET code = excluded.code, standing = excluded.standing, since = excluded.since,
             active_since = excluded.active_since, rewards = excluded.rewards, expires_at = excluded.expires_at,
             first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, deleted = 0,
             version = excluded.version",
        params![
            listing.code.key(),
            listing.source,
            listing.code,
            listing.status,
            Millis(listing.since),
            listing.active_since.map(Millis),
            listing.rewards,
            listing.expires_at.map(Millis),
            Millis(listing.first_seen_at),
            Millis(listing.last_seen_at),
            tx.version()
        ],
    )?;
    Ok(())
}
