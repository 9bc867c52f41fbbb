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
pub const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How often a waiting instance polls it.
pub const POLL_EVERY: Duration = Duration::from_millis(500);
/// How often a waiting instance registers as standby.
pub const REGISTER_EVERY: Duration = Duration::from_secs(2);
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
    /// Grows whenever a former leader has written late.
    pub late: i64,
    /// The largest schema number of any program that has led.
    pub schema: i64,
}

impl Lease {
    /// The position up to which everything is in the database, as the holder has told.
    #[must_use]
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

/// How MongoDB can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Not even the lease can be read.
    Unreachable,
    /// It is read, and refuses to be written.
    RefusesWrites,
    /// As far as is known, it takes writes.
    Writable,
}

/// What is known of the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// It could not be read.
    NotRead,
    /// Somebody holds it, or may.
    Running,
    /// It may be taken.
    Over,
}

/// All that [`decide`] rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// What the working copy is known to hold.
    pub history: History,
    /// How MongoDB can be used.
    pub reach: Reach,
    /// What is known of the lease.
    pub lease: Watched,
    /// The operator wants nothing done without MongoDB.
    pub is_required: bool,
    /// A newer program wrote to MongoDB.
    pub is_newer: bool,
}

/// Why an instance waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
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
    Wait(Why),
}

/// Whether an instance may begin to act, and how.
#[must_use]
pub fn decide(situation: Situation) -> Decision {
    let Situation { history, reach, lease, is_required, is_newer } = situation;
    let may_go_alone = history == History::Known { had_standby: false };
    match (reach, lease) {
        _ if is_newer => Decision::Wait(Why::NewerProgram),
        (Reach::Unreachable, _) | (_, Watched::NotRead) => match history {
            History::Known { .. } if may_go_alone && is_required => Decision::Wait(Why::Required),
            History::Known { .. } if may_go_alone => Decision::Isolated,
            History::Known { .. } => Decision::Wait(Why::MayBeLed),
            History::Empty | History::Unknown | History::Stale => Decision::Wait(Why::StateElsewhere),
        },
        (_, Watched::Running) => Decision::Wait(Why::AnotherLeads),
        (Reach::RefusesWrites, Watched::Over) if may_go_alone && !is_required => Decision::Isolated,
        (Reach::RefusesWrites, Watched::Over) => Decision::Wait(Why::RefusesWrites),
        (Reach::Writable, Watched::Over) => Decision::Lead,
    }
}

/// Two polls may be so far apart; a longer silence is time in which the lease was not watched.
pub const WATCH_GAP: Duration = Duration::from_secs(5);

/// Who watches the lease, and by which names it knows that its holder does not live.
#[derive(Debug, Clone)]
pub struct Watcher {
    /// The name of this process.
    pub own: String,
    /// The name of the process that had the state file before this one, where that is certainly dead.
    pub dead: Option<String>,
}

/// Watches the lease until it is over. All times are of one clock, which goes on while the machine sleeps.
#[derive(Debug, Clone)]
pub struct LeaseWatch {
    who: Watcher,
    /// What stands there, and since when, and when it was last polled.
    watched: Option<Unchanged>,
}

#[derive(Debug, Clone)]
struct Unchanged {
    lease: Option<(String, i64, i64)>,
    since: Duration,
    polled_at: Duration,
}

impl LeaseWatch {
    /// Nothing was seen yet.
    #[must_use]
    pub fn new(who: Watcher) -> Self {
        Self { who, watched: None }
    }

    /// A poll failed: the holder may have failed to renew for the same reason, so it gets its whole time anew.
    pub fn failed(&mut self) {
        self.watched = None;
    }

    /// Whether this process knows of the holder that it leads no more.
    fn is_done(&self, lease: &Lease) -> bool {
        lease.released || lease.holder == self.who.own || self.who.dead.as_ref() == Some(&lease.holder)
    }

    /// A poll that was sent and answered then found this. The lease stood like that from the first answer to the last
    /// question at least; only that time counts.
    pub fn polled(&mut self, (sent, answered): (Duration, Duration), lease: Option<&Lease>, is_fresh: bool) -> Watched {
        let stands = lease.map(|lease| (lease.holder.clone(), lease.term, lease.beat));
        let unchanged = self
            .watched
            .take()
            .filter(|watched| watched.lease == stands && answered.saturating_sub(watched.polled_at) <= WATCH_GAP);
        let since = unchanged.map_or(answered, |watched| watched.since);
        self.watched = Some(Unchanged { lease: stands, since, polled_at: answered });
        let is_over = match lease {
            None if is_fresh => true,
            Some(lease) if self.is_done(lease) => true,
            _ => sent.saturating_sub(since) >= LEASE,
        };
        if is_over { Watched::Over } else { Watched::Running }
    }

    /// The holder's beat grew while it was watched: it lives.
    #[must_use]
    pub fn has_changed(&self, lease: Option<&Lease>) -> bool {
        let stands = lease.map(|lease| (lease.holder.clone(), lease.term, lease.beat));
        self.watched.as_ref().is_some_and(|watched| watched.lease != stands)
    }
}

/// A lease that was taken: what stood there before, and what does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// The lease that it replaced; `None` where there was none.
    pub seen: Option<Lease>,
    /// The lease as it was taken.
    pub taken: Lease,
}

/// The term to take the lease under: the server's time, but later than every term that was ever seen.
#[must_use]
pub fn next_term(server_ms: i64, seen: impl IntoIterator<Item = i64>) -> i64 {
    seen.into_iter().fold(server_ms, |term, seen| term.max(seen.saturating_add(1)))
}

#[cfg(test)]
mod tests;
