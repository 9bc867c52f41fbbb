//! Files as people have them: generated ones, and single cases written by hand.

use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;

fn read(text: &str) -> Result<RosterFile, RosterFileError> {
    parse(text.as_bytes(), None)
}

fn in_state(text: &str) -> Result<RosterFile, RosterFileError> {
    parse(text.as_bytes(), State::new(7))
}

/// The ids and states of a file without bad lines.
fn players(file: Result<RosterFile, RosterFileError>) -> Vec<(u64, u32)> {
    let file = file.unwrap();
    assert_eq!(file.bad_lines, []);
    file.players.iter().map(|player| (player.id.get(), player.state.map_or(0, State::get))).collect()
}

fn bad_lines(file: Result<RosterFile, RosterFileError>) -> Vec<String> {
    file.unwrap().bad_lines.iter().map(ToString::to_string).collect()
}

fn refusal(file: Result<RosterFile, RosterFileError>) -> String {
    file.unwrap_err().to_string()
}

#[test]
fn a_spreadsheets_file_is_read() {
    let text = "\u{FEFF}Player_ID,nickname, state ,furnace_level,notes\r\n\
                33750731,\"Frost, Lord\",245,30,x\r\n\r\n7, \"say \"\"hi\"\"\" ,,\r\n";
    let file = read(text).unwrap();
    assert_eq!(file.bad_lines, []);
    assert_eq!(file.players[0].nickname, "Frost, Lord");
    assert_eq!((file.players[0].state, file.players[0].furnace_level), (State::new(245), Some(30)));
    assert_eq!((file.players[1].nickname.as_str(), file.players[1].state), ("say \"hi\"", None));
}

#[test]
fn bad_lines_are_named_with_number_and_reason() {
    let text =
        "player_id,nickname,state\n12a4,A,1\n5,B,0\n6,C,1\n6,D,1\n7\n8,E,1\n,F,1\n9,\"G\" H,1\n6,C,1\n10,I,2\n10,I,3\n";
    let file = read(text).unwrap();
    assert_eq!(file.players.iter().map(|player| player.id.get()).collect::<Vec<_>>(), [6, 8]);
    assert_eq!(
        bad_lines(Ok(file)),
        [
            "line 2: player_id \"12a4\" is not a number of 1 to 12 digits",
            "line 3: state \"0\" is not a whole number from 1",
            "line 5: player_id 6 is already on line 4, with other details",
            "line 6: there is no state: the line has too few columns",
            "line 8: there is no player_id",
            "line 9: there is text after a closing quote; a quote within a name is written twice",
            "line 11: player_id 10 is also on line 12, with another state",
            "line 12: player_id 10 is already on line 11, with another state",
        ]
    );
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("sep=;{end}player_id;nickname;state{end}{end};;{end}x;B;1{end}2;C;1{end}y;D;1");
        let lines: Vec<Place> = read(&text).unwrap().bad_lines.iter().map(|bad| bad.place).collect();
        assert_eq!(lines, [Place::Line(5), Place::Line(7)], "{end:?}");
    }
}

#[test]
fn a_quote_that_does_not_close_takes_no_other_line_with_it() {
    let header = "player_id,nickname,state\n";
    let file = read(&format!("{header}1,\"Owl,310\n2,\"Elk\",245\n3,C,245\n"));
    assert_eq!(
        bad_lines(file),
        ["line 2: a quote opens and does not close before the line ends; a quote within a name is written twice"]
    );
    // A cell of two lines. The second looks like a player, but is not one.
    let two_lines = read(&format!("{header}1,\"Owl\n2,Elk\",310\n3,C,245\n")).unwrap();
    assert_eq!(two_lines.players.len(), 1);
    assert_eq!(
        two_lines.bad_lines[1].to_string(),
        "line 3: it may belong to line 2, on which a quote opens: write both as one line"
    );
    // In the middle of a name a quote is an ordinary character.
    assert_eq!(read(&format!("{header}1,Big\"Mac,245\n")).unwrap().players[0].nickname, "Big\"Mac");
}

