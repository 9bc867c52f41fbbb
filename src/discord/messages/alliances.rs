//! Answers about the alliances of a server.

use serenity::all::{ButtonStyle, CreateActionRow, CreateButton, CreateEmbed};

use crate::discord::custom_id::Action;
use crate::domain::players::alliance_name::{MAX_ALLIANCES, MAX_CHARS};
use crate::domain::players::player::AllianceId;
use crate::domain::text::clean;
use crate::domain::text::language::Language;
use crate::store::Alliance;

use super::escape::{clip, escape};
use super::texts::text;
use super::{Message, colour};

/// The longest name that is shown, in characters.
const SHOWN_CHARS: usize = 64;
/// The longest label of a button, in characters.
const BUTTON_CHARS: usize = 80;
/// The most characters of the list of alliances, which may stand beside the status: 25 alliances with long names have room.
const MAX_ORDER: usize = 3000;

/// An alliance's name in a text.
pub fn name(alliance: &Alliance) -> String {
    match &alliance.name {
        Some(name) => escape(name, SHOWN_CHARS),
        None => alliance.id.to_string(),
    }
}

fn names(language: Language, alliances: &[Alliance]) -> String {
    let named: Vec<String> = alliances.iter().map(|it| format!("**{}**", name(it))).collect();
    named.join(&text!(language, "alliances-between"))
}

/// The first line of an answer that is about one of several.
pub fn about(language: Language, alliance: &Alliance) -> String {
    text!(language, "alliances-about", name = name(alliance))
}

/// The line above a post or a progress message that says whom it is for; `None` while their server has one alliance. It is
/// shown without markdown.
pub fn posted_for<'a>(language: Language, names: impl IntoIterator<Item = &'a String>) -> Option<String> {
    let shown: Vec<String> = names.into_iter().map(|name| clean(name, SHOWN_CHARS)).collect();
    let names = shown.join(&text!(language, "alliances-between"));
    (!shown.is_empty()).then(|| text!(language, "alliances-post", names = names))
}

/// Nobody has that name.
pub fn unknown(language: Language, named: &str, alliances: &[Alliance]) -> Message {
    let named = escape(named, SHOWN_CHARS);
    Message::text(match alliances {
        [_] => text!(language, "alliances-unknown-only-one", name = named),
        _ => text!(language, "alliances-unknown", name = named, names = names(language, alliances)),
    })
}

/// Several could be meant. `shares` if several of them post in the channel of the command.
pub fn which(language: Language, alliances: &[Alliance], shares: bool) -> Message {
    let names = names(language, alliances);
    Message::text(match shares {
        true => text!(language, "alliances-which-here", names = names),
        false => text!(language, "alliances-which", names = names),
    })
}

/// An alliance as the option `alliance` takes it, between backticks: its number where the name has one of its own.
fn typed(name: &str, id: AllianceId) -> String {
    if name.contains('`') { id.to_string() } else { name.to_owned() }
}

/// `first` is the name that the server's first alliance got, if this is the second one.
pub fn added(language: Language, (added, id): (&str, AllianceId), first: Option<&str>, has_channel: bool) -> Message {
    let shown = escape(added, SHOWN_CHARS);
    let done = match first {
        Some(first) => {
            text!(language, "alliances-added-second", name = shown, first = escape(first, SHOWN_CHARS))
        }
        None => text!(language, "alliances-added", name = shown),
    };
    let next = match has_channel {
        true => text!(language, "alliances-next-players", name = typed(added, id)),
        false => text!(language, "alliances-next-channel", name = typed(added, id)),
    };
    Message::text(format!("{done}\n{next}"))
}

pub fn known(language: Language, name: &str) -> Message {
    Message::text(text!(language, "alliances-known", name = escape(name, SHOWN_CHARS)))
}

pub fn name_taken(language: Language, name: &str) -> Message {
    Message::text(text!(language, "alliances-name-taken", name = escape(name, SHOWN_CHARS)))
}

pub fn bad_name(language: Language) -> Message {
    Message::text(text!(language, "alliances-bad-name", most = MAX_CHARS))
}

pub fn too_many(language: Language) -> Message {
    Message::text(text!(language, "alliances-too-many", most = MAX_ALLIANCES))
}

pub fn role_without_channel(language: Language) -> Message {
    Message::text(text!(language, "alliances-role-without-channel"))
}

pub fn renamed(language: Language, name: &str) -> Message {
    Message::text(text!(language, "alliances-renamed", name = escape(name, SHOWN_CHARS)))
}

pub fn gone(language: Language) -> Message {
    Message::text(text!(language, "alliances-gone"))
}

pub fn last(language: Language) -> Message {
    Message::text(text!(language, "alliances-last"))
}

/// Asks whether to remove it.
pub fn are_you_sure(language: Language, alliance: &Alliance) -> Message {
    let text = text!(language, "alliances-remove-sure", name = name(alliance), players = alliance.players);
    let label =
        format!("{} {}", text!(language, "alliances-remove-button"), alliance.name.as_deref().unwrap_or_default());
    let label: String = label.trim().chars().take(BUTTON_CHARS).collect();
    let button =
        CreateButton::new(Action::RemoveAlliance(alliance.id).to_string()).label(label).style(ButtonStyle::Danger);
    Message::text(text).with_rows(vec![CreateActionRow::Buttons(vec![button])])
}

/// `left` is how many alliances the server still has.
pub fn removed(language: Language, alliance: &Alliance, players: u32, left: usize) -> Message {
    let mut text = text!(language, "alliances-removed", name = name(alliance), players = players);
    if left == 1 {
        text = format!("{text}\n{}", text!(language, "alliances-one-left"));
    }
    Message::text(text)
}

/// The alliances of a server in their order.
pub fn order(language: Language, alliances: &[Alliance]) -> Message {
    let line = |(place, alliance): (usize, &Alliance)| {
        text!(
            language,
            "alliances-order-line",
            place = place + 1,
            name = name(alliance),
            channel = match alliance.channel {
                Some(channel) => format!("<#{channel}>"),
                None => text!(language, "alliances-no-channel"),
            },
            players = alliance.players,
            auto = match alliance.auto_redeem {
                true => text!(language, "alliances-auto-on"),
                false => text!(language, "alliances-auto-off"),
            }
        )
    };
    let lines: Vec<String> = alliances.iter().enumerate().map(line).collect();
    let text = format!("{}\n{}", text!(language, "alliances-order"), lines.join("\n"));
    Message::embed(CreateEmbed::new().colour(colour::PLAIN).description(clip(&text, MAX_ORDER)))
}
