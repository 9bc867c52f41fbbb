//! MongoDB as the replica of the state, and as the store of the lease.

use std::future::Future;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::mpsc;

use crate::domain::sync::election::{Lease, Position};
use crate::domain::sync::erasure::Erased;
use crate::domain::sync::record::{Key, Record, RecordKind};

/// The version of the format of documents and of the lease. Each carries the largest version of any program that wrote it. An
/// older program waits, because it does not know what it would undo.
pub const SCHEMA: i64 = 2;

/// Why MongoDB failed to do something: one sentence, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplicaError {
    /// It was not reached, or did not answer in time. It may still have done what was asked.
    #[error("MongoDB does not answer: {0}")]
    Unreachable(String),
    /// It answers and refuses: a wrong user or password, a missing permission, a quota, TLS, the address. Somebody must act.
    #[error("MongoDB refuses: {0}")]
    Refused(String),
    /// Another instance has led since, under this term. The write was fenced off.
    #[error("another instance has led since (term {0})")]
    Fenced(i64),
    /// A newer program, with this schema number, has written to MongoDB.
    #[error("a newer giftcode-bot has written to MongoDB (schema {0}): update this one")]
    Newer(i64),
    #[error("the state file cannot be used: {0}")]
    WorkingCopy(String),
}

pub type ReplicaResult<T> = Result<T, ReplicaError>;

/// Limits the time of a request. A request that times out may still have been carried out.
pub async fn within<T>(limit: Duration, asked: impl Future<Output = ReplicaResult<T>>) -> ReplicaResult<T> {
    let late = || ReplicaError::Unreachable(format!("no answer within {:.1} s", limit.as_secs_f32()));
    tokio::time::timeout(limit, asked).await.unwrap_or_else(|_| Err(late()))
}

/// How many commands may be in flight at once.
pub const IN_FLIGHT: usize = 8;

/// The right under which a write is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// The leader's, under its term, in a round of writes. No document of a later term is replaced ([`ReplicaError::Fenced`]).
    Leader(Position),
    /// A former leader's, for changes that it acknowledged or learnt and could not send while it led. Only the merge key decides.
    /// The leader adopts these documents ([`Scope::Late`]).
    Former,
}

/// Which documents of a kind to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Documents that a leader wrote after this position: in a later term, or in this term in a later round.
    After(Position),
    /// Documents of former leaders that no leader has adopted yet: marked as late, or written under the last leader's term after
    /// this position, its last one. These include writes that the network delivers late, even if their sender is gone.
    Late(Position),
}

/// The replica. Of two versions of a record it keeps the one with the greater
/// [`MergeKey`](crate::domain::sync::record::MergeKey); writing the same version again is harmless. Reads see what a majority of
/// the servers has, and writes return when a majority has them.
pub trait Replica: Send + Sync + 'static {
    /// How many records go into one command if `count` are to be sent. Servers process several commands at once faster, and only
    /// an unanswered command must be sent again.
    fn per_command(&self, count: usize) -> usize {
        count.div_ceil(IN_FLIGHT).clamp(25, 250)
    }
    /// Writes records of one kind with one command. Callers send parents in an earlier command, and up to [`IN_FLIGHT`] commands at
    /// once. Returns the indexes in `records` of those that lost against a stored record.
    fn put(&self, records: &[Record], authority: Authority) -> impl Future<Output = ReplicaResult<Vec<usize>>> + Send;
    /// Removes records for good unless they are newer than the erasure.
    fn erase(&self, erased: &[Erased], authority: Authority) -> impl Future<Output = ReplicaResult<()>> + Send;
    fn get(&self, kind: RecordKind, keys: Vec<Key>) -> impl Future<Output = ReplicaResult<Vec<Record>>> + Send;
    /// Reads the records of one kind into `pages`, in any order. Waits while the channel is full, and ends early when the receiver
    /// is dropped.
    fn read(
        &self,
        kind: RecordKind,
        scope: Scope,
        pages: mpsc::Sender<Vec<Record>>,
    ) -> impl Future<Output = ReplicaResult<()>> + Send;
    /// The size of the database in bytes, including indexes.
    fn size(&self) -> impl Future<Output = ReplicaResult<u64>> + Send;
}

/// The result of polling the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseSnapshot {
    /// `None` if there is no document, or an unreadable one.
    pub lease: Option<Lease>,
    /// There is neither a lease nor a record. A leader can exist only if it has written nothing yet.
    pub is_fresh: bool,
    /// The server's wall clock, in milliseconds since 1970. Terms are derived from it.
    pub server_ms: i64,
}

/// Stores the lease by which one of several instances leads. A request that times out is an error, but may still have been
/// carried out.
pub trait LeaseStore: Send + Sync + 'static {
    fn poll(&self) -> impl Future<Output = ReplicaResult<LeaseSnapshot>> + Send;
    /// Takes the lease for `holder` under this term, and forgets any standby. Returns `None` if the lease is no longer exactly as
    /// `seen` (holder, term, beat). If there was no lease, the database gets a random name ([`Lease::database`]). A lease with a
    /// schema larger than [`SCHEMA`] is not taken ([`ReplicaError::Newer`]).
    fn take(
        &self,
        seen: Option<&Lease>,
        holder: &str,
        term: i64,
    ) -> impl Future<Output = ReplicaResult<Option<Lease>>> + Send;
    /// Renews the lease, and records that all rounds up to this one are done. Returns the renewed lease; `None` if `holder` no
    /// longer holds it under this term, or has released it.
    fn renew(&self, holder: &str, done: Position) -> impl Future<Output = ReplicaResult<Option<Lease>>> + Send;
    /// Registers a waiting instance: the standby's beat grows by one.
    fn register_standby(&self, name: &str) -> impl Future<Output = ReplicaResult<()>> + Send;
    /// Releases the lease with this many unsent changes. Returns whether `holder` still held it under this term.
    fn release(&self, holder: &str, done: Position, unsent: i64) -> impl Future<Output = ReplicaResult<bool>> + Send;
}
