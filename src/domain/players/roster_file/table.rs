//! Text with separators as rows of cells.
//!
//! A row is one line. A quote that is not closed before the line ends makes that line bad and no other.
//!
//! Written by hand for that reason: the csv crate reads the lines after an open quote as part of that cell.

use std::borrow::Cow;

use super::MAX_COLUMNS;
use super::error::{BadLineReason, Place, Separator};
use crate::domain::text::{is_unseen, trim};

/// The longest line, in bytes.
const MAX_LINE_BYTES: usize = 20_000;
/// The possible separators, the most frequent first. A table in a chat has bars.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// How many lines are tried with each separator.
const COMPARED_LINES: usize = 100;

/// A line, or an entry of a JSON list.
pub(super) struct Row<'a> {
    pub place: Place,
    /// The raw cells, or what is wrong with the line.
    pub cells: Result<Vec<Cow<'a, str>>, BadLineReason>,
}

/// The number of columns without the empty ones at the end.
pub(super) fn filled(cells: &[Cow<'_, str>]) -> usize {
    cells.iter().rposition(|cell| !trim(cell).is_empty()).map_or(0, |last| last + 1)
}

/// Iterates over the rows of a text, without those that contain nothing but separators.
#[derive(Clone)]
pub(super) struct Rows<'a> {
    rest: Option<&'a str>,
    next: u64,
    separator: char,
    /// Whether bars frame the lines.
    is_framed: bool,
    /// The line before, if a quote opens there and does not close.
    unclosed: Option<u64>,
}

impl<'a> Rows<'a> {
    /// `score` rates how well the cells of a row can be read. The separator is used with which the first row is read best,
    /// and of several the one with which most of the following rows can be read: a name may consist of separators.
    pub fn new(text: &'a str, score: impl Fn(&[Cow<'a, str>]) -> usize) -> Self {
        let mut rows = Rows { rest: Some(text), next: 1, separator: ',', is_framed: false, unclosed: None };
        let mut candidates = SEPARATORS.to_vec();
        let mut ahead = rows.clone();
        if let Some(named) = ahead.next_line().and_then(|(_, line)| named_separator(line)) {
            rows = ahead.clone();
            candidates.splice(0..0, named);
        } else {
            ahead = rows.clone();
        }
        let lines = std::iter::from_fn(|| ahead.next_line()).map(|(_, line)| line).filter(|line| !is_blank(line));
        let lines: Vec<&str> = lines.take(COMPARED_LINES).collect();
        let is_framed = lines.first().is_some_and(|line| trim(line).starts_with('|'));
        let score = |separator: &char| {
            let rate =
                |line: &&'a str| split(bare(line, *separator, is_framed), *separator).map_or(0, |cells| score(&cells));
            let count = lines.first().map_or(0, |line| line.matches(*separator).count());
            let readable = lines.iter().filter(|line| rate(line) > 0).count();
            (lines.first().map_or(0, rate), readable, count)
        };
        // `max_by_key` returns the last of equals, so the first candidate comes last.
        rows.is_framed = is_framed;
        rows.separator = candidates.iter().rev().copied().max_by_key(score).unwrap_or(',');
        rows
    }

    /// What a name must not contain outside quotes.
    pub fn separator(&self) -> Separator {
        match self.separator {
            ';' => Separator::Semicolon,
            '\t' => Separator::Tab,
            '|' => Separator::Bar,
            _ => Separator::Comma,
        }
    }

    /// The next line with its number as in an editor: `\n`, `\r\n` and `\r` end a line.
    fn next_line(&mut self) -> Option<(u64, &'a str)> {
        let text = self.rest?;
        let number = self.next;
        self.next += 1;
        let Some(end) = text.find(['\n', '\r']) else {
            self.rest = None;
            return Some((number, text));
        };
        let (line, rest) = text.split_at(end);
        self.rest = rest.strip_prefix("\r\n").or_else(|| rest.get(1..));
        Some((number, line))
    }
}

/// The lines of a text with their numbers, without those that contain nothing.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut rows = Rows { rest: Some(text), next: 1, separator: ',', is_framed: false, unclosed: None };
    std::iter::from_fn(move || rows.next_line()).filter(|(_, line)| !is_blank(line))
}

