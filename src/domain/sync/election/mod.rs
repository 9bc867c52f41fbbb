//! Decides which instance leads, and when a working copy may be used.
//!
//! The lease is one document in MongoDB. Its holder renews it, and each renewal increases its `beat`. No clocks are
//! compared: a waiting instance watches, on its own clock, that the lease stays unchanged for its whole length.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A lease that stayed unchanged for so long, while MongoDB was reachable all the time, is over.
pub const LEASE: Duration = Duration::from_secs(30);
/// Its holder relies on it for so long, counted from before a renewal was sent. The difference to [`LEASE`] allows for
/// clocks that run at different speeds.
pub const HOLD: Duration = Duration::from_secs(29);
/// How often the holder renews it.
pub const RENEW_INTERVAL: Duration = Duration::from_secs(3);
/// How often a waiting instance polls it.
pub const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How often a waiting instance registers as standby.
pub const REGISTER_INTERVAL: Duration = Duration::from_secs(2);
/// A standby whose beat did not grow for so long, on the leader's clock, is gone.
pub const STANDBY_COUNTS: Duration = Duration::from_secs(15);
/// An instance that cannot renew takes no new work this long before the lease ends, so that calls in flight can finish.
pub const CALLS_END_WITHIN: Duration = Duration::from_secs(8);

/// A position in the sequence of everything that leaders ever wrote to one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    pub term: i64,
    /// The leader's round of writes, from 1.
    pub round: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lease {
    /// The database's random name, by which a different or recreated database is noticed.
    pub database: String,
    /// The process that holds it, or held it last. Each start of a process has a new name.
    pub holder: String,
    /// Grows each time the lease is taken, and is never reused. At least the server's clock in milliseconds.
    pub term: i64,
    /// Grows with each renewal.
    pub beat: i64,
    /// The holder has finished all its rounds of writes up to this one.
    pub round: i64,
    /// The holder gave the lease back.
    pub released: bool,
    /// The number of changes that the holder could not send before it gave the lease back.
    pub unsent: i64,
    /// Grows whenever a waiting instance registers as standby; 0 if none has since the lease was taken.
    pub standby_beat: i64,
    /// The largest schema number of any program that has led.
    pub schema: i64,
}

impl Lease {
    /// Everything up to this position is in the database, according to the holder.
    pub fn position(&self) -> Position {
        Position { term: self.term, round: self.round }
    }
}

/// What a working copy is known to contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// No record at all.
    Empty,
    /// Records of unknown age: the copy was never caught up with MongoDB, or it was damaged, swapped or restored.
    Unknown,
    /// Another instance has led since the copy was caught up.
    Stale,
    /// Everything up to its position, and what was written here since.
    Known {
        /// Whether another instance was waiting or leading when this was last recorded.
        had_standby: bool,
    },
}

/// The state of the lease, as far as this instance knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseView {
    NotRead,
    /// A newer program wrote to MongoDB.
    Newer,
    /// Another instance holds the lease, or may hold it.
    Running,
    /// The lease is over, but MongoDB refuses writes.
    Refused,
    /// The lease may be taken.
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// MongoDB cannot be read, and the working copy may lack changes that only MongoDB has.
    StateElsewhere,
    /// MongoDB cannot be read, and another instance may lead.
    MayBeLed,
    /// MongoDB cannot be used, and the configuration requires it.
    Required,
    /// Another instance leads, or may lead.
    AnotherLeads,
    /// MongoDB refuses writes, and the file may not be used alone.
    RefusesWrites,
    /// A newer program wrote to MongoDB.
    NewerProgram,
}

/// The next step of an instance that does not lead yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Take the lease, catch up, then act.
    Lead,
    /// Act on the file alone.
    Isolated,
    Wait(WaitReason),
}

