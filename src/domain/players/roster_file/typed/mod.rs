//! Lines that are no table: ids with or without names, as people type them and paste them from a chat.
//!
//! Files and pasted lists ([`crate::domain::players::pasted_list`]) are read by the same rules ([`read`]). A number that may
//! be a state or a part of a name is not guessed at: without columns nobody knows.

mod doubts;
mod heading;
mod line;
mod marks;
mod values;

use thiserror::Error;

use self::doubts::Doubts;
use self::line::is_around;
use super::meaning::Meaning;
use crate::domain::players::player::Player;
use crate::domain::text::trim;

pub(super) use self::heading::{Heading, heading};
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
    #[error(
        "there may be several players, or one and another number; put each player on a line of their own, without other numbers"
    )]
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

/// Reads each of `lines`, which are not blank. Titles that are marked as such (`R4:`, `# farms`) are left out. A title that
/// is a state (`State 245:`) is the state of the players below it.
pub fn read<'a>(lines: impl Iterator<Item = (u64, &'a str)>) -> Vec<ReadLine<'a>> {
    let read: Vec<(u64, &str, Result<Line, Problem>)> =
        lines.map(|(number, text)| (number, text, Line::read(text))).collect();
    let doubts = Doubts::of(&read);
    let mut state = None;
    let mut lines = Vec::with_capacity(read.len());
    for (number, text, line) in read {
        let players = match line {
            Ok(line) => doubts.clear(line).map(|players| {
                players.into_iter().map(|player| Player { state: player.state.or(state), ..player }).collect()
            }),
            Err(problem) => match heading(text) {
                Some(Heading::Below(below)) => {
                    state = Some(below);
                    continue;
                }
                None if is_marked_title(text) => continue,
                _ => Err(problem),
            },
        };
        lines.push(ReadLine { number, text, players });
    }
    lines
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
    let cells = line.split(CELL_ENDS).filter(|cell| cell.contains(|c| !is_around(c)));
    cells.count() > 1 && !line.contains(char::is_numeric)
}

#[cfg(test)]
mod tests;
