//! What holds for every file.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::super::typed::has_state;
use super::dialects::{Dialect, LEVELS, NAMES, NOTES, dialects, lines, lists, names};
use super::*;

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
        for title in dialect.titles.into_iter().chain(["notes", "needed is player_id"]) {
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
                // A name that is a number may be a state.
                let is_asked = |bad: &BadLine| matches!(bad.reason, BadLineReason::InLine { .. });
                prop_assert!(columns > 2 || file.bad_lines.iter().all(is_asked), "{:?}", file.bad_lines);
            }
            Err(error) => prop_assert!(matches!(error, RosterFileError::Unclear { .. }), "{}", error),
        }
    }

    #[test]
    fn without_columns_nobody_gets_another_state(
        list in proptest::collection::vec(("[A-Z][a-rt-z]{1,7}( [A-RT-Z][a-z]{1,7})?", proptest::option::of(1u32..99_999)), 1..9),
        form in 0usize..8, mark in 0usize..7, separator in select(vec![" ", " - ", ": ", " | ", ", ", ";", "\t"]),
    ) {
        prop_assume!(list.iter().all(|(name, _)| !has_state(&format!("{name} 1")) && name.split(' ').all(|word| Meaning::of(word).is_none())));
        let lines = list.iter().zip(41_000_101..).map(|((name, state), id)| {
            let state = state.map(|state| match mark {
                0 => format!("#{state}"),
                1 | 2 => format!("{}{state:02}", if mark == 1 { 's' } else { 'S' }),
                3 => format!("(#{state})"),
                4 => format!("kid={state}"),
                5 => format!("Server: #{state}"),
                _ => format!("state {state}"),
            });
            let parts = match (state, form) {
                (None, 0..4) => vec![id.to_string(), name.clone()],
                (None, _) => vec![name.clone(), id.to_string()],
                (Some(state), 0) => vec![format!("{id}"), format!("{name} {state}")],
                (Some(state), 1) => vec![format!("{id} {state}"), name.clone()],
                (Some(state), 2) => vec![format!("{id}"), format!("{state} {name}")],
                (Some(state), 3) => vec![format!("{id}"), name.clone(), state],
                (Some(state), 4) => vec![format!("{name} {state}"), format!("{id}")],
                (Some(state), 5) => vec![name.clone(), format!("{id} {state}")],
                (Some(state), 6) => vec![name.clone(), state, format!("{id}")],
                (Some(state), _) => vec![name.clone(), format!("{id}"), state],
            };
            parts.join(separator)
        });
        let text = lines.collect::<Vec<_>>().join("\n");
        // A list that is refused asks nobody with a wrong state.
        let Ok(file) = parse(text.as_bytes(), State::new(7)) else { return Ok(()) };
        for player in file.players {
            let at = usize::try_from(player.id.get() - 41_000_101).unwrap();
            prop_assert_eq!(player.state, list[at].1.map_or(State::new(7), State::new), "{}", text);
            prop_assert_eq!(&player.nickname, &list[at].0, "{}", text);
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
        prop_assert_eq!(read, RosterFile { players, bad_lines: vec![], stateless: None });
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
