//! Looking for the redemptions whose turn it is (`domain/limits/fair_queue`), without looking at all that wait.
//!
//! A look finds the groups (guild, code) that have something waiting by jumping through their index, and reads from a group
//! only as far as it takes to find one that may begin. So a look costs about as much as there are groups, however many wait
//! in them.

mod groups;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql, params};

use crate::domain::answers::status::Status;
use crate::domain::codes::canary::{CodeTrust, code_trust};
use crate::domain::codes::code::CodeKey;
use crate::domain::codes::invalidation::ANSWERS_CONSIDERED;
use crate::domain::limits::budget::Endpoint;
use crate::domain::limits::fair_queue::{FairQueue, Group, Groups, Offer};
use crate::domain::players::player::{GuildId, PlayerId};
use crate::domain::redeeming::retry::History;

use crate::store::kernel::{Millis, Tx};
use crate::store::redemptions::queue::{Admission, Candidate, Claim, Claims};

/// How many that are not admitted are passed over in one look, so that a look stays short however much is due. Those
/// in front are admitted in time, and make room.
const MAX_SKIPPED: usize = 1000;
/// Checks of codes that are looked at in one look.
const MAX_CHECKS: usize = 32;
/// Rows that are read at once, at first; doubled as long as nothing is found.
const FIRST_ROWS: usize = 4;

const COLUMNS: &str =
    "d.player_id, p.nickname, p.state, p.profile_at, c.code, d.generation, d.calls, d.unknown, d.temporary, d.claim,
    d.next_attempt_at, d.code_key, c.tester IS d.player_id";
const FREE: &str = "d.outcome = 'pending' AND d.deleted = 0 AND d.next_attempt_at <= ?1
    AND (d.claimed_by IS NULL OR d.claimed_by <> ?2)";
/// What comes behind the last one that was read, in the index's order.
const AFTER: &str = "(d.next_attempt_at, d.player_id, d.code_key, d.generation) > (?3, ?4, ?5, ?6)
    ORDER BY d.next_attempt_at, d.player_id, d.code_key, d.generation LIMIT ?7";
const AFTER_IN_GROUP: &str =
    "(d.next_attempt_at, d.player_id) > (?3, ?4) ORDER BY d.next_attempt_at, d.player_id LIMIT ?7";

/// A redemption that waits, with its place.
struct Waiting {
    claim: Claim,
    key: CodeKey,
    due: i64,
    is_check: bool,
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
    Ok(Waiting { claim, due: row.get(10)?, key: row.get(11)?, is_check: row.get(12)? })
}

/// One place to look at, read bit by bit.
#[derive(Default)]
struct Cursor {
    rows: VecDeque<Waiting>,
    last: Option<(i64, PlayerId, CodeKey, u32)>,
    read: usize,
    /// Nothing more is to be had here in this look.
    is_over: bool,
}

impl Cursor {
    /// Nothing more is to be had here in this look.
    fn end(&mut self) {
        self.rows.clear();
        self.is_over = true;
    }
}

/// A look for work.
struct Picker<'a> {
    connection: &'a Connection,
    now: Timestamp,
    instance: i64,
    groups: Groups,
    trusts: BTreeMap<(CodeKey, u32), (CodeTrust, Option<GuildId>)>,
}

