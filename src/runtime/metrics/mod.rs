//! What the services count and measure, in Prometheus' terms (docs/metrics.md).
//!
//! A service has a [`Metrics`] handle and reports in verbs: `metrics.polled(…)`. Names and labels stand here alone. Every label
//! has a bounded set of values: statuses that the program does not know share one, and no label names a guild or a player.
//!
//! In memory only: counters start at zero with the process, as Prometheus expects.

mod recent;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::domain::answers::status::{Class, Status};
use crate::domain::limits::budget::{Endpoint, RateLimit};
use crate::domain::redeeming::outcome::Outcome;

pub use recent::{BUCKET, CallBucket, KEPT, Recent};

type Labels<const N: usize> = [(&'static str, String); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Histograms = Family<Labels<1>, Histogram, fn() -> Histogram>;

/// Seconds, for calls to another machine.
const CALLS: [f64; 12] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Seconds, for a transaction.
const COMMITS: [f64; 11] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];
/// Seconds, from a code's appearance to what follows from it.
const LATENCIES: [f64; 13] = [1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 14_400.0];
/// The label of a status that the program does not know.
const UNKNOWN: &str = "UNKNOWN";

/// How a message to a channel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum PostResult {
    Posted,
    /// The channel refuses it until somebody acts: the guild is paused.
    Paused,
    /// Discord gets nothing at the moment.
    Outage,
    Failed,
}

/// One call to the game.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    pub endpoint: Endpoint,
    pub status: &'a Status,
    pub took: Duration,
    /// The endpoint's limit at that time.
    pub limit: Option<RateLimit>,
    pub at: Timestamp,
}

/// Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    polls: Counters<2>,
    poll_duration: Histograms,
    posts: Counters<1>,
    post_duration: Histogram,
    redemptions: Counters<1>,
    api_answers: Counters<3>,
    api_refusals: Counters<1>,
    api_call_duration: Histograms,
    commit_duration: Histogram,
    seen_to_posted: Histogram,
    seen_to_done: Histogram,
    posted_to_done: Histogram,
    recent: Mutex<Recent>,
}

fn calls() -> Histogram {
    Histogram::new(CALLS)
}

fn latencies() -> Histogram {
    Histogram::new(LATENCIES)
}

impl Default for Inner {
    fn default() -> Self {
        let inner = Self {
            polls: Family::default(),
            poll_duration: Family::new_with_constructor(calls),
            posts: Family::default(),
            post_duration: calls(),
            redemptions: Family::default(),
            api_answers: Family::default(),
            api_refusals: Family::default(),
            api_call_duration: Family::new_with_constructor(calls),
            commit_duration: Histogram::new(COMMITS),
            seen_to_posted: latencies(),
            seen_to_done: latencies(),
            posted_to_done: latencies(),
            recent: Mutex::default(),
        };
        // A rate needs the zero before the first event.
        for result in <PostResult as strum::VariantArray>::VARIANTS {
            drop(inner.posts.get_or_create(&[("result", <&str>::from(result).to_owned())]));
        }
        for outcome in [Outcome::Granted, Outcome::Already, Outcome::Failed, Outcome::GaveUp] {
            drop(inner.redemptions.get_or_create(&[("outcome", outcome.name().to_owned())]));
        }
        drop(inner.redemptions.get_or_create(&[("outcome", "stopped".to_owned())]));
        for kind in ["rate_limited", "too_frequent"] {
            drop(inner.api_refusals.get_or_create(&[("kind", kind.to_owned())]));
        }
        inner
    }
}

impl Metrics {
    /// A poll of this feed ended.
    pub fn polled(&self, feed: &str, is_read: bool, took: Duration) {
        let result = if is_read { "read" } else { "failed" };
        self.0.polls.get_or_create(&[("feed", feed.to_owned()), ("result", result.to_owned())]).inc();
        self.0.poll_duration.get_or_create(&[("feed", feed.to_owned())]).observe(took.as_secs_f64());
    }

    /// The sending of a message with codes ended.
    pub fn posted(&self, result: PostResult, took: Duration) {
        self.0.posts.get_or_create(&[("result", <&str>::from(result).to_owned())]).inc();
        self.0.post_duration.observe(took.as_secs_f64());
    }

    /// A code is in a channel, so long after it was first seen.
    pub fn seen_to_posted(&self, took: Duration) {
        self.0.seen_to_posted.observe(took.as_secs_f64());
    }

