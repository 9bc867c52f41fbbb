//! The life of one listing: what one feed says of one code, answer after answer.

use std::time::Duration;

use jiff::Timestamp;

use super::Entry;
use crate::domain::codes::code::Code;

/// How often an unchanged listing is written again: a trade between the number of writes and the precision of
/// `last_seen_at`.
const REFRESH_AFTER: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ListingStatus {
    /// Listed, and valid according to the feed.
    Active,
    /// Listed, and called expired or inactive.
    Inactive,
    /// No longer listed.
    Gone,
    /// Active in the last answer, but that was too long ago, or the feed is no longer polled. The feed never said that
    /// the code ended.
    Lapsed,
}

impl ListingStatus {
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// What one feed says of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub code: Code,
    pub source: String,
    pub status: ListingStatus,
    /// The start of the present status. Gone and inactive count as one: changing between them does not restart the
    /// time.
    pub since: Timestamp,
    /// Since when the feed has called it active without a break, or last did. Absences of a few hours are no break.
    /// `None` if it never did.
    pub active_since: Option<Timestamp>,
    pub rewards: Option<String>,
    pub expires_at: Option<Timestamp>,
    pub first_seen_at: Timestamp,
    /// Accurate to a day.
    pub last_seen_at: Timestamp,
}

/// The listing after an answer that contains the code.
pub(super) fn seen(
    old: Option<&Listing>,
    source: &str,
    entry: &Entry,
    min_absence: Duration,
    now: Timestamp,
) -> Listing {
    let fresh = Listing {
        code: entry.code.clone(),
        source: source.to_owned(),
        status: if entry.is_active { ListingStatus::Active } else { ListingStatus::Inactive },
        since: now,
        active_since: entry.is_active.then_some(now),
        rewards: entry.rewards.clone(),
        expires_at: entry.expires_at,
        first_seen_at: now,
        last_seen_at: now,
    };
    let Some(old) = old else { return fresh };
    let goes_on = match (old.status, fresh.status) {
        (ListingStatus::Gone, ListingStatus::Inactive) => true,
        (before, after) => before == after,
    };
    // After a flicker, or after a silence of the feed, the code counts as active as long as before.
    let is_flicker = old.status == ListingStatus::Lapsed || !has_lasted(old.since, min_absence, now);
    let keeps = !entry.is_active || goes_on || is_flicker;
    let listing = Listing {
        since: if goes_on { old.since } else { now },
        active_since: if keeps { old.active_since.or(fresh.active_since) } else { fresh.active_since },
        first_seen_at: if old.first_seen_at == Timestamp::UNIX_EPOCH { now } else { old.first_seen_at },
        last_seen_at: old.last_seen_at,
        ..fresh
    };
    let is_due = has_lasted(old.last_seen_at, REFRESH_AFTER, now);
    if listing == *old && !is_due { listing } else { Listing { last_seen_at: now, ..listing } }
}

/// The listing after an answer without the code.
pub(super) fn missed(old: &Listing, previous_at: Option<Timestamp>, now: Timestamp) -> Listing {
    let since = match old.status {
        ListingStatus::Active => now,
        ListingStatus::Inactive => old.since,
        ListingStatus::Gone | ListingStatus::Lapsed => return old.clone(),
    };
    let last_seen_at = previous_at.map_or(old.last_seen_at, |at| at.max(old.last_seen_at));
    Listing { status: ListingStatus::Gone, since, last_seen_at, ..old.clone() }
}

/// Whether `time` has passed since then. A time in the future, which a clock that was set back leaves behind, does not
/// count.
pub(super) fn has_lasted(since: Timestamp, time: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|lasted| lasted >= time)
}
