//! Answers of `/manage players` that change a roster or show a part of it.

pub mod filters;
pub mod removal;
pub mod replacement;

use serenity::all::{ButtonStyle, CreateActionRow, CreateButton, CreateInputText, CreateModal, InputTextStyle};

use crate::discord::roster_action::{RosterAction, RosterActionKind};
use crate::domain::players::pasted_list::{BadPaste, Problem};
use crate::domain::players::player::{AllianceId, Player, PlayerId, State};
use crate::domain::players::roster_file::BadLine;
use crate::domain::text::language::Language;
use crate::store::{Edited, RosterChange, StateChange};

use super::Message;
use super::batch::player as named;
use super::escape::{clip, escape};
use super::texts::text;
use super::{files, states};

/// Bad lines that an answer lists.
const BAD_LINES: usize = 10;
/// Names that an answer lists.
const NAMES: usize = 15;
/// What a form's field may hold (docs/protocol.md, "Sizes").
pub const MAX_PASTED: u16 = 4000;

/// The ids of a form's fields.
pub mod form {
    pub const LIST: &str = "players";
    pub const STATE: &str = "state";
    pub const SEARCH: &str = "search";
}

/// What was skipped among what somebody gave.
#[derive(Debug, Clone, Copy)]
pub enum Skipped<'a> {
    /// Lines of a form.
    Pasted(&'a [BadPaste]),
    /// Lines of a file.
    Lines(&'a [BadLine]),
    /// Entries of a list of ids to add.
    Ids(&'a [String]),
    /// Entries of a list of ids to remove.
    IdsToRemove(&'a [String]),
}

impl Skipped<'_> {
    fn len(self) -> usize {
        match self {
            Self::Pasted(lines) => lines.len(),
            Self::Lines(lines) => lines.len(),
            Self::Ids(ids) | Self::IdsToRemove(ids) => ids.len(),
        }
    }

    fn line(self, language: Language, at: usize) -> Option<String> {
        match self {
            Self::Pasted(lines) => lines.get(at).map(|line| bad_paste(language, line)),
            Self::Lines(lines) => lines.get(at).map(|line| files::bad_line_in_list(language, line)),
            Self::Ids(ids) => ids.get(at).map(|id| text!(language, "roster-bad-id", text = escape(id, 40))),
            Self::IdsToRemove(ids) => {
                ids.get(at).map(|id| text!(language, "roster-bad-id-to-remove", text = escape(id, 40)))
            }
        }
    }

    /// The lines with what to do; empty if nothing was skipped.
    fn text(self, language: Language) -> String {
        let all = self.len();
        if all == 0 {
            return String::new();
        }
        let title = match self {
            Self::Ids(_) | Self::IdsToRemove(_) => text!(language, "roster-skipped-ids", ids = all),
            Self::Pasted(_) | Self::Lines(_) => text!(language, "roster-skipped", lines = all),
        };
        let shown = (0..BAD_LINES).map_while(|at| self.line(language, at));
        let mut lines: Vec<String> = std::iter::once(title).chain(shown).collect();
        if all > BAD_LINES {
            lines.push(text!(language, "roster-skipped-more", more = all - BAD_LINES));
        }
        lines.join("\n")
    }
}

fn bad_paste(language: Language, bad: &BadPaste) -> String {
    let (number, text, problem) = match bad {
        BadPaste::Table(line) => return files::bad_line_in_list(language, line),
        BadPaste::Line { number, text, problem } => (*number, text, problem),
    };
    let (line, shown) = (number.to_string(), escape(text, 40));
    match problem {
        Problem::Unread(problem) => files::unread_line(language, number, text, *problem),
        Problem::Repeated(first) => {
            text!(language, "roster-bad-repeated", line = line, text = shown, first = first.to_string())
        }
        Problem::Contradicted(first) => {
            text!(language, "roster-bad-contradicted", line = line, text = shown, first = first.to_string())
        }
    }
}

/// The first names of these players, and how many more there are.
fn names(language: Language, players: &[Player]) -> String {
    let shown: Vec<String> = players.iter().take(NAMES).map(|player| named(player.id, &player.nickname)).collect();
    match players.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => text!(language, "roster-names-more", names = shown.join(", "), more = more),
    }
}

fn button(action: RosterActionKind, alliance: AllianceId, label: String) -> CreateButton {
    let id = RosterAction { alliance, kind: action }.to_string();
    CreateButton::new(id).label(clip(&label, 80)).style(ButtonStyle::Secondary)
}

/// What else there is to know after players were added or changed.
fn notes(language: Language, change: RosterChange, stateless: Option<PlayerId>, auto_redeem: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if change.kept > 0 {
        notes.push(text!(language, "roster-kept-states", players = change.kept));
    }
    if change.retried > 0 {
        notes.push(text!(language, "roster-retried", redemptions = change.retried));
    }
    if change.new > 0 {
        notes.push(match stateless {
            Some(player) => states::nobody_has_a_state(language, player),
            None => states::checked_in_background(language),
        });
        match auto_redeem {
            false => notes.push(text!(language, "roster-auto-is-off")),
            true if stateless.is_none() => notes.push(text!(language, "roster-active-codes-follow")),
            true => {}
        }
    }
    notes
}

/// The list to which players were added.
#[derive(Debug, Clone, Copy)]
pub struct ListNow {
    /// Players on it.
    pub total: u32,
    /// One of them, if none has a state.
    pub stateless: Option<PlayerId>,
    pub auto_redeem: bool,
}

/// Players were added, and perhaps some of what was given was skipped.
pub fn added(language: Language, change: RosterChange, skipped: Skipped<'_>, list: ListNow) -> Message {
    let (new, known) = (change.new, change.known);
    let first = match (new, known) {
        (0, 0) => text!(language, "roster-nobody-added"),
        (0, _) => text!(language, "roster-added-known", known = known),
        (_, 0) => text!(language, "roster-added-new", new = new),
        _ => text!(language, "roster-added-both", new = new, known = known),
    };
    let mut sentences = vec![first];
    if new + known > 0 {
        sentences.push(text!(language, "roster-total", total = list.total));
        sentences.extend(notes(language, change, list.stateless, list.auto_redeem));
    }
    let skipped = skipped.text(language);
    let end = if skipped.is_empty() { skipped } else { format!("\n{skipped}") };
    Message::text(sentences.join(" ") + &end)
}

pub fn nothing_pasted(language: Language) -> Message {
    Message::text(text!(language, "roster-nothing-pasted"))
}

pub fn how_many_ids(language: Language, most: usize) -> Message {
    Message::text(text!(language, "roster-how-many-ids", most = most))
}

pub fn file_or_ids(language: Language) -> Message {
    Message::text(text!(language, "roster-file-or-ids"))
}

pub fn bad_state(language: Language, typed: &str) -> Message {
    Message::text(text!(language, "roster-bad-state", text = escape(typed, 40)))
}

/// The form to paste players into. `state` is there already if the command named one.
pub fn paste_form(language: Language, alliance: AllianceId, state: Option<State>) -> CreateModal {
    let list =
        CreateInputText::new(InputTextStyle::Paragraph, clip(&text!(language, "roster-form.list"), 45), form::LIST)
            .placeholder(clip(&text!(language, "roster-form.example"), 100))
            .min_length(1)
            .max_length(MAX_PASTED)
            .required(true);
    let mut field =
        CreateInputText::new(InputTextStyle::Short, clip(&text!(language, "roster-form.state"), 45), form::STATE)
            .placeholder("245")
            .max_length(12)
            .required(false);
    if let Some(state) = state {
        field = field.value(state.to_string());
    }
    let id = RosterAction { alliance, kind: RosterActionKind::PasteForm }.to_string();
    CreateModal::new(id, clip(&text!(language, "roster-form"), 45))
        .components([list, field].into_iter().map(CreateActionRow::InputText).collect())
}

pub fn edited(language: Language, edited: &Edited) -> Message {
    let Edited { player, keeps_name, keeps_state, retried } = edited;
    let who = named(player.id, &player.nickname);
    let mut sentences = vec![match player.state {
        Some(state) => text!(language, "roster-edited", player = who, state = state.to_string()),
        None => text!(language, "roster-edited-without-state", player = who),
    }];
    if *keeps_name {
        sentences.push(text!(language, "roster-edit-keeps-name"));
    }
    if let Some(state) = player.state.filter(|_| *keeps_state) {
        sentences.push(text!(language, "roster-edit-keeps-state", state = state.to_string()));
    }
    if *retried > 0 {
        sentences.push(text!(language, "roster-retried", redemptions = *retried));
    }
    Message::text(sentences.join(" "))
}

pub fn nothing_to_edit(language: Language) -> Message {
    Message::text(text!(language, "roster-edit-nothing"))
}

pub fn not_on_list(language: Language, player: PlayerId) -> Message {
    Message::text(text!(language, "roster-not-on-list", player = player.to_string()))
}

pub fn state_changed(language: Language, change: StateChange, from: State, to: State) -> Message {
    let (from, to) = (from.to_string(), to.to_string());
    let mut sentences = vec![match (change.changed, change.kept) {
        (0, 0) => return Message::text(text!(language, "roster-state-nobody", from = from)),
        (0, _) => text!(language, "roster-state-unchanged", from = from, to = &to),
        (changed, _) => text!(language, "roster-state-changed", players = changed, from = from, to = &to),
    }];
    if change.changed > 0 && change.there_before > 0 {
        sentences.push(text!(language, "roster-state-there-before", players = change.there_before, to = &to));
    }
    let kept = RosterChange { kept: change.kept, retried: change.retried, ..RosterChange::default() };
    sentences.extend(notes(language, kept, None, false));
    Message::text(sentences.join(" "))
}

pub fn same_state(language: Language, state: State) -> Message {
    Message::text(text!(language, "roster-state-same", state = state.to_string()))
}
