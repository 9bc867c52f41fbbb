//! Searches for a player's state when the one on file is wrong (the game answers USER INFO ERROR).
//!
//! The players of one roster are mostly in few states. The other players' states are tried, the most frequent first,
//! with calls that redeem nothing ([`crate::domain::redeeming::state_check`]). A game that gives the same answer for
//! every state proves nothing. So before a found state is believed, the state on file is checked once more, and must be
//! refused again.

use std::collections::{HashMap, VecDeque};

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_check::StateCheck;

pub const MAX_STATES: usize = 5;

/// The searches under way, and those that found nothing.
#[derive(Debug, Default)]
pub struct Searches(HashMap<PlayerId, Search>);

#[derive(Debug)]
struct Search {
    /// The state on file.
    wrong: State,
    left: VecDeque<State>,
    /// A state that the game confirmed. The state on file is checked once more before it counts.
    found: Option<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// There are more states to check.
    GoesOn,
    Found(State),
    /// The player is in none of the states that were tried.
    NotFound,
    NoSuchPlayer,
    /// The game contradicts itself: it refused the state on file, and now confirms both that one and another.
    Contradicted,
    /// The answer proves nothing.
    Unclear,
}

impl Searches {
    /// Starts a search for the state of a player who is not in `wrong`, in the given order. Returns whether there is
    /// anything to try; there is not if the same search ended before.
    pub fn begin(&mut self, player: PlayerId, wrong: State, among: Vec<State>) -> bool {
        if self.0.get(&player).is_some_and(|search| search.wrong == wrong) {
            return self.next(player).is_some();
        }
        let left = among.into_iter().filter(|state| *state != wrong).take(MAX_STATES).collect();
        self.0.insert(player, Search { wrong, left, found: None });
        self.next(player).is_some()
    }

    /// Whether a search ran or runs since `wrong` is on file.
    pub fn knows(&self, player: PlayerId, wrong: State) -> bool {
        self.0.get(&player).is_some_and(|search| search.wrong == wrong)
    }

    /// The state to check next; `None` if no search runs or no state is left.
    pub fn next(&self, player: PlayerId) -> Option<State> {
        let search = self.0.get(&player)?;
        search.found.map(|_| search.wrong).or_else(|| search.left.front().copied())
    }

    /// Records the result of the check of one state.
    pub fn record(&mut self, player: PlayerId, checked: State, outcome: &StateCheck) -> Searched {
        let Some(search) = self.0.get_mut(&player) else { return Searched::Unclear };
        let searched = match (outcome, search.found) {
            (StateCheck::Unclear(_), _) => Searched::Unclear,
            (StateCheck::NoSuchPlayer, _) => Searched::NoSuchPlayer,
            (StateCheck::Right, None) => {
                search.found = Some(checked);
                Searched::GoesOn
            }
            (StateCheck::WrongState, None) => {
                search.left.retain(|state| *state != checked);
                if search.left.is_empty() { Searched::NotFound } else { Searched::GoesOn }
            }
            (StateCheck::WrongState, Some(found)) if checked == search.wrong => Searched::Found(found),
            (StateCheck::Right, Some(_)) if checked == search.wrong => Searched::Contradicted,
            // The answer to an earlier check.
            (StateCheck::Right | StateCheck::WrongState, Some(_)) => Searched::GoesOn,
        };
        if matches!(searched, Searched::Found(_) | Searched::NoSuchPlayer | Searched::Contradicted) {
            self.0.remove(&player);
        }
        searched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::answers::status::Status;

    fn state(number: u32) -> State {
        State::new(number).unwrap()
    }

    fn player() -> PlayerId {
        PlayerId::new(1).unwrap()
    }

    #[test]
    fn five_states_are_tried_in_order_and_once() {
        let mut searches = Searches::default();
        assert_eq!(searches.next(player()), None);
        assert!(searches.begin(player(), state(3), (1..10).map(state).collect()));
        let mut tried = Vec::new();
        while let Some(next) = searches.next(player()) {
            tried.push(next.get());
            let expected = if tried.len() < MAX_STATES { Searched::GoesOn } else { Searched::NotFound };
            assert_eq!(searches.record(player(), next, &StateCheck::WrongState), expected);
        }
        assert_eq!(tried, [1, 2, 4, 5, 6]);
        assert!(!searches.begin(player(), state(3), vec![state(9)]), "nothing new to try");
        assert!(searches.begin(player(), state(7), vec![state(9)]), "another state on file");
        assert_eq!(searches.record(player(), state(9), &StateCheck::NoSuchPlayer), Searched::NoSuchPlayer);
        assert_eq!(searches.next(player()), None);
        assert!(!searches.begin(player(), state(9), vec![state(9)]));
    }

    #[test]
    fn a_found_state_is_believed_only_when_the_one_on_file_is_refused_again() {
        for (again, searched, knows) in [
            (StateCheck::WrongState, Searched::Found(state(2)), false),
            (StateCheck::Right, Searched::Contradicted, false),
            (StateCheck::Unclear(Status::TimedOut), Searched::Unclear, true),
        ] {
            let mut searches = Searches::default();
            searches.begin(player(), state(1), vec![state(2)]);
            assert_eq!(searches.record(player(), state(2), &StateCheck::Right), Searched::GoesOn);
            assert_eq!(searches.next(player()), Some(state(1)), "the control");
            assert_eq!(searches.record(player(), state(1), &again), searched);
            assert_eq!(searches.knows(player(), state(1)), knows);
        }
    }
}
