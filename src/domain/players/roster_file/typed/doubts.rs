//! What all the lines of a list say about the meaning of one.

use std::collections::{HashMap, HashSet};

use super::heading::{self, Heading};
use super::line::{Line, is_around, is_between};
use super::marks::state_at_begin;
use super::{CELL_ENDS, Problem, is_header, is_marked_title};
use crate::domain::players::player::{Player, State};
use crate::domain::players::roster_file::meaning::Meaning;

/// The numbers and names of a list that may mean something else.
pub struct Doubts {
    /// There are titles that are not understood: a lone number may be anything.
    has_titles: bool,
    /// Most names have a low number.
    are_states: bool,
    /// Some players have names.
    has_names: bool,
    /// The marked numbers count up: they may number the lines.
    are_counted: bool,
    /// A state on a line of its own, which may belong to the player above or to all players below.
    stray: Option<u32>,
    /// What stands before several players of several lines, such as `Power 98765432`.
    repeated: HashSet<String>,
}

impl Doubts {
    pub fn of(read: &[(u64, &str, Result<Line, Problem>)]) -> Self {
        let lines = || read.iter().filter_map(|(_, text, line)| Some((*text, line.as_ref().ok()?)));
        let others = || read.iter().enumerate().filter(|(_, (.., line))| *line == Err(Problem::NoId));
        let (players, numbered) = (lines().count(), lines().filter(|(_, line)| line.loose_number.is_some()).count());
        let first = read.iter().position(|(.., line)| line.is_ok()).unwrap_or(read.len());
        let stray = others().find_map(|(at, (_, text, _))| match heading::heading(text) {
            Some(Heading::Unclear(number)) => Some(number),
            None if at < first => heading::state_within(text),
            _ => None,
        });
        Self {
            has_titles: others().any(|(_, (_, text, _))| are_titles(text)),
            // A few names with a low number are names; many are names and states.
            are_states: numbered > 1 && numbered * 2 > players,
            has_names: lines().any(|(_, line)| line.players.iter().any(|player| !player.nickname.is_empty())),
            are_counted: are_counted(lines()),
            stray,
            repeated: repeated(lines().map(|(_, line)| line)),
        }
    }

    /// The players of a line, if nothing speaks against them.
    pub fn clear(&self, line: Line) -> Result<Vec<Player>, Problem> {
        let state = line.players.first().and_then(|player| player.state).map(State::get);
        if let Some(number) = line.lone_number.filter(|_| self.has_titles) {
            return Err(Problem::StateOrName(number));
        }
        if let Some(number) = self.stray.filter(|_| line.players.iter().any(|player| player.state.is_none())) {
            return Err(Problem::StateOrName(number));
        }
        if let Some(number) = state.filter(|_| self.are_counted) {
            return Err(Problem::StateOrName(number));
        }
        if let Some(number) = line.loose_number.filter(|_| self.are_states) {
            return Err(Problem::StateOrName(number));
        }
        // Beside names, one of several ids may be a name.
        if self.has_names && line.is_bare_row() {
            return Err(Problem::SeveralIds);
        }
        if line.players.len() > 1 && line.players.iter().any(|player| self.repeated.contains(&player.nickname)) {
            return Err(Problem::SeveralIds);
        }
        Ok(line.players)
    }
}

/// Whether a line without an id is titles that leave it open what a number is.
fn are_titles(line: &str) -> bool {
    let is_end = |c: char| CELL_ENDS.contains(&c) || is_between(c);
    let cells = line.split(is_end).flat_map(|cell| cell.split(" - ")).filter(|cell| cell.contains(|c| !is_around(c)));
    let titles: Vec<Option<Meaning>> = cells.map(|title| Meaning::of(title.trim_matches(is_around))).collect();
    let has = |meaning| titles.contains(&Some(meaning));
    let is_known = titles.iter().flatten().next().is_some();
    let is_state = !titles.contains(&None) && has(Meaning::State) && !has(Meaning::FurnaceLevel);
    let are_titles = titles.len() > 1 && !line.contains(char::is_numeric);
    are_titles && !is_state && (is_known || (is_header(line) && !is_marked_title(line)))
}

/// Whether the states of all lines count up, as the numbers of the lines would.
fn are_counted<'a>(lines: impl Iterator<Item = (&'a str, &'a Line)>) -> bool {
    let mut states = Vec::new();
    let mut at_begin = true;
    for (text, line) in lines {
        let Some(state) = line.players.first().and_then(|player| player.state) else { return false };
        at_begin &= state_at_begin(text) == Some(state.get());
        states.push(state.get());
    }
    let rises = |step: u32| states.windows(2).all(|pair| pair[1] > pair[0] && pair[1] - pair[0] <= step);
    (at_begin && states.len() > 1 && rises(u32::MAX)) || (states.len() > 2 && rises(1))
}

/// The names that several of the lines with several players have.
fn repeated<'a>(lines: impl Iterator<Item = &'a Line>) -> HashSet<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for line in lines.filter(|line| line.players.len() > 1) {
        let names: HashSet<&str> = line.players.iter().map(|player| player.nickname.as_str()).collect();
        names.into_iter().filter(|name| !name.is_empty()).for_each(|name| *counts.entry(name).or_default() += 1);
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name.to_owned()).collect()
}
