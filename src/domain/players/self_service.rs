//! What members do for themselves: join a player list, and type their id in a channel.

use super::player::{PlayerId, State};
use crate::domain::text::trim;

/// The most players on a list that members may still join by themselves. Leaders may add more.
pub const MAX_JOINED: u32 = 1000;

/// What happens in a server after somebody links an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum JoinMode {
    /// Only leaders put players on the list.
    Off,
    /// The person is asked.
    #[default]
    Ask,
    /// The account joins the list, if there is only one.
    Auto,
}

impl JoinMode {
    /// An unknown word of a newer program lets nobody join.
    pub fn read(text: &str) -> Self {
        text.parse().unwrap_or(Self::Off)
    }

    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The longest text that can be an id, in bytes.
const MAX_TYPED: usize = 100;
/// The fewest digits of a player id that somebody types; shorter numbers are states, and counts in a chat.
const MIN_DIGITS: usize = 6;
/// Words that people type before the numbers, in lower case.
const LABELS: &[&str] = &["id", "fid", "uid", "player", "playerid", "state", "kid", "server", "my", "is", "and"];

/// Reads a message such as `12345678`, `12345678 #245` or `ID: 12345678, state 245`. `None` for any other text.
pub fn typed_id(text: &str) -> Option<(PlayerId, Option<State>)> {
    if text.len() > MAX_TYPED {
        return None;
    }
    let is_between =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '=' | '/' | '|' | '#' | '-' | '(' | ')');
    let words = text.split(is_between).map(trim).filter(|word| !word.is_empty());
    let mut numbers = words.filter(|word| !LABELS.contains(&word.to_lowercase().as_str()));
    let digits = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let id = numbers.next().filter(digits).filter(|word| word.len() >= MIN_DIGITS)?.parse().ok()?;
    let state = match numbers.next() {
        None => None,
        Some(word) => Some(Some(word).filter(digits)?.parse().ok()?),
    };
    numbers.next().is_none().then_some((id, state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_are_read_as_people_type_them() {
        let read = |text| typed_id(text).map(|(id, state)| (id.get(), state.map(State::get)));
        let (plain, with_state) = (Some((12_345_678, None)), Some((12_345_678, Some(245))));
        for text in ["12345678", " 12345678\n", "ID: 12345678", "\u{200B}12345678\u{200E}", "my id is 12345678"] {
            assert_eq!(read(text), plain, "{text:?}");
        }
        for text in [
            "12345678 #245",
            "12345678#245",
            "12345678, 245",
            "ID 12345678 state: 245",
            "12345678/245",
            "12345678\n245",
        ] {
            assert_eq!(read(text), with_state, "{text:?}");
        }
        for text in [
            "",
            "#",
            "hello",
            "245",
            "12345",
            "12345678 0",
            "12345678 245 7",
            "12345678 Bob",
            "12345678!",
            "1234567890123",
            "12345678 12345678901",
            "<@12345678>",
            "https://x/12345678",
            "-",
            "12345678 −245",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!(read(&format!("12345678{}", " ".repeat(100))), None);
    }

    #[test]
    fn a_mode_reads_back_and_an_unknown_one_lets_nobody_join() {
        for mode in [JoinMode::Off, JoinMode::Ask, JoinMode::Auto] {
            assert_eq!(JoinMode::read(mode.name()), mode);
        }
        assert_eq!((JoinMode::read("invite"), JoinMode::default().name()), (JoinMode::Off, "ask"));
    }

    proptest! {
        #[test]
        fn any_message_is_read_or_refused(text in any::<String>()) {
            let _ = typed_id(&text);
        }
    }
}
