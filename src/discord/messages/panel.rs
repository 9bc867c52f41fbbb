//! The panel: one message in a channel with buttons for what leaders do every day.

use serenity::all::{
    ButtonStyle, CreateActionRow, CreateButton, CreateEmbed, CreateInputText, CreateModal, CreateSelectMenu,
    CreateSelectMenuKind, CreateSelectMenuOption, InputTextStyle,
};

use crate::discord::custom_id::{Action, PanelPart};
use crate::domain::codes::code::MAX_CODE_CHARS;
use crate::domain::players::player::{AllianceId, ChannelId};
use crate::domain::text::language::Language;
use crate::store::ActiveCode;

use super::after::button;
use super::escape::escape;
use super::manage::permissions;
use super::texts::text;
use super::{Message, colour};

/// The field of the form that adds a code.
pub const CODE: &str = "code";
/// The value of a menu's entry that means all codes. No code looks like this.
pub const ALL: &str = "*";
/// The most codes in a menu beside the entry for all (docs/protocol.md, "Sizes").
const MAX_CODES: usize = 24;

/// What the panel's status line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanelStatus {
    /// Shown where a server has several alliances.
    pub name: Option<String>,
    pub codes: u32,
    pub players: u32,
    /// Redemptions of active codes that failed.
    pub failed: u32,
    pub auto_redeem: bool,
    pub channel: Option<ChannelId>,
}

/// The status line, as the panel's description. A panel whose title or description is another one is out of date.
pub fn status_line(language: Language, status: &PanelStatus) -> String {
    let mut parts = vec![
        text!(language, "panel-codes", codes = status.codes),
        text!(language, "panel-players", players = status.players),
        match status.auto_redeem {
            true => text!(language, "panel-auto-on"),
            false => text!(language, "panel-auto-off"),
        },
        match status.channel {
            Some(channel) => text!(language, "panel-channel", channel = format!("<#{channel}>")),
            None => text!(language, "panel-no-channel"),
        },
    ];
    if status.failed > 0 {
        parts.insert(1, text!(language, "panel-failed", failed = status.failed));
    }
    format!("{}\n-# {}", parts.join(" · "), text!(language, "panel-note"))
}

/// The panel's title.
pub fn title(language: Language, status: &PanelStatus) -> String {
    match &status.name {
        Some(name) => text!(language, "panel-title-of", alliance = escape(name, 64)),
        None => text!(language, "panel-title"),
    }
}

pub fn panel(language: Language, alliance: AllianceId, status: &PanelStatus) -> Message {
    let embed = CreateEmbed::new()
        .title(title(language, status))
        .colour(colour::PLAIN)
        .description(status_line(language, status));
    let part = |part: PanelPart, label: &str, style| button(&Action::Panel(alliance, part), label, style);
    let auto = match status.auto_redeem {
        true => part(PanelPart::AutoOff, &text!(language, "panel-turn-off"), ButtonStyle::Secondary),
        false => part(PanelPart::AutoOn, &text!(language, "panel-turn-on"), ButtonStyle::Secondary),
    };
    let rows: Vec<Vec<CreateButton>> = vec![
        vec![
            part(PanelPart::AddCode, &text!(language, "panel-add-code"), ButtonStyle::Success),
            part(PanelPart::Missing, &text!(language, "panel-missing"), ButtonStyle::Primary),
            part(PanelPart::Retry, &text!(language, "panel-retry"), ButtonStyle::Primary),
        ],
        vec![
            part(PanelPart::AddPlayers, &text!(language, "panel-add-players"), ButtonStyle::Success),
            part(PanelPart::RemovePlayers, &text!(language, "panel-remove-players"), ButtonStyle::Danger),
            part(PanelPart::Players, &text!(language, "panel-list"), ButtonStyle::Secondary),
        ],
        vec![
            part(PanelPart::Redeem, &text!(language, "panel-redeem"), ButtonStyle::Secondary),
            auto,
            part(PanelPart::Status, &text!(language, "panel-status"), ButtonStyle::Secondary),
        ],
    ];
    Message::embed(embed).with_rows(rows.into_iter().map(CreateActionRow::Buttons).collect())
}

