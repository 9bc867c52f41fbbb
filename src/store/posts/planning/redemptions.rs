//! Plans the redemptions and batches of entries whose posts are planned.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, ToSql, params};

use crate::domain::codes::code::CodeKey;
use crate::store::guilds;

use super::Bounds;
use crate::store::batches;
use crate::store::kernel::{Millis, Tx};

/// Creating a redemption costs as much as this many lookups.
const CHECKS_PER_REDEMPTION: usize = 4;
/// A player's entry counts as this many lookups, one for each active code.
const CHECKS_PER_PLAYER: usize = 10;

/// A roster place: guild and player.
type Place = (i64, i64);

const BEGIN: Place = (i64::MIN, 0);
const END: Place = (i64::MAX, i64::MAX);

/// The redemptions to plan: roster places and a code. In SQL, `r` is the roster and `c` the code.
enum Part<'a> {
    /// One player, in one guild or in all (0), and one code or all ('').
    Player { code: &'a str, guild: i64, player: i64 },
    /// One code, and the places after `after`, up to and including `until`.
    Places { code: &'a str, after: Place, until: Place },
}

impl Part<'_> {
    /// `?1` and `?2` belong to the statement itself.
    fn condition(&self) -> &'static str {
        match self {
            Self::Player { .. } => {
                "r.player_id = ?3 AND (?4 = 0 OR r.guild_id = ?4) AND c.code_key IN (SELECT code_key FROM codes INDEXED BY codes_open
                    WHERE deleted = 0 AND condemned IS NULL AND (?5 = '' OR code_key = ?5))"
            }
            Self::Places { .. } => {
                "c.code_key = ?3 AND (r.guild_id, r.player_id) > (?4, ?5) AND (r.guild_id, r.player_id) <= (?6, ?7)"
            }
        }
    }

    fn values(&self) -> Vec<&dyn ToSql> {
        match self {
            Self::Player { code, guild, player } => vec![player, guild, code],
            Self::Places { code, after, until } => vec![code, &after.0, &after.1, &until.0, &until.1],
        }
    }
}

/// An entry whose posts, if it has any, are planned.
struct Entry {
    id: i64,
    code: String,
    guild: i64,
    player: i64,
    after: Place,
}

/// Plans the redemptions and batches of a part. Returns how many redemptions became due.
fn plan_part(tx: &Tx<'_>, part: &Part<'_>) -> rusqlite::Result<usize> {
    let (now, version) = (Millis(tx.now()), tx.version());
    let mut values: Vec<&dyn ToSql> = vec![&now, &version];
    values.extend(part.values());
    let places = format!(
        "FROM rosters r CROSS JOIN guilds g ON g.guild_id = r.guild_id CROSS JOIN codes c
         WHERE {} AND r.deleted = 0 AND g.auto_redeem = 1 AND g.deleted = 0
           AND g.removed_at IS NULL AND g.disbanded_at IS NULL AND EXISTS (SELECT 1 FROM players p WHERE p.player_id = r.player_id) AND {}",
        part.condition(),
        guilds::active_code("r.guild_id")
    );
    // A redemption that was dropped when a guild removed the code becomes due again.
    let insert = format!(
        "INSERT INTO redemptions (player_id, code_key, generation, outcome, next_attempt_at, created_at, version)
         SELECT r.player_id, c.code_key, c.generation, 'pending', ?1, ?1, ?2 {places}
           AND NOT EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = r.player_id AND d.code_key = c.code_key
                           AND d.generation = c.generation AND d.deleted = 0)
           AND NOT EXISTS (SELECT 1 FROM tallies t WHERE t.code_key = c.code_key AND t.generation = c.generation AND t.guild_id = 0)
         ON CONFLICT DO UPDATE SET deleted = 0, next_attempt_at = excluded.next_attempt_at, version = excluded.version
             WHERE deleted = 1
         RETURNING code_key, generation"
    );
    let mut codes: BTreeSet<(CodeKey, u32)> = BTreeSet::new();
    let mut count = 0;
    let mut statement = tx.statement(&insert)?;
    let mut rows = statement.query(values.as_slice())?;
    while let Some(row) = rows.next()? {
        codes.insert((row.get(0)?, row.get(1)?));
        count += 1;
    }
    drop(rows);
    // A batch begins only if something is pending. If everything was done before, nothing would ever end the batch.
    let batches = format!(
        "INSERT INTO runs (guild_id, code_key, generation, started_at, version)
         SELECT DISTINCT r.guild_id, c.code_key, c.generation, ?1, ?2 {places}
           AND NOT EXISTS (SELECT 1 FROM runs u WHERE u.guild_id = r.guild_id AND u.code_key = c.code_key
                           AND u.generation = c.generation)
           AND EXISTS (SELECT 1 FROM redemptions d WHERE d.player_id = r.player_id AND d.code_key = c.code_key
                       AND d.generation = c.generation AND d.outcome = 'pending' AND d.deleted = 0)
         ON CONFLICT DO NOTHING"
    );
    tx.statement(&batches)?.execute(values.as_slice())?;
    for (key, generation) in codes {
        batches::reopen(tx, &key, generation)?;
    }
    Ok(count)
}

