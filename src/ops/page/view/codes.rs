//! The last codes: where they are posted, and what became of them.

use jiff::Timestamp;

use crate::domain::codes::channel::OverReason;
use crate::domain::codes::expiry::has_expired;
use crate::domain::text::clean;
use crate::store::{CodeOutcomes, CodePosts, DONE_PERCENT, LatestCode};

use super::feeds::NAME;
use super::time::{between, moment, short};
use super::{Moment, State, count, number};

/// The width of a bar of outcomes.
const BAR: u32 = 1000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeView {
    pub code: String,
    /// "active", "expired", …
    pub status: &'static str,
    pub state: State,
    /// It was over before, and became valid again.
    pub is_again: bool,
    pub seen: Option<Moment>,
    /// The feed that had it first, or that a person typed it.
    pub source: String,
    /// Where it is posted, and how long that took after it was seen.
    pub posted: String,
    /// How long its redemptions took.
    pub done: Option<String>,
    /// Those that are not zero.
    pub counts: Vec<Count>,
    /// The same in words, for those who do not see the bar.
    pub in_words: String,
}

/// How many redemptions came to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    pub outcome: Outcome,
    pub count: String,
    /// Its place in the bar, in thousandths.
    pub from: u32,
    pub width: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Granted,
    Already,
    Failed,
    GaveUp,
    Waiting,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Already => "had it already",
            Self::Failed => "failed",
            Self::GaveUp => "given up",
            Self::Waiting => "waiting",
        }
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Already => "already",
            Self::Failed => "failed",
            Self::GaveUp => "gave-up",
            Self::Waiting => "waiting",
        }
    }
}

pub(super) fn codes(codes: &[LatestCode], servers: u32, now: Timestamp) -> Vec<CodeView> {
    codes.iter().map(|code| view(code, servers, now)).collect()
}

fn view(code: &LatestCode, servers: u32, now: Timestamp) -> CodeView {
    let (state, status) = status(code, now);
    let took = |at: Option<Timestamp>| Some(short(between(code.seen_at?, at.filter(|at| Some(*at) >= code.seen_at)?)));
    let counts = counts(&code.outcomes);
    CodeView {
        code: code.code.to_string(),
        status,
        state,
        is_again: code.generation > 1 && state == State::Well,
        seen: code.seen_at.map(|at| moment(at, now)),
        source: code
            .arrivals
            .first()
            .map_or("named by a person".to_owned(), |arrival| format!("first in {}", clean(&arrival.feed, NAME))),
        posted: posted(&code.posts, servers, took(code.posts.last_at)),
        done: took(code.outcomes.done_at).map(|took| format!("{DONE_PERCENT}% of its players done after {took}.")),
        in_words: in_words(&counts),
        counts,
    }
}

fn status(code: &LatestCode, now: Timestamp) -> (State, &'static str) {
    match &code.invalidated {
        Some(status) => {
            let word = match OverReason::Invalidated(status.clone()).meaning() {
                "it has expired" => "expired",
                "the game does not know this code" => "unknown to the game",
                "its claim limit has been reached" => "claim limit reached",
                _ => "rejected by the game",
            };
            (State::Unused, word)
        }
        None if has_expired(code.expires_at, now) => (State::Unused, "expired"),
        None if code.is_listed => (State::Well, "active"),
        None => (State::Unused, "no longer listed"),
    }
}

fn posted(posts: &CodePosts, servers: u32, took: Option<String>) -> String {
    let posted = match (posts.posted, servers) {
        (0, _) if posts.waiting == 0 => return "Not posted.".to_owned(),
        (posted, servers) if posted < servers => {
            format!("Posted in {} of {}", number(posted), count(servers, "server"))
        }
        (posted, _) => format!("Posted in {}", count(posted, "server")),
    };
    match (posts.waiting, took) {
        (0, Some(took)) => format!("{posted} after {took}."),
        (0, None) => format!("{posted}."),
        (waiting, _) => format!("{posted}; {} to come.", number(waiting)),
    }
}

fn counts(outcomes: &CodeOutcomes) -> Vec<Count> {
    let all = [
        (Outcome::Granted, outcomes.granted),
        (Outcome::Already, outcomes.already),
        (Outcome::Failed, outcomes.failed),
        (Outcome::GaveUp, outcomes.gave_up),
        (Outcome::Waiting, outcomes.waiting),
    ];
    let total: u64 = all.iter().map(|(_, count)| u64::from(*count)).sum();
    let place = |sum: u64| u32::try_from(sum * u64::from(BAR) / total.max(1)).unwrap_or(BAR);
    let mut sum = 0;
    let mut counts = Vec::new();
    for (outcome, count) in all.into_iter().filter(|(_, count)| *count > 0) {
        let from = place(sum);
        sum += u64::from(count);
        counts.push(Count { outcome, count: number(count), from, width: place(sum) - from });
    }
    counts
}

fn in_words(counts: &[Count]) -> String {
    let words: Vec<String> = counts.iter().map(|count| format!("{} {}", count.count, count.outcome.word())).collect();
    if words.is_empty() { "no redemptions".to_owned() } else { words.join(", ") }
}
