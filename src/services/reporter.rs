//! The reporter: shows the progress and the results of batches in each guild's channel.
//!
//! # Guarantees
//! A batch has one message, sent like a post: the intent with a nonce first, then the call, then the id. It is edited when there
//! is news, at most every [`EDIT_EVERY`], and a last time when the batch has ended. Posts go first: while one is due, nothing is
//! reported, for [`YIELD_FOR`] at most. A message that Discord does not answer delays the others for [`SHOW_TIMEOUT`] at most.
//! Only a refused first message pauses a guild: a refused edit says nothing about posts.
//!
//! # Races
//! A batch's message is never shown twice at once. The next poll sees changes made meanwhile.
//!
//! # Crash
//! What was last shown is only in memory, so after a restart the message is edited once more than needed. A first message whose
//! id was not stored is sent again with its nonce or found; its content is unknown, so it is edited. Batches that ended more than
//! [`ANNOUNCE_WITHIN`] ago without a message get none, but an existing message is corrected.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::domain::codes::channel::Blocked;
use crate::domain::health::{EngineStatus, WaitReason};
use crate::domain::redeeming::batch_progress::{RateMeter, Tally};
use crate::ports::{AnnounceError, BatchBoard, BatchMessage};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{BatchKey, Batches, Guilds, PostQueue, StoreError};

/// Between two looks at the runs,
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// and at least so many times as long as the last one took: counting large rosters must leave the file to others.
const COOL_DOWN_PER_POLL: u32 = 9;
/// Between two edits of one message (docs/protocol.md, "Rates and deadlines").
const EDIT_EVERY: Duration = Duration::from_secs(5);
/// How long posts that are due go first.
const YIELD_FOR: Duration = Duration::from_secs(30);
/// How long after its end a run is told of.
const ANNOUNCE_WITHIN: Duration = Duration::from_secs(6 * 3600);
/// How long after the end a message that says otherwise is mended, where it cannot be edited.
const MEND_WITHIN: Duration = Duration::from_secs(7 * 86_400);
/// How long one message may take.
const SHOW_TIMEOUT: Duration = Duration::from_secs(20);
/// A guild that is paused is tried again after this, in case nobody tells us that it is fixed.
const RESUME_AFTER: Duration = Duration::from_secs(15 * 60);
/// Of a message that cannot be shown.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(300));
/// After the store failed.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);
/// Messages at once.
const CONCURRENCY: usize = 8;

pub struct Reporter<B> {
    board: B,
    batches: Batches,
    guilds: Guilds,
    posts: PostQueue,
    clock: Clock,
    engine: watch::Receiver<EngineStatus>,
}

/// What a run's message shows, but for the time it takes, which Discord counts down by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    tally: Tally,
    is_finished: bool,
    wait_reason: Option<WaitReason>,
}

/// What is known of a run beside the store.
#[derive(Default)]
struct Watched {
    rate: RateMeter,
    shown: Option<Shown>,
    /// When it may be shown again, since the clock's start.
    cools_down_until: Duration,
    failures: u32,
}

impl<B: BatchBoard> Reporter<B> {
    /// A reporter of this store's runs.
    pub fn new(
        board: B,
        batches: Batches,
        guilds: Guilds,
        posts: PostQueue,
        clock: Clock,
        engine: watch::Receiver<EngineStatus>,
    ) -> Self {
        Self { board, batches, guilds, posts, clock, engine }
    }
}

impl<B: BatchBoard> Service for Reporter<B> {
    fn name(&self) -> &'static str {
        "reporter"
    }

    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut watched: HashMap<BatchKey, Watched> = HashMap::new();
        let mut yields_since = None;
        let mut rest = POLL_INTERVAL;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(rest) => {}
            }
            let polled = tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                polled = self.poll(&mut watched, &mut yields_since) => polled,
            };
            rest = match polled {
                Ok(took) => POLL_INTERVAL.max(took * COOL_DOWN_PER_POLL),
                Err(error) => {
                    tracing::warn!(
                        "Cannot report how far the runs are, next try in {} s: {error}",
                        STORE_COOL_DOWN.as_secs()
                    );
                    STORE_COOL_DOWN
                }
            };
        }
    }
}

