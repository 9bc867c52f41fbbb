//! JSON lists.

use super::*;

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
    assert!(read("[1]").unwrap().stateless.is_some());
    assert!(refusal(in_state(&"[".repeat(100_000))).contains("broken"));
    assert!(refusal(in_state(&format!("[{}1]", "1,".repeat(MAX_LINES)))).contains("more than 200000 lines"));
}

#[test]
fn json_is_read_as_other_bots_and_databases_write_it() {
    for (text, right) in [
        ("{\"Frost\":\"41000101\",\"Owl\":41000102}", &[(41_000_101, 7), (41_000_102, 7)][..]),
        (
            "{\"alliances\":[{\"id\":1}],\"players\":[{\"fid\":41000101,\"kid\":245}],\"codes\":[\"X\"]}",
            &[(41_000_101, 245)],
        ),
        ("{\"version\":1,\"members\":{\"41000101\":{\"name\":\"A\",\"state\":245}}}", &[(41_000_101, 245)]),
        ("{\"fid\":41000101,\"kid\":245}\n{\"fid\":41000102,\"kid\":310}\n", &[(41_000_101, 245), (41_000_102, 310)]),
        (
            "{\"_id\":{\"$oid\":\"65a0\"},\"fid\":{\"$numberLong\":\"41000101\"},\"kid\":{\"$numberInt\":\"245\"}}",
            &[(41_000_101, 245)],
        ),
    ] {
        assert_eq!(players(in_state(text)), right, "{text}");
    }
    for (text, right) in [
        // An alliance, its state, and states of their own.
        (
            "{\"id\":987654,\"name\":\"ICE\",\"members\":[{\"fid\":41000101,\"kid\":245},{\"fid\":41000102}]}",
            &[(41_000_101, 245), (41_000_102, 7)][..],
        ),
        (
            "{\"state\":245,\"members\":[{\"fid\":41000101,\"kid\":null},{\"fid\":41000102,\"kid\":310}]}",
            &[(41_000_101, 245), (41_000_102, 310)],
        ),
        ("{\"state\":245,\"ids\":[41000101,41000102]}", &[(41_000_101, 245), (41_000_102, 245)]),
        ("{\"kid\":245,\"members\":{\"41000101\":\"A\",\"41000102\":{}}}", &[(41_000_101, 245), (41_000_102, 245)]),
        (
            "{\"Frost\":{\"fid\":41000101},\"Owl\":{\"fid\":41000102,\"kid\":310}}",
            &[(41_000_101, 7), (41_000_102, 310)],
        ),
        ("{\"123456789012345678\":{\"fid\":41000101}}", &[(41_000_101, 7)]),
    ] {
        assert_eq!(players(in_state(text)), right, "{text}");
    }
    assert_eq!(
        bad_lines(in_state("[{\"fid\":41000101},{\"id\":1,\"members\":[{\"fid\":41000102}]}]")),
        ["entry 2: it is not a player"]
    );
    assert!(refusal(in_state("{\"fid\":41000101,\"accounts\":[41000102]}")).contains("no column with player ids"));
    assert!(refusal(in_state("{\"state\":245,\"members\":{\"41000101\":300}}")).contains("a number for each id"));
    assert!(refusal(in_state("{\"fid\":41000101}\n{\"fid\":")).starts_with("the file looks like JSON but is broken"));
    // Reading one object after the other must not take the square of their number.
    let many: String = (0..20_000).map(|number| format!("{{\"fid\":{}}}\n", 41_000_000 + number)).collect();
    assert_eq!(in_state(&many).unwrap().players.len(), 20_000);
    // Two lists of players: which alliance is meant is not known.
    assert!(refusal(in_state("{\"ICE\":[41000101],\"FOX\":[41000102]}")).contains("the columns are \"ICE\", \"FOX\""));
    assert!(refusal(in_state("{\"players\":[1],\"members\":[2]}")).contains("no column with player ids"));
    assert!(refusal(in_state("[41000101]\n[41000102]")).starts_with("the file looks like JSON but is broken"));
    assert!(refusal(in_state("[41000101,\n41000102")).starts_with("the file looks like JSON but is broken"));
    assert!(refusal(in_state("{\"a\":{\"players\":{\"b\":1}}}")).contains("no column with player ids"));
}
