//! Codes for which everybody is told something unknown though the game is well: each is held, and asked about with one
//! player now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Call, Change, CodeId, Counts, FIRST_WAIT, Failure, LONGEST_WAIT_FOR_PEOPLE, wait};
use crate::domain::answers::status::Status;
use crate::domain::players::player::PlayerId;

/// So many players in a row who are told something unknown for one code.
const PLAYERS: usize = 3;
/// A code is held for no longer: every redemption ends.
const LONGEST_HOLD: Duration = Duration::from_secs(24 * 3600);
/// Codes with failures, and failures of a code, that are remembered.
const MOST_REMEMBERED: usize = 256;

/// The codes that are troubled, or held.
#[derive(Debug, Default)]
pub struct Codes {
    streaks: BTreeMap<CodeId, Streak>,
    held: BTreeMap<CodeId, Held>,
    /// Those that were held for as long as may be.
    were_held: BTreeSet<CodeId>,
}

/// Unknown answers in a row for one code.
#[derive(Debug)]
struct Streak {
    players: BTreeSet<PlayerId>,
    failures: Vec<Failure>,
    since: Duration,
}

/// A code that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Since when.
    pub since: Duration,
    /// What the game says to everybody.
    pub evidence: Status,
    asked: u32,
    is_asking: bool,
    ask_at: Duration,
}

impl Codes {
    /// Notes something unknown that was told for a code; whether several players in a row were told so.
    pub(super) fn note(&mut self, call: &Call<'_>, code: CodeId, now: Duration) -> bool {
        if self.were_held.contains(&code) {
            return false;
        }
        if self.streaks.len() >= MOST_REMEMBERED {
            self.streaks.clear();
        }
        let new = || Streak { players: BTreeSet::new(), failures: Vec::new(), since: now };
        let streak = self.streaks.entry(code).or_insert_with(new);
        streak.players.insert(call.player);
        if let Some(tried) = call.tried.filter(|_| streak.failures.len() < MOST_REMEMBERED) {
            streak.failures.push(Failure { tried: tried.clone(), status: call.status.clone() });
        }
        streak.players.len() >= PLAYERS
    }

    /// Something known was told for a code; whether it was held.
    pub(super) fn release(&mut self, code: &CodeId) -> bool {
        self.streaks.remove(code);
        self.held.remove(code).is_some()
    }

    /// The game itself is in trouble: what it said lately is no evidence against a code.
    pub(super) fn forget_streaks(&mut self) {
        self.streaks.clear();
    }

    /// Something unknown was told for a code that is held; `None` for one that is not.
    pub(super) fn still_held(
        &mut self,
        code: &CodeId,
        status: &Status,
        now: Duration,
    ) -> Option<(Counts, Vec<Change>)> {
        let held = self.held.get_mut(code)?;
        if now.saturating_sub(held.since) >= LONGEST_HOLD {
            self.held.remove(code);
            if self.were_held.len() >= MOST_REMEMBERED {
                self.were_held.clear();
            }
            self.were_held.insert(code.clone());
            return Some((Counts::Yes, vec![Change::Released(code.clone())]));
        }
        if held.is_asking {
            held.asked = held.asked.saturating_add(1);
            held.is_asking = false;
            held.ask_at = now + wait(held.asked, LONGEST_WAIT_FOR_PEOPLE);
        }
        held.evidence = status.clone();
        // Due again behind the others: the next one to be asked for is somebody else.
        Some((Counts::No(held.ask_at), Vec::new()))
    }

    /// The game is well: the codes for which several players in a row were told something unknown are held.
    pub(super) fn hold_troubled(&mut self, now: Duration) -> Vec<Change> {
        let is_troubled = |streak: &Streak| streak.players.len() >= PLAYERS;
        let troubled: Vec<CodeId> =
            self.streaks.iter().filter(|(_, streak)| is_troubled(streak)).map(|(code, _)| code.clone()).collect();
        let mut changes = Vec::new();
        for code in troubled {
            let Some(Streak { failures, since, .. }) = self.streaks.remove(&code) else { continue };
            let Some(evidence) = failures.last().map(|failure| failure.status.clone()) else { continue };
            let ask_at = now + FIRST_WAIT;
            let held = Held { since, evidence: evidence.clone(), asked: 1, is_asking: false, ask_at };
            self.held.insert(code.clone(), held);
            changes.push(Change::Held(code, evidence, failures));
        }
        changes
    }

    /// Whether a try for this code may begin at `now`.
    pub fn may_try(&self, code: &CodeId, now: Duration) -> bool {
        self.held.get(code).is_none_or(|held| !held.is_asking && held.ask_at <= now)
    }

    /// A try for this code begins.
    pub fn begin_try(&mut self, code: &CodeId) {
        if let Some(held) = self.held.get_mut(code) {
            held.is_asking = true;
        }
    }

    /// A try for this code is over, whatever came of it.
    pub fn end_try(&mut self, code: &CodeId) {
        if let Some(held) = self.held.get_mut(code) {
            held.is_asking = false;
        }
    }

    /// The codes that are held, the one held for longest first.
    pub fn held(&self) -> Vec<(&CodeId, &Held)> {
        let mut held: Vec<_> = self.held.iter().collect();
        held.sort_unstable_by(|a, b| (a.1.since, a.0).cmp(&(b.1.since, b.0)));
        held
    }

    /// When the next code that is held may be asked about.
    pub fn next_try(&self) -> Option<Duration> {
        self.held.values().filter(|held| !held.is_asking).map(|held| held.ask_at).min()
    }

    /// Whoever made the calls under way is gone.
    pub(super) fn abandon(&mut self) {
        for held in self.held.values_mut() {
            held.is_asking = false;
        }
    }
}
