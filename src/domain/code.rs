//! Gift codes: what is one, when two are the same, when one has expired.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;

use super::text::{clean, name_of, trim};

/// The longest gift code, in characters (PROTOCOL §2).
pub const MAX_CODE_CHARS: usize = 32;

/// A gift code as published, case kept: what is sent to the game and shown to people. 1 to 32 ASCII
/// letters, digits, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Code(String);

/// What two spellings of one code have in common: its text in upper case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodeKey(String);

/// Why a text is no gift code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodeError {
    /// Nothing but blanks, `-` and `_`.
    #[error("a gift code has at least one letter or digit")]
    Empty,
    /// More than [`MAX_CODE_CHARS`].
    #[error("“{0}” is longer than the {MAX_CODE_CHARS} characters of a gift code")]
    TooLong(String),
    /// A character that no gift code has.
    #[error("“{text}” is no gift code: it holds {}; only the letters A-Z, digits, - and _ are allowed", name_of(*.character))]
    Character {
        /// What was given, made harmless.
        text: String,
        /// The first such character, which may be one that is not seen.
        character: char,
    },
}

impl Code {
    /// Reads a code; blanks and invisible characters around it are dropped.
    ///
    /// # Errors
    /// When what is left is not 1 to 32 ASCII letters, digits, `-` and `_`, with a letter or digit among them.
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

    /// A code of ours, which a test has checked.
    pub(super) fn of_checked(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The text as published.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The upper-cased text, by which codes are compared.
    #[must_use]
    pub fn key(&self) -> CodeKey {
        CodeKey(self.0.to_ascii_uppercase())
    }
}

impl CodeKey {
    /// The key as text.
    #[must_use]
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

/// One code as a feed lists it: active there, with what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedCode {
    /// The code itself.
    pub code: Code,
    /// What it gives, in the feed's words, on one line and of bounded length.
    pub rewards: Option<String>,
    /// When it stops working, where the feed says so.
    pub expires_at: Option<Timestamp>,
    /// The feed that lists it.
    pub source: String,
}

/// The longest rewards text that is kept, in characters.
pub const MAX_REWARDS_CHARS: usize = 200;

/// A feed's rewards text, made harmless; `None` where it says nothing.
#[must_use]
pub fn rewards(text: &str) -> Option<String> {
    let text = clean(text, MAX_REWARDS_CHARS);
    let known = !text.is_empty() && !text.eq_ignore_ascii_case("unknown");
    known.then_some(text)
}

/// Reads a feed's expiry: `2025-11-20 23:59`, `2025-11-20`, RFC 3339, each taken as UTC where it names no zone. A day
/// alone ends with that day. Empty, "Unknown" or unreadable text is no expiry: a code is rather tried than lost.
#[must_use]
pub fn expiry(text: &str) -> Option<Timestamp> {
    use jiff::civil::{Date, DateTime};
    use jiff::tz::TimeZone;

    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let day_alone = text.len() <= "2025-11-20".len();
    if day_alone {
        let day: Date = text.parse().ok()?;
        return TimeZone::UTC.to_timestamp(day.at(23, 59, 59, 0)).ok();
    }
    let time: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(time).ok()
}

/// Whether a code with this expiry is over at `now`.
#[must_use]
pub fn has_expired(expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    expires_at.is_some_and(|at| at <= now)
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
    fn what_is_no_code_says_why_on_one_line() {
        for (text, part) in [
            ("", "at least one"),
            ("  ", "at least one"),
            ("\u{200B}", "at least one"),
            ("-_-", "at least one"),
            ("A B", "“A B” is no gift code: it holds a blank; only the letters"),
            ("A\nB", "it holds the invisible character U+000A"),
            ("A\u{1B}[31mB", "it holds the control character U+001B"),
            ("WOS\u{200B}1105", "“WOS1105” is no gift code: it holds the invisible character U+200B"),
            ("@everyone", "it holds “@”"),
            ("ÄÖÜ", "it holds “Ä”"),
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
    fn expiries_in_every_shape_of_the_feeds() {
        let at = |text| expiry(text).map(|t| t.to_string());
        assert_eq!(at("2025-11-20 23:59").as_deref(), Some("2025-11-20T23:59:00Z"));
        assert_eq!(at("2025-11-20").as_deref(), Some("2025-11-20T23:59:59Z"));
        assert_eq!(at("2026-04-30T00:00:00.000Z").as_deref(), Some("2026-04-30T00:00:00Z"));
        assert_eq!(at("2026-04-30T02:00:00+02:00").as_deref(), Some("2026-04-30T00:00:00Z"));
        for none in ["", "Unknown", "soon", "2025-13-40", "99999-01-01"] {
            assert_eq!(at(none), None, "{none}");
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
            let _ = (expiry(&text), rewards(&text));
        }
    }
}
