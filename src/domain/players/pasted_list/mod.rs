//! Lists of players that people paste into a form: one player a line, in any order and with any separators.
//!
//! A line is read by its parts, and a table that has none of these as a players file is ([`roster_file`]): the player id is the
//! number of 6 to 12 digits, `#245`, `S245` and `state 245` are the state, and the rest is the name. A number that may
//! be a state or a part of the name is not guessed at; a name in quotes is a name.
//!
//! Written by hand: the lines have no grammar that a parser library could be given.

use std::collections::{HashMap, HashSet};

use super::player::{Player, PlayerId, State};
use super::roster_file::{self, BadLine};
use crate::domain::text::{NAME_CHARS, clean, is_unseen, trim};

/// How many digits a player id among other words has. Shorter numbers are states, levels or parts of names.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 6..=12;
/// A furnace level is never higher (`player::furnace_level`).
const MAX_LEVEL: u32 = 100;
/// The most characters of a bad line that are kept to show it.
const SHOWN_CHARS: usize = 60;

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
    /// There is no number of 6 to 12 digits.
    NoId,
    /// There are several players on the line.
    SeveralIds,
    /// This number may be the state or a part of the name.
    StateOrName(u32),
    SeveralStates,
    /// The id is also on this line, with another name.
    Repeated(u64),
    /// The id is also on this line, with another state, so neither can be trusted.
    Contradicted(u64),
}

