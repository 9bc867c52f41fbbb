//! Tables with separators.

use super::*;

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
        refusal(read("id,fid,state\n41000101,41000101,245\n41000103,41000102,245\n")),
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
    assert!(read("id,name\n1,A\n").unwrap().stateless.is_some());
    assert!(read("id,state\n1,\n").unwrap().stateless.is_none());
}

#[test]
fn a_row_that_lacks_a_cell_or_numbers_its_line_is_named() {
    for (text, bad) in [
        ("player_id,nickname,state,furnace_level\n12345678,245,30\n", "there is no nickname"),
        ("ID,Username,User ID,State\n1,Frost,12345678,245\n", "there is no player_id"),
        ("12345678,A,245\n4.1E+07,B,245\n", "the spreadsheet shortened it"),
        ("12345678,A,245\n1234,B,245\n23456789,C,245\n", "there is no player_id"),
        ("ID;Name;Staat\n12.345.678;Frost;1.000\n", "state \"1.000\" is not a whole number"),
    ] {
        let bad_lines = bad_lines(in_state(text));
        assert!(bad_lines.len() == 1 && bad_lines[0].contains(bad), "{text}: {bad_lines:?}");
    }
    assert_eq!(players(read("Name|ID|State|Level\n|12345678|245|30\n")), [(12_345_678, 245)]);
    assert_eq!(players(read("ID;Name;Staat\n12.345.678;Frost;245,00\n")), [(12_345_678, 245)]);
    // A database's own number beside the id.
    assert_eq!(players(read("id,fid,name,nickname,kid\n1,12345678,f,Frost,245\n")), [(12_345_678, 245)]);
    // Lines that were pasted into one column.
    let boxed = in_state("\"12345678, Frost, 245\"\r\n\"2345678x, Owl, 246\"\r\n\"23456789, Elk, 310\"\r\n").unwrap();
    assert_eq!(boxed.bad_lines[0].place, Place::Line(2));
    assert_eq!(players(Ok(RosterFile { bad_lines: Vec::new(), ..boxed })), [(12_345_678, 245), (23_456_789, 310)]);
}

#[test]
fn headers_are_understood_in_the_languages_of_players() {
    for header in [
        "Spieler-ID,Name,Staat,Ofenstufe",
        "ID du joueur,Pseudo,État,Chaudière",
        "ID du joueur,Pseudo,État,Niveau de la chaudière",
        "ID de jugador,Nombre,Estado,Calefactor",
        "ID do jogador,Nome,Estado,Fornalha",
        "Oyuncu ID,İsim,Eyalet,Fırın seviyesi",
        "ID игрока,Ник,Штат,Печь",
        "ID игрока,Имя,Государство,Топка",
        "플레이어 ID,닉네임,서버,용광로",
        "플레이어 ID,닉네임,왕국,용광로 레벨",
        "プレイヤーID,名前,サーバー,溶鉱炉",
        "プレイヤーID,名前,王国,大溶鉱炉レベル",
        "玩家ID,暱稱,王國,熔爐等級",
    ] {
        let file = read(&format!("{header}\n1,A,245,30\n")).unwrap();
        let player = Player {
            id: PlayerId::new(1).unwrap(),
            nickname: "A".into(),
            state: State::new(245),
            furnace_level: Some(30),
        };
        assert_eq!(file.players, [player], "{header}");
    }
}

#[test]
fn a_title_above_the_header_and_remarks_are_no_players() {
    assert_eq!(players(read("Our alliance,,\n\nName,ID,State\nA,1,245\n")), [(1, 245)]);
    assert_eq!(players(read("id,state\n# farms\n1,245\n")), [(1, 245)]);
    // A name may begin like a remark.
    assert_eq!(players(read("name,id,state\n#1 Lord,41000101,245\n")), [(41_000_101, 245)]);
    // A player above the header: the file is two files.
    assert!(refusal(read("A,41000101,245\nName,ID,State\nB,41000102,245\n")).contains("no column with player ids"));
    // A player may be called ID.
    assert!(refusal(read("Member,State\nID,245\n")).contains("the columns are \"Member\", \"State\""));
}

#[test]
fn a_table_of_a_chat_has_bars() {
    let table = "| Name | ID | State |\n|------|:--:|------:|\n| A, B; C | 1 | 245 |\n| | 2 | 310 |\n";
    assert_eq!(players(read(table)), [(1, 245), (2, 310)]);
    assert_eq!(players(read("ID | Name | State\n---+---+---\n1 | A | 245\n")), [(1, 245)]);
    assert_eq!(
        bad_lines(read("|ID|Name|State|\n|1|A|B|245|\n")),
        ["line 2: has 4 columns, the header 3; put a name that contains bars in quotes"]
    );
}