    /// The last player of a batch is done, so long after the code was first seen, and posted in the batch's guild.
    pub fn batch_done(&self, since_seen: Duration, since_posted: Option<Duration>) {
        self.0.seen_to_done.observe(since_seen.as_secs_f64());
        if let Some(since_posted) = since_posted {
            self.0.posted_to_done.observe(since_posted.as_secs_f64());
        }
    }

    /// A redemption has its final outcome.
    pub fn decided(&self, outcome: Outcome) {
        self.0.redemptions.get_or_create(&[("outcome", outcome.name().to_owned())]).inc();
    }

    /// So many redemptions ended without a call of their own, because their code is no good for anybody.
    pub fn stopped(&self, redemptions: u32) {
        self.0.redemptions.get_or_create(&[("outcome", "stopped".to_owned())]).inc_by(redemptions.into());
    }

    /// A call to the game ended, with or without an answer.
    pub fn called(&self, call: Call<'_>) {
        let class = match call.status.class() {
            Class::Success => "success",
            Class::Permanent(_) => "permanent",
            Class::Unknown => "unknown",
            Class::Temporary => "temporary",
        };
        let status = if matches!(call.status, Status::Unknown(_)) { UNKNOWN } else { call.status.name() };
        let labels = [("endpoint", call.endpoint.name()), ("class", class), ("status", status)];
        self.0.api_answers.get_or_create(&labels.map(|(name, value)| (name, value.to_owned()))).inc();
        let refusal = match call.status {
            Status::RateLimited => Some("rate_limited"),
            Status::TooFrequent => Some("too_frequent"),
            _ => None,
        };
        if let Some(kind) = refusal {
            self.0.api_refusals.get_or_create(&[("kind", kind.to_owned())]).inc();
        }
        let endpoint = [("endpoint", call.endpoint.name().to_owned())];
        self.0.api_call_duration.get_or_create(&endpoint).observe(call.took.as_secs_f64());
        if call.endpoint == Endpoint::Redeem {
            self.recent_calls().add(call.at, call.took, call.limit);
        }
    }

    /// A transaction ended.
    pub fn committed(&self, took: Duration) {
        self.0.commit_duration.observe(took.as_secs_f64());
    }

    /// The calls to the redeem endpoint of the last [`KEPT`], in buckets of [`BUCKET`], oldest first. A time without calls has
    /// none.
    pub fn recent(&self, now: Timestamp) -> Vec<CallBucket> {
        self.recent_calls().buckets(now)
    }

    fn recent_calls(&self) -> MutexGuard<'_, Recent> {
        self.0.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds all of it to what is scraped.
    pub fn register(&self, registry: &mut Registry) {
        let inner = &*self.0;
        registry.register("giftcode_polls", "Polls of a code feed, by their result", inner.polls.clone());
        registry.register("giftcode_posts", "Messages with codes, by how their sending ended", inner.posts.clone());
        registry.register(
            "giftcode_redemptions",
            "Redemptions that got a final outcome; stopped: without a call of their own, because the code is over",
            inner.redemptions.clone(),
        );
        registry.register(
            "giftcode_api_answers",
            "Answers of the game's API, by class and known status",
            inner.api_answers.clone(),
        );
        registry.register(
            "giftcode_api_refusals",
            "Calls that the game refused as too many (rate_limited) or too soon for the player (too_frequent)",
            inner.api_refusals.clone(),
        );
        let seconds = || Unit::Seconds;
        let duration = inner.poll_duration.clone();
        registry.register_with_unit(
            "giftcode_poll_duration",
            "How long a poll of a code feed took",
            seconds(),
            duration,
        );
        let duration = inner.post_duration.clone();
        registry.register_with_unit("giftcode_post_duration", "How long sending a message took", seconds(), duration);
        registry.register_with_unit(
            "giftcode_api_call_duration",
            "How long a call to the game took",
            seconds(),
            inner.api_call_duration.clone(),
        );
        registry.register_with_unit(
            "giftcode_commit_duration",
            "How long a transaction of the state file took",
            seconds(),
            inner.commit_duration.clone(),
        );
        registry.register_with_unit(
            "giftcode_code_seen_to_posted",
            "From a code's first sight to its post in a channel; only posts that were planned within an hour of it",
            seconds(),
            inner.seen_to_posted.clone(),
        );
        registry.register_with_unit(
            "giftcode_code_seen_to_done",
            "From a code's first sight to the last player of a batch; only batches whose players were known within an hour \
             of it",
            seconds(),
            inner.seen_to_done.clone(),
        );
        registry.register_with_unit(
            "giftcode_code_posted_to_done",
            "From a code's post to the last player of the same batches, where the post came first",
            seconds(),
            inner.posted_to_done.clone(),
        );
    }
}
