//! Reads the pages of a search.

use std::collections::VecDeque;

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::canary::{CodeTrust, code_trust};
use crate::domain::codes::code::CodeKey;
use crate::domain::codes::invalidation::ANSWERS_CONSIDERED;
use crate::domain::limits::fair_queue::{Groups, Offer};
use crate::domain::players::player::{AllianceId, PlayerId};
use crate::domain::redeeming::retry::History;
use crate::store::kernel::Millis;
use crate::store::redemptions::claim::Claim;

/// The most checks of codes that one search reads.
const MAX_CHECKS: usize = 32;
/// Rows in the first page. Later pages are as large as everything read before, while nothing is found.
const FIRST_ROWS: usize = 4;

const COLUMNS: &str =
    "d.player_id, p.nickname, p.state, p.profile_at, c.code, d.generation, d.calls, d.unknown, d.temporary, d.claim,
    d.next_attempt_at, d.code_key, c.tester IS d.player_id,
    p.state_check = 'searching' OR (p.state_check = 'unchecked' AND p.state IS NULL)";
const FREE: &str = "d.outcome = 'pending' AND d.deleted = 0 AND d.next_attempt_at <= ?1
    AND (d.claimed_by IS NULL OR d.claimed_by <> ?2)";
/// The rows after the last one that was read, in the index's order.
const AFTER: &str = "(d.next_attempt_at, d.player_id, d.code_key, d.generation) > (?3, ?4, ?5, ?6)
    ORDER BY d.next_attempt_at, d.player_id, d.code_key, d.generation LIMIT ?7";
const AFTER_IN_GROUP: &str =
    "(d.next_attempt_at, d.player_id) > (?3, ?4) ORDER BY d.next_attempt_at, d.player_id LIMIT ?7";

/// A waiting redemption and its place.
pub(super) struct Waiting {
    pub claim: Claim,
    pub key: CodeKey,
    pub due: i64,
    pub is_check: bool,
    pub awaits_state: bool,
}

fn waiting(row: &Row<'_>) -> rusqlite::Result<Waiting> {
    let claim = Claim {
        player: row.get(0)?,
        nickname: row.get(1)?,
        state: row.get(2)?,
        profile_at: row.get::<_, Option<Millis>>(3)?.map(|Millis(at)| at),
        code: row.get(4)?,
        generation: row.get(5)?,
        history: History { calls: row.get(6)?, unknown: row.get(7)?, temporary: row.get(8)? },
        number: row.get(9)?,
        recent_call: None,
    };
    Ok(Waiting {
        claim,
        due: row.get(10)?,
        key: row.get(11)?,
        is_check: row.get(12)?,
        awaits_state: row.get::<_, Option<bool>>(13)? == Some(true),
    })
}

/// A position in an offer or a code, which is read page by page.
#[derive(Default)]
pub(super) struct Cursor {
    pub rows: VecDeque<Waiting>,
    last: Option<(i64, PlayerId, CodeKey, u32)>,
    read: usize,
    /// This search can find nothing more here.
    is_over: bool,
}

impl Cursor {
    pub fn needs_page(&self) -> bool {
        self.rows.is_empty() && !self.is_over
    }

    /// Excludes the remaining rows from this search.
    pub fn end(&mut self) {
        self.rows.clear();
        self.is_over = true;
    }
}

