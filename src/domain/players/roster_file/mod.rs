//! Reads lists of players as people have them: CSV in any dialect, bare ids, JSON. Both the command line's players file
//! and Discord attachments are read here.
//!
//! A line that can be read in only one way is read; any other is rejected by name. A line with two possible meanings is
//! never guessed at, because a player in the wrong state costs calls and gets nothing.

mod columns;
mod decode;
mod json;
mod table;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use thiserror::Error;

use self::columns::{Columns, Meaning, is_meant_as_id};
use self::table::{Row, Rows, filled};
use super::player::{Player, PlayerId, State, furnace_level};
use super::spreadsheet;
use crate::domain::text::{NAME_CHARS, clean, trim};

/// The largest players file, in bytes: about 150,000 players.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most lines that are not blank.
pub const MAX_LINES: usize = 200_000;
/// How many of the columns found an error lists.
const SHOWN_COLUMNS: usize = 8;

/// Why a whole file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RosterFileError {
    /// 0 bytes, or only blanks.
    #[error(
        "the file is empty; give one player id per line, or a CSV file with the columns player_id, nickname, state"
    )]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than {} MiB; split it", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// More than [`MAX_LINES`].
    #[error("the file has more than {MAX_LINES} lines; split it")]
    TooManyLines,
    /// Not a text file.
    #[error("the file is {what}; {advice}")]
    NoList { what: &'static str, advice: &'static str },
    /// It starts like JSON but is not valid.
    #[error("the file looks like JSON but is broken: {0}")]
    Json(String),
    #[error(
        "no column with player ids was found; {}; needed are player_id (or id, fid, uid, game id) and state (or kid, \
         server), separated by commas, semicolons or tabs; nickname and furnace_level may be there",
        columns_found(.found)
    )]
    NoIds { found: String },
    /// There is no state for the players. Callers add how their option sets one for all.
    #[error("no column with states was found; {}; add a column state (or kid, server)", columns_found(.found))]
    NoStates { found: String },
    /// No header, and more than one way to read the columns.
    #[error(
        "the first line is not a header, and the columns can be read in more than one way; {}; put a line with their names \
         on top, such as player_id,nickname,state",
        columns_found(.found)
    )]
    Unclear {
        /// The cells of the first line.
        found: String,
    },
    /// A JSON object of ids and numbers.
    #[error(
        "the file has a number for each id, which may be a state or a name; write [{{\"fid\": …, \"state\": …}}, …] instead"
    )]
    NumberOfId,
    /// Two columns with the same meaning and different values.
    #[error("{place}: the columns {:?} and {:?} may both be {meaning} and differ; rename or remove one", titles[0], titles[1])]
    TwoColumns {
        /// The first line that differs.
        place: Place,
        meaning: &'static str,
        titles: [String; 2],
    },
    #[error("{0}")]
    Header(BadLine),
    #[error("the file has a header but no players")]
    NoPlayers,
}

fn columns_found(found: &str) -> String {
    if found.is_empty() { "there are no columns".to_owned() } else { format!("the columns are {found}") }
}

/// Where in a file something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Counted from 1, as in an editor.
    Line(u64),
    /// Of a JSON list, counted from 1.
    Entry(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Entry(number) => write!(f, "entry {number}"),
        }
    }
}

/// A line without a usable player, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {reason}")]
pub struct BadLine {
    pub place: Place,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterFile {
    /// In the file's order, each id once.
    pub players: Vec<Player>,
    /// The lines left out, in the file's order.
    pub bad_lines: Vec<BadLine>,
}

/// Reads a list of players. Players without a state in the file get `state`. Bad lines are no error but listed, so that
/// the caller decides.
pub fn parse(bytes: &[u8], state: Option<State>) -> Result<RosterFile, RosterFileError> {
    let text = decode::decode(bytes)?;
    if json::is_meant(trim(&text)) {
        let json::Entries { columns, rows } = json::read(trim(&text))?;
        return Reader::new(&columns, "commas", state)?.read(rows.into_iter());
    }
    let mut rows = Rows::new(&text, |cells| match Columns::of_header(cells) {
        Some(columns) => 1 + columns.understood(),
        None => usize::from(cells.first().is_some_and(|cell| is_meant_as_id(cell))),
    });
    let separators = rows.separators();
    let with_first = rows.clone();
    let Some(first) = rows.next() else { return Err(RosterFileError::Empty) };
    let columns = match first.cells {
        Ok(cells) => match Columns::of_header(&cells) {
            Some(columns) => return Reader::new(&columns, separators, state)?.read(rows),
            None if cells.first().is_some_and(|cell| is_meant_as_id(cell)) => Columns::by_position(with_first.clone())?,
            None => {
                let found = columns::found(cells.iter().take(filled(&cells)).map(AsRef::as_ref));
                return Err(RosterFileError::NoIds { found });
            }
        },
        // A broken first line counts as the header, unless the other lines can be read without one. Then it is a bad
        // line like any other.
        Err(reason) => {
            Columns::by_position(rows).map_err(|_| RosterFileError::Header(BadLine { place: first.place, reason }))?
        }
    };
    Reader::new(&columns, separators, state)?.read(with_first)
}

struct Reader<'a> {
    columns: &'a Columns,
    separators: &'static str,
    state: Option<State>,
    file: RosterFile,
    /// Where in the file, and at which index of `file.players`, each player is.
    places: HashMap<PlayerId, (Place, usize)>,
    /// Players listed with several states. None of these can be trusted.
    contradicted: HashSet<PlayerId>,
}

