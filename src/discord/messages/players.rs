//! Answers to `/manage players`.

use serenity::all::{CreateActionRow, CreateEmbed, CreateEmbedFooter};

use crate::discord::custom_id::Action;
use crate::domain::players::player::{AllianceId, Player};
use crate::domain::players::roster_file::BadLine;
use crate::domain::text::language::Language;
use crate::store::RosterPage;

use super::batch::player as named;
use super::escape::{clip, escape};
use super::files;
use super::paging;
use super::texts::text;
use super::{Message, colour, states};

/// Players on a page.
pub const PAGE: u32 = 20;
/// Bad lines that an answer lists.
const BAD_LINES: usize = 10;

/// The typed name belongs to nobody, or to several players.
pub fn nobody_of_that_name(language: Language, typed: &str, several: bool) -> Message {
    let who = escape(typed, 40);
    Message::text(match several {
        true => text!(language, "players-several-of-that-name", name = who),
        false => text!(language, "players-nobody-of-that-name", name = who),
    })
}

/// One page of the roster; `number` is counted from 0.
pub fn roster(language: Language, page: &RosterPage, number: u32, alliance: AllianceId) -> Message {
    if page.total == 0 {
        return Message::text(text!(language, "players-list-empty"));
    }
    let line = |player: &Player| {
        let state = match player.state {
            Some(state) => text!(language, "players-state", state = state.to_string()),
            None => text!(language, "players-no-state"),
        };
        let furnace = player.furnace_level.map_or(String::new(), |level| {
            format!(" · {}", text!(language, "players-furnace", level = level.to_string()))
        });
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
        .title(text!(language, "players-title", players = page.total))
        .colour(colour::PLAIN)
        .description(clip(&text, 4096))
        .footer(CreateEmbedFooter::new(text!(language, "roster-as-file")));
    let message = Message::embed(embed);
    let last = paging::last_page(page.total, PAGE);
    let buttons = paging::buttons(language, number, last, |to| Action::RosterPage(to, Some(alliance)).to_string());
    if buttons.is_empty() { message } else { message.with_rows(vec![CreateActionRow::Buttons(buttons)]) }
}

fn bad_lines(language: Language, lines: &[BadLine]) -> String {
    let shown: Vec<String> = lines.iter().take(BAD_LINES).map(|line| files::bad_line_in_list(language, line)).collect();
    let left = lines.len() - shown.len();
    let more = match left {
        0 => String::new(),
        left => format!("\n{}", text!(language, "list-more", number = left)),
    };
    shown.join("\n") + &more
}

/// The file has bad lines, and the person did not allow skipping them.
pub fn not_imported(language: Language, lines: &[BadLine]) -> Message {
    let (begin, end) = (text!(language, "players-not-imported"), text!(language, "players-correct-the-lines"));
    Message::text(format!("{begin}\n{}\n{end}", bad_lines(language, lines)))
}

pub fn file_not_fetched(language: Language) -> Message {
    Message::text(text!(language, "players-file-not-fetched"))
}

pub fn exported(language: Language, players: u32, file: Vec<u8>) -> Message {
    match players {
        0 => Message::text(text!(language, "players-nothing-to-export")),
        players => Message::text(text!(language, "players-exported", players = players)).with_file("players.csv", file),
    }
}
