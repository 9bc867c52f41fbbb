//! Keeps the services alive: a service that dies is restarted after a back-off; one that keeps dying ends the process.
//!
//! A service ends in one of three ways. `Ok` means that it is done or was told to stop; it is not restarted. `Err` or a
//! panic means that it died; this is logged, and it is restarted after 1 s, doubling to 60 s. More than [`MAX_DEATHS`]
//! deaths within [`DEATHS_WITHIN`], or one for a [`Fatal`] reason, end all services. [`Supervisor::run`] then returns
//! the last reason, so that the process ends with one clear line. A service keeps everything it must not lose in the
//! store, so its restart is like a restart of the process.
//!
//! Written by hand on tokio's `JoinSet` and `CancellationToken`: supervising crates require tasks to be actors or
//! subsystems of their own kind.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;

/// How often a service may die …
pub const MAX_DEATHS: usize = 5;
/// … within this time before the process ends.
pub const DEATHS_WITHIN: Duration = Duration::from_secs(300);
/// After a death.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(1), Duration::from_secs(60));
/// How long services may take to end after they were told to stop.
pub const STOP_WITHIN: Duration = Duration::from_secs(20);

/// An error that a restart does not cure. It ends all services.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fatal(pub String);

/// A loop that the supervisor keeps alive. The store keeps what must not be lost with it.
pub trait Service: Send + Sync + 'static {
    /// Its name in log lines and errors, after "the".
    fn name(&self) -> &'static str;
    /// Works until `shutdown`. It may be called again after it ended, but never twice at once.
    fn run(self: Arc<Self>, shutdown: CancellationToken) -> impl Future<Output = anyhow::Result<()>> + Send;
}

pub struct Supervisor {
    services: Vec<BoxFuture<'static, anyhow::Result<()>>>,
    shutdown: CancellationToken,
}

impl Supervisor {
    /// All services end when `shutdown` is cancelled.
    pub fn new(shutdown: CancellationToken) -> Self {
        Self { services: Vec::new(), shutdown }
    }

    /// The service starts with [`Supervisor::run`].
    pub fn add(&mut self, service: Arc<impl Service>) {
        self.services.push(keep_alive(service, self.shutdown.clone()).boxed());
    }

    /// Runs all services until they are done, or until the shutdown token is cancelled and they have ended, at most
    /// [`STOP_WITHIN`] later.
    ///
    /// # Errors
    ///
    /// When a service keeps dying. The others are ended first.
    pub async fn run(self) -> anyhow::Result<()> {
        let mut tasks = JoinSet::new();
        for service in self.services {
            tasks.spawn(service);
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

async fn keep_alive(service: Arc<impl Service>, shutdown: CancellationToken) -> anyhow::Result<()> {
    let name = service.name();
    let mut deaths: Vec<Instant> = Vec::new();
    loop {
        let ended = AssertUnwindSafe(service.clone().run(shutdown.clone())).catch_unwind().await;
        let error = match ended {
            Ok(Ok(())) => {
                // Whatever is missing here was cut off at a stop.
                tracing::debug!("The {name} has ended");
                return Ok(());
            }
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
        let wait = BACK_OFF.doubled(u32::try_from(deaths.len() - 1).unwrap_or(u32::MAX));
        tracing::error!("The {name} died and starts again in {} s: {error:#}", wait.as_secs());
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shutdown.cancelled() => return Ok(()),
        }
    }
}

/// The message of a panic.
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Counted<D> {
        name: &'static str,
        dies: D,
        starts: Arc<AtomicUsize>,
    }

    impl<D: Fn(usize) -> bool + Send + Sync + 'static> Service for Counted<D> {
        fn name(&self) -> &'static str {
            self.name
        }

        async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
            let start = self.starts.fetch_add(1, Ordering::SeqCst);
            assert!(!(self.dies)(start), "start {start}");
            shutdown.cancelled().await;
            Ok(())
        }
    }

    fn counted(
        supervisor: &mut Supervisor,
        name: &'static str,
        dies: impl Fn(usize) -> bool + Send + Sync + 'static,
    ) -> Arc<AtomicUsize> {
        let starts = Arc::new(AtomicUsize::new(0));
        supervisor.add(Arc::new(Counted { name, dies, starts: starts.clone() }));
        starts
    }

    /// Ends with this result, or never.
    struct Once(Option<Fatal>);

    impl Service for Once {
        fn name(&self) -> &'static str {
            "connection"
        }

        async fn run(self: Arc<Self>, _: CancellationToken) -> anyhow::Result<()> {
            match &self.0 {
                Some(reason) => Err(reason.clone().into()),
                None => std::future::pending().await,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_dies_is_started_again() {
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
    async fn a_service_that_keeps_dying_ends_all_with_its_reason() {
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
        supervisor.add(Arc::new(Once(Some(Fatal("the token is refused".into())))));
        let before = Instant::now();
        assert_eq!(supervisor.run().await.unwrap_err().to_string(), "the token is refused");
        assert_eq!((before.elapsed(), steady.load(Ordering::SeqCst)), (Duration::ZERO, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_does_not_end_is_stopped_at_the_deadline() {
        let shutdown = CancellationToken::new();
        let mut supervisor = Supervisor::new(shutdown.clone());
        supervisor.add(Arc::new(Once(None)));
        shutdown.cancel();
        let before = Instant::now();
        supervisor.run().await.unwrap();
        assert_eq!(before.elapsed(), STOP_WITHIN);
    }
}
