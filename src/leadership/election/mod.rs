//! The election: of several instances on one MongoDB, one leads.
//!
//! Written by hand on purpose: a lock service (etcd, Consul) would be a third store that somebody has to run.
//!
//! # Guarantees
//! [`Election::campaign`] returns when this instance may act; [`decide`] alone decides that. [`Election::hold`] renews the lease
//! every 3 s. It returns when this instance must stop, and before any other can act: the lease counts from before its renewal
//! was sent, on a clock that runs while the machine sleeps. Both functions poll and take the lease in the same way.
//!
//! An instance that cannot renew and knows of no other one continues on its file alone. Only an instance that has just
//! started could take over from it, and that one watches for 30 s first. When MongoDB answers again, the lease is taken
//! again and the session continues. If another instance has led meanwhile, or the lease was removed so that nobody can
//! know, the session ends at once.
//!
//! # Races
//! Taking the lease is a compare-and-set on the lease that was read. Writes sent under a lost lease are fenced off by their term.
//!
//! # Crash
//! The lease expires. The next process on the same file knows that its predecessor is dead.

mod holding;
mod warnings;

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::sync::election::{
    Decision, HOLD, History, Identity, LeaseView, LeaseWatch, POLL_INTERVAL, Position, REGISTER_INTERVAL, Succession,
    WaitReason, decide, next_term,
};
use crate::leadership::{HeldLease, Leadership, Phase};
use crate::ports::replica::{LeaseSnapshot, LeaseStore, ReplicaError, ReplicaResult, within};
use crate::runtime::clock::Clock;
use crate::store::{ReplicaHistory, StoreError, SyncLog};

use warnings::{RepeatedWarnings, why_it_waits};

/// How long a question about the lease may take before it counts as not answered.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// How long after a standby registered the leader knows of it, because it has renewed the lease since.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);
/// How long releasing the lease may take. It is the last thing that a process does. After a restore that was cut off, it needs a
/// new connection.
const RELEASE_WITHIN: Duration = Duration::from_secs(5);
/// After a release that got no answer.
const RELEASE_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// The clocks of a suspended machine do not tell how long another instance may have led.
const SUSPENDED: &str = "This instance was suspended for too long, or a clock was changed: it no longer leads";
/// How long calls in flight may take to end when their results cannot be recorded.
pub const BROKEN_GRACE: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnd {
    pub reason: String,
    /// How long calls in flight may take to end; zero if nothing more may be done.
    pub calls_end_within: Duration,
}

impl SessionEnd {
    /// Another instance leads or has led, or this one was suspended.
    pub fn lost(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), calls_end_within: Duration::ZERO }
    }
}

impl From<StoreError> for SessionEnd {
    fn from(error: StoreError) -> Self {
        Self {
            reason: format!("The state file cannot be used ({error}): starting a new session"),
            calls_end_within: BROKEN_GRACE,
        }
    }
}

pub struct Election<L> {
    leases: L,
    identity: Identity,
    is_required: bool,
    clock: Clock,
    leadership: Leadership,
    /// The latest term that this process knows of.
    latest_term: AtomicI64,
    succession: watch::Sender<Succession>,
}

