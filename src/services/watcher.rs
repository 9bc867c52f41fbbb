//! The watcher: polls each code feed on its own schedule, and writes the listed codes into the store.
//!
//! # Guarantees
//! When a feed's poll ends, its codes are in the store, whatever happens to the other feeds; otherwise the poll counts
//! as failed and is logged. A failed poll changes nothing. A code is gone only when the feeds that listed it no longer
//! do. A feed that is silent for [`DEAD_AFTER`], or no longer configured, keeps no code alive. After
//! `max_consecutive_errors` failed polls of a feed in a row, its interval doubles per failure up to 5 minutes; one
//! success restores it. If a feed asks for a wait, the watcher waits, up to a day.
//!
//! # Races
//! The poster and the engine see codes only through the store. Two feeds may answer at once, and the engine may
//! invalidate a code meanwhile, so each change is computed again inside its transaction.
//!
//! # Crash
//! Memory holds only state that saves work or log lines (the last messages, the feeds' validators), and the times since
//! when a feed has not answered or has listed nothing. A restart resets those times.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::codes::code::CodeKey;
use crate::domain::codes::listing::{Emptiness, Entry, FeedAnswer};
use crate::domain::codes::polling::Schedule;
use crate::domain::health::{FailingFeed, FeedStatus, Feeds};
use crate::ports::{CodeFeed, FeedError, FeedFailure};
use crate::runtime::clock::Clock;
use crate::runtime::metrics::Metrics;
use crate::runtime::supervisor::Service;
use crate::store::{ListingChanges, Listings, StoreError};

/// A feed that listed codes and then sends an empty list is believed after this long.
const EMPTY_FOR: Duration = Duration::from_secs(3600);
/// A feed that has not answered for this long keeps no code alive.
pub const DEAD_AFTER: Duration = Duration::from_secs(7 * 24 * 3600);
/// In addition, its polls must have failed for this long without a break: a bot that was down for a week received no
/// answers.
const SILENT_FOR: Duration = Duration::from_secs(3600);

#[derive(Debug, Clone, Copy)]
pub struct WatcherSettings {
    /// Between two polls of one feed.
    pub interval: Duration,
    /// Consecutive failures of a feed after which its interval grows; at least 1.
    pub max_consecutive_errors: u32,
    /// How long a code must have been over before its reactivation is believed.
    pub min_absence: Duration,
}

pub struct Watcher<F> {
    feed: F,
    listings: Listings,
    clock: Clock,
    settings: WatcherSettings,
    status: watch::Sender<Feeds>,
    metrics: Metrics,
}

/// State that the polls of all feeds share.
struct Round {
    sources: Vec<String>,
    board: Mutex<Board>,
}

/// The feeds' listings, by the position of the feed in the configuration.
#[derive(Default)]
struct Board {
    /// The active codes of each feed.
    keys: BTreeMap<usize, BTreeSet<CodeKey>>,
    /// The listed codes that were logged last.
    logged: Option<BTreeSet<CodeKey>>,
    /// Feeds that were silent for too long.
    dead: BTreeSet<usize>,
}

/// The state of one feed in its polling loop.
struct Source {
    place: usize,
    name: String,
    schedule: Schedule,
    /// When the feed last gave a believed answer.
    answered_at: Option<Timestamp>,
    /// Since when the feed has not answered. `empty_since`: since when it lists nothing. Both use the monotonic clock.
    silent_since: Option<Duration>,
    empty_since: Option<Duration>,
}

impl<F: CodeFeed> Watcher<F> {
    pub fn new(feed: F, listings: Listings, clock: Clock, settings: WatcherSettings) -> Self {
        let status = |name| FeedStatus { name, ..FeedStatus::default() };
        let status = watch::Sender::new(Feeds(feed.sources().into_iter().map(status).collect()));
        Self { feed, listings, clock, settings, status, metrics: Metrics::default() }
    }

    /// It reports to `metrics`.
    pub fn measured(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Changes with each poll.
    pub fn status(&self) -> watch::Receiver<Feeds> {
        self.status.subscribe()
    }
}

impl<F: CodeFeed> Service for Watcher<F> {
    fn name(&self) -> &'static str {
        "watcher"
    }

    /// Shutdown abandons a poll under way. The store has then applied its answer completely or not at all.
    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        tracing::info!("Starting giftcode poster with interval={}s", self.settings.interval.as_secs_f64());
        let mut answered =
            self.listings.sources_answered_at().await.context("cannot see when the feeds were last heard")?;
        let sources = self.feed.sources();
        let round = Round { sources: sources.clone(), board: Mutex::default() };
        let (now, count) = (self.clock.elapsed(), u32::try_from(sources.len()).unwrap_or(u32::MAX));
        let followed = sources.into_iter().zip(0u32..).map(|(name, place)| {
            let answered_at = answered.remove(&name);
            let (interval, errors) = (self.settings.interval, self.settings.max_consecutive_errors);
            let schedule = Schedule::new(interval, errors, (place, count), now);
            let place = place as usize;
            self.follow(Source { place, name, schedule, answered_at, silent_since: None, empty_since: None }, &round)
        });
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            _ = join_all(followed) => {}
        }
        Ok(())
    }
}

impl<F: CodeFeed> Watcher<F> {
    /// Polls one feed repeatedly.
    async fn follow(&self, mut source: Source, round: &Round) {
        loop {
            tokio::time::sleep_until(self.clock.at(source.schedule.next_at())).await;
            self.poll(&mut source, round).await;
        }
    }