/// A code's latest final answers, newest first, with the guild in whose queue each one waited.
fn latest(
    connection: &Connection,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Vec<(PlayerId, Status, AllianceId)>> {
    let limit = u32::try_from(ANSWERS_CONSIDERED).unwrap_or(u32::MAX);
    connection
        .prepare_cached(
            "SELECT player_id, status, coalesce(queue, 0) FROM redemptions INDEXED BY redemptions_evidence
             WHERE code_key = ?1 AND generation = ?2 AND outcome <> 'pending' AND priority = 0 AND status IS NOT NULL
             ORDER BY finished_at DESC, version DESC LIMIT ?3",
        )?
        .query_map(params![key, generation, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

/// How much a code is trusted, and the guild in which it became suspect.
pub(super) fn trust_of(
    connection: &Connection,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<(CodeTrust, Option<AllianceId>)> {
    let latest = latest(connection, key, generation)?;
    let answers: Vec<(PlayerId, Status)> = latest.iter().map(|(player, status, _)| (*player, status.clone())).collect();
    let trust = code_trust(&answers);
    let doubted_in = match trust {
        CodeTrust::Suspect(by) => latest.iter().find(|(player, ..)| *player == by).map(|(.., guild)| *guild),
        CodeTrust::Proven | CodeTrust::New => None,
    };
    Ok((trust, doubted_in))
}

/// The time of a search, and the opening of the store that it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub now: Timestamp,
    pub instance: i64,
}

impl Reader {
    /// Reads the checks of codes in one page, because there are few.
    fn checks(&self, connection: &Connection, cursor: &mut Cursor) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT {COLUMNS} FROM codes c INDEXED BY codes_tested JOIN redemptions d ON d.player_id = c.tester
                  AND d.code_key = c.code_key AND d.generation IN (c.generation, c.generation + 1)
             JOIN players p ON p.player_id = d.player_id
             WHERE c.tester IS NOT NULL AND {FREE} ORDER BY d.next_attempt_at, d.code_key LIMIT {MAX_CHECKS}"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![Millis(self.now), self.instance], waiting)?;
        cursor.rows = rows.collect::<Result<_, _>>()?;
        cursor.is_over = true;
        Ok(())
    }

    /// Reads the next page of an offer.
    pub fn offer(
        &self,
        connection: &Connection,
        groups: &Groups,
        offer: Offer,
        cursor: &mut Cursor,
    ) -> rusqlite::Result<()> {
        if offer == Offer::Check {
            return self.checks(connection, cursor);
        }
        let rows = if cursor.read == 0 { FIRST_ROWS } else { cursor.read };
        let most = u32::try_from(rows).unwrap_or(u32::MAX);
        let (due, player, key, generation) = match &cursor.last {
            Some((due, player, key, generation)) => {
                (*due, i64::try_from(player.get()).unwrap_or(0), key.as_str(), *generation)
            }
            None => (i64::MIN, 0, "", 0),
        };
        let index = match offer {
            Offer::Requested => "redemptions_asked",
            Offer::LongestDue | Offer::Check => "redemptions_due",
            Offer::First(_) | Offer::Later(_) => "redemptions_queue",
        };
        let select = format!(
            "SELECT {COLUMNS} FROM redemptions d INDEXED BY {index} JOIN players p USING (player_id) JOIN codes c USING (code_key)
             WHERE {FREE}"
        );
        let (place, is_later) = match offer {
            Offer::First(place) => (Some(place), false),
            Offer::Later(place) => (Some(place), true),
            Offer::Requested | Offer::LongestDue | Offer::Check => (None, false),
        };
        let now = Millis(self.now);
        let found: Vec<Waiting> = match place.and_then(|place| groups.as_slice().get(place)) {
            Some(group) => {
                let sql = format!(
                    "{select} AND d.priority = 0 AND d.queue = ?8 AND d.code_key = ?5 AND d.generation = ?6 AND (d.calls > 0) = ?9 AND {AFTER_IN_GROUP}"
                );
                let values: [&dyn ToSql; 9] = [
                    &now,
                    &self.instance,
                    &due,
                    &player,
                    &group.key,
                    &group.generation,
                    &most,
                    &group.guild,
                    &is_later,
                ];
                connection.prepare_cached(&sql)?.query_map(values, waiting)?.collect::<Result<_, _>>()?
            }
            None => {
                let sql = format!("{select} AND d.priority = {} AND {AFTER}", u8::from(offer == Offer::Requested));
                let values: [&dyn ToSql; 7] = [&now, &self.instance, &due, &player, &key, &generation, &most];
                connection.prepare_cached(&sql)?.query_map(values, waiting)?.collect::<Result<_, _>>()?
            }
        };
        cursor.read += rows;
        cursor.is_over = found.len() < rows;
        if let Some(last) = found.last() {
            cursor.last = Some((last.due, last.claim.player, last.key.clone(), last.claim.generation));
        }
        cursor.rows = found.into();
        Ok(())
    }

    /// Reads the next page of a code, longest due first.
    pub fn code(
        &self,
        connection: &Connection,
        key: &CodeKey,
        generation: u32,
        cursor: &mut Cursor,
    ) -> rusqlite::Result<()> {
        let rows = if cursor.read == 0 { 1 } else { cursor.read.max(FIRST_ROWS) };
        let (due, player) =
            cursor.last.as_ref().map_or((i64::MIN, 0), |(due, player, ..)| (*due, player.get().cast_signed()));
        let sql = format!(
            "SELECT {COLUMNS} FROM redemptions d INDEXED BY redemptions_pending_by_code JOIN players p USING (player_id)
                 JOIN codes c USING (code_key)
             WHERE {FREE} AND d.priority = 0 AND d.code_key = ?5 AND d.generation = ?6 AND {AFTER_IN_GROUP}"
        );
        let most = u32::try_from(rows).unwrap_or(u32::MAX);
        let found: Vec<Waiting> = connection
            .prepare_cached(&sql)?
            .query_map(params![Millis(self.now), self.instance, due, player, key, generation, most], waiting)?
            .collect::<Result<_, _>>()?;
        cursor.read += rows;
        cursor.is_over = found.len() < rows;
        if let Some(last) = found.last() {
            cursor.last = Some((last.due, last.claim.player, last.key.clone(), last.claim.generation));
        }
        cursor.rows = found.into();
        Ok(())
    }
}
