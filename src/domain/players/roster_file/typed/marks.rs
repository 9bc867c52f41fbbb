//! What a line marks by itself: its number in the list, a mention, a name in quotes, a state.

use std::ops::Range;

use super::MAX_LEVEL;
use crate::domain::players::player::State;
use crate::domain::players::roster_file::ID_DIGITS;
use crate::domain::players::roster_file::meaning::Meaning;
use crate::domain::text::{is_unseen, trim};

/// As many states are too many for one line, even if all are the same.
pub const MAX_STATES: usize = 5;
const OPENERS: [char; 6] = ['(', '[', '{', '<', '«', '（'];
const CLOSERS: [char; 6] = [')', ']', '}', '>', '»', '）'];

pub fn is_opener(c: char) -> bool {
    OPENERS.contains(&c)
}

pub fn is_closer(c: char) -> bool {
    CLOSERS.contains(&c)
}

/// A line without the number that a numbered list puts before it: `1. Frost`, `12) Frost`, `3.Frost`.
pub fn without_number(line: &str) -> &str {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = line.split_at(digits);
    match rest.strip_prefix(['.', ')', '、', '．']) {
        // `41.000.101` is an id.
        Some(item) if (1..=4).contains(&number.len()) && !item.starts_with(|c: char| c.is_ascii_digit()) => {
            item.trim_start_matches(is_unseen)
        }
        _ => line,
    }
}

/// A line without the date and time that a chat's export puts before it: `[26.11.25, 18:03] Frost`, `11/26/25, 6:03 PM - Frost`.
pub fn without_time(line: &str) -> &str {
    let text = line.trim_start_matches(is_unseen);
    let is_time = |text: &str| {
        let is_of_time = |c: char| {
            is_unseen(c)
                || c.is_ascii_digit()
                || matches!(c.to_ascii_lowercase(), '.' | ',' | ':' | '/' | '-' | 'a' | 'p' | 'm')
        };
        let has_clock = text
            .split(':')
            .zip(text.split(':').skip(1))
            .any(|(hours, minutes)| hours.ends_with(|c: char| c.is_ascii_digit()) && digits(minutes) == 2);
        // An id is no part of a time.
        let is_short = text.split(|c: char| !c.is_ascii_digit()).all(|number| number.len() <= 4);
        has_clock && is_short && text.chars().all(is_of_time)
    };
    let ends =
        [text.strip_prefix('[').and_then(|text| text.split_once(']')), text.split_once(" - "), text.split_once('\t')];
    ends.into_iter().flatten().find(|(time, _)| is_time(time)).map_or(line, |(_, behind)| behind)
}

/// A text without the states that it marks, and these: `#245`, `S245`, `[245]`, `(State 245)`, `kid=245`. No more than
/// [`MAX_STATES`] are looked for.
pub fn take_states(text: &str) -> (String, Vec<State>) {
    let (mut text, mut states) = (text.to_owned(), Vec::new());
    while states.len() < MAX_STATES
        && let Some((at, state)) = find_state(&text, false)
    {
        text.replace_range(at, " ");
        states.push(state);
    }
    (text, states)
}

/// Whether a text marks a state, or what may be one.
pub fn has_state(text: &str) -> bool {
    find_state(text, true).is_some()
}

/// The number of a text whose states are taken that may be a state or a name: `S24`.
pub fn weak_state(text: &str) -> Option<u32> {
    find_state(text, true).map(|(_, state)| state.get())
}

/// The number of a state with which a text begins, marked by `#`.
pub fn state_at_begin(text: &str) -> Option<u32> {
    let text = text.trim_start_matches(is_unseen);
    text.starts_with(['#', '＃']).then(|| marked(text, false)).flatten().map(|(_, state)| state.get())
}

/// The first marked state, with the brackets that hold nothing else.
/// `is_weak`: names such as `S24` count, too.
fn find_state(text: &str, is_weak: bool) -> Option<(Range<usize>, State)> {
    let mut last = None;
    for (start, c) in text.char_indices() {
        let begins = !last.is_some_and(char::is_alphanumeric);
        last = Some(c);
        let rest = text.get(start..)?;
        let Some((behind, state)) =
            begins.then(|| marked(rest, is_weak).or_else(|| in_brackets(rest)).or_else(|| before_word(rest))).flatten()
        else {
            continue;
        };
        let (before, inner) = (text.get(..start)?, behind.trim_start_matches(is_unseen));
        let outer = before.trim_end_matches(is_unseen).strip_suffix(is_opener).zip(inner.strip_prefix(is_closer));
        let (before, behind) = outer.unwrap_or((before, behind));
        return Some((before.len()..text.len() - behind.len(), state));
    }
    None
}

