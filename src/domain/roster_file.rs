//! The players file: CSV with a header, `player_id`, `nickname`, `state` and perhaps `furnace_level`.

use std::collections::HashMap;

use thiserror::Error;

use super::player::{Player, PlayerId, State, furnace_level};
use super::text::{NAME_CHARS, clean};

/// The largest players file, in bytes: about 150,000 players.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;

/// Why a file as a whole cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RosterFileError {
    /// 0 bytes, or blanks.
    #[error("the file is empty; its first line must be player_id,nickname,state")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than {} MiB; split it", MAX_BYTES / (1024 * 1024))]
    TooLarge,
    /// A column that must be there is not.
    #[error(
        "the first line has no column {0}; it must be player_id,nickname,state (commas between, furnace_level optional)"
    )]
    MissingColumn(&'static str),
    /// Not UTF-8.
    #[error("line {0} is not UTF-8 text; save the file as CSV UTF-8")]
    NotUtf8(u64),
    /// A header and nothing else.
    #[error("the file has a header but no players")]
    NoPlayers,
}

/// A line that names no player, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct BadLine {
    /// Counted from 1, the header included.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// What a players file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterFile {
    /// The players, in the file's order, each id once.
    pub players: Vec<Player>,
    /// The lines left out.
    pub bad_lines: Vec<BadLine>,
}

struct Columns {
    id: usize,
    nickname: usize,
    state: usize,
    furnace_level: Option<usize>,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, RosterFileError> {
        let find = |name: &str| header.iter().position(|column| column.trim().eq_ignore_ascii_case(name));
        let must = |name: &'static str| find(name).ok_or(RosterFileError::MissingColumn(name));
        Ok(Self {
            id: must("player_id")?,
            nickname: must("nickname")?,
            state: must("state")?,
            furnace_level: find("furnace_level"),
        })
    }

    fn player(&self, record: &csv::StringRecord) -> Result<Player, String> {
        let field = |column: usize, name: &str| {
            record.get(column).map(str::trim).ok_or_else(|| format!("there is no {name}: the line has too few columns"))
        };
        let id: PlayerId = field(self.id, "player_id")?.parse().map_err(|e| format!("{e}"))?;
        let state = match field(self.state, "state")? {
            "" => None,
            text => Some(text.parse::<State>().map_err(|e| e.to_string())?),
        };
        let level = match self.furnace_level.and_then(|column| record.get(column)).map(str::trim) {
            None | Some("") => None,
            Some(text) => Some(furnace_level(text).map_err(|e| e.to_string())?),
        };
        let nickname = clean(field(self.nickname, "nickname")?, NAME_CHARS);
        Ok(Player { id, nickname, state, furnace_level: level })
    }
}

/// Counts lines as an editor does. The CSV reader's own count is one short after `\r\n`, and does not say where blank
/// lines stand.
struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl LineCounter<'_> {
    /// The line of the record that begins at `byte` or, past the line ends there, behind it.
    fn of_record_at(&mut self, byte: u64) -> u64 {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        while let Some(c) = self.bytes.get(self.at) {
            let is_end = matches!(c, b'\n' | b'\r');
            if self.at >= byte && !is_end {
                break;
            }
            let is_half = *c == b'\r' && self.bytes.get(self.at + 1) == Some(&b'\n');
            self.line += u64::from(is_end && !is_half);
            self.at += 1;
        }
        self.line
    }
}

/// Reads a players file: UTF-8 with or without a byte order mark, any line ends, quoted fields.
///
/// # Errors
/// When the file as a whole is unreadable. Bad lines are not an error here but listed, for the caller to decide.
pub fn parse(bytes: &[u8]) -> Result<RosterFile, RosterFileError> {
    if bytes.len() > MAX_BYTES {
        return Err(RosterFileError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(RosterFileError::Empty);
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let columns = Columns::find(reader.headers().map_err(|_| RosterFileError::NotUtf8(1))?)?;
    let mut file = RosterFile::default();
    let mut first_line_of: HashMap<PlayerId, u64> = HashMap::new();
    let mut record = csv::StringRecord::new();
    let mut lines = LineCounter { bytes, at: 0, line: 1 };
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let byte = error.position().map_or(0, csv::Position::byte);
                return Err(RosterFileError::NotUtf8(lines.of_record_at(byte)));
            }
        }
        let line = lines.of_record_at(record.position().map_or(0, csv::Position::byte));
        let read = columns.player(&record).and_then(|player| match first_line_of.get(&player.id) {
            Some(first) => Err(format!("player_id {} stands on line {first} already", player.id)),
            None => Ok(player),
        });
        match read {
            Ok(player) => {
                first_line_of.insert(player.id, line);
                file.players.push(player);
            }
            Err(reason) => file.bad_lines.push(BadLine { line, reason }),
        }
    }
    if file.players.is_empty() && file.bad_lines.is_empty() {
        return Err(RosterFileError::NoPlayers);
    }
    Ok(file)
}

