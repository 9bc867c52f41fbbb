//! The search for a player's state where the one on file is wrong (PROTOCOL §1, USER INFO ERROR).
//!
//! The players of one roster mostly live in few states. Those of the others are tried, the most frequent first, with calls
//! that redeem nothing ([`super::probe`]).

use std::collections::{HashMap, VecDeque};

use super::player::{PlayerId, State};

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
}

impl Searches {
    /// Begins to search for a player's state, which is not `wrong`, among these, the first ones first. Returns whether there
    /// is anything to try: not where they were tried before for the same wrong state.
    pub fn begin(&mut self, player: PlayerId, wrong: State, among: Vec<State>) -> bool {
        if self.0.get(&player).is_some_and(|search| search.wrong == wrong) {
            return self.next(player).is_some();
        }
        let left = among.into_iter().filter(|state| *state != wrong).take(MAX_STATES).collect();
        self.0.insert(player, Search { wrong, left });
        self.next(player).is_some()
    }

    /// Whether a player's state was searched for, or is being, since `wrong` is on file.
    #[must_use]
    pub fn knows(&self, player: PlayerId, wrong: State) -> bool {
        self.0.get(&player).is_some_and(|search| search.wrong == wrong)
    }

    /// The state to try next for a player; `None` where nothing is searched or nothing left.
    #[must_use]
    pub fn next(&self, player: PlayerId) -> Option<State> {
        self.0.get(&player).and_then(|search| search.left.front()).copied()
    }

    /// The player does not live in the state that was tried. Returns whether another is left to try.
    pub fn was_wrong(&mut self, player: PlayerId, tried: State) -> bool {
        if let Some(search) = self.0.get_mut(&player) {
            search.left.retain(|state| *state != tried);
        }
        self.next(player).is_some()
    }

    /// The search is over: the state was found, or the player is not to be searched for.
    pub fn end(&mut self, player: PlayerId) {
        self.0.remove(&player);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_states_are_tried_in_order_and_once() {
        let state = |number| State::new(number).unwrap();
        let player = PlayerId::new(1).unwrap();
        let mut searches = Searches::default();
        assert_eq!(searches.next(player), None);
        assert!(searches.begin(player, state(3), (1..10).map(state).collect()));
        let mut tried = Vec::new();
        while let Some(next) = searches.next(player) {
            tried.push(next.get());
            assert_eq!(searches.was_wrong(player, next), tried.len() < MAX_STATES);
        }
        assert_eq!(tried, [1, 2, 4, 5, 6]);
        assert!(!searches.begin(player, state(3), vec![state(9)]), "nothing new to try");
        assert!(searches.begin(player, state(7), vec![state(9)]), "another state on file");
        searches.end(player);
        assert_eq!(searches.next(player), None);
        assert!(!searches.begin(player, state(9), vec![state(9)]));
    }
}
