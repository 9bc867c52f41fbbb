//! Replacing a whole roster by a file.

use serenity::all::{ButtonStyle, CreateActionRow, CreateEmbed};

use crate::discord::roster_action::RosterActionKind;
use crate::domain::players::player::{AllianceId, Player};
use crate::domain::players::replacement::Replacement;
use crate::domain::players::roster_file::BadLine;
use crate::domain::text::language::Language;
use crate::store::{Preview, RosterChange};

use super::super::colour;
use super::super::escape::clip;
use super::super::texts::text;
use super::{ListNow, Message, Skipped, button, names, notes};

/// What replacing the list would do, with the button to do it. `is_anew` if the list changed since the preview before.
pub fn preview(
    language: Language,
    alliance: AllianceId,
    preview: &Preview,
    skipped: &[BadLine],
    is_anew: bool,
) -> Message {
    let Replacement { comes, goes, changes, same } = &preview.replacement;
    if preview.replacement.is_empty() {
        return nothing_to_replace(language);
    }
    let then: Vec<Player> = changes.iter().map(|changed| changed.then.clone()).collect();
    let mut lines = Vec::new();
    if is_anew {
        lines.push(text!(language, "roster-replace-anew"));
    }
    if !comes.is_empty() {
        lines.push(text!(language, "roster-replace-comes", players = comes.len(), names = names(language, comes)));
    }
    if !goes.is_empty() {
        lines.push(text!(language, "roster-replace-goes", players = goes.len(), names = names(language, goes)));
    }
    if !then.is_empty() {
        lines.push(text!(language, "roster-replace-changes", players = then.len(), names = names(language, &then)));
    }
    if *same > 0 {
        lines.push(text!(language, "roster-replace-same", players = *same));
    }
    lines.extend(notes(language, RosterChange { kept: preview.kept, ..RosterChange::default() }, None, false));
    if !skipped.is_empty() {
        lines.push(Skipped::Lines(skipped).text(language));
    }
    lines.push(text!(language, "roster-replace-how"));
    let embed = CreateEmbed::new()
        .title(clip(&text!(language, "roster-replace"), 256))
        .colour(colour::BUSY)
        .description(clip(&lines.join("\n"), 4096));
    let replace = RosterActionKind::Replace(preview.draft.clone());
    let replace = button(replace, alliance, text!(language, "roster-replace-button")).style(ButtonStyle::Danger);
    Message::embed(embed)
        .with_rows(vec![CreateActionRow::Buttons(vec![replace])])
        .with_file("player-list-changes.csv", preview.replacement.file())
}

pub fn replaced(language: Language, done: &Replacement, retried: u32, list: ListNow) -> Message {
    let new = done.comes.len();
    let mut sentences =
        vec![text!(language, "roster-replaced", new = new, gone = done.goes.len(), changed = done.changes.len())];
    sentences.push(text!(language, "roster-total", total = list.total));
    let new = u32::try_from(new).unwrap_or(u32::MAX);
    let change = RosterChange { new, retried, ..RosterChange::default() };
    sentences.extend(notes(language, change, list.stateless, list.auto_redeem));
    Message::text(sentences.join(" "))
}

pub fn nothing_to_replace(language: Language) -> Message {
    Message::text(text!(language, "roster-replace-nothing"))
}

/// The file of a preview is no longer known.
pub fn unknown(language: Language) -> Message {
    Message::text(text!(language, "roster-replace-unknown"))
}

pub fn too_many(language: Language, players: usize, most: usize) -> Message {
    Message::text(text!(language, "roster-replace-too-many", players = players, most = most))
}
