//! The replicator: MongoDB gets what changes here, and the file gets what others wrote there.
//!
//! # Guarantees
//! Every change is in the outbox from the moment it is committed. It is sent in rounds, parents first, decisions and posts
//! before bulk, and leaves the outbox when a renewal of the lease has shown that its round was written while this instance
//! led. So what is not in the outbox is in MongoDB, and whoever leads next finds it there (invariant 7). While MongoDB keeps
//! up, those who write wait for it.
//!
//! A new leader reads what was written behind the position that its file has; everything only where that position means
//! nothing. A standby does the same every 30 s, so that a takeover has little to read. What a former leader could not send in
//! time it sends late. The present leader looks for that every 10 s, as for what the network delivered late, and writes it
//! under its own term.
//!
//! # Races
//! A record that changes while its old version is on its way stays in the outbox. A record that lost there won by
//! somebody else's write: it is fetched and merged here. A write that the fence refuses ends the session.
//!
//! # Crash
//! What was sent and not shown to be there is sent again; the same version twice does no harm.

mod catch_up;
mod rounds;

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::election::{Lease, Position, Succession};
use crate::leadership::{Held, Leadership, Phase};
use crate::ports::replica::{Replica, ReplicaError, within};
use crate::store::Store;

/// The fewest and the most records of a round, and those of the first.
const BATCH: (u32, u32) = (25, 4000);
const FIRST_BATCH: u32 = 1000;
/// A round that takes longer is followed by a smaller one: what is urgent waits for it.
const ROUND_WITHIN: Duration = Duration::from_secs(3);
/// The first and the longest wait after a failure.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));
/// A leader looks so often for what was written late.
const ADOPT_EVERY: Duration = Duration::from_secs(10);
/// A standby catches up so often, and sends so often what it still has from when it led.
const STAND_BY_EVERY: Duration = Duration::from_secs(30);
/// No command of a round takes longer: then it counts as not answered.
const PUT_WITHIN: Duration = Duration::from_secs(30);

/// The replicator of one working copy.
pub struct Replicator<R> {
    replica: R,
    store: Store,
    leadership: Leadership,
}

/// How far the replicator is.
struct Course {
    /// The round that was begun last.
    at: Position,
    /// The file has caught up under that round's term.
    is_in_step: bool,
    /// The rounds up to this one left the outbox.
    confirmed: i64,
    /// The most records of the next round.
    limit: u32,
    /// When what others wrote was last read.
    read_at: Option<Instant>,
}

impl Course {
    fn is_due(&self, every: Duration) -> bool {
        self.read_at.is_none_or(|at| at.elapsed() >= every)
    }
}

impl<R: Replica> Replicator<R> {
    /// A replicator between this working copy and this replica, for as long as this leadership lasts.
    pub fn new(replica: R, store: Store, leadership: Leadership) -> Self {
        Self { replica, store, leadership }
    }

    /// While another instance leads: sends what is left from when this one led, and catches up now and then. After each taking
    /// of the lease: catches up, begins to lead when the file is complete, and then keeps MongoDB in step. Returns only for a
    /// reason that ends the session.
    pub async fn run(&self, mut succession: watch::Receiver<Succession>) -> ReplicaError {
        let mut course =
            Course { at: Position::default(), is_in_step: false, confirmed: 0, limit: FIRST_BATCH, read_at: None };
        let (mut wait, mut is_down) = (BACK_OFF.0, false);
        loop {
            // Listening begins before the look, so that no wake is lost.
            let mut changed = std::pin::pin!(self.store.outbox_wake().notified());
            let mut renewed = std::pin::pin!(self.leadership.wake().notified());
            changed.as_mut().enable();
            renewed.as_mut().enable();
            let (seen, phase) = (succession.borrow_and_update().clone(), self.leadership.phase());
            is_down |= phase == Phase::Isolated;
            let term = phase.held().map(|held| held.term);
            let went = tokio::select! {
                biased;
                // What is asked of a server that went silent may hang for long, and is of no use to another term.
                () = self.leadership.until_phase(|now| now.held().map(|held| held.term) != term) => continue,
                went = self.step(&seen, phase, &mut course) => went,
            };
            let has_failed = went.is_err();
            let rest = match went {
                Ok(is_all) => {
                    wait = BACK_OFF.0;
                    if !is_all {
                        continue;
                    }
                    if phase.held().is_some() && std::mem::take(&mut is_down) {
                        tracing::info!("MongoDB answers again and has everything");
                    }
                    ADOPT_EVERY
                }
                Err(failure @ (ReplicaError::Fenced(_) | ReplicaError::Newer(_))) => return failure,
                Err(failure) => {
                    self.store.replica_failed(&failure);
                    let lag = self.store.unsent().await.map(|lag| lag.records).unwrap_or_default();
                    if phase == Phase::Waiting || std::mem::replace(&mut is_down, true) {
                        tracing::debug!("{failure}");
                    } else {
                        tracing::warn!("{failure}; {lag} changes wait in the file");
                    }
                    // A server that does not write this much in time never will: it gets less, until it does.
                    course.limit = (course.limit / 4).max(BATCH.0);
                    let longer = (2 * wait).min(BACK_OFF.1);
                    std::mem::replace(&mut wait, longer)
                }
            };
            tokio::select! {
                biased;
                () = renewed => {}
                () = changed, if !has_failed => {}
                _ = succession.changed(), if !has_failed => {}
                () = tokio::time::sleep(rest) => {}
            }
        }
    }

