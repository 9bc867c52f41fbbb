//! A MongoDB in memory, and the connection of one instance to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::domain::sync::election::{Identity, Lease, Position};
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Key, Record, RecordKind};
use crate::leadership::election::Election;
use crate::leadership::{Leadership, Phase};
use crate::ports::replica::{Authority, LeaseSnapshot, LeaseStore, Replica, ReplicaError, Scope};
use crate::runtime::clock::Clock;
use crate::store::{FileLock, Opening, StateKind, Store, SyncLog};

#[derive(Debug, Clone)]
pub struct Document {
    pub record: Record,
    pub at: Option<Position>,
    pub is_late: bool,
}

#[derive(Debug, Default)]
pub struct Shared {
    pub lease: Option<Lease>,
    pub documents: BTreeMap<(RecordKind, Key), Document>,
    /// How many renewals took effect.
    pub renewals: usize,
    /// How many records were read.
    pub read: usize,
    /// How many write commands took effect.
    pub puts: usize,
    /// How many reads of a kind were tried.
    pub reads: usize,
}

/// How a connection delays and fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Way {
    pub to: Duration,
    pub back: Duration,
    pub is_cut: bool,
    pub refuses_writes: bool,
    pub loses_answers: bool,
    /// Every n-th write command loses its answer; 0 for none.
    pub loses_one_in: usize,
    /// How many records a write command holds; 0 for all.
    pub per_command: usize,
    /// A write of more records times out; 0 for no bound.
    pub most_records: usize,
    /// How long one record takes to write.
    pub per_record: Duration,
    /// After this many pages of a kind there is no answer; 0 for no bound.
    pub most_pages: usize,
    /// Only every n-th read of a kind succeeds; 0 for all.
    pub reads_one_in: usize,
}

/// Nothing arrives.
pub const CUT: Way = Way {
    to: Duration::ZERO,
    back: Duration::ZERO,
    is_cut: true,
    refuses_writes: false,
    loses_answers: false,
    loses_one_in: 0,
    per_command: 0,
    most_records: 0,
    per_record: Duration::ZERO,
    most_pages: 0,
    reads_one_in: 0,
};
/// Reads succeed and writes are refused.
pub const REFUSES: Way = Way { is_cut: false, refuses_writes: true, ..CUT };
/// Everything arrives at once.
pub const OPEN: Way = Way { is_cut: false, ..CUT };

pub fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[derive(Clone)]
pub struct Double {
    pub shared: Arc<Mutex<Shared>>,
    way: Arc<Mutex<Way>>,
    clock: Clock,
}

impl Double {
    pub fn new() -> Self {
        let clock = Clock::simulated(Timestamp::from_second(1_790_000_000).unwrap());
        Self { shared: Arc::default(), way: Arc::default(), clock }
    }

    /// The same MongoDB over another connection.
    pub fn another(&self) -> Self {
        Self { way: Arc::default(), ..self.clone() }
    }

    pub fn set_way(&self, way: Way) {
        *self.way.lock().unwrap() = way;
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    pub fn inspect<T>(&self, read: impl FnOnce(&mut Shared) -> T) -> T {
        read(&mut self.shared.lock().unwrap())
    }

    pub fn lease(&self) -> Option<Lease> {
        self.inspect(|shared| shared.lease.clone())
    }

    async fn ask<T>(&self, is_write: bool, effect: impl FnOnce(&mut Shared) -> T) -> Result<T, ReplicaError> {
        let way = *self.way.lock().unwrap();
        tokio::time::sleep(way.to).await;
        if way.is_cut {
            tokio::time::sleep(Duration::from_secs(2)).await;
            return Err(ReplicaError::Unreachable("cut off".to_owned()));
        }
        if is_write && way.refuses_writes {
            return Err(ReplicaError::Refused("over quota".to_owned()));
        }
        let done = self.inspect(effect);
        tokio::time::sleep(way.back).await;
        if way.loses_answers {
            return Err(ReplicaError::Unreachable("the answer is lost".to_owned()));
        }
        Ok(done)
    }
}

impl LeaseStore for Double {
    async fn poll(&self) -> Result<LeaseSnapshot, ReplicaError> {
        let server_ms = self.clock.now().as_millisecond();
        self.ask(false, |shared| LeaseSnapshot {
            lease: shared.lease.clone(),
            is_fresh: shared.lease.is_none() && shared.documents.is_empty(),
            server_ms,
        })
        .await
    }

