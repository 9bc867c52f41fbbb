//! The upkeep of messages after they are sent: publishes posts in announcement channels, and takes samples back.
//!
//! # Guarantees
//! A post in an announcement channel is published at most once: Discord refuses to publish a message twice (40033), which
//! counts as done. A failure harms nothing else: the post stays, and posts do not wait for it. It is retried after the time
//! that Discord asks for, or after a back-off of up to 15 minutes, and given up after [`MAX_TRIES`] refusals or
//! [`PUBLISH_WITHIN`]. A sample is deleted [`SAMPLE_SHOWN`] after it was sent.
//!
//! # Races
//! The loop works one message at a time for each kind of work, so nothing is done twice at once. It listens for wakes before
//! it queries.
//!
//! # Crash
//! Both are stored before: that a post is to be published together with its id, and a sample's nonce before it is sent. A
//! sample whose id was not stored is looked up.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::domain::back_off::BackOff;
use crate::ports::{AnnounceError, MessageUpkeep, Publication, Published, Sample};
use crate::runtime::clock::Clock;
use crate::runtime::supervisor::Service;
use crate::store::{Guilds, PostQueue, PublishResult, StoreError};

/// A publication is given up after so many refusals. Waiting for a rate limit is none.
const MAX_TRIES: u32 = 8;
/// Nobody wants to hear of a code that was posted longer ago.
const PUBLISH_WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// How long a sample stays.
pub const SAMPLE_SHOWN: SignedDuration = SignedDuration::from_secs(10);
/// A sample that cannot be taken back is left alone after this.
const SAMPLE_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Publications and samples per query.
const BATCH: u32 = 20;
/// How long one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Between two polls without a wake.
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// The shortest pause after work, so that wakes of other loops cause no rush of queries.
const PAUSE: Duration = Duration::from_millis(250);
/// After an error of the store.
const STORE_COOL_DOWN: Duration = Duration::from_secs(5);
/// After a failed publication.
const BACK_OFF: BackOff = BackOff::new(Duration::from_secs(5), Duration::from_secs(900));
/// After a sample that could not be deleted.
const SAMPLE_BACK_OFF: Duration = Duration::from_secs(30);

pub struct Upkeep<U> {
    messages: U,
    posts: PostQueue,
    guilds: Guilds,
    clock: Clock,
}

impl<U: MessageUpkeep> Upkeep<U> {
    pub fn new(messages: U, posts: PostQueue, guilds: Guilds, clock: Clock) -> Self {
        Self { messages, posts, guilds, clock }
    }
}

impl<U: MessageUpkeep> Service for Upkeep<U> {
    fn name(&self) -> &'static str {
        "upkeep"
    }

    /// Shutdown waits for the call in flight.
    async fn run(self: Arc<Self>, shutdown: CancellationToken) -> anyhow::Result<()> {
        loop {
            let woken = self.posts.wake().listen();
            let (published, taken_back) = tokio::join!(self.publish_due(&shutdown), self.take_back_due(&shutdown));
            let rest = [published, taken_back].into_iter().map(|rest| {
                rest.unwrap_or_else(|error| {
                    tracing::warn!(
                        "Cannot tend to sent messages, next try in {} s: {error}",
                        STORE_COOL_DOWN.as_secs()
                    );
                    STORE_COOL_DOWN
                })
            });
            let rest = rest.min().unwrap_or(POLL_INTERVAL).max(PAUSE);
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = tokio::time::sleep(rest) => {}
                () = async { woken.await; tokio::time::sleep(PAUSE).await } => {}
            }
        }
    }
}

/// How long until then.
fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now)).unwrap_or_default()
}

fn late() -> AnnounceError {
    AnnounceError::passing(format!("no answer within {} s", CALL_TIMEOUT.as_secs()), true)
}