#[test]
fn more_columns_than_the_header_never_become_another_state() {
    assert_eq!(
        bad_lines(read("id;name;state\n1;Room; 310;245\n2;B;245;;\n")),
        ["line 2: has 4 columns, the header 3; put a name that contains semicolons in quotes"]
    );
    // Here the comma only moves the state to where a level may be.
    assert_eq!(
        bad_lines(read("player_id,nickname,state,furnace_level\n1,Room 12, 310,245\n2,B,245,31\n3,C,245,high\n")),
        ["line 2: furnace_level 245 is too high; put a name that contains commas in quotes"]
    );
}

#[test]
fn headers_are_understood_in_any_words() {
    for header in [
        "ID,Name,State",
        "fid,nickname,kid",
        "Player ID,IGN,Server",
        "game-id,player name,State ID",
        "UID,nick,kingdom",
    ] {
        assert_eq!(players(read(&format!("{header}\n1,A,245\n"))), [(1, 245)], "{header}");
    }
    for level in ["furnace_level", "FC Level", "Furnace", "Level", "stove_lv"] {
        let file = read(&format!("kid\t{level}\tid\n245\tFC 5\t1\n")).unwrap();
        assert_eq!(file.players[0].furnace_level, Some(55), "{level}");
    }
}

#[test]
fn two_columns_with_one_meaning_and_different_values_are_refused() {
    assert_eq!(players(read("id,fid,state,kid\n1,1.0,245,#245\n2,,,245\n")), [(1, 245), (2, 245)]);
    assert_eq!(
        refusal(read("id,fid,state\n41000101,41000101,245\n2,41000102,245\n")),
        "line 3: the columns \"id\" and \"fid\" may both be player_id and differ; rename or remove one"
    );
    assert!(refusal(read("id,state,kid\n1,245,310\n")).contains("may both be state"));
    assert_eq!(read("id,state,level,furnace\n1,245,60,30\n").unwrap().players[0].furnace_level, None);
}

#[test]
fn without_a_header_columns_are_read_by_position_if_that_is_clear() {
    assert_eq!(players(in_state("41000101\n\n41000102\n")), [(41_000_101, 7), (41_000_102, 7)]);
    assert_eq!(players(in_state("1;Frost\n2;Ember, the Great\n")), [(1, 7), (2, 7)]);
    assert_eq!(players(read("1,A,245\n2,7,310\n3,,50\n")), [(1, 245), (2, 310), (3, 50)]);
    assert_eq!(players(read("1\tA\t245\t30\n2\tB\t310\tFC 5\n")), [(1, 245), (2, 310)]);
    for unclear in [
        "1,245\n2,310\n",
        "1,A\n2,310\n",
        "1,A,30\n2,B,30\n",
        "1,245,30\n2,310,30\n",
        "1,A,30,245\n2,B,29,245\n",
        "1,A,B,C,D\n",
        "1,Room 12, 310,245\n",
        "1,2,3\n",
    ] {
        assert!(
            matches!(in_state(unclear), Err(RosterFileError::Unclear { .. })),
            "{unclear}: {:?}",
            in_state(unclear)
        );
    }
    assert_eq!(
        bad_lines(read("1,Room 12, 310,245\n2,B,245\n")),
        ["line 1: has 4 columns, most lines 3; put a name that contains commas in quotes"]
    );
    let broken_first = read("1,\"Owl,245\n2,B,245\n3,C,310\n").unwrap();
    assert_eq!((broken_first.players.len(), broken_first.bad_lines[0].place), (2, Place::Line(1)));
    assert_eq!(bad_lines(read("1,A,245\n4.1E+07,B,245\n3,245\n")).len(), 2);
}

#[test]
fn the_given_state_fills_gaps_of_the_file_and_replaces_nothing() {
    assert_eq!(players(in_state("id,state\n1,245\n2,\n")), [(1, 245), (2, 7)]);
    assert_eq!(players(in_state("id\n1\n")), [(1, 7)]);
    assert!(refusal(read("id,name\n1,A\n")).contains("the columns are \"id\", \"name\"; add a column state"));
}