    #[tracing::instrument(level = "error", skip_all, fields(feed = source.name))]
    async fn poll(&self, source: &mut Source, round: &Round) {
        let began = self.clock.elapsed();
        let asked = self.feed.ask(source.place).await;
        let took = self.clock.elapsed().saturating_sub(began);
        let tries = source.schedule.consecutive_errors() + 1;
        let trouble = match self.take(asked, tries, source, round).await {
            Ok(trouble) => {
                source.schedule.succeeded(self.clock.elapsed());
                trouble
            }
            Err(failure) => Some(self.note_failure(failure, source, round).await),
        };
        self.metrics.polled(&source.name, trouble.is_none(), took);
        self.report(source, trouble);
    }

    /// Applies a feed's answer. `Ok(Some)` describes why an empty list was not believed.
    async fn take(
        &self,
        asked: Result<Vec<Entry>, FeedFailure>,
        tries: u32,
        source: &mut Source,
        round: &Round,
    ) -> Result<Option<String>, Failure> {
        let entries = asked.map_err(Failure::Feed)?;
        let live = round.live();
        if !entries.is_empty() {
            source.empty_since = None;
        } else if !self.is_believed_empty(source, &live).await? {
            return Ok(Some(FeedError::Emptied.to_string()));
        }
        let keys = entries.iter().filter(|entry| entry.is_active).map(|entry| entry.code.key()).collect();
        let answer = FeedAnswer { source: source.name.clone(), entries, previous_at: source.answered_at };
        // The feed answered, so it counts again.
        round.board().dead.remove(&source.place);
        let live = round.live();
        log_changes(&self.listings.apply_answer(Some(answer), &live, self.settings.min_absence).await?);
        (source.answered_at, source.silent_since) = (Some(self.clock.now()), None);
        round.log_fetched(source.place, keys, tries);
        Ok(None)
    }

    async fn is_believed_empty(&self, source: &mut Source, live: &[String]) -> Result<bool, StoreError> {
        let now = self.clock.elapsed();
        let since = *source.empty_since.get_or_insert(now);
        Ok(match self.listings.emptiness(source.name.clone(), live).await? {
            Emptiness::Expected => true,
            Emptiness::Sudden => now - since >= EMPTY_FOR,
            // The other feed may be wrong as well, so this wait has an end, too.
            Emptiness::Contradicted => now - since >= DEAD_AFTER,
        })
    }

    /// Counts a failure, and drops the listings of a feed that was silent for too long. Returns a description of the
    /// failure.
    async fn note_failure(&self, failure: Failure, source: &mut Source, round: &Round) -> String {
        let now = self.clock.elapsed();
        let silent_for = now - *source.silent_since.get_or_insert(now);
        let answered = source.answered_at.and_then(|at| Duration::try_from(self.clock.now().duration_since(at)).ok());
        let is_dead = answered.is_some_and(|answered| answered >= DEAD_AFTER) && silent_for >= SILENT_FOR;
        if is_dead && round.board().dead.insert(source.place) {
            let days = DEAD_AFTER.as_secs() / (24 * 3600);
            tracing::warn!(
                "The feed {} has not answered for {days} days: what it alone lists counts no more",
                source.name
            );
            if let Err(error) = self.listings.apply_answer(None, &round.live(), self.settings.min_absence).await {
                // The store logs this error. The next failure retries.
                tracing::debug!("Cannot give up what {} listed: {error}", source.name);
                round.board().dead.remove(&source.place);
            }
        }
        let (trouble, retry_after) = match failure {
            Failure::Feed(failure) => (failure.error.to_string(), failure.retry_after),
            Failure::Store(error) => (format!("was read, but its codes cannot be kept: {error}"), None),
        };
        if let Some(wait) = source.schedule.failed(retry_after, now) {
            let errors = source.schedule.consecutive_errors();
            let wait = wait.as_secs_f64();
            tracing::warn!(feed = source.name, "Too many consecutive errors ({errors}), next check in {wait}s");
        }
        trouble
    }

    /// Publishes the result of a poll, and logs changes.
    fn report(&self, source: &Source, trouble: Option<String>) {
        let before = self.status.borrow().0.get(source.place).and_then(|feed| feed.failing.clone());
        match (&trouble, &before) {
            (Some(error), Some(before)) if *error == before.error => {}
            (Some(error), _) => tracing::warn!("The feed {} {error}", source.name),
            (None, Some(_)) => tracing::info!("The feed {} answers again", source.name),
            (None, None) => {}
        }
        let now = self.clock.now();
        let since = before.map_or(now, |before| before.since);
        self.status.send_modify(|feeds| {
            let Some(feed) = feeds.0.get_mut(source.place) else { return };
            feed.polls += 1;
            feed.read_at = source.silent_since.is_none().then_some(now).or(feed.read_at);
            feed.failing = trouble.map(|error| FailingFeed { since, error });
        });
    }
}

/// Why a poll failed.
enum Failure {
    Feed(FeedFailure),
    Store(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Round {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The feeds that are not dead.
    fn live(&self) -> Vec<String> {
        let board = self.board();
        self.sources
            .iter()
            .enumerate()
            .filter(|(place, _)| !board.dead.contains(place))
            .map(|(_, name)| name.clone())
            .collect()
    }

    fn log_fetched(&self, place: usize, keys: BTreeSet<CodeKey>, tries: u32) {
        let mut board = self.board();
        board.keys.insert(place, keys);
        let all: BTreeSet<CodeKey> = board.keys.values().flatten().cloned().collect();
        let fetched = format!("Successfully fetched {} gift codes (attempt {tries})", all.len());
        if board.logged.as_ref() == Some(&all) {
            tracing::debug!("{fetched}");
        } else {
            tracing::info!("{fetched}");
        }
        board.logged = Some(all);
    }
}

fn log_changes(changes: &ListingChanges) {
    for code in &changes.returned {
        tracing::info!("{code} is valid again");
    }
    for key in &changes.vanished {
        tracing::debug!("{key} is no longer listed");
    }
}
