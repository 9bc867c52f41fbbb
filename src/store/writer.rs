//! Group commit: the writes of one moment share one transaction, each in a savepoint of its own.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, Params, TransactionBehavior};
use tokio::sync::oneshot;

use crate::domain::version::{HybridClock, Version};

use super::{Store, StoreError};

/// Answers the caller once it is known whether the commit succeeded.
type Finish = Box<dyn FnOnce(Result<(), String>) + Send>;
/// A write, run in the transaction, or told that there is none.
type Job = Box<dyn FnOnce(Option<(&mut rusqlite::Transaction<'_>, &Context)>) -> Finish + Send>;

pub(super) struct Writer {
    state: Mutex<State>,
    queue: Mutex<Vec<Job>>,
}

struct State {
    connection: Connection,
    clock: HybridClock,
}

/// What the writes of one commit share.
pub(super) struct Context {
    now: Timestamp,
    clock: RefCell<HybridClock>,
    wakes_plan: Cell<bool>,
    wakes_work: Cell<bool>,
}

/// One write: a savepoint, the time, and the versions for what it changes.
pub(super) struct Tx<'a> {
    connection: &'a Connection,
    context: &'a Context,
}

impl Tx<'_> {
    pub fn now(&self) -> Timestamp {
        self.context.now
    }

    /// The next version.
    pub fn version(&self) -> i64 {
        self.context.clock.borrow_mut().tick(self.context.now).0
    }

    /// Makes the versions of this and later writes newer than another writer's.
    pub fn observe(&self, version: Version) {
        self.context.clock.borrow_mut().observe(version, self.context.now);
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
}

impl Store {
    /// Runs `write` in a transaction and returns after its commit.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |transaction| {
            let result = match transaction {
                Some((transaction, context)) => in_savepoint(transaction, context, write),
                None => Err(StoreError::Persist("no transaction can begin".to_owned())),
            };
            Box::new(move |committed| {
                // The caller may be gone; the write stands all the same.
                let _ = answer.send(result.and_then(|value| committed.map(|()| value).map_err(StoreError::Persist)));
            })
        });
        let is_first = {
            let mut queue = self.inner.writer.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.push(job);
            queue.len() == 1
        };
        // A queue with something in it has a drain on its way already.
        if is_first {
            let store = self.clone();
            tokio::task::spawn_blocking(move || store.drain());
        }
        answered.await.map_err(|_| StoreError::Closed)?
    }

    fn drain(self) {
        let writer = &self.inner.writer;
        let mut state = writer.state.lock().unwrap_or_else(PoisonError::into_inner);
        let jobs = std::mem::take(&mut *writer.queue.lock().unwrap_or_else(PoisonError::into_inner));
        let context = Context {
            now: self.inner.clock.now(),
            clock: RefCell::new(state.clock),
            wakes_plan: Cell::new(false),
            wakes_work: Cell::new(false),
        };
        let (finishes, committed) = run(&mut state.connection, jobs, &context);
        state.clock = *context.clock.borrow();
        drop(state);
        if let Err(reason) = &committed {
            tracing::error!("CRITICAL: Failed to persist state: {reason}");
        }
        if committed.is_ok() && context.wakes_plan.get() {
            self.inner.plan_wake.notify_waiters();
        }
        if committed.is_ok() && context.wakes_work.get() {
            self.inner.work_wake.notify_waiters();
        }
        if committed.is_ok() {
            self.inner.outbox_wake.notify_waiters();
        }
        // Before anybody hears of it: whoever waits for the last write may close the file and open it again.
        drop(self);
        for finish in finishes {
            finish(committed.clone());
        }
    }
}

fn run(connection: &mut Connection, jobs: Vec<Job>, context: &Context) -> (Vec<Finish>, Result<(), String>) {
    let before = context.clock.borrow().last();
    let mut transaction = match connection.transaction_with_behavior(TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => return (jobs.into_iter().map(|job| job(None)).collect(), Err(error.to_string())),
    };
    let finishes = jobs.into_iter().map(|job| job(Some((&mut transaction, context)))).collect();
    let commit = || -> rusqlite::Result<()> {
        let last = context.clock.borrow().last();
        if last != before {
            transaction.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'clock'")?.execute([last.0])?;
        }
        transaction.commit()
    };
    (finishes, commit().map_err(|e| e.to_string()))
}

fn in_savepoint<T>(
    transaction: &mut rusqlite::Transaction<'_>,
    context: &Context,
    write: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let savepoint = transaction.savepoint().map_err(persist)?;
    let written = catch_unwind(AssertUnwindSafe(|| write(&Tx { connection: &savepoint, context })));
    match written {
        Ok(Ok(value)) => savepoint.commit().map(|()| value).map_err(persist),
        Ok(Err(error)) => Err(match error {
            StoreError::Sqlite(error) => persist(error),
            other => other,
        }),
        Err(_) => Err(StoreError::Persist("a write panicked and was taken back".to_owned())),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn persist(error: rusqlite::Error) -> StoreError {
    tracing::error!("CRITICAL: Failed to persist state: {error}");
    StoreError::Persist(error.to_string())
}
