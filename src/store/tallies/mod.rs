//! Tallies: the counts that remain of redemptions that were decided long ago.
//!
//! A generation of a code is *counted* once, in one transaction, when the code has been over for eight weeks and none
//! of its redemptions is pending. From then on the counts are authoritative, and the redemptions themselves are dropped
//! in chunks. A crash at any point neither loses a redemption nor counts one twice, and a copy that brings some back
//! changes nothing. A counted generation gets no new redemptions: if its code becomes valid again, the next generation
//! begins.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::codes::code::CodeKey;
use crate::domain::players::player::AllianceId;
use crate::domain::sync::record::{Key, RecordKind, roots};
use crate::domain::sync::retention::{DELETED_FOR, OVER_FOR};
use crate::domain::sync::version::Version;

use crate::store::handles::Tallies;
use crate::store::kernel::schema::triggers::key_columns;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::sync::{forget, read_keys};

/// Guild 0 stands for all players, each counted once.
const EVERYBODY: AllianceId = AllianceId(0);
/// Generations per query.
const MAX_GENERATIONS: usize = 1000;

/// Condition: the code `c` has been over since `?1`. The game rejected it, it expired, or every source dropped it and
/// no guild wants it. In the last case, no listing changed and no redemption was decided since `?1` either.
const IS_OVER: &str = "c.deleted = 0 AND (
    (c.condemned IS NOT NULL AND coalesce(c.condemned_at, 0) <= ?1)
    OR c.expires_at <= ?1
    OR (c.listed = 0 AND coalesce(c.ended_at, c.first_seen_at) <= ?1
        AND NOT EXISTS (SELECT 1 FROM guild_codes k WHERE k.code_key = c.code_key AND k.wanted = 1 AND k.deleted = 0)
        AND NOT EXISTS (SELECT 1 FROM listings l WHERE l.code_key = c.code_key AND l.since > ?1)
        AND NOT EXISTS (SELECT 1 FROM redemptions d INDEXED BY redemptions_evidence
                        WHERE d.code_key = c.code_key AND d.generation = c.generation AND d.outcome <> 'pending'
                          AND d.priority = 0 AND d.finished_at > ?1)))";

/// The decided redemptions of the code `?1`: one query per index, for batches and for personal requests.
const DECIDED: [&str; 2] = [
    "redemptions d INDEXED BY redemptions_evidence WHERE d.outcome <> 'pending' AND d.priority = 0 AND d.code_key = ?1",
    "redemptions d INDEXED BY redemptions_answered WHERE d.outcome <> 'pending' AND d.priority = 1 AND d.code_key = ?1",
];
const PENDING: &str = "redemptions d INDEXED BY redemptions_pending_by_code
    WHERE d.outcome = 'pending' AND d.deleted = 0 AND d.code_key = ?1";

pub type Generation = (CodeKey, u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    pub granted: u32,
    pub already: u32,
    pub failed: u32,
    pub gave_up: u32,
}