impl<U: MessageUpkeep> Upkeep<U> {
    /// Publishes what is due; returns how long there is nothing else to do.
    async fn publish_due(&self, shutdown: &CancellationToken) -> Result<Duration, StoreError> {
        let (due, next) = self.posts.due_publications(BATCH).await?;
        if due.is_empty() {
            let now = self.clock.now();
            return Ok(next.map_or(POLL_INTERVAL, |at| until(now, at)).min(POLL_INTERVAL));
        }
        for publication in due {
            if shutdown.is_cancelled() {
                break;
            }
            if let Some(outage) = self.publish(publication).await? {
                return Ok(outage.min(POLL_INTERVAL));
            }
        }
        Ok(Duration::ZERO)
    }

    /// Publishes one message. In an outage, returns how long to make no more calls.
    async fn publish(&self, publication: Publication) -> Result<Option<Duration>, StoreError> {
        self.posts.begin_correction().await?;
        let published = tokio::time::timeout(CALL_TIMEOUT, self.messages.publish(&publication)).await;
        let (guild, now) = (publication.guild, self.clock.now());
        let error = match published.unwrap_or_else(|_| Err(late())) {
            Ok(Published::Done) => {
                tracing::info!("Published a post of guild {guild} to the channels that follow it");
                self.posts.record_publication(publication.nonce, PublishResult::Done).await?;
                return Ok(None);
            }
            Ok(Published::Never) => {
                tracing::info!(
                    "A post of guild {guild} cannot be published: it is gone, or in no announcement channel"
                );
                self.posts.record_publication(publication.nonce, PublishResult::GivenUp).await?;
                return Ok(None);
            }
            Err(error) => error,
        };
        if error.is_outage {
            return Ok(Some(error.retry_after.unwrap_or(POLL_INTERVAL)));
        }
        let is_limited = error.retry_after.is_some() && error.blocked.is_none();
        let tries = publication.tries + u32::from(!is_limited);
        let wait = error.retry_after.unwrap_or_else(|| BACK_OFF.doubled(tries.saturating_sub(1)));
        let next = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let is_old = publication.posted_at.is_some_and(|at| next.duration_since(at) > PUBLISH_WITHIN);
        let result = if tries >= MAX_TRIES || is_old {
            tracing::warn!("A post of guild {guild} stays unpublished after {tries} refusals: {error}");
            PublishResult::GivenUp
        } else {
            tracing::debug!("Cannot publish a post of guild {guild}, next try in {} s: {error}", wait.as_secs());
            PublishResult::Later { next, is_refused: !is_limited }
        };
        self.posts.record_publication(publication.nonce, result).await?;
        Ok(None)
    }

    /// Takes back the samples that are due; returns how long there is nothing else to do.
    async fn take_back_due(&self, shutdown: &CancellationToken) -> Result<Duration, StoreError> {
        let samples = self.guilds.samples(BATCH).await?;
        let mut rest = POLL_INTERVAL;
        for sample in samples {
            let due_at = sample.at.checked_add(SAMPLE_SHOWN).unwrap_or(Timestamp::MAX);
            let left = until(self.clock.now(), due_at);
            if !left.is_zero() {
                rest = rest.min(left);
                continue;
            }
            if shutdown.is_cancelled() {
                break;
            }
            if !self.take_back(sample).await? {
                rest = rest.min(SAMPLE_BACK_OFF);
            }
        }
        Ok(rest)
    }

    /// Takes one sample back; returns whether that is over.
    async fn take_back(&self, sample: Sample) -> Result<bool, StoreError> {
        self.posts.begin_correction().await?;
        let taken = tokio::time::timeout(CALL_TIMEOUT, self.messages.take_back(&sample)).await;
        let guild = sample.guild;
        let is_over = match taken.unwrap_or_else(|_| Err(late())) {
            Ok(is_gone) => is_gone,
            Err(error) => {
                let is_old = self.clock.now().duration_since(sample.at) > SAMPLE_KEPT;
                let then = if is_old { "it stays" } else { "trying again" };
                tracing::warn!("Cannot delete the sample post in guild {guild}, {then}: {error}");
                is_old
            }
        };
        if is_over {
            self.guilds.forget_sample(sample.nonce).await?;
        }
        Ok(is_over)
    }
}
