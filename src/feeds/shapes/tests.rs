//! Each shape, and answers that are none of them.

use proptest::prelude::*;

use super::super::fields::{EXPIRY, REWARDS};
use super::*;

fn names(body: &str) -> Vec<String> {
    let entries = parse(body.as_bytes()).unwrap().entries;
    entries.iter().filter(|entry| entry.is_active).map(|entry| entry.code.to_string()).collect()
}

fn one(fields: &str) -> Entry {
    let mut found = parse(format!(r#"{{"codes":[{{"code":"A1",{fields}}}]}}"#).as_bytes()).unwrap();
    assert_eq!((found.entries.len(), found.skipped), (1, 0), "{fields}");
    found.entries.remove(0)
}

const WOSTOOLS: &str = r#"{"success":true,"codes":[
    {"code":"OFFICIALSTORE","status":"active","dateAdded":"2025-11-05","label":"Store","rewards":"1K Gems","expiry":"2025-11-20 23:59"},
    {"code":"gogoWOS","status":"ACTIVE","label":"From the label","expires":"Unknown"},
    {"code":"WOS1105","status":"expired"}]}"#;
const STRINGS: &str = r#"{"codes":["WOS1105 05.11.2025","PEPERO1111 11.11.2025","gogoWOS"]}"#;
const KINGSHOT: &str = r#"{"status":"success","data":{"giftCodes":[
    {"code":"KSPRAWNING","expiresAt":"2026-04-30T00:00:00.000Z"},{"code":"KSTWO","expiresAt":null}]}}"#;

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Codes &amp; more</title><link>https://x.example</link><description/>
<item><title>WOS1105</title><link>https://x.example/WOS1105</link><pubDate>Wed, 05 Nov 2025 10:00:00 +0000</pubDate></item>
<item><title><![CDATA[ gogoWOS ]]></title><guid>2</guid></item><item><link>https://x.example/none</link></item>
</channel></rss>"#;

