//! The watcher: asks the code feeds, and writes what they list into the store.
//!
//! # Guarantees
//! A code that a feed lists is in the store when the poll ends, or the poll counts as failed and says so. One feed that
//! fails hides no other. A code is taken for gone only when every feed answered and none lists it. After
//! `max_consecutive_errors` polls in a row that brought nothing, the interval doubles per failure up to 5 minutes; one
//! success restores it.
//!
//! # Races
//! The poster and the engine see the codes through the store only. The engine may condemn a code while a poll is under
//! way: the change is worked out again inside the transaction that makes it.
//!
//! # Crash
//! Nothing is kept in memory but what saves work (what the log said last, the feeds' validators).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::code::CodeKey;
use crate::domain::health::Health;
use crate::domain::listing;
use crate::ports::{CodeFeed, SourceReport};
use crate::store::{ListingChanges, Store};

/// How the watcher works.
#[derive(Debug, Clone, Copy)]
pub struct WatcherSettings {
    /// Between two polls.
    pub interval: Duration,
    /// Failures in a row after which the interval grows; at least 1.
    pub max_consecutive_errors: u32,
    /// How long a code that is over must have been so before its return is believed.
    pub return_after: Duration,
}

/// How the feeds do, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedHealth {
    /// When at least one of them gave its codes last.
    pub read_at: Option<Timestamp>,
    /// What was wrong with them at the latest look.
    pub trouble: Option<String>,
}

/// The watcher. [`Watcher::run`] may be called again after it ended.
pub struct Watcher<F> {
    feed: F,
    store: Store,
    clock: Clock,
    settings: WatcherSettings,
    health: watch::Sender<FeedHealth>,
    others: Option<Box<Trouble>>,
}

/// What is wrong with somebody else, whose health the line tells, too.
pub type Trouble = dyn Fn() -> Option<String> + Send + Sync;

/// What the log said last, so that it says only what changed.
#[derive(Default)]
struct Said {
    keys: Option<BTreeSet<CodeKey>>,
    failing: BTreeMap<String, String>,
}

impl<F: CodeFeed> Watcher<F> {
    /// A watcher of this feed, writing into this store.
    pub fn new(feed: F, store: Store, clock: Clock, settings: WatcherSettings) -> Self {
        Self { feed, store, clock, settings, health: watch::Sender::default(), others: None }
    }

    /// The same, whose health line says what is wrong with the engine, too.
    #[must_use]
    pub fn with_others(self, trouble: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self { others: Some(Box::new(trouble)), ..self }
    }

    /// How the feeds do, from now on.
    pub fn health(&self) -> watch::Receiver<FeedHealth> {
        self.health.subscribe()
    }

    /// Polls until `shutdown`. A poll that is under way then is given up: it has changed nothing yet, or everything.
    ///
    /// # Errors
    /// None at present; failures are counted, said and got over.
    pub async fn run(&self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let settings = &self.settings;
        tracing::info!("Starting giftcode poster with interval={}s", settings.interval.as_secs_f64());
        let mut health = Health::new(settings.interval, settings.max_consecutive_errors, self.clock.elapsed());
        let mut said = Said::default();
        loop {
            let started = self.clock.elapsed();
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                checked = self.check(&mut said) => match checked {
                    Ok(trouble) => health.succeeded(trouble),
                    Err(error) => {
                        tracing::warn!("The check failed: {error:#}");
                        health.failed(format!("{error:#}"));
                    }
                },
            }
            if let Some(line) = health.line(self.clock.elapsed(), self.others.as_ref().and_then(|trouble| trouble())) {
                tracing::info!("{line}");
            }
            let interval = health.next_interval();
            if health.is_slowed() {
                let errors = health.consecutive_errors();
                tracing::warn!("Too many consecutive errors ({errors}), next check in {}s", interval.as_secs_f64());
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep_until(self.clock.at(started + interval)) => {}
            }
        }
    }

    /// One poll. `Ok` with what is wrong all the same, if anything.
    async fn check(&self, said: &mut Said) -> anyhow::Result<Option<String>> {
        let reports = self.feed.poll().await;
        said.report_failures(&reports);
        let total = reports.len();
        let mut failures: Vec<String> = Vec::new();
        let mut lists = Vec::new();
        let mut attempts = 1;
        for report in reports {
            match report.result {
                Ok(codes) => {
                    lists.push(codes);
                    attempts = attempts.max(report.attempts);
                }
                Err(error) => failures.push(format!("{} {error}", report.source)),
            }
        }
        let read_at = (!lists.is_empty()).then(|| self.clock.now());
        let trouble = (!failures.is_empty()).then(|| failures.join("; "));
        self.health.send_modify(|health| {
            health.read_at = read_at.or(health.read_at);
            health.trouble = trouble;
        });
        anyhow::ensure!(!lists.is_empty(), "no feed gave codes: {}", failures.join("; "));
        let listed = listing::merge(lists);
        let keys: BTreeSet<CodeKey> = listed.keys().cloned().collect();
        let fetched = format!("Successfully fetched {} gift codes (attempt {attempts})", keys.len());
        if said.keys.as_ref() == Some(&keys) {
            tracing::debug!("{fetched}");
        } else {
            tracing::info!("{fetched}");
        }
        let changes = self.store.apply_listing(listed, failures.is_empty(), self.settings.return_after);
        say_changes(&changes.await.context("cannot keep what the feeds list")?);
        said.keys = Some(keys);
        let failing_guilds = self.store.failing_guilds().await.context("cannot see how the posts go")?;
        if failing_guilds > 0 {
            failures.push(format!("posts to {failing_guilds} guilds fail"));
        } else if !failures.is_empty() && total > 1 {
            failures.insert(0, format!("{} of {total} feeds fail", failures.len()));
        }
        failures.extend(self.store.second_store_trouble().await.context("cannot see how the second store does")?);
        Ok((!failures.is_empty()).then(|| failures.join("; ")))
    }
}

impl Said {
    fn report_failures(&mut self, reports: &[SourceReport]) {
        for report in reports {
            let now = report.result.as_ref().err().map(ToString::to_string);
            let before = self.failing.get(&report.source);
            match &now {
                Some(error) if before != Some(error) => tracing::warn!("The feed {} {error}", report.source),
                None if before.is_some() => tracing::info!("The feed {} answers again", report.source),
                _ => {}
            }
            match now {
                Some(error) => self.failing.insert(report.source.clone(), error),
                None => self.failing.remove(&report.source),
            };
        }
    }
}

fn say_changes(changes: &ListingChanges) {
    for code in &changes.returned {
        tracing::info!("{code} is valid again");
    }
    for key in &changes.vanished {
        tracing::debug!("{key} is no longer listed");
    }
}
