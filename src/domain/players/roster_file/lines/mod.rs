//! Lists that are no table: ids with or without names, as people type them and paste them from a chat.
//!
//! Files and pasted lists ([`crate::domain::players::pasted_list`]) are read by the same rules ([`read`]). A number that may
//! be a state or a part of a name is not guessed at: without columns nobody knows.

mod line;
mod marks;

use std::borrow::Cow;

use thiserror::Error;

use self::line::{Line, is_around, trim_around};
use super::columns::Columns;
use super::entries::Entries;
use super::error::{BadLineReason, Place};
use super::meaning::Meaning;
use super::table::{self, Row};
use crate::domain::players::player::{Player, State};
use crate::domain::text::{clean, trim};

pub(super) use self::line::has_id;
pub(super) use self::marks::has_state;

/// The most characters of a bad line that are kept to show it.
pub const SHOWN_CHARS: usize = 60;
/// A furnace level is never higher (`player::furnace_level`), and no alliance has more members to number.
const MAX_LEVEL: u32 = 100;
/// What stands between columns.
const CELL_ENDS: [char; 4] = [',', ';', '\t', '|'];

/// Why a line gives no player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// There is no number of 6 to 12 digits.
    #[error("there is no player_id")]
    NoId,
    #[error("there are several players; put each on a line of their own")]
    SeveralIds,
    /// This number may be the state or a part of the name.
    #[error("{0} may be the state or a part of the name; write #{0} for the state, or put the name in quotes")]
    StateOrName(u32),
    #[error("there are several states; keep the right one")]
    SeveralStates,
}

/// A line and its players: one, or several if the line separates them.
pub struct ReadLine<'a> {
    pub number: u64,
    pub text: &'a str,
    pub players: Result<Vec<Player>, Problem>,
}

/// Reads each of `lines`, which are not blank. Titles that are marked as such (`R4:`, `# farms`) are left out.
pub fn read<'a>(lines: impl Iterator<Item = (u64, &'a str)>) -> Vec<ReadLine<'a>> {
    let mut read: Vec<(u64, &str, Result<Line, Problem>)> = lines
        .map(|(number, text)| (number, text, Line::read(text)))
        .filter(|(_, text, line)| line.is_ok() || !is_marked_title(text))
        .collect();
    let has_titles = read.iter().any(|(_, text, line)| *line == Err(Problem::NoId) && is_header(text));
    let count = |is: fn(&Line) -> bool| read.iter().filter(|(.., line)| line.as_ref().is_ok_and(is)).count();
    let (players, numbered) = (count(|_| true), count(|line| line.loose_number.is_some()));
    // A few names with a low number are names; many are names and states.
    let are_states = numbered > 1 && numbered * 2 > players;
    let has_names = count(|line| line.players.iter().any(|player| !player.nickname.is_empty())) > 0;
    read.drain(..)
        .map(|(number, text, line)| {
            let players = line.and_then(|line| match (line.lone_number, line.loose_number) {
                // Titles that are not understood may say that it is something else.
                (Some(state), _) if has_titles => Err(Problem::StateOrName(state)),
                (_, Some(state)) if are_states => Err(Problem::StateOrName(state)),
                // Beside names, one of several ids may be a name.
                _ if has_names && line.is_bare_row() => Err(Problem::SeveralIds),
                _ => Ok(line.players),
            });
            ReadLine { number, text, players }
        })
        .collect()
}

/// The ids of a text that holds nothing else, several of them on a line.
pub(super) fn only_ids(text: &str) -> Option<Entries> {
    let mut rows = Vec::new();
    let mut has_several = false;
    for (number, text) in table::lines(text) {
        match Line::read(text) {
            Ok(line) if line.is_bare() => {
                has_several |= line.is_bare_row();
                rows.extend(line.players.into_iter().map(|player| row(number, player)));
            }
            Err(Problem::NoId) if is_marked_title(text) => {}
            // Most files are tables, and end the search here.
            _ => return None,
        }
    }
    has_several.then(|| Entries { columns: columns(1), rows })
}

/// A list with an id on each line, and perhaps a name and a state. `None` if it is no such list, or if much of it can be read
/// in more than one way.
pub(super) fn read_file(text: &str) -> Option<Entries> {
    let (mut rows, mut has_states) = (Vec::new(), false);
    let (mut players, mut without_id, mut unclear) = (0_usize, 0_usize, 0_usize);
    for ReadLine { number, text, players: read } in read(table::lines(text)) {
        let problem = match read {
            Ok(read) => {
                players += 1;
                has_states |= read.iter().any(|player| player.state.is_some());
                rows.extend(read.into_iter().map(|player| row(number, player)));
                continue;
            }
            Err(problem) => problem,
        };
        let reason = if problem == Problem::NoId {
            let shown = trim_around(text);
            // It may be a player without columns, or the titles of columns.
            let has_title = is_header(text) && text.split(CELL_ENDS).any(|title| Meaning::of(title).is_some());
            if shown.starts_with(char::is_numeric) || has_title {
                return None;
            }
            if players + unclear == 0 && !shown.contains(char::is_numeric) {
                continue;
            }
            without_id += 1;
            BadLineReason::NoId
        } else {
            unclear += 1;
            BadLineReason::InLine { problem, text: clean(text, SHOWN_CHARS) }
        };
        rows.push(Row { place: Place::Line(number), cells: Err(reason) });
    }
    let is_list = players > 0 && without_id <= players && unclear < players;
    is_list.then(|| Entries { columns: columns(if has_states { 3 } else { 2 }), rows })
}

/// Whether a line without an id is a title or a remark.
fn is_marked_title(line: &str) -> bool {
    let is_marked =
        trim(line).trim_end_matches(['*', '_']).ends_with([':', '：']) || trim(line).starts_with(['#', '`']);
    is_marked && !trim_around(line).starts_with(char::is_numeric)
}

/// Whether a line without an id may be the titles of columns.
fn is_header(line: &str) -> bool {
    let mut cells = line.split(CELL_ENDS).filter(|cell| cell.contains(|c| !is_around(c)));
    cells.by_ref().count() > 1 && !line.contains(char::is_numeric)
}

fn columns(width: usize) -> Columns {
    let titles = [Meaning::Id, Meaning::Nickname, Meaning::State].map(Meaning::name);
    Columns::titled(titles.into_iter().take(width), None)
}

fn row(number: u64, player: Player) -> Row<'static> {
    let state = player.state.map_or_else(String::new, |state: State| state.get().to_string());
    let cells = [player.id.to_string(), player.nickname, state];
    Row { place: Place::Line(number), cells: Ok(cells.into_iter().map(Cow::Owned).collect()) }
}

#[cfg(test)]
mod tests;