impl<'a> Reader<'a> {
    fn new(columns: &'a Columns, separators: &'static str, state: Option<State>) -> Result<Self, RosterFileError> {
        if state.is_none() && !columns.have(Meaning::State) {
            return Err(RosterFileError::NoStates { found: columns.found() });
        }
        let (file, places, contradicted) = (RosterFile::default(), HashMap::new(), HashSet::new());
        Ok(Self { columns, separators, state, file, places, contradicted })
    }

    fn read<'r>(mut self, rows: impl Iterator<Item = Row<'r>>) -> Result<RosterFile, RosterFileError> {
        for (row, lines) in rows.zip(0..) {
            if lines == MAX_LINES {
                return Err(RosterFileError::TooManyLines);
            }
            let place = row.place;
            let read = match row.cells {
                Ok(cells) => self.player(place, &cells)?,
                Err(reason) => Err(reason),
            };
            if let Err(reason) = read.and_then(|player| self.add(place, player)) {
                self.file.bad_lines.push(BadLine { place, reason });
            }
        }
        let RosterFile { mut players, mut bad_lines } = self.file;
        players.retain(|player| !self.contradicted.contains(&player.id));
        bad_lines.sort_by_key(|bad| bad.place);
        if players.is_empty() && bad_lines.is_empty() {
            return Err(RosterFileError::NoPlayers);
        }
        Ok(RosterFile { players, bad_lines })
    }

    /// The player of a row, or what is wrong with the row.
    fn player(&self, place: Place, cells: &[Cow<'_, str>]) -> Result<Result<Player, String>, RosterFileError> {
        let columns = self.columns;
        if let Some(width) = columns.width {
            let filled = filled(cells);
            if filled > width {
                let usual = if columns.has_header { "the header" } else { "most lines" };
                return Ok(Err(format!(
                    "has {filled} columns, {usual} {width}; put a name that contains {} in quotes",
                    self.separators
                )));
            }
            if let Some(name) = columns.lacking(cells.len()) {
                return Ok(Err(format!("there is no {name}: the line has too few columns")));
            }
        }
        let value = |meaning| columns.value(meaning, place, cells);
        let (id, state, level) = (value(Meaning::Id)?, value(Meaning::State)?, value(Meaning::FurnaceLevel)?);
        let nickname = value(Meaning::Nickname)?;
        Ok(self.read_values(id, nickname, state, level))
    }

    fn read_values(&self, id: &str, nickname: &str, state: &str, level: &str) -> Result<Player, String> {
        let id: PlayerId = if trim(id).is_empty() {
            return Err("there is no player_id".to_owned());
        } else {
            id.parse().map_err(|error| format!("{error}"))?
        };
        let state = match trim(state) {
            "" => self.state,
            text => Some(text.parse::<State>().map_err(|error| error.to_string())?),
        };
        let furnace_level = furnace_level(level);
        if furnace_level.is_none() && trim(level).parse::<u32>().is_ok() && self.may_be_shifted() {
            let (separators, level) = (self.separators, trim(level));
            return Err(format!("furnace_level {level} is too high; put a name that contains {separators} in quotes"));
        }
        // The guard against spreadsheets precedes the name, so it is removed before the name is cut.
        let nickname = clean(nickname, nickname.len());
        let nickname = clean(spreadsheet::unguarded(&nickname), NAME_CHARS);
        Ok(Player { id, nickname, state, furnace_level })
    }

    /// Whether a separator within a name would move the state to the level's column.
    fn may_be_shifted(&self) -> bool {
        self.columns.width.is_some()
            && self.columns.follows(Meaning::State, Meaning::Nickname)
            && self.columns.follows(Meaning::FurnaceLevel, Meaning::State)
    }

    fn add(&mut self, place: Place, player: Player) -> Result<(), String> {
        let id = player.id;
        let Some((first, at)) = self.places.get(&id) else {
            self.places.insert(id, (place, self.file.players.len()));
            self.file.players.push(player);
            return Ok(());
        };
        let Some(known) = self.file.players.get(*at).filter(|known| **known != player) else { return Ok(()) };
        if known.state == player.state {
            return Err(format!("player_id {id} is already on {first}, with other details"));
        }
        if self.contradicted.insert(id) {
            let reason = format!("player_id {id} is also on {place}, with another state");
            self.file.bad_lines.push(BadLine { place: *first, reason });
        }
        Err(format!("player_id {id} is already on {first}, with another state"))
    }
}

/// A players file as [`parse`] reads it.
pub fn write(players: &[Player]) -> Vec<u8> {
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let rows = players.iter().map(|player| {
        let (nickname, state) = (clean(&player.nickname, NAME_CHARS), player.state.map(State::get));
        [player.id.to_string(), nickname, number(state), number(player.furnace_level)]
    });
    spreadsheet::write(["player_id", "nickname", "state", "furnace_level"], rows)
}

#[cfg(test)]
mod tests;
