//! Why a file, or a line of it, is not read. The `Display` texts are the command line's; Discord has its own
//! (`discord/messages/files.rs`).

use std::fmt;

use thiserror::Error;

use super::meaning::Meaning;
use super::typed::Problem;
use super::{MAX_BYTES, MAX_COLUMNS, MAX_LINES};
use crate::domain::players::player::{PlayerError, PlayerId};

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
    #[error("the file is {}; {}", .0.what(), .0.advice())]
    NoList(FileKind),
    /// It starts like JSON but is not valid.
    #[error("the file looks like JSON but is broken: {0}")]
    Json(String),
    #[error(
        "no column with player ids was found; {}; needed is player_id (or id, fid, uid, game id); nickname, state (or \
         kid, server) and furnace_level may be there, separated by commas, semicolons or tabs",
        columns_found(.found)
    )]
    NoIds { found: String },
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
        meaning: Meaning,
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

fn counted(has_header: &bool) -> &'static str {
    if *has_header { "the header" } else { "most lines" }
}

/// A file that people take for a list of players.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Spreadsheet,
    EmptyArchive,
    OldSpreadsheet,
    FormattedDocument,
    /// Other bots keep their players in one.
    Sqlite,
    Pdf,
    Image,
    Gzip,
    SevenZip,
    Rar,
    Utf32,
    /// Without a byte order mark.
    Utf16,
    WebPage,
    /// No text in any encoding.
    Binary,
}

impl FileKind {
    fn what(self) -> &'static str {
        match self {
            Self::Spreadsheet => "a spreadsheet (.xlsx, .ods) or another .zip archive",
            Self::EmptyArchive => "an empty .zip archive",
            Self::OldSpreadsheet => "an old spreadsheet (.xls) or document (.doc)",
            Self::FormattedDocument => "a formatted document (.rtf)",
            Self::Sqlite => "a SQLite database",
            Self::Pdf => "a PDF",
            Self::Image => "an image",
            Self::Gzip => "a compressed file (.gz)",
            Self::SevenZip => "a compressed file (.7z)",
            Self::Rar => "a compressed file (.rar)",
            Self::Utf32 => "UTF-32 text",
            Self::Utf16 => "UTF-16 text without a byte order mark",
            Self::WebPage => "a web page (HTML) or XML",
            Self::Binary => "not text",
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "export its table of players as CSV: use the other bot's own export, or open the file in DB Browser for \
                 SQLite and choose File, Export, Table(s) as CSV file, the table users or players"
            }
            Self::Pdf | Self::Image => "give the players as a CSV file or as text",
            Self::Gzip | Self::SevenZip | Self::Rar => "unpack it",
            Self::Utf32 | Self::Utf16 => "save it as CSV UTF-8",
            Self::Spreadsheet
            | Self::EmptyArchive
            | Self::OldSpreadsheet
            | Self::FormattedDocument
            | Self::WebPage
            | Self::Binary => "open it and save it as CSV",
        }
    }
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

/// What stands between the columns of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
    Bar,
}

impl fmt::Display for Separator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
            Self::Tab => "tabs",
            Self::Bar => "bars",
        })
    }
}

/// A line without a usable player, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {reason}")]
pub struct BadLine {
    pub place: Place,
    pub reason: BadLineReason,
}

/// Why a line has no usable player.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BadLineReason {
    #[error("there is no player_id")]
    NoId,
    /// The id or the state.
    #[error("{0}")]
    Value(#[from] PlayerError),
    /// More columns than the others, so that no cell is known to be in its column.
    #[error(
        "has {columns} columns, {} {usual}; put a name that contains {separator} in quotes",
        counted(.has_header)
    )]
    TooManyColumns {
        columns: usize,
        usual: usize,
        /// Whether `usual` is the header's number.
        has_header: bool,
        separator: Separator,
    },
    /// Of a list without columns.
    #[error("{problem}")]
    InLine {
        problem: Problem,
        /// The beginning of the line.
        text: String,
    },
    /// The id or the state has no cell.
    #[error("there is no {0}: the line has too few columns")]
    TooFewColumns(Meaning),
    /// No level, but perhaps a state that a separator within the name has moved.
    #[error("furnace_level {level} is too high; put a name that contains {separator} in quotes")]
    LevelTooHigh { level: String, separator: Separator },
    #[error("player_id {id} is already on {first}, with other details")]
    OtherDetails { id: PlayerId, first: Place },
    #[error("player_id {id} is already on {first}, with another state")]
    OtherState { id: PlayerId, first: Place },
    /// The first of two lines that contradict each other.
    #[error("player_id {id} is also on {second}, with another state")]
    OtherStateLater { id: PlayerId, second: Place },
    #[error("a quote opens and does not close before the line ends; a quote within a name is written twice")]
    UnclosedQuote,
    #[error("there is text after a closing quote; a quote within a name is written twice")]
    AfterQuote,
    /// Perhaps the second half of a cell.
    #[error("it may belong to line {0}, on which a quote opens: write both as one line")]
    MayBelongTo(u64),
    #[error("the line is longer than any list of players needs")]
    TooLong,
    #[error("it has more than {MAX_COLUMNS} columns")]
    TooWide,
    /// Of a JSON list.
    #[error("it is not a player")]
    NotAPlayer,
    /// Of a JSON object.
    #[error("it has {0:?} twice")]
    Twice(String),
}
