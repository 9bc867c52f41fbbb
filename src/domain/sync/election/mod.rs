//! Which instance leads, and when a working copy may be acted on.
//!
//! The lease is one document in MongoDB. Its holder renews it; each renewal makes its `beat` grow. Nobody compares clocks: who
//! waits for it watches, on its own clock, that it stays as it is for the whole length of a lease.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A lease that was watched unchanged for so long, while MongoDB could be reached all the time, is over.
pub const LEASE: Duration = Duration::from_secs(30);
/// Its holder counts on it for so long, from before a renewal was sent. The rest is for clocks that run at different speeds.
pub const HOLD: Duration = Duration::from_secs(29);
/// How often its holder renews it.
pub const RENEW_INTERVAL: Duration = Duration::from_secs(3);
/// How often a waiting instance polls it.
pub const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How often a waiting instance registers as standby.
pub const REGISTER_INTERVAL: Duration = Duration::from_secs(2);
/// A standby whose beat did not grow for so long, on the leader's clock, is gone.
pub const STANDBY_COUNTS: Duration = Duration::from_secs(15);
/// Who cannot renew stops taking up work this long before the lease is over, so that calls in flight may end.
pub const CALLS_END_WITHIN: Duration = Duration::from_secs(8);

/// A place in the sequence of everything that leaders ever wrote to one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Position {
    /// The leader's term.
    pub term: i64,
    /// Its round of writes, from 1.
    pub round: i64,
}

/// The lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lease {
    /// The database's random name: another database, or one that was made anew, has another.
    pub database: String,
    /// Which process holds it, or held it last: a name per start of a process.
    pub holder: String,
    /// Grows with every taking, and is never used twice: milliseconds of the server's clock, or more.
    pub term: i64,
    /// Grows with every renewal.
    pub beat: i64,
    /// All of its holder's rounds of writes up to this one are done.
    pub round: i64,
    /// Its holder gave it back.
    pub released: bool,
    /// So many changes its holder could not send before it gave it back.
    pub unsent: i64,
    /// Grows whenever a waiting instance says that it is there; 0 where none has since the lease was taken.
    pub standby_beat: i64,
    /// The largest schema number of any program that has led.
    pub schema: i64,
}

impl Lease {
    /// The position up to which everything is in the database, as the holder has told.
    pub fn position(&self) -> Position {
        Position { term: self.term, round: self.round }
    }
}

/// What a working copy is known to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum History {
    /// No record at all.
    Empty,
    /// Records, and nobody knows how old they are: it was never in step with MongoDB, or it was damaged, swapped or restored.
    Unknown,
    /// Another instance has led since it was in step.
    Stale,
    /// Everything up to its position, and what was written here since.
    Known {
        /// Another instance was there when this was last noted: one that waits, or one that leads.
        had_standby: bool,
    },
}

/// How the lease stands, as far as this instance can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseView {
    /// MongoDB cannot be read.
    NotRead,
    /// A newer program wrote there.
    Newer,
    /// Somebody holds it, or may.
    Running,
    /// It is over, but MongoDB refuses to be written.
    Refused,
    /// It may be taken.
    Over,
}

/// Why an instance waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// MongoDB cannot be read, and the working copy lacks what only MongoDB may have.
    StateElsewhere,
    /// MongoDB cannot be read, and another instance may lead.
    MayBeLed,
    /// MongoDB cannot be used, and the operator wants nothing done without it.
    Required,
    /// Another instance leads, or may.
    AnotherLeads,
    /// MongoDB refuses to be written, and the file may not be acted on alone.
    RefusesWrites,
    /// MongoDB was written by a newer program.
    NewerProgram,
}

/// What an instance does that does not lead yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It takes the lease, catches up, and then acts.
    Lead,
    /// It acts on its file alone.
    Isolated,
    /// It waits.
    Wait(WaitReason),
}

/// Whether an instance may begin to act, and how: by what its working copy is known to hold, how the lease stands, and whether the
/// operator wants nothing done without MongoDB.
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

/// Two polls may be so far apart; a longer silence is time in which the lease was not watched.
pub const WATCH_GAP: Duration = Duration::from_secs(5);

/// Who watches the lease, and by which names it knows that its holder does not live.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The name of this process.
    pub own: String,
    /// The name of the process that had the state file before this one, where that is certainly dead.
    pub dead: Option<String>,
}

impl Identity {
    /// Whether the lease is held by another process, which may live.
    pub fn is_foreign(&self, lease: &Lease) -> bool {
        lease.holder != self.own && self.dead.as_ref() != Some(&lease.holder)
    }
}

/// Watches the lease until it is over. All times are of one clock, which goes on while the machine sleeps.
#[derive(Debug, Clone)]
pub struct LeaseWatch {
    identity: Identity,
    /// What stands there, and since when, and when it was last polled.
    watched: Option<Unchanged>,
}

#[derive(Debug, Clone)]
struct Unchanged {
    stands: Option<Stands>,
    since: Duration,
    polled_at: Duration,
}

/// What of a lease only its holder changes, or who takes it: the holder, the term and the beat.
type Stands = (String, i64, i64);

fn stands(lease: &Lease) -> Stands {
    (lease.holder.clone(), lease.term, lease.beat)
}

impl LeaseWatch {
    /// Nothing was seen yet.
    pub fn new(identity: Identity) -> Self {
        Self { identity, watched: None }
    }

    /// A poll failed: the holder may have failed to renew for the same reason, so it gets its whole time anew.
    pub fn failed(&mut self) {
        self.watched = None;
    }

    /// A poll that was sent and answered then found this. The lease stood like that from the first answer to the last
    /// question at least; only that time counts.
    pub fn polled(
        &mut self,
        (sent, answered): (Duration, Duration),
        lease: Option<&Lease>,
        is_fresh: bool,
    ) -> LeaseView {
        let stands = lease.map(stands);
        let unchanged = self
            .watched
            .take()
            .filter(|watched| watched.stands == stands && answered.saturating_sub(watched.polled_at) <= WATCH_GAP);
        let since = unchanged.map_or(answered, |watched| watched.since);
        self.watched = Some(Unchanged { stands, since, polled_at: answered });
        let is_over = match lease {
            None => is_fresh,
            Some(lease) => lease.released || !self.identity.is_foreign(lease),
        };
        if is_over || sent.saturating_sub(since) >= LEASE { LeaseView::Over } else { LeaseView::Running }
    }

    /// The lease is not as it was watched: its holder lives, or it has another one.
    pub fn has_changed(&self, lease: Option<&Lease>) -> bool {
        self.watched.as_ref().is_some_and(|watched| watched.stands != lease.map(stands))
    }
}

/// The lease as it passes from one instance to the next.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Succession {
    /// The lease as it stood before: another instance holds it, or did. `None` where there was none.
    pub before: Option<Lease>,
    /// The lease as this instance took it; `None` while it waits.
    pub own: Option<Lease>,
}

/// The term to take the lease under: the server's time, but later than every term that was ever seen.
pub fn next_term(server_ms: i64, seen: impl IntoIterator<Item = i64>) -> i64 {
    seen.into_iter().fold(server_ms, |term, seen| term.max(seen.saturating_add(1)))
}

#[cfg(test)]
mod tests;
