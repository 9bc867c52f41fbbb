//! Players (game accounts) and the guilds they stand on the roster of.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use thiserror::Error;

/// The largest player id: 12 digits (PROTOCOL §1).
pub const MAX_PLAYER_ID: u64 = 999_999_999_999;

/// A player's numeric id, the API's `fid`: 1 to 999,999,999,999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlayerId(u64);

/// The number of a player's *state* (game server), the API's `kid`: at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State(NonZeroU32);

/// A Discord guild's snowflake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuildId(pub u64);

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

/// The most redemptions of one account that wait because a person asked for them.
pub const MAX_WAITING: u32 = 10;

/// Why a text or number is no player id, state or furnace level.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlayerError {
    /// Not 1 to 12 digits, or zero.
    #[error("player_id {0:?} is not a number of 1 to 12 digits")]
    Id(String),
    /// Not a whole number from 1.
    #[error("state {0:?} is not a whole number from 1")]
    State(String),
    /// Not a whole number.
    #[error("furnace_level {0:?} is not a whole number from 0 to 1000")]
    FurnaceLevel(String),
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.len() <= 12 && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

fn quoted(text: &str) -> String {
    super::text::clean(text, super::text::NAME_CHARS)
}

impl PlayerId {
    /// The id with this number; `None` outside 1 to [`MAX_PLAYER_ID`].
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (1..=MAX_PLAYER_ID).contains(&number).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl FromStr for PlayerId {
    type Err = PlayerError;
    fn from_str(text: &str) -> Result<Self, PlayerError> {
        digits(text).and_then(Self::new).ok_or_else(|| PlayerError::Id(quoted(text)))
    }
}

impl State {
    /// The state with this number; `None` for 0.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }
}

impl FromStr for State {
    type Err = PlayerError;
    fn from_str(text: &str) -> Result<Self, PlayerError> {
        digits(text)
            .and_then(|n| u32::try_from(n).ok())
            .and_then(Self::new)
            .ok_or_else(|| PlayerError::State(quoted(text)))
    }
}

/// Reads a furnace level as people write it.
///
/// # Errors
/// When it is not a whole number from 0 to 1000.
pub fn furnace_level(text: &str) -> Result<u32, PlayerError> {
    digits(text)
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| *n <= 1000)
        .ok_or_else(|| PlayerError::FurnaceLevel(quoted(text)))
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
displayed_as_number!(PlayerId, State, GuildId, ChannelId, RoleId, UserId);

/// A player as a roster names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Player {
    /// The account.
    pub id: PlayerId,
    /// What the player is called; may be empty.
    pub nickname: String,
    /// The state, where it is known.
    pub state: Option<State>,
    /// The furnace level, where it is known.
    pub furnace_level: Option<u32>,
}

/// What a player is called in log lines and tables: the nickname made harmless, else the id.
#[must_use]
pub fn display_name(nickname: &str, id: PlayerId) -> String {
    let name = super::text::clean(nickname, super::text::NAME_CHARS);
    if name.is_empty() { id.to_string() } else { name }
}

/// What the game's player endpoint says of a player.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name in the game.
    pub nickname: String,
    /// The state, where the answer holds one.
    pub state: Option<State>,
    /// The furnace level, where the answer holds one.
    pub furnace_level: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ids_states_and_levels_have_ranges() {
        assert_eq!("33750731".parse::<PlayerId>().unwrap().get(), 33_750_731);
        for bad in ["", "0", "-1", "+1", "12a4", "1234567890123", " 1", "1.0", "１２"] {
            assert!(bad.parse::<PlayerId>().is_err(), "{bad}");
        }
        assert_eq!("245".parse::<State>().unwrap().get(), 245);
        assert!("0".parse::<State>().is_err());
        assert!("99999999999".parse::<State>().is_err());
        assert_eq!(furnace_level("30"), Ok(30));
        assert!(furnace_level("high").is_err());
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