/// What follows the marked state with which `text` begins, and that state.
fn marked(text: &str, is_weak: bool) -> Option<(&str, State)> {
    let by_letter = || {
        let number = text.strip_prefix(['s', 'S', 'k', 'K'])?;
        let number = number.strip_prefix(['#', '-']).unwrap_or(number);
        // Names such as S1 are too common, and S24 is a telephone.
        let found = state(number).filter(|(_, state)| digits(number) > 1 && (is_weak || state.get() > MAX_LEVEL));
        found.map(|_| number)
    };
    let number = text.strip_prefix(['#', '＃']).or_else(by_letter);
    number
        .into_iter()
        .chain(Meaning::State.titles().iter().filter_map(|title| behind_word(text, title)))
        .find_map(state)
}

/// `246サーバー`, `246서버`, `246區`.
fn before_word(text: &str) -> Option<(&str, State)> {
    let (digits, behind) = text.split_at(digits(text));
    let words = Meaning::State.titles().iter().filter(|title| title.starts_with(is_unspaced));
    let behind = words.filter_map(|word| behind.strip_prefix(word)).find(|b| !b.starts_with(char::is_alphanumeric))?;
    let is_number = (1..*ID_DIGITS.start()).contains(&digits.len());
    is_number.then(|| Some((behind, digits.parse().ok()?))).flatten()
}

/// Whether a letter is of a script that writes numbers and words without blanks: Japanese, Chinese, Korean.
fn is_unspaced(c: char) -> bool {
    u32::from(c) >= 0x3000
}

/// The state with which `number` begins, and what follows.
fn state(number: &str) -> Option<(&str, State)> {
    let (digits, behind) = number.split_at(digits(number));
    let is_alone = digits.len() < *ID_DIGITS.start() && !behind.starts_with(char::is_alphanumeric);
    is_alone.then(|| Some((behind, digits.parse().ok()?))).flatten()
}

/// `[245]`.
fn in_brackets(text: &str) -> Option<(&str, State)> {
    let (behind, state) = state(text.strip_prefix(is_opener)?.trim_start_matches(is_unseen))?;
    let behind = behind.trim_start_matches(is_unseen).strip_prefix(is_closer)?;
    (state.get() > MAX_LEVEL).then_some((behind, state))
}

/// What follows the word for a state and the marks behind it.
fn behind_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = text.chars();
    for expected in word.chars() {
        let c = rest.next()?;
        if c != expected && !c.to_lowercase().eq([expected]) {
            return None;
        }
    }
    let behind = rest.as_str();
    let is_between = |c: char| is_unseen(c) || matches!(c, ':' | '：' | '#' | '＃' | '=' | '.' | '-');
    // A player may be called Kid 77.
    let is_named = word != "kid" || behind.trim_start_matches(is_unseen).starts_with([':', '：', '#', '＃', '=']);
    is_named.then(|| behind.trim_start_matches(is_between))
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Takes the first text in quotes out of a line: it is the name, whatever it looks like. Telephones write `“Frost”`.
pub fn take_quoted(line: &str) -> (String, Option<&str>) {
    let mut from = 0;
    while let Some((open, rest)) = line.get(from..).and_then(|rest| rest.split_once(['"', '“', '„', '”'])) {
        let Some((name, behind)) = rest.split_once(['"', '”', '“']) else { break };
        let is_id = trim(name).bytes().all(|b| b.is_ascii_digit() || b == b'#');
        if !is_id {
            let before = line.get(..from + open.len()).unwrap_or_default();
            return (format!("{before},{behind}"), Some(name));
        }
        // A quoted number, or nothing in the quotes.
        from = line.len() - behind.len();
    }
    (line.to_owned(), None)
}

/// A text whose numbers of several digits are in ASCII digits, and not in full-width, Arabic or Persian ones.
pub fn with_plain_digits(text: &str) -> String {
    let plain = |c: char| {
        let digit =
            ['０', '٠', '۰'].into_iter().find_map(|zero| u32::from(c).checked_sub(u32::from(zero)).filter(|d| *d < 10));
        digit.and_then(|digit| char::from_digit(digit, 10))
    };
    let chars: Vec<char> = text.chars().collect();
    let at = |at: Option<usize>| at.and_then(|at| chars.get(at)).and_then(|c| plain(*c));
    let digit = |(i, c): (usize, &char)| match plain(*c) {
        // A single one may adorn a name.
        Some(digit) if at(i.checked_sub(1)).or(at(i.checked_add(1))).is_some() => digit,
        _ => *c,
    };
    chars.iter().enumerate().map(digit).collect()
}

/// A text without mentions of Discord users, roles, channels and emoji: `<@123>`, `<:frost:123>`.
pub fn without_mentions(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find('<') {
        let (before, mention) = rest.split_at(start);
        kept += before;
        if !["<@", "<#", "<:", "<a:"].iter().any(|begin| mention.starts_with(begin)) {
            kept.push('<');
            rest = mention.get(1..).unwrap_or_default();
        } else if let Some((_, behind)) = mention.split_once('>') {
            rest = behind;
        } else {
            rest = mention;
            break;
        }
    }
    kept + rest
}