/// The instances that compete for the lease, as this one has observed them.
struct Competitors {
    watch: LeaseWatch,
    /// When this instance first registered as standby, and when it last did.
    registered: Option<(Instant, Instant)>,
    /// The last beat of a standby that waits for this instance's lease, and when that beat last grew.
    standby: (i64, Option<Duration>),
    warnings: RepeatedWarnings,
}

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
    pub fn new(leases: L, identity: Identity, is_required: bool, clock: Clock, leadership: Leadership) -> Self {
        let (latest_term, succession) = (AtomicI64::new(0), watch::Sender::default());
        Self { leases, identity, is_required, clock, leadership, latest_term, succession }
    }

    /// The lease that this instance takes over, or would take over.
    pub fn succession(&self) -> watch::Receiver<Succession> {
        self.succession.subscribe()
    }

    /// Records that another instance has led under this term, so that the file may lack its writes. Later terms of this process are
    /// greater.
    pub async fn note_superseded(&self, sync_log: &SyncLog, term: i64) -> Result<(), StoreError> {
        self.latest_term.fetch_max(term, Ordering::Relaxed);
        sync_log.note_stale().await
    }

    /// The start of an observation. A standby that the file knows of gets time to register again.
    async fn competing(&self, sync_log: &SyncLog) -> Result<Competitors, StoreError> {
        let had_standby = sync_log.replica_history().await?.had_standby;
        let standby = (0, had_standby.then(|| self.clock.boot()));
        Ok(Competitors {
            watch: LeaseWatch::new(self.identity.clone()),
            registered: None,
            standby,
            warnings: RepeatedWarnings::default(),
        })
    }

    /// Waits until this instance leads on this working copy or may act on it alone. The phase then says which.
    pub async fn campaign(&self, sync_log: &SyncLog) -> Result<(), SessionEnd> {
        self.leadership.set(Phase::Waiting);
        self.succession.send_replace(Succession::default());
        let mut competing = self.competing(sync_log).await?;
        loop {
            self.poll_lease(sync_log, false, &mut competing).await?;
            if self.leadership.phase() != Phase::Waiting {
                return Ok(());
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Polls the lease, and takes it if it is over. Otherwise a waiting instance keeps waiting or becomes isolated, and an active
    /// one continues. Returns the error if MongoDB failed.
    async fn poll_lease(
        &self,
        sync_log: &SyncLog,
        is_active: bool,
        competing: &mut Competitors,
    ) -> Result<Option<ReplicaError>, SessionEnd> {
        // Clocks drift apart slowly. Setting the phase anew makes only a sudden difference count.
        let phase = self.leadership.advance(|phase| phase);
        if is_active && phase == Phase::Waiting {
            return Err(SessionEnd::lost(SUSPENDED));
        }
        let sent = self.clock.boot();
        let polled = within(ANSWER_WITHIN, self.leases.poll()).await;
        let mut known = sync_log.replica_history().await?;
        let (seen, mut failure) = (polled.as_ref().ok(), polled.as_ref().err().cloned());
        let lease = seen.and_then(|seen| seen.lease.as_ref());
        let theirs = lease.filter(|lease| self.identity.is_foreign(lease));
        // An earlier process on this same file may have led on a temporary copy.
        let later = lease.filter(|lease| lease.term > known.position.term && lease.holder != self.identity.own);
        let is_alive = theirs.is_some() && (phase.held().is_some() || competing.watch.has_changed(lease));
        if let Some(lease) = later.or(theirs.filter(|_| is_alive)) {
            // Recorded first: if MongoDB fails next, this instance must not act beside the other one.
            if is_active || later.is_some() {
                self.note_superseded(sync_log, lease.term).await?;
            }
            if is_active {
                return Err(SessionEnd::lost("Another instance has led since: stopping to catch up"));
            }
            sync_log.note_standby(true).await?;
            known = sync_log.replica_history().await?;
        }
        let mut view = match seen {
            // The lease was removed or changed by hand. No other instance can hold it before this one's has expired.
            Some(_) if phase.held().is_some() => LeaseView::Over,
            // Even an empty database may have a leader: one that was seen, and has had nothing to write yet.
            Some(seen) => competing.watch.polled((sent, self.clock.boot()), lease, seen.is_fresh && !known.had_standby),
            None => LeaseView::NotRead,
        };
        if seen.is_none() {
            competing.watch.failed();
        }
        let history = history(sync_log, &known).await?;
        if let Some(seen) = seen
            && decide(history, view, self.is_required) == Decision::Lead
        {
            match self.take_lease(seen, &known, is_active, competing).await {
                // Another instance may have led meanwhile, and only its writes would show it.
                Ok(()) if phase == Phase::Isolated && lease.is_none() => {
                    return Err(SessionEnd::lost("The lease was removed during an outage: catching up first"));
                }
                // If another instance was faster, the next poll shows it.
                Ok(()) => return Ok(None),
                Err(error) => failure = Some(error),
            }
        }
        match &failure {
            Some(ReplicaError::Newer(_)) => view = LeaseView::Newer,
            Some(ReplicaError::Refused(_)) if seen.is_some() => view = LeaseView::Refused,
            Some(_) => view = LeaseView::NotRead,
            None => {}
        }
        match (decide(history, view, self.is_required), &failure) {
            (Decision::Wait(WaitReason::NewerProgram), Some(newer)) if is_active => {
                return Err(SessionEnd::lost(format!("{newer}: stopping")));
            }
            // While isolated, only a refusal is logged again: somebody must act on it.
            (_, Some(refusal @ ReplicaError::Refused(_))) if phase == Phase::Isolated => {
                self.report_isolation(sync_log, competing, refusal);
            }
            _ if is_active => {}
            (Decision::Isolated, Some(failure)) => {
                self.report_isolation(sync_log, competing, failure);
                self.leadership.begin(Phase::Isolated);
            }
            (Decision::Wait(WaitReason::AnotherLeads), _) if lease.is_some() => {
                self.succession.send_replace(Succession { before: lease.cloned(), own: None });
                self.leadership.waits_for(None);
                self.register(competing).await;
            }
            (Decision::Wait(reason), _) => {
                let why = why_it_waits(reason, failure.as_ref());
                competing.warnings.warn(&why);
                self.leadership.waits_for(Some(why).filter(|_| reason != WaitReason::AnotherLeads));
            }
            (Decision::Lead | Decision::Isolated, _) => {}
        }
        Ok(failure)
    }

    /// Registers as standby with the leader at intervals. Logs that this instance waits once the leader knows.
    async fn register(&self, competing: &mut Competitors) {
        let is_due = competing.registered.is_none_or(|(_, last)| last.elapsed() >= REGISTER_INTERVAL);
        if is_due && within(ANSWER_WITHIN, self.leases.register_standby(&self.identity.own)).await.is_ok() {
            let now = Instant::now();
            competing.registered = Some((competing.registered.map_or(now, |(first, _)| first), now));
        }
        if competing.registered.is_some_and(|(first, _)| first.elapsed() >= KNOWN_WITHIN) {
            competing.warnings.another_leads();
        }
    }

    /// Logs why this instance acts alone, and shows it on the health line.
    fn report_isolation(&self, sync_log: &SyncLog, competing: &mut Competitors, failure: &ReplicaError) {
        competing.warnings.isolated(failure);
        sync_log.replica_failed(failure);
    }

    /// Takes the lease under the latest term if it is still as `seen`. An active instance continues; any other catches up first.
    async fn take_lease(
        &self,
        seen: &LeaseSnapshot,
        known: &ReplicaHistory,
        is_active: bool,
        competing: &mut Competitors,
    ) -> ReplicaResult<()> {
        let latest = self.latest_term.load(Ordering::Relaxed).max(known.position.term);
        let term = next_term(seen.server_ms, [latest, seen.lease.as_ref().map_or(0, |lease| lease.term)]);
        self.latest_term.fetch_max(term, Ordering::Relaxed);
        let sent = self.clock.boot();
        let taking = self.leases.take(seen.lease.as_ref(), &self.identity.own, term);
        let Some(taken) = within(ANSWER_WITHIN, taking).await? else { return Ok(()) };
        if self.leadership.term().is_some() {
            tracing::warn!("The lease was missing from MongoDB and was taken again");
        }
        tracing::info!("This instance is the active one (term {term})");
        competing.standby = (0, known.had_standby.then_some(sent));
        self.succession.send_replace(Succession { before: seen.lease.clone(), own: Some(taken) });
        let held = HeldLease { term, round: 0, until: sent + HOLD, has_standby: known.had_standby || self.is_required };
        if is_active {
            self.leadership.advance(|phase| match phase {
                Phase::Leading(_) | Phase::Isolated => Phase::Leading(held),
                Phase::CatchingUp(_) => Phase::CatchingUp(held),
                // The lease expired meanwhile.
                Phase::Waiting | Phase::Single => phase,
            });
        } else {
            self.leadership.begin(Phase::CatchingUp(held));
        }
        Ok(())
    }

    /// Releases the lease with this many unsent changes, so that a standby takes over at once. Returns the position up to which
    /// MongoDB has everything, if this instance still held the lease.
    pub async fn release(&self, unsent: i64) -> Option<Position> {
        self.leadership.set(Phase::Waiting);
        let term = self.succession.borrow().own.as_ref()?.term;
        let done = self.leadership.last_round(term);
        let releasing = async {
            loop {
                match self.leases.release(&self.identity.own, done, unsent).await {
                    Err(ReplicaError::Unreachable(reason)) => {
                        tracing::debug!("The lease is not released yet: {reason}")
                    }
                    released => return released,
                }
                tokio::time::sleep(RELEASE_AGAIN_AFTER).await;
            }
        };
        match within(RELEASE_WITHIN, releasing).await {
            Ok(is_released) => is_released.then_some(done),
            Err(error) => {
                tracing::warn!("The lease cannot be released ({error}): it will expire by itself");
                None
            }
        }
    }
}
