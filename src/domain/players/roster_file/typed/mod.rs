//! Lines that are no table: ids with or without names, as people type them and paste them from a chat.
//!
//! Files and pasted lists ([`crate::domain::players::pasted_list`]) are read by the same rules ([`read`]). A number that may
//! be a state or a part of a name is not guessed at: without columns nobody knows.

mod line;
mod marks;

use thiserror::Error;

use self::line::is_around;
use super::meaning::Meaning;
use crate::domain::players::player::Player;
use crate::domain::text::trim;

pub(super) use self::line::{Line, has_id, trim_around};
pub(super) use self::marks::has_state;

/// The most characters of a bad line that are kept to show it.
pub const SHOWN_CHARS: usize = 60;
/// A furnace level is never higher (`player::furnace_level`), and no alliance has more members to number.
const MAX_LEVEL: u32 = 100;
/// The most bytes of a line with one id. What is read in such a line is looked at once for each of its characters.
const MAX_LINE_BYTES: usize = 2000;
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
    /// Beside one id there is more than a name and a state.
    #[error("the line is longer than any list of players needs")]
    TooLong,
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

/// Whether a line without an id is a title or a remark.
pub(super) fn is_marked_title(line: &str) -> bool {
    let is_marked =
        trim(line).trim_end_matches(['*', '_']).ends_with([':', '：']) || trim(line).starts_with(['#', '`']);
    is_marked && !trim_around(line).starts_with(char::is_numeric)
}

/// Whether a line without an id has the title of a column.
pub(super) fn has_title(line: &str) -> bool {
    is_header(line) && line.split(CELL_ENDS).any(|title| Meaning::of(title).is_some())
}

/// Whether a line without an id may be the titles of columns.
fn is_header(line: &str) -> bool {
    let mut cells = line.split(CELL_ENDS).filter(|cell| cell.contains(|c| !is_around(c)));
    cells.by_ref().count() > 1 && !line.contains(char::is_numeric)
}

#[cfg(test)]
mod tests;
