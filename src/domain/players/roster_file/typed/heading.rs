//! Lines without an id that say the state of players.

use super::line::is_around;
use super::marks::{has_state, state_at_begin, take_states, weak_state, with_plain_digits};
use super::{MAX_LEVEL, is_marked_title};
use crate::domain::players::player::State;
use crate::domain::text::trim;

/// The digits of a state that stands on a line of its own: a longer number may be a mistyped id.
const STATE_DIGITS: std::ops::RangeInclusive<usize> = 3..=4;

/// The most bytes of a heading.
const MAX_HEADING_BYTES: usize = 200;

/// What a line without an id says about the states of the players around it.
pub enum Heading {
    /// The state of all players below.
    Below(State),
    /// This number may be the state of the player above, of all players below, or no state.
    Unclear(u32),
}

/// What `State 245:`, `# 245` and similar lines say. `None` for lines that are no such heading.
pub fn heading(line: &str) -> Option<Heading> {
    let text = trim(line);
    if text.len() > MAX_HEADING_BYTES || !text.contains(char::is_numeric) {
        return None;
    }
    let text = with_plain_digits(text);
    let text = text.as_str();
    let number = text.trim_matches(is_around);
    if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) {
        let number = number.parse::<u32>().ok().filter(|_| number.len() < 6)?;
        let is_marked = text.starts_with('#') || text.ends_with(':');
        return match State::new(number).filter(|_| is_marked && number > MAX_LEVEL) {
            Some(state) => Some(Heading::Below(state)),
            None => (is_marked || STATE_DIGITS.contains(&number.to_string().len()) && number > MAX_LEVEL)
                .then_some(Heading::Unclear(number)),
        };
    }
    let (rest, states) = take_states(text);
    let is_alone = !rest.contains(char::is_alphanumeric);
    match states[..] {
        [] => weak_state(text).filter(|_| is_marked_title(text)).map(Heading::Unclear),
        [state] if is_marked_title(text) && state_at_begin(text).is_none_or(|number| number > MAX_LEVEL) => {
            Some(Heading::Below(state))
        }
        [state, ..] => (is_alone || is_marked_title(text)).then_some(Heading::Unclear(state.get())),
    }
}

/// A state somewhere in a line.
pub fn state_within(line: &str) -> Option<u32> {
    if line.len() > MAX_HEADING_BYTES || !line.contains(char::is_numeric) || !has_state(line) {
        return None;
    }
    take_states(line).1.first().map(|state| state.get()).or_else(|| weak_state(line))
}