    async fn take(&self, seen: Option<&Lease>, holder: &str, term: i64) -> Result<Option<Lease>, ReplicaError> {
        self.ask(true, |shared| {
            let key = |lease: &Lease| (lease.holder.clone(), lease.term, lease.beat);
            if shared.lease.as_ref().map(key) != seen.map(key) {
                return None;
            }
            let database = shared.lease.as_ref().map_or("a name".to_owned(), |lease| lease.database.clone());
            let taken = Lease { database, holder: holder.to_owned(), term, schema: 2, ..Lease::default() };
            shared.lease = Some(taken.clone());
            Some(taken)
        })
        .await
    }

    async fn renew(&self, holder: &str, done: Position) -> Result<Option<Lease>, ReplicaError> {
        self.ask(true, |shared| {
            let lease = shared.lease.as_mut()?;
            if lease.holder != holder || lease.term != done.term || lease.released {
                return None;
            }
            (lease.beat, lease.round) = (lease.beat + 1, done.round);
            shared.renewals += 1;
            Some(lease.clone())
        })
        .await
    }

    async fn register_standby(&self, _: &str) -> Result<(), ReplicaError> {
        self.ask(true, |shared| shared.lease.iter_mut().for_each(|lease| lease.standby_beat += 1)).await
    }

    async fn release(&self, holder: &str, done: Position, unsent: i64) -> Result<bool, ReplicaError> {
        self.ask(true, |shared| {
            let Some(lease) = shared.lease.as_mut() else { return false };
            if lease.holder != holder || lease.term != done.term {
                return false;
            }
            (lease.released, lease.round, lease.unsent) = (true, done.round, unsent);
            true
        })
        .await
    }
}

impl Replica for Double {
    fn per_command(&self, count: usize) -> usize {
        match self.way.lock().unwrap().per_command {
            0 => count.max(1),
            some => some,
        }
    }

    async fn put(&self, records: &[Record], authority: Authority) -> Result<Vec<usize>, ReplicaError> {
        let Way { most_records: most, per_record, loses_one_in, .. } = *self.way.lock().unwrap();
        tokio::time::sleep(per_record * u32::try_from(records.len()).unwrap()).await;
        if most > 0 && records.len() > most {
            tokio::time::sleep(Duration::from_secs(8)).await;
            return Err(ReplicaError::Unreachable("no answer within 8 s".to_owned()));
        }
        self.ask(true, |shared| {
            let mut lost = Vec::new();
            for (at, record) in records.iter().enumerate() {
                let there = shared.documents.get(&(record.kind, record.key()));
                let term = there.and_then(|there| there.at).map_or(0, |at| at.term);
                if let Authority::Leader(ours) = authority
                    && term > ours.term
                {
                    return Err(ReplicaError::Fenced(term));
                }
                if there.is_some_and(|there| there.record.merge_key() > record.merge_key()) {
                    lost.push(at);
                    continue;
                }
                let at = match authority {
                    Authority::Leader(position) => Some(position),
                    Authority::Former => there.and_then(|there| there.at),
                };
                let document = Document { record: record.clone(), at, is_late: authority == Authority::Former };
                shared.documents.insert((record.kind, record.key()), document);
            }
            shared.puts += 1;
            if loses_one_in > 0 && shared.puts % loses_one_in == 0 {
                return Err(ReplicaError::Unreachable("the answer is lost".to_owned()));
            }
            Ok(lost)
        })
        .await?
    }

    async fn erase(&self, erased: &[Erased], _: Authority) -> Result<(), ReplicaError> {
        self.ask(true, |shared| {
            for Erased { kind, key, version } in erased {
                let found = (*kind, key.clone());
                if shared.documents.get(&found).is_some_and(|there| there.record.version() <= *version) {
                    shared.documents.remove(&found);
                }
            }
        })
        .await
    }

    async fn get(&self, kind: RecordKind, keys: Vec<Key>) -> Result<Vec<Record>, ReplicaError> {
        let found = |shared: &mut Shared| {
            let there = keys.iter().filter_map(|key| shared.documents.get(&(kind, key.clone())));
            there.map(|document| document.record.clone()).collect()
        };
        self.ask(false, found).await
    }