#[test]
fn json_lists_are_read() {
    for (text, right) in [
        ("[1,\"2\",3.0]", &[(1, 7), (2, 7), (3, 7)][..]),
        ("{\"ids\":[1,2]}", &[(1, 7), (2, 7)]),
        (
            "\u{FEFF} [{\"fid\":1,\"nickname\":\"A\",\"kid\":245,\"notes\":{}},{\"kid\":null,\"fid\":\"2\"}]",
            &[(1, 245), (2, 7)],
        ),
        ("{\"at\":\"now\",\"players\":[{\"Player ID\":1,\"State\":\"#245\"}]}", &[(1, 245)]),
        ("{\"2\":\"A\",\"1\":\"B\",\"3\":null}", &[(2, 7), (1, 7), (3, 7)]),
        ("{\"1\":{\"nickname\":\"A\",\"state\":245},\"2\":{}}", &[(1, 245), (2, 7)]),
        ("{\"fid\":1,\"state\":245,\"items\":[5]}", &[(1, 245)]),
    ] {
        assert_eq!(players(in_state(text)), right, "{text}");
    }
    let named = in_state("{\"1\":\"A\"}").unwrap();
    assert_eq!(named.players[0].nickname, "A");
    assert_eq!(
        bad_lines(in_state("[1,null,[2],{\"id\":3,\"id\":3},{\"name\":\"A\"},4.1,{\"id\":5,\"state\":{}},1]")),
        [
            "entry 2: it is not a player",
            "entry 3: it is not a player",
            "entry 4: it has \"id\" twice",
            "entry 5: there is no player_id",
            "entry 6: player_id \"4.1\" is not a number of 1 to 12 digits",
            "entry 7: state \"{…}\" is not a whole number from 1",
        ]
    );
    assert!(bad_lines(in_state("[1, 4.10e7]"))[0].contains("the spreadsheet shortened it"));
    assert!(refusal(in_state("[1,")).starts_with("the file looks like JSON but is broken: "));
    assert!(refusal(in_state("{\"1\":245}")).contains("a number for each id"));
    assert!(refusal(in_state("[{\"member\":1,\"rank\":2}]")).contains("the columns are \"member\", \"rank\""));
    assert!(refusal(read("[1]")).contains("no column with states"));
    assert!(refusal(in_state(&"[".repeat(100_000))).contains("broken"));
    assert!(refusal(in_state(&format!("[{}1]", "1,".repeat(MAX_LINES)))).contains("more than 200000 lines"));
}

