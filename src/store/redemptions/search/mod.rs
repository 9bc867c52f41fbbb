//! Looking for the redemptions whose turn it is (`domain/limits/fair_queue`), without looking at all that wait.
//!
//! A look finds the groups (guild, code) that have something waiting by jumping through their index, and reads from a group
//! only as far as it takes to find one that may begin. So a look costs about as much as there are groups, however many wait
//! in them.

mod groups;

use std::collections::btree_map::Entry;
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
use crate::store::redemptions::claim::{Admission, Candidate, Claim, ClaimRequest};

/// A code in one generation.
type CodeId = (CodeKey, u32);

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
    fn needs_page(&self) -> bool {
        self.rows.is_empty() && !self.is_over
    }

    /// Nothing more is to be had here in this look.
    fn end(&mut self) {
        self.rows.clear();
        self.is_over = true;
    }
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

/// How much a code is trusted, and in which guild it is suspect.
fn trust_of(connection: &Connection, key: &CodeKey, generation: u32) -> rusqlite::Result<(CodeTrust, Option<GuildId>)> {
    let latest = latest(connection, key, generation)?;
    let answers: Vec<(PlayerId, Status)> = latest.iter().map(|(player, status, _)| (*player, status.clone())).collect();
    let trust = code_trust(&answers);
    let doubted_in = match trust {
        CodeTrust::Suspect(by) => latest.iter().find(|(player, ..)| *player == by).map(|(.., guild)| *guild),
        CodeTrust::Proven | CodeTrust::New => None,
    };
    Ok((trust, doubted_in))
}

/// A search for candidates, in the order of the fair queue. It is plain data between its reads.
pub(super) struct Search {
    now: Timestamp,
    instance: i64,
    request: ClaimRequest,
    groups: Groups,
    code_trusts: BTreeMap<CodeId, (CodeTrust, Option<GuildId>)>,
    /// The offers for the next redemption that were not refused yet, first one first.
    offers: VecDeque<Offer>,
    cursors: BTreeMap<Offer, Cursor>,
    /// The longest due is searched for code by code: a code under test must not hide the others behind its many redemptions.
    by_code: BTreeMap<CodeId, Cursor>,
    under_test: BTreeSet<CodeId>,
    /// The candidate about which nothing is decided yet.
    open: Option<Waiting>,
    skipped: usize,
    is_stopped: bool,
    admitted: Admitted,
}

/// What a search found.
#[derive(Default)]
pub(super) struct Admitted {
    pub candidates: Vec<(Claim, Option<Endpoint>)>,
    /// Those whose calls are used up.
    pub given_up: Vec<Claim>,
    /// Whether something due was left because it was not admitted.
    pub is_blocked: bool,
    pub fair_queue: FairQueue,
}

pub(super) enum Found {
    /// To be admitted or not: [`Search::decide`].
    Candidate(Candidate),
    /// The next page of this offer must be read first: [`Search::read`].
    Page(Offer),
    End,
}

impl Search {
    /// Reads the groups, and the first page of the offers that are likely to be taken.
    pub fn begin(tx: &Tx<'_>, instance: i64, request: ClaimRequest) -> rusqlite::Result<Self> {
        groups::enqueue(tx)?;
        let groups = Groups::new(groups::groups(tx.connection())?);
        let codes = groups.as_slice().iter().map(|group| ((group.key.clone(), group.generation), Cursor::default()));
        let mut search = Self {
            now: tx.now(),
            instance,
            request,
            code_trusts: BTreeMap::new(),
            offers: request.fair_queue.offers(&groups).into(),
            cursors: BTreeMap::new(),
            by_code: codes.collect(),
            groups,
            under_test: BTreeSet::new(),
            open: None,
            skipped: 0,
            is_stopped: request.limit == 0,
            admitted: Admitted { fair_queue: request.fair_queue, ..Admitted::default() },
        };
        let likely: Vec<Offer> = search.offers.iter().copied().take(request.limit + 1).collect();
        for offer in likely {
            search.read(tx.connection(), offer)?;
        }
        Ok(search)
    }

    /// Reads the next page of an offer.
    pub fn read(&mut self, connection: &Connection, offer: Offer) -> rusqlite::Result<()> {
        let mut codes = BTreeSet::new();
        let code = |waiting: &Waiting| (waiting.key.clone(), waiting.claim.generation);
        if offer == Offer::LongestDue {
            let mut by_code = std::mem::take(&mut self.by_code);
            for ((key, generation), cursor) in by_code.iter_mut().filter(|(_, cursor)| cursor.needs_page()) {
                self.read_code(connection, key, *generation, cursor)?;
                codes.extend(cursor.rows.iter().map(code));
            }
            self.by_code = by_code;
        } else {
            let mut cursor = self.cursors.remove(&offer).unwrap_or_default();
            if cursor.needs_page() {
                self.read_offer(connection, offer, &mut cursor)?;
            }
            codes.extend(cursor.rows.iter().map(code));
            self.cursors.insert(offer, cursor);
        }
        for (key, generation) in codes {
            if let Entry::Vacant(unknown) = self.code_trusts.entry((key.clone(), generation)) {
                unknown.insert(trust_of(connection, &key, generation)?);
            }
        }
        Ok(())
    }

