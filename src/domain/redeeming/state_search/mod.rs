//! What is known of a player's id and state, and the search for a state that is wrong or missing.
//!
//! The calls redeem nothing ([`crate::domain::redeeming::state_check`]). A new or corrected player is checked with one
//! of them. If the game refuses the state on file, or there is none, other states are tried: those of the player's
//! rosters (for an account on none: of all rosters), the most frequent first, then their neighbours ([`candidates`]).
//! A game that gives the same answer for every state proves nothing. So before a found state is believed, one that must be
//! wrong is asked about as a control, and must be refused: the state on file, or one that was refused before.
//!
//! A search makes at most [`CALLS_A_DAY`] calls a day for each roster, so that a long list of wrong states takes its time
//! and nothing else. It ends when every candidate was refused, when the game has said [`NOBODY_AFTER`] times that it knows
//! no such player, or after [`SEARCH_FOR`].

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::players::player::State;
use crate::domain::redeeming::state_check::StateCheck;

/// The calls that the searches for the players of one roster make in a day. A player on several rosters counts for each.
pub const CALLS_A_DAY: u32 = 40;
/// How far from a known state is searched.
pub const AROUND: u32 = 20;
/// The most states of rosters that are tried.
pub const MAX_LISTED: usize = 20;
/// The most states that one search tries, even if its rosters change all the time.
pub const MAX_TRIED: usize = 150;
/// So many answers that show nothing end a check.
pub const MAX_UNCLEAR: u32 = 20;
/// The game is believed that it knows no player with an id once so many answers of a check say so.
pub const NOBODY_AFTER: u32 = 3;
/// How long a player who was doubted and confirmed is not doubted again.
pub const DOUBTED_AGAIN_AFTER: Duration = Duration::from_secs(DAY);
/// The longest search. Where very many states are wrong, the day's calls do not suffice for all candidates.
pub const SEARCH_FOR: Duration = Duration::from_secs(14 * DAY);
/// How long a result without a state counts. After that, a refused redemption begins another search.
pub const BELIEVED_FOR: Duration = Duration::from_secs(14 * DAY);

const DAY: u64 = 86_400;

/// How the check of a player stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum CheckStatus {
    /// Not checked yet.
    Unchecked,
    /// The game confirmed the state on file.
    Right,
    /// The state on file is wrong or missing, and others are tried.
    Searching,
    /// A search found the state, which is on file now.
    Found,
    /// A search ended without a state.
    NotFound,
    /// The game knows no player with this id.
    NoSuchPlayer,
    /// The game's answers showed nothing.
    Unclear,
}

impl CheckStatus {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// A word that a newer program wrote counts as [`CheckStatus::Unclear`]: nothing follows from it.
    pub fn read(name: &str) -> Self {
        name.parse().unwrap_or(Self::Unclear)
    }

    /// Whether there is more to ask.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Unchecked | Self::Searching)
    }

    /// Whether a person has to give another state or id.
    pub fn needs_a_person(self) -> bool {
        matches!(self, Self::NotFound | Self::NoSuchPlayer)
    }
}

/// The check of one player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayerCheck {
    pub status: CheckStatus,
    /// The state on file.
    pub on_file: Option<State>,
    /// The states that were refused, apart from the one on file.
    pub tried: Vec<State>,
    /// A state that the game confirmed. The control is made before it counts.
    pub candidate: Option<State>,
    /// The answers that showed nothing.
    pub unclear: u32,
    /// The answers that the game knows no player with this id, since the last one that shows the player. Those of a check
    /// that confirmed the state on file stay noted.
    pub nobody: u32,
    /// Since when the status stands.
    pub since: Timestamp,
}

/// The states to try, in order and each once: `listed` as given, then ±1 to ±20 around the first of them and around the
/// state on file, the nearest first. The state on file is not among them.
pub fn candidates(listed: &[State], on_file: Option<State>) -> Vec<State> {
    let mut states: Vec<State> = Vec::new();
    let mut add = |state: Option<State>| {
        if let Some(state) = state.filter(|state| Some(*state) != on_file && !states.contains(state)) {
            states.push(state);
        }
    };
    listed.iter().take(MAX_LISTED).for_each(|state| add(Some(*state)));
    let centres: Vec<State> = listed.first().copied().into_iter().chain(on_file).collect();
    for distance in 1..=AROUND {
        for centre in &centres {
            add(centre.get().checked_add(distance).and_then(State::new));
            add(centre.get().checked_sub(distance).and_then(State::new));
        }
    }
    states
}

