//! Keeps the loops alive: one that dies is started again with back-off, one that keeps dying ends the process.
//!
//! A loop ends in one of three ways. `Ok` means that it is done or was asked to stop: it is not started again. `Err` or
//! a panic means that it died: logged, and started again after 1 s, doubling to 60 s. More than [`MAX_DEATHS`] deaths
//! within [`DEATHS_WITHIN`], or one for a [`Fatal`] reason, end all loops, and [`Supervisor::run`] returns the last reason, for the process to end with
//! one clear line. A loop keeps all it must not lose in the store, so its restart is like a restart of the process.
//!
//! It is written by hand on tokio's `JoinSet` and `CancellationToken`: crates that supervise tasks want them to be actors
//! or subsystems of their own kind.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, anyhow};
use futures_util::FutureExt;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often a loop may die …
pub const MAX_DEATHS: usize = 5;
/// … within this time before the process ends.
pub const DEATHS_WITHIN: Duration = Duration::from_secs(300);
/// How long loops may take to end after they were asked to.
pub const STOP_WITHIN: Duration = Duration::from_secs(20);

/// A reason that starting again does not help against: the loop that ends with it ends all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fatal(pub String);

type Loop = Box<dyn Fn() -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> + Send>;

/// A set of named loops that live and end together.
pub struct Supervisor {
    loops: Vec<(&'static str, Loop)>,
    shutdown: CancellationToken,
}

impl Supervisor {
    /// No loops yet; all end when `shutdown` is cancelled.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self { loops: Vec::new(), shutdown }
    }

    /// Adds a loop: `start` begins it, and begins it again when it died.
    pub fn add<F>(&mut self, name: &'static str, start: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.loops.push((name, Box::new(move || Box::pin(start()))));
    }

    /// Runs all loops until they are done, or the shutdown token is cancelled and they have ended, at most
    /// [`STOP_WITHIN`] later.
    ///
    /// # Errors
    /// When a loop keeps dying; the others are ended first.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut tasks = JoinSet::new();
        for (name, start) in self.loops {
            tasks.spawn(keep_alive(name, start, self.shutdown.clone()));
        }
        let mut result = Ok(());
        let all_ended = async {
            while let Some(ended) = tasks.join_next().await {
                let ended = ended.unwrap_or_else(|e| Err(anyhow!("a supervised task ended: {e}")));
                if let Err(error) = ended {
                    self.shutdown.cancel();
                    result = Err(error);
                }
            }
        };
        let deadline = async {
            self.shutdown.cancelled().await;
            tokio::time::sleep(STOP_WITHIN).await;
        };
        tokio::select! {
            () = all_ended => {}
            () = deadline => tracing::warn!("Some tasks did not end within {} s and were stopped", STOP_WITHIN.as_secs()),
        }
        result
    }
}

async fn keep_alive(name: &'static str, start: Loop, shutdown: CancellationToken) -> anyhow::Result<()> {
    let mut deaths: Vec<Instant> = Vec::new();
    loop {
        let ended = AssertUnwindSafe(start()).catch_unwind().await;
        let error = match ended {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(panic) => anyhow!("it panicked: {}", panic_text(panic.as_ref())),
        };
        if shutdown.is_cancelled() {
            return Err(error).with_context(|| format!("the {name} failed while it was ending"));
        }
        if error.is::<Fatal>() {
            return Err(error);
        }
        let now = Instant::now();
        deaths.retain(|at| now.duration_since(*at) < DEATHS_WITHIN);
        deaths.push(now);
        if deaths.len() > MAX_DEATHS {
            let minutes = DEATHS_WITHIN.as_secs() / 60;
            return Err(error).with_context(|| format!("the {name} died {} times in {minutes} minutes", deaths.len()));
        }
        let doubled = 1u64 << (deaths.len() - 1).min(6);
        let wait = Duration::from_secs(doubled.min(60));
        tracing::error!("The {name} died and starts again in {} s: {error:#}", wait.as_secs());
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shutdown.cancelled() => return Ok(()),
        }
    }
}

/// What a panic said.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn counted(
        supervisor: &mut Supervisor,
        name: &'static str,
        dies: impl Fn(usize) -> bool + Send + Sync + 'static,
    ) -> Arc<AtomicUsize> {
        let starts = Arc::new(AtomicUsize::new(0));
        let (counter, dies, shutdown) = (starts.clone(), Arc::new(dies), supervisor.shutdown.clone());
        supervisor.add(name, move || {
            let (start, dies, shutdown) = (counter.fetch_add(1, Ordering::SeqCst), dies.clone(), shutdown.clone());
            async move {
                assert!(!dies(start), "start {start}");
                shutdown.cancelled().await;
                Ok(())
            }
        });
        starts
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_dies_is_started_again() {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone());
        let starts = counted(&mut supervisor, "watcher", |start| start < 3);
        let steady = counted(&mut supervisor, "poster", |_| false);
        let run = tokio::spawn(supervisor.run());
        tokio::time::sleep(Duration::from_secs(60)).await;
        shutdown.cancel();
        run.await.unwrap().unwrap();
        assert_eq!((starts.load(Ordering::SeqCst), steady.load(Ordering::SeqCst)), (4, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_keeps_dying_ends_all_with_its_reason() {
        let mut supervisor = Supervisor::new(CancellationToken::new());
        let starts = counted(&mut supervisor, "engine", |_| true);
        counted(&mut supervisor, "poster", |_| false);
        let error = format!("{:#}", supervisor.run().await.unwrap_err());
        assert_eq!(starts.load(Ordering::SeqCst), MAX_DEATHS + 1);
        assert!(error.contains("the engine died 6 times in 5 minutes: it panicked: start 5"), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_fatal_reason_ends_all_at_once() {
        let mut supervisor = Supervisor::new(CancellationToken::new());
        let steady = counted(&mut supervisor, "poster", |_| false);
        supervisor.add("connection", || async { Err(Fatal("the token is refused".into()).into()) });
        let before = Instant::now();
        assert_eq!(supervisor.run().await.unwrap_err().to_string(), "the token is refused");
        assert_eq!((before.elapsed(), steady.load(Ordering::SeqCst)), (Duration::ZERO, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_loop_that_does_not_end_is_stopped_at_the_deadline() {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone());
        supervisor.add("sleeper", || async {
            std::future::pending::<()>().await;
            Ok(())
        });
        shutdown.cancel();
        let before = Instant::now();
        supervisor.run().await.unwrap();
        assert_eq!(before.elapsed(), STOP_WITHIN);
    }
}
