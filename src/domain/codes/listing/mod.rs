//! What each feed says of each code, and what follows from all feeds together: whether a code is active, how it is
//! spelled, when it ends, and whether it is reactivated.
//!
//! The result is a function of the listings alone. The order of the answers, their number, and failures in between do
//! not matter.

mod status;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;

use super::code::{Code, CodeKey, ListedCode, NAMED};
use super::expiry::has_expired;
use crate::domain::answers::status::Status;

pub use status::{Listing, ListingStatus};
use status::{has_lasted, missed, seen};

/// A code as it is on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCode {
    /// As its first feed spells it.
    pub code: Code,
    /// Counts how often it became valid again; 1 at first.
    pub generation: u32,
    /// In a feed's words.
    pub rewards: Option<String>,
    pub expires_at: Option<Timestamp>,
    /// The first of the feeds that list it.
    pub source: String,
    /// Whether a feed lists it as active.
    pub listed: bool,
    /// Since when it is over according to the feeds. If its time simply ran out, [`KnownCode::expires_at`] has it.
    pub ended_at: Option<Timestamp>,
    /// Why the game rejects it.
    pub invalidated: Option<Status>,
    pub invalidated_at: Option<Timestamp>,
}

/// One code in a feed's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As the feed spells it.
    pub code: Code,
    pub is_active: bool,
    /// In the feed's words, on one line, with a limited length.
    pub rewards: Option<String>,
    pub expires_at: Option<Timestamp>,
}

impl Entry {
    /// An active code without details.
    pub fn active(code: Code) -> Self {
        Self { code, is_active: true, rewards: None, expires_at: None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAnswer {
    pub source: String,
    /// Each code once.
    pub entries: Vec<Entry>,
    /// The time of the feed's answer before this one, if known.
    pub previous_at: Option<Timestamp>,
}

impl FeedAnswer {
    pub fn new(source: impl Into<String>, entries: Vec<Entry>) -> Self {
        Self { source: source.into(), entries, previous_at: None }
    }
}

/// What changes for one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeChange {
    /// Listed for the first time.
    Added(ListedCode),
    /// Listed, with these details; nothing to announce. If the code is over, since when.
    Updated(ListedCode, Option<Timestamp>),
    /// Was over, and is active again. If the game agrees, a new generation starts: it is posted and redeemed again.
    Reactivated(ListedCode),
    /// No longer listed by any feed.
    Vanished {
        key: CodeKey,
        /// When it ended or ends, if a feed gave an end.
        expires_at: Option<Timestamp>,
        /// Since when it is over according to a feed.
        ended_at: Option<Timestamp>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    pub listings: Vec<Listing>,
    pub codes: Vec<CodeChange>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.listings.is_empty() && self.codes.is_empty()
    }
}

/// What is on file about the codes that an answer may concern.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OnFile {
    pub codes: BTreeMap<CodeKey, KnownCode>,
    pub listings: BTreeMap<CodeKey, Vec<Listing>>,
}

#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The feeds that count, in the configured order: those that are polled and have not been silent for too long.
    pub live: &'a [String],
    /// How long a code must have been over before its reactivation is believed. A shorter absence is a flicker.
    pub min_absence: Duration,
}

/// What changes on file with an answer at `now`, or with the passing of time (`None`).
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
        let after = listings_after(&before, answer.map(|answer| (answer, entries.get(key).copied())), rules, now);
        let change = change(known, (&before, &after), rules, now);
        // An unknown code that is not valid is not stored.
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

/// How surprising an empty answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptiness {
    /// The feed had no active codes.
    Expected,
    /// It had some.
    Sudden,
    /// It had some, and another feed still lists one of them.
    Contradicted,
}

pub fn emptiness(on_file: &OnFile, source: &str, live: &[String]) -> Emptiness {
    let mut found = Emptiness::Expected;
    for key in on_file.codes.keys() {
        let active: Vec<Listing> =
            listings_of(on_file, key).into_iter().filter(|l| l.status == ListingStatus::Active).collect();
        if active.iter().any(|listing| listing.source == source) {
            if active.iter().any(|listing| listing.source != source && live.contains(&listing.source)) {
                return Emptiness::Contradicted;
            }
            found = Emptiness::Sudden;
        }
    }
    found
}