impl PlayerCheck {
    pub fn new(on_file: Option<State>, now: Timestamp) -> Self {
        let status = CheckStatus::Unchecked;
        Self { status, on_file, tried: Vec::new(), candidate: None, unclear: 0, nobody: 0, since: now }
    }

    /// A search for a player whose state the game refused, or who has none.
    pub fn search(on_file: Option<State>, now: Timestamp) -> Self {
        Self { status: CheckStatus::Searching, ..Self::new(on_file, now) }
    }

    /// The state to ask about next, if there is any. `listed` are the states of the player's rosters, the most frequent
    /// first.
    pub fn next(&self, listed: &[State]) -> Option<State> {
        match (self.status, self.candidate) {
            (status, _) if !status.is_open() => None,
            (_, Some(candidate)) => Some(self.control(candidate)),
            (CheckStatus::Unchecked, None) if self.on_file.is_some() => self.on_file,
            _ if self.tried.len() >= MAX_TRIED => None,
            _ => candidates(listed, self.on_file).into_iter().find(|state| !self.tried.contains(state)),
        }
    }

    /// A state that must be refused if `candidate` is right.
    fn control(&self, candidate: State) -> State {
        let neighbour = State::new(candidate.get().saturating_sub(1)).or_else(|| State::new(candidate.get() + 1));
        self.on_file.or(self.tried.last().copied()).or(neighbour).unwrap_or(candidate)
    }

    /// Whether the next call belongs to a search, and counts for its day. The check of a new player does not: one call,
    /// and the control where it finds a state at once.
    pub fn is_search(&self) -> bool {
        self.status == CheckStatus::Searching
    }

    /// Follows the answer to the question about `asked`.
    pub fn answered(&mut self, asked: State, outcome: &StateCheck, now: Timestamp) {
        match (outcome, self.candidate) {
            _ if !self.status.is_open() => {}
            (StateCheck::NoSuchPlayer, _) => {
                // One answer proves nothing: the game may have been in disorder.
                self.nobody = self.nobody.saturating_add(1);
                if self.nobody >= NOBODY_AFTER {
                    self.become_at(CheckStatus::NoSuchPlayer, now);
                }
            }
            (StateCheck::Unclear(_), _) => self.count_unclear(now),
            (StateCheck::Right, None) if Some(asked) == self.on_file => self.become_at(CheckStatus::Right, now),
            (StateCheck::Right, None) => (self.candidate, self.nobody) = (Some(asked), 0),
            // The game confirms every state, or the player moved in between.
            (StateCheck::Right, Some(candidate)) if asked != candidate => {
                self.candidate = None;
                self.count_unclear(now);
            }
            (StateCheck::WrongState, Some(candidate)) if asked != candidate => {
                self.on_file = Some(candidate);
                self.become_at(CheckStatus::Found, now);
            }
            (StateCheck::Right | StateCheck::WrongState, Some(_)) => self.count_unclear(now),
            (StateCheck::WrongState, None) => {
                self.nobody = 0;
                if Some(asked) != self.on_file && !self.tried.contains(&asked) {
                    self.tried.push(asked);
                }
                if self.status == CheckStatus::Unchecked {
                    self.become_at(CheckStatus::Searching, now);
                }
            }
        }
    }

    /// Ends a check for which nothing is left to ask, or a search that lasts too long.
    pub fn end_if_over(&mut self, listed: &[State], now: Timestamp) {
        let lasted = Duration::try_from(now.duration_since(self.since)).unwrap_or_default();
        let is_late = self.is_search() && lasted >= SEARCH_FOR;
        if self.status.is_open() && (is_late || self.next(listed).is_none()) {
            if is_late {
                // What was not tried is given up with the rest: only a state that is new to the rosters begins it again.
                let left = candidates(listed, self.on_file).into_iter().filter(|state| !self.tried.contains(state));
                let left: Vec<State> = left.take(MAX_TRIED.saturating_sub(self.tried.len())).collect();
                self.tried.extend(left);
            }
            self.become_at(CheckStatus::NotFound, now);
        }
    }

