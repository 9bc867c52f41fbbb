//! Group commit: the writes of one moment share one transaction, each in its own savepoint.
//!
//! While the replica is caught up, a write returns when both stores have it, and otherwise when the file has it. A write to a
//! temporary working copy is acknowledged only when the replica has it.
//!
//! Written by hand: pools and actors for SQLite (deadpool, tokio-rusqlite) give each caller its own transaction, and so a sync to
//! disk for each.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, Params, TransactionBehavior};
use tokio::sync::oneshot;

use crate::domain::sync::version::{HybridClock, Version};

use super::replica_progress::is_outbox_full;
use super::schema::Trouble;
use super::{Blocking, Store, StoreError};

/// Answers the caller when the result of the commit and its number are known.
type Finish = Box<dyn FnOnce(Result<u64, String>) + Send>;
/// A write. It runs in the transaction, or learns that there is none.
type Job = Box<dyn FnOnce(Option<(&mut rusqlite::Transaction<'_>, &Context)>) -> Finish + Send>;

pub(super) struct Writer {
    state: Mutex<State>,
    queue: Mutex<Vec<Job>>,
}

struct State {
    connection: Connection,
    clock: HybridClock,
}

/// Shared by the writes of one commit.
pub(super) struct Context {
    now: Timestamp,
    clock: RefCell<HybridClock>,
    wakes_plan: Cell<bool>,
    wakes_work: Cell<bool>,
    /// Why the file can no longer be used.
    trouble: RefCell<Option<Trouble>>,
    /// Why a change could not be saved.
    unsaved: RefCell<Option<String>>,
    /// The file fails now, so everything starts again from the replica.
    will_start_over: bool,
    is_broken: bool,
}

/// One write: a savepoint, the time, and the versions of its changes.
pub(in crate::store) struct Tx<'a> {
    connection: &'a Connection,
    context: &'a Context,
}

impl Tx<'_> {
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    pub fn version(&self) -> i64 {
        self.context.clock.borrow_mut().tick(self.context.now).0
    }

    /// Makes the versions of this and later writes newer than another writer's.
    pub fn observe(&self, version: Version) {
        self.context.clock.borrow_mut().observe(version);
    }

    pub fn statement(&self, sql: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.connection.prepare_cached(sql)
    }

    pub fn execute(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.statement(sql)?.execute(params)
    }

    pub fn connection(&self) -> &Connection {
        self.connection
    }

    /// Wakes the poster after the commit.
    pub fn wake_plan(&self) {
        self.context.wakes_plan.set(true);
    }

    /// Wakes the engine after the commit.
    pub fn wake_work(&self) {
        self.context.wakes_work.set(true);
    }
}

impl Writer {
    pub fn new(connection: Connection, last: Version) -> Self {
        let state = State { connection, clock: HybridClock::after(last) };
        Self { state: Mutex::new(state), queue: Mutex::new(Vec::new()) }
    }

    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> T) -> T {
        query(&self.state.lock().unwrap_or_else(PoisonError::into_inner).connection)
    }
}