/// The place `count` places after `after`, or `end` if there are fewer places up to it.
fn next_place(tx: &Tx<'_>, after: Place, end: Place, count: u32) -> rusqlite::Result<Place> {
    let place = tx
        .statement(
            "SELECT guild_id, player_id FROM rosters
             WHERE (guild_id, player_id) > (?1, ?2) AND (guild_id, player_id) <= (?3, ?4)
             ORDER BY guild_id, player_id LIMIT 1 OFFSET ?5",
        )?
        .query_row(params![after.0, after.1, end.0, end.1, count.max(1) - 1], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(place.unwrap_or(end))
}

/// Plans the next redemptions of an entry. Returns how many became due, how many lookups this took, and the place that
/// was reached (`None` once the entry is done).
fn plan_entry(tx: &Tx<'_>, entry: &Entry, places: u32) -> rusqlite::Result<(usize, usize, Option<Place>)> {
    let code = entry.code.as_str();
    if entry.player != 0 {
        let count = plan_part(tx, &Part::Player { code, guild: entry.guild, player: entry.player })?;
        return Ok((count, CHECKS_PER_PLAYER, None));
    }
    let is_over = "SELECT 1 FROM codes WHERE code_key = ?2
                   AND (deleted = 1 OR condemned IS NOT NULL OR (expires_at IS NOT NULL AND expires_at <= ?1))";
    if tx.statement(is_over)?.exists(params![Millis(tx.now()), code])? {
        return Ok((0, 1, None));
    }
    let (begin, end) = match entry.guild {
        0 => (BEGIN, END),
        guild => ((guild, 0), (guild, i64::MAX)),
    };
    let after = entry.after.max(begin);
    let until = next_place(tx, after, end, places)?;
    let count = plan_part(tx, &Part::Places { code, after, until })?;
    Ok((count, places as usize, (until != end).then_some(until)))
}

/// Plans redemptions for the entries whose posts are planned, oldest entry first. Returns how many became due.
pub(in crate::store) fn plan_redemptions(tx: &Tx<'_>, bounds: Bounds) -> rusqlite::Result<usize> {
    let (mut count, mut rows) = (0, 0);
    while rows < bounds.rows {
        let entry = tx
            .statement(
                "SELECT entry, code_key, guild_id, player_id, after_guild, after_player FROM plan_queue
                 WHERE due_at <= ?1 AND (has_posts = 1 OR player_id <> 0) ORDER BY due_at, entry LIMIT 1",
            )?
            .query_row([Millis(tx.now())], |row| {
                Ok(Entry {
                    id: row.get(0)?,
                    code: row.get(1)?,
                    guild: row.get(2)?,
                    player: row.get(3)?,
                    after: (row.get(4)?, row.get(5)?),
                })
            })
            .optional()?;
        let Some(entry) = entry else { break };
        let (due, read, place) = plan_entry(tx, &entry, bounds.places)?;
        count += due;
        rows += read + due * CHECKS_PER_REDEMPTION;
        match place {
            Some((guild, player)) => tx.execute(
                "UPDATE plan_queue SET after_guild = ?2, after_player = ?3 WHERE entry = ?1",
                params![entry.id, guild, player],
            )?,
            None => tx.execute("DELETE FROM plan_queue WHERE entry = ?1", [entry.id])?,
        };
    }
    Ok(count)
}
