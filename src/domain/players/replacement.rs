//! Replacing a roster: who comes, who goes, and whose details change.

use std::collections::HashMap;

use md5::{Digest, Md5};

use super::player::{Player, PlayerId, State};
use super::spreadsheet;
use crate::domain::text::{NAME_CHARS, clean};

/// A player whose details change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub now: Player,
    pub then: Player,
}

/// What replacing a roster does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replacement {
    pub comes: Vec<Player>,
    pub goes: Vec<Player>,
    pub changes: Vec<Changed>,
    /// Players who stay as they are.
    pub same: u32,
}

impl Replacement {
    /// Compares the players on the roster `now` with those of the list that replaces it. Details that the list leaves
    /// empty stay as they are.
    pub fn of(now: &[Player], then: Vec<Player>) -> Self {
        let mut known: HashMap<PlayerId, &Player> = now.iter().map(|player| (player.id, player)).collect();
        let mut replacement = Self::default();
        for player in then {
            let Some(now) = known.remove(&player.id) else {
                replacement.comes.push(player);
                continue;
            };
            let then = Player {
                nickname: if player.nickname.is_empty() { now.nickname.clone() } else { player.nickname },
                state: player.state.or(now.state),
                furnace_level: player.furnace_level.or(now.furnace_level),
                ..player
            };
            match then == *now {
                true => replacement.same += 1,
                false => replacement.changes.push(Changed { now: now.clone(), then }),
            }
        }
        replacement.goes = now.iter().filter(|player| known.contains_key(&player.id)).cloned().collect();
        replacement
    }

    pub fn is_empty(&self) -> bool {
        self.comes.is_empty() && self.goes.is_empty() && self.changes.is_empty()
    }

    /// A hash of all of it: the same hash means the same effect.
    pub fn fingerprint(&self) -> String {
        let mut hash = Md5::new();
        for row in self.rows() {
            for cell in row {
                hash.update((cell.len() as u64).to_le_bytes());
                hash.update(cell);
            }
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// All of it as CSV: those who come, then those who go, then the changes with what was there before.
    pub fn file(&self) -> Vec<u8> {
        let header = ["change", "player_id", "nickname", "state", "furnace_level", "nickname_before", "state_before"];
        spreadsheet::write(
            header,
            self.rows().map(|[what, id, name, state, level, name_before, state_before, _]| {
                [what, id, name, state, level, name_before, state_before]
            }),
        )
    }

    fn rows(&self) -> impl Iterator<Item = [String; 8]> + '_ {
        let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        let details = move |player: &Player| {
            let (name, state) = (clean(&player.nickname, NAME_CHARS), number(player.state.map(State::get)));
            [name, state, number(player.furnace_level)]
        };
        let row = move |what: &str, player: &Player, before: Option<&Player>| {
            let ([name, state, level], [name_before, state_before, level_before]) =
                (details(player), before.map(details).unwrap_or_default());
            [what.to_owned(), player.id.to_string(), name, state, level, name_before, state_before, level_before]
        };
        let comes = self.comes.iter().map(move |player| row("comes", player, None));
        let goes = self.goes.iter().map(move |player| row("goes", player, None));
        let changes = self.changes.iter().map(move |one| row("changes", &one.then, Some(&one.now)));
        comes.chain(goes).chain(changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn player(id: u64, nickname: &str, state: u32) -> Player {
        Player {
            id: PlayerId::new(id).unwrap(),
            nickname: nickname.to_owned(),
            state: State::new(state),
            furnace_level: None,
        }
    }

    #[test]
    fn who_comes_goes_and_changes_is_told_apart() {
        let now = [player(1, "Frost", 245), player(2, "Snow", 245), player(3, "Ice", 245), player(4, "Owl", 0)];
        let then = vec![player(1, "", 0), player(2, "Snow", 246), player(5, "=New", 245), player(4, "", 245)];
        let replacement = Replacement::of(&now, then);
        let file = String::from_utf8(replacement.file()).unwrap();
        let expected = "change,player_id,nickname,state,furnace_level,nickname_before,state_before\n\
             comes,5,'=New,245,,,\ngoes,3,Ice,245,,,\nchanges,2,Snow,246,,Snow,245\nchanges,4,Owl,245,,Owl,\n";
        assert_eq!((file.as_str(), replacement.same), (expected, 1));
        assert!(!replacement.is_empty() && Replacement::of(&now, now.to_vec()).is_empty());
    }

    proptest! {
        #[test]
        fn every_player_is_counted_once_and_the_fingerprint_follows_the_effect(
            now in proptest::collection::btree_map(1u64..30, 0u32..3, 0..20),
            then in proptest::collection::btree_map(1u64..30, 0u32..3, 0..20),
        ) {
            let list = |map: &std::collections::BTreeMap<u64, u32>| -> Vec<Player> {
                map.iter().map(|(id, state)| player(*id, "", *state)).collect()
            };
            let done = Replacement::of(&list(&now), list(&then));
            let kept = done.changes.len() + done.same as usize;
            prop_assert_eq!((done.comes.len() + kept, done.goes.len() + kept), (then.len(), now.len()));
            let again = Replacement::of(&list(&now), list(&then));
            prop_assert_eq!(done.fingerprint(), again.fingerprint());
            let other = Replacement::of(&list(&then), list(&now));
            prop_assert!(done.is_empty() || done.fingerprint() != other.fingerprint());
        }
    }
}
