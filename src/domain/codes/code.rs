//! Gift codes: which texts are codes, and when two are the same.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::text::{clean, name_of, trim};

/// The longest gift code, in characters (docs/protocol.md, "Gift codes").
pub const MAX_CODE_CHARS: usize = 32;

/// A gift code as published, case kept; it is sent to the game and shown in this form. 1 to 32 ASCII letters, digits,
/// `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code(String);

/// What all spellings of one code have in common: its text in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeKey(String);

/// Why a text is not a gift code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Nothing but blanks, `-` and `_`.
    #[error("a gift code has at least one letter or digit")]
    Empty,
    #[error("“{0}” is longer than the {MAX_CODE_CHARS} characters of a gift code")]
    TooLong(String),
    #[error("“{text}” is not a gift code: it contains {}; only the letters A-Z, digits, - and _ are allowed", name_of(*.character))]
    Character {
        /// Cleaned.
        text: String,
        /// The first character that is not allowed. It may be invisible.
        character: char,
    },
}

impl Code {
    /// Reads a code. Blanks and invisible characters around it are dropped.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = trim(text);
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if let Some(character) = text.chars().find(|c| !is_allowed(*c)) {
            return Err(CodeError::Character { text: clean(text, MAX_CODE_CHARS), character });
        }
        if !text.contains(|c: char| c.is_ascii_alphanumeric()) {
            return Err(CodeError::Empty);
        }
        if text.len() > MAX_CODE_CHARS {
            return Err(CodeError::TooLong(clean(text, MAX_CODE_CHARS)));
        }
        Ok(Self(text.to_owned()))
    }

    /// For codes in this program's own tables, which a test has checked.
    pub(in crate::domain) fn of_checked(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn key(&self) -> CodeKey {
        CodeKey(self.0.to_ascii_uppercase())
    }
}

impl CodeKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The source of a code that a person named and no feed has listed yet.
pub const NAMED: &str = "named by a person";

/// One code as the feeds together list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCode {
    pub code: Code,
    /// In a feed's words, on one line, with a limited length.
    pub rewards: Option<String>,
    pub expires_at: Option<Timestamp>,
    /// The first of the feeds that list it.
    pub source: String,
}

/// The longest rewards text that is kept, in characters.
pub const MAX_REWARDS_CHARS: usize = 200;

/// A feed's rewards text, cleaned; `None` if it says nothing.
pub fn rewards(text: &str) -> Option<String> {
    let text = clean(text, MAX_REWARDS_CHARS);
    let known = !text.is_empty() && !text.eq_ignore_ascii_case("unknown");
    known.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn real_codes_are_codes_and_keep_their_spelling() {
        for text in ["OFFICIALSTORE", "WOS1105", "PEPERO1111", "TRICKORTREAT25", "DCMILESTONE", "gogoWOS", "X-mas_25"] {
            assert_eq!(Code::parse(text).unwrap().as_str(), text);
        }
        assert_eq!(Code::parse("gogoWOS").unwrap().key(), Code::parse(" GOGOwos\n").unwrap().key());
    }

    #[test]
    fn a_text_that_is_no_code_gets_its_reason_on_one_line() {
        for (text, part) in [
            ("", "at least one"),
            ("  ", "at least one"),
            ("\u{200B}", "at least one"),
            ("-_-", "at least one"),
            ("A B", "“A B” is not a gift code: it contains a blank; only the letters"),
            ("A\nB", "it contains the invisible character U+000A"),
            ("A\u{1B}[31mB", "it contains the control character U+001B"),
            ("WOS\u{200B}1105", "“WOS1105” is not a gift code: it contains the invisible character U+200B"),
            ("@everyone", "it contains “@”"),
            ("ÄÖÜ", "it contains “Ä”"),
            (&"A".repeat(33), "longer than the 32"),
        ] {
            let error = Code::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text:?}: {error}");
            assert!(!error.contains(char::is_control), "{error:?}");
        }
        assert!(Code::parse(&"A".repeat(32)).is_ok());
    }

    #[test]
    fn what_nobody_sees_around_a_code_is_dropped() {
        for text in ["\u{200F}WOS1105\u{200B}", "\u{FEFF}WOS1105", "\u{2060} WOS1105\u{A0}\u{FE0F}"] {
            assert_eq!(Code::parse(text).map(|code| code.to_string()).as_deref(), Ok("WOS1105"), "{text:?}");
        }
    }

    #[test]
    fn rewards_say_nothing_or_something() {
        assert_eq!(rewards("1K Gems,\n 2 VIP XP"), Some("1K Gems, 2 VIP XP".into()));
        assert_eq!(rewards("Unknown"), None);
        assert_eq!(rewards(" "), None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_code_or_an_error(text in any::<String>()) {
            match Code::parse(&text) {
                Ok(code) => {
                    prop_assert!((1..=32).contains(&code.as_str().len()));
                    prop_assert_eq!(code.key(), Code::parse(&code.as_str().to_ascii_lowercase()).unwrap().key());
                }
                Err(error) => prop_assert!(!error.to_string().contains(char::is_control), "{:?}", error),
            }
            let _ = rewards(&text);
        }
    }
}