/// Reads a pasted list. Players without a state of their own get `state`. A blank text gives an empty list.
pub fn parse(text: &str, state: Option<State>) -> PastedList {
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
    for (number, line) in (1..).zip(text.split(['\n', '\r'])) {
        if trim(line).is_empty() {
            continue;
        }
        let added = match read_line(line) {
            Ok(players) => players
                .into_iter()
                .try_for_each(|player| list.add(number, Player { state: player.state.or(state), ..player })),
            Err(problem) => Err(problem),
        };
        if let Err(problem) = added {
            list.bad.push((number, clean(line, SHOWN_CHARS), problem));
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

/// The player of a line; several if the line has nothing but ids.
fn read_line(line: &str) -> Result<Vec<Player>, Problem> {
    let line = without_number(trim(line));
    let player = |id, nickname, state| Player { id, nickname, state, furnace_level: None };
    let mut found = Found::default();
    let (line, quoted) = without_quoted(line);
    found.names.extend(quoted);
    for cell in line.split(is_cell_end) {
        let words: Vec<&str> = cell.split(is_unseen).collect();
        // A mark alone separates, too: `Frost - 12345678`.
        for words in words.split(|word| !word.is_empty() && trim_marks(word).is_empty()) {
            found.read_words(words.iter().copied().filter(|word| !word.is_empty()))?;
        }
    }
    let Found { ids, names, states, numbers } = found;
    let is_bare = names.is_empty() && states.is_empty() && numbers.is_empty();
    match ids.as_slice() {
        [] => return Err(Problem::NoId),
        [_] => {}
        several if is_bare => return Ok(several.iter().map(|id| player(*id, String::new(), None)).collect()),
        _ => return Err(Problem::SeveralIds),
    }
    let state = match (states.as_slice(), numbers.as_slice()) {
        ([], []) => None,
        ([], [number]) if *number > MAX_LEVEL && !names.is_empty() => State::new(*number),
        ([], [number, ..]) => return Err(Problem::StateOrName(*number)),
        ([state, more @ ..], _) if more.iter().all(|other| other == state) => Some(*state),
        _ => return Err(Problem::SeveralStates),
    };
    if states.is_empty()
        && let Some(number) = names.iter().find_map(|name| last_number(name))
    {
        return Err(Problem::StateOrName(number));
    }
    let names: Vec<&str> = names.iter().map(|name| name.strip_prefix(QUOTED).unwrap_or(name)).collect();
    let nickname = clean(&names.join(" "), NAME_CHARS);
    Ok(ids.into_iter().take(1).map(|id| player(id, nickname.clone(), state)).collect())
}

/// Before a name that was given in quotes. It cannot be in a line, which ends there.
const QUOTED: char = '\n';

/// A number at the end of a name that is too high for a level, and so may be the state.
fn last_number(name: &str) -> Option<u32> {
    let (_, last) = name.rsplit_once(' ').filter(|_| !name.starts_with(QUOTED))?;
    last.parse().ok().filter(|number| *number > MAX_LEVEL)
}

/// Takes the first text in quotes out of a line: it is the name, whatever it looks like.
fn without_quoted(line: &str) -> (String, Option<String>) {
    let parts: Vec<&str> = line.splitn(3, '"').collect();
    match parts.as_slice() {
        [before, name, after] if !trim(name).is_empty() => {
            (format!("{before},{after}"), Some(format!("{QUOTED}{name}")))
        }
        _ => (line.to_owned(), None),
    }
}

/// What a line contains.
#[derive(Default)]
struct Found {
    ids: Vec<PlayerId>,
    names: Vec<String>,
    states: Vec<State>,
    /// Numbers that stand alone between separators, and are neither ids nor marked as states.
    numbers: Vec<u32>,
}

impl Found {
    /// Reads the words between two separators. An id separates, too.
    fn read_words<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
        let mut name: Vec<&str> = Vec::new();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let bare = trim_marks(word);
            if let Some(id) = id(bare) {
                // The label of the id is no part of the name.
                name.pop_if(|label| is_label(label, &["id", "fid", "uid"]));
                name.pop_if(|label| is_label(label, &["player", "game"]));
                self.ids.push(id);
                self.read_name(std::mem::take(&mut name))?;
            } else if let Some(state) = state(bare) {
                self.states.push(state);
            } else if is_label(bare, &["state", "server", "kingdom"])
                && let Some(state) =
                    words.next_if(|next| id(trim_marks(next)).is_none()).map(|next| (next, trim_marks(next).parse()))
            {
                match state {
                    (_, Ok(state)) => self.states.push(state),
                    (next, Err(_)) => name.extend([word, next]),
                }
            } else {
                name.push(word);
            }
        }
        self.read_name(name)
    }

    fn read_name(&mut self, words: Vec<&str>) -> Result<(), Problem> {
        let words = match words.as_slice() {
            [label, rest @ ..]
                if ["name:", "nickname:", "name=", "nickname="].contains(&label.to_lowercase().as_str()) =>
            {
                rest
            }
            words => words,
        };
        let name = words.join(" ");
        let name = trim_marks(&name);
        match name.parse::<u32>() {
            _ if name.is_empty() || is_label(name, &["id", "fid", "uid", "state"]) => {}
            Ok(number) => self.numbers.push(number),
            // More digits than any id has.
            Err(_) if name.bytes().all(|b| b.is_ascii_digit()) => return Err(Problem::NoId),
            Err(_) => self.names.push(name.to_owned()),
        }
        Ok(())
    }
}

/// A player id among other words.
fn id(word: &str) -> Option<PlayerId> {
    let is_id = ID_DIGITS.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    is_id.then(|| word.parse().ok()).flatten()
}

/// A state that is marked as one: `#245`, `S245`, `state245`. Names such as `S1` are too common.
fn state(word: &str) -> Option<State> {
    let digits = word.bytes().rev().take_while(u8::is_ascii_digit).count();
    let is_marked = match word.chars().next() {
        Some('#') => true,
        Some('s' | 'S') => digits > 1,
        _ => false,
    };
    is_marked.then(|| word.parse().ok()).flatten()
}

fn is_label(word: &str, labels: &[&str]) -> bool {
    let bare = word.trim_end_matches([':', '=', '.']);
    labels.iter().any(|label| word.eq_ignore_ascii_case(label) || bare.eq_ignore_ascii_case(label))
}

fn is_cell_end(c: char) -> bool {
    matches!(c, ',' | ';' | '\t' | '|' | '/' | '–' | '—' | '•' | '→')
}

/// Removes what people put around a name or a number, but not the `#` of a state.
fn trim_marks(text: &str) -> &str {
    let is_mark = |c: char| {
        is_unseen(c)
            || matches!(c, '-' | ':' | '=' | '(' | ')' | '[' | ']' | '<' | '>' | '{' | '}' | '*' | '`' | '"' | '.')
    };
    text.trim_matches(is_mark)
}

/// The line without the number that a numbered list puts before it: `1. `, `12) `.
fn without_number(line: &str) -> &str {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    let is_number = (1..=4).contains(&number.len());
    match rest.strip_prefix(['.', ')']) {
        Some(item) if is_number && item.starts_with(is_unseen) => item.trim_start_matches(is_unseen),
        _ => line,
    }
}

#[cfg(test)]
mod tests;
