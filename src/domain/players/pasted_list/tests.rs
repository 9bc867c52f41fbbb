use proptest::prelude::*;

use super::typed::Problem as Unread;
use super::*;

/// Id, name and state (0 for none) of each player.
fn read(text: &str) -> Vec<(u64, String, u32)> {
    let list = parse(text, None);
    assert_eq!(list.bad_lines, [], "{text}");
    list.players.into_iter().map(|one| (one.id.get(), one.nickname, one.state.map_or(0, State::get))).collect()
}

fn problem(text: &str) -> Problem {
    match parse(text, None).bad_lines.as_slice() {
        [BadPaste::Line { problem, .. }] => *problem,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_line_is_read_in_any_order_and_with_any_separators() {
    for line in [
        "12345678 - Lord Frost",
        "Lord Frost 12345678",
        "Lord Frost (12345678)",
        "12345678: Lord Frost",
        "12345678 | Lord Frost",
        "1. Lord Frost – 12345678",
        "12) 12345678\tLord Frost",
        "• **Lord Frost** `12345678`",
        "Lord Frost ID: 12345678",
        "name: Lord Frost, id: 12345678",
        "Lord Frost player id 12345678",
        "- 12345678 \u{200B}Lord\u{A0}Frost",
    ] {
        assert_eq!(
            read(&format!("{line}\n23456789 - Lord Snow"))[0],
            (12_345_678, "Lord Frost".to_owned(), 0),
            "{line}"
        );
    }
}

#[test]
fn a_state_is_read_where_it_is_marked_or_cannot_be_anything_else() {
    for line in [
        "12345678 Frost #245",
        "Frost S245 12345678",
        "12345678, Frost, state 245",
        "State: 245 Frost 12345678",
        "12345678 - Frost - #245",
        "Frost | 12345678 | Server #245",
        "Frost | 12345678 | 245",
        "Frost state:245 12345678",
        "Frost state = 245 - 12345678",
        "12345678 Frost kid=245",
        "#12345678 Frost (#245)",
    ] {
        assert_eq!(
            read(&format!("{line}\n\n23456789 Snow")),
            [(12_345_678, "Frost".to_owned(), 245), (23_456_789, "Snow".to_owned(), 0),],
            "{line}"
        );
    }
    let given = parse("12345678 Frost #245\n23456789 Snow", State::new(7));
    assert_eq!(given.players.iter().map(|one| one.state.map_or(0, State::get)).collect::<Vec<_>>(), [245, 7]);
    for (line, name) in
        [("12345678 Frost 2", "Frost 2"), ("12345678 \"Frost 777\"", "Frost 777"), ("S1 12345678", "S1")]
    {
        assert_eq!(read(line), [(12_345_678, name.to_owned(), 0)], "a number within a name");
    }
}

#[test]
fn ids_alone_may_share_a_line_and_tables_are_read_as_files_are() {
    let ids = |text: &str| parse(text, None).players.iter().map(|one| one.id.get()).collect::<Vec<_>>();
    assert_eq!(
        ids("12345678, 23456789;34567890 45678901\n56789012"),
        [12_345_678, 23_456_789, 34_567_890, 45_678_901, 56_789_012]
    );
    assert_eq!(read("1001,Frost,245\n1002,Snow,246")[1], (1002, "Snow".to_owned(), 246));
    assert_eq!(parse("1001\n1002\n1001", State::new(245)).players.len(), 2, "bare ids of any length");
    assert_eq!(parse(" \n\t\n", None), PastedList::default());
}

#[test]
fn a_bad_line_is_named_and_the_others_are_read() {
    for (line, expected) in [
        ("Lord Frost", Problem::Unread(Unread::NoId)),
        ("12345 Frost", Problem::Unread(Unread::NoId)),
        ("1234567890123 Frost", Problem::Unread(Unread::NoId)),
        ("12345678 Frost 23456789 Snow", Problem::Unread(Unread::SeveralIds)),
        ("12345678 245", Problem::Unread(Unread::StateOrName(245))),
        ("12345678 Frost 245", Problem::Unread(Unread::StateOrName(245))),
        ("12345678 | Frost | 30", Problem::Unread(Unread::StateOrName(30))),
        ("12345678 Frost #245 #246", Problem::Unread(Unread::SeveralStates)),
        ("#2 Frost 12345678", Problem::Unread(Unread::StateOrName(2))),
        ("34567890 Other", Problem::Repeated(1)),
    ] {
        let text = format!("34567890 Ice\n\n{line}\n45678901 Snow");
        assert_eq!(problem(&text), expected, "{line}");
        let list = parse(&text, None);
        assert_eq!(list.players.len(), 2, "{line}");
        let [BadPaste::Line { number: 3, text, .. }] = list.bad_lines.as_slice() else { panic!("{list:?}") };
        assert_eq!(text, line);
    }
    let list = parse("12345678 Frost #245\n12345678 Frost #246\n23456789 Snow", None);
    assert_eq!((list.players.len(), list.bad_lines.len()), (1, 2), "neither of two states is trusted: {list:?}");
}

proptest! {
    #[test]
    fn any_text_is_read_and_no_id_comes_twice(text in "([0-9]{1,13}|[a-zS#]{1,6}|[ ,;|\t\n\"-]){0,40}", state in 0u32..9) {
        let list = parse(&text, State::new(state));
        let ids: HashSet<PlayerId> = list.players.iter().map(|one| one.id).collect();
        prop_assert_eq!(ids.len(), list.players.len());
    }

    #[test]
    fn a_name_without_marks_is_read_whole(name in "[A-Za-zÀ-ž]{2,9}( [a-rt-z][a-z]{1,9}){0,2}", id in 100_000u64..999_999_999) {
        let labels = ["id", "fid", "uid", "game", "player", "state", "server", "kingdom", "kid"];
        prop_assume!(name.split(' ').all(|word| !labels.contains(&word.to_lowercase().as_str())));
        for line in [format!("{id} {name}"), format!("{name} {id}"), format!("{id} - {name} #9")] {
            let list = parse(&line, None);
            prop_assert_eq!((list.players[0].id.get(), &list.players[0].nickname), (id, &name));
        }
    }
}
