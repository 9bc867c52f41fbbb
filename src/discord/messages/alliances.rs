//! Answers about the alliances of a server.

use crate::store::Alliance;

use super::Message;
use super::escape::escape;

/// The longest name that is shown, in characters.
const SHOWN_CHARS: usize = 64;

/// An alliance's name in a text.
pub fn name(alliance: &Alliance) -> String {
    match &alliance.name {
        Some(name) => escape(name, SHOWN_CHARS),
        None => alliance.id.to_string(),
    }
}

fn names(alliances: &[Alliance]) -> String {
    alliances.iter().map(|it| format!("**{}**", name(it))).collect::<Vec<_>>().join(", ")
}

/// Nobody has that name.
pub fn unknown(named: &str, alliances: &[Alliance]) -> Message {
    let named = escape(named, SHOWN_CHARS);
    match alliances {
        [_] => Message::text(format!(
            "❌ This server has no alliance called **{named}**: it has one alliance. Leave `alliance` out."
        )),
        _ => Message::text(format!(
            "❌ This server has no alliance called **{named}**. Choose one with `alliance`: {}.",
            names(alliances)
        )),
    }
}

/// Several could be meant. `shares` if several of them post in the channel of the command.
pub fn which(alliances: &[Alliance], shares: bool) -> Message {
    let why = if shares { "Several alliances post in this channel." } else { "This server has several alliances." };
    Message::text(format!("❌ {why} Say which one you mean with `alliance`: {}.", names(alliances)))
}
