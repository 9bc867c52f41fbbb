//! The codes of one guild: those of the feeds and those that the guild added, without those that it removed.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::channel::OverReason;
use crate::domain::codes::code::{Code, CodeKey, NAMED};
use crate::domain::players::player::AllianceId;
use crate::ports::AnnouncedCode;

use crate::store::handles::Codes;
use crate::store::kernel::{Millis, StoreError, Tx};
use crate::store::posts::planning;
use crate::store::redemptions::checks::{self, CheckStart};
use crate::store::{batches, codes, guilds, tallies};

/// The result of adding a code to a guild.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddedCode {
    /// The code is posted and redeemed from now on.
    Added,
    /// The code was already active in the guild.
    Known,
    /// The code is over. If a check has begun and finds the code good, the code is posted and redeemed.
    Over(OverReason, CheckStart),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCode {
    pub shown: AnnouncedCode,
    pub over: Option<OverReason>,
}

fn found(row: &Row<'_>, now: Timestamp) -> rusqlite::Result<FoundCode> {
    let expires_at = row.get::<_, Option<Millis>>(3)?.map(|Millis(at)| at);
    let invalidated: Option<Status> = row.get(5)?;
    let over = invalidated.map(OverReason::Invalidated);
    Ok(FoundCode {
        shown: AnnouncedCode {
            code: row.get(0)?,
            generation: row.get(1)?,
            rewards: row.get(2)?,
            expires_at,
            source: row.get(4)?,
            checked: row.get(6)?,
        },
        over: over.or_else(|| expires_at.is_some_and(|at| at <= now).then_some(OverReason::Expired)),
    })
}

const COLUMNS: &str = "c.code, c.generation, c.rewards, c.expires_at, c.source, c.condemned,
    c.good_at IS NOT NULL AND c.condemned IS NULL";

/// Selects codes that a feed has ever listed or that the guild itself added. Codes that another guild added or that a
/// person redeemed are private to them. `guild` is the column that holds the guild's id.
fn is_known_in(guild: &str) -> String {
    format!(
        "(c.source <> '{NAMED}' OR EXISTS (SELECT 1 FROM guild_codes k WHERE k.guild_id = {guild}
                                           AND k.code_key = c.code_key AND k.deleted = 0))"
    )
}

fn set_wanted(tx: &Tx<'_>, guild: AllianceId, key: &CodeKey, wanted: bool) -> rusqlite::Result<usize> {
    guilds::ensure(tx, guild)?;
    tx.execute(
        "INSERT INTO guild_codes (guild_id, code_key, wanted, added_at, version) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET wanted = excluded.wanted, added_at = excluded.added_at, deleted = 0,
             version = excluded.version WHERE wanted <> excluded.wanted OR deleted = 1",
        params![guild, key, wanted, Millis(tx.now()), tx.version()],
    )
}

