//! The replicator: sends local changes to MongoDB, and brings other instances' writes into the file.
//!
//! Written by hand on purpose: tools that replicate SQLite copy a file in one direction to another SQLite file. Here both
//! stores hold the same records, either may be ahead, and outcomes merge by rank.
//!
//! # Guarantees
//! Every change is in the outbox from the moment it is committed. The outbox is sent in rounds: parents first, decisions and
//! posts before bulk. A change leaves the outbox when a renewal of the lease has shown that its round was written while this
//! instance led. So whatever is not in the outbox is in MongoDB, where the next leader finds it (invariant 7). While MongoDB is
//! caught up, writers wait for it.
//!
//! A new leader reads what was written after its file's position, or everything if that position means nothing in this
//! database. A standby does the same every 30 s, so that a takeover has little to read. A former leader sends late what it
//! could not send in time, and the network may deliver writes late. Every 10 s the leader looks for such late writes and
//! writes them again under its own term. Sending and reading do not wait for each other. A round that fails as a whole is
//! followed by smaller ones.
//!
//! # Races
//! If a record changes while its old version is being sent, it stays in the outbox. If a record loses to another write in
//! MongoDB, the winner is fetched and merged here. A write that is fenced off ends the session.
//!
//! # Crash
//! Changes that were sent but not confirmed are sent again; writing the same version twice does no harm.

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
use crate::ports::replica::{Replica, ReplicaError, ReplicaResult, within};
use crate::store::{Leader, SyncLog};

/// How many records the first round holds at most.
const FIRST_CHUNK: u32 = 1000;
/// After a failure.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(10));
/// How often a leader looks for late writes.
const ADOPT_INTERVAL: Duration = Duration::from_secs(10);
/// How often a standby catches up, and sends what is left from when it led.
const STANDBY_INTERVAL: Duration = Duration::from_secs(30);
/// How long a command of a round may take before it counts as not answered.
const PUT_WITHIN: Duration = Duration::from_secs(30);

pub struct Replicator<R> {
    replica: R,
    sync_log: SyncLog,
    leadership: Leadership,
    /// How many records the next round holds at most.
    limit: AtomicU32,
}

/// The kinds that have been read so far by tries to read all of them.
#[derive(Default)]
struct ReadKinds {
    new: BTreeSet<RecordKind>,
    late: BTreeSet<RecordKind>,
}

#[derive(Default)]
struct SyncProgress {
    /// The last round that was begun.
    at: Position,
    /// Rounds up to this one have left the outbox.
    confirmed: i64,
    /// When the other instances' writes were last read; `None` until the file has caught up in this term.
    read_at: Option<Instant>,
    read: ReadKinds,
}

impl SyncProgress {
    fn is_due(&self, interval: Duration) -> bool {
        self.read_at.is_none_or(|at| at.elapsed() >= interval)
    }
}

impl<R: Replica + Clone> Replication for R {
    async fn replicate(
        &self,
        sync_log: &SyncLog,
        leadership: &Leadership,
        succession: watch::Receiver<Succession>,
    ) -> ReplicaError {
        Replicator::new(self.clone(), sync_log.clone(), leadership.clone()).run(succession).await
    }

    async fn send_rest(&self, sync_log: &SyncLog, leadership: &Leadership) -> ReplicaResult<()> {
        Replicator::new(self.clone(), sync_log.clone(), leadership.clone()).send_late().await
    }
}

impl<R: Replica> Replicator<R> {
    pub fn new(replica: R, sync_log: SyncLog, leadership: Leadership) -> Self {
        Self { replica, sync_log, leadership, limit: AtomicU32::new(FIRST_CHUNK) }
    }

    /// As a standby: sends what is left from when this instance led, and catches up at intervals. As a leader: catches up, begins to
    /// lead when the file is complete, and then sends every change. Returns only for a reason that ends the session.
    pub async fn run(&self, mut succession: watch::Receiver<Succession>) -> ReplicaError {
        let (mut progress, mut back_off, mut is_down) = (SyncProgress::default(), BACK_OFF, false);
        loop {
            let changed = self.sync_log.wake().listen();
            let renewed = self.leadership.wake().listen();
            let (seen, phase) = (succession.borrow_and_update().clone(), self.leadership.phase());
            is_down |= phase == Phase::Isolated;
            let term = phase.held().map(|held| held.term);
            let result = tokio::select! {
                biased;
                // A request to a silent server may hang for long, and is useless in another term.
                () = self.leadership.until_phase(|now| now.held().map(|held| held.term) != term) => continue,
                result = self.step(&seen, phase, &mut progress) => result,
            };
            let has_failed = result.is_err();
            let wait_now = match result {
                Ok(is_all) => {
                    back_off.reset();
                    if !is_all {
                        continue;
                    }
                    if phase.held().is_some() && std::mem::take(&mut is_down) {
                        tracing::info!("MongoDB answers again and has everything");
                    }
                    ADOPT_INTERVAL
                }
                Err(failure @ (ReplicaError::Fenced(_) | ReplicaError::Newer(_))) => return failure,
                Err(failure) => {
                    self.sync_log.replica_failed(&failure);
                    let lag = self.sync_log.unsent().await.map(|lag| lag.records).unwrap_or_default();
                    if phase == Phase::Waiting || std::mem::replace(&mut is_down, true) {
                        tracing::debug!("{failure}");
                    } else {
                        tracing::warn!("{failure}; {lag} changes are waiting in the state file");
                    }
                    back_off.next_wait()
                }
            };
            tokio::select! {
                biased;
                () = renewed => {}
                () = changed, if !has_failed => {}
                _ = succession.changed(), if !has_failed => {}
                () = tokio::time::sleep(wait_now) => {}
            }
        }
    }