/// A code's latest final answers, newest first, and in whose queue they came.
fn latest(
    connection: &Connection,
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<Vec<(PlayerId, Status, GuildId)>> {
    let look_back = u32::try_from(ANSWERS_CONSIDERED).unwrap_or(u32::MAX);
    connection
        .prepare_cached(
            "SELECT player_id, status, coalesce(queue, 0) FROM redemptions INDEXED BY redemptions_evidence
             WHERE code_key = ?1 AND generation = ?2 AND outcome <> 'pending' AND priority = 0 AND status IS NOT NULL
             ORDER BY finished_at DESC, version DESC LIMIT ?3",
        )?
        .query_map(params![key, generation, look_back], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect()
}

impl<'a> Picker<'a> {
    fn begin(tx: &'a Tx<'_>, instance: i64) -> rusqlite::Result<Self> {
        groups::enqueue(tx)?;
        let connection = tx.connection();
        let groups = Groups::new(groups::groups(connection)?);
        Ok(Self { connection, now: tx.now(), instance, groups, trusts: BTreeMap::new() })
    }

    /// How much a code is trusted, and in which guild it is doubted.
    fn trust(&mut self, key: &CodeKey, generation: u32) -> rusqlite::Result<(CodeTrust, Option<GuildId>)> {
        let code = (key.clone(), generation);
        if let Some(known) = self.trusts.get(&code) {
            return Ok(*known);
        }
        let latest = latest(self.connection, key, generation)?;
        let answers: Vec<(PlayerId, Status)> =
            latest.iter().map(|(player, status, _)| (*player, status.clone())).collect();
        let trust = code_trust(&answers);
        let doubted_in = match trust {
            CodeTrust::Suspect(by) => latest.iter().find(|(player, ..)| *player == by).map(|(.., guild)| *guild),
            CodeTrust::Proven | CodeTrust::New => None,
        };
        self.trusts.insert(code, (trust, doubted_in));
        Ok((trust, doubted_in))
    }

    /// Whether a doubt that arose in this guild is for another to confirm, one that has the code too.
    fn is_for_another_guild(&self, place: usize, doubted_in: Option<GuildId>) -> bool {
        let groups = self.groups.as_slice();
        let (Some(here), Some(doubted_in)) = (groups.get(place), doubted_in) else { return false };
        let has_code = |group: &Group| (&group.key, group.generation) == (&here.key, here.generation);
        here.guild == doubted_in && groups.iter().any(|group| has_code(group) && group.guild != doubted_in)
    }

    /// Reads the checks of codes, of which there are few.
    fn read_checks(&self, cursor: &mut Cursor) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT {COLUMNS} FROM codes c INDEXED BY codes_tested JOIN redemptions d ON d.player_id = c.tester
                  AND d.code_key = c.code_key AND d.generation IN (c.generation, c.generation + 1)
             JOIN players p ON p.player_id = d.player_id
             WHERE c.tester IS NOT NULL AND {FREE} ORDER BY d.next_attempt_at, d.code_key LIMIT {MAX_CHECKS}"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![Millis(self.now), self.instance], waiting)?;
        cursor.rows = rows.collect::<Result<_, _>>()?;
        cursor.is_over = true;
        Ok(())
    }

    /// Reads on in a lane.
    fn read(&self, offer: Offer, cursor: &mut Cursor) -> rusqlite::Result<()> {
        if offer == Offer::Check {
            return self.read_checks(cursor);
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
        let found: Vec<Waiting> = match place.and_then(|place| self.groups.as_slice().get(place)) {
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
                self.connection.prepare_cached(&sql)?.query_map(values, waiting)?.collect::<Result<_, _>>()?
            }
            None => {
                let sql = format!("{select} AND d.priority = {} AND {AFTER}", u8::from(offer == Offer::Requested));
                let values: [&dyn ToSql; 7] = [&now, &self.instance, &due, &player, &key, &generation, &most];
                self.connection.prepare_cached(&sql)?.query_map(values, waiting)?.collect::<Result<_, _>>()?
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

    /// Reads on in a code's lane, in which the one that is due for longest is first.
    fn read_code(&self, key: &CodeKey, generation: u32, cursor: &mut Cursor) -> rusqlite::Result<()> {
        let rows = if cursor.read == 0 { 1 } else { cursor.read.max(FIRST_ROWS) };
        let (due, player) =
            cursor.last.as_ref().map_or((i64::MIN, 0), |(due, player, ..)| (*due, player.get().cast_signed()));
        let sql = format!(
            "SELECT {COLUMNS} FROM redemptions d INDEXED BY redemptions_pending_by_code JOIN players p USING (player_id)
                 JOIN codes c USING (code_key)
             WHERE {FREE} AND d.priority = 0 AND d.code_key = ?5 AND d.generation = ?6 AND {AFTER_IN_GROUP}"
        );
        let most = u32::try_from(rows).unwrap_or(u32::MAX);
        let found: Vec<Waiting> = self
            .connection
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

    /// What is due for longest of all codes whose lanes are not over.
    fn next_longest(&self, cursors: &mut BTreeMap<(CodeKey, u32), Cursor>) -> rusqlite::Result<Option<Waiting>> {
        if cursors.is_empty() {
            let codes = self.groups.as_slice().iter().map(|group| (group.key.clone(), group.generation));
            cursors.extend(codes.map(|code| (code, Cursor::default())));
        }
        for ((key, generation), cursor) in &mut *cursors {
            if cursor.rows.is_empty() && !cursor.is_over {
                self.read_code(key, *generation, cursor)?;
            }
        }
        let first = cursors
            .values_mut()
            .filter(|cursor| !cursor.rows.is_empty())
            .min_by_key(|cursor| cursor.rows.front().map(|first| (first.due, first.claim.player)));
        Ok(first.and_then(|cursor| cursor.rows.pop_front()))
    }

    fn next(&self, offer: Offer, cursor: &mut Cursor) -> rusqlite::Result<Option<Waiting>> {
        if cursor.rows.is_empty() && !cursor.is_over {
            self.read(offer, cursor)?;
        }
        Ok(cursor.rows.pop_front())
    }
}

/// Picks the redemptions whose turn it is, with the endpoints whose budgets they use; those whose calls are used up go to
/// `given_up`.
pub(in crate::store) fn pick(
    tx: &Tx<'_>,
    instance: i64,
    limit: usize,
    max_calls: u32,
    fair_queue: &mut FairQueue,
    mut admit: impl FnMut(&Candidate) -> Admission,
) -> rusqlite::Result<(Claims, Vec<Option<Endpoint>>)> {
    let (mut claims, mut endpoints) = (Claims::default(), Vec::new());
    let mut picker = Picker::begin(tx, instance)?;
    let groups = picker.groups.clone();
    let mut cursors: BTreeMap<Offer, Cursor> = BTreeMap::new();
    // What is due for longest is looked for code by code: one that is under test must not hide the others behind its many.
    let mut by_code: BTreeMap<(CodeKey, u32), Cursor> = BTreeMap::new();
    let mut under_test: BTreeSet<(CodeKey, u32)> = BTreeSet::new();
    let (mut skipped, mut is_stopped, mut failure) = (0, false, None);
    while claims.taken.len() < limit && !is_stopped && failure.is_none() {
        let taken = fair_queue.serve(&groups, |offer| {
            let cursor = cursors.entry(offer).or_default();
            while !is_stopped && skipped < MAX_SKIPPED {
                let next = match offer {
                    Offer::LongestDue => picker.next_longest(&mut by_code),
                    _ => picker.next(offer, cursor),
                };
                let looked = next.transpose()?.and_then(|found| {
                    let trusted = picker.trust(&found.key, found.claim.generation)?;
                    Ok((found, trusted))
                });
                let (found, (trust, doubted_in)) = match looked {
                    Ok(looked) => looked,
                    Err(error) => {
                        failure = Some(error);
                        return None;
                    }
                };
                let place = match offer {
                    Offer::First(place) | Offer::Later(place) => Some(place),
                    Offer::Requested | Offer::LongestDue | Offer::Check => None,
                };
                if place.is_some_and(|place| picker.is_for_another_guild(place, doubted_in)) {
                    claims.blocked = true;
                    cursor.end();
                    continue;
                }
                // A check waits in a group too.
                let is_same = |claim: &Claim| {
                    (claim.player, claim.generation) == (found.claim.player, found.claim.generation)
                        && claim.code == found.claim.code
                };
                if claims.taken.iter().chain(&claims.given_up).any(is_same) {
                    continue;
                }
                let code = (found.key.clone(), found.claim.generation);
                if matches!(offer, Offer::Requested | Offer::LongestDue) && under_test.contains(&code) {
                    by_code.entry(code).and_modify(Cursor::end);
                    claims.blocked = true;
                    continue;
                }
                if found.claim.history.calls >= max_calls {
                    claims.given_up.push(found.claim);
                    continue;
                }
                let candidate = Candidate {
                    player: found.claim.player,
                    has_state: found.claim.state.is_some(),
                    profile_at: found.claim.profile_at,
                    key: found.key,
                    generation: found.claim.generation,
                    trust,
                    is_check: found.is_check,
                };
                match admit(&candidate) {
                    Admission::Take => return Some((found.claim, None)),
                    Admission::TakeFor(endpoint) => return Some((found.claim, Some(endpoint))),
                    Admission::Skip => skipped += 1,
                    Admission::SkipCode => {
                        if place.is_some() {
                            cursor.end();
                        }
                        // A check that may not begin says nothing of the others.
                        if !candidate.is_check {
                            by_code.entry(code.clone()).and_modify(Cursor::end);
                            under_test.insert(code);
                        }
                    }
                    Admission::Stop => is_stopped = true,
                }
                claims.blocked = true;
            }
            None
        });
        let Some((claim, endpoint)) = taken else { break };
        claims.taken.push(claim);
        endpoints.push(endpoint);
    }
    match failure {
        Some(error) => Err(error),
        None => Ok((claims, endpoints)),
    }
}

/// Notes that a person asked for these redemptions, where they wait: they go before what runs made due.
pub(in crate::store) fn prioritise(
    tx: &Tx<'_>,
    players: &[PlayerId],
    key: &CodeKey,
    generation: u32,
) -> rusqlite::Result<()> {
    for player in players {
        tx.execute(
            "UPDATE redemptions SET priority = 1
             WHERE player_id = ?1 AND code_key = ?2 AND generation = ?3 AND outcome = 'pending'",
            params![player, key, generation],
        )?;
    }
    Ok(())
}
