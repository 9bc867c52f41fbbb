//! Lists that are no table: ids with or without names, as people type them and paste them from a chat.
//!
//! Only ids that can be nothing else count here ([`LONG_ID`]). A list in which a number may be a state or a part of a name
//! is not read: without columns nobody knows.

use std::borrow::Cow;
use std::ops::Range;

use super::LONG_ID;
use super::columns::Columns;
use super::entries::Entries;
use super::error::{BadLineReason, Place};
use super::meaning::Meaning;
use super::table::{Row, lines};
use crate::domain::players::player::State;
use crate::domain::text::{is_unseen, trim};

/// What stands between the parts of a line.
const BETWEEN: &[char] = &[',', ';', '\t', '|', ':', '=', '/', '>', '→', '–', '—', '·', '•'];
/// What may stand around an id or a name without being part of it.
const AROUND: &[char] = &['-', '*', '`', '"', '\'', '_', '~', '#'];
const OPENERS: &[char] = &['(', '[', '{', '<', '«', '（'];
const CLOSERS: &[char] = &[')', ']', '}', '>', '»', '）'];

/// The ids of a text that holds nothing else, several of them on a line.
pub(super) fn only_ids(text: &str) -> Option<Entries> {
    let mut rows = Vec::new();
    let (mut number_of_lines, mut has_several) = (0, false);
    for (number, line) in lines(text) {
        let ids = ids(line);
        if ids.is_empty() && is_marked_title(line) {
            continue;
        }
        if ids.is_empty() || has_letters(&without(line, &ids)) {
            // Most files are tables, and end the search here.
            return None;
        }
        number_of_lines += 1;
        has_several |= ids.len() > 1;
        rows.extend(ids.into_iter().filter_map(|id| line.get(id)).map(|id| row(number, vec![id.to_owned()])));
    }
    (has_several && number_of_lines > 0).then(|| Entries { columns: columns(1), rows })
}

/// A list with an id on each line, and perhaps a name and a state. `None` if it is no such list, or if it can be read in
/// more than one way.
pub(super) fn read(text: &str) -> Option<Entries> {
    let mut list = List::default();
    for (number, line) in lines(text) {
        let found = ids(line);
        match found.len() {
            0 => list.without_id(number, line)?,
            1 => list.named(number, line, found.into_iter().next()?)?,
            _ => {
                for part in line.split([',', ';']).filter(|part| !trim(part).is_empty()) {
                    let [id] = <[Range<usize>; 1]>::try_from(ids(part)).ok()?;
                    list.named(number, part, id)?;
                    // Beside names, an id without one may be a name.
                    list.has_last_name().then_some(())?;
                }
            }
        }
    }
    list.end()
}

#[derive(Default)]
struct List {
    rows: Vec<Row<'static>>,
    players: usize,
    bad: usize,
    has_states: bool,
    /// The names that end or begin with a number, which may be a state.
    with_number: usize,
}

impl List {
    /// A title, a remark, or a line that lacks its id; `None` if it may be a player without columns.
    fn without_id(&mut self, number: u64, line: &str) -> Option<()> {
        let text = trim_around(line);
        if text.starts_with(|c: char| c.is_numeric()) {
            return None;
        }
        let is_title = is_marked_title(line) || (self.players == 0 && !text.contains(|c: char| c.is_numeric()));
        if is_title {
            return Some(());
        }
        self.bad += 1;
        self.rows.push(Row { place: Place::Line(number), cells: Err(BadLineReason::NoId) });
        Some(())
    }

    fn named(&mut self, number: u64, line: &str, id: Range<usize>) -> Option<()> {
        let (before, behind) = (line.get(..id.start)?, line.get(id.end..)?);
        let (before, state_before) = without_state(&without_mentions(before));
        let (behind, state_behind) = without_state(&without_mentions(behind));
        let has_more = [&before, &behind].into_iter().any(|side| without_state(side).1.is_some());
        if has_more || (state_before.is_some() && state_behind.is_some()) {
            return None;
        }
        let state = state_before.or(state_behind);
        let before = without_number(trim_around(&before)).trim_end_matches(is_open).to_owned();
        let behind = trim_around(&behind).trim_start_matches(is_closed).to_owned();
        let (before, behind) = (trim_around(&before), trim_around(&behind));
        if state.is_none() && [before, behind].iter().flat_map(|side| side.split(BETWEEN)).any(is_number) {
            return None;
        }
        let name = if before.contains(char::is_alphanumeric) || behind.is_empty() { before } else { behind };
        let mut words = name.split(char::is_whitespace);
        self.with_number += usize::from(
            state.is_none() && (words.next().is_some_and(is_number) || words.next_back().is_some_and(is_number)),
        );
        self.players += 1;
        self.has_states |= state.is_some();
        let id = line.get(id)?.to_owned();
        let state = state.map_or_else(String::new, |state| state.to_string());
        self.rows.push(row(number, vec![id, name.to_owned(), state]));
        Some(())
    }

    fn has_last_name(&self) -> bool {
        let cells = self.rows.last().and_then(|row| row.cells.as_ref().ok());
        cells.and_then(|cells| cells.get(1)).is_some_and(|name| !name.is_empty())
    }

