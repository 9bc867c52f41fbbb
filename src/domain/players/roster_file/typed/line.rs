//! One line: the player id is the number of 6 to 12 digits, a state is marked ([`marks`]) or a number alone between
//! separators, and the rest is the name.
//!
//! Written by hand: the lines have no grammar that a parser library could be given.

use std::ops::Range;

use super::marks::{self, MAX_STATES, take_quoted, take_states};
use super::values::is_value;
use super::{CELL_ENDS, MAX_LEVEL, MAX_LINE_BYTES, Problem};
use crate::domain::players::player::{Player, PlayerId, State};
use crate::domain::players::roster_file::ID_DIGITS;
use crate::domain::players::roster_file::meaning::Meaning;
use crate::domain::text::{NAME_CHARS, clean, is_unseen, trim};

/// What stands between the parts of a line without columns.
const BETWEEN: &[char] =
    &[',', ';', '\t', '|', ':', '=', '/', '>', '→', '–', '—', '·', '•', '，', '；', '：', '｜', '、', '،', '│'];
/// What may stand around an id or a name without being part of it.
const AROUND: &[char] = &['-', '*', '`', '"', '\'', '_', '~', '#'];
/// Between two digits: a decimal, a date, a time.
const GLUED: char = '\0';
/// The characters of a word for an id that stands right before it.
const MAX_LABEL_CHARS: usize = 16;
/// The words before an id; the longest title has so many (`id do jogador`).
const LABEL_WORDS: usize = 3;

#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Several if the line has nothing but ids, or separates its players.
    pub players: Vec<Player>,
    /// The state, if it is a number without a mark.
    pub lone_number: Option<u32>,
    /// A number at an end of the name that is low enough for a level, and may yet be a state.
    pub loose_number: Option<u32>,
}

impl Line {
    pub fn read(line: &str) -> Result<Self, Problem> {
        let text = marks::without_mentions(marks::without_time(line));
        let (text, quoted) = take_quoted(&text);
        let text = marks::with_plain_digits(&text);
        let text = marks::without_number(text.trim_start_matches(|c| is_around(c) && c != '#'));
        match ids(text).as_slice() {
            [] => Err(Problem::NoId),
            [id] => Self::of_one(text, id.clone(), quoted),
            several => Self::of_several(text, several, quoted.is_some()),
        }
    }

    /// Whether there is nothing but ids.
    pub fn is_bare(&self) -> bool {
        self.players.iter().all(|player| player.nickname.is_empty() && player.state.is_none())
    }

    pub fn is_bare_row(&self) -> bool {
        self.players.len() > 1 && self.is_bare()
    }

    fn of_several(text: &str, ids: &[Range<usize>], is_quoted: bool) -> Result<Self, Problem> {
        let players = |players| Ok(Self { players, lone_number: None, loose_number: None });
        if !is_quoted && !without(text, ids).contains(|c| !is_around(c)) {
            let ids = ids.iter().filter_map(|id| text.get(id.clone())?.parse().ok());
            return players(ids.map(|id| player(id, "", None)).collect());
        }
        let parts = text.split([',', ';', '，', '；', '、']).filter(|part| !trim(part).is_empty());
        let named = parts.map(|part| {
            let [id] = <[Range<usize>; 1]>::try_from(self::ids(part)).ok()?;
            let line = Self::of_one(part, id, None).ok()?;
            line.players.into_iter().next().filter(|player| !player.nickname.is_empty())
        });
        match named.collect::<Option<Vec<Player>>>() {
            // `Frost 12345678, Power 98765432` is one player.
            Some(named) if !is_quoted && !named.iter().any(|player| is_value(&player.nickname)) => players(named),
            _ => Err(Problem::SeveralIds),
        }
    }