#[test]
fn the_shapes_are_recognised() {
    let found = parse(WOSTOOLS.as_bytes()).unwrap();
    assert_eq!((found.entries.len(), found.skipped), (3, 0), "what ended is listed, too");
    assert_eq!(found.entries[0].rewards.as_deref(), Some("1K Gems"));
    assert_eq!(found.entries[0].expires_at.unwrap().to_string(), "2025-11-20T23:59:00Z");
    assert_eq!((found.entries[1].rewards.as_deref(), found.entries[1].expires_at), (Some("From the label"), None));
    assert!(found.entries[1].is_active && !found.entries[2].is_active);
    assert_eq!(names(STRINGS), ["WOS1105", "PEPERO1111", "gogoWOS"]);
    assert_eq!(names(KINGSHOT), ["KSPRAWNING", "KSTWO"]);
    assert_eq!(names(r#"["AB1", {"code":"CD2"}]"#), ["AB1", "CD2"]);
    assert_eq!(names(r#"{"giftCodes":[{"giftcode":"AB1"}]}"#), ["AB1"]);
    assert_eq!(names(r#"{"data":{"codes":["AB1 2025-11-05"]}}"#), ["AB1"]);
    let found = parse(RSS.as_bytes()).unwrap();
    assert_eq!((names(RSS), found.skipped), (vec!["WOS1105".to_owned(), "gogoWOS".to_owned()], 1));
}

#[test]
fn a_code_is_active_unless_a_field_says_it_is_over() {
    for fields in [
        r#""status":"Active""#,
        r#""is_active":true"#,
        r#""isActive":1,"expired":false"#,
        r#""active":"yes","isExpired":0"#,
        r#""status":7,"is_active":"maybe""#,
        r#""x":1"#,
    ] {
        assert!(one(fields).is_active, "{fields}");
    }
    for fields in [
        r#""status":"expired""#,
        r#""status":"active","is_active":false"#,
        r#""isActive":0"#,
        r#""is_active":"False""#,
        r#""expired":true"#,
        r#""isExpired":1,"status":"active""#,
    ] {
        assert!(!one(fields).is_active, "{fields}");
    }
}

#[test]
fn invisible_characters_around_a_listed_code_are_dropped() {
    let feed = include_str!("../../../tests/commands/cases/01-code-invisible/feed.json");
    assert_eq!(names(feed), ["RLMCODE1", "ZWSPCODE2"]);
}

#[test]
fn every_name_of_rewards_and_expiry_is_read() {
    for name in REWARDS {
        assert_eq!(one(&format!(r#""{name}":"Gems""#)).rewards.as_deref(), Some("Gems"), "{name}");
    }
    for name in EXPIRY {
        for value in [r#""2026-01-01""#, "1767311999", "1767311999000", "1767311999.5", r#""1767311999""#] {
            let at = one(&format!(r#""{name}":{value}"#)).expires_at;
            assert_eq!(at.map(|at| at.to_string()).as_deref(), Some("2026-01-01T23:59:59Z"), "{name} {value}");
        }
    }
    for value in
        ["null", "false", "0", r#""Unknown""#, "1e300", "-1", "[]", r#"{"at":1}"#, "18446744073709551615", "1e-9"]
    {
        assert_eq!(one(&format!(r#""expiry":{value}"#)).expires_at, None, "{value}");
    }
}

#[test]
fn entries_that_are_no_codes_are_counted_and_named_and_the_others_kept() {
    let body = r#"{"codes":["A\nB","@everyone","GOOD1",7,null,{"code":"X Y"},{"code":5},{"name":"A"},
        "TWO WORDS","https://x.example","good1","AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        {"code":"GOOD2","status":7,"rewards":[],"expiry":{}}]}"#;
    let found = parse(body.as_bytes()).unwrap();
    assert_eq!(found.entries.iter().map(|c| c.code.as_str()).collect::<Vec<_>>(), ["GOOD1", "GOOD2"]);
    assert_eq!((found.skipped, found.unread.len()), (10, 11));
    assert_eq!(found.unread[0], "the entry A B");
    assert_eq!(found.unread[10], "the expiry “{}” of GOOD2");
    assert!(found.unread.iter().all(|what| what.chars().count() < 200 && !what.contains(char::is_control)));
}

#[test]
fn a_feed_that_lists_without_end_is_cut() {
    let many: Vec<String> = (0..MAX_CODES + 5).map(|i| format!("C{i}")).collect();
    let found = parse(&serde_json::to_vec(&many).unwrap()).unwrap();
    assert_eq!((found.entries.len(), found.skipped, found.unread.len()), (MAX_CODES, 5, 0));
    // Codes that are over do not crowd out active ones.
    let over = (0..MAX_CODES + 5).map(|i| serde_json::json!({"code": format!("C{i}"), "expired": true}));
    let all: Vec<Value> = over.chain(["NEW1".into()]).collect();
    assert_eq!(names(&serde_json::to_string(&all).unwrap()), ["NEW1"]);
}

#[test]
fn errors_are_errors_also_with_status_200() {
    let refused = |body: &str| match parse(body.as_bytes()) {
        Err(FeedError::Refused(reason)) => reason,
        other => panic!("{body}: {other:?}"),
    };
    assert_eq!(refused(r#"{"error":"Invalid\nAPI key"}"#), "Invalid API key");
    assert_eq!(refused(r#"{"detail":"Rate limit"}"#), "Rate limit");
    assert_eq!(refused(r#"{"success":false,"codes":[]}"#), "it gives no reason");
    assert_eq!(refused(r#"{"status":"error","message":"down"}"#), "down");
    for body in ["", "<html>", "{\"codes\":[\"A1", "7", "{}", r#"{"codes":"A1"}"#, r#"{"data":{"giftCodes":{}}}"#] {
        assert!(matches!(parse(body.as_bytes()), Err(FeedError::Shape(_))), "{body}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_codes_or_an_error_on_one_line(bytes in any::<Vec<u8>>()) {
        if let Err(error) = parse(&bytes) {
            prop_assert!(!error.to_string().contains(char::is_control), "{}", error);
        }
    }

    #[test]
    fn a_broken_answer_never_panics_and_never_invents_a_code(
        shape in 0usize..4, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = [WOSTOOLS, STRINGS, KINGSHOT, RSS][shape].as_bytes().to_vec();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        match parse(&bytes) {
            Ok(listing) => prop_assert!(listing.entries.len() <= 3),
            Err(error) => prop_assert!(!error.to_string().contains(char::is_control), "{}", error),
        }
    }
}
