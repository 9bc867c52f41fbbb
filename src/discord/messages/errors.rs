//! Why something that a person typed cannot be read.

use crate::domain::codes::code::{CodeError, MAX_CODE_CHARS};
use crate::domain::players::player::PlayerError;
use crate::domain::text::language::Language;
use crate::domain::text::{CharacterKind, kind_of};

use super::escape::escape;
use super::texts::text;

/// The most characters of what a person typed.
const MAX_TYPED: usize = 40;

/// Why a text is no code, as a whole message.
pub(super) fn code(language: Language, error: &CodeError) -> String {
    match error {
        CodeError::Empty => text!(language, "code-error-empty"),
        CodeError::TooLong(typed) => {
            text!(language, "code-error-too-long", text = escape(typed, MAX_TYPED), most = MAX_CODE_CHARS)
        }
        CodeError::Character { text: typed, character } => text!(
            language,
            "code-error-character",
            text = escape(typed, MAX_TYPED),
            character = named(language, *character)
        ),
    }
}

/// A character by its number if it cannot be seen, because nobody would find it otherwise.
fn named(language: Language, character: char) -> String {
    let number = format!("U+{:04X}", u32::from(character));
    match kind_of(character) {
        CharacterKind::Blank => text!(language, "character-blank"),
        CharacterKind::Invisible => text!(language, "character-invisible", number = number),
        CharacterKind::Control => text!(language, "character-control", number = number),
        CharacterKind::Visible => {
            text!(language, "character-visible", character = escape(&character.to_string(), 1))
        }
    }
}

/// Why a text is no player id or no state, as a clause without a full stop.
pub(super) fn player(language: Language, error: &PlayerError) -> String {
    let typed = |text: &str| escape(text, MAX_TYPED);
    match error {
        PlayerError::Id(text) => text!(language, "player-error-id", text = typed(text)),
        PlayerError::State(text) => text!(language, "player-error-state", text = typed(text)),
        PlayerError::Shortened { what: "state", text } => {
            text!(language, "player-error-state-shortened", text = typed(text))
        }
        PlayerError::Shortened { what: _, text } => text!(language, "player-error-id-shortened", text = typed(text)),
    }
}