    fn count_unclear(&mut self, now: Timestamp) {
        self.unclear = self.unclear.saturating_add(1);
        if self.unclear >= MAX_UNCLEAR {
            let ended = if self.is_search() { CheckStatus::NotFound } else { CheckStatus::Unclear };
            self.become_at(ended, now);
        }
    }

    /// Doubts a player who was confirmed, after an answer that the game knows nobody with this id. A day's answers are one
    /// doubt: what failed is tried again after each, and an answer that is always the same must not go on for ever.
    /// Returns whether it does.
    pub fn doubt(&mut self, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(self.since)).unwrap_or_default();
        let may = match self.status {
            CheckStatus::Right => self.nobody == 0 || age >= DOUBTED_AGAIN_AFTER,
            CheckStatus::Found => age >= DOUBTED_AGAIN_AFTER,
            _ => false,
        };
        if may {
            *self = Self { nobody: 1, ..Self::new(self.on_file, now) };
        }
        may
    }

    /// Follows the answer to a redemption, which shows that the player is in the state on file.
    pub fn confirmed(&mut self, now: Timestamp) {
        self.become_at(CheckStatus::Right, now);
    }

    /// The answers that did not help, whatever they said.
    pub fn fruitless(&self) -> u32 {
        self.unclear.saturating_add(self.nobody)
    }

    fn become_at(&mut self, status: CheckStatus, now: Timestamp) {
        (self.status, self.since, self.candidate) = (status, now, None);
        if matches!(status, CheckStatus::Right | CheckStatus::Found) {
            self.tried.clear();
            self.unclear = 0;
            // A found state was shown by a refusal and a confirmation.
            self.nobody = if status == CheckStatus::Found { 0 } else { self.nobody };
        }
    }

    /// Whether a search that ended without a state may begin again: its rosters have a state that was not tried.
    pub fn may_resume(&self, listed: &[State]) -> bool {
        let is_new = |state: &State| Some(*state) != self.on_file && !self.tried.contains(state);
        self.status == CheckStatus::NotFound && self.tried.len() < MAX_TRIED && listed.iter().any(is_new)
    }

    /// Whether a refused redemption begins a search. It does not right after one that ended without a state.
    pub fn may_begin_again(&self, now: Timestamp) -> bool {
        let age = Duration::try_from(now.duration_since(self.since)).unwrap_or_default();
        match self.status {
            CheckStatus::NotFound | CheckStatus::NoSuchPlayer | CheckStatus::Unclear => age >= BELIEVED_FOR,
            _ => true,
        }
    }
}

/// The day of a point in time, in days since 1970 (UTC).
pub fn day_of(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().div_euclid(i64::try_from(DAY).unwrap_or(i64::MAX))).unwrap_or_default()
}

/// Counts the calls of searches by a clock that no one sets, beside the days that are stored. So a wrong date cannot
/// give a roster its calls twice while a process runs.
#[derive(Debug)]
pub struct SearchDays<L>(HashMap<L, (Duration, u32)>);

impl<L> Default for SearchDays<L> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<L: Eq + Hash + Copy> SearchDays<L> {
    /// A call for a player on these rosters begins at `now`, since the clock's start.
    pub fn begin(&mut self, lists: &[L], now: Duration) {
        self.0.retain(|_, (since, _)| now.saturating_sub(*since) < Duration::from_secs(DAY));
        for list in lists {
            self.0.entry(*list).or_insert((now, 0)).1 += 1;
        }
    }

    /// The rosters that had all calls of their day.
    pub fn used_up(&self, now: Duration) -> Vec<L> {
        let is_used_up = |(since, count): &(Duration, u32)| {
            *count >= CALLS_A_DAY && now.saturating_sub(*since) < Duration::from_secs(DAY)
        };
        self.0.iter().filter(|(_, day)| is_used_up(day)).map(|(list, _)| *list).collect()
    }
}

#[cfg(test)]
mod tests;