/// A players file with these players, as [`parse`] reads it.
#[must_use]
pub fn write(players: &[Player]) -> Vec<u8> {
    let mut file = csv::Writer::from_writer(Vec::new());
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    let mut rows = vec![["player_id", "nickname", "state", "furnace_level"].map(str::to_owned)];
    rows.extend(players.iter().map(|player| {
        let state = number(player.state.map(State::get));
        [player.id.to_string(), player.nickname.clone(), state, number(player.furnace_level)]
    }));
    // Into memory nothing fails to be written.
    for row in rows {
        drop(file.write_record(row));
    }
    file.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(file: &RosterFile) -> Vec<u64> {
        file.players.iter().map(|p| p.id.get()).collect()
    }

    #[test]
    fn a_spreadsheets_file_is_read() {
        let text = "\u{FEFF}Player_ID,nickname, state ,furnace_level,notes\r\n\
                    33750731,\"Frost, Lord\",245,30,x\r\n\r\n7,\"say \"\"hi\"\"\",,\r\n";
        let file = parse(text.as_bytes()).unwrap();
        assert_eq!((ids(&file), file.bad_lines.len()), (vec![33_750_731, 7], 0));
        assert_eq!(file.players[0].nickname, "Frost, Lord");
        assert_eq!(file.players[0].furnace_level, Some(30));
        assert_eq!((file.players[1].nickname.as_str(), file.players[1].state), ("say \"hi\"", None));
    }

    #[test]
    fn bad_lines_are_named_with_number_and_reason() {
        let text = "player_id,nickname,state\n12a4,A,1\n5,B,0\n6,C,1\n6,D,1\n7\n8,E,1\n";
        let file = parse(text.as_bytes()).unwrap();
        assert_eq!(ids(&file), [6, 8]);
        let said: Vec<String> = file.bad_lines.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "line 2: player_id \"12a4\" is not a number of 1 to 12 digits",
                "line 3: state \"0\" is not a whole number from 1",
                "line 5: player_id 6 stands on line 4 already",
                "line 6: there is no state: the line has too few columns",
            ]
        );
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("player_id,nickname,state{end}1,\"two{end}lines\",1{end}{end}x,B,1{end}2,C,1{end}y,D,1");
            let file = parse(text.as_bytes()).unwrap();
            let lines: Vec<u64> = file.bad_lines.iter().map(|bad| bad.line).collect();
            assert_eq!(lines, [5, 7], "{end:?}");
        }
    }

    #[test]
    fn files_that_are_none_say_why() {
        assert_eq!(parse(b""), Err(RosterFileError::Empty));
        assert_eq!(parse(b"\xEF\xBB\xBF \n"), Err(RosterFileError::Empty));
        assert_eq!(parse(b"player_id,nickname\n1,A\n"), Err(RosterFileError::MissingColumn("state")));
        assert_eq!(parse(b"player_id;nickname;state\n1;A;2\n"), Err(RosterFileError::MissingColumn("player_id")));
        assert_eq!(parse(b"player_id,nickname,state\n"), Err(RosterFileError::NoPlayers));
        assert_eq!(parse(b"player_id,nickname,state\n1,\xFF,2\n"), Err(RosterFileError::NotUtf8(2)));
        assert_eq!(parse(&vec![b'x'; MAX_BYTES + 1]), Err(RosterFileError::TooLarge));
    }

    proptest! {
        #[test]
        fn any_bytes_are_players_or_an_error_on_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for bytes in [bytes.clone(), [b"player_id,nickname,state\n".to_vec(), bytes].concat()] {
                match parse(&bytes) {
                    Ok(file) => for bad in file.bad_lines {
                        prop_assert!(!bad.to_string().contains('\n'), "{}", bad);
                    },
                    Err(error) => prop_assert!(!error.to_string().contains('\n')),
                }
            }
        }
    }
}
