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
/// How many feeds are listed for a code, the earliest first.
const ARRIVALS: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedsView {
    pub feeds: Vec<FeedView>,
    /// How many more there are.
    pub more: usize,
    /// The codes by arrival, while there is more than one feed.
    pub arrivals: Vec<CodeArrivals>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedView {
    pub name: String,
    pub state: State,
    /// What fails.
    pub error: Option<String>,
    pub failing_since: Option<Moment>,
    pub read: Option<Moment>,
    /// "first with 3 of 8 codes", and how much later it usually is otherwise.
    pub first: String,
    pub later: Option<String>,
}

/// A code in the feeds that had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeArrivals {
    pub code: String,
    pub arrivals: Vec<ArrivalView>,
    pub more: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalView {
    pub feed: String,
    pub is_first: bool,
    /// "first", "12 s later", or that nobody knows.
    pub when: String,
}

pub(super) fn feeds(feeds: Option<&Feeds>, codes: &[LatestCode], now: Timestamp) -> FeedsView {
    let all: &[FeedStatus] = feeds.map(|feeds| feeds.0.as_slice()).unwrap_or_default();
    let mut order: Vec<&FeedStatus> = all.iter().collect();
    // Stable, so that the order of the configuration stays within each part.
    order.sort_by_key(|feed| feed.failing.is_none());
    let views = order.iter().take(FEEDS).map(|feed| view(feed, codes, now)).collect();
    let several = all.len() > 1 || codes.iter().any(|code| code.arrivals.len() > 1);
    let of_codes = codes.iter().filter(|code| several && !code.arrivals.is_empty()).map(arrivals).collect();
    FeedsView { feeds: views, more: all.len().saturating_sub(FEEDS), arrivals: of_codes }
}

fn view(feed: &FeedStatus, codes: &[LatestCode], now: Timestamp) -> FeedView {
    let (first, later) = record(&feed.name, codes);
    let state = match (&feed.failing, feed.read_at) {
        (Some(_), _) => State::Unwell,
        (None, Some(_)) => State::Well,
        (None, None) => State::Waits,
    };
    FeedView {
        name: clean(&feed.name, NAME),
        state,
        error: feed.failing.as_ref().map(|failing| full_sentence(&clean(&failing.error, ERROR))),
        failing_since: feed.failing.as_ref().map(|failing| moment(failing.since, now)),
        read: feed.read_at.map(|at| moment(at, now)),
        first,
        later,
    }
}

/// How often this feed had a code first, and by how much it usually comes later: the middle one of all delays.
fn record(feed: &str, codes: &[LatestCode]) -> (String, Option<String>) {
    let (mut first, mut compared, mut delays) = (0u32, 0u32, Vec::new());
    for code in codes {
        let (Some(earliest), Some(mine)) =
            (code.arrivals.first(), code.arrivals.iter().find(|arrival| arrival.feed == feed && arrival.is_news))
        else {
            continue;
        };
        compared += 1;
        match between(earliest.at, mine.at) {
            Duration::ZERO => first += 1,
            delay => delays.push(delay),
        }
    }
    delays.sort_unstable();
    let later = delays.get(delays.len() / 2).map(|delay| format!("otherwise {} later", short(*delay)));
    let of = if compared == 1 { "code" } else { "codes" };
    let record = match compared {
        0 => "no new code yet".to_owned(),
        _ => format!("first with {first} of {compared} {of}"),
    };
    (record, later)
}

fn arrivals(code: &LatestCode) -> CodeArrivals {
    let earliest = code.arrivals.first().map(|arrival| arrival.at);
    let views = code.arrivals.iter().take(ARRIVALS).map(|arrival| {
        let is_first = arrival.is_news && Some(arrival.at) == earliest;
        let when = match earliest {
            _ if !arrival.is_news => "listed from its first reading on".to_owned(),
            Some(earliest) if !is_first => format!("{} later", short(between(earliest, arrival.at))),
            _ => "first".to_owned(),
        };
        ArrivalView { feed: clean(&arrival.feed, NAME), is_first, when }
    });
    CodeArrivals {
        code: code.code.to_string(),
        arrivals: views.collect(),
        more: code.arrivals.len().saturating_sub(ARRIVALS),
    }
}
