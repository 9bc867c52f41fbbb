//! The language of a server's posts and progress messages.

use crate::domain::text::language::Language;

use super::Message;
use super::texts::text;

/// `server` is the language that is set now.
pub fn shown(language: Language, server: Language) -> Message {
    Message::text(text!(language, "language-is", name = server.own_name()))
}

pub fn changed(language: Language, server: Language) -> Message {
    Message::text(text!(language, "language-set", name = server.own_name()))
}
