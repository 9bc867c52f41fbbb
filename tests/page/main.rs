//! The status page of fixed situations: well-formed, escaped, bounded. Each is also written to `target/page/`, where
//! `tests/page/browser.py` opens it in a real browser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod colours;
mod document;
mod hostile;
mod served;
mod situations;

use std::path::Path;

use document::Document;
use giftcode_bot::ops::page::render;

/// The largest page, in bytes.
const MAX_BYTES: usize = 256 * 1024;

#[test]
fn every_situation_is_a_sound_and_bounded_document() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("page");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, snapshot) in situations::all() {
        let html = render(&snapshot);
        let document = Document::parse(&html);
        document.assert_sound(name);
        assert!(html.len() <= MAX_BYTES, "{name}: {} bytes", html.len());
        assert!(!html.contains("<script") && !html.contains("src="), "{name}");
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
}

#[test]
fn lists_are_cut_and_say_how_much_is_left_out() {
    let text = Document::parse(&render(&situations::large())).text();
    for part in
        ["and 990 more", "and 48 more feeds", "10,000 players", "1,200 servers", "1,000 of 1,200 servers get no posts."]
    {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn what_is_not_well_comes_with_its_beginning_and_what_to_do() {
    let text = Document::parse(&render(&situations::degraded())).text();
    for part in [
        "5 things are not well",
        "There is no connection to Discord: HTTP 403.",
        "2 of 3 feeds fail",
        "Posts to 2 servers fail.",
        "MongoDB does not answer and lacks 214 changes",
        "What to do: Set GAME_PAGE_URL",
        "Since 10:05 UTC, 47 minutes ago",
        "It stands still. The game blocks the bot (FORBIDDEN).",
        "1165706299393183041",
        "981234567890123456 ICE & Fire since",
        "5 of 41 servers get no posts.",
        "The bot cannot see the channel.",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_healthy_page_has_the_feeds_the_queue_and_the_outcomes() {
    let text = Document::parse(&render(&situations::healthy())).text();
    for part in [
        "All is well",
        "Connected. Discord answers within 84 ms.",
        "First with 6 of 11 codes, otherwise 19 s later.",
        "WINTER2026\n18 s\nfirst\n5 min",
        "Done in about 2 min, at 10:54 UTC",
        "210 granted",
        "Posted in 3 servers after 3 s. 95% of its players done after 14 min.",
        "Every server with a channel gets its posts.",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(!text.contains("What to do"), "{text}");
}

#[test]
fn an_instance_that_does_not_act_or_just_began_says_so() {
    for (standing, part) in [
        (situations::standby(), "Another instance does the work"),
        (situations::starting(), "The bot opens its state."),
        (situations::blocked(), "MongoDB does not answer, and MONGODB_REQUIRED is true."),
    ] {
        let text = Document::parse(&render(&standing)).text();
        assert!(text.contains(part) && !text.contains("Last codes"), "{part} in\n{text}");
    }
    let text = Document::parse(&render(&situations::empty())).text();
    assert!(text.contains("Nearly ready") && text.contains("No code has been seen yet."), "{text}");
    let text = Document::parse(&render(&situations::unread())).text();
    assert!(text.contains("The state cannot be read at the moment: it has not answered for 3 s"), "{text}");
}