    fn of_one(text: &str, at: Range<usize>, quoted: Option<&str>) -> Result<Self, Problem> {
        if text.len() > MAX_LINE_BYTES {
            return Err(Problem::TooLong);
        }
        let sides = (text.get(..at.start), text.get(at.end..), text.get(at).and_then(|id| id.parse::<PlayerId>().ok()));
        let (Some(before), Some(behind), Some(id)) = sides else { return Err(Problem::NoId) };
        // `#1 Frost` may be the first of a list or in state 1.
        if let Some(number) = marks::state_at_begin(before).filter(|number| *number <= MAX_LEVEL) {
            return Err(Problem::StateOrName(number));
        }
        let (beside, columns) = (marks_beside(before, behind), columns(text));
        let [(before, states), (behind, more)] = [take_states(without_label(before)), take_states(behind)];
        let [before, behind] = [Side::read(&before, columns, true)?, Side::read(&behind, columns, false)?];
        let states: Vec<State> = states.into_iter().chain(more).collect();
        let numbers: Vec<(u32, [Option<char>; 2])> = before.numbers.iter().chain(&behind.numbers).copied().collect();
        // `12345678; Room 12, 310`: the other separator is a part of the name.
        let is_cell = |marks: &[Option<char>; 2]| {
            !matches!(marks[0], Some(':' | '：' | '='))
                && !marks.contains(&Some(GLUED))
                && (beside.is_empty() || marks.iter().flatten().all(|mark| beside.contains(mark)))
        };
        let before_name = trim_around(before.name.trim_end_matches(is_open));
        let behind_name = trim_around(behind.name.trim_start_matches(is_closed));
        let is_before = before_name.contains(char::is_alphanumeric) && (before.is_own || !behind.is_own);
        let unquoted = if is_before || behind_name.is_empty() { before_name } else { behind_name };
        let name = quoted.unwrap_or(unquoted);
        let line = |state, lone_number, loose_number| Self {
            players: vec![player(id, name, state)],
            lone_number,
            loose_number,
        };
        match (states.as_slice(), numbers.as_slice()) {
            ([state, more @ ..], _) if states.len() < MAX_STATES && more.iter().all(|other| other == state) => {
                return Ok(line(Some(*state), None, None));
            }
            ([_, ..], _) => return Err(Problem::SeveralStates),
            ([], [(number, marks)]) if *number > MAX_LEVEL && is_cell(marks) && name.contains(char::is_alphabetic) => {
                return Ok(line(State::new(*number), Some(*number), None));
            }
            ([], [(number, _), ..]) => return Err(Problem::StateOrName(*number)),
            ([], []) => {}
        }
        let texts = [before_name, behind_name];
        let mut words = texts.iter().flat_map(|text| text.split(is_unseen)).map(|word| word.trim_matches(is_framing));
        if let Some(number) = words.find_map(|word| number(word).filter(|number| *number > MAX_LEVEL)) {
            return Err(Problem::StateOrName(number));
        }
        // `S24 Ultra`, and `Frost - S1`: such names are too common to tell.
        let weak = marks::weak_state(before_name).or_else(|| marks::weak_state(behind_name));
        if let Some(state) = weak.filter(|_| quoted.is_none()) {
            return Err(Problem::StateOrName(state));
        }
        let has_more = before.names + behind.names > 1 || quoted.is_some();
        if let Some(state) = before.weak_state.or(behind.weak_state).filter(|_| has_more) {
            return Err(Problem::StateOrName(state));
        }
        let ends = |text: &str| {
            let mut words = text.split(is_unseen).map(|word| word.trim_matches(is_framing));
            let ends = [words.next(), words.next_back()];
            // Farms have numbers of one digit.
            ends.into_iter().flatten().filter(|word| word.len() > 1).find_map(|word| word.parse::<State>().ok())
        };
        let loose = if quoted.is_some() { None } else { ends(unquoted) };
        Ok(line(None, None, loose.map(State::get)))
    }
}

fn player(id: PlayerId, name: &str, state: Option<State>) -> Player {
    Player { id, nickname: clean(name, NAME_CHARS), state, furnace_level: None }
}

/// What stands on one side of the id.
#[derive(Default)]
struct Side {
    name: String,
    /// Numbers that stand alone between separators, and these.
    numbers: Vec<(u32, [Option<char>; 2])>,
    /// How many parts may be names, and a state such as `S1` among them.
    names: usize,
    weak_state: Option<u32>,
    /// Whether the line has columns, and the name is in the id's.
    is_own: bool,
}

