//! The health of all parts in one value, and the health line in the log.
//!
//! # Guarantees
//! A health line appears every 100 checks or every 1,000 s, whatever hangs. It reads "healthy" only when every part is
//! well.
//!
//! # Races
//! The feeds, the engine, the backup and the connection to Discord publish each change of their status. The state of posts
//! and replica is read on demand.
//!
//! # Crash
//! The published statuses and the time of the last line are in memory only.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::health::{DiscordStatus, EngineStatus, FailingBackup, Feeds, Health, HealthLine, PostStatus};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{Reports, SyncLog};

/// Collects the statuses of all parts. Clones share them.
#[derive(Clone)]
pub struct HealthMonitor {
    reports: Reports,
    sync_log: SyncLog,
    feeds: watch::Receiver<Feeds>,
    engine: watch::Receiver<EngineStatus>,
    discord: Option<watch::Receiver<DiscordStatus>>,
    backup: Option<watch::Receiver<Option<FailingBackup>>>,
}

impl HealthMonitor {
    pub fn new(
        reports: Reports,
        sync_log: SyncLog,
        feeds: watch::Receiver<Feeds>,
        engine: watch::Receiver<EngineStatus>,
    ) -> Self {
        Self { reports, sync_log, feeds, engine, discord: None, backup: None }
    }

    pub fn with_discord(self, discord: watch::Receiver<DiscordStatus>) -> Self {
        Self { discord: Some(discord), ..self }
    }

    pub fn with_backup(self, backup: watch::Receiver<Option<FailingBackup>>) -> Self {
        Self { backup: Some(backup), ..self }
    }

    /// How the engine is doing.
    pub fn engine(&self) -> EngineStatus {
        self.engine.borrow().clone()
    }

    pub async fn read(&self) -> Health {
        let posts = self.reports.failing_guilds().await.map(|failing_guilds| PostStatus { failing_guilds });
        let replica = self.sync_log.replica_status().await;
        Health {
            feeds: self.feeds.borrow().clone(),
            posts: posts.map_err(|error| error.to_string()),
            replica: replica.map_err(|error| error.to_string()),
            engine: self.engine.borrow().clone(),
            discord: self.discord.as_ref().map(|discord| discord.borrow().clone()),
            failing_backup: self.backup.as_ref().and_then(|backup| backup.borrow().clone()),
        }
    }
}

pub struct HealthLog {
    monitor: HealthMonitor,
    clock: Clock,
}

impl HealthLog {
    pub fn new(monitor: HealthMonitor, clock: Clock) -> Self {
        Self { monitor, clock }
    }

    async fn log(&self) {
        let mut feeds = self.monitor.feeds.clone();
        let mut line = HealthLine::new(self.clock.elapsed());
        loop {
            tokio::select! {
                biased;
                polled = feeds.changed() => if polled.is_err() { return },
                () = tokio::time::sleep_until(self.clock.at(line.due_at())) => {}
            }
            let (now, checks) = (self.clock.elapsed(), feeds.borrow_and_update().checks());
            if line.is_due(checks, now) {
                let troubles = self.monitor.read().await.troubles(self.clock.now());
                // Not inside the macro, which skips its arguments while the log level is off.
                let line = line.line(checks, &troubles, now);
                tracing::info!("{line}");
            }
        }
    }
}

impl Service for HealthLog {
    fn name(&self) -> &'static str {
        "health log"
    }

    /// Also ends when the watcher is gone.
    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        shutdown.run_until_cancelled(self.log()).await;
        Ok(())
    }
}
