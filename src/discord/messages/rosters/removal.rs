//! Removing players: the menu, and what was removed.

use jiff::Timestamp;
use serenity::all::{
    ButtonStyle, CreateActionRow, CreateInputText, CreateModal, CreateSelectMenu, CreateSelectMenuKind,
    CreateSelectMenuOption, InputTextStyle,
};

use crate::discord::roster_action::{MAX_SEARCH, RosterAction, RosterActionKind};
use crate::domain::players::player::{AllianceId, Player, PlayerId, display_name};
use crate::domain::text::language::Language;
use crate::store::Removal;

use super::super::escape::{clip, escape};
use super::super::paging;
use super::super::texts::text;
use super::{Message, Skipped, button, form, names};

/// The most choices of a menu (docs/protocol.md, "Sizes").
pub const PAGE: u32 = 25;
/// Ids of a list that an answer names.
const IDS: usize = 20;

/// A page of those who can be removed.
#[derive(Debug, Clone, Default)]
pub struct MenuPage {
    /// Counted from 0.
    pub number: u32,
    /// What was searched for; empty for everybody.
    pub search: String,
    /// Players whom the search finds, on all pages.
    pub total: u32,
    pub players: Vec<Player>,
}

impl MenuPage {
    pub fn last(&self) -> u32 {
        paging::last_page(self.total, PAGE)
    }
}

fn option(language: Language, player: &Player) -> CreateSelectMenuOption {
    let (id, name) = (player.id.to_string(), display_name(&player.nickname, player.id));
    let label = if name == id { id.clone() } else { format!("{name} ({id})") };
    let state = match player.state {
        Some(state) => text!(language, "roster-menu-state", state = state.to_string()),
        None => text!(language, "roster-menu-no-state"),
    };
    CreateSelectMenuOption::new(clip(&label, 100), id).description(clip(&state, 100))
}

fn rows(language: Language, alliance: AllianceId, page: &MenuPage) -> Vec<CreateActionRow> {
    let id = |kind| RosterAction { alliance, kind }.to_string();
    let mut rows = Vec::new();
    if !page.players.is_empty() {
        let options: Vec<_> = page.players.iter().take(PAGE as usize).map(|player| option(language, player)).collect();
        let most = u8::try_from(options.len()).unwrap_or(1);
        let menu = CreateSelectMenu::new(
            id(RosterActionKind::Choose(page.number, page.search.clone())),
            CreateSelectMenuKind::String { options },
        );
        let label = clip(&text!(language, "roster-menu-choose"), 150);
        rows.push(CreateActionRow::SelectMenu(menu.placeholder(label).min_values(1).max_values(most)));
    }
    let browse = |number| id(RosterActionKind::Browse(number, page.search.clone()));
    let mut buttons = paging::buttons(language, page.number, page.last(), browse);
    if page.last() > 0 || !page.search.is_empty() {
        buttons.push(button(RosterActionKind::Search, alliance, text!(language, "roster-menu-search")));
    }
    if !page.search.is_empty() {
        let all = RosterActionKind::Browse(0, String::new());
        buttons.push(button(all, alliance, text!(language, "roster-menu-all")));
    }
    if !buttons.is_empty() {
        rows.push(CreateActionRow::Buttons(buttons));
    }
    rows
}

/// The menu to choose from.
pub fn menu(language: Language, alliance: AllianceId, page: &MenuPage) -> Message {
    let shown = escape(&page.search, MAX_SEARCH);
    let text = match (page.players.is_empty(), page.search.is_empty()) {
        (true, true) => text!(language, "roster-empty"),
        (true, false) => text!(language, "roster-menu-nobody", text = shown),
        (false, true) => text!(language, "roster-menu"),
        (false, false) => text!(language, "roster-menu-found", text = shown),
    };
    Message::text(text).with_rows(rows(language, alliance, page))
}

fn undo(language: Language, alliance: AllianceId, removal: &Removal) -> Option<CreateActionRow> {
    let draft = removal.draft.clone()?;
    let undo = button(RosterActionKind::Undo(draft), alliance, text!(language, "roster-undo"));
    Some(CreateActionRow::Buttons(vec![undo.style(ButtonStyle::Primary)]))
}

fn sentences(language: Language, removal: &Removal, absent: &[PlayerId], until: Timestamp) -> String {
    let removed = removal.removed.len();
    let mut sentences = Vec::new();
    if removed > 0 {
        let until = format!("<t:{}:t>", until.as_second());
        sentences.push(text!(language, "roster-removed", players = removed, names = names(language, &removal.removed)));
        sentences.push(text!(language, "roster-removed-undo", players = removed, until = until));
    }
    if !absent.is_empty() {
        let ids: Vec<String> = absent.iter().take(IDS).map(ToString::to_string).collect();
        let ids = match absent.len().saturating_sub(IDS) {
            0 => ids.join(", "),
            more => text!(language, "roster-names-more", names = ids.join(", "), more = more),
        };
        sentences.push(text!(language, "roster-not-removed", names = ids));
    }
    if removed == 0 {
        sentences.insert(0, "❌".to_owned());
        sentences.push(text!(language, "roster-nobody-removed"));
    }
    sentences.join(" ")
}

/// Players were removed; `absent` were not on the roster. `until` is when the undo ends.
pub fn removed(
    language: Language,
    alliance: AllianceId,
    removal: &Removal,
    absent: &[PlayerId],
    skipped: Skipped<'_>,
    until: Timestamp,
) -> Message {
    let skipped = skipped.text(language);
    let end = if skipped.is_empty() { skipped } else { format!("\n{skipped}") };
    Message::text(sentences(language, removal, absent, until) + &end)
        .with_rows(undo(language, alliance, removal).into_iter().collect())
}

/// `back` players were put back; `None` if it was too late.
pub fn undone(language: Language, back: Option<u32>) -> Message {
    Message::text(match back {
        None => text!(language, "roster-undo-too-late"),
        Some(0) => text!(language, "roster-undone-before"),
        Some(back) => text!(language, "roster-undone", players = back),
    })
}

/// The form that asks whom to search for.
pub fn search_form(language: Language, alliance: AllianceId) -> CreateModal {
    let most = u16::try_from(MAX_SEARCH).unwrap_or(u16::MAX);
    let field =
        CreateInputText::new(InputTextStyle::Short, clip(&text!(language, "roster-search.text"), 45), form::SEARCH)
            .max_length(most)
            .required(true);
    let id = RosterAction { alliance, kind: RosterActionKind::SearchForm }.to_string();
    CreateModal::new(id, clip(&text!(language, "roster-search"), 45))
        .components(vec![CreateActionRow::InputText(field)])
}
