//! Text from outside is text: whatever it holds, the page's tags stay the same.

use std::time::Duration;

use giftcode_bot::domain::answers::status::Status;
use giftcode_bot::domain::health::{Connection, DiscordStatus, EnginePhase, ReplicaState, Standing};
use giftcode_bot::domain::redeeming::breaker::{Cause, Trouble};
use giftcode_bot::ops::page::{Snapshot, render};
use proptest::prelude::*;

use super::document::Document;
use super::situations;

/// A page on which every text from outside is `text`.
fn with(text: &str) -> Snapshot {
    let mut snapshot = situations::degraded();
    let since = situations::ago(500);
    let parts = snapshot.instance.parts.as_mut().unwrap();
    for feed in &mut parts.feeds.0 {
        feed.name = text.to_owned();
        if let Some(failing) = &mut feed.failing {
            failing.error = text.to_owned();
        }
    }
    let down = Connection::Down { since, until: since, reason: text.to_owned() };
    parts.discord = Some(DiscordStatus { connection: down, latency: None, servers: 38 });
    if let Ok(replica) = &mut parts.replica {
        replica.state = ReplicaState::Refuses(text.to_owned());
    }
    parts.posts = Err(text.to_owned());
    let trouble =
        Trouble { cause: Cause::Odd, evidence: Status::Unknown(text.to_owned()), since: Duration::from_secs(60) };
    parts.engine.phase = EnginePhase::Open { trouble, since };
    if let Some(Ok(figures)) = &mut snapshot.figures {
        for code in &mut figures.codes {
            code.invalidated = Some(Status::Unknown(text.to_owned()));
            for arrival in &mut code.arrivals {
                arrival.feed = text.to_owned();
            }
        }
        for guild in &mut figures.guilds.refusing_guilds {
            guild.reason = text.to_owned();
            guild.alliance = Some(text.to_owned());
        }
    }
    snapshot
}

fn structure(snapshot: &Snapshot) -> Vec<String> {
    let document = Document::parse(&render(snapshot));
    document.assert_sound("hostile");
    document.structure()
}

#[test]
fn known_attacks_are_shown_as_text() {
    let plain = structure(&with("plain"));
    for attack in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</style></title></svg><h1>x",
        "&lt;b&gt; &#60;b&#62; &",
        "{{ page }} {% if %} --> <!--",
        "\u{202E}\u{0}\u{FFFE}<\u{200B}script>",
    ] {
        assert_eq!(structure(&with(attack)), plain, "{attack}");
    }
}

#[test]
fn a_standing_and_an_error_from_outside_are_text_too() {
    let attack = "</p><script>alert(1)</script>";
    let mut blocked = situations::blocked();
    let plain = structure(&blocked);
    blocked.instance.standing = Standing::Blocked(attack.to_owned());
    assert_eq!(structure(&blocked), plain);
    let mut unread = situations::unread();
    let plain = structure(&unread);
    unread.figures = Some(Err(attack.to_owned()));
    assert_eq!(structure(&unread), plain);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_ever_yields_a_tag(text in "[<>&\"'/a-z =\\-!\u{0}-\u{1F}\u{200B}\u{202E}\\PC]{1,80}") {
        prop_assert_eq!(structure(&with(&text)), structure(&with("plain")));
    }

    #[test]
    fn however_long_a_text_is_the_page_stays_small(length in 0usize..100_000) {
        prop_assert!(render(&with(&"<".repeat(length))).len() < super::MAX_BYTES);
    }
}
