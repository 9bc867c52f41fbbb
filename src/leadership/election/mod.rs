//! The election: of several instances on one MongoDB, one leads.
//!
//! # Guarantees
//! [`Election::wait`] returns when this instance may act, by [`decide`] alone. [`Election::keep`] renews the lease every 3 s and
//! returns when this instance must not go on, before anybody else can act: it counts on the lease from before a renewal was
//! sent, by a clock that goes on while the machine sleeps. Both poll the lease in one way, and take it in one way.
//!
//! Who cannot renew, and knows of no other instance, goes on with its file: nobody can take over from it but an
//! instance that starts just then, and that one watches for 30 s first. When MongoDB is back the lease is taken again in place,
//! and nothing is cut; if another one has led meanwhile, or nobody can tell since the lease was removed, this one ends at once.
//!
//! # Races
//! Taking is compare-and-set on what was seen. What is sent under a lost lease is stopped by its term.
//!
//! # Crash
//! The lease runs out by itself. The next process on the same file knows that its predecessor is dead.

mod keep;
mod words;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::sync::election::{
    Decision, HOLD, History, LeaseWatch, POLL_EVERY, Position, REGISTER_EVERY, Succession, Watched, Watcher, Why,
    decide, next_term,
};
use crate::leadership::{Held, Leadership, Phase};
use crate::ports::replica::{Answer, LeaseStore, ReplicaError, Seen, within};
use crate::runtime::clock::Clock;
use crate::store::{ReplicaHistory, StoreError, SyncLog};

use words::Words;

/// No question about the lease takes longer: then it counts as not answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// The holder has renewed the lease by then, and so knows of a standby that registered.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);
/// Giving the lease back is the last thing that a process does, and takes no longer.
const RELEASE_WITHIN: Duration = Duration::from_secs(2);
/// The clocks of a machine that stood still do not tell for how long another one may have led.
const STOOD_STILL: &str = "This instance stood still for too long, or a clock was set: it does not lead any more";
/// How long calls in flight may take to end where nothing can be noted of them any more.
pub const BROKEN_GRACE: Duration = Duration::from_secs(3);

/// Why this instance does not lead any more, or will not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The reason, for people.
    pub why: String,
    /// Calls in flight may take so long to end. No time at all: nothing more may be done.
    pub calls_end_within: Duration,
}

impl Ended {
    /// Another instance leads or has led, or this one stood still.
    pub fn lost(why: impl Into<String>) -> Self {
        Self { why: why.into(), calls_end_within: Duration::ZERO }
    }
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self { why: format!("The state file cannot be used ({error}): starting over"), calls_end_within: BROKEN_GRACE }
    }
}

/// The election, from one instance's side.
pub struct Election<L> {
    leases: L,
    who: Watcher,
    is_required: bool,
    clock: Clock,
    leadership: Leadership,
    /// The latest term of which this process knows.
    latest_term: AtomicI64,
    succession: watch::Sender<Succession>,
}

/// What this instance has seen of the others.
struct Others {
    watch: LeaseWatch,
    /// When this one first registered as standby, and when it did last.
    registered: Option<(Instant, Instant)>,
    /// The beat of whoever waits for this one's lease when it was last seen, and when it last grew.
    standby: (i64, Option<Duration>),
    words: Words,
}

/// What the working copy is known to hold.
async fn history(sync_log: &SyncLog, known: &ReplicaHistory) -> Result<History, StoreError> {
    Ok(if known.is_stale {
        History::Stale
    } else if sync_log.is_empty().await? {
        History::Empty
    } else if known.position == Position::default() {
        History::Unknown
    } else {
        History::Known { had_standby: known.had_standby }
    })
}

impl<L: LeaseStore> Election<L> {
    /// The election for this lease; it gives and ends this leadership.
    pub fn new(leases: L, who: Watcher, is_required: bool, clock: Clock, leadership: Leadership) -> Self {
        let (latest_term, succession) = (AtomicI64::new(0), watch::Sender::default());
        Self { leases, who, is_required, clock, leadership, latest_term, succession }
    }

    /// From whom this instance takes over, or would.
    pub fn succession(&self) -> watch::Receiver<Succession> {
        self.succession.subscribe()
    }

