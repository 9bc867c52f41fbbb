//! The panel, and the taps of a daily round with it.

use giftcode_bot::discord::messages::Message;
use giftcode_bot::discord::messages::panel::{self, PanelStatus};
use giftcode_bot::domain::players::player::AllianceId;
use giftcode_bot::domain::text::language::Language;
use giftcode_bot::store::ActiveCode;

use super::{CHANNEL, Chapter, code};

const ALLIANCE: AllianceId = AllianceId(3);

/// What a leader does every day, and each tap for it. `tests/discord/panels.rs` does exactly these.
pub const DAILY_ROUND: [(&str, &[&str]); 5] = [
    ("Add the new code", &["“Add code”", "submit the form"]),
    ("See who failed", &["“Who is missing”"]),
    ("Add three players", &["“Add players”", "submit the form"]),
    ("Remove one player", &["“Remove players”", "choose the player"]),
    ("Try again", &["“Retry failed”", "choose the code"]),
];

fn active(text: &str, failed: u32, untried: u32) -> ActiveCode {
    ActiveCode { code: code(text), generation: 1, failed, untried, pending: 0 }
}

fn status(name: Option<&str>, auto_redeem: bool) -> PanelStatus {
    PanelStatus {
        name: name.map(str::to_owned),
        codes: 3,
        players: 100,
        failed: if auto_redeem { 6 } else { 0 },
        auto_redeem,
        channel: auto_redeem.then_some(CHANNEL),
    }
}

pub fn chapter(language: Language) -> Chapter {
    let codes = [active("OFFICIALSTORE", 6, 2), active("gogoWOS", 1, 12)];
    let other = panel::other_codes(language, ALLIANCE, &codes);
    let messages = vec![
        ("The panel", panel::panel(language, ALLIANCE, &status(None, true))),
        (
            "The panel of one of several alliances, without a channel",
            panel::panel(language, ALLIANCE, &status(Some("Frost"), false)),
        ),
        ("panel", panel::made(language, CHANNEL)),
        ("panel, where the bot may not post", panel::refused(language, &["Send Messages", "Embed Links"])),
        ("“Retry failed”, if several codes failed", panel::which_retry(language, ALLIANCE, &codes)),
        ("“Retry failed”, if none did", panel::nothing_failed(language)),
        ("“Redeem now”, if several codes are left", panel::which_redeem(language, ALLIANCE, &codes)),
        ("“Redeem now”, if none is", panel::nothing_to_redeem(language)),
        ("“Who is missing” or “Redeem now”, without an active code", panel::no_codes(language)),
        ("The menu below “Who is missing”, if there are several codes", {
            Message::default().with_rows(other.into_iter().collect())
        }),
        ("Any button, after the alliance was removed", panel::gone(language)),
    ];
    ("The panel of `/manage panel`", messages.into_iter().map(|(when, one)| (when.to_owned(), one)).collect())
}

/// The taps of a daily round, as the page shows them.
pub fn taps() -> String {
    let count: usize = DAILY_ROUND.iter().map(|(_, taps)| taps.len()).sum();
    let rows = DAILY_ROUND.iter().map(|(what, taps)| format!("| {what} | {} | {} |\n", taps.join(", "), taps.len()));
    format!(
        "\n### A daily round in {count} taps\n\nA tap is a button, a choice in a menu, or a submitted form. A test does these.\n\n\
         | what | taps | number |\n|---|---|---|\n{}",
        rows.collect::<String>()
    )
}

pub fn longest(language: Language) -> Vec<(String, Message)> {
    let name = Some("*".repeat(64));
    let codes: Vec<ActiveCode> = (0..40).map(|number| active(&format!("{number:0>32}"), u32::MAX, u32::MAX)).collect();
    let status = PanelStatus {
        name,
        codes: u32::MAX,
        players: u32::MAX,
        failed: u32::MAX,
        auto_redeem: true,
        channel: Some(CHANNEL),
    };
    let alliance = AllianceId(u64::MAX);
    let other = panel::other_codes(language, alliance, &codes);
    [
        ("a panel", panel::panel(language, alliance, &status)),
        ("the codes to try again", panel::which_retry(language, alliance, &codes)),
        ("the codes to redeem", panel::which_redeem(language, alliance, &codes)),
        ("the other codes", Message::text("x").with_rows(other.into_iter().collect())),
    ]
    .map(|(when, one)| (when.to_owned(), one))
    .to_vec()
}