impl Side {
    /// Reads the text before or behind an id. If the line has columns, the name is in the id's own or in the first that may be it.
    fn read(text: &str, columns: Option<char>, is_before: bool) -> Result<Self, Problem> {
        let mut side = Self::default();
        // The name keeps what separates within it, but no column.
        let mut kept: Vec<(usize, Range<usize>)> = Vec::new();
        let (mut is_next, mut column) = (false, 0);
        for Part { at, marks } in parts(text) {
            column += usize::from(columns.is_some() && marks[0] == columns);
            let bare = text.get(at.clone()).unwrap_or_default().trim_matches(is_framing);
            let is_label =
                ["state", "server", "kingdom", "id", "fid", "uid"].iter().any(|label| bare.eq_ignore_ascii_case(label))
                    || (matches!(marks[1], Some(':' | '：' | '=')) && Meaning::of(bare) == Some(Meaning::Nickname));
            if let Some(number) = number(bare) {
                side.numbers.push((number, marks));
            } else if !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit()) {
                // More digits than any id has.
                return Err(Problem::NoId);
            } else if !is_label {
                side.names += usize::from(!bare.is_empty());
                side.weak_state = side.weak_state.or(bare.parse::<State>().ok().map(State::get));
                match kept.last_mut().filter(|(of, _)| is_next && *of == column) {
                    Some((_, last)) => last.end = at.end,
                    None => kept.push((column, at)),
                }
                is_next = true;
                continue;
            }
            is_next = false;
        }
        let kept = kept.into_iter().filter_map(|(of, at)| Some((of, trim(text.get(at)?))));
        let kept: Vec<(usize, &str)> = kept.filter(|(_, part)| !part.is_empty()).collect();
        let own = if is_before { column } else { 0 };
        let has_own = kept.iter().any(|(of, _)| *of == own);
        let chosen = if has_own { Some(own) } else { kept.first().map(|(of, _)| *of) };
        side.is_own = columns.is_some() && has_own;
        side.name =
            kept.iter().filter(|(of, _)| Some(*of) == chosen).map(|(_, part)| *part).collect::<Vec<_>>().join(" ");
        Ok(side)
    }
}

/// What stands between two separators, and these.
struct Part {
    at: Range<usize>,
    marks: [Option<char>; 2],
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut start, mut mark) = (0, None);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let stands_alone = || {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let behind = text.get(end..).and_then(|behind| behind.chars().next());
            before.is_none_or(is_unseen) && behind.is_none_or(is_unseen)
        };
        if BETWEEN.contains(&c) || (c == '-' && stands_alone()) {
            let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let is_glued = is_digit(text.get(..at).and_then(|before| before.chars().next_back()))
                && is_digit(text.get(end..).and_then(|behind| behind.chars().next()));
            let c = if is_glued { GLUED } else { c };
            parts.push(Part { at: start..at, marks: [mark, Some(c)] });
            (start, mark) = (end, Some(c));
        }
    }
    parts.push(Part { at: start..text.len(), marks: [mark, None] });
    parts
}

/// The separator of a line's columns, if one of them is empty: a name may contain a separator, and not two in a row.
fn columns(text: &str) -> Option<char> {
    let mut last = None;
    for c in text.chars() {
        if CELL_ENDS.contains(&c) || matches!(c, '，' | '；' | '｜') {
            if last == Some(c) {
                return last;
            }
            last = Some(c);
        } else if !is_unseen(c) {
            last = None;
        }
    }
    None
}

/// The separators beside an id.
fn marks_beside(before: &str, behind: &str) -> Vec<char> {
    // A tab is a blank, too.
    let is_next = |c: &char| BETWEEN.contains(c) || (!is_unseen(*c) && !marks::is_opener(*c) && !marks::is_closer(*c));
    let beside = [before.chars().rev().find(is_next), behind.chars().find(is_next)];
    beside.into_iter().flatten().filter(|c| BETWEEN.contains(c) || *c == '-').collect()
}

