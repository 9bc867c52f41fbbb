//! Discord's rate limits.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hyper::Response;
use serde_json::json;

/// The limits in force; None: no limit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Requests per second of the whole bot, interactions and their webhooks apart.
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

/// A fixed window: it begins with the first request after the last one has ended.
#[derive(Clone, Copy)]
struct Window {
    began: Instant,
    count: usize,
}

impl Window {
    /// How many are left after this request; `Err`: none is left, and for how long.
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

/// What has been asked for in which window.
#[derive(Default)]
pub struct Windows {
    pub limits: Limits,
    global: Option<Window>,
    channels: HashMap<u64, Window>,
    /// When each request came that counts globally, refused ones too.
    counted: Vec<Instant>,
    /// How many requests were refused for coming too fast.
    pub refused: usize,
}

/// A 429: too fast, or a test wants it so.
#[derive(Clone, Copy, Debug)]
pub struct TooFast {
    pub retry_after: Duration,
    pub is_global: bool,
}

/// What a bucket says of itself in the headers.
#[derive(Clone, Copy)]
pub struct Bucket {
    limit: usize,
    remaining: usize,
    reset_after: Duration,
}

impl Windows {
    pub fn admit(&mut self, counts_globally: bool, creates_in: Option<u64>) -> Result<Option<Bucket>, TooFast> {
        let outcome = self.take(counts_globally, creates_in);
        self.refused += usize::from(outcome.is_err());
        outcome
    }

    fn take(&mut self, counts_globally: bool, creates_in: Option<u64>) -> Result<Option<Bucket>, TooFast> {
        let now = Instant::now();
        let fresh = Window { began: now, count: 0 };
        if counts_globally {
            self.counted.push(now);
            if let Some(limit) = self.limits.global {
                let taken = self.global.get_or_insert(fresh).take(now, limit, GLOBAL_WINDOW);
                taken.map_err(|retry_after| TooFast { retry_after, is_global: true })?;
            }
        }
        let (Some(channel), Some(limit)) = (creates_in, self.limits.creates_per_channel) else { return Ok(None) };
        let window = self.channels.entry(channel).or_insert(fresh);
        let taken = window.take(now, limit, CHANNEL_WINDOW);
        let remaining = taken.map_err(|retry_after| TooFast { retry_after, is_global: false })?;
        Ok(Some(Bucket { limit, remaining, reset_after: window.began + CHANNEL_WINDOW - now }))
    }

    /// The most requests in any second, wherever it begins.
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

fn put<B>(response: &mut Response<B>, name: &'static str, value: &str) {
    response.headers_mut().insert(name, value.parse().unwrap());
}

impl Bucket {
    pub fn head<B>(&self, response: &mut Response<B>) {
        put(response, "x-ratelimit-limit", &self.limit.to_string());
        put(response, "x-ratelimit-remaining", &self.remaining.to_string());
        put(response, "x-ratelimit-reset-after", &format!("{:.3}", self.reset_after.as_secs_f64()));
        put(response, "x-ratelimit-bucket", "creates");
    }
}

impl TooFast {
    pub fn response(&self) -> Response<http_body_util::Full<hyper::body::Bytes>> {
        let seconds = self.retry_after.as_secs_f64();
        let body = json!({
            "message": "You are being rate limited.", "retry_after": seconds, "global": self.is_global,
        });
        let mut response = super::request::json_response(429, &body);
        put(&mut response, "retry-after", &format!("{}", seconds.ceil().max(1.0)));
        put(&mut response, "x-ratelimit-scope", if self.is_global { "global" } else { "user" });
        if self.is_global {
            put(&mut response, "x-ratelimit-global", "true");
        } else {
            put(&mut response, "x-ratelimit-remaining", "0");
            put(&mut response, "x-ratelimit-reset-after", &format!("{seconds:.3}"));
            put(&mut response, "x-ratelimit-bucket", "creates");
        }
        response
    }
}
