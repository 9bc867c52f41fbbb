//! The search for candidates in the order of the fair queue, without reading everything that waits.
//!
//! A search finds the groups (guild, code) in which something waits by jumping through their index. From a group it
//! reads only as many pages as it takes to find a redemption that may begin. The cost of a search therefore depends on
//! the number of groups, not on the number of redemptions that wait in them.

mod groups;
mod pages;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use rusqlite::Connection;

use crate::domain::codes::canary::CodeTrust;
use crate::domain::codes::code::CodeKey;
use crate::domain::limits::budget::Endpoint;
use crate::domain::limits::fair_queue::{FairQueue, Group, Groups, Offer};
use crate::domain::players::player::AllianceId;

use crate::store::kernel::Tx;
use crate::store::redemptions::claim::{Admission, Candidate, Claim, ClaimRequest};

use pages::{Cursor, Reader, Waiting, trust_of};

/// A code in one generation.
type CodeId = (CodeKey, u32);

/// Candidates that one search may pass over because they are not admitted. This keeps a search short however much is
/// due. The candidates in front are admitted in time and make room.
const MAX_SKIPPED: usize = 1000;

/// Redemptions that one search puts aside because they wait for their players' states.
const MAX_WAITING: usize = 200;

/// A search for candidates, in the order of the fair queue. It is plain data between its reads.
pub(super) struct Search {
    reader: Reader,
    request: ClaimRequest,
    groups: Groups,
    code_trusts: BTreeMap<CodeId, (CodeTrust, Option<AllianceId>)>,
    /// Offers for the next redemption that were not refused yet, in order.
    offers: VecDeque<Offer>,
    cursors: BTreeMap<Offer, Cursor>,
    /// The redemption that has been due longest is searched for code by code, so that a code under test does not hide
    /// the others behind its many redemptions.
    by_code: BTreeMap<CodeId, Cursor>,
    under_test: BTreeSet<CodeId>,
    /// The candidate that is not decided yet.
    open: Option<Waiting>,
    skipped: usize,
    is_stopped: bool,
    admitted: Admitted,
}

pub(super) struct Admitted {
    /// When the search began. What becomes due later is not among the candidates.
    pub read_at: Timestamp,
    pub candidates: Vec<(Claim, Option<Endpoint>)>,
    /// Redemptions whose calls are used up.
    pub given_up: Vec<Claim>,
    /// Redemptions that wait for their players' states.
    pub waiting: Vec<Claim>,
    /// Whether a due redemption was left because it was not admitted.
    pub is_blocked: bool,
    pub fair_queue: FairQueue,
}

pub(super) enum Found {
    /// The caller decides about it with [`Search::decide`].
    Candidate(Candidate),
    /// The caller must first read the next page of this offer with [`Search::read`].
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
            reader: Reader { now: tx.now(), instance },
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
            admitted: Admitted {
                read_at: tx.now(),
                candidates: Vec::new(),
                given_up: Vec::new(),
                waiting: Vec::new(),
                is_blocked: false,
                fair_queue: request.fair_queue,
            },
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
                self.reader.code(connection, key, *generation, cursor)?;
                codes.extend(cursor.rows.iter().map(code));
            }
            self.by_code = by_code;
        } else {
            let mut cursor = self.cursors.remove(&offer).unwrap_or_default();
            if cursor.needs_page() {
                self.reader.offer(connection, &self.groups, offer, &mut cursor)?;
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
            // The redemption that has been due longest, across all codes.
            Offer::LongestDue => self
                .by_code
                .values_mut()
                .filter(|cursor| !cursor.rows.is_empty())
                .min_by_key(|cursor| cursor.rows.front().map(|first| (first.due, first.claim.player)))?,
            _ => self.cursors.get_mut(&offer)?,
        };
        cursor.rows.pop_front()
    }

    /// Turns a redemption into a candidate, if it may be one. The candidate stays open until it is decided.
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
        // A check is also found in its group.
        let is_same = |claim: &Claim| {
            (claim.player, claim.generation) == (found.claim.player, found.claim.generation)
                && claim.code == found.claim.code
        };
        let mut known = self
            .admitted
            .candidates
            .iter()
            .map(|(claim, _)| claim)
            .chain(&self.admitted.given_up)
            .chain(&self.admitted.waiting);
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
            awaits_state: found.awaits_state,
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
            Admission::AwaitState => {
                // It is put aside with the claims, and so is not found again.
                self.admitted.waiting.push(found.claim);
                self.is_stopped |= self.admitted.waiting.len() >= MAX_WAITING;
                self.admitted.is_blocked |= self.is_stopped;
                return;
            }
            Admission::SkipCode => {
                if matches!(offer, Offer::First(_) | Offer::Later(_)) {
                    self.cursors.entry(offer).and_modify(Cursor::end);
                }
                // A check that may not begin does not affect the code's other redemptions.
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

    /// Whether another guild that also has the code should confirm a doubt that arose in this one.
    fn is_for_another_guild(&self, place: usize, doubted_in: Option<AllianceId>) -> bool {
        let groups = self.groups.as_slice();
        let (Some(here), Some(doubted_in)) = (groups.get(place), doubted_in) else { return false };
        let has_code = |group: &Group| (&group.key, group.generation) == (&here.key, here.generation);
        here.guild == doubted_in && groups.iter().any(|group| has_code(group) && group.guild != doubted_in)
    }
}
