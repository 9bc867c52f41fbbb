//! Answers to `/manage players`.
#![allow(unused_variables, reason = "texts are being moved to Fluent")]

use serenity::all::{ButtonStyle, CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter};

use crate::discord::custom_id::Action;
use crate::domain::players::player::{AllianceId, Player};
use crate::domain::players::roster_file::BadLine;
use crate::domain::text::language::Language;
use crate::store::{RosterChange, RosterPage};

use super::batch::player as named;
use super::escape::{clip, escape};
use super::files;
use super::texts::text;
use super::{Message, colour, count, states, thousands};

/// Players on a page.
pub const PAGE: u32 = 20;
/// Bad lines that an answer lists.
const BAD_LINES: usize = 10;

fn notes(language: Language, change: RosterChange, auto_redeem: bool) -> String {
    let mut text = String::new();
    if change.kept > 0 {
        let keeps = if change.kept == 1 { "keeps" } else { "keep" };
        text += &format!(
            " {} {keeps} the saved state, because other servers or members use it too.",
            count(change.kept, "player")
        );
    }
    if change.new > 0 {
        text += &format!(" {}", states::checked_in_background(language));
    }
    if auto_redeem && change.new > 0 {
        text += " The active codes will be redeemed for the new players.";
    }
    text
}

/// The typed name belongs to nobody, or to several players.
pub fn nobody_of_that_name(language: Language, typed: &str, several: bool) -> Message {
    let who = escape(typed, 40);
    Message::text(if several {
        format!("❌ Several players on the list are called “{who}”. Enter the player id instead. Nothing was changed.")
    } else {
        format!("❌ Nobody on the player list is called “{who}”. Nothing was changed.")
    })
}

/// The last page of a roster, counted from 0.
pub fn last_page(players: u32) -> u32 {
    players.div_ceil(PAGE).saturating_sub(1)
}

/// One page of the roster; `number` is counted from 0.
pub fn roster(language: Language, page: &RosterPage, number: u32, alliance: AllianceId) -> Message {
    if page.total == 0 {
        return Message::text(
            "The player list is empty. Add players with `/manage players add` or `/manage players import`.",
        );
    }
    let pages = last_page(page.total) + 1;
    let line = |player: &Player| {
        let state = player.state.map_or_else(|| "⚠️ no state".to_owned(), |state| format!("state {state}"));
        let furnace = player.furnace_level.map_or(String::new(), |level| format!(" · furnace {level}"));
        let check = states::mark(language, page.checks.get(&player.id).copied())
            .map_or(String::new(), |mark| format!(" · {mark}"));
        format!("{} · {state}{furnace}{check}", named(player.id, &player.nickname))
    };
    let lines: Vec<String> = page.players.iter().map(line).collect();
    let mut text = lines.join("\n");
    if let Some(notes) = states::below_list(language, page) {
        text += &format!("\n\n{notes}");
    }
    let embed = CreateEmbed::new()
        .title(format!("👥 {}", count(page.total, "player")))
        .colour(colour::PLAIN)
        .description(clip(&text, 4096))
        .footer(CreateEmbedFooter::new(text!(language, "roster-as-file")));
    let message = Message::embed(embed);
    if pages == 1 {
        return message;
    }
    let button = |to: Option<u32>, label: &str, at: u32| {
        // Every button needs an id of its own, even a disabled one.
        let action = Action::RosterPage(to.unwrap_or(u32::MAX - at), Some(alliance));
        CreateButton::new(action.to_string()).label(label).style(ButtonStyle::Secondary).disabled(to.is_none())
    };
    let next = (number + 1 < pages).then(|| number + 1);
    let middle = CreateButton::new(Action::RosterPage(u32::MAX - 2, Some(alliance)).to_string())
        .label(format!("{} of {pages}", number + 1))
        .style(ButtonStyle::Secondary)
        .disabled(true);
    message.with_rows(vec![CreateActionRow::Buttons(vec![
        button(number.checked_sub(1), "◀", 0),
        middle,
        button(next, "▶", 1),
    ])])
}

pub fn imported(
    language: Language,
    change: RosterChange,
    left_out: &[BadLine],
    total: u32,
    auto_redeem: bool,
) -> Message {
    let mut text = format!(
        "✅ {} imported: {} new, {} updated. The player list now has {}.{}",
        count(change.new + change.known, "player"),
        thousands(change.new),
        thousands(change.known),
        count(total, "player"),
        notes(language, change, auto_redeem)
    );
    if !left_out.is_empty() {
        text += &format!("\n{} skipped:\n{}", lines_were(language, left_out), bad_lines(language, left_out));
    }
    Message::text(text)
}

fn lines_were(language: Language, lines: &[BadLine]) -> String {
    let number = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    format!("{} {}", count(number, "line"), if number == 1 { "was" } else { "were" })
}

fn bad_lines(language: Language, lines: &[BadLine]) -> String {
    let shown: Vec<String> =
        lines.iter().take(BAD_LINES).map(|line| format!("• {}", clip(&files::bad_line(language, line), 200))).collect();
    let left = lines.len() - shown.len();
    let more = if left > 0 { format!("\n… and {left} more") } else { String::new() };
    shown.join("\n") + &more
}

/// The file has bad lines, and the person did not allow skipping them.
pub fn not_imported(language: Language, lines: &[BadLine]) -> Message {
    Message::text(format!(
        "❌ Nobody was imported because of these lines:\n{}\nCorrect them, or skip them with `skip_bad_lines`.",
        bad_lines(language, lines)
    ))
}

pub fn file_not_fetched(language: Language) -> Message {
    Message::text("❌ Nobody was imported: I could not download the file from Discord. Please try again.")
}

pub fn exported(language: Language, players: u32, file: Vec<u8>) -> Message {
    if players == 0 {
        return Message::text("The player list is empty, so there is nothing to export.");
    }
    Message::text(format!("👥 {}. `/manage players import` accepts this file.", count(players, "player")))
        .with_file("players.csv", file)
}
