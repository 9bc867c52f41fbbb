//! Codes for which every player gets an unknown answer although the game is well. Such a code is held: it is tried with
//! one player at a time, at growing intervals.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{BreakerEvent, Call, CodeId, Counts, FIRST_WAIT, Failure, LONGEST_WAIT_FOR_PEOPLE, wait};
use crate::domain::answers::status::Status;
use crate::domain::players::player::PlayerId;

/// So many players in a row with an unknown answer for one code make it suspect.
const PLAYERS: usize = 3;
/// No code is held longer than this, because every redemption must end.
const LONGEST_HOLD: Duration = Duration::from_secs(24 * 3600);
/// The most codes with failures, and the most failures of a code, that are remembered.
const MOST_REMEMBERED: usize = 256;

#[derive(Debug, Default)]
pub struct Codes {
    streaks: BTreeMap<CodeId, Streak>,
    held: BTreeMap<CodeId, Held>,
    /// Those that were held for the full time. They are not held again.
    were_held: BTreeSet<CodeId>,
}

/// Unknown answers in a row for one code.
#[derive(Debug)]
struct Streak {
    players: BTreeSet<PlayerId>,
    failures: Vec<Failure>,
    since: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub since: Duration,
    /// The latest answer of the game.
    pub evidence: Status,
    tried: u32,
    is_trying: bool,
    try_at: Duration,
}

impl Codes {
    /// Records an unknown answer for a code. Returns whether several players in a row got one.
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

    /// Records a known answer for a code. Returns whether the code was held.
    pub(super) fn release(&mut self, code: &CodeId) -> bool {
        self.streaks.remove(code);
        self.held.remove(code).is_some()
    }

    /// Drops all streaks, because the game itself is in trouble: its recent answers are no evidence against a code.
    pub(super) fn forget_streaks(&mut self) {
        self.streaks.clear();
    }

    /// Records an unknown answer for a held code; `None` if the code is not held.
    pub(super) fn still_held(
        &mut self,
        code: &CodeId,
        status: &Status,
        now: Duration,
    ) -> Option<(Counts, Vec<BreakerEvent>)> {
        let held = self.held.get_mut(code)?;
        if now.saturating_sub(held.since) >= LONGEST_HOLD {
            self.held.remove(code);
            if self.were_held.len() >= MOST_REMEMBERED {
                self.were_held.clear();
            }
            self.were_held.insert(code.clone());
            return Some((Counts::Yes, vec![BreakerEvent::Released(code.clone())]));
        }
        if held.is_trying {
            held.tried = held.tried.saturating_add(1);
            held.is_trying = false;
            held.try_at = now + wait(held.tried, LONGEST_WAIT_FOR_PEOPLE);
        }
        held.evidence = status.clone();
        // Due again after the others, so that the next try is for another player.
        Some((Counts::No(held.try_at), Vec::new()))
    }

    /// Holds the codes for which several players in a row got an unknown answer, because the game is known to be well.
    pub(super) fn hold_troubled(&mut self, now: Duration) -> Vec<BreakerEvent> {
        let is_troubled = |streak: &Streak| streak.players.len() >= PLAYERS;
        let troubled: Vec<CodeId> =
            self.streaks.iter().filter(|(_, streak)| is_troubled(streak)).map(|(code, _)| code.clone()).collect();
        let mut changes = Vec::new();
        for code in troubled {
            let Some(Streak { failures, since, .. }) = self.streaks.remove(&code) else { continue };
            let Some(evidence) = failures.last().map(|failure| failure.status.clone()) else { continue };
            let try_at = now + FIRST_WAIT;
            let held = Held { since, evidence: evidence.clone(), tried: 1, is_trying: false, try_at };
            self.held.insert(code.clone(), held);
            changes.push(BreakerEvent::Held(code, evidence, failures));
        }
        changes
    }

    pub fn may_try(&self, code: &CodeId, now: Duration) -> bool {
        self.held.get(code).is_none_or(|held| !held.is_trying && held.try_at <= now)
    }

    pub fn begin_try(&mut self, code: &CodeId) {
        if let Some(held) = self.held.get_mut(code) {
            held.is_trying = true;
        }
    }

    pub fn end_try(&mut self, code: &CodeId) {
        if let Some(held) = self.held.get_mut(code) {
            held.is_trying = false;
        }
    }

    /// The held codes, the longest held first.
    pub fn held(&self) -> Vec<(&CodeId, &Held)> {
        let mut held: Vec<_> = self.held.iter().collect();
        held.sort_unstable_by(|a, b| (a.1.since, a.0).cmp(&(b.1.since, b.0)));
        held
    }

    /// When the next held code may be tried.
    pub fn next_try(&self) -> Option<Duration> {
        self.held.values().filter(|held| !held.is_trying).map(|held| held.try_at).min()
    }

    /// The calls under way will get no answer.
    pub(super) fn abandon(&mut self) {
        for held in self.held.values_mut() {
            held.is_trying = false;
        }
    }
}