/// A text without the quotes around each of its lines, as a spreadsheet writes lines that were pasted into one column.
pub(super) fn unboxed(text: Cow<'_, str>) -> Cow<'_, str> {
    let inner = |line: &str| {
        let inner = trim(line).strip_prefix('"').and_then(|line| line.strip_suffix('"'))?;
        (!inner.contains('"')).then(|| inner.to_owned())
    };
    let is_boxed = lines(&text).all(|(_, line)| inner(line).is_some());
    if !is_boxed || !lines(&text).any(|(_, line)| line.contains(SEPARATORS)) {
        return text;
    }
    let text = text.replace("\r\n", "\n");
    let lines = text.split(['\n', '\r']).map(|line| inner(line).unwrap_or_default());
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// A line of a table without the bar that may frame it.
fn bare(line: &str, separator: char, is_framed: bool) -> &str {
    if separator == '|' && is_framed { trim(line).strip_prefix('|').unwrap_or(line) } else { line }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        loop {
            let (number, line) = self.next_line()?;
            if is_blank(line) {
                continue;
            }
            let mut cells = split(bare(line, self.separator, self.is_framed), self.separator);
            if cells.as_ref().is_ok_and(|cells| filled(cells) == 0) {
                continue;
            }
            let opener = self.unclosed.take();
            match (&cells, opener) {
                (Err(BadLineReason::UnclosedQuote), _) => self.unclosed = Some(number),
                // One quote of a readable line is left over: a cell of two lines may end here.
                (Ok(_), Some(opener)) if line.matches('"').count() % 2 == 1 => {
                    cells = Err(BadLineReason::MayBelongTo(opener));
                }
                _ => {}
            }
            return Some(Row { place: Place::Line(number), cells });
        }
    }
}

fn split(line: &str, separator: char) -> Result<Vec<Cow<'_, str>>, BadLineReason> {
    if line.len() > MAX_LINE_BYTES {
        return Err(BadLineReason::TooLong);
    }
    let mut cells = Vec::new();
    let mut rest = line;
    loop {
        let begin = rest.trim_start_matches(|c| c != separator && is_unseen(c));
        let (cell, behind) = match begin.strip_prefix('"') {
            Some(quoted) => {
                let (cell, behind) = unquote(quoted).ok_or(BadLineReason::UnclosedQuote)?;
                (cell, behind.trim_start_matches(|c| c != separator && is_unseen(c)))
            }
            None => {
                let (cell, behind) = rest.split_at(rest.find(separator).unwrap_or(rest.len()));
                (Cow::Borrowed(cell), behind)
            }
        };
        if cells.len() == MAX_COLUMNS {
            return Err(BadLineReason::TooWide);
        }
        cells.push(cell);
        match behind.strip_prefix(separator) {
            Some(next) => rest = next,
            None if behind.is_empty() => return Ok(cells),
            None => return Err(BadLineReason::AfterQuote),
        }
    }
}

/// The text up to the closing quote and the text after it; `None` if there is no closing quote.
fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    loop {
        let end = from + text.get(from..)?.find('"')?;
        let behind = text.get(end + 1..)?;
        if behind.starts_with('"') {
            from = end + 2;
            continue;
        }
        let cell = text.get(..end)?;
        let cell = if from == 0 { Cow::Borrowed(cell) } else { Cow::Owned(cell.replace("\"\"", "\"")) };
        return Some((cell, behind));
    }
}

/// Whether a line contains nothing: no cell, or only what frames a table (`|---|---|`) or a text in a chat (```` ``` ````).
fn is_blank(line: &str) -> bool {
    let is_frame = |c: char| is_unseen(c) || SEPARATORS.contains(&c) || matches!(c, '-' | '=' | '+' | ':' | '`');
    line.chars().all(is_frame)
}

/// Recognizes the line that tells Excel the separator. Returns the separator that it names, if it is one of the
/// possible ones.
fn named_separator(line: &str) -> Option<Option<char>> {
    let line = line.trim_start_matches(|c| is_unseen(c) || c == '"');
    let named = line.get(4..).filter(|_| line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("sep=")))?;
    let separator = named.chars().next().filter(|c| SEPARATORS.contains(c));
    let is_alone = trim(named).trim_end_matches('"').is_empty();
    (separator.is_some() || is_alone).then_some(separator)
}