/// Returns a guild's counts; `None` while the redemptions themselves are stored and the alliance exists.
pub(super) fn counted(
    connection: &Connection,
    guild: AllianceId,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Option<Counts>> {
    let counts = connection
        .prepare_cached(
            "SELECT granted, already, failed, gave_up FROM tallies
             WHERE code_key = ?1 AND generation = ?2 AND guild_id = ?3 AND deleted = 0",
        )?
        .query_row(params![key, generation, guild], |row| {
            Ok(Counts { granted: row.get(0)?, already: row.get(1)?, failed: row.get(2)?, gave_up: row.get(3)? })
        })
        .optional()?;
    // An alliance that was removed is counted alone, before the generation.
    match counts {
        None if is_counted(connection, key, generation)? => Ok(Some(Counts::default())),
        counts => Ok(counts),
    }
}

/// Counts the batches of an alliance that is about to be removed: its roster, over which they are counted otherwise, goes.
pub(super) fn count_alliance(tx: &Tx<'_>, alliance: AllianceId) -> rusqlite::Result<usize> {
    tx.execute(
        "INSERT INTO tallies (code_key, generation, guild_id, granted, already, failed, gave_up, counted_at, version)
         SELECT u.code_key, u.generation, u.guild_id,
                count(*) FILTER (WHERE d.outcome = 'granted'), count(*) FILTER (WHERE d.outcome = 'already'),
                count(*) FILTER (WHERE d.outcome = 'failed'), count(*) FILTER (WHERE d.outcome = 'gave_up'), ?2, ?3
         FROM runs u LEFT JOIN rosters r ON r.guild_id = u.guild_id AND r.deleted = 0
         LEFT JOIN redemptions d ON d.player_id = r.player_id AND d.code_key = u.code_key AND d.generation = u.generation
              AND d.deleted = 0
         WHERE u.guild_id = ?1 AND u.deleted = 0 GROUP BY 1, 2, 3
         ON CONFLICT DO NOTHING",
        params![alliance, Millis(tx.now()), tx.version()],
    )
}

/// Returns the counts over all players; `None` while the redemptions themselves are stored.
pub(super) fn counted_in_all(
    connection: &Connection,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Option<Counts>> {
    counted(connection, EVERYBODY, key, generation)
}

pub(super) fn is_counted(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM tallies WHERE code_key = ?1 AND generation = ?2 AND guild_id = 0";
    connection.prepare_cached(sql)?.exists(params![key, generation])
}

/// Returns the generation in which the code is redeemed now. If `generation` is counted already, the next one begins.
pub(super) fn open_generation(tx: &Tx<'_>, key: &CodeKey, generation: u32) -> rusqlite::Result<u32> {
    let sql = "SELECT max(generation) FROM tallies INDEXED BY tallied WHERE code_key = ?1 AND guild_id = 0";
    let last: Option<u32> = tx.statement(sql)?.query_row([key], |row| row.get(0))?;
    let Some(next) = last.filter(|last| *last >= generation).map(|last| last.saturating_add(1)) else {
        return Ok(generation);
    };
    tx.execute(
        "UPDATE codes SET generation = ?2, version = ?3 WHERE code_key = ?1 AND generation < ?2",
        params![key, next, tx.version()],
    )?;
    Ok(next)
}

/// Returns whether a code is valid in a counted generation. This happens when it was dropped and listed again, and
/// neither the game nor an expiry date ended it.
pub(super) fn is_back(tx: &Tx<'_>, key: &CodeKey) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM codes c JOIN tallies t ON t.code_key = c.code_key AND t.generation = c.generation AND t.guild_id = 0
               WHERE c.code_key = ?1 AND c.listed = 1 AND c.condemned IS NULL AND (c.expires_at IS NULL OR c.expires_at > ?2)";
    tx.statement(sql)?.exists(params![key, Millis(tx.now())])
}

/// Returns the number of decided redemptions and their newest version. Together they show whether any redemption
/// changed.
fn state(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<(i64, i64)> {
    let [batches, persons] =
        DECIDED.map(|decided| format!("SELECT count(*), max(d.version) FROM {decided} AND d.generation = ?2"));
    let of = |sql: &str| {
        connection
            .prepare_cached(sql)?
            .query_row(params![key, generation], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?)))
    };
    let ((one, first), (other, second)) = (of(&batches)?, of(&persons)?);
    Ok((one + other, first.max(second).unwrap_or(0)))
}

/// Counts a generation's decided redemptions, per guild and over all players.
fn count(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<Vec<(AllianceId, Counts)>> {
    let [batches, persons] = DECIDED
        .map(|decided| format!("SELECT d.player_id, d.outcome FROM {decided} AND d.generation = ?2 AND d.deleted = 0"));
    let sums = "count(*) FILTER (WHERE outcome = 'granted'), count(*) FILTER (WHERE outcome = 'already'),
                count(*) FILTER (WHERE outcome = 'failed'), count(*) FILTER (WHERE outcome = 'gave_up')";
    let sql = format!(
        "WITH done AS MATERIALIZED ({batches} UNION ALL {persons})
         SELECT 0, {sums} FROM done
         UNION ALL
         SELECT r.guild_id, {sums} FROM done JOIN rosters r ON r.player_id = done.player_id AND r.deleted = 0
         GROUP BY r.guild_id"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![key, generation], |row| {
        let counts = Counts { granted: row.get(1)?, already: row.get(2)?, failed: row.get(3)?, gave_up: row.get(4)? };
        Ok((row.get(0)?, counts))
    })?;
    rows.collect()
}

impl Tallies {
    /// Returns generations whose redemptions can be counted: their codes have been over for eight weeks, and no
    /// redemption is pending. Returns a limited number per call.
    pub async fn old_generations(&self) -> Result<Vec<Generation>, StoreError> {
        let since = self.over_since();
        self.read(move |connection| {
            let sql = format!("SELECT c.code_key, c.generation FROM codes c WHERE {IS_OVER} ORDER BY c.code_key");
            let mut codes = connection.prepare_cached(&sql)?;
            // Skips from one generation to the next instead of scanning every row.
            let [batches, persons] = DECIDED.map(|decided| {
                format!(
                    "SELECT d.generation FROM {decided} AND d.generation > ?2 AND d.generation <= ?3
                     ORDER BY d.generation LIMIT 1"
                )
            });
            let next =
                format!("SELECT min(generation) FROM (SELECT * FROM ({batches}) UNION ALL SELECT * FROM ({persons}))");
            let mut next = connection.prepare_cached(&next)?;
            let mut pending = connection.prepare_cached(&format!("SELECT 1 FROM {PENDING} AND d.generation = ?2"))?;
            let mut found = Vec::new();
            let mut rows = codes.query([since])?;
            while let Some(row) = rows.next()? {
                let (key, last): (CodeKey, u32) = (row.get(0)?, row.get(1)?);
                let mut at = 0;
                while let Some(generation) =
                    next.query_row(params![key, at, last], |row| row.get::<_, Option<u32>>(0))?
                {
                    at = generation;
                    let is_due = !pending.exists(params![key, at])? && !is_counted(connection, &key, at)?;
                    found.extend(is_due.then(|| (key.clone(), at)));
                    if found.len() >= MAX_GENERATIONS {
                        return Ok(found);
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    fn over_since(&self) -> Millis {
        Millis(self.0.inner.clock.now().checked_sub(OVER_FOR).unwrap_or(Timestamp::MIN))
    }

    /// Counts a generation's decided redemptions. Returns false, and counts nothing, if the code is valid again or its
    /// redemptions changed meanwhile.
    pub async fn count_generation(&self, (key, generation): Generation) -> Result<bool, StoreError> {
        let (since, wanted) = (self.over_since(), key.clone());
        // Counted outside the write transaction, because a large roster would block other writers.
        let (before, counts) = self
            .read(move |connection| {
                Ok((state(connection, &wanted, generation)?, count(connection, &wanted, generation)?))
            })
            .await?;
        self.write(move |tx| {
            let is_over = format!("SELECT 1 FROM codes c WHERE {IS_OVER} AND c.code_key = ?2 AND c.generation >= ?3");
            let pending = format!("SELECT 1 FROM {PENDING} AND d.generation = ?2");
            if !tx.statement(&is_over)?.exists(params![since, key, generation])?
                || tx.statement(&pending)?.exists(params![key, generation])?
                || state(tx.connection(), &key, generation)? != before
                || is_counted(tx.connection(), &key, generation)?
            {
                return Ok(false);
            }
            for (guild, counts) in counts {
                tx.execute(
                    "INSERT INTO tallies (code_key, generation, guild_id, granted, already, failed, gave_up, counted_at, version)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
                    params![
                        key,
                        generation,
                        guild,
                        counts.granted,
                        counts.already,
                        counts.failed,
                        counts.gave_up,
                        Millis(tx.now()),
                        tx.version()
                    ],
                )?;
            }
            Ok(true)
        })
        .await
    }

    /// Drops at most `limit` counted redemptions from the working copy and the replica, and returns how many. Drops
    /// none while the replica lacks a count, because the replica must always hold either the redemptions or their
    /// counts.
    pub async fn drop_counted(&self, limit: u32) -> Result<usize, StoreError> {
        let found = self
            .read(move |connection| {
                if connection.prepare_cached("SELECT 1 FROM outbox WHERE kind = 'tallies'")?.exists([])? {
                    return Ok(Vec::new());
                }
                let mut generations = connection
                    .prepare_cached("SELECT code_key, generation FROM tallies INDEXED BY tallied WHERE guild_id = 0")?;
                let mut generations = generations.query([])?;
                let mut found: Vec<Key> = Vec::new();
                while found.len() < limit as usize
                    && let Some(row) = generations.next()?
                {
                    let (key, generation): (String, i64) = (row.get(0)?, row.get(1)?);
                    for which in [DECIDED[0], DECIDED[1], PENDING] {
                        let columns = key_columns(RecordKind::Redemptions, "");
                        let sql = format!("SELECT {columns} FROM {which} AND d.generation = ?2 LIMIT ?3");
                        let left = limit as usize - found.len();
                        found.extend(read_keys(
                            connection,
                            RecordKind::Redemptions,
                            &sql,
                            params![key, generation, left as i64],
                        )?);
                    }
                }
                Ok(found)
            })
            .await?;
        if found.is_empty() {
            return Ok(0);
        }
        self.write(move |tx| Ok(forget(tx, RecordKind::Redemptions, &found, "TRUE")?)).await
    }

    /// Drops records that were marked as deleted a quarter of a year ago, from the working copy and the replica: at
    /// most `limit` of each kind. Returns how many. A post that was ever attempted stays, because its record prevents a
    /// second post. A record that others still reference stays as well.
    pub async fn drop_deleted(&self, limit: u32) -> Result<usize, StoreError> {
        let now = self.0.inner.clock.now();
        let before = Version::at(now.checked_sub(DELETED_FOR).unwrap_or(Timestamp::MIN)).0;
        let mut dropped = 0;
        for kind in RecordKind::ALL.into_iter().rev().filter(|kind| *kind != RecordKind::Erasures) {
            let condition = format!("deleted = 1 AND version < {before}{}", not_needed(kind));
            let (columns, table) = (key_columns(kind, ""), kind.name());
            let sql = format!("SELECT {columns} FROM {table} WHERE {condition} LIMIT {limit}");
            // Read outside the write transaction, because a scan of the whole table would block other writers.
            let found = self.read(move |connection| Ok(read_keys(connection, kind, &sql, [])?)).await?;
            if !found.is_empty() {
                dropped += self.write(move |tx| Ok(forget(tx, kind, &found, &condition)?)).await?;
            }
        }
        Ok(dropped)
    }
}

/// Returns the additional conditions under which a deleted record of this kind is no longer needed.
fn not_needed(kind: RecordKind) -> String {
    if kind == RecordKind::Posts {
        return " AND message_id IS NULL AND attempted_at IS NULL".to_owned();
    }
    let Some((_, key)) = roots(kind).first().filter(|(root, _)| root.kind() == Some(kind)) else {
        return String::new();
    };
    let naming = RecordKind::ALL
        .into_iter()
        .filter(|other| *other != kind && roots(*other).iter().any(|(_, field)| field == key));
    naming
        .map(|other| {
            format!(" AND NOT EXISTS (SELECT 1 FROM {0} x WHERE x.{key} = {1}.{key})", other.name(), kind.name())
        })
        .collect()
}

#[cfg(test)]
mod tests;