    fn end(self) -> Option<Entries> {
        // A few names with a number are names; many are names and states.
        let is_clear = self.with_number * 2 <= self.players;
        let is_list = self.players > 0 && self.bad <= self.players;
        (is_clear && is_list)
            .then(|| Entries { columns: columns(if self.has_states { 3 } else { 2 }), rows: self.rows })
    }
}

/// Whether a line without an id is a title or a remark: `R4:`, `# farms`.
fn is_marked_title(line: &str) -> bool {
    let is_marked =
        trim(line).trim_end_matches(['*', '_']).ends_with([':', '：']) || trim(line).starts_with(['#', '`']);
    is_marked && !trim_around(line).starts_with(|c: char| c.is_numeric())
}

fn columns(width: usize) -> Columns {
    let titles = [Meaning::Id, Meaning::Nickname, Meaning::State].map(Meaning::name);
    Columns::titled(titles.into_iter().take(width), None)
}

fn row(number: u64, cells: Vec<String>) -> Row<'static> {
    Row { place: Place::Line(number), cells: Ok(cells.into_iter().map(Cow::Owned).collect()) }
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
        let before = line.get(..start).and_then(|before| before.chars().next_back());
        let behind = line.get(end..).and_then(|behind| behind.chars().next());
        let is_alone = !before.is_some_and(char::is_alphanumeric) && !behind.is_some_and(char::is_alphanumeric);
        // A part of a mention or of a decimal number is no id.
        let is_part = matches!(before, Some('.' | '@' | '&' | '!'))
            || matches!(behind, Some('.')) && {
                let decimals = line.get(end + 1..).unwrap_or_default();
                decimals.starts_with(|c: char| c.is_ascii_digit())
            };
        if is_alone && !is_part && LONG_ID.contains(&(end - start)) {
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

fn has_letters(text: &str) -> bool {
    text.contains(|c: char| !is_unseen(c) && !BETWEEN.contains(&c) && !AROUND.contains(&c))
}

/// A text without mentions of Discord users, roles, channels and emoji: `<@123>`, `<:frost:123>`.
fn without_mentions(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find('<') {
        let (before, mention) = rest.split_at(start);
        kept += before;
        let is_one = ["<@", "<#", "<:", "<a:"].iter().any(|begin| mention.starts_with(begin));
        match mention.find('>').filter(|_| is_one) {
            Some(end) => rest = mention.get(end + 1..).unwrap_or_default(),
            None => {
                kept.push('<');
                rest = mention.get(1..).unwrap_or_default();
            }
        }
    }
    kept + rest
}

/// A text without the state that it names with the word, and that state: `(State 245)`.
fn without_state(text: &str) -> (String, Option<State>) {
    let lower = text.to_ascii_lowercase();
    for word in ["state", "server", "kingdom", "kid"] {
        let Some(start) = lower.find(word) else { continue };
        let begins = !lower.get(..start).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let behind = lower.get(start + word.len()..).unwrap_or_default();
        let number = behind.trim_start_matches(|c: char| is_unseen(c) || matches!(c, ':' | '#' | '=' | '.' | '-'));
        let digits = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        // A player may be called Kid 77.
        let is_named = word != "kid" || behind.trim_start().starts_with([':', '#', '=']);
        let state = number.get(..digits).and_then(|digits| digits.parse::<State>().ok()).filter(|_| digits < 7);
        if let Some(state) = state.filter(|_| begins && is_named) {
            let end = text.len() - number.len() + digits;
            let before = text.get(..start).unwrap_or_default();
            return (format!("{before} {}", text.get(end..).unwrap_or_default()), Some(state));
        }
    }
    (text.to_owned(), None)
}

fn is_open(c: char) -> bool {
    OPENERS.contains(&c) || is_around(c)
}

fn is_closed(c: char) -> bool {
    CLOSERS.contains(&c) || is_around(c)
}

fn is_around(c: char) -> bool {
    is_unseen(c) || BETWEEN.contains(&c) || AROUND.contains(&c)
}

/// A name without what separates it from the id, and without brackets that hold nothing.
fn trim_around(text: &str) -> &str {
    let mut text = text.trim_matches(is_around);
    while let Some(inner) = ["()", "[]", "{}"].iter().find_map(|empty| text.strip_suffix(empty)) {
        text = inner.trim_matches(is_around);
    }
    text
}

/// A name without the number of a numbered list: `12. Frost`, `3) Frost`.
fn without_number(text: &str) -> &str {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let rest = text.get(digits..).unwrap_or_default();
    if !(1..=3).contains(&digits) || !rest.starts_with(['.', ')']) {
        return text;
    }
    rest.trim_start_matches(['.', ')']).trim_start_matches(is_around)
}

/// Whether a part of a line may be a state.
fn is_number(part: &str) -> bool {
    let part = part.trim_matches(|c: char| is_around(c) || OPENERS.contains(&c) || CLOSERS.contains(&c));
    part.parse::<State>().is_ok() || (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
