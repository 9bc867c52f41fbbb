//! Files that are no list of players.

use super::*;

#[test]
fn files_that_are_none_say_why() {
    for (bytes, part) in [
        (&b""[..], "the file is empty"),
        (b"\xEF\xBB\xBF \n", "the file is empty"),
        (b";;\n,,\n", "the file is empty"),
        (b"player_id,nickname,state\n", "a header but no players"),
        (b"Alliance,Member\nICE,1\n", "the columns are \"Alliance\", \"Member\"; needed is player_id"),
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
    let database = refusal(parse(b"SQLite format 3\0", None));
    assert!(database.contains("DB Browser for SQLite") && !database.contains('\n'), "{database}");
    assert_eq!(parse(&vec![b'x'; MAX_BYTES + 1], None), Err(RosterFileError::TooLarge));
    assert_eq!(read(&format!("id,state\n{}", "x\n".repeat(MAX_LINES + 1))), Err(RosterFileError::TooManyLines));
    assert!(bad_lines(read(&format!("id,name,state\n1,{},245\n", "x".repeat(30_000))))[0].contains("longer than"));
    assert!(
        bad_lines(read(&format!("id,name,state\n1,A,245{}\n", ",".repeat(300))))[0].contains("more than 200 columns")
    );
}
