//! Lists that are no table.

use super::*;

/// The ids, names and states of a list whose players are in state 7 if it says nothing else.
fn listed(text: &str) -> Vec<(u64, String, u32)> {
    let file = in_state(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(file.bad_lines, [], "{text}");
    let player = |player: Player| (player.id.get(), player.nickname, player.state.map_or(0, State::get));
    file.players.into_iter().map(player).collect()
}

#[test]
fn an_id_and_a_name_are_found_in_any_order() {
    for line in [
        "41000101 - Lord Frost",
        "41000101: Lord Frost",
        "41000101 Lord Frost",
        "41000101 = Lord Frost",
        "Lord Frost 41000101",
        "Lord Frost (41000101)",
        "Lord Frost — 41000101",
        "• Lord Frost: `41000101`",
        "3. Lord Frost | 41000101",
        "- **Lord Frost** → 41000101",
        "<@123456789012345678> Lord Frost 41000101",
        "41000101 # Lord Frost",
    ] {
        assert_eq!(listed(line), [(41_000_101, "Lord Frost".to_owned(), 7)], "{line}");
    }
    assert_eq!(listed("[ICE] Frost - 41000101\n[ICE] Owl - 41000102")[1], (41_000_102, "[ICE] Owl".to_owned(), 7));
    assert_eq!(listed("Frost: 41000101, Owl: 41000102").len(), 2);
}

#[test]
fn several_ids_on_a_line_are_several_players() {
    let ids = |text: &str| listed(text).into_iter().map(|(id, ..)| id).collect::<Vec<_>>();
    for text in ["41000101, 41000102;41000103", "41000101 41000102\n41000103", "41000101 / 41000102 / 41000103\n```"] {
        assert_eq!(ids(text), [41_000_101, 41_000_102, 41_000_103], "{text}");
    }
    assert_eq!(ids("IDs:\n```\n41000101,41000102\n```"), [41_000_101, 41_000_102]);
    // An id and a name that is a number, or two ids?
    assert!(refusal(in_state("41000101,Frost\n41000102,41000103\n")).contains("more than one way"));
}

#[test]
fn a_state_counts_where_the_word_stands_and_a_number_alone_is_not_guessed_at() {
    assert_eq!(
        listed("Frost 41000101 (State 245)\nOwl 41000102 server: #310\nElk 41000103"),
        [(41_000_101, "Frost".to_owned(), 245), (41_000_102, "Owl".to_owned(), 310), (41_000_103, "Elk".to_owned(), 7),]
    );
    assert_eq!(listed("Kid 77 41000101\nOwl 41000102\nElk 41000103")[0].1, "Kid 77");
    for line in [
        "12345678 Lord Frost #246",
        "12345678 #246 Lord Frost",
        "Lord Frost (#246) 12345678",
        "12345678 - Lord Frost - S246",
        "Lord Frost s246: 12345678",
        "12345678, Lord Frost #246",
        "12345678, Lord Frost, kid:246",
        "12345678 - Lord Frost - 246",
        "Lord Frost;12345678;246",
        "12345678 \"Lord Frost\" Kingdom = 246",
        "1. Lord Frost state-246 #12345678",
    ] {
        assert_eq!(
            listed(&format!("{line}\n12345679 Ember\n12345680 Snow")),
            [
                (12_345_678, "Lord Frost".to_owned(), 246),
                (12_345_679, "Ember".to_owned(), 7),
                (12_345_680, "Snow".to_owned(), 7)
            ],
            "{line}"
        );
    }
    assert_eq!(
        listed("12345678,Lord Frost #246\n12345679,Ember\n"),
        [(12_345_678, "Lord Frost".to_owned(), 246), (12_345_679, "Ember".to_owned(), 7)],
        "no column says that it is a name"
    );
    assert_eq!(listed("12345678 \"Frost #246\"\n12345679 Ember")[0], (12_345_678, "Frost #246".to_owned(), 7));
    assert_eq!(
        bad_lines(in_state("12345678 Frost 246\n12345679 Ember\n12345680 Snow")),
        ["line 1: 246 may be the state or a part of the name; write #246 for the state, or put the name in quotes"]
    );
    for unclear in [
        "41000101 Frost 245\n41000102 Owl 310\n",
        "245: 41000101",
        "#1 Frost 41000101\n#2 Owl 41000102",
        "41000101 Frost #245 #310",
        "Frost 41000101 state 245 server 310",
        "Frost - 41000101\n1234 - Owl",
    ] {
        let error = in_state(unclear).unwrap_err();
        let is_asked = matches!(error, RosterFileError::Unclear { .. } | RosterFileError::NoIds { .. });
        assert!(is_asked, "{unclear}: {error}");
    }
}

#[test]
fn a_line_without_its_id_is_named_and_a_title_is_not() {
    let text = "Alliance ICE\n\nR5:\nFrost - 41000101\n# farms, 2026\nOwl - ask\nElk - 41000103\n";
    assert_eq!(bad_lines(in_state(text)), ["line 6: there is no player_id"]);
    assert!(read("Frost - 41000101\n").unwrap().stateless.is_some());
    assert!(read("Frost - 41000101 #245\nOwl - 41000102\n").unwrap().stateless.is_none());
    assert!(refusal(in_state("Hello everybody\nhow are you\n")).contains("no column with player ids"));
}
