//! What both a pasted list and a file give.

use super::*;
use crate::domain::players::pasted_list;
use crate::domain::players::player::State;
use crate::domain::players::roster_file::parse;

/// Id, name and state; 0 for none.
type Listed = (u64, &'static str, u32);

fn listed(players: &[Player]) -> Vec<(u64, &str, u32)> {
    players.iter().map(|one| (one.id.get(), one.nickname.as_str(), one.state.map_or(0, State::get))).collect()
}

/// The players of a list, pasted and in a file, if no state is given and if state 7 is.
fn reads(list: &str, right: &[Listed], bad: usize) {
    for given in [0, 7] {
        let right: Vec<Listed> =
            right.iter().map(|(id, name, state)| (*id, *name, if *state == 0 { given } else { *state })).collect();
        let file = parse(list.as_bytes(), State::new(given));
        let file = file.unwrap_or_else(|error| panic!("{list}: {error}"));
        assert_eq!((listed(&file.players), file.bad_lines.len()), (right.clone(), bad), "in a file: {list}");
        let pasted = pasted_list::parse(list, State::new(given));
        assert_eq!((listed(&pasted.players), pasted.bad_lines.len()), (right, bad), "pasted: {list}");
    }
}

#[test]
fn one_player_is_found_in_every_form_of_a_line() {
    for (line, name, state) in [
        // The id and the name, in any order.
        ("12345678 - Lord Frost", "Lord Frost", 0),
        ("Lord Frost (12345678)", "Lord Frost", 0),
        ("Lord Frost(12345678)", "Lord Frost", 0),
        ("Lord Frost:12345678", "Lord Frost", 0),
        ("• **Lord Frost** `12345678`", "Lord Frost", 0),
        ("- Lord Frost → #12345678", "Lord Frost", 0),
        ("[ICE] Lord Frost 12345678", "[ICE] Lord Frost", 0),
        ("Ember, the Great - 12345678", "Ember, the Great", 0),
        ("12345678 # Lord Frost", "Lord Frost", 0),
        ("<@123456789012345678> Lord Frost 12345678", "Lord Frost", 0),
        ("<:ice:123456789012345678> Lord Frost 12345678", "Lord Frost", 0),
        // Labels.
        ("name: Lord Frost, id: 12345678", "Lord Frost", 0),
        ("Lord Frost (Player ID: 12345678)", "Lord Frost", 0),
        ("Lord Frost ID12345678", "Lord Frost", 0),
        ("Spieler: Lord Frost, Spieler-ID: 12345678, Staat: 246", "Lord Frost", 246),
        // The number of the line.
        ("1. Lord Frost - 12345678", "Lord Frost", 0),
        ("1001) Lord Frost: 12345678", "Lord Frost", 0),
        ("- 3.Lord Frost 12345678", "Lord Frost", 0),
        // Marked states.
        ("12345678 Lord Frost #246", "Lord Frost", 246),
        ("12345678 #246 Lord Frost", "Lord Frost", 246),
        ("Lord Frost (#246) 12345678", "Lord Frost", 246),
        ("12345678 Lord Frost [246]", "Lord Frost", 246),
        ("[246] Lord Frost 12345678", "Lord Frost", 246),
        ("12345678 (246) Lord Frost", "Lord Frost", 246),
        ("12345678 - Lord Frost - S246", "Lord Frost", 246),
        ("Lord Frost s246: 12345678", "Lord Frost", 246),
        ("Lord Frost K246 12345678", "Lord Frost", 246),
        ("12345678 Lord Frost kid=246", "Lord Frost", 246),
        ("Lord Frost (12345678) state: 246", "Lord Frost", 246),
        ("Lord Frost (12345678) (State 246)", "Lord Frost", 246),
        ("12345678 \"Lord Frost\" Kingdom = 246", "Lord Frost", 246),
        ("1. Lord Frost state-246 #12345678", "Lord Frost", 246),
        ("12345678 Lord Frost Server #246", "Lord Frost", 246),
        ("12345678 Lord Frost État 246", "Lord Frost", 246),
        ("12345678 フロスト 王国246", "フロスト", 246),
        ("12345678 Lord Frost #246 state 246", "Lord Frost", 246),
        // A number alone between separators.
        ("12345678 - Lord Frost - 246", "Lord Frost", 246),
        ("Lord Frost | 12345678 | 246", "Lord Frost", 246),
        ("12345678 Lord Frost, 246", "Lord Frost", 246),
        ("246 | Lord Frost | 12345678", "Lord Frost", 246),
        ("12345678, Frost/Elk, 246", "Frost/Elk", 246),
        ("Ember, the Great; 12345678; 246", "Ember, the Great", 246),
        ("12345678，Lord Frost，246", "Lord Frost", 246),
        ("Lord Frost｜12345678｜246", "Lord Frost", 246),
        ("12345678 Lord Frost S-246", "Lord Frost", 246),
        ("12345678 Lord Frost S#246", "Lord Frost", 246),
        ("12345678 フロスト 246サーバー", "フロスト", 246),
        ("246서버 12345678 프로스트", "프로스트", 246),
        ("12345678 冰霜 (246區)", "冰霜", 246),
        // An empty cell shows that the separators are those of columns. The name stands with the id, or first.
        ("12345678 Lord Frost | | Furnace", "Lord Frost", 0),
        ("12345678 Lord Frost || Furnace", "Lord Frost", 0),
        ("12345678 Lord Frost, , Furnace, R4", "Lord Frost", 0),
        ("12345678 Lord Frost | R4 | | Furnace", "Lord Frost", 0),
        ("12345678 | | Lord Frost | Furnace", "Lord Frost", 0),
        ("12345678 Lord Frost ；； Furnace", "Lord Frost", 0),
        ("12345678 Lord Frost | | Furnace | 246", "Lord Frost", 246),
        ("R4 | | Lord Frost 12345678", "Lord Frost", 0),
        ("| 12345678 | | Lord Frost |", "Lord Frost", 0),
        ("12345678 [ICE] | Frost", "[ICE] | Frost", 0),
        ("12345678 Frost :: Elk", "Frost :: Elk", 0),
        // The time of a message.
        ("[26.11.25, 18:03] Lord Frost: 12345678", "Lord Frost", 0),
        ("26.11.25, 18:03 - Lord Frost: 12345678", "Lord Frost", 0),
        ("11/26/25, 6:03\u{202F}PM - Lord Frost: 12345678", "Lord Frost", 0),
        ("18:03\tLord Frost\t12345678", "Lord Frost", 0),
        // Digits of other scripts.
        ("１２３４５６７８ フロスト #２４６", "フロスト", 246),
        ("١٢٣٤٥٦٧٨ - Lord Frost - ٢٤٦", "Lord Frost", 246),
        ("12345678 Frost ７", "Frost ７", 0),
        // Numbers that are no states.
        ("12345678 Frost 30", "Frost 30", 0),
        ("S1 12345678", "S1", 0),
        ("Kid 77 12345678", "Kid 77", 0),
        ("12345678 \"Frost 777\"", "Frost 777", 0),
        ("12345678 “Frost #777” S246", "Frost #777", 246),
    ] {
        let others = "23456789 Ember\n34567890 - Snow";
        reads(
            &format!("{line}\n{others}"),
            &[(12_345_678, name, state), (23_456_789, "Ember", 0), (34_567_890, "Snow", 0)],
            0,
        );
    }
}

#[test]
fn a_line_that_may_mean_several_things_is_named() {
    for line in [
        "12345678 Frost 246",
        "12345678 246 Frost",
        "Frost 12345678 farm 246",
        "12345678 Frost 246 farm",
        "12345678 246",
        "12345678 | Frost | 30",
        "12345678 - Frost - S1",
        "S1 - 12345678 - Frost",
        "12345678; Room 12, 310",
        "12345678\tRoom 12, 310",
        "#2 Frost 12345678",
        "12345678 Frost #245 #246",
        "12345678 Frost 87654321 Elk",
        "Frost 12345678, Power 98765432",
        "Frost: 12345678, Power: 98765432",
        "Frost: 12345678; Total power: 98765432; Kills: 1234567",
        "Frost 12345678, Level 1234567",
        "Frost 12345678, Kampfkraft 98765432",
        "Frost 12345678、総力 98765432",
        "프로스트 12345678, 전투력 98765432",
        "Frost 12345678, phone 98765432",
        "12345678, 87654321",
        "ID: 12345678 | Name: Frost | Power: 1500",
        "12345678 Frost, Rank: 246",
        "12345678 Frost 1,245",
        "12345678 Frost (joined 11/2025)",
        "S24 Ultra 12345678",
        "12345678 Frost k99",
        "Frost +491701234567",
        "Frost",
    ] {
        let list = format!("23456789 Ember\n{line}\n34567890 Snow\n45678901 Owl");
        reads(&list, &[(23_456_789, "Ember", 0), (34_567_890, "Snow", 0), (45_678_901, "Owl", 0)], 1);
    }
}

#[test]
fn whole_lists() {
    let three = [(12_345_678, "", 0), (23_456_789, "", 0), (34_567_890, "", 0)];
    reads("12345678, 23456789; 34567890", &three, 0);
    reads("IDs:\n```\n12345678 / 23456789\n34567890\n```", &three, 0);
    reads("R4:\n12345678 Frost\n# farms\n23456789 Owl", &[(12_345_678, "Frost", 0), (23_456_789, "Owl", 0)], 0);
    reads("Frost: 12345678, Owl: 23456789", &[(12_345_678, "Frost", 0), (23_456_789, "Owl", 0)], 0);
    reads("12345678, Frost #246\n23456789, Owl", &[(12_345_678, "Frost", 246), (23_456_789, "Owl", 0)], 0);
    reads("12345678 Frost 1\n23456789 Frost 2", &[(12_345_678, "Frost 1", 0), (23_456_789, "Frost 2", 0)], 0);
    reads(
        "id,name,state\n12345678,Frost #1,246\n23456789,Owl,245",
        &[(12_345_678, "Frost #1", 246), (23_456_789, "Owl", 245)],
        0,
    );
}

#[test]
fn low_numbers_in_most_names_may_be_states_and_unknown_titles_may_name_no_state() {
    for list in [
        "12345678 Frost 77\n23456789 Owl 45\n34567890 Elk",
        "Frost S7 12345678\nOwl S8 23456789\nElk S9 34567890",
        "Member,Power,Whatever\n12345678,Frost,1500\n23456789,Owl,1600",
    ] {
        assert!(parse(list.as_bytes(), State::new(7)).is_err(), "{list}");
        let pasted = pasted_list::parse(list, State::new(7));
        assert!(pasted.players.len() < 2 && pasted.bad_lines.len() > 1, "{list}: {pasted:?}");
    }
}

#[test]
fn a_state_above_players_is_theirs() {
    let two = [(12_345_678, "Frost", 245), (23_456_789, "Owl", 246)];
    for list in [
        "State 245:\n12345678 Frost\nState 246:\n23456789 Owl",
        "# 245\n12345678 Frost\n# 246\n23456789 Owl",
        "# S245 farms\n12345678 Frost\n**Server 246:**\n23456789 Owl",
        "ID,Name\nState 245:\n12345678,Frost\n# 246\n23456789,Owl",
        "State ２４５:\n12345678 Frost\nサーバー 246：\n23456789 Owl",
        "State 7:\n12345678 Frost #245\n23456789 Owl #246",
    ] {
        reads(list, &two, 0);
    }
    reads("# 245\n12345678\n23456789", &[(12_345_678, "", 245), (23_456_789, "", 245)], 0);
    reads("12345678 Frost\nR4:\n# 246\n23456789 Owl", &[(12_345_678, "Frost", 0), (23_456_789, "Owl", 246)], 0);
    // A mistyped id is no state.
    reads("12345\n12345678\n23456789", &[(12_345_678, "", 0), (23_456_789, "", 0)], 1);
}

#[test]
fn nobody_is_asked_where_a_list_may_mean_something_else() {
    for list in [
        // The numbers of the rows, and a number that is no state.
        "1,Frost,12345678\n2,Owl,23456789",
        "12345678,Frost,98765432\n23456789,Owl,87654321",
        "ID,Username,User ID,State\n1,Frost,12345678,245",
        "#101 Frost 12345678\n#102 Owl 23456789",
        "12345678 Frost #101\n23456789 Owl #102\n34567890 Elk #103",
        // An id in groups, or three columns.
        "41,000,101\n52,345,678",
        // Titles that are not understood.
        "ID - Name - Power\n12345678 - Frost - 1500",
        "Name: Power: ID\nFrost: 1500: 12345678",
        // Another number of the same length.
        "Frost 12345678, Power 98765432",
        "Frost 12345678, Power 98765432\nOwl 23456789, Power 87654321",
        // The state of the player above, or of those below.
        "State 245\n12345678 Frost\n23456789 Owl",
        "Frost - 12345678\nState 245\nOwl - 23456789\nState 246",
        "Alliance ICE of state 245\n12345678 Frost",
        "State 245 and State 246:\n12345678 Frost",
        "245\n12345678\n23456789",
        "1:\n12345678 Frost\n2:\n23456789 Owl",
        // JSON that cannot be read.
        "[{\"fid\": 12345678, \"nickname\": \"Frost\", \"kid\": 245",
        "{\"ICE\": [{\"fid\": 12345678}], \"FOX\": [{\"fid\": 23456789}]}",
    ] {
        let file = parse(list.as_bytes(), State::new(7));
        assert!(file.as_ref().map_or(true, |file| file.players.is_empty()), "in a file: {list}: {file:?}");
        let pasted = pasted_list::parse(list, State::new(7));
        assert!(pasted.players.is_empty() && !pasted.bad_lines.is_empty(), "pasted: {list}: {pasted:?}");
    }
    let three = "245 | Frost | 12345678\n246 | Owl | 23456789";
    reads(three, &[(12_345_678, "Frost", 245), (23_456_789, "Owl", 246)], 0);
    let marked = "# ID | Name | Power\n12345678 | Frost | 1500\n23456789 | Owl | 1600";
    reads(marked, &[(12_345_678, "Frost", 0), (23_456_789, "Owl", 0)], 0);
}

#[test]
fn json_gives_the_same_pasted_and_in_a_file() {
    let two = [(12_345_678, "Frost", 245), (23_456_789, "Owl", 246)];
    for list in [
        "{\"fid\": 12345678, \"nickname\": \"Frost\", \"kid\": 245}\n{\"fid\": 23456789, \"nickname\": \"Owl\", \"kid\": 246}",
        "```json\n[{\"fid\": 12345678, \"name\": \"Frost\", \"kid\": 245}, {\"fid\": 23456789, \"name\": \"Owl\", \"kid\": 246}]\n```",
        "[{\"id\": 1, \"fid\": 12345678, \"name\": \"f\", \"nickname\": \"Frost\", \"kid\": 245},
          {\"id\": 2, \"fid\": 23456789, \"name\": \"o\", \"nickname\": \"Owl\", \"kid\": 246}]",
    ] {
        reads(list, &two, 0);
    }
}

/// Reading such lines must not take the square of their length.
#[test]
fn lines_of_more_than_a_player_are_named() {
    for line in [
        format!("12345678 {}", "#246 ".repeat(5)),
        format!("12345678 {}", "#246".repeat(20_000)),
        format!("12345678 {}", "<@".repeat(20_000)),
        format!("12345678 Frost {}#246", " ".repeat(2000)),
    ] {
        reads(
            &format!("23456789 Ember\n{line}\n34567890 Snow"),
            &[(23_456_789, "Ember", 0), (34_567_890, "Snow", 0)],
            1,
        );
    }
    let longest = format!("12345678 Frost{}#246", " ".repeat(1900));
    reads(&format!("{longest}\n34567890 Snow"), &[(12_345_678, "Frost", 246), (34_567_890, "Snow", 0)], 0);
}
