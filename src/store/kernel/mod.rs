//! The kernel of the store: opening a working copy, reading it, writing it, and waking those who wait for a change.

mod backing;
mod leader;
mod lock;
mod replica_progress;
pub(in crate::store) mod schema;
mod snapshot;
mod sql;
mod unsaved;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::Connection;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SetOnce};
use tokio_util::task::AbortOnDropHandle;

use crate::ports::replica::ReplicaError;
use crate::runtime::clock::Clock;
use crate::runtime::metrics::Metrics;
use crate::runtime::wake::Wake;

pub use leader::Leader;
pub use lock::FileLock;
pub(in crate::store) use replica_progress::{Delivery, ReplicaProgress};
pub use snapshot::copy_state;
pub(in crate::store) use sql::Millis;
pub(in crate::store) use writer::Tx;

use backing::Backing;
use leader::SoleInstance;
use replica_progress::WatchedReplica;
use schema::Trouble;
use writer::Writer;

/// What a state file is for; one kind is never taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// The bot's state.
    Bot,
    /// The sandbox's simulated world.
    Sandbox,
    /// The progress of an unfinished `redeem`.
    Redeem,
}

/// Where SQL runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocking {
    /// On threads made for what blocks.
    #[default]
    Pool,
    /// On the caller's: for a simulation, which then runs the same way every time.
    Inline,
}

impl Blocking {
    /// Runs what blocks.
    ///
    /// # Errors
    /// Those of `work`; when the process is ending.
    pub async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self {
            Self::Pool => tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)?,
            Self::Inline => work(),
        }
    }
}

/// How a working copy is opened.
#[derive(Clone)]
pub struct Opening {
    /// What it is for.
    pub kind: StateKind,
    /// The time.
    pub clock: Clock,
    /// Who acts on what is in it asks this.
    pub leader: Arc<dyn Leader>,
    /// Where SQL runs.
    pub blocking: Blocking,
    /// A damaged file is moved to `NAME.corrupt-TIME` and begun anew: where MongoDB has everything.
    pub replaces_damaged: bool,
}

impl Opening {
    /// The usual way, where nobody else can lead.
    pub fn new(kind: StateKind, clock: Clock) -> Self {
        let leader = Arc::new(SoleInstance::default());
        Self { kind, clock, leader, blocking: Blocking::default(), replaces_damaged: false }
    }
}

/// Why the state cannot be used. Each says in one sentence what to do.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The folder or the file cannot be made, opened or locked.
    #[error("cannot open the state file {path}: {reason}")]
    Open {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// It is damaged, or something else altogether.
    #[error(
        "the state file {path} is damaged ({reason}): move it away, restore a copy, or set STATE_FILE to another file"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another process works on it.
    #[error("the state file {0} is in use by another giftcode-bot: stop that one, or set STATE_FILE to another file")]
    InUse(PathBuf),
    /// It was written by a newer program.
    #[error(
        "the state file {0} was written by a newer giftcode-bot: update this one, or set STATE_FILE to another file"
    )]
    Newer(PathBuf),
    /// It is for something else.
    #[error("the file {path} holds the state of {found}, not of {wanted}: set STATE_FILE to another file")]
    WrongKind {
        /// The file.
        path: PathBuf,
        /// What it is for.
        found: String,
        /// What it should be for.
        wanted: &'static str,
    },
    /// A change could not be written: it did not happen.
    #[error("cannot write the state file: {0}")]
    Persist(String),
    /// SQLite failed, or a row holds what it must not.
    #[error("cannot read the state file: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Another instance is the active one, or may be: nothing may be done on the account of this change.
    #[error("this instance may not act: another one may be active")]
    NotActive,
    /// The process is ending.
    #[error("the state file is closed")]
    Closed,
}

impl From<StoreError> for ReplicaError {
    fn from(error: StoreError) -> Self {
        Self::WorkingCopy(error.to_string())
    }
}

/// The state of one deployment. Clones share the file.
#[derive(Clone)]
pub struct Store {
    pub(in crate::store) inner: Arc<Inner>,
}

pub(in crate::store) struct Inner {
    writer: Writer,
    /// None where one connection does both: in memory a second one would be locked out.
    reader: Option<Mutex<Connection>>,
    /// Reads queue here. On the connection's lock each would keep a thread waiting, with memory of its own.
    reading: Arc<Semaphore>,
    backing: Backing,
    pub(in crate::store) leader: Arc<dyn Leader>,
    blocking: Blocking,
    instance: i64,
    pub(in crate::store) before_opening: (Timestamp, Duration),
    pub(in crate::store) clock: Clock,
    pub(in crate::store) plan_wake: Wake,
    pub(in crate::store) work_wake: Wake,
    pub(in crate::store) outbox_wake: Wake,
    pub(in crate::store) erasing_wake: Wake,
    /// Counts the commits that changed something.
    pub(in crate::store) commits: AtomicU64,
    pub(in crate::store) progress: WatchedReplica,
    pub(in crate::store) is_replicated: AtomicBool,
    /// An engine works on this file: a new code can be tested.
    pub(in crate::store) has_engine: AtomicBool,
    unsaved: Mutex<Option<unsaved::Unsaved>>,
    broken: SetOnce<Trouble>,
    metrics: OnceLock<Metrics>,
}

