//! Players (game accounts) and the Discord ids that they are connected with.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use thiserror::Error;

use crate::domain::text::{NAME_CHARS, clean, folded, is_unseen, trim};

/// The largest player id: 12 digits (docs/protocol.md, "Fields").
pub const MAX_PLAYER_ID: u64 = 999_999_999_999;

/// The API's `fid`: 1 to 999,999,999,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlayerId(u64);

/// The number of a player's *state* (game server), the API's `kid`: at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State(NonZeroU32);

/// A Discord guild's snowflake: a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuildId(pub u64);

/// What a roster, a channel, a role, auto-redemption, posts and batches belong to. A server has one alliance until
/// somebody adds a second one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AllianceId(pub u64);

impl AllianceId {
    /// A server's first alliance has the server's own number. Each further one has the snowflake of the interaction that
    /// added it, which Discord gives to nothing else.
    pub const fn first_of(server: GuildId) -> Self {
        Self(server.0)
    }
}

/// A Discord channel's snowflake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u64);

/// A Discord role's snowflake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoleId(pub u64);

/// A Discord user's snowflake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub u64);

/// The most game accounts that one Discord user may link.
pub const MAX_LINKS: usize = 5;

/// The most redemptions of one account that may wait on people's requests.
pub const MAX_WAITING: u32 = 10;

/// Why a text is not a player id or a state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlayerError {
    #[error("player_id {0:?} is not a number of 1 to 12 digits")]
    Id(String),
    #[error("state {0:?} is not a whole number from 1")]
    State(String),
    /// A number that lost most of its digits.
    #[error(
        "{what} {text:?} is not whole: the spreadsheet shortened it; format the column as a number without decimals"
    )]
    Shortened {
        /// The field.
        what: &'static str,
        /// What is left of the number.
        text: String,
    },
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A whole number as people and spreadsheets write it: `245`, `#245`, `245.0`, `'245`, `="245"`, with blanks or invisible
/// characters around it.
fn whole(text: &str) -> Option<u64> {
    let text = trim(text);
    // How spreadsheets and chats are told to leave a number as it is.
    let text = text.strip_prefix('=').unwrap_or(text).trim_matches(['"', '\'', '`']);
    let text = text.strip_prefix('#').unwrap_or(text).trim_start();
    // Three zeros may be the end of a thousand. `245,00` is a currency's format.
    let is_zero = |decimals: &str| !decimals.is_empty() && decimals.len() != 3 && decimals.bytes().all(|b| b == b'0');
    let whole = text.split_once('.').filter(|(_, decimals)| is_zero(decimals)).map(|(number, _)| number);
    digits(whole.or_else(|| text.strip_suffix(",00")).unwrap_or(text))
}

/// An id in groups of three digits: `41,000,101`, `41.000.101`, `41 000 101`. Two groups may be a decimal number.
fn grouped(text: &str) -> Option<u64> {
    let text = trim(text);
    let mark =
        text.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, ',' | '.' | '\'' | '’') || is_unseen(*c))?;
    let mut groups = text.split(mark);
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let groups: Vec<&str> = groups.collect();
    let is_even = groups.len() > 1 && groups.iter().all(|group| group.len() == 3);
    is_even.then(|| digits(&(first.to_owned() + &groups.concat()))).flatten()
}

/// Whether it is a number such as `4.10E+07`, of which only the first digits are left.
fn is_shortened(text: &str) -> bool {
    let Some((digits, exponent)) = trim(text).split_once(['e', 'E']) else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.split(['.', ',']).all(is_number) && is_number(exponent.strip_prefix('+').unwrap_or(exponent))
}