    /// The next candidate, or the page that must be read to find it.
    pub fn next(&mut self) -> Found {
        while !self.is_stopped && self.skipped < MAX_SKIPPED {
            let Some(offer) = self.offers.front().copied() else { break };
            if self.needs_page(offer) {
                return Found::Page(offer);
            }
            let Some(found) = self.pop(offer) else {
                self.offers.pop_front();
                continue;
            };
            if let Some(candidate) = self.candidate(offer, found) {
                return Found::Candidate(candidate);
            }
        }
        Found::End
    }

    fn needs_page(&self, offer: Offer) -> bool {
        match offer {
            Offer::LongestDue => self.by_code.values().any(Cursor::needs_page),
            _ => self.cursors.get(&offer).is_none_or(Cursor::needs_page),
        }
    }

    fn pop(&mut self, offer: Offer) -> Option<Waiting> {
        let cursor = match offer {
            // Of all codes, the redemption that has been due longest.
            Offer::LongestDue => self
                .by_code
                .values_mut()
                .filter(|cursor| !cursor.rows.is_empty())
                .min_by_key(|cursor| cursor.rows.front().map(|first| (first.due, first.claim.player)))?,
            _ => self.cursors.get_mut(&offer)?,
        };
        cursor.rows.pop_front()
    }

    /// What was found as a candidate, if it is one. It stays open until it is decided about.
    fn candidate(&mut self, offer: Offer, found: Waiting) -> Option<Candidate> {
        let code = (found.key.clone(), found.claim.generation);
        let (trust, doubted_in) = *self.code_trusts.get(&code)?;
        if let Offer::First(index) | Offer::Later(index) = offer
            && self.is_for_another_guild(index, doubted_in)
        {
            self.admitted.is_blocked = true;
            self.cursors.entry(offer).and_modify(Cursor::end);
            return None;
        }
        // A check waits in a group too.
        let is_same = |claim: &Claim| {
            (claim.player, claim.generation) == (found.claim.player, found.claim.generation)
                && claim.code == found.claim.code
        };
        let mut known = self.admitted.candidates.iter().map(|(claim, _)| claim).chain(&self.admitted.given_up);
        if known.any(is_same) {
            return None;
        }
        if matches!(offer, Offer::Requested | Offer::LongestDue) && self.under_test.contains(&code) {
            self.by_code.entry(code).and_modify(Cursor::end);
            self.admitted.is_blocked = true;
            return None;
        }
        if found.claim.history.calls >= self.request.max_calls {
            self.admitted.given_up.push(found.claim);
            return None;
        }
        let candidate = Candidate {
            player: found.claim.player,
            has_state: found.claim.state.is_some(),
            profile_at: found.claim.profile_at,
            key: code.0,
            generation: code.1,
            trust,
            is_check: found.is_check,
        };
        self.open = Some(found);
        Some(candidate)
    }

    /// Decides about the candidate that [`Self::next`] returned.
    pub fn decide(&mut self, admission: Admission) {
        let (Some(found), Some(offer)) = (self.open.take(), self.offers.front().copied()) else { return };
        match admission {
            Admission::Take => self.take(offer, found.claim, None),
            Admission::TakeFor(endpoint) => self.take(offer, found.claim, Some(endpoint)),
            Admission::Skip => self.skipped += 1,
            Admission::SkipCode => {
                if matches!(offer, Offer::First(_) | Offer::Later(_)) {
                    self.cursors.entry(offer).and_modify(Cursor::end);
                }
                // A check that may not begin says nothing of the others.
                if !found.is_check {
                    let code = (found.key, found.claim.generation);
                    self.by_code.entry(code.clone()).and_modify(Cursor::end);
                    self.under_test.insert(code);
                }
            }
            Admission::Stop => self.is_stopped = true,
        }
        self.admitted.is_blocked |= !matches!(admission, Admission::Take | Admission::TakeFor(_));
    }

    fn take(&mut self, offer: Offer, claim: Claim, endpoint: Option<Endpoint>) {
        self.admitted.candidates.push((claim, endpoint));
        self.admitted.fair_queue.served(&self.groups, offer);
        self.offers = self.admitted.fair_queue.offers(&self.groups).into();
        self.is_stopped |= self.admitted.candidates.len() >= self.request.limit;
    }

    pub fn end(self) -> Admitted {
        self.admitted
    }

    /// Whether a doubt that arose in this guild is for another to confirm, one that has the code too.
    fn is_for_another_guild(&self, place: usize, doubted_in: Option<GuildId>) -> bool {
        let groups = self.groups.as_slice();
        let (Some(here), Some(doubted_in)) = (groups.get(place), doubted_in) else { return false };
        let has_code = |group: &Group| (&group.key, group.generation) == (&here.key, here.generation);
        here.guild == doubted_in && groups.iter().any(|group| has_code(group) && group.guild != doubted_in)
    }

    /// Reads the checks of codes, of which there are few.
    fn read_checks(&self, connection: &Connection, cursor: &mut Cursor) -> rusqlite::Result<()> {
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
    fn read_offer(&self, connection: &Connection, offer: Offer, cursor: &mut Cursor) -> rusqlite::Result<()> {
        if offer == Offer::Check {
            return self.read_checks(connection, cursor);
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

    /// Reads the next page of a code, in which the redemption that has been due longest is first.
    fn read_code(
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
