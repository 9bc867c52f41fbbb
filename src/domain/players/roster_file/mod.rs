//! Reads lists of players as people have them: CSV in any dialect, bare ids, JSON. Both the command line's players file
//! and Discord attachments are read here.
//!
//! A line that can be read in only one way is read; any other is rejected by name. A line with two possible meanings is
//! never guessed at, because a player in the wrong state costs calls and gets nothing.

mod columns;
mod decode;
mod entries;
mod error;
mod json;
mod lines;
mod meaning;
mod table;
pub mod typed;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use self::columns::{Columns, is_meant_as_id};
use self::entries::Entries;
use self::table::{Row, Rows, filled};
use self::typed::Heading;
use super::player::{Player, PlayerId, State, furnace_level};
use super::spreadsheet;
use crate::domain::text::{NAME_CHARS, clean, trim};

pub use self::error::{BadLine, BadLineReason, FileKind, Place, RosterFileError, Separator};
pub use self::meaning::Meaning;

/// The largest players file, in bytes: about 150,000 players.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// The most lines that are not blank.
pub const MAX_LINES: usize = 200_000;
/// The most columns of a line.
pub const MAX_COLUMNS: usize = 200;
/// How many of the columns found an error lists.
const SHOWN_COLUMNS: usize = 8;

/// The digits of an id that can be nothing else: no state has so many, and the game's ids have no fewer.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 6..=12;

/// Whether a text is meant as JSON.
pub fn is_json(text: &str) -> bool {
    json::is_meant(json::unfenced(text))
}

/// Whether a text is an id that can be nothing else.
fn is_long_id(text: &str) -> bool {
    text.parse::<PlayerId>().is_ok_and(|id| ID_DIGITS.contains(&id.to_string().len()))
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterFile {
    /// In the file's order, each id once.
    pub players: Vec<Player>,
    /// The lines left out, in the file's order.
    pub bad_lines: Vec<BadLine>,
    /// The columns, if none has states.
    pub stateless: Option<String>,
}

/// Reads a list of players. Players without a state in the file get `state`. Bad lines are no error but listed, so that
/// the caller decides.
///
/// # Errors
///
/// If the file is no list, or if its columns can be read in several ways.
pub fn parse(bytes: &[u8], state: Option<State>) -> Result<RosterFile, RosterFileError> {
    let text = decode::decode(bytes)?;
    let of_entries =
        |Entries { columns, rows }: Entries| Reader::new(&columns, Separator::Comma, state).read(rows.into_iter());
    if is_json(&text) {
        return of_entries(json::read(json::unfenced(&text))?);
    }
    let text = table::unboxed(text);
    if let Some(ids) = lines::only_ids(&text) {
        return of_entries(ids);
    }
    let rows = Rows::new(&text, |cells| match Columns::of_header(cells) {
        Some(columns) => 1 + columns.understood(),
        // A cell with a tab is several cells.
        None => usize::from(cells.first().is_some_and(|cell| is_meant_as_id(cell) && !cell.contains('\t'))),
    });
    let separator = rows.separator();
    let mut rows = rows.filter(|row| !is_remark(row));
    let with_first = rows.clone();
    let Some(first) = rows.next() else { return Err(RosterFileError::Empty) };
    let (first_place, by_position) = match first.cells {
        Ok(cells) => match Columns::of_header(&cells) {
            Some(columns) => return Reader::new(&columns, separator, state).read(rows),
            None if cells.first().is_some_and(|cell| is_meant_as_id(cell)) => {
                (None, Columns::by_position(with_first.clone()))
            }
            None => {
                let is_title = !cells.iter().any(|cell| is_meant_as_id(cell));
                if let Some(columns) = is_title.then(|| Columns::of_late_header(&mut rows)).flatten() {
                    return Reader::new(&columns, separator, state).read(rows);
                }
                let found = columns::found(cells.iter().take(filled(&cells)).map(AsRef::as_ref));
                (None, Err(RosterFileError::NoIds { found }))
            }
        },
        // A broken first line counts as the header, unless the other lines can be read without one. Then it is a bad
        // line like any other.
        Err(reason) => {
            let header = RosterFileError::Header(BadLine { place: first.place, reason });
            (Some(first.place), Columns::by_position(rows).map_err(|_| header))
        }
    };
    match by_position {
        Ok(columns) => {
            let table = Reader::new(&columns, separator, state).read(with_first)?;
            if table.bad_lines.len() <= table.players.len() {
                return Ok(table);
            }
            // A few lines of a list may have separators.
            let list = lines::read(&text).map(of_entries);
            Ok(list.and_then(Result::ok).filter(|list| list.bad_lines.len() < table.bad_lines.len()).unwrap_or(table))
        }
        Err(error) if first_place.is_some() => Err(error),
        Err(error) => lines::read(&text).map_or(Err(error), of_entries),
    }
}

/// Whether a row is a remark: `# the old alliance`. A name may begin like one, so a row with a number is none.
fn is_remark(row: &Row<'_>) -> bool {
    let Ok(cells) = &row.cells else { return false };
    cells.first().is_some_and(|cell| trim(cell).starts_with('#'))
        && !cells.iter().any(|cell| is_meant_as_id(cell) || typed::has_id(cell))
        && !cells.iter().any(|cell| typed::has_state(cell))
        && Columns::of_header(cells).is_none()
}

struct Reader<'a> {
    columns: &'a Columns,
    separator: Separator,
    state: Option<State>,
    file: RosterFile,
    /// Where in the file, and at which index of `file.players`, each player is.
    places: HashMap<PlayerId, (Place, usize)>,
    /// Players listed with several states. None of these can be trusted.
    contradicted: HashSet<PlayerId>,
}

