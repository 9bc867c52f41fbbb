//! Discord's rate limits.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// None: no limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests per second of the whole bot, without interactions and their webhooks.
    pub global: Option<usize>,
    /// Message creates per five seconds and channel.
    pub creates_per_channel: Option<usize>,
}

impl Limits {
    pub const NONE: Self = Self { global: None, creates_per_channel: None };
}

impl Default for Limits {
    fn default() -> Self {
        Self { global: Some(50), creates_per_channel: Some(5) }
    }
}

const GLOBAL_WINDOW: Duration = Duration::from_secs(1);
const CHANNEL_WINDOW: Duration = Duration::from_secs(5);

/// A fixed window. It begins with the first request after the last window has ended.
#[derive(Clone, Copy)]
struct Window {
    began: Instant,
    count: usize,
}

impl Window {
    /// How many requests are left after this one.
    ///
    /// # Errors
    /// How long to wait, if none is left.
    fn take(&mut self, now: Instant, limit: usize, length: Duration) -> Result<usize, Duration> {
        if now.duration_since(self.began) >= length {
            *self = Self { began: now, count: 0 };
        }
        if self.count >= limit {
            return Err(self.began + length - now);
        }
        self.count += 1;
        Ok(limit - self.count)
    }
}

#[derive(Default)]
pub struct RateLimiter {
    pub limits: Limits,
    global: Option<Window>,
    channels: HashMap<u64, Window>,
    /// The times of the requests that count globally, refused ones included.
    counted: Vec<Instant>,
    pub refused: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct RateLimited {
    pub retry_after: Duration,
    pub is_global: bool,
}

/// What the rate limit headers tell.
#[derive(Clone, Copy)]
pub struct Bucket {
    pub limit: usize,
    pub remaining: usize,
    pub reset_after: Duration,
}

impl RateLimiter {
    pub fn admit(&mut self, counts_globally: bool, creates_in: Option<u64>) -> Result<Option<Bucket>, RateLimited> {
        let outcome = self.take(counts_globally, creates_in);
        self.refused += usize::from(outcome.is_err());
        outcome
    }

    fn take(&mut self, counts_globally: bool, creates_in: Option<u64>) -> Result<Option<Bucket>, RateLimited> {
        let now = Instant::now();
        let fresh = Window { began: now, count: 0 };
        if counts_globally {
            self.counted.push(now);
            if let Some(limit) = self.limits.global {
                let taken = self.global.get_or_insert(fresh).take(now, limit, GLOBAL_WINDOW);
                taken.map_err(|retry_after| RateLimited { retry_after, is_global: true })?;
            }
        }
        let (Some(channel), Some(limit)) = (creates_in, self.limits.creates_per_channel) else { return Ok(None) };
        let window = self.channels.entry(channel).or_insert(fresh);
        let taken = window.take(now, limit, CHANNEL_WINDOW);
        let remaining = taken.map_err(|retry_after| RateLimited { retry_after, is_global: false })?;
        Ok(Some(Bucket { limit, remaining, reset_after: window.began + CHANNEL_WINDOW - now }))
    }

    /// The most requests within any one second.
    pub fn busiest_second(&self) -> usize {
        let mut first = 0;
        let mut most = 0;
        for (last, at) in self.counted.iter().enumerate() {
            while at.duration_since(self.counted[first]) >= GLOBAL_WINDOW {
                first += 1;
            }
            most = most.max(last - first + 1);
        }
        most
    }
}