/// The form behind the button that adds a code.
pub fn code_form(language: Language, alliance: AllianceId) -> CreateModal {
    let label = text!(language, "panel-form-code");
    let max = u16::try_from(MAX_CODE_CHARS).unwrap_or(u16::MAX);
    let input = CreateInputText::new(InputTextStyle::Short, label, CODE).required(true).min_length(1).max_length(max);
    let id = Action::Panel(alliance, PanelPart::AddCodeForm).to_string();
    CreateModal::new(id, text!(language, "panel-form-title")).components(vec![CreateActionRow::InputText(input)])
}

fn menu(alliance: AllianceId, part: PanelPart, label: &str, entries: Vec<(String, String)>) -> CreateActionRow {
    let options = entries.into_iter().map(|(label, value)| CreateSelectMenuOption::new(label, value)).collect();
    let id = Action::Panel(alliance, part).to_string();
    CreateActionRow::SelectMenu(CreateSelectMenu::new(id, CreateSelectMenuKind::String { options }).placeholder(label))
}

/// The menu of whose code's players are shown; `None` where there is nothing to choose.
pub fn other_codes(language: Language, alliance: AllianceId, codes: &[ActiveCode]) -> Option<CreateActionRow> {
    let entries: Vec<(String, String)> =
        codes.iter().take(MAX_CODES).map(|one| (one.code.to_string(), one.code.to_string())).collect();
    let label = text!(language, "panel-choose-code");
    (entries.len() > 1).then(|| menu(alliance, PanelPart::MissingOf, &label, entries))
}

/// Asks for which of these codes to try again.
pub fn which_retry(language: Language, alliance: AllianceId, codes: &[ActiveCode]) -> Message {
    let entry = |one: &ActiveCode| {
        let shown = text!(language, "panel-entry-failed", code = one.code.as_str(), players = one.failed);
        (shown, one.code.to_string())
    };
    let label = text!(language, "panel-choose-retry");
    let row = menu(alliance, PanelPart::RetryOf, &label, with_all(language, codes.iter().map(entry)));
    Message::text(text!(language, "panel-which-retry")).with_rows(vec![row])
}

/// Asks which of these codes to redeem.
pub fn which_redeem(language: Language, alliance: AllianceId, codes: &[ActiveCode]) -> Message {
    let entry = |one: &ActiveCode| {
        let shown = text!(language, "panel-entry-untried", code = one.code.as_str(), players = one.untried);
        (shown, one.code.to_string())
    };
    let label = text!(language, "panel-choose-redeem");
    let row = menu(alliance, PanelPart::RedeemOf, &label, with_all(language, codes.iter().map(entry)));
    Message::text(text!(language, "panel-which-redeem")).with_rows(vec![row])
}

fn with_all(language: Language, entries: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let all = (text!(language, "panel-all-codes"), ALL.to_owned());
    std::iter::once(all).chain(entries.take(MAX_CODES)).collect()
}

pub fn made(language: Language, channel: ChannelId) -> Message {
    Message::text(text!(language, "panel-made", channel = format!("<#{channel}>")))
}

pub fn refused(language: Language, missing: &[&str]) -> Message {
    Message::text(text!(language, "panel-refused", permissions = permissions(language, missing)))
}

pub fn gone(language: Language) -> Message {
    Message::text(text!(language, "panel-gone"))
}

pub fn no_codes(language: Language) -> Message {
    Message::text(text!(language, "panel-no-codes"))
}

pub fn nothing_failed(language: Language) -> Message {
    Message::text(text!(language, "panel-nothing-failed"))
}

pub fn nothing_to_redeem(language: Language) -> Message {
    Message::text(text!(language, "panel-nothing-to-redeem"))
}