#[test]
fn files_that_are_none_say_why() {
    for (bytes, part) in [
        (&b""[..], "the file is empty"),
        (b"\xEF\xBB\xBF \n", "the file is empty"),
        (b";;\n,,\n", "the file is empty"),
        (b"player_id,nickname,state\n", "a header but no players"),
        (b"Alliance,Member\nICE,1\n", "the columns are \"Alliance\", \"Member\"; needed are player_id"),
        (b"player_id,\"state\n1,245\n", "line 1: a quote opens"),
        (b"PK\x03\x04\x14\0", "a spreadsheet (.xlsx, .ods)"),
        (b"SQLite format 3\0\x10", "a SQLite database"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n\x1A\n", "an image"),
        (b"\xFF\xD8\xFF\xE0", "an image"),
        (b" <!DOCTYPE html><table>", "a web page"),
        (b"\0\x01\x02\x03binary\x04", "not text"),
        (b"i\0d\0,\0s\0t\0a\0t\0e\0\n\0", "UTF-16 text without a byte order mark"),
    ] {
        let error = refusal(parse(bytes, None));
        assert!(error.contains(part), "{part} in {error}");
    }
    assert_eq!(parse(&vec![b'x'; MAX_BYTES + 1], None), Err(RosterFileError::TooLarge));
    assert_eq!(read(&format!("id,state\n{}", "x\n".repeat(MAX_LINES + 1))), Err(RosterFileError::TooManyLines));
    assert!(bad_lines(read(&format!("id,name,state\n1,{},245\n", "x".repeat(30_000))))[0].contains("longer than"));
    assert!(
        bad_lines(read(&format!("id,name,state\n1,A,245{}\n", ",".repeat(300))))[0].contains("more than 200 columns")
    );
}

/// How a file is written.
#[derive(Debug, Clone)]
struct Dialect {
    separator: char,
    encoding: &'static str,
    line_end: &'static str,
    titles: [&'static str; 4],
    /// The columns from left to right: id, nickname, state, level, and one that is not used.
    order: Vec<usize>,
    is_quoted: bool,
    has_separator_line: bool,
    /// Additional separators on every line.
    extra: usize,
    has_blank_lines: bool,
}

const NAMES: usize = 1;
const LEVELS: usize = 3;
const NOTES: usize = 4;

impl Dialect {
    fn cell(&self, cell: &str) -> String {
        let must = cell.contains([self.separator, '"']);
        if must || self.is_quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
    }

    fn line(&self, cells: &[String; 5]) -> String {
        let cells: Vec<String> = self.order.iter().map(|column| self.cell(&cells[*column])).collect();
        cells.join(&self.separator.to_string()) + &self.separator.to_string().repeat(self.extra)
    }

    fn header(&self) -> String {
        let [id, nickname, state, level] = self.titles.map(str::to_owned);
        self.line(&[id, nickname, state, level, "notes".to_owned()])
    }

    /// The bytes of a file with these lines, and the number of the first line.
    fn file(&self, lines: &[String]) -> (Vec<u8>, u64) {
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

fn dialects() -> impl Strategy<Value = Dialect> {
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

fn names() -> impl Strategy<Value = String> {
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
fn lines() -> impl Strategy<Value = (Player, [String; 5])> {
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

fn lists() -> impl Strategy<Value = Vec<(Player, [String; 5])>> {
    proptest::collection::vec(lines(), 1..12).prop_map(|mut lines| {
        let mut seen = HashSet::new();
        lines.retain(|(player, _)| seen.insert(player.id));
        lines
    })
}

/// A faulty line, and part of its error message.
fn broken(dialect: &Dialect, mut cells: [String; 5], fault: usize) -> (String, &'static str) {
    match fault {
        0 => {
            cells[0] = "12a4".to_owned();
            (dialect.line(&cells), "player_id \"12a4\" is not a number")
        }
        1 => {
            cells[2] = "0".to_owned();
            (dialect.line(&cells), "state \"0\" is not a whole number")
        }
        2 => {
            cells[0] = "4.10E+07".to_owned();
            (dialect.line(&cells), "the spreadsheet shortened it")
        }
        3 => {
            // Every column filled, and one more.
            cells[LEVELS] = "30".to_owned();
            cells[NOTES] = "x".to_owned();
            cells[NAMES] = "Room".to_owned();
            let separator = dialect.separator;
            let line = dialect.line(&cells);
            (format!("{}{separator}310", line.trim_end_matches(separator)), "has 6 columns, the header 5")
        }
        _ => (format!("{}{}\"Owl", dialect.line(&cells), dialect.separator), "a quote opens and does not close"),
    }
}

proptest! {
    #[test]
    fn whatever_the_dialect_all_players_are_read(dialect in dialects(), list in lists()) {
        let lines: Vec<String> =
            std::iter::once(dialect.header()).chain(list.iter().map(|(_, cells)| dialect.line(cells))).collect();
        let (bytes, _) = dialect.file(&lines);
        let file = parse(&bytes, State::new(9)).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(file.bad_lines, vec![]);
        let players: Vec<Player> = list.into_iter().map(|(player, _)| player).collect();
        prop_assert_eq!(file.players, players);
    }

    #[test]
    fn a_broken_line_is_named_and_the_others_are_read(
        dialect in dialects(), list in lists(), (broken_cells, at, fault) in (lines(), any::<Index>(), 0usize..5),
    ) {
        let mut lines: Vec<String> = list.iter().map(|(_, cells)| dialect.line(cells)).collect();
        let at = at.index(lines.len() + 1);
        let (line, reason) = broken(&dialect, broken_cells.1, fault);
        lines.insert(at, line);
        lines.insert(0, dialect.header());
        let (bytes, first) = dialect.file(&lines);
        let file = parse(&bytes, None).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let named: Vec<String> = file.bad_lines.iter().map(ToString::to_string).collect();
        let place = format!("line {}: ", first + 1 + at as u64);
        prop_assert_eq!(named.len(), 1, "{:?}", named);
        prop_assert!(named[0].starts_with(&place) && named[0].contains(reason), "{} {:?}", place, named);
        let players: Vec<Player> = list.into_iter().map(|(player, _)| player).collect();
        prop_assert_eq!(file.players, players);
    }

    #[test]
    fn a_header_that_is_not_understood_is_refused_with_its_columns(mut dialect in dialects(), list in lists()) {
        dialect.titles[0] = "Member";
        let lines: Vec<String> =
            std::iter::once(dialect.header()).chain(list.iter().map(|(_, cells)| dialect.line(cells))).collect();
        let error = refusal(parse(&dialect.file(&lines).0, State::new(9)));
        for title in dialect.titles.into_iter().chain(["notes", "needed are player_id"]) {
            prop_assert!(error.contains(&clean(title, 100)), "{} in {}", title, error);
        }
    }

    #[test]
    fn without_a_header_nobody_gets_another_state(dialect in dialects(), list in lists(), columns in 1usize..5) {
        // With the columns in the expected order, and no name that may be a state.
        let dialect = Dialect { order: (0..columns).collect(), has_separator_line: false, ..dialect };
        let lines: Vec<String> = list.iter().map(|(_, cells)| dialect.line(cells)).collect();
        match parse(&dialect.file(&lines).0, State::new(9)) {
            Ok(file) => {
                for player in &file.players {
                    let right = list.iter().find(|(right, _)| right.id == player.id).map(|(right, _)| right);
                    let state = if columns > 2 { right.and_then(|right| right.state) } else { State::new(9) };
                    prop_assert_eq!(player.state, state);
                }
                prop_assert!(columns > 2 || file.bad_lines.is_empty(), "{:?}", file.bad_lines);
            }
            Err(error) => prop_assert!(matches!(error, RosterFileError::Unclear { .. }), "{}", error),
        }
    }

    #[test]
    fn every_name_survives_an_export_and_an_import(nicknames in proptest::collection::vec(prop_oneof![names(), any::<String>()], 1..9)) {
        let player = |(nickname, id): (&String, u64)| Player {
            id: PlayerId::new(id).unwrap(),
            nickname: clean(nickname, NAME_CHARS),
            state: State::new(245),
            furnace_level: None,
        };
        let players: Vec<Player> = nicknames.iter().zip(1..).map(player).collect();
        let read = parse(&write(&players), None).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(read, RosterFile { players, bad_lines: vec![] });
    }

    #[test]
    fn any_bytes_are_players_or_an_error_on_one_line(bytes in proptest::collection::vec(any::<u8>(), 0..200), state in 0u32..2) {
        for begin in [&b""[..], b"player_id,nickname,state\n", b"\xFF\xFE", b"[", b"{\"1\":", b"1;A;"] {
            match parse(&[begin, &bytes].concat(), State::new(state)) {
                Ok(file) => for bad in file.bad_lines {
                    prop_assert!(!bad.to_string().contains(char::is_control), "{:?}", bad);
                },
                Err(error) => prop_assert!(!error.to_string().contains(char::is_control), "{:?}", error),
            }
        }
    }

    #[test]
    fn any_text_of_separators_and_quotes_is_read_or_refused(text in "[,;\t\"\r\na1.E+\\[{}:#' -]{0,80}") {
        let _ = (read(&text), in_state(&format!("id,name,state\n{text}")), in_state(&format!("[{text}]")));
    }
}