/// Whether and how an instance may start to act, given what its working copy is known to contain, the state of the
/// lease, and whether MongoDB is required.
pub fn decide(history: History, lease: LeaseView, is_required: bool) -> Decision {
    match (lease, history) {
        (LeaseView::Newer, _) => Decision::Wait(WaitReason::NewerProgram),
        (LeaseView::Running, _) => Decision::Wait(WaitReason::AnotherLeads),
        (LeaseView::Over, _) => Decision::Lead,
        (LeaseView::NotRead | LeaseView::Refused, History::Known { had_standby: false }) if !is_required => {
            Decision::Isolated
        }
        (LeaseView::Refused, _) => Decision::Wait(WaitReason::RefusesWrites),
        (LeaseView::NotRead, History::Known { had_standby: false }) => Decision::Wait(WaitReason::Required),
        (LeaseView::NotRead, History::Known { had_standby: true }) => Decision::Wait(WaitReason::MayBeLed),
        (LeaseView::NotRead, History::Empty | History::Unknown | History::Stale) => {
            Decision::Wait(WaitReason::StateElsewhere)
        }
    }
}

/// The longest time between two polls. In a longer silence the lease counts as not watched.
pub const WATCH_GAP: Duration = Duration::from_secs(5);

/// The instance that watches the lease.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name of this process.
    pub own: String,
    /// The process that had the state file before this one, if it is certainly dead.
    pub dead: Option<String>,
}

impl Identity {
    /// Whether another process holds the lease and may be alive.
    pub fn is_foreign(&self, lease: &Lease) -> bool {
        lease.holder != self.own && self.dead.as_ref() != Some(&lease.holder)
    }
}

/// Watches the lease until it is over. All times are of one clock, which keeps running while the machine sleeps.
#[derive(Debug, Clone)]
pub struct LeaseWatch {
    identity: Identity,
    /// What the last poll found, since when it has been like that, and when that poll was.
    watched: Option<Unchanged>,
}

#[derive(Debug, Clone)]
struct Unchanged {
    seen: Option<HolderPart>,
    since: Duration,
    polled_at: Duration,
}

/// The parts of a lease that only its holder, or the process that takes it, changes: the holder, the term and the beat.
type HolderPart = (String, i64, i64);

fn holder_part(lease: &Lease) -> HolderPart {
    (lease.holder.clone(), lease.term, lease.beat)
}

impl LeaseWatch {
    pub fn new(identity: Identity) -> Self {
        Self { identity, watched: None }
    }

    /// Records a failed poll. The holder may have failed to renew for the same reason, so its whole time starts again.
    pub fn failed(&mut self) {
        self.watched = None;
    }

    /// Records a poll, with the times at which it was sent and answered. The lease is known to have been unchanged from
    /// the first answer to the last request, and only that time counts.
    pub fn polled(
        &mut self,
        (sent, answered): (Duration, Duration),
        lease: Option<&Lease>,
        is_fresh: bool,
    ) -> LeaseView {
        let found = lease.map(holder_part);
        let unchanged = self
            .watched
            .take()
            .filter(|watched| watched.seen == found && answered.saturating_sub(watched.polled_at) <= WATCH_GAP);
        let since = unchanged.map_or(answered, |watched| watched.since);
        self.watched = Some(Unchanged { seen: found, since, polled_at: answered });
        let is_over = match lease {
            None => is_fresh,
            Some(lease) => lease.released || !self.identity.is_foreign(lease),
        };
        if is_over || sent.saturating_sub(since) >= LEASE { LeaseView::Over } else { LeaseView::Running }
    }

    /// Whether the lease differs from the watched one, because its holder is alive or has changed.
    pub fn has_changed(&self, lease: Option<&Lease>) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.seen != lease.map(holder_part))
    }
}

/// The lease as it passes from one instance to the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Succession {
    /// The lease before, which another instance holds or held. `None` if there was none.
    pub before: Option<Lease>,
    /// The lease as this instance took it; `None` while it waits.
    pub own: Option<Lease>,
}

/// The term under which to take the lease: the server's time, but later than every term seen before.
pub fn next_term(server_ms: i64, seen: impl IntoIterator<Item = i64>) -> i64 {
    seen.into_iter().fold(server_ms, |term, seen| term.max(seen.saturating_add(1)))
}

#[cfg(test)]
mod tests;
