//! The election: of several instances on one MongoDB, one leads.
//!
//! # Guarantees
//! [`Election::wait`] returns when this instance may act, by [`decide`] alone. [`Election::keep`] renews the lease every 3 s and
//! returns when this instance must not go on, before anybody else can act: it counts on the lease from before a renewal was
//! sent, by a clock that goes on while the machine sleeps.
//!
//! Who cannot renew, and knows of no other instance, goes on with its file: nobody can take over from it but an
//! instance that starts just then, and that one watches for 30 s first. When MongoDB is back the lease is taken again in place,
//! and nothing is cut; if another one has led meanwhile, this one ends at once.
//!
//! # Races
//! Taking is compare-and-set on what was seen. What is sent under a lost lease is stopped by its term.
//!
//! # Crash
//! The lease runs out by itself. The next process on the same file knows that its predecessor is dead.

mod keep;
mod words;

use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::domain::election::{
    Decision, HOLD, History, Lease, LeaseWatch, POLL_EVERY, Position, REGISTER_EVERY, Reach, Situation, Taking,
    Watched, Watcher, Why, decide, next_term,
};
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{LeaseStore, ReplicaError, Seen};
use crate::store::{Store, StoreError};

use words::Words;

/// No question about the lease takes longer: then it counts as not answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// After so long a waiting instance says that another leads, though it has not seen that one renew since.
const TOLD_WITHIN: Duration = Duration::from_secs(5);

/// Why this instance does not lead any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Another instance leads or has led, or this one stood still: nothing more may be done.
    Lost(String),
    /// The lease cannot be renewed: calls in flight may still end before it is over.
    CannotRenew(String),
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
    /// The term under which it last took the lease, or tried to.
    own_term: AtomicI64,
    takings: watch::Sender<Option<Taking>>,
}

/// What a waiting instance has told the leader.
#[derive(Debug, Default)]
struct Registration {
    first_at: Option<Instant>,
    last_at: Option<Instant>,
    /// It was polled since.
    is_polled: bool,
    /// The leader has renewed the lease since, and so knows of it.
    is_known: bool,
}

impl Registration {
    fn polled(&mut self, is_renewed: bool) {
        // The first poll may see a renewal that came before.
        self.is_known |= is_renewed && self.is_polled;
        self.is_polled = self.first_at.is_some();
    }

    fn is_due(&self) -> bool {
        self.last_at.is_none_or(|at| at.elapsed() >= REGISTER_EVERY)
    }

    fn done(&mut self) {
        let now = Instant::now();
        self.first_at.get_or_insert(now);
        self.last_at = Some(now);
    }

    fn is_told(&self) -> bool {
        self.is_known || self.first_at.is_some_and(|at| at.elapsed() >= TOLD_WITHIN)
    }
}

/// A question that is not answered in time may have been done all the same.
async fn within<T>(limit: Duration, asked: impl Future<Output = Result<T, ReplicaError>>) -> Result<T, ReplicaError> {
    let late = || ReplicaError::Unreachable(format!("it took more than {:.1} s", limit.as_secs_f32()));
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(late()))
}

impl<L: LeaseStore> Election<L> {
    /// The election for this lease; it gives and ends this leadership.
    pub fn new(leases: L, who: Watcher, is_required: bool, clock: Clock, leadership: Leadership) -> Self {
        let (latest_term, own_term) = (AtomicI64::new(0), AtomicI64::new(0));
        Self { leases, who, is_required, clock, leadership, latest_term, own_term, takings: watch::Sender::new(None) }
    }

    /// The lease's place.
    pub fn leases(&self) -> &L {
        &self.leases
    }

    /// Every taking of the lease by this instance.
    #[must_use]
    pub fn takings(&self) -> watch::Receiver<Option<Taking>> {
        self.takings.subscribe()
    }

    /// Another instance has led under this term: no later one of this process is earlier.
    pub fn saw_term(&self, term: i64) {
        self.latest_term.fetch_max(term, Ordering::Relaxed);
    }

    fn own_term(&self) -> i64 {
        self.own_term.load(Ordering::Relaxed)
    }