/// A number that is too short for an id, also as spreadsheets write it: `245.0`.
fn number(word: &str) -> Option<u32> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits < *ID_DIGITS.start() && !word.contains(char::is_alphabetic);
    is_number.then(|| word.parse::<State>().map(State::get).or_else(|_| word.parse()).ok()).flatten()
}

/// The text before an id without what names the id: `Frost, player ID:`.
fn without_label(text: &str) -> &str {
    let is_gap = |c: char| is_unseen(c) || CELL_ENDS.contains(&c) || marks::is_opener(c);
    let (mut start, mut labelled) = (text.len(), None);
    for _ in 0..LABEL_WORDS {
        let Some(before) = text.get(..start).map(|before| before.trim_end_matches(|c| is_gap(c) || is_around(c)))
        else {
            break;
        };
        start = before.char_indices().rfind(|(_, c)| is_gap(*c)).map_or(0, |(at, c)| at + c.len_utf8());
        if text.get(start..).and_then(Meaning::of) == Some(Meaning::Id) {
            labelled = Some(start);
        }
    }
    labelled.and_then(|start| text.get(..start)).unwrap_or(text)
}

/// Whether a text ends with a word for an id: `ID12345678`.
fn is_label(text: &str) -> bool {
    let letters = text.chars().rev().take_while(|c| c.is_alphabetic()).take(MAX_LABEL_CHARS).count();
    let start = text.char_indices().rev().take(letters).last().map_or(text.len(), |(at, _)| at);
    let is_whole = !text.get(..start).unwrap_or_default().ends_with(char::is_alphanumeric);
    is_whole && text.get(start..).and_then(Meaning::of) == Some(Meaning::Id)
}

/// Whether an id stands among other words.
pub fn has_id(text: &str) -> bool {
    !ids(text).is_empty()
}

/// Where in a line the ids are: numbers that stand alone.
fn ids(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) =
        line.get(from..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())).map(|at| from + at)
    {
        let rest = line.get(start..).unwrap_or_default();
        let end = start + rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let mut before = line.get(..start).unwrap_or_default().chars().rev();
        let mut behind = line.get(end..).unwrap_or_default().chars();
        let (last, next) = (before.next(), behind.next());
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let is_labelled = || is_label(line.get(..start).unwrap_or_default());
        let is_alone =
            (!last.is_some_and(char::is_alphanumeric) || is_labelled()) && !next.is_some_and(char::is_alphanumeric);
        // A part of a mention or of a decimal number is no id.
        let is_part = matches!(last, Some('@' | '&' | '!' | '+'))
            || (last == Some('.') && is_digit(before.next()))
            || (next == Some('.') && is_digit(behind.next()));
        if is_alone && !is_part && ID_DIGITS.contains(&(end - start)) {
            found.push(start..end);
        }
        from = end;
    }
    found
}

/// A line without its ids.
fn without(line: &str, ids: &[Range<usize>]) -> String {
    let mut rest = String::new();
    let mut from = 0;
    for id in ids {
        rest += line.get(from..id.start).unwrap_or_default();
        from = id.end;
    }
    rest + line.get(from..).unwrap_or_default()
}

fn is_open(c: char) -> bool {
    marks::is_opener(c) || is_around(c)
}

fn is_closed(c: char) -> bool {
    marks::is_closer(c) || is_around(c)
}

fn is_framing(c: char) -> bool {
    is_open(c) || is_closed(c)
}

pub fn is_between(c: char) -> bool {
    BETWEEN.contains(&c)
}

pub fn is_around(c: char) -> bool {
    is_unseen(c) || BETWEEN.contains(&c) || AROUND.contains(&c)
}

/// A name without what separates it from the id, and without brackets that hold nothing.
pub fn trim_around(text: &str) -> &str {
    let mut text = text.trim_matches(is_around);
    while let Some(inner) = ["()", "[]", "{}"].iter().find_map(|empty| text.strip_suffix(empty)) {
        text = inner.trim_matches(is_around);
    }
    text
}
