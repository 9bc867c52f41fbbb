//! What each source says of each code, and what follows from all of it: whether a code is active, how it is written, when it
//! ends, and whether it is back.
//!
//! What follows is a function of the listings alone. In which order the sources answered, how often, and which of them
//! failed in between does not matter.

mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::code::{Code, CodeKey, ListedCode, NAMED};
use super::expiry::has_expired;
use crate::domain::answers::status::Status;

pub use standing::{Listing, Standing};
use standing::{has_lasted, missed, seen};

/// A code as it is on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCode {
    /// The text as its first source publishes it.
    pub code: Code,
    /// Counts how often it became valid again; 1 at first.
    pub generation: u32,
    /// What it gives, in a feed's words.
    pub rewards: Option<String>,
    /// When it stops working, where a feed said so.
    pub expires_at: Option<Timestamp>,
    /// The first of the feeds that list it.
    pub source: String,
    /// Whether a feed lists it as active.
    pub listed: bool,
    /// Since when it is over by the feeds' word. Where its time ran out by itself, [`KnownCode::expires_at`] tells it.
    pub ended_at: Option<Timestamp>,
    /// Why the game invalidated it.
    pub invalidated: Option<Status>,
    /// When it did.
    pub invalidated_at: Option<Timestamp>,
}

/// One code in a source's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The source's spelling.
    pub code: Code,
    /// Whether the source calls it good.
    pub is_active: bool,
    /// What it gives, in the source's words, on one line and of bounded length.
    pub rewards: Option<String>,
    /// When it stops working, where the source says so.
    pub expires_at: Option<Timestamp>,
}

impl Entry {
    /// A code that is active, of which nothing else is said.
    pub fn active(code: Code) -> Self {
        Self { code, is_active: true, rewards: None, expires_at: None }
    }
}

/// A source's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAnswer {
    /// The source.
    pub source: String,
    /// What it lists, each code once.
    pub entries: Vec<Entry>,
    /// When it answered before this, if that is known.
    pub previous_at: Option<Timestamp>,
}

impl FeedAnswer {
    /// An answer.
    pub fn new(source: impl Into<String>, entries: Vec<Entry>) -> Self {
        Self { source: source.into(), entries, previous_at: None }
    }
}

/// What changes for one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Listed for the first time.
    Added(ListedCode),
    /// Listed, with these details; nothing to announce. Over since then, where it is.
    Updated(ListedCode, Option<Timestamp>),
    /// Was over, and is active again: if the game agrees it is a new generation, to be posted and redeemed again.
    Returned(ListedCode),
    /// Listed by no source any more.
    Vanished {
        /// The code.
        key: CodeKey,
        /// When it ended or ends, where that was said.
        expires_at: Option<Timestamp>,
        /// Since when it is over, by a source's word.
        ended_at: Option<Timestamp>,
    },
}

/// What an answer changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Listings that are new or changed.
    pub listings: Vec<Listing>,
    /// What follows for the codes.
    pub codes: Vec<Change>,
}

impl Changes {
    /// Nothing changes.
    pub fn is_empty(&self) -> bool {
        self.listings.is_empty() && self.codes.is_empty()
    }
}

/// What is on file of the codes that an answer may concern.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnFile {
    /// The codes.
    pub codes: BTreeMap<CodeKey, KnownCode>,
    /// All their listings.
    pub listings: BTreeMap<CodeKey, Vec<Listing>>,
}

/// By which rules listings are judged.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The sources that count, in the configured order: those that are asked and were not silent for too long.
    pub live: &'a [String],
    /// How long a code must have been over before its return is believed; a shorter absence is a flicker.
    pub return_after: Duration,
}