/// The text as an error shows it. Invisible characters are shown by their numbers, because they may be the fault.
fn quoted(text: &str) -> String {
    let mut shown = String::new();
    for c in trim(text).chars().take(NAME_CHARS + 1) {
        if is_unseen(c) && !c.is_whitespace() {
            shown += &format!("<U+{:04X}>", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    clean(&shown, NAME_CHARS)
}

impl PlayerId {
    /// `None` outside 1 to [`MAX_PLAYER_ID`].
    pub fn new(number: u64) -> Option<Self> {
        (1..=MAX_PLAYER_ID).contains(&number).then_some(Self(number))
    }

    pub fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for PlayerId {
    type Err = PlayerError;
    fn from_str(text: &str) -> Result<Self, PlayerError> {
        whole(text).or_else(|| grouped(text)).and_then(Self::new).ok_or_else(|| match is_shortened(text) {
            true => PlayerError::Shortened { what: "player_id", text: quoted(text) },
            false => PlayerError::Id(quoted(text)),
        })
    }
}

impl State {
    /// `None` for 0.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for State {
    type Err = PlayerError;
    fn from_str(text: &str) -> Result<Self, PlayerError> {
        let number = without_word(trim(text), &["state", "server", "kingdom", "s", "k"]);
        whole(number).and_then(|n| u32::try_from(n).ok()).and_then(Self::new).ok_or_else(|| match is_shortened(text) {
            true => PlayerError::Shortened { what: "state", text: quoted(text) },
            false => PlayerError::State(quoted(text)),
        })
    }
}

/// `text` without the first of `words` that it starts with, in any case.
fn without_word<'a>(text: &'a str, words: &[&str]) -> &'a str {
    let remainder = |word: &&str| {
        let (begin, remainder) = text.split_at_checked(word.len())?;
        begin.eq_ignore_ascii_case(word).then_some(remainder)
    };
    words.iter().find_map(remainder).unwrap_or(text)
}

/// The highest furnace level that is accepted. The game's highest is 84, FC 10 - 4.
const MAX_FURNACE_LEVEL: u64 = 100;

/// Reads a furnace level as people write it. The game counts on after 30: `30-1` to `30-4` are 31 to 34, `FC 1` is 35,
/// and each further FC level with its four steps adds five, so `FC 5 - 2` is 57. `None` for anything else, because
/// nothing depends on a level.
pub fn furnace_level(text: &str) -> Option<u32> {
    let text: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    let text = without_word(&text, &["furnacelevel", "furnace", "level", "lvl", "lv.", "lv"]);
    let fire_crystal = without_word(text, &["firecrystal", "fc"]);
    let level = match fire_crystal.len() < text.len() {
        true => {
            let (level, step) = fire_crystal.split_once('-').unwrap_or((fire_crystal, "0"));
            let (level, step) = (digits(level)?, digits(step).filter(|step| *step <= 4)?);
            (level > 0).then(|| level.saturating_mul(5).saturating_add(30 + step))
        }
        false => match text.split_once('-') {
            Some(("30", step)) => digits(step).filter(|step| *step <= 4).map(|step| 30 + step),
            Some(_) => None,
            None => whole(text),
        },
    };
    level.filter(|level| *level <= MAX_FURNACE_LEVEL).and_then(|level| u32::try_from(level).ok())
}

macro_rules! displayed_as_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
displayed_as_number!(PlayerId, State, GuildId, AllianceId, ChannelId, RoleId, UserId);

/// A player as a roster lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    pub id: PlayerId,
    /// May be empty.
    pub nickname: String,
    pub state: Option<State>,
    pub furnace_level: Option<u32>,
}

impl Player {
    /// Whether somebody who types this may mean the player: the name contains it, or the id begins with it.
    pub fn is_meant_by(&self, typed: &str) -> bool {
        let typed = folded(trim(typed));
        folded(&self.nickname).contains(&typed) || self.id.to_string().starts_with(&typed)
    }
}

/// The player's name in log lines and tables: the cleaned nickname, or the id if that is empty.
pub fn display_name(nickname: &str, id: PlayerId) -> String {
    let name = clean(nickname, NAME_CHARS);
    if name.is_empty() { id.to_string() } else { name }
}

/// What the game's player endpoint says about a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub nickname: String,
    /// If the answer has one.
    pub state: Option<State>,
    /// If the answer has one.
    pub furnace_level: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_states_and_levels_have_ranges() {
        assert_eq!("33750731".parse::<PlayerId>().unwrap().get(), 33_750_731);
        for bad in ["", "0", "-1", "+1", "12a4", "1234567890123", "1.5", "1.", "1.0.0", "１２", "4 1", "1,0"] {
            assert!(matches!(bad.parse::<PlayerId>(), Err(PlayerError::Id(_))), "{bad}");
        }
        assert_eq!("245".parse::<State>().unwrap().get(), 245);
        assert!("0".parse::<State>().is_err());
        assert!("99999999999".parse::<State>().is_err());
    }

    #[test]
    fn numbers_are_read_as_people_and_spreadsheets_write_them() {
        for text in ["41000101.0", " 41000101", "\u{200B}41000101\u{A0}", "#41000101", "41000101.00\r"] {
            assert_eq!(text.parse::<PlayerId>().map(PlayerId::get), Ok(41_000_101), "{text:?}");
        }
        for text in [
            "41,000,101",
            "41.000.101",
            "41\u{202F}000\u{202F}101",
            "41’000’101",
            "'41000101",
            "=\"41000101\"",
            "`41000101`",
        ] {
            assert_eq!(text.parse::<PlayerId>().map(PlayerId::get), Ok(41_000_101), "{text:?}");
        }
        for text in ["41,000", "41,000.101", "4100,000,101", "41,,000,101", "41,00,101"] {
            assert!(text.parse::<PlayerId>().is_err(), "{text}");
        }
        for text in ["#245", "S245", "State 245", "state #245", "245.0", "245\u{200E}", "Server 245", "k245"] {
            assert_eq!(text.parse::<State>().map(State::get), Ok(245), "{text:?}");
        }
        for text in ["4.10E+07", "3.37507E+07", "4e7", "4,1E+07"] {
            let error = text.parse::<PlayerId>().unwrap_err().to_string();
            assert!(error.contains("the spreadsheet shortened it"), "{error}");
        }
        let inside = "4100\u{200B}0101".parse::<PlayerId>().unwrap_err().to_string();
        assert_eq!(inside, "player_id \"4100<U+200B>0101\" is not a number of 1 to 12 digits");
    }

    #[test]
    fn furnace_levels_are_read_in_the_games_words() {
        for (text, level) in [
            ("30", 30),
            ("30.0", 30),
            ("30-1", 31),
            ("30 - 4", 34),
            ("FC 1", 35),
            ("fc2", 40),
            ("FC 5", 55),
            ("FC 5 - 2", 57),
            ("FC10-4", 84),
            ("Fire Crystal 5", 55),
            ("Lv. 22", 22),
            ("Furnace FC 8", 70),
            ("0", 0),
        ] {
            assert_eq!(furnace_level(text), Some(level), "{text}");
        }
        for none in
            ["", "high", "FC", "FC 0", "FC 5 - 5", "29-1", "30-Jan", "101", "-3", "FC 99999999999", "https://x/30.png"]
        {
            assert_eq!(furnace_level(none), None, "{none}");
        }
    }

    #[test]
    fn a_player_without_a_name_is_called_by_id() {
        let id = PlayerId::new(7).unwrap();
        assert_eq!(display_name("Lord\nFrost", id), "Lord Frost");
        assert_eq!(display_name("\u{200B} ", id), "7");
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails_without_panic(text in any::<String>()) {
            if let Ok(id) = text.parse::<PlayerId>() {
                prop_assert!(PlayerId::new(id.get()).is_some());
            }
            let _ = (text.parse::<State>(), furnace_level(&text));
        }
    }
}