impl Store {
    /// Opens the file, or makes it, with every folder above it; nobody else can lead.
    ///
    /// # Errors
    /// When the file cannot be used: see [`StoreError`].
    pub fn open(path: &Path, kind: StateKind, clock: Clock) -> Result<Self, StoreError> {
        Self::open_locked(FileLock::take(path)?, Opening::new(kind, clock))
    }

    /// The same under a lock that was taken before.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn open_locked(lock: Arc<FileLock>, opening: Opening) -> Result<Self, StoreError> {
        let mut opened = schema::open(lock.path(), opening.kind, opening.replaces_damaged)?;
        let backing = Backing::File { identity: opened.file.take(), replaced: opened.replaced.take(), lock };
        Ok(Self::new(opened, backing, opening))
    }

    /// A temporary working copy, for a file that cannot be used: with what the file at `from` holds, if that can be read. It
    /// stands in a folder of its own, else in memory. Nothing counts as written but what the replica has.
    ///
    /// # Errors
    /// When it can be made nowhere.
    pub fn open_temporary(from: Option<&Path>, opening: Opening) -> Result<Self, StoreError> {
        let (mut opened, folder) = schema::open_temporary(from, opening.kind)?;
        let backing = Backing::Temporary { identity: opened.file.take(), _folder: folder };
        Ok(Self::new(opened, backing, opening))
    }

    fn new(opened: schema::Opened, backing: Backing, opening: Opening) -> Self {
        let Opening { clock, leader, blocking, .. } = opening;
        let known = Some(opened.last_version).filter(|version| version.0 > 0);
        let known = known.and_then(|version| Timestamp::from_millisecond(version.millis()).ok());
        let inner = Inner {
            writer: Writer::new(opened.writer, opened.last_version),
            reader: opened.reader.map(Mutex::new),
            reading: Arc::new(Semaphore::new(1)),
            backing,
            leader,
            blocking,
            instance: opened.instance,
            before_opening: (known.unwrap_or_else(|| clock.now()), clock.elapsed()),
            clock,
            plan_wake: Wake::default(),
            work_wake: Wake::default(),
            outbox_wake: Wake::default(),
            erasing_wake: Wake::default(),
            commits: AtomicU64::new(0),
            progress: WatchedReplica::default(),
            is_replicated: AtomicBool::new(false),
            has_engine: AtomicBool::new(false),
            unsaved: Mutex::default(),
            broken: SetOnce::new(),
            metrics: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// From now on its transactions are reported to `metrics`.
    pub fn measured(&self, metrics: Metrics) {
        drop(self.inner.metrics.set(metrics));
    }

    /// This opening of the file, as a number no other opening of it has: the owner of this process's claims.
    pub fn instance(&self) -> i64 {
        self.inner.instance
    }

    /// Where the damaged file was moved to that this one replaces.
    pub fn replaced(&self) -> Option<&Path> {
        if let Backing::File { replaced, .. } = &self.inner.backing { replaced.as_deref() } else { None }
    }

    pub(in crate::store) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = self.inner.clone();
        let read = move |permit: Option<OwnedSemaphorePermit>| {
            let result = match &inner.reader {
                Some(reader) => query(&reader.lock().unwrap_or_else(PoisonError::into_inner)),
                None => inner.writer.read(query),
            };
            // Until the query is over, though the caller may be gone by then.
            drop(permit);
            result
        };
        let result = match self.inner.blocking {
            Blocking::Inline => read(None),
            Blocking::Pool => {
                let (reading, blocking) = (self.inner.reading.clone(), self.inner.blocking);
                // A task of its own. In the caller's future, the connection would be given to it even while nobody polls it, and every
                // other read would wait for that.
                let queued = tokio::spawn(async move {
                    let permit = reading.acquire_owned().await.ok();
                    blocking.run(move || read(permit)).await
                });
                AbortOnDropHandle::new(queued).await.map_err(|_| StoreError::Closed)?
            }
        };
        if let Err(StoreError::Sqlite(error)) = &result
            && let Some(trouble) = Trouble::from_error(error)
        {
            self.break_with(trouble);
        }
        result
    }
}
