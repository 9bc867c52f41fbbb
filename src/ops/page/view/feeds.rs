//! The feeds side by side: how each is doing, which had each code first, and how much later the others were.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::health::{FeedStatus, Feeds};
use crate::domain::text::clean;
use crate::store::LatestCode;

use super::time::{between, moment, short};
use super::{Moment, State, full_sentence};

/// The longest name of a feed, in characters.
pub(super) const NAME: usize = 60;
/// The longest error of a feed, in characters.
const ERROR: usize = 160;
/// How many feeds are listed, those that fail first.
const FEEDS: usize = 16;
/// How many feeds have a column beside each other: as many as fit on a phone.
const COLUMNS: usize = 4;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedsView {
    pub feeds: Vec<FeedView>,
    /// How many more there are.
    pub more: usize,
    /// The feeds beside each other, by their letters; none while there is only one.
    pub columns: Vec<String>,
    pub rows: Vec<CodeRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedView {
    /// How the columns call it; empty while there is only one.
    pub letter: String,
    pub name: String,
    pub state: State,
    /// What fails.
    pub error: Option<String>,
    pub failing_since: Option<Moment>,
    pub read: Option<Moment>,
    /// "First with 3 of 8 codes", and how much later it usually is otherwise.
    pub record: String,
}

/// A code in the feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    pub code: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    First,
    /// By how much.
    Later(String),
    /// It was on the list when the feed was read for the first time, so nobody knows since when.
    Unknown,
    Missing,
}

/// How a feed did with the codes that came after it was read for the first time.
#[derive(Debug, Clone, Default)]
struct Record {
    first: usize,
    of: usize,
    delays: Vec<Duration>,
}

pub(super) fn feeds(feeds: Option<&Feeds>, codes: &[LatestCode], now: Timestamp) -> FeedsView {
    let all: &[FeedStatus] = feeds.map(|feeds| feeds.0.as_slice()).unwrap_or_default();
    let is_compared = all.len() > 1;
    let letter = |place: usize| if is_compared { letters(place) } else { String::new() };
    let mut order: Vec<(usize, &FeedStatus, Record)> =
        all.iter().enumerate().map(|(place, feed)| (place, feed, record(&feed.name, codes))).collect();
    // Stable, so that the order of the configuration stays within each part.
    order.sort_by_key(|(_, _, record)| std::cmp::Reverse(record.first));
    let columns: Vec<(usize, &FeedStatus)> =
        order.iter().take(if is_compared { COLUMNS } else { 0 }).map(|(place, feed, _)| (*place, *feed)).collect();
    order.sort_by_key(|(place, feed, _)| (feed.failing.is_none(), *place));
    let views = order.iter().take(FEEDS).map(|(place, feed, record)| view(letter(*place), feed, record, now));
    let listed = codes.iter().filter(|code| is_compared && !code.arrivals.is_empty());
    let rows = listed.map(|code| CodeRow {
        code: code.code.to_string(),
        cells: columns.iter().map(|(_, feed)| cell(&feed.name, code)).collect(),
    });
    FeedsView {
        feeds: views.collect(),
        more: all.len().saturating_sub(FEEDS),
        rows: rows.collect(),
        columns: columns.into_iter().map(|(place, _)| letter(place)).collect(),
    }
}

/// A, B, … Z, AA, AB, …
fn letters(place: usize) -> String {
    let last = char::from(b'A' + u8::try_from(place % 26).unwrap_or_default());
    if place < 26 { last.to_string() } else { letters(place / 26 - 1) + &last.to_string() }
}

fn view(letter: String, feed: &FeedStatus, record: &Record, now: Timestamp) -> FeedView {
    let state = match (&feed.failing, feed.read_at) {
        (Some(_), _) => State::Unwell,
        (None, Some(_)) => State::Well,
        (None, None) => State::Waits,
    };
    FeedView {
        letter,
        name: clean(&feed.name, NAME),
        state,
        error: feed.failing.as_ref().map(|failing| full_sentence(&clean(&failing.error, ERROR))),
        failing_since: feed.failing.as_ref().map(|failing| moment(failing.since, now)),
        read: feed.read_at.map(|at| moment(at, now)),
        record: in_words(record),
    }
}

fn record(feed: &str, codes: &[LatestCode]) -> Record {
    let mut record = Record::default();
    for code in codes {
        match cell_of(feed, code) {
            Some(Duration::ZERO) => record.first += 1,
            Some(delay) => record.delays.push(delay),
            None => continue,
        }
        record.of += 1;
    }
    record.delays.sort_unstable();
    record
}

fn in_words(record: &Record) -> String {
    let of = if record.of == 1 { "code" } else { "codes" };
    let middle = record.delays.get(record.delays.len() / 2).map(|delay| short(*delay));
    match (record.of, middle) {
        (0, _) => "It has listed no new code yet.".to_owned(),
        (all, None) => format!("First with {} of {all} {of}.", record.first),
        (all, Some(middle)) => format!("First with {} of {all} {of}, otherwise {middle} later.", record.first),
    }
}

/// How much later the feed had the code than the first one; `None` where that is not known.
fn cell_of(feed: &str, code: &LatestCode) -> Option<Duration> {
    let mine = code.arrivals.iter().find(|arrival| arrival.feed == feed && arrival.is_news)?;
    Some(between(code.arrivals.first()?.at, mine.at))
}

fn cell(feed: &str, code: &LatestCode) -> Cell {
    match cell_of(feed, code) {
        Some(Duration::ZERO) => Cell::First,
        Some(delay) => Cell::Later(short(delay)),
        None if code.arrivals.iter().any(|arrival| arrival.feed == feed) => Cell::Unknown,
        None => Cell::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters_however_many_there_are() {
        assert_eq!([0, 25, 26, 27, 51, 52, 701, 702].map(letters), ["A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA"]);
    }
}