/// What an answer at `now`, or `None` where only time has passed, changes in what is on file.
pub fn changes(on_file: &OnFile, answer: Option<&FeedAnswer>, rules: Rules<'_>, now: Timestamp) -> Changes {
    let mut entries: BTreeMap<CodeKey, &Entry> = BTreeMap::new();
    for entry in answer.into_iter().flat_map(|answer| &answer.entries) {
        entries.entry(entry.code.key()).or_insert(entry);
    }
    let keys: BTreeSet<&CodeKey> = entries.keys().chain(on_file.codes.keys()).collect();
    let mut changes = Changes::default();
    for key in keys {
        let known = on_file.codes.get(key);
        let before = listings_of(on_file, key);
        let after = heard(&before, answer.map(|answer| (answer, entries.get(key).copied())), rules, now);
        let change = change(known, (&before, &after), rules, now);
        // Nothing is kept of a code that is not known and not good.
        if known.is_none() && change.is_none() {
            continue;
        }
        let is_new = |listing: &&Listing| !before.contains(listing);
        let is_adopted = known.is_none_or(|known| known.source != NAMED) || change.is_some();
        changes.listings.extend(after.iter().filter(|_| is_adopted).filter(is_new).cloned());
        changes.codes.extend(change);
    }
    changes
}

/// What contradicts a source that lists nothing all of a sudden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptiness {
    /// It had no active codes.
    Expected,
    /// It had some.
    Sudden,
    /// It had some, and another source still lists one of them.
    Contradicted,
}

/// How far an empty answer of `source` can be believed.
pub fn emptiness(on_file: &OnFile, source: &str, live: &[String]) -> Emptiness {
    let mut found = Emptiness::Expected;
    for key in on_file.codes.keys() {
        let active: Vec<Listing> =
            listings_of(on_file, key).into_iter().filter(|l| l.standing == Standing::Active).collect();
        if active.iter().any(|listing| listing.source == source) {
            if active.iter().any(|listing| listing.source != source && live.contains(&listing.source)) {
                return Emptiness::Contradicted;
            }
            found = Emptiness::Sudden;
        }
    }
    found
}

/// The listings on file. A code that was listed before listings were kept has one, of the source that it came from.
fn listings_of(on_file: &OnFile, key: &CodeKey) -> Vec<Listing> {
    let listings = on_file.listings.get(key).cloned().unwrap_or_default();
    match on_file.codes.get(key) {
        Some(known) if known.listed && listings.is_empty() => vec![Listing {
            code: known.code.clone(),
            source: known.source.clone(),
            standing: Standing::Active,
            since: Timestamp::UNIX_EPOCH,
            active_since: Some(Timestamp::UNIX_EPOCH),
            rewards: known.rewards.clone(),
            expires_at: known.expires_at,
            first_seen_at: Timestamp::UNIX_EPOCH,
            last_seen_at: Timestamp::UNIX_EPOCH,
        }],
        _ => listings,
    }
}

/// The listings of one code after an answer, whose entry for it is `None` where it lists it not.
fn heard(
    before: &[Listing],
    answer: Option<(&FeedAnswer, Option<&Entry>)>,
    rules: Rules<'_>,
    now: Timestamp,
) -> Vec<Listing> {
    let by = |source: &str| answer.filter(|(answer, _)| answer.source == source);
    let mut after: Vec<Listing> = before
        .iter()
        .map(|old| match by(&old.source) {
            Some((answer, Some(entry))) => seen(Some(old), &answer.source, entry, rules.return_after, now),
            Some((answer, None)) => missed(old, answer.previous_at, now),
            None if old.standing == Standing::Active && !rules.live.contains(&old.source) => {
                Listing { standing: Standing::Lapsed, since: now, ..old.clone() }
            }
            None => old.clone(),
        })
        .collect();
    if let Some((answer, Some(entry))) = answer
        && !before.iter().any(|old| old.source == answer.source)
    {
        after.push(seen(None, &answer.source, entry, rules.return_after, now));
    }
    after
}

