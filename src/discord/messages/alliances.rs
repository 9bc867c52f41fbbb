//! Answers about the alliances of a server.

use crate::domain::text::language::Language;
use crate::store::Alliance;

use super::Message;
use super::escape::escape;
use super::texts::text;

/// The longest name that is shown, in characters.
const SHOWN_CHARS: usize = 64;

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
