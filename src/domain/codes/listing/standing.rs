//! The life of one listing: what one source says of one code, answer after answer.

use std::time::Duration;

use jiff::Timestamp;

use super::Entry;
use crate::domain::codes::code::Code;

/// A listing that does not change is noted as seen this often: a bound on what is written, and on how exactly it is known.
const REFRESH_AFTER: Duration = Duration::from_secs(24 * 3600);

/// How a code stands at one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Listed, and good as far as the source says.
    Active,
    /// Listed, and called expired or inactive.
    Inactive,
    /// Listed no more.
    Gone,
    /// Active when the source was last heard, which was too long ago, or which nobody asks any more. The source never said
    /// that the code ended.
    Lapsed,
}

impl Standing {
    const ALL: [Self; 4] = [Self::Active, Self::Inactive, Self::Gone, Self::Lapsed];

    /// Its name, as it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Gone => "gone",
            Self::Lapsed => "lapsed",
        }
    }

    /// The one with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }
}

/// What one source says of one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The source's spelling.
    pub code: Code,
    /// The source.
    pub source: String,
    /// How the code stands there.
    pub standing: Standing,
    /// Since when it does. Gone and inactive are one: neither restarts the other's time.
    pub since: Timestamp,
    /// Since when the source has called it active, or last did, absences of a few hours left out. `None` if it never did.
    pub active_since: Option<Timestamp>,
    /// What it gives.
    pub rewards: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When the source first listed it.
    pub first_seen_at: Timestamp,
    /// When the source last listed it, within a day.
    pub last_seen_at: Timestamp,
}

/// The listing after the source listed the code.
pub(super) fn seen(
    old: Option<&Listing>,
    source: &str,
    entry: &Entry,
    return_after: Duration,
    now: Timestamp,
) -> Listing {
    let fresh = Listing {
        code: entry.code.clone(),
        source: source.to_owned(),
        standing: if entry.is_active { Standing::Active } else { Standing::Inactive },
        since: now,
        active_since: entry.is_active.then_some(now),
        rewards: entry.rewards.clone(),
        expires_at: entry.expires_at,
        first_seen_at: now,
        last_seen_at: now,
    };
    let Some(old) = old else { return fresh };
    let goes_on = match (old.standing, fresh.standing) {
        (Standing::Gone, Standing::Inactive) => true,
        (before, after) => before == after,
    };
    // After a flicker, and after a silence that was the source's and not the code's, it is active as long as before.
    let is_flicker = old.standing == Standing::Lapsed || !has_lasted(old.since, return_after, now);
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

/// The listing after the source answered without the code.
pub(super) fn missed(old: &Listing, previous_at: Option<Timestamp>, now: Timestamp) -> Listing {
    let since = match old.standing {
        Standing::Active => now,
        Standing::Inactive => old.since,
        Standing::Gone | Standing::Lapsed => return old.clone(),
    };
    let last_seen_at = previous_at.map_or(old.last_seen_at, |at| at.max(old.last_seen_at));
    Listing { standing: Standing::Gone, since, last_seen_at, ..old.clone() }
}

/// Whether something lasts since then for so long. A clock that was set back is no reason to believe it.
pub(super) fn has_lasted(since: Timestamp, time: Duration, now: Timestamp) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|lasted| lasted >= time)
}