/// The listings on file. A code from before listings were stored gets one, of its source.
fn listings_of(on_file: &OnFile, key: &CodeKey) -> Vec<Listing> {
    let listings = on_file.listings.get(key).cloned().unwrap_or_default();
    match on_file.codes.get(key) {
        Some(known) if known.listed && listings.is_empty() => vec![Listing {
            code: known.code.clone(),
            source: known.source.clone(),
            status: ListingStatus::Active,
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

/// The listings of one code after an answer. The entry is `None` if the answer does not list the code.
fn listings_after(
    before: &[Listing],
    answer: Option<(&FeedAnswer, Option<&Entry>)>,
    rules: Rules<'_>,
    now: Timestamp,
) -> Vec<Listing> {
    let by = |source: &str| answer.filter(|(answer, _)| answer.source == source);
    let mut after: Vec<Listing> = before
        .iter()
        .map(|old| match by(&old.source) {
            Some((answer, Some(entry))) => seen(Some(old), &answer.source, entry, rules.min_absence, now),
            Some((answer, None)) => missed(old, answer.previous_at, now),
            None if old.status == ListingStatus::Active && !rules.live.contains(&old.source) => {
                Listing { status: ListingStatus::Lapsed, since: now, ..old.clone() }
            }
            None => old.clone(),
        })
        .collect();
    if let Some((answer, Some(entry))) = answer
        && !before.iter().any(|old| old.source == answer.source)
    {
        after.push(seen(None, &answer.source, entry, rules.min_absence, now));
    }
    after
}

/// What follows from all listings of one code: the listed code, if any feed lists it, and when it ends or ended, if a
/// feed gave an end.
fn derive(listings: &[Listing], live: &[String]) -> (Option<ListedCode>, Option<Timestamp>) {
    let mut active: Vec<&Listing> = listings.iter().filter(|l| l.status == ListingStatus::Active).collect();
    let position = |source: &String| live.iter().position(|other| other == source).unwrap_or(usize::MAX);
    active.sort_by_key(|listing| (position(&listing.source), &listing.source));
    let ended = || listings.iter().filter(|l| l.status != ListingStatus::Active && l.active_since.is_some());
    // The latest end among the feeds that list the code. Otherwise the latest among those that did: the code may be
    // gone because it had ended.
    let listed_end = active.iter().filter_map(|l| l.expires_at).max();
    let mut expires_at = listed_end.or_else(|| ended().filter_map(|l| l.expires_at).max());
    if active.is_empty() && ended().any(|l| l.status == ListingStatus::Inactive) {
        // A feed called it over. That is an end; an absence is not.
        let ended_since = ended().filter(|l| l.status != ListingStatus::Lapsed).map(|l| l.since).max();
        expires_at = expires_at.into_iter().chain(ended_since).min();
    }
    // A feed that started to list the code after that end, and gives no end itself, means that the code goes on.
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

fn change(
    known: Option<&KnownCode>,
    (before, after): (&[Listing], &[Listing]),
    rules: Rules<'_>,
    now: Timestamp,
) -> Option<CodeChange> {
    let (listed, expires_at) = derive(after, rules.live);
    let is_good = listed.is_some() && !has_expired(expires_at, now);
    let Some(known) = known.filter(|known| known.source != NAMED) else {
        // Unknown, or known only because a person named it: the code is new, unless its end has already passed.
        return listed.filter(|_| is_good).map(CodeChange::Added);
    };
    let was_over_since = over_since(known, before.is_empty(), now);
    // If feeds fell silent, no feed said that the code ended.
    let is_reported_over = before.iter().zip(after).any(|(old, new)| {
        old.status == ListingStatus::Active && (new.status != ListingStatus::Lapsed || has_expired(expires_at, now))
    });
    let was_good = known.listed && !has_expired(known.expires_at, now);
    let ended_at = if is_good {
        None
    } else if was_good {
        is_reported_over.then_some(now)
    } else {
        was_over_since
    };
    let Some(seen) = listed else {
        let has_new_end = expires_at.is_some() && expires_at != known.expires_at;
        let key = known.code.key();
        return (known.listed || has_new_end).then_some(CodeChange::Vanished { key, expires_at, ended_at });
    };
    if is_good && was_over_since.is_some_and(|since| has_lasted(since, rules.min_absence, now)) {
        return Some(CodeChange::Reactivated(seen));
    }
    let same = known.listed
        && (&known.code, &known.source, known.expires_at) == (&seen.code, &seen.source, seen.expires_at)
        && (seen.rewards.is_none() || known.rewards == seen.rewards);
    (!same).then_some(CodeChange::Updated(seen, ended_at))
}

/// Since when the code was over before this answer.
fn over_since(known: &KnownCode, is_without_listings: bool, now: Timestamp) -> Option<Timestamp> {
    let expired = known.expires_at.filter(|at| *at <= now);
    if known.listed {
        return expired.map(|at| known.ended_at.unwrap_or(at));
    }
    // For a code that went away before listings were stored, only its end is known.
    known.ended_at.or_else(|| known.invalidated_at.or(expired).filter(|_| is_without_listings))
}

#[cfg(test)]
mod tests;
