//! The replicator: MongoDB gets what changes here, and the file gets what others wrote there.
//!
//! Written by hand on purpose: tools that replicate a SQLite file copy it, in one direction, to another SQLite file. Here both
//! stores hold the same records, either may be ahead, and outcomes merge by rank.
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
//! under its own term. Neither sending nor reading waits for the other. What fails as a whole is sent in ever smaller parts.
//!
//! # Races
//! A record that changes while its old version is on its way stays in the outbox. A record that lost there won by
//! somebody else's write: it is fetched and merged here. A write that the fence refuses ends the session.
//!
//! # Crash
//! What was sent and not shown to be there is sent again; the same version twice does no harm.

mod catch_up;
mod rounds;

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::sync::election::{Lease, Position, Succession};
use crate::domain::sync::record::RecordKind;
use crate::leadership::session::Replication;
use crate::leadership::{HeldLease, Leadership, Phase};
use crate::ports::replica::{Answer, Replica, ReplicaError, within};
use crate::store::{Leader, Store};

/// The most records of the first round.
const FIRST_CHUNK: u32 = 1000;
/// After a failure.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(10));
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
    /// The most records of the next round.
    limit: AtomicU32,
}

/// The kinds that tries to read them all have read by now: what is new, and what was written late.
type Done = [BTreeSet<RecordKind>; 2];

/// How far the replicator is.
#[derive(Default)]
struct Course {
    /// The round that was begun last.
    at: Position,
    /// The rounds up to this one left the outbox.
    confirmed: i64,
    /// When what others wrote was last read; nothing until the file has caught up under that round's term.
    read_at: Option<Instant>,
    done: Done,
}

impl Course {
    fn is_due(&self, every: Duration) -> bool {
        self.read_at.is_none_or(|at| at.elapsed() >= every)
    }
}

impl<R: Replica + Clone> Replication for R {
    async fn replicate(
        &self,
        store: &Store,
        leadership: &Leadership,
        succession: watch::Receiver<Succession>,
    ) -> ReplicaError {
        Replicator::new(self.clone(), store.clone(), leadership.clone()).run(succession).await
    }

    async fn send_rest(&self, store: &Store, leadership: &Leadership) -> Answer<()> {
        Replicator::new(self.clone(), store.clone(), leadership.clone()).send_late().await
    }
}

impl<R: Replica> Replicator<R> {
    /// A replicator between this working copy and this replica, for as long as this leadership lasts.
    pub fn new(replica: R, store: Store, leadership: Leadership) -> Self {
        Self { replica, store, leadership, limit: AtomicU32::new(FIRST_CHUNK) }
    }

    /// While another instance leads: sends what is left from when this one led, and catches up now and then. After each taking
    /// of the lease: catches up, begins to lead when the file is complete, and then keeps MongoDB in step. Returns only for a
    /// reason that ends the session.
    pub async fn run(&self, mut succession: watch::Receiver<Succession>) -> ReplicaError {
        let (mut course, mut back_off, mut is_down) = (Course::default(), BACK_OFF, false);
        loop {
            let changed = self.store.outbox_wake().listen();
            let renewed = self.leadership.wake().listen();
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
                    back_off.reset();
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
                    back_off.next_wait()
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
    async fn step(&self, seen: &Succession, phase: Phase, course: &mut Course) -> Answer<bool> {
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

    async fn lead(&self, before: Option<&Lease>, own: &Lease, held: HeldLease, course: &mut Course) -> Answer<bool> {
        if course.at.term != own.term {
            // What an earlier lease sent may have been fenced off.
            self.store.outbox_reopen().await?;
            *course = Course { at: Position { term: own.term, round: 0 }, ..Course::default() };
        }
        if held.round > course.confirmed {
            self.store.outbox_confirmed(Position { term: held.term, round: held.round }).await?;
            course.confirmed = held.round;
        }
        // What was read in part is gone on with sooner.
        let adopt_every = if course.done[1].is_empty() { ADOPT_EVERY } else { ADOPT_EVERY / 4 };
        let (is_caught_up, is_due) = (course.read_at.is_some(), course.is_due(adopt_every));
        let is_over = CancellationToken::new();
        let reading = async {
            let fetched = match is_due {
                true if is_caught_up => within(PUT_WITHIN, self.adopt(before, &mut course.done[1])).await,
                true => self.take_over(before, own, &mut course.done).await,
                false => Ok(0),
            };
            is_over.cancel();
            Ok(fetched)
        };
        // Reading may take long, and fail: that holds up nothing that is to be sent, nor the other way round.
        let (sent, fetched) = tokio::try_join!(self.send(&mut course.at, &is_over), reading)?;
        if is_due && (is_caught_up || fetched.is_ok()) {
            course.read_at = Some(Instant::now());
        }
        let fetched = fetched?;
        if !is_caught_up {
            let sent = self.store.unsent().await?.records;
            tracing::info!("The state file has caught up with MongoDB: {fetched} records fetched, {sent} to send");
            self.leadership.advance(|phase| match phase {
                Phase::CatchingUp(held) if held.term == own.term => Phase::Leading(held),
                other => other,
            });
        }
        Ok(sent? && is_caught_up)
    }

    /// Who acts sends what changes, round after round, until reading is over; a round that is on its way then is not cut off.
    /// Fails at once for a reason that ends the session.
    async fn send(&self, at: &mut Position, is_over: &CancellationToken) -> Answer<Answer<bool>> {
        while self.leadership.is_leader() {
            let changed = self.store.outbox_wake().listen();
            let sent = self.round(at).await;
            match &sent {
                Err(failure @ (ReplicaError::Fenced(_) | ReplicaError::Newer(_))) => return Err(failure.clone()),
                _ if is_over.is_cancelled() => return Ok(sent),
                Ok(false) => continue,
                Ok(true) => {}
                Err(failure) => self.store.replica_failed(failure),
            }
            tokio::select! {
                biased;
                () = is_over.cancelled() => return Ok(sent),
                () = changed, if sent.is_ok() => {}
                () = tokio::time::sleep(BACK_OFF.first), if sent.is_err() => {}
            }
        }
        Ok(Ok(true))
    }

    /// Another instance leads under this lease.
    async fn stand_by(&self, leads: &Lease) -> Answer<()> {
        self.send_late().await?;
        // From here on the file looks complete, and is not: another instance goes on writing.
        self.store.note_standby(true).await?;
        self.catch_up(Some(leads), &mut BTreeSet::new()).await?;
        Ok(self.store.note_caught_up(&leads.database, leads.position()).await?)
    }
}
