//! MongoDB as the state's replica, and as the place of the lease.

use std::future::Future;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::mpsc;

use crate::domain::sync::election::{Lease, Position};
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Key, Record, RecordKind};

/// The number of the present form of documents and of the lease: each of them carries the largest of any program that wrote it.
/// A program whose number is smaller waits, for it does not know what it would undo.
pub const SCHEMA: i64 = 2;

/// Why MongoDB did not do what it was asked: one sentence, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplicaError {
    /// It was not reached, or did not answer in time. What was asked may have been done all the same.
    #[error("MongoDB does not answer: {0}")]
    Unreachable(String),
    /// It answers, and refuses: the user or password, a missing permission, a quota, TLS, the address. Somebody must act.
    #[error("MongoDB refuses: {0}")]
    Refused(String),
    /// Another instance has led since, under this term: nothing of this write that it fenced off was done.
    #[error("another instance has led since (term {0})")]
    Fenced(i64),
    /// A newer program wrote there, with this schema number.
    #[error("a newer giftcode-bot has written to MongoDB (schema {0}): update this one")]
    Newer(i64),
    /// The fault is on this side.
    #[error("the state file cannot be used: {0}")]
    WorkingCopy(String),
}

/// What comes of asking it.
pub type Answer<T> = Result<T, ReplicaError>;

/// A question that is not answered in time may have been done all the same.
pub async fn within<T>(limit: Duration, asked: impl Future<Output = Answer<T>>) -> Answer<T> {
    let late = || ReplicaError::Unreachable(format!("no answer within {:.1} s", limit.as_secs_f32()));
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(late()))
}

/// The most commands in flight.
pub const IN_FLIGHT: usize = 8;

/// In whose name a write is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The leader's, under its term, in a round of writes: no document of a later term is replaced ([`ReplicaError::Fenced`]).
    Leader(Position),
    /// A former leader's: what it acknowledged, or learnt, and could not send while it led. The merge key alone decides; the
    /// present leader adopts what it finds ([`Scope::Late`]).
    Former,
}

/// Which documents of a kind are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// Those that a leader wrote behind this position: in a later term, or in this one in a later round.
    After(Position),
    /// Those that former leaders wrote, and no leader has adopted yet: as such, or under their own term behind this position,
    /// their last one. What the network delivers late is among these, whether its sender still lives or not.
    Late(Position),
}

/// The replica. Of two versions of a record it keeps the one with the greater [`MergeKey`](crate::domain::sync::record::MergeKey); the same one again does no harm.
/// Every read sees what a majority of the servers has; every write is on a majority when it returns.
pub trait Replica: Send + Sync + 'static {
    /// How many records of one kind go in one command, where there are so many to send: servers are faster with several at once,
    /// and what one does not answer in time is sent again.
    fn per_command(&self, count: usize) -> usize {
        count.div_ceil(IN_FLIGHT).clamp(25, 250)
    }
    /// Writes records of one kind with one command. Callers send parents in an earlier one, and several at once ([`IN_FLIGHT`]).
    /// Returns the places in `records` of those that lost against what is there.
    fn put(&self, records: &[Record], authority: Authority) -> impl Future<Output = Answer<Vec<usize>>> + Send;
    /// Removes records for good, those that are not newer than told.
    fn erase(&self, erased: &[Erased], authority: Authority) -> impl Future<Output = Answer<()>> + Send;
    /// The records of one kind with these keys, where there are any.
    fn get(&self, kind: RecordKind, keys: Vec<Key>) -> impl Future<Output = Answer<Vec<Record>>> + Send;
    /// Reads the records of one kind, in whatever order, into `pages`. Waits while the channel is full, and ends early when
    /// nobody receives any more.
    fn read(
        &self,
        kind: RecordKind,
        scope: Scope,
        pages: mpsc::Sender<Vec<Record>>,
    ) -> impl Future<Output = Answer<()>> + Send;
    /// How many bytes the database takes, indexes counted.
    fn size(&self) -> impl Future<Output = Answer<u64>> + Send;
}

/// What stands where the lease is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The lease; `None` where there is none (no document, or one that cannot be read as one).
    pub lease: Option<Lease>,
    /// There is no lease and no record either: nobody leads here, but for one that has had nothing to write yet.
    pub is_fresh: bool,
    /// The server's wall time, in milliseconds since 1970: terms are taken from it.
    pub server_ms: i64,
}

/// Where the lease is kept by which one instance of several leads. What cannot be done in time is an error, and then may have
/// been done all the same.
pub trait LeaseStore: Send + Sync + 'static {
    /// What stands there now.
    fn poll(&self) -> impl Future<Output = Answer<Seen>> + Send;
    /// Takes it for `holder` under this term, if it still stands exactly as it was `seen` (holder, term, beat); `None` if not.
    /// Where there was none, the database gets a random name ([`Lease::database`]). Forgets any standby. One whose schema is
    /// larger than [`SCHEMA`] is not taken ([`ReplicaError::Newer`]).
    fn take(&self, seen: Option<&Lease>, holder: &str, term: i64)
    -> impl Future<Output = Answer<Option<Lease>>> + Send;
    /// Renews it, if it still is `holder`'s under this term and not released, and notes that all rounds up to this one are done.
    /// Returns it as it stands then; `None` where it is not so any more.
    fn renew(&self, holder: &str, done: Position) -> impl Future<Output = Answer<Option<Lease>>> + Send;
    /// Says that an instance waits for it: the standby's beat grows by one.
    fn register_standby(&self, name: &str) -> impl Future<Output = Answer<()>> + Send;
    /// Gives it back with this many changes unsent, if it still is `holder`'s under this term; whether it was.
    fn release(&self, holder: &str, done: Position, unsent: i64) -> impl Future<Output = Answer<bool>> + Send;
}
