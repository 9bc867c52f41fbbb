//! Each shape, and everything that is none.

use proptest::prelude::*;

use super::*;

fn names(body: &str) -> Vec<String> {
    parse(body.as_bytes(), "feed").unwrap().codes.iter().map(|c| c.code.to_string()).collect()
}

const WOSTOOLS: &str = r#"{"success":true,"codes":[
    {"code":"OFFICIALSTORE","status":"active","dateAdded":"2025-11-05","label":"Store","rewards":"1K Gems","expiry":"2025-11-20 23:59"},
    {"code":"gogoWOS","status":"ACTIVE","label":"From the label","expires":"Unknown"},
    {"code":"WOS1105","status":"expired"}]}"#;
const STRINGS: &str = r#"{"codes":["WOS1105 05.11.2025","PEPERO1111 11.11.2025","gogoWOS"]}"#;
const KINGSHOT: &str = r#"{"status":"success","data":{"giftCodes":[
    {"code":"KSPRAWNING","expiresAt":"2026-04-30T00:00:00.000Z"},{"code":"KSTWO","expiresAt":null}]}}"#;

#[test]
fn the_three_shapes_are_recognised() {
    let listing = parse(WOSTOOLS.as_bytes(), "feed").unwrap();
    assert_eq!((listing.codes.len(), listing.usable, listing.skipped), (2, 3, 0));
    assert_eq!(listing.codes[0].rewards.as_deref(), Some("1K Gems"));
    assert_eq!(listing.codes[0].expires_at.unwrap().to_string(), "2025-11-20T23:59:00Z");
    assert_eq!((listing.codes[1].rewards.as_deref(), listing.codes[1].expires_at), (Some("From the label"), None));
    assert_eq!(names(STRINGS), ["WOS1105", "PEPERO1111", "gogoWOS"]);
    assert_eq!(names(KINGSHOT), ["KSPRAWNING", "KSTWO"]);
    assert_eq!(names(r#"["AB1", {"code":"CD2"}]"#), ["AB1", "CD2"]);
}

#[test]
fn invisible_characters_around_a_listed_code_are_dropped() {
    let feed = include_str!("../../../tests/commands/cases/01-code-invisible/feed.json");
    assert_eq!(names(feed), ["RLMCODE1", "ZWSPCODE2"]);
}

#[test]
fn every_name_of_rewards_and_expiry_is_read() {
    for name in REWARDS {
        let body = format!(r#"{{"codes":[{{"code":"A1","{name}":"Gems"}}]}}"#);
        assert_eq!(parse(body.as_bytes(), "f").unwrap().codes[0].rewards.as_deref(), Some("Gems"), "{name}");
    }
    for name in EXPIRY {
        let body = format!(r#"{{"codes":[{{"code":"A1","{name}":"2026-01-01"}}]}}"#);
        assert!(parse(body.as_bytes(), "f").unwrap().codes[0].expires_at.is_some(), "{name}");
    }
}

#[test]
fn entries_that_are_no_codes_are_counted_and_the_others_kept() {
    let body = r#"{"codes":["A\nB","@everyone","GOOD1",7,null,{"code":"X Y"},{"code":5},{"name":"A"},
        "TWO WORDS","https://x.example","good1","AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        {"code":"GOOD2","status":7,"rewards":[],"expiry":{}}]}"#;
    let listing = parse(body.as_bytes(), "feed").unwrap();
    assert_eq!(listing.codes.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["GOOD1", "GOOD2"]);
    assert_eq!((listing.usable, listing.skipped), (3, 10));
}

#[test]
fn a_feed_that_lists_without_end_is_cut() {
    let many: Vec<String> = (0..MAX_CODES + 5).map(|i| format!("C{i}")).collect();
    let listing = parse(&serde_json::to_vec(&many).unwrap(), "feed").unwrap();
    assert_eq!((listing.codes.len(), listing.skipped), (MAX_CODES, 5));
}

#[test]
fn errors_are_errors_also_with_status_200() {
    let refused = |body: &str| match parse(body.as_bytes(), "feed") {
        Err(FeedError::Refused(said)) => said,
        other => panic!("{body}: {other:?}"),
    };
    assert_eq!(refused(r#"{"error":"Invalid\nAPI key"}"#), "Invalid API key");
    assert_eq!(refused(r#"{"detail":"Rate limit"}"#), "Rate limit");
    assert_eq!(refused(r#"{"success":false,"codes":[]}"#), "it says no more");
    assert_eq!(refused(r#"{"status":"error","message":"down"}"#), "down");
    for body in ["", "<html>", "{\"codes\":[\"A1", "7", "{}", r#"{"codes":"A1"}"#, r#"{"data":{"giftCodes":{}}}"#] {
        assert!(matches!(parse(body.as_bytes(), "feed"), Err(FeedError::Shape(_))), "{body}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_codes_or_an_error_on_one_line(bytes in any::<Vec<u8>>()) {
        if let Err(error) = parse(&bytes, "feed") {
            prop_assert!(!error.to_string().contains(char::is_control), "{}", error);
        }
    }

    #[test]
    fn a_broken_answer_never_panics_and_never_invents_a_code(
        shape in 0usize..3, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = [WOSTOOLS, STRINGS, KINGSHOT][shape].as_bytes().to_vec();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        match parse(&bytes, "feed") {
            Ok(listing) => prop_assert!(listing.codes.len() <= 3),
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control), "{}", error),
        }
    }
}
