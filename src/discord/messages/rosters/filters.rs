//! The parts of a roster that `/manage players list filter:` shows.

use serenity::all::{CreateActionRow, CreateEmbed};

use crate::discord::roster_action::{RosterAction, RosterActionKind};
use crate::domain::players::player::AllianceId;
use crate::domain::text::language::Language;
use crate::store::{FilteredPage, Listed, ListedDetail, RosterFilter};

use super::super::batch::player as named;
use super::super::colour;
use super::super::escape::clip;
use super::super::explanation::meaning;
use super::super::paging;
use super::super::players::PAGE;
use super::super::texts::text;
use super::Message;

fn title(language: Language, filter: RosterFilter, players: u32) -> String {
    match filter {
        RosterFilter::NoState => text!(language, "roster-filter-no-state", players = players),
        RosterFilter::Failing => text!(language, "roster-filter-failing", players = players),
        RosterFilter::NotLinked => text!(language, "roster-filter-not-linked", players = players),
        RosterFilter::Left => text!(language, "roster-filter-left", players = players),
    }
}

fn advice(language: Language, filter: RosterFilter) -> String {
    match filter {
        RosterFilter::NoState => text!(language, "roster-filter-no-state-advice"),
        RosterFilter::Failing => text!(language, "roster-filter-failing-advice"),
        RosterFilter::NotLinked => text!(language, "roster-filter-not-linked-advice"),
        RosterFilter::Left => text!(language, "roster-filter-left-advice"),
    }
}

fn nobody(language: Language, filter: RosterFilter) -> String {
    match filter {
        RosterFilter::NoState => text!(language, "roster-filter-no-state-nobody"),
        RosterFilter::Failing => text!(language, "roster-filter-failing-nobody"),
        RosterFilter::NotLinked => text!(language, "roster-filter-not-linked-nobody"),
        RosterFilter::Left => text!(language, "roster-filter-left-nobody"),
    }
}

fn line(language: Language, listed: &Listed) -> String {
    let player = named(listed.player.id, &listed.player.nickname);
    let line = match listed.player.state {
        Some(state) => text!(language, "roster-line", player = player, state = state.to_string()),
        None => text!(language, "roster-line-no-state", player = player),
    };
    match &listed.detail {
        ListedDetail::None => line,
        ListedDetail::Failed { codes, latest } => {
            text!(language, "roster-line-failed", line = line, codes = *codes, why = meaning(language, latest))
        }
        ListedDetail::LeftAt(at) => {
            text!(language, "roster-line-left", line = line, since = format!("<t:{}:R>", at.as_second()))
        }
    }
}

/// One page of those whom the filter shows; `number` is counted from 0.
pub fn filtered(
    language: Language,
    alliance: AllianceId,
    filter: RosterFilter,
    page: &FilteredPage,
    number: u32,
) -> Message {
    if page.total == 0 {
        return Message::text(nobody(language, filter));
    }
    let lines: Vec<String> = page.players.iter().map(|listed| line(language, listed)).collect();
    let embed = CreateEmbed::new()
        .title(clip(&title(language, filter, page.total), 256))
        .colour(colour::PLAIN)
        .description(clip(&format!("{}\n\n{}", lines.join("\n"), advice(language, filter)), 4096));
    let message = Message::embed(embed);
    let last = paging::last_page(page.total, PAGE);
    let buttons = paging::buttons(language, number, last, |to| {
        RosterAction { alliance, kind: RosterActionKind::Filtered(filter, to) }.to_string()
    });
    if buttons.is_empty() { message } else { message.with_rows(vec![CreateActionRow::Buttons(buttons)]) }
}

/// Where the page with this number begins.
pub fn offset(number: u32) -> u32 {
    number.saturating_mul(PAGE)
}