    /// Does the work that is due. Returns whether that was all.
    async fn step(&self, seen: &Succession, phase: Phase, progress: &mut SyncProgress) -> ReplicaResult<bool> {
        match (phase, seen) {
            (Phase::CatchingUp(held) | Phase::Leading(held), Succession { before, own: Some(own) })
                if own.term == held.term =>
            {
                self.replicate_as_leader(before.as_ref(), own, held, progress).await
            }
            (Phase::Waiting, Succession { before: Some(leads), own: None }) if progress.is_due(STANDBY_INTERVAL) => {
                self.catch_up_as_standby(leads).await?;
                progress.read_at = Some(Instant::now());
                Ok(true)
            }
            _ => Ok(true),
        }
    }

    async fn replicate_as_leader(
        &self,
        before: Option<&Lease>,
        own: &Lease,
        held: HeldLease,
        progress: &mut SyncProgress,
    ) -> ReplicaResult<bool> {
        if progress.at.term != own.term {
            // Writes under an earlier lease may have been fenced off.
            self.sync_log.outbox_reopen().await?;
            *progress = SyncProgress { at: Position { term: own.term, round: 0 }, ..SyncProgress::default() };
        }
        if held.round > progress.confirmed {
            self.sync_log.outbox_confirmed(Position { term: held.term, round: held.round }).await?;
            progress.confirmed = held.round;
        }
        // A partial read is continued sooner.
        let adopt_interval = if progress.read.late.is_empty() { ADOPT_INTERVAL } else { ADOPT_INTERVAL / 4 };
        let (is_caught_up, is_due) = (progress.read_at.is_some(), progress.is_due(adopt_interval));
        let is_over = CancellationToken::new();
        let reading = async {
            let fetched = match is_due {
                true if is_caught_up => {
                    within(PUT_WITHIN, self.adopt_late_writes(before, &mut progress.read.late)).await
                }
                true => self.take_over(before, own, &mut progress.read).await,
                false => Ok(0),
            };
            is_over.cancel();
            Ok(fetched)
        };
        // Reading may take long or fail. It must not delay sending, nor sending delay it.
        let (sent, fetched) = tokio::try_join!(self.send(&mut progress.at, &is_over), reading)?;
        if is_due && (is_caught_up || fetched.is_ok()) {
            progress.read_at = Some(Instant::now());
        }
        let fetched = fetched?;
        if !is_caught_up {
            let sent = self.sync_log.unsent().await?.records;
            tracing::info!("The state file has caught up with MongoDB: {fetched} records fetched, {sent} to send");
            self.leadership.advance(|phase| match phase {
                Phase::CatchingUp(held) if held.term == own.term => Phase::Leading(held),
                other => other,
            });
        }
        Ok(sent? && is_caught_up)
    }

    /// Sends changes, round after round, until reading is over. A round in progress is then completed. Fails at once for a reason
    /// that ends the session.
    async fn send(&self, at: &mut Position, is_over: &CancellationToken) -> ReplicaResult<ReplicaResult<bool>> {
        while self.leadership.is_leader() {
            let changed = self.sync_log.wake().listen();
            let sent = self.send_round(at).await;
            match &sent {
                Err(failure @ (ReplicaError::Fenced(_) | ReplicaError::Newer(_))) => return Err(failure.clone()),
                _ if is_over.is_cancelled() => return Ok(sent),
                Ok(false) => continue,
                Ok(true) => {}
                Err(failure) => self.sync_log.replica_failed(failure),
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
    async fn catch_up_as_standby(&self, leads: &Lease) -> ReplicaResult<()> {
        self.send_late().await?;
        // From here on the file looks complete, and is not: another instance goes on writing.
        self.sync_log.note_standby(true).await?;
        self.catch_up(Some(leads), &mut BTreeSet::new()).await?;
        Ok(self.sync_log.note_caught_up(&leads.database, leads.position()).await?)
    }
}