    async fn read(&self, kind: RecordKind, scope: Scope, pages: mpsc::Sender<Vec<Record>>) -> Result<(), ReplicaError> {
        let records: Vec<Record> = self
            .ask(false, |shared| {
                let is_wanted = |document: &Document| match scope {
                    Scope::All => true,
                    Scope::After(position) => document.at.is_some_and(|at| at > position),
                    Scope::Late(last) => {
                        document.is_late || document.at.is_some_and(|at| at.term == last.term && at > last)
                    }
                };
                let there = shared.documents.values().filter(|d| d.record.kind == kind && is_wanted(d));
                let records: Vec<Record> = there.map(|document| document.record.clone()).collect();
                shared.read += records.len();
                records
            })
            .await?;
        let Way { most_pages: most, reads_one_in, .. } = *self.way.lock().unwrap();
        let reads = self.inspect(|shared| {
            shared.reads += 1;
            shared.reads
        });
        if reads_one_in > 0 && !reads.is_multiple_of(reads_one_in) {
            return Err(ReplicaError::Unreachable("the answer is lost".to_owned()));
        }
        for (at, page) in records.chunks(100).enumerate() {
            if most > 0 && at >= most {
                return Err(ReplicaError::Unreachable("no answer within 120 s".to_owned()));
            }
            drop(pages.send(page.to_vec()).await);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    async fn size(&self) -> Result<u64, ReplicaError> {
        Ok(0)
    }
}

/// An instance's file, election and leadership.
pub struct Instance {
    pub mongo: Double,
    pub election: Election<Double>,
    pub leadership: Leadership,
    pub store: Store,
    pub sync_log: SyncLog,
    _folder: tempfile::TempDir,
}

impl Instance {
    pub async fn new(name: &str, mongo: &Double) -> Self {
        Self::with(name, mongo, None, false, tempfile::tempdir().unwrap()).await
    }

    pub async fn with(
        name: &str,
        mongo: &Double,
        dead: Option<&str>,
        is_required: bool,
        folder: tempfile::TempDir,
    ) -> Self {
        let (mongo, clock) = (mongo.another(), mongo.clock());
        let leadership = Leadership::waiting(clock);
        let identity = Identity { own: name.to_owned(), dead: dead.map(str::to_owned) };
        let election = Election::new(mongo.clone(), identity, is_required, clock, leadership.clone());
        let lock = FileLock::take(&folder.path().join("state.db")).unwrap();
        let opening = Opening { leader: Arc::new(leadership.clone()), ..Opening::new(StateKind::Bot, clock) };
        let store = Store::open_locked(lock, opening).unwrap();
        store.sync_log().set_replicated(true).await.unwrap();
        let sync_log = store.sync_log();
        Self { mongo, election, leadership, store, sync_log, _folder: folder }
    }

    /// Marks its file as complete up to this position in the double's database.
    pub async fn knows(self, term: i64, round: i64) -> Self {
        self.store.sync_log().note_caught_up("a name", Position { term, round }).await.unwrap();
        self
    }

    /// Adds a code to its file.
    pub async fn holds(self, code: &str) -> Self {
        self.store.codes().add_code(crate::domain::codes::code::Code::parse(code).unwrap()).await.unwrap();
        self
    }

    /// Leads as soon as it has taken the lease, as if it had caught up.
    pub async fn leads(self) -> Self {
        self.election.campaign(&self.sync_log).await.unwrap();
        self.leadership.advance(|phase| match phase {
            Phase::CatchingUp(held) => Phase::Leading(held),
            other => other,
        });
        self.store.sync_log().note_caught_up("a name", Position { term: self.term(), round: 0 }).await.unwrap();
        self
    }

    pub fn term(&self) -> i64 {
        self.leadership.term().unwrap()
    }
}

/// A token that is cancelled after so long.
pub fn after(seconds: u64) -> CancellationToken {
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        stop.cancel();
    });
    token
}

/// The log lines of this thread.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn begin() -> (Self, (tracing::Dispatch, tracing::subscriber::DefaultGuard)) {
        let log = Self::default();
        // With a single subscriber, a thread without one would disable log lines for the whole process.
        let another = tracing::Dispatch::new(tracing_subscriber::registry());
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        (log, (another, tracing::subscriber::set_default(subscriber)))
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