    /// Waits until this instance leads on this working copy, or may act on it alone: the phase then says which.
    ///
    /// # Errors
    /// When the working copy cannot be read or written.
    pub async fn wait(&self, store: &Store) -> Result<(), StoreError> {
        self.leadership.set(Phase::Waiting);
        self.takings.send_replace(None);
        let (mut watch, mut words) = (LeaseWatch::new(self.who.clone()), Words::default());
        let mut registration = Registration::default();
        loop {
            let sent = self.clock.boot();
            let polled = within(ANSWER_WITHIN, self.leases.poll()).await;
            let mut situation = self.situation(store).await?;
            let mut trouble = None;
            match &polled {
                Ok(seen) => {
                    let is_renewed = self.is_others(seen) && watch.has_changed(seen.lease.as_ref());
                    registration.polled(is_renewed);
                    if self.saw(store, seen).await? || is_renewed {
                        // Should MongoDB be out of reach next, this one must not act beside that one.
                        store.note_standby(true).await?;
                    }
                    situation = self.situation(store).await?;
                    situation.lease = watch.polled((sent, self.clock.boot()), seen.lease.as_ref(), seen.is_fresh);
                    situation.reach = Reach::Writable;
                }
                Err(error) => {
                    watch.failed();
                    situation.is_newer = matches!(error, ReplicaError::Newer(_));
                    trouble = Some(error.clone());
                }
            }
            let mut decision = decide(situation);
            if decision == Decision::Lead
                && let Ok(seen) = &polled
            {
                match self.take(store, seen).await? {
                    Ok(Some(until)) => {
                        let has_standby = self.is_required || store.replica_history().await?.had_standby;
                        self.leadership.set(Phase::CatchingUp { term: self.own_term(), until, has_standby });
                        return Ok(());
                    }
                    // Somebody was faster: the next poll tells who.
                    Ok(None) => {}
                    Err(error) => {
                        match error {
                            ReplicaError::Refused(_) => situation.reach = Reach::RefusesWrites,
                            ReplicaError::Newer(_) => situation.is_newer = true,
                            _ => (situation.reach, situation.lease) = (Reach::Unreachable, Watched::NotRead),
                        }
                        trouble = Some(error);
                        decision = decide(situation);
                    }
                }
            }
            match decision {
                Decision::Lead => {}
                Decision::Isolated => {
                    if let Some(trouble) = &trouble {
                        self.goes_alone(store, &mut words, trouble);
                    }
                    self.leadership.set(Phase::Isolated { term: store.replica_history().await?.position.term });
                    return Ok(());
                }
                Decision::Wait(Why::AnotherLeads) if polled.as_ref().is_ok_and(|seen| seen.lease.is_some()) => {
                    if registration.is_due()
                        && within(ANSWER_WITHIN, self.leases.register_standby(&self.who.own)).await.is_ok()
                    {
                        registration.done();
                    }
                    if registration.is_told() {
                        words.another_leads();
                    }
                }
                Decision::Wait(why) => words.waits(why, trouble.as_ref()),
            }
            tokio::time::sleep(POLL_EVERY).await;
        }
    }

    /// Why it goes on alone is told, once and on the health line.
    fn goes_alone(&self, store: &Store, words: &mut Words, trouble: &ReplicaError) {
        words.alone(trouble);
        store.replica_failed(trouble);
    }

    /// What the working copy is known to hold; MongoDB was not asked.
    async fn situation(&self, store: &Store) -> Result<Situation, StoreError> {
        let known = store.replica_history().await?;
        let history = if known.is_stale {
            History::Stale
        } else if store.is_empty().await? {
            History::Empty
        } else if known.position == Position::default() {
            History::Unknown
        } else {
            History::Known { had_standby: known.had_standby }
        };
        let (reach, lease) = (Reach::Unreachable, Watched::NotRead);
        Ok(Situation { history, reach, lease, is_required: self.is_required, is_newer: false })
    }

    /// Whether the lease was last held by another instance that may live.
    fn is_others(&self, seen: &Seen) -> bool {
        let is_own = |lease: &Lease| lease.holder == self.who.own || self.who.dead.as_ref() == Some(&lease.holder);
        seen.lease.as_ref().is_some_and(|lease| !is_own(lease))
    }

    /// Notes, before anything else is done, that another instance has led since this file was in step; whether that is so.
    async fn saw(&self, store: &Store, seen: &Seen) -> Result<bool, StoreError> {
        let Some(lease) = &seen.lease else { return Ok(false) };
        self.saw_term(lease.term);
        let known = store.replica_history().await?;
        // An earlier process on this same file may have led on a temporary copy.
        let is_later = lease.term > known.position.term && lease.holder != self.who.own;
        if is_later && !known.is_stale {
            store.note_stale().await?;
        }
        Ok(is_later)
    }

    /// Takes the lease if it still stands as it was seen; until when it holds then. The term is the latest one.
    async fn take(&self, store: &Store, seen: &Seen) -> Result<Result<Option<Duration>, ReplicaError>, StoreError> {
        let position = store.replica_history().await?.position;
        let latest = self.latest_term.load(Ordering::Relaxed);
        let known = [position.term, latest, seen.lease.as_ref().map_or(0, |l| l.term)];
        let term = next_term(seen.server_ms, known);
        self.saw_term(term);
        self.own_term.store(term, Ordering::Relaxed);
        let sent = self.clock.boot();
        Ok(within(ANSWER_WITHIN, self.leases.take(seen.lease.as_ref(), &self.who.own, term)).await.map(|taken| {
            let taken = taken?;
            tracing::info!("This instance is the active one (term {term})");
            self.takings.send_replace(Some(Taking { seen: seen.lease.clone(), taken }));
            Some(sent + HOLD)
        }))
    }

    /// Gives the lease back, with this many changes unsent, so that a waiting instance takes over at once. Returns up to
    /// where MongoDB has everything, if the lease was still this instance's.
    pub async fn release(&self, unsent: i64) -> Option<Position> {
        let term = self.own_term();
        let done = self.leadership.done(term);
        self.leadership.set(Phase::Waiting);
        if term == 0 {
            return None;
        }
        match within(RELEASE_WITHIN, self.leases.release(&self.who.own, done, unsent)).await {
            Ok(is_released) => is_released.then_some(done),
            Err(error) => {
                tracing::warn!("The lease cannot be given back ({error}): it runs out by itself");
                None
            }
        }
    }
}

/// Giving the lease back is the last thing that a process does, and takes no longer.
const RELEASE_WITHIN: Duration = Duration::from_secs(2);
