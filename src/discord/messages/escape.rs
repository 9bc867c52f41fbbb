//! Codes as messages show them.

use crate::domain::codes::code::{Code, MAX_CODE_CHARS};
use crate::domain::players::player::{PlayerId, display_name};

pub use crate::domain::text::markdown::{clip, escape};

/// A code outside backticks, where its `_` and `-` would be markdown.
pub fn in_text(code: &Code) -> String {
    escape(code.as_str(), MAX_CODE_CHARS)
}

/// A player's name and id, as lists show them.
pub fn player(id: PlayerId, nickname: &str) -> String {
    let name = display_name(nickname, id);
    let number = id.to_string();
    if name == number { number } else { format!("{} ({number})", escape(&name, 32)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_as_it_is_spelled() {
        for (code, shown) in [("gogoWOS", "gogoWOS"), ("_X_mas_", "\\_X\\_mas\\_"), ("-X-mas", "\\-X-mas")] {
            assert_eq!(in_text(&Code::parse(code).unwrap()), shown);
        }
    }
}