    /// Another instance has led under this term, and this file may lack what it wrote: no later term of this process is earlier.
    ///
    /// # Errors
    /// When that cannot be noted.
    pub async fn note_later(&self, sync_log: &SyncLog, term: i64) -> Result<(), StoreError> {
        self.latest_term.fetch_max(term, Ordering::Relaxed);
        sync_log.note_stale().await
    }

    /// Nothing is known of the others yet. A standby of which the file knows has time to say that it is still there.
    async fn others(&self, sync_log: &SyncLog) -> Result<Others, StoreError> {
        let had_standby = sync_log.replica_history().await?.had_standby;
        let standby = (0, had_standby.then(|| self.clock.boot()));
        Ok(Others { watch: LeaseWatch::new(self.who.clone()), registered: None, standby, words: Words::default() })
    }

    /// Waits until this instance leads on this working copy, or may act on it alone: the phase then says which.
    ///
    /// # Errors
    /// When the working copy cannot be read or written.
    pub async fn wait(&self, sync_log: &SyncLog) -> Result<(), Ended> {
        self.leadership.set(Phase::Waiting);
        self.succession.send_replace(Succession::default());
        let mut others = self.others(sync_log).await?;
        loop {
            self.seek(sync_log, false, &mut others).await?;
            if self.leadership.phase() != Phase::Waiting {
                return Ok(());
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
    }

    /// Polls the lease, and takes it if it is over. Otherwise an instance that waits goes on waiting or goes alone, and one that
    /// `acts` goes on. Returns what MongoDB did not do.
    async fn seek(&self, sync_log: &SyncLog, acts: bool, others: &mut Others) -> Result<Option<ReplicaError>, Ended> {
        // The clocks of a machine drift apart with time: only what they do at once is a gap.
        let phase = self.leadership.advance(|phase| phase);
        if acts && phase == Phase::Waiting {
            return Err(Ended::lost(STOOD_STILL));
        }
        let sent = self.clock.boot();
        let polled = within(ANSWER_WITHIN, self.leases.poll()).await;
        let mut known = sync_log.replica_history().await?;
        let (seen, mut trouble) = (polled.as_ref().ok(), polled.as_ref().err().cloned());
        let lease = seen.and_then(|seen| seen.lease.as_ref());
        let theirs = lease.filter(|lease| self.who.is_others(lease));
        // An earlier process on this same file may have led on a temporary copy.
        let later = lease.filter(|lease| lease.term > known.position.term && lease.holder != self.who.own);
        let is_alive = theirs.is_some() && (phase.held().is_some() || others.watch.has_changed(lease));
        if let Some(lease) = later.or(theirs.filter(|_| is_alive)) {
            // Noted before anything else is done. Should MongoDB be out of reach next, this one must not act beside that one.
            if acts || later.is_some() {
                self.note_later(sync_log, lease.term).await?;
            }
            if acts {
                return Err(Ended::lost("Another instance has led since: this one stops, and catches up"));
            }
            sync_log.note_standby(true).await?;
            known = sync_log.replica_history().await?;
        }
        let mut watched = match seen {
            // It was removed or changed by hand: nobody else can have it before this one's time is over.
            Some(_) if phase.held().is_some() => Watched::Over,
            // An empty database has a leader all the same if one was seen that has had nothing to write yet.
            Some(seen) => others.watch.polled((sent, self.clock.boot()), lease, seen.is_fresh && !known.had_standby),
            None => Watched::NotRead,
        };
        if seen.is_none() {
            others.watch.failed();
        }
        let history = history(sync_log, &known).await?;
        if let Some(seen) = seen
            && decide(history, watched, self.is_required) == Decision::Lead
        {
            match self.take(seen, &known, acts, others).await {
                // Others may have led meanwhile, and only what they wrote would tell.
                Ok(()) if phase == Phase::Isolated && lease.is_none() => {
                    return Err(Ended::lost("The lease was removed during an outage: this one catches up first"));
                }
                // Or somebody was faster: the next poll tells who.
                Ok(()) => return Ok(None),
                Err(error) => trouble = Some(error),
            }
        }
        match &trouble {
            Some(ReplicaError::Newer(_)) => watched = Watched::Newer,
            Some(ReplicaError::Refused(_)) if seen.is_some() => watched = Watched::Refused,
            Some(_) => watched = Watched::NotRead,
            None => {}
        }
        match (decide(history, watched, self.is_required), &trouble) {
            (Decision::Wait(Why::NewerProgram), Some(newer)) if acts => {
                return Err(Ended::lost(format!("{newer}: this one stops")));
            }
            // What cannot be had back yet is not said again, but a refusal is for somebody to act on.
            (_, Some(refusal @ ReplicaError::Refused(_))) if phase == Phase::Isolated => {
                self.goes_alone(sync_log, others, refusal);
            }
            _ if acts => {}
            (Decision::Isolated, Some(trouble)) => {
                self.goes_alone(sync_log, others, trouble);
                self.leadership.begin(Phase::Isolated);
            }
            (Decision::Wait(Why::AnotherLeads), _) if lease.is_some() => {
                self.succession.send_replace(Succession { before: lease.cloned(), own: None });
                self.register(others).await;
            }
            (Decision::Wait(why), _) => others.words.waits(why, trouble.as_ref()),
            (Decision::Lead | Decision::Isolated, _) => {}
        }
        Ok(trouble)
    }

    /// Tells the leader, now and then, that this instance waits; and people, once the leader knows.
    async fn register(&self, others: &mut Others) {
        let is_due = others.registered.is_none_or(|(_, last)| last.elapsed() >= REGISTER_EVERY);
        if is_due && within(ANSWER_WITHIN, self.leases.register_standby(&self.who.own)).await.is_ok() {
            let now = Instant::now();
            others.registered = Some((others.registered.map_or(now, |(first, _)| first), now));
        }
        if others.registered.is_some_and(|(first, _)| first.elapsed() >= KNOWN_WITHIN) {
            others.words.another_leads();
        }
    }

    /// Why it goes on alone is told, once and on the health line.
    fn goes_alone(&self, sync_log: &SyncLog, others: &mut Others, trouble: &ReplicaError) {
        others.words.alone(trouble);
        sync_log.replica_failed(trouble);
    }

    /// Takes the lease under the latest term if it still stands as it was seen. Who acts goes on, all others catch up first.
    async fn take(&self, seen: &Seen, known: &ReplicaHistory, acts: bool, others: &mut Others) -> Answer<()> {
        let latest = self.latest_term.load(Ordering::Relaxed).max(known.position.term);
        let term = next_term(seen.server_ms, [latest, seen.lease.as_ref().map_or(0, |lease| lease.term)]);
        self.latest_term.fetch_max(term, Ordering::Relaxed);
        let sent = self.clock.boot();
        let taking = self.leases.take(seen.lease.as_ref(), &self.who.own, term);
        let Some(taken) = within(ANSWER_WITHIN, taking).await? else { return Ok(()) };
        if self.leadership.term().is_some() {
            tracing::warn!("The lease was gone from MongoDB, and was taken again");
        }
        tracing::info!("This instance is the active one (term {term})");
        others.standby = (0, known.had_standby.then_some(sent));
        self.succession.send_replace(Succession { before: seen.lease.clone(), own: Some(taken) });
        let held = Held { term, round: 0, until: sent + HOLD, has_standby: known.had_standby || self.is_required };
        if acts {
            self.leadership.advance(|phase| match phase {
                Phase::Leading(_) | Phase::Isolated => Phase::Leading(held),
                Phase::CatchingUp(_) => Phase::CatchingUp(held),
                // What it acted on has run out meanwhile.
                Phase::Waiting | Phase::Single => phase,
            });
        } else {
            self.leadership.begin(Phase::CatchingUp(held));
        }
        Ok(())
    }

    /// Gives the lease back, with this many changes unsent, so that a waiting instance takes over at once. Returns up to
    /// where MongoDB has everything, if the lease was still this instance's.
    pub async fn release(&self, unsent: i64) -> Option<Position> {
        self.leadership.set(Phase::Waiting);
        let term = self.succession.borrow().own.as_ref()?.term;
        let done = self.leadership.done(term);
        match within(RELEASE_WITHIN, self.leases.release(&self.who.own, done, unsent)).await {
            Ok(is_released) => is_released.then_some(done),
            Err(error) => {
                tracing::warn!("The lease cannot be given back ({error}): it runs out by itself");
                None
            }
        }
    }
}