/// What follows from all listings of one code: the code as it is listed, if it is, and when it ends or ended, where that was
/// said.
fn derive(listings: &[Listing], live: &[String]) -> (Option<ListedCode>, Option<Timestamp>) {
    let mut active: Vec<&Listing> = listings.iter().filter(|l| l.standing == Standing::Active).collect();
    let place = |source: &String| live.iter().position(|other| other == source).unwrap_or(usize::MAX);
    active.sort_by_key(|listing| (place(&listing.source), &listing.source));
    let ended = || listings.iter().filter(|l| l.standing != Standing::Active && l.active_since.is_some());
    // The latest of those that list it. Else the latest of those that did: it may have gone because it had ended.
    let told = active.iter().filter_map(|l| l.expires_at).max();
    let mut expires_at = told.or_else(|| ended().filter_map(|l| l.expires_at).max());
    if active.is_empty() && ended().any(|l| l.standing == Standing::Inactive) {
        // It was said that it is over: that is an end, as an absence is not.
        let said_at = ended().filter(|l| l.standing != Standing::Lapsed).map(|l| l.since).max();
        expires_at = expires_at.into_iter().chain(said_at).min();
    }
    // Whoever began to list it after that end, and tells none, says that it goes on.
    let goes_on =
        |at: Timestamp| active.iter().any(|l| l.expires_at.is_none() && l.active_since.is_some_and(|since| since > at));
    let expires_at = expires_at.filter(|at| !goes_on(*at));
    let listed = active.first().map(|first| ListedCode {
        code: first.code.clone(),
        rewards: active.iter().find_map(|l| l.rewards.clone()),
        expires_at,
        source: first.source.clone(),
    });
    (listed, expires_at)
}

/// What an answer means for one code.
fn change(
    known: Option<&KnownCode>,
    (before, after): (&[Listing], &[Listing]),
    rules: Rules<'_>,
    now: Timestamp,
) -> Option<Change> {
    let (listed, expires_at) = derive(after, rules.live);
    let is_good = listed.is_some() && !has_expired(expires_at, now);
    let Some(known) = known.filter(|known| known.source != NAMED) else {
        // Nobody knows it, or a person alone: it is new, unless it is past its end already.
        return listed.filter(|_| is_good).map(Change::Added);
    };
    let was_over_since = over_since(known, before.is_empty(), now);
    // Where sources fell silent, nobody said that it ended.
    let is_said = before.iter().zip(after).any(|(old, new)| {
        old.standing == Standing::Active && (new.standing != Standing::Lapsed || has_expired(expires_at, now))
    });
    let was_good = known.listed && !has_expired(known.expires_at, now);
    let ended_at = if is_good {
        None
    } else if was_good {
        is_said.then_some(now)
    } else {
        was_over_since
    };
    let Some(seen) = listed else {
        let is_told = expires_at.is_some() && expires_at != known.expires_at;
        let key = known.code.key();
        return (known.listed || is_told).then_some(Change::Vanished { key, expires_at, ended_at });
    };
    if is_good && was_over_since.is_some_and(|since| has_lasted(since, rules.return_after, now)) {
        return Some(Change::Returned(seen));
    }
    let same = known.listed
        && (&known.code, &known.source, known.expires_at) == (&seen.code, &seen.source, seen.expires_at)
        && (seen.rewards.is_none() || known.rewards == seen.rewards);
    (!same).then_some(Change::Updated(seen, ended_at))
}

/// Since when a code is over, as it was until now.
fn over_since(known: &KnownCode, is_without_listings: bool, now: Timestamp) -> Option<Timestamp> {
    let expired = known.expires_at.filter(|at| *at <= now);
    if known.listed {
        return expired.map(|at| known.ended_at.unwrap_or(at));
    }
    // Of a code that went away before listings were kept, only its end is known.
    known.ended_at.or_else(|| known.invalidated_at.or(expired).filter(|_| is_without_listings))
}

#[cfg(test)]
mod tests;