impl Store {
    /// Runs `write` in a transaction. Returns after the commit, and while the replica is caught up, when that has it too.
    pub(in crate::store) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (value, commit) = self.write_with_room(write).await?;
        self.wait_for_replica(commit, false).await?;
        Ok(value)
    }

    /// Runs `write`, which records something that has already happened. The file takes it at once, however much is unsent: otherwise a
    /// stop could come first, and the action would be repeated.
    pub(in crate::store) async fn write_fact<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.is_temporary() {
            return self.write(write).await;
        }
        let (value, commit) = self.queue(write).await?;
        self.wait_for_replica(commit, false).await?;
        Ok(value)
    }

    /// Runs `write`, the intent of an outward action, in a transaction if this instance may act; otherwise writes nothing. Returns
    /// after the commit, and beside a standby when MongoDB has it too, with whether the action is allowed. If not, the write
    /// remains.
    pub(in crate::store) async fn write_intent<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(T, Result<(), StoreError>), StoreError> {
        self.wait_for_reach().await;
        let (value, commit) = self.write_with_room(self.checked(Self::may_begin, write)).await?;
        let permission = self.wait_for_replica(commit, true).await.and_then(|()| self.require_leader());
        Ok((value, permission))
    }

    /// Runs `write` in a transaction if this instance leads; otherwise writes nothing.
    pub(in crate::store) async fn write_leading<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.write(self.checked(Self::require_leader, write)).await
    }

    /// The same write, checked again at the moment when it runs: it may have waited, or the machine slept, since it was begun.
    fn checked<T>(
        &self,
        check: fn(&Self) -> Result<(), StoreError>,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static {
        let store = self.clone();
        move |tx| {
            check(&store)?;
            write(tx)
        }
    }

    async fn write_with_room<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(T, u64), StoreError> {
        self.wait_for_room().await?;
        self.queue(write).await
    }

    /// Runs `write`, which does not concern the replica, in a transaction. Returns after the commit.
    pub(in crate::store) async fn write_local<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        Ok(self.queue(write).await?.0)
    }

    async fn queue<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(T, u64), StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let result = match transaction {
                Some((transaction, context)) => in_savepoint(transaction, context, write),
                None => Err(StoreError::Persist("no transaction can begin".to_owned())),
            };
            Box::new(move |committed| {
                let result = match (result, committed) {
                    (Ok(value), Ok(commit)) => Ok((value, commit)),
                    (Err(error), Ok(_)) => Err(error),
                    (_, Err(reason)) => Err(StoreError::Persist(reason)),
                };
                // The caller may be gone, but the write stands.
                drop(answer.send(result));
            })
        });
        let is_first = {
            let mut queue = self.inner.writer.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.push(job);
            queue.len() == 1
        };
        // A queue that is not empty already has a drain on its way.
        if is_first {
            let store = self.clone();
            match self.inner.blocking {
                Blocking::Pool => drop(tokio::task::spawn_blocking(move || store.drain())),
                Blocking::Inline => store.drain(),
            }
        }
        answered.await.map_err(|_| StoreError::Closed)?
    }

    fn drain(self) {
        let inner = &self.inner;
        let mut state = inner.writer.state.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs = std::mem::take(&mut *inner.writer.queue.lock().unwrap_or_else(PoisonError::into_inner));
        let context = Context {
            now: inner.clock.now(),
            clock: RefCell::new(state.clock),
            wakes_plan: Cell::new(false),
            wakes_work: Cell::new(false),
            trouble: RefCell::new(None),
            unsaved: RefCell::new(None),
            will_start_over: self.is_replicated() && !self.is_temporary(),
            is_broken: self.is_broken(),
        };
        let began = inner.clock.elapsed();
        let (finishes, committed) = self.run(&mut state.connection, jobs, &context);
        if let Some(metrics) = inner.metrics.get() {
            metrics.committed(inner.clock.elapsed().saturating_sub(began));
        }
        state.clock = *context.clock.borrow();
        let has_saved = matches!(committed, Ok(true));
        let committed = committed
            .map(|has_changed| inner.commits.fetch_add(has_changed.into(), Ordering::SeqCst) + u64::from(has_changed));
        drop(state);
        if let Err(reason) = &committed {
            context.log_not_persisted(reason);
        }
        self.note_saved(has_saved, context.unsaved.take());
        if let Some(trouble) = context.trouble.take() {
            self.break_with(trouble);
        }
        if committed.is_ok() {
            if context.wakes_plan.get() {
                inner.plan_wake.wake_all();
            }
            if context.wakes_work.get() {
                inner.work_wake.wake_all();
            }
            inner.outbox_wake.wake_all();
        }
        // Before callers learn of it: one that waited for the last write may close the file and open it again.
        drop(self);
        for finish in finishes {
            finish(committed.clone());
        }
    }

    /// Runs the jobs in one transaction. Returns whether it changed anything, or why it was rolled back.
    fn run(
        &self,
        connection: &mut Connection,
        queue: Vec<Job>,
        context: &Context,
    ) -> (Vec<Finish>, Result<bool, String>) {
        let refuse = |queue: Vec<Job>, reason: String| (queue.into_iter().map(|job| job(None)).collect(), Err(reason));
        if let Some(reason) = self.inner.backing.trouble(connection) {
            context.trouble.replace(Some(Trouble { reason: reason.clone(), is_suspect: true }));
            return refuse(queue, reason);
        }
        let before = (context.clock.borrow().last(), connection.total_changes());
        let mut transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
            Ok(transaction) => transaction,
            Err(error) => return refuse(queue, context.failure(&error)),
        };
        let finishes = queue.into_iter().map(|job| job(Some((&mut transaction, context)))).collect();
        let commit = || -> Result<bool, String> {
            let failed = |error: rusqlite::Error| context.failure(&error);
            let last = context.clock.borrow().last();
            if last != before.0 {
                let mut note =
                    transaction.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'clock'").map_err(failed)?;
                note.execute([last.0]).map_err(failed)?;
            }
            let has_changed = transaction.total_changes() != before.1;
            let is_outbox_full = match has_changed && self.is_replicated() {
                true => Some(is_outbox_full(&transaction).map_err(failed)?),
                false => None,
            };
            transaction.commit().map_err(failed)?;
            if let Some(is_outbox_full) = is_outbox_full {
                self.set_outbox_full(is_outbox_full);
            }
            Ok(has_changed)
        };
        let committed = commit();
        (finishes, committed)
    }
}

impl Context {
    /// The error's text, and a note if the file itself is at fault.
    fn failure(&self, error: &rusqlite::Error) -> String {
        if let Some(trouble) = Trouble::from_error(error) {
            self.trouble.replace(Some(trouble));
        }
        error.to_string()
    }

    fn log_not_persisted(&self, reason: &str) {
        match self.will_start_over && (self.is_broken || self.trouble.borrow().is_some()) {
            true if self.is_broken => tracing::debug!("Not persisted: {reason}"),
            // This shows whether MongoDB can take over, and logs it if not.
            true => tracing::error!("The state file cannot be written: {reason}"),
            false => {
                tracing::error!("CRITICAL: Failed to persist state: {reason}");
                self.unsaved.replace(Some(reason.to_owned()));
            }
        }
    }

    fn persist(&self, error: &rusqlite::Error) -> StoreError {
        let reason = self.failure(error);
        self.log_not_persisted(&reason);
        StoreError::Persist(reason)
    }
}

fn in_savepoint<T>(
    transaction: &mut rusqlite::Transaction<'_>,
    context: &Context,
    write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let savepoint = transaction.savepoint().map_err(|e| context.persist(&e))?;
    let written = catch_unwind(AssertUnwindSafe(|| write(&Tx { connection: &savepoint, context })));
    match written {
        Ok(Ok(value)) => savepoint.commit().map(|()| value).map_err(|e| context.persist(&e)),
        Ok(Err(error)) => Err(match error {
            StoreError::Sqlite(error) => context.persist(&error),
            other => other,
        }),
        Err(_) => Err(StoreError::Persist("a write panicked and was taken back".to_owned())),
    }
}
