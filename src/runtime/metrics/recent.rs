//! The calls of the last two days, in buckets, for charts.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::limits::budget::RateLimit;

/// The length of a bucket.
pub const BUCKET: Duration = Duration::from_secs(600);
/// How long a bucket is kept.
pub const KEPT: Duration = Duration::from_secs(48 * 3600);
const MAX_BUCKETS: usize = 48 * 6 + 1;

/// The upper ends of the classes of call durations, in milliseconds; what takes longer is in a last class without end.
const ENDS: [u32; 16] = [25, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1_000, 1_500, 2_500, 5_000, 10_000, 30_000];

/// The calls that ended in one stretch of [`BUCKET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallBucket {
    /// A multiple of [`BUCKET`] since 1970.
    pub begins_at: Timestamp,
    /// How many there were: the budget that was used.
    pub calls: u32,
    /// How many the limit would have allowed in the whole stretch, by the limit at its last call; `None` without a limit.
    pub allowed: Option<u32>,
    /// Half of the calls took no longer than this, 95 of 100 no longer than the next, and none longer than the last.
    /// Within a class of durations the calls are taken as spread evenly.
    pub median: Duration,
    pub p95: Duration,
    pub longest: Duration,
}

/// A ring of buckets.
#[derive(Debug, Default)]
pub struct Recent(VecDeque<Bucket>);

#[derive(Debug)]
struct Bucket {
    number: i64,
    classes: [u32; ENDS.len() + 1],
    longest: Duration,
    limit: Option<RateLimit>,
}

fn number(at: Timestamp) -> i64 {
    at.as_second().div_euclid(BUCKET.as_secs().cast_signed())
}

impl Recent {
    /// Counts a call that ended at `at`.
    pub fn add(&mut self, at: Timestamp, took: Duration, limit: Option<RateLimit>) {
        let number = number(at);
        // A clock that was set back does not begin a bucket in the past.
        if self.0.back().is_none_or(|last| last.number < number) {
            self.0.push_back(Bucket { number, classes: [0; ENDS.len() + 1], longest: Duration::ZERO, limit });
        }
        while self.0.len() > MAX_BUCKETS {
            self.0.pop_front();
        }
        let Some(bucket) = self.0.back_mut() else { return };
        let class = ENDS.partition_point(|end| took > Duration::from_millis((*end).into()));
        if let Some(count) = bucket.classes.get_mut(class) {
            *count = count.saturating_add(1);
        }
        (bucket.longest, bucket.limit) = (bucket.longest.max(took), limit);
    }

    pub fn buckets(&self, now: Timestamp) -> Vec<CallBucket> {
        let first = number(now) - (KEPT.as_secs() / BUCKET.as_secs()).cast_signed();
        self.0.iter().filter(|bucket| bucket.number > first).map(Bucket::summary).collect()
    }
}

impl Bucket {
    fn calls(&self) -> u32 {
        self.classes.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    fn summary(&self) -> CallBucket {
        let second = self.number.saturating_mul(BUCKET.as_secs().cast_signed());
        let allowed = self.limit.map(|limit| {
            let calls = f64::from(limit.calls) * BUCKET.as_secs_f64() / limit.window.as_secs_f64().max(0.001);
            // `as` keeps within the bounds.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
            let calls = calls.round() as u32;
            calls
        });
        CallBucket {
            begins_at: Timestamp::from_second(second).unwrap_or_default(),
            calls: self.calls(),
            allowed,
            median: self.quantile(0.5),
            p95: self.quantile(0.95),
            longest: self.longest,
        }
    }

    fn quantile(&self, share: f64) -> Duration {
        let rank = share * f64::from(self.calls());
        let mut below = 0.0;
        for (class, count) in self.classes.iter().enumerate() {
            let count = f64::from(*count);
            if below + count >= rank && count > 0.0 {
                let begin = class.checked_sub(1).and_then(|before| ENDS.get(before)).map_or(0.0, |end| f64::from(*end));
                let Some(end) = ENDS.get(class) else { return self.longest };
                let millis = begin + (f64::from(*end) - begin) * ((rank - below) / count);
                return Duration::from_secs_f64(millis / 1000.0).min(self.longest);
            }
            below += count;
        }
        Duration::ZERO
    }
}