impl<B: BatchBoard> Reporter<B> {
    /// Shows what is new; returns how long it took to find that.
    async fn poll(
        &self,
        watched: &mut HashMap<BatchKey, Watched>,
        yields_since: &mut Option<Duration>,
    ) -> Result<Duration, StoreError> {
        let (now, wall) = (self.clock.elapsed(), self.clock.now());
        let posts_wait = self.posts.next_post_at(Timestamp::MIN).await?.is_some_and(|at| at <= wall);
        if posts_wait && now - *yields_since.get_or_insert(now) < YIELD_FOR {
            return Ok(Duration::ZERO);
        }
        if !posts_wait {
            *yields_since = None;
        }
        let [since, mended_since] =
            [ANNOUNCE_WITHIN, MEND_WITHIN].map(|ago| wall.checked_sub(ago).unwrap_or(Timestamp::MIN));
        let batches = self.batches.unannounced_batches(since, mended_since).await?;
        let took = self.clock.elapsed().saturating_sub(now);
        // One that was told may be taken up again at once: its message keeps its pauses.
        watched.retain(|known, seen| seen.cools_down_until > now || batches.iter().any(|(key, _)| key == known));
        let mut due = Vec::new();
        for (key, mut message) in batches {
            let known = watched.entry(key.clone()).or_default();
            known.rate.sample(now, message.tally.done());
            message.remaining = known.rate.remaining(message.tally.pending);
            let calls_now = message.tally.pending > message.tally.waiting;
            let wait_reason = self.engine.borrow().wait_reason(Some(&key.code), calls_now);
            message.wait_reason = wait_reason.filter(|_| !message.is_finished);
            if known.cools_down_until <= now && known.shown.as_ref() != Some(&Shown::of(&message)) {
                known.cools_down_until = now + EDIT_EVERY;
                due.push((key, message));
            }
        }
        let mut shown = futures_util::stream::iter(due.into_iter().map(|(key, message)| async move {
            let what = Shown::of(&message);
            let result = self.show(key.clone(), message).await;
            (key, what, result)
        }))
        .buffer_unordered(CONCURRENCY);
        while let Some((key, what, result)) = shown.next().await {
            let Some(known) = watched.get_mut(&key) else { continue };
            match result {
                // Told, or not known to show this: whatever comes next is news.
                Ok(is_as_given) => {
                    (known.shown, known.failures) = (Some(what).filter(|it| is_as_given && !it.is_finished), 0);
                    known.cools_down_until = self.clock.elapsed() + EDIT_EVERY;
                }
                Err(error) if error.is_absent => known.cools_down_until = now,
                Err(error) => {
                    let wait = error.retry_after.unwrap_or_else(|| BACK_OFF.doubled(known.failures));
                    known.failures = known.failures.saturating_add(1);
                    known.cools_down_until = known.cools_down_until.max(self.clock.elapsed() + wait);
                    let (code, guild, seconds) = (&key.code, key.guild, wait.as_secs());
                    if error.is_outage {
                        tracing::debug!("Cannot show how {code} goes in guild {guild}: {error}");
                    } else {
                        tracing::warn!(
                            "Cannot show how {code} goes in guild {guild}, next try in {seconds} s: {error}"
                        );
                    }
                }
            }
        }
        Ok(took)
    }

    /// Shows one message, and notes what came of it; whether it is known to show this now.
    async fn show(&self, key: BatchKey, mut message: BatchMessage) -> Result<bool, AnnounceError> {
        let unnoted = |error: StoreError| AnnounceError::passing(error.to_string(), true);
        let is_new = message.message.is_none();
        if is_new {
            message.nonce = self.batches.begin_batch_message(key.clone(), message.clone()).await.map_err(unnoted)?;
        }
        let shown = tokio::time::timeout(SHOW_TIMEOUT, self.board.show(&message)).await;
        let error = match shown.unwrap_or_else(|_| Err(AnnounceError::passing("no answer", true))) {
            Ok(posted) => {
                let is_announced = message.is_finished && posted.is_as_given;
                if is_new || is_announced {
                    let noted = self.batches.record_batch_message(key, Some(posted.id), false, is_announced).await;
                    noted.map_err(unnoted)?;
                }
                return Ok(posted.is_as_given);
            }
            // Somebody took it away: it is not wanted.
            Err(error) if error.is_gone => {
                self.batches.silence_batch(key).await.map_err(unnoted)?;
                return Ok(false);
            }
            Err(error) => error,
        };
        match error.blocked {
            _ if is_new => {
                let is_open = error.leaves_open(message.attempted_at.is_some());
                self.batches.record_batch_message(key.clone(), None, is_open, false).await.map_err(unnoted)?;
                if let Some(blocked) = error.blocked {
                    let wait = error.retry_after.unwrap_or(RESUME_AFTER).min(RESUME_AFTER);
                    let resume_at = self.clock.now().checked_add(wait).ok();
                    let paused = self.guilds.pause_guild(key.guild, Some(message.channel), blocked, resume_at).await;
                    if paused.map_err(unnoted)? {
                        tracing::warn!("Guild {} is paused: {}", key.guild, blocked.meaning());
                    }
                }
            }
            // It went with its channel: where codes are posted now it begins anew.
            Some(Blocked::UnknownChannel) => {
                self.batches.forget_batch_messages(key.guild, message.channel).await.map_err(unnoted)?;
            }
            _ => {}
        }
        Err(error)
    }
}

impl Shown {
    fn of(message: &BatchMessage) -> Self {
        Self {
            tally: message.tally.clone(),
            is_finished: message.is_finished,
            wait_reason: message.wait_reason.clone(),
        }
    }
}
