//! Generated tables: players, and a file that lists them in one of the ways in which people write such files.

use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// How a file is written.
#[derive(Debug, Clone)]
pub struct Dialect {
    pub separator: char,
    pub encoding: &'static str,
    pub line_end: &'static str,
    pub titles: [&'static str; 4],
    /// The columns from left to right: id, nickname, state, level, and one that is not used.
    pub order: Vec<usize>,
    pub is_quoted: bool,
    pub has_separator_line: bool,
    /// Additional separators on every line.
    pub extra: usize,
    pub has_blank_lines: bool,
}

pub const NAMES: usize = 1;
pub const LEVELS: usize = 3;
pub const NOTES: usize = 4;

impl Dialect {
    fn cell(&self, cell: &str) -> String {
        let must = cell.contains([self.separator, '"']);
        if must || self.is_quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    }

    pub fn line(&self, cells: &[String; 5]) -> String {
        let cells: Vec<String> = self.order.iter().map(|column| self.cell(&cells[*column])).collect();
        cells.join(&self.separator.to_string()) + &self.separator.to_string().repeat(self.extra)
    }

    pub fn header(&self) -> String {
        let [id, nickname, state, level] = self.titles.map(str::to_owned);
        self.line(&[id, nickname, state, level, "notes".to_owned()])
    }

    /// The bytes of a file with these lines, and the number of the first line.
    pub fn file(&self, lines: &[String]) -> (Vec<u8>, u64) {
        let mut all = Vec::new();
        if self.has_separator_line {
            all.push(format!("sep={}", self.separator));
        }
        if self.has_blank_lines {
            all.push(self.separator.to_string().repeat(4));
        }
        let first = all.len() as u64 + 1;
        all.extend(lines.iter().cloned());
        if self.has_blank_lines {
            all.extend([String::new(), self.separator.to_string(), "\u{A0}".to_owned()]);
        }
        let text = all.join(self.line_end);
        let utf16 =
            |bytes: fn(u16) -> [u8; 2]| "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect();
        let bytes = match self.encoding {
            "UTF-16LE" => utf16(u16::to_le_bytes),
            "UTF-16BE" => utf16(u16::to_be_bytes),
            "UTF-8 with mark" => format!("\u{FEFF}{text}").into_bytes(),
            "Windows-1252" => match WINDOWS_1252.encode(&text) {
                // A text that the encoding cannot represent, or that is valid UTF-8 as well, is written as UTF-8.
                (bytes, _, false) if text.is_ascii() || std::str::from_utf8(&bytes).is_err() => bytes.into_owned(),
                _ => text.into_bytes(),
            },
            _ => text.into_bytes(),
        };
        (bytes, first)
    }
}

pub fn dialects() -> impl Strategy<Value = Dialect> {
    let titles = (
        select(vec!["player_id", "ID", "fid", "Uid", "Player ID", "game-id", "\u{FEFF}player_id "]),
        select(vec!["nickname", "Name", "player name", "IGN"]),
        select(vec!["state", "KID", "Server", "State ID", "state\u{200B}"]),
        select(vec!["furnace_level", "FC Level", "Furnace", "level", "Stove Lv"]),
    );
    let form = (
        select(vec![',', ';', '\t']),
        select(vec!["UTF-8", "UTF-8 with mark", "UTF-16LE", "UTF-16BE", "Windows-1252"]),
        select(vec!["\n", "\r\n", "\r"]),
    );
    let order = Just((0..5).collect::<Vec<usize>>()).prop_shuffle();
    (titles, form, order, any::<(bool, bool, bool)>(), 0usize..3).prop_map(|(titles, form, order, flags, extra)| {
        Dialect {
            titles: titles.into(),
            separator: form.0,
            encoding: form.1,
            line_end: form.2,
            order,
            is_quoted: flags.0,
            has_separator_line: flags.1,
            has_blank_lines: flags.2,
            extra,
        }
    })
}

pub fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9 _]{0,12}",
        "[a-z,;\"\t'| ]{0,10}",
        "[A-Za-zÀ-ÿŒ€]{1,8}",
        "['=+@-]{0,3}[a-z(]{0,5}",
        "\\PC{0,12}",
        select(vec!["Room 12, 310", "❄️ Frost", "Лорд", "王", "\"", "'", "ㅤ", "=1+1", "007"]).prop_map(str::to_owned),
    ]
}

/// A name after it was read.
fn kept(name: &str) -> String {
    clean(spreadsheet::unguarded(&clean(name, name.len())), NAME_CHARS)
}

/// A player, and cells that describe it.
pub fn lines() -> impl Strategy<Value = (Player, [String; 5])> {
    let written = (0usize..5, 0usize..5, 0usize..2);
    let values = (1u64..=999_999_999_999, names(), 1u32..5000, proptest::option::of(1u32..85));
    (values, written, "[a-z,;\" ]{0,6}").prop_map(|((id, name, state, level), (id_as, state_as, level_as), notes)| {
        let id_cell = [format!("{id}"), format!("{id}.0"), format!(" {id}"), format!("\u{A0}{id}"), format!("#{id}")]
            [id_as]
            .clone();
        let state_cell = [
            format!("{state}"),
            format!("{state}.0"),
            format!("#{state}"),
            format!("S{state}"),
            format!("{state}\u{A0}"),
        ][state_as]
            .clone();
        let level_cell = level.map_or_else(String::new, |level| match (level_as, level) {
            (0, _) | (_, ..31) => level.to_string(),
            (_, ..35) => format!("30-{}", level - 30),
            _ => format!("FC {} - {}", (level - 30) / 5, level % 5),
        });
        let player = Player {
            id: PlayerId::new(id).unwrap(),
            nickname: kept(&name),
            state: State::new(state),
            furnace_level: level,
        };
        // A line end within a name would end the line.
        let name = name.replace(['\n', '\r'], " ");
        (player, [id_cell, name, state_cell, level_cell, notes])
    })
}

pub fn lists() -> impl Strategy<Value = Vec<(Player, [String; 5])>> {
    proptest::collection::vec(lines(), 1..12).prop_map(|mut lines| {
        let mut seen = HashSet::new();
        lines.retain(|(player, _)| seen.insert(player.id));
        lines
    })
}