impl<'a> Reader<'a> {
    fn new(columns: &'a Columns, separator: Separator, state: Option<State>) -> Self {
        let stateless = (!columns.have(Meaning::State)).then(|| columns.found());
        let file = RosterFile { stateless, ..RosterFile::default() };
        Self { columns, separator, state, file, places: HashMap::new(), contradicted: HashSet::new() }
    }

    fn read<'r>(mut self, rows: impl Iterator<Item = Row<'r>>) -> Result<RosterFile, RosterFileError> {
        for (row, lines) in rows.zip(0..) {
            if lines == MAX_LINES {
                return Err(RosterFileError::TooManyLines);
            }
            let place = row.place;
            let read = match row.cells {
                Ok(cells) => match self.heading(&cells) {
                    Some(Heading::Below(state)) => {
                        self.state = Some(state);
                        continue;
                    }
                    Some(Heading::Unclear(_)) => Err(BadLineReason::NoId),
                    None => self.player(place, &cells)?,
                },
                Err(reason) => Err(reason),
            };
            if let Err(reason) = read.and_then(|player| self.add(place, player)) {
                self.file.bad_lines.push(BadLine { place, reason });
            }
        }
        let RosterFile { mut players, mut bad_lines, stateless } = self.file;
        players.retain(|player| !self.contradicted.contains(&player.id));
        bad_lines.sort_by_key(|bad| bad.place);
        if players.is_empty() && bad_lines.is_empty() {
            return Err(RosterFileError::NoPlayers);
        }
        Ok(RosterFile { players, bad_lines, stateless })
    }

    /// What a row of a table says about the states of the rows below.
    fn heading(&self, cells: &[Cow<'_, str>]) -> Option<Heading> {
        let is_table = self.columns.has_header && self.columns.width.is_some();
        cells
            .first()
            .filter(|cell| is_table && filled(cells) == 1 && !is_long_id(cell))
            .and_then(|cell| typed::heading(cell))
    }

    /// The player of a row, or what is wrong with the row.
    fn player(&self, place: Place, cells: &[Cow<'_, str>]) -> Result<Result<Player, BadLineReason>, RosterFileError> {
        let columns = self.columns;
        if let Some(usual) = columns.width {
            let filled = filled(cells);
            if filled > usual {
                let (has_header, separator) = (columns.has_header, self.separator);
                return Ok(Err(BadLineReason::TooManyColumns { columns: filled, usual, has_header, separator }));
            }
            if let Some(lacking) = columns.lacking(cells.len()) {
                return Ok(Err(BadLineReason::TooFewColumns(lacking)));
            }
        }
        let value = |meaning| columns.value(meaning, place, cells);
        // Without the name, the level would be the state.
        let may_lack_name = columns.width.is_some_and(|usual| cells.len() < usual)
            && columns.follows(Meaning::State, Meaning::Nickname);
        if may_lack_name && value(Meaning::Nickname)?.parse::<State>().is_ok() {
            return Ok(Err(BadLineReason::TooFewColumns(Meaning::Nickname)));
        }
        // The number of the row, beside the id.
        let is_number = columns.width.is_some()
            && value(Meaning::Id)?.parse::<PlayerId>().is_ok()
            && !is_long_id(value(Meaning::Id)?)
            && (columns.has_long_ids || cells.iter().any(|cell| is_long_id(cell)));
        if is_number {
            return Ok(Err(BadLineReason::NoId));
        }
        let (id, state, level) = (value(Meaning::Id)?, value(Meaning::State)?, value(Meaning::FurnaceLevel)?);
        let nickname = value(Meaning::Nickname)?;
        Ok(self.read_values(id, nickname, state, level))
    }

    fn read_values(&self, id: &str, nickname: &str, state: &str, level: &str) -> Result<Player, BadLineReason> {
        let id: PlayerId = if trim(id).is_empty() { return Err(BadLineReason::NoId) } else { id.parse()? };
        let state = match trim(state) {
            "" => self.state,
            text => Some(text.parse::<State>()?),
        };
        let furnace_level = furnace_level(level);
        if furnace_level.is_none() && trim(level).parse::<u32>().is_ok() && self.may_be_shifted() {
            return Err(BadLineReason::LevelTooHigh { level: trim(level).to_owned(), separator: self.separator });
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

    fn add(&mut self, place: Place, player: Player) -> Result<(), BadLineReason> {
        let id = player.id;
        let Some((first, at)) = self.places.get(&id).copied() else {
            self.places.insert(id, (place, self.file.players.len()));
            self.file.players.push(player);
            return Ok(());
        };
        let Some(known) = self.file.players.get(at).filter(|known| **known != player) else { return Ok(()) };
        if known.state == player.state {
            return Err(BadLineReason::OtherDetails { id, first });
        }
        if self.contradicted.insert(id) {
            let reason = BadLineReason::OtherStateLater { id, second: place };
            self.file.bad_lines.push(BadLine { place: first, reason });
        }
        Err(BadLineReason::OtherState { id, first })
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