    /// Does what is due; whether that is all.
    async fn step(&self, seen: &Succession, phase: Phase, course: &mut Course) -> Result<bool, ReplicaError> {
        match (phase, seen) {
            (Phase::CatchingUp(held) | Phase::Leading(held), Succession { before, own: Some(own) })
                if own.term == held.term =>
            {
                self.lead(before.as_ref(), own, held, course).await
            }
            (Phase::Waiting, Succession { before: Some(leads), own: None }) if course.is_due(STAND_BY_EVERY) => {
                self.stand_by(leads).await?;
                course.read_at = Some(Instant::now());
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    async fn lead(
        &self,
        before: Option<&Lease>,
        own: &Lease,
        held: Held,
        course: &mut Course,
    ) -> Result<bool, ReplicaError> {
        if course.at.term != own.term {
            // What an earlier lease sent may have been fenced off.
            self.store.outbox_reopen().await?;
            (course.at, course.confirmed, course.is_in_step) = (Position { term: own.term, round: 0 }, 0, false);
        }
        if !course.is_in_step {
            // Who took the lease again in place acts all the while, and reading may take long, and fail.
            let fetched = tokio::select! {
                biased;
                failure = self.send_beside(course), if self.leadership.is_leader() => return Err(failure),
                fetched = self.take_over(before, own) => fetched?,
            };
            let sent = self.store.unsent().await?.records;
            tracing::info!("MongoDB and the file are in step: {fetched} records fetched, {sent} sent");
            self.leadership.advance(|phase| match phase {
                Phase::CatchingUp(held) if held.term == own.term => Phase::Leading(held),
                other => other,
            });
            (course.is_in_step, course.read_at) = (true, Some(Instant::now()));
        }
        if held.round > course.confirmed {
            self.store.outbox_confirmed(Position { term: held.term, round: held.round }).await?;
            course.confirmed = held.round;
        }
        let began = Instant::now();
        let is_all = self.round(&mut course.at, course.limit).await?;
        if began.elapsed() > ROUND_WITHIN {
            course.limit = (course.limit / 2).max(BATCH.0);
        } else if !is_all && began.elapsed() < ROUND_WITHIN / 2 {
            // Between two rounds the server has nothing to do for as long as it is away.
            course.limit = (2 * course.limit).min(BATCH.1);
        }
        // Behind the round: reading that fails again and again must not hold up what is to be sent.
        if course.is_due(ADOPT_EVERY) {
            course.read_at = Some(Instant::now());
            within(PUT_WITHIN, self.adopt(before)).await?;
        }
        Ok(is_all)
    }

    /// Sends what changes, round after round. Returns only for a reason that ends the session.
    async fn send_beside(&self, course: &mut Course) -> ReplicaError {
        loop {
            let changed = self.store.outbox_wake().notified();
            match self.round(&mut course.at, course.limit).await {
                Ok(false) => {}
                Ok(true) => changed.await,
                Err(failure @ (ReplicaError::Fenced(_) | ReplicaError::Newer(_))) => return failure,
                Err(failure) => {
                    self.store.replica_failed(&failure);
                    tokio::time::sleep(BACK_OFF.0).await;
                }
            }
        }
    }

    /// Another instance leads under this lease.
    async fn stand_by(&self, leads: &Lease) -> Result<(), ReplicaError> {
        self.send_late().await?;
        // From here on the file looks complete, and is not: another instance goes on writing.
        self.store.note_standby(true).await?;
        self.catch_up(Some(leads)).await?;
        Ok(self.store.note_caught_up(&leads.database, leads.position()).await?)
    }
}
