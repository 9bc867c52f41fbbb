//! Lists of players that people paste into a form: one player a line, in any order and with any separators.
//!
//! The lines are read as those of a file without columns ([`typed`]), and a table that these do not fit as a file is
//! ([`roster_file`]).

use std::collections::{HashMap, HashSet};

use super::player::{Player, PlayerId, State};
use super::roster_file::typed::{self, ReadLine, SHOWN_CHARS};
use super::roster_file::{self, BadLine};
use crate::domain::text::{clean, trim};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastedList {
    /// In the list's order, each id once.
    pub players: Vec<Player>,
    /// The lines left out, in the list's order.
    pub bad_lines: Vec<BadPaste>,
}

/// A pasted line without a usable player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadPaste {
    /// Of a table, which is read like a file.
    Table(BadLine),
    Line {
        /// Counted from 1, blank lines included.
        number: u64,
        /// The beginning of the line.
        text: String,
        problem: Problem,
    },
}

/// What is wrong with a pasted line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    Unread(typed::Problem),
    /// The id is also on this line, with another name.
    Repeated(u64),
    /// The id is also on this line, with another state, so neither can be trusted.
    Contradicted(u64),
}

/// Reads a pasted list. Players without a state of their own get `state`. A blank text gives an empty list.
pub fn parse(text: &str, state: Option<State>) -> PastedList {
    if roster_file::is_json(text) {
        if let Ok(json) = roster_file::parse(text.as_bytes(), state) {
            let bad_lines = json.bad_lines.into_iter().map(BadPaste::Table).collect();
            return PastedList { players: json.players, bad_lines };
        }
        // Read as lines, the titles of its fields would be names.
        if text.contains("\":") || text.contains("\" :") {
            let problem = Problem::Unread(typed::Problem::SeveralIds);
            let line = BadPaste::Line { number: 1, text: clean(text, SHOWN_CHARS), problem };
            return PastedList { players: Vec::new(), bad_lines: vec![line] };
        }
    }
    let by_lines = by_lines(text, state);
    if by_lines.bad_lines.is_empty() {
        return by_lines;
    }
    let table = roster_file::parse(text.as_bytes(), state).ok();
    match table {
        Some(table) if table.bad_lines.len() < by_lines.bad_lines.len() => {
            PastedList { players: table.players, bad_lines: table.bad_lines.into_iter().map(BadPaste::Table).collect() }
        }
        _ => by_lines,
    }
}

fn by_lines(text: &str, state: Option<State>) -> PastedList {
    let mut list = List::default();
    let text = text.replace("\r\n", "\n");
    let numbered = (1..).zip(text.split(['\n', '\r'])).filter(|(_, line)| !trim(line).is_empty());
    for ReadLine { number, text, players } in typed::read(numbered) {
        let added = players.map_err(Problem::Unread).and_then(|players| {
            let mut players = players.into_iter().map(|player| Player { state: player.state.or(state), ..player });
            players.try_for_each(|player| list.add(number, player))
        });
        if let Err(problem) = added {
            list.bad.push((number, clean(text, SHOWN_CHARS), problem));
        }
    }
    list.end()
}

#[derive(Default)]
struct List {
    players: Vec<(u64, Player)>,
    at: HashMap<PlayerId, usize>,
    contradicted: HashSet<PlayerId>,
    bad: Vec<(u64, String, Problem)>,
}

impl List {
    fn add(&mut self, number: u64, player: Player) -> Result<(), Problem> {
        let Some((first, known)) = self.at.get(&player.id).and_then(|at| self.players.get(*at)) else {
            self.at.insert(player.id, self.players.len());
            self.players.push((number, player));
            return Ok(());
        };
        if *known == player {
            return Ok(());
        }
        if known.state == player.state {
            return Err(Problem::Repeated(*first));
        }
        if self.contradicted.insert(player.id) {
            let shown = clean(&format!("{} {}", known.id, known.nickname), SHOWN_CHARS);
            self.bad.push((*first, shown, Problem::Contradicted(number)));
        }
        Err(Problem::Contradicted(*first))
    }

    fn end(self) -> PastedList {
        let Self { players, contradicted, mut bad, .. } = self;
        bad.sort_by_key(|(number, ..)| *number);
        let line = |(number, text, problem)| BadPaste::Line { number, text, problem };
        PastedList {
            players: players.into_iter().map(|(_, one)| one).filter(|one| !contradicted.contains(&one.id)).collect(),
            bad_lines: bad.into_iter().map(line).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
