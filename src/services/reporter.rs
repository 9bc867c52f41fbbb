//! The reporter: shows the progress and the results of batches in each guild's channel.
//!
//! # Guarantees
//! A batch has one message, sent like a post: the intent with a nonce first, then the call, then the id. It is edited
//! when there is news, at most every [`EDIT_EVERY`], a last time when the batch has ended, and once more when its code is
//! over, to remove the button that tries again. Posts go first: while
//! one is due, nothing is reported, for [`YIELD_FOR`] at most. A message that Discord does not answer delays the others
//! for [`SHOW_TIMEOUT`] at most. Only a refused first message pauses a guild, because a channel that refuses edits may
//! accept posts.
//!
//! # Races
//! A batch's message is never shown twice at once. The next poll sees changes made meanwhile.
//!
//! # Crash
//! The content that was last shown is only in memory, so a restart causes one extra edit. A first message whose id was
//! not stored is sent again with its nonce or found; its content is unknown, so it is edited. A batch that ended more
//! than [`ANNOUNCE_WITHIN`] ago without a message gets none, but an existing message is corrected.

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
use crate::domain::text::language::Language;
use crate::ports::{AnnounceError, BatchBoard, BatchMessage};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{BatchKey, Batches, Guilds, PostQueue, StoreError};

/// Between two polls of the batches.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The pause after a poll lasts at least this many times as long as the poll, so that counting large rosters leaves the
/// file to others.
const COOL_DOWN_PER_POLL: u32 = 9;
/// Between two edits of one message (docs/protocol.md, "Rates and deadlines").
const EDIT_EVERY: Duration = Duration::from_secs(5);
/// How long due posts go first.
const YIELD_FOR: Duration = Duration::from_secs(30);
/// How long after its end a batch may still get its first message.
const ANNOUNCE_WITHIN: Duration = Duration::from_secs(6 * 3600);
/// How long after its end a batch's outdated message is corrected if edits fail.
const MEND_WITHIN: Duration = Duration::from_secs(7 * 86_400);
/// How long one message may take.
const SHOW_TIMEOUT: Duration = Duration::from_secs(20);
/// A paused guild is retried after this, because Discord does not report every fix.
const RESUME_AFTER: Duration = Duration::from_secs(15 * 60);
/// After a message that could not be shown.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(300));
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);
/// Messages that are shown concurrently.
const CONCURRENCY: usize = 8;

pub struct Reporter<B> {
    board: B,
    batches: Batches,
    guilds: Guilds,
    posts: PostQueue,
    clock: Clock,
    engine: watch::Receiver<EngineStatus>,
}

/// The content of a batch's message, without the remaining time, which Discord counts down by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    language: Language,
    tally: Tally,
    is_finished: bool,
    offers_retry: bool,
    wait_reason: Option<WaitReason>,
}

/// What the reporter remembers about a batch.
#[derive(Default)]
struct Watched {
    rate: RateMeter,
    shown: Option<Shown>,
    /// Earliest time of the next edit, since the clock's start.
    cools_down_until: Duration,
    failures: u32,
}

impl<B: BatchBoard> Reporter<B> {
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
    /// Shows messages that have news; returns how long the query took.
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
        // A batch that is finished may be reopened at once. Its message keeps its cool-down.
        watched.retain(|known, seen| seen.cools_down_until > now || batches.iter().any(|(key, _)| key == known));
        let mut due = Vec::new();
        for (key, mut message) in batches {
            let known = watched.entry(key.clone()).or_default();
            known.rate.sample(now, message.tally.done());
            message.remaining = known.rate.remaining(message.tally.pending);
            let calls_now = message.tally.pending > message.tally.waiting;
            let wait_reason = self.engine.borrow().wait_reason(Some(&key.code), calls_now);
            // Those whose states are searched for wait for that, and the message says so.
            let is_of_states =
                message.tally.pending == message.tally.searching && wait_reason == Some(WaitReason::Busy);
            message.wait_reason = wait_reason.filter(|_| !message.is_finished && !is_of_states);
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
                // After a final message, or one that may show something else, any state is news.
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

    /// Shows one message, and records the result. Returns whether the message is known to show this content.
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
                    let retry = message.offers_retry();
                    let noted = self.batches.record_batch_message(key, Some(posted), false, is_announced, retry).await;
                    noted.map_err(unnoted)?;
                }
                return Ok(posted.is_as_given);
            }
            // Somebody deleted the message, so it is not wanted.
            Err(error) if error.is_gone => {
                self.batches.silence_batch(key).await.map_err(unnoted)?;
                return Ok(false);
            }
            Err(error) => error,
        };
        match error.blocked {
            _ if is_new => {
                let is_open = error.leaves_open(message.attempted_at.is_some());
                self.batches.record_batch_message(key.clone(), None, is_open, false, false).await.map_err(unnoted)?;
                if let Some(blocked) = error.blocked {
                    let wait = error.retry_after.unwrap_or(RESUME_AFTER).min(RESUME_AFTER);
                    let resume_at = self.clock.now().checked_add(wait).ok();
                    let paused = self.guilds.pause_guild(key.guild, Some(message.channel), blocked, resume_at).await;
                    if paused.map_err(unnoted)? {
                        tracing::warn!("Guild {} is paused: {}", key.guild, blocked.meaning());
                    }
                }
            }
            // The message is gone with its channel. The batch gets a new one in the guild's present channel.
            Some(Blocked::UnknownChannel) => {
                self.batches.forget_batch_messages(key.guild, message.channel).await.map_err(unnoted)?;
                self.batches.leave_retry_button(key).await.map_err(unnoted)?;
            }
            // Pressing a button that cannot be removed only says that the code is over.
            Some(_) if message.is_over => self.batches.leave_retry_button(key).await.map_err(unnoted)?,
            _ => {}
        }
        Err(error)
    }
}

impl Shown {
    fn of(message: &BatchMessage) -> Self {
        Self {
            language: message.language,
            tally: message.tally.clone(),
            is_finished: message.is_finished,
            offers_retry: message.offers_retry(),
            wait_reason: message.wait_reason.clone(),
        }
    }
}