impl Codes {
    /// Finds a code that the guild may know. Codes that only another guild added, or a person redeemed, are left out.
    pub async fn find_guild_code(&self, guild: AllianceId, key: CodeKey) -> Result<Option<FoundCode>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let known = is_known_in("?2");
            let sql = format!("SELECT {COLUMNS} FROM codes c WHERE c.code_key = ?1 AND c.deleted = 0 AND {known}");
            Ok(connection.prepare_cached(&sql)?.query_row(params![key, guild], |row| found(row, now)).optional()?)
        })
        .await
    }

    /// Finds a code for a person who wants to redeem it. The verdict on a code that no feed lists applies only to those
    /// who named the code, so it is ignored here.
    pub async fn find_code_for_person(&self, key: CodeKey) -> Result<Option<FoundCode>, StoreError> {
        let found = self.find_code(key).await?;
        let forget = |found: FoundCode| match found {
            FoundCode { shown, over: Some(OverReason::Invalidated(_)) } if shown.source == NAMED => {
                FoundCode { shown, over: None }
            }
            found => found,
        };
        Ok(found.map(forget))
    }

    pub async fn find_code(&self, key: CodeKey) -> Result<Option<FoundCode>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM codes c WHERE c.code_key = ?1 AND c.deleted = 0");
            Ok(connection.prepare_cached(&sql)?.query_row([key], |row| found(row, now)).optional()?)
        })
        .await
    }

    /// The codes that are active in a guild, those that expire soonest first. Codes without an expiry come last.
    pub async fn active_codes(&self, guild: AllianceId) -> Result<Vec<AnnouncedCode>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let active = guilds::active_code("?2");
            let sql = format!(
                "SELECT {COLUMNS} FROM codes c WHERE {active} ORDER BY c.expires_at IS NULL, c.expires_at, c.code_key"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params![Millis(now), guild], |row| Ok(found(row, now)?.shown))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Suggests codes to somebody who is typing one: at most `limit` codes that the guild has or had, newest first,
    /// whose text begins with `text` in upper or lower case.
    pub async fn suggest_codes(
        &self,
        guild: AllianceId,
        text: String,
        active_only: bool,
        limit: u32,
    ) -> Result<Vec<FoundCode>, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let (active, known) = (guilds::active_code("?2"), is_known_in("?2"));
            let sql = format!(
                "SELECT {COLUMNS} FROM codes c
                 WHERE c.deleted = 0 AND substr(c.code_key, 1, length(?3)) = upper(?3) AND (?4 = 0 OR {active})
                   AND {known}
                 ORDER BY c.first_seen_at DESC, c.code_key LIMIT ?5"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let rows =
                statement.query_map(params![Millis(now), guild, text, active_only, limit], |row| found(row, now))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    /// Counts the listed codes that are neither invalidated nor expired.
    pub async fn count_active_codes(&self) -> Result<u32, StoreError> {
        let now = self.0.inner.clock.now();
        self.read(move |connection| {
            let sql = "SELECT count(*) FROM codes WHERE listed = 1 AND deleted = 0 AND condemned IS NULL
                       AND (expires_at IS NULL OR expires_at > ?1)";
            Ok(connection.prepare_cached(sql)?.query_row([Millis(now)], |row| row.get(0))?)
        })
        .await
    }

    /// Posts and redeems a code in one guild, even if no feed lists it or the guild removed it before. If the code is
    /// over, the game is asked about it at once, and again from time to time for 48 hours.
    pub async fn add_guild_code(&self, guild: AllianceId, code: Code) -> Result<AddedCode, StoreError> {
        self.write(move |tx| {
            let sql = format!(
                "SELECT {COLUMNS}, coalesce((SELECT w.wanted FROM guild_codes w WHERE w.guild_id = ?2
                        AND w.code_key = c.code_key AND w.deleted = 0), c.listed)
                 FROM codes c WHERE c.code_key = ?1 AND c.deleted = 0"
            );
            let key = code.key();
            let known = tx
                .statement(&sql)?
                .query_row(params![key, guild], |row| Ok((found(row, tx.now())?, row.get::<_, bool>(7)?)))
                .optional()?;
            match known {
                Some((FoundCode { over: Some(over), .. }, _)) => {
                    set_wanted(tx, guild, &key, true)?;
                    tx.execute(
                        "UPDATE guild_codes SET added_at = ?3, version = ?4 WHERE guild_id = ?1 AND code_key = ?2",
                        params![guild, key, Millis(tx.now()), tx.version()],
                    )?;
                    return Ok(AddedCode::Over(over, checks::ask_now(tx, &key, guild)?));
                }
                Some((_, true)) => return Ok(AddedCode::Known),
                Some((FoundCode { shown, .. }, false)) => {
                    tallies::open_generation(tx, &key, shown.generation)?;
                }
                None => drop(codes::insert(tx, &code, None, None, NAMED, false)?),
            }
            set_wanted(tx, guild, &key, true)?;
            tx.wake_plan();
            Ok(AddedCode::Added)
        })
        .await
    }

    /// Stops posting and redeeming a code in one guild. Drops the redemptions that wait for its roster, unless somebody
    /// else needs them. Returns how many were dropped, or `None` if the guild does not know the code.
    pub async fn remove_guild_code(&self, guild: AllianceId, key: CodeKey) -> Result<Option<usize>, StoreError> {
        let instance = self.0.instance();
        self.write(move |tx| {
            let known = is_known_in("?2");
            let sql = format!("SELECT c.generation FROM codes c WHERE c.code_key = ?1 AND c.deleted = 0 AND {known}");
            let generation: Option<u32> =
                tx.statement(&sql)?.query_row(params![key, guild], |row| row.get(0)).optional()?;
            let Some(generation) = generation else { return Ok(None) };
            set_wanted(tx, guild, &key, false)?;
            // Queues the code once, instead of once for each dropped redemption.
            planning::queue_code(tx, &key)?;
            // Keeps claimed redemptions, and those that another guild's batch or a person still needs.
            let dropped = tx.execute(
                "UPDATE redemptions SET deleted = 1, version = ?4
                 WHERE code_key = ?2 AND generation = ?3 AND outcome = 'pending' AND deleted = 0
                   AND (claimed_by IS NULL OR claimed_by <> ?5)
                   AND player_id IN (SELECT player_id FROM rosters WHERE guild_id = ?1 AND deleted = 0)
                   AND player_id NOT IN (SELECT o.player_id FROM rosters o JOIN runs u ON u.guild_id = o.guild_id
                                              JOIN guilds g ON g.guild_id = o.guild_id AND g.removed_at IS NULL
                                         WHERE o.guild_id <> ?1 AND o.deleted = 0 AND u.code_key = ?2
                                           AND u.generation = ?3 AND u.finished_at IS NULL AND u.deleted = 0)
                   AND player_id NOT IN (SELECT player_id FROM links WHERE deleted = 0)",
                params![guild, key, generation, tx.version(), instance],
            )?;
            batches::finish(tx, &key, generation)?;
            tx.wake_plan();
            Ok(Some(dropped))
        })
        .await
    }
}
