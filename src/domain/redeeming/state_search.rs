//! The search for a player's state where the one on file is wrong (the game says USER INFO ERROR).
//!
//! The players of one roster mostly live in few states. Those of the others are tried, the most frequent first, with calls
//! that redeem nothing ([`crate::domain::redeeming::state_check`]). A game that says the same of every state proves nothing: before a found state is
//! believed, the one on file is asked about once more, and must be refused again.

use std::collections::{HashMap, VecDeque};

use crate::domain::players::player::{PlayerId, State};
use crate::domain::redeeming::state_check::StateCheck;

/// The most states that are tried for one player.
pub const MAX_STATES: usize = 5;

/// The searches that are under way, and those that found nothing.
#[derive(Debug, Default)]
pub struct Searches(HashMap<PlayerId, Search>);

#[derive(Debug)]
struct Search {
    /// The state on file, which is wrong.
    wrong: State,
    left: VecDeque<State>,
    /// A state that the game confirmed, while it is to refuse the one on file once more.
    found: Option<State>,
}

/// What an answer made of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Searched {
    /// There is more to ask.
    GoesOn,
    /// The player lives there.
    Found(State),
    /// The player lives in none of the states that were tried.
    NotFound,
    /// There is no such player.
    NoSuchPlayer,
    /// The game contradicts itself: it refused the state on file, and confirms it and another one now.
    Contradicted,
    /// The answer tells nothing.
    Unclear,
}

impl Searches {
    /// Begins to search for a player's state, which is not `wrong`, among these, the first ones first. Returns whether there
    /// is anything to try: not where they were tried before for the same wrong state.
    pub fn begin(&mut self, player: PlayerId, wrong: State, among: Vec<State>) -> bool {
        if self.0.get(&player).is_some_and(|search| search.wrong == wrong) {
            return self.next(player).is_some();
        }
        let left = among.into_iter().filter(|state| *state != wrong).take(MAX_STATES).collect();
        self.0.insert(player, Search { wrong, left, found: None });
        self.next(player).is_some()
    }

    /// Whether a player's state was searched for, or is being, since `wrong` is on file.
    pub fn knows(&self, player: PlayerId, wrong: State) -> bool {
        self.0.get(&player).is_some_and(|search| search.wrong == wrong)
    }

    /// The state to ask about next for a player; `None` where nothing is searched or nothing left.
    pub fn next(&self, player: PlayerId) -> Option<State> {
        let search = self.0.get(&player)?;
        search.found.map(|_| search.wrong).or_else(|| search.left.front().copied())
    }

    /// Takes note of what the game said of the state that was asked about.
    pub fn told(&mut self, player: PlayerId, asked: State, outcome: &StateCheck) -> Searched {
        let Some(search) = self.0.get_mut(&player) else { return Searched::Unclear };
        let searched = match (outcome, search.found) {
            (StateCheck::Unclear(_), _) => Searched::Unclear,
            (StateCheck::NoSuchPlayer, _) => Searched::NoSuchPlayer,
            (StateCheck::Right, None) => {
                search.found = Some(asked);
                Searched::GoesOn
            }
            (StateCheck::WrongState, None) => {
                search.left.retain(|state| *state != asked);
                if search.left.is_empty() { Searched::NotFound } else { Searched::GoesOn }
            }
            (StateCheck::WrongState, Some(found)) if asked == search.wrong => Searched::Found(found),
            (StateCheck::Right, Some(_)) if asked == search.wrong => Searched::Contradicted,
            // An answer to an earlier question.
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
            assert_eq!(searches.told(player(), next, &StateCheck::WrongState), expected);
        }
        assert_eq!(tried, [1, 2, 4, 5, 6]);
        assert!(!searches.begin(player(), state(3), vec![state(9)]), "nothing new to try");
        assert!(searches.begin(player(), state(7), vec![state(9)]), "another state on file");
        assert_eq!(searches.told(player(), state(9), &StateCheck::NoSuchPlayer), Searched::NoSuchPlayer);
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
            assert_eq!(searches.told(player(), state(2), &StateCheck::Right), Searched::GoesOn);
            assert_eq!(searches.next(player()), Some(state(1)), "the control");
            assert_eq!(searches.told(player(), state(1), &again), searched);
            assert_eq!(searches.knows(player(), state(1)), knows);
        }
    }
}
