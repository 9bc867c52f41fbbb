//! The watcher's health: how often to ask the feeds when they fail, and what to say about it.

use std::time::Duration;

/// The longest interval that failures lead to; a longer configured interval stays as it is.
pub const MAX_INTERVAL: Duration = Duration::from_secs(300);
/// A health line comes every so many checks,
const CHECKS_PER_LINE: u64 = 100;
/// or after this long, whichever is first.
const LINE_EVERY: Duration = Duration::from_secs(1000);

/// What happened so far, and how it went lately.
#[derive(Debug, Clone)]
pub struct Health {
    interval: Duration,
    max_errors: u32,
    checks: u64,
    errors: u32,
    reason: Option<String>,
    said_at_checks: u64,
    said_at: Duration,
}

impl Health {
    /// A fresh start at `now`: healthy, asking every `interval`; slower after `max_errors` failures in a row.
    #[must_use]
    pub fn new(interval: Duration, max_errors: u32, now: Duration) -> Self {
        Self { interval, max_errors, checks: 0, errors: 0, reason: None, said_at_checks: 0, said_at: now }
    }

    /// A check that did what it is for, though `trouble` may say that a part of it failed.
    pub fn succeeded(&mut self, trouble: Option<String>) {
        self.checks += 1;
        self.errors = 0;
        self.reason = trouble;
    }

    /// A check that failed altogether.
    pub fn failed(&mut self, reason: String) {
        self.checks += 1;
        self.errors = self.errors.saturating_add(1);
        self.reason = Some(reason);
    }

    /// Failures in a row.
    #[must_use]
    pub fn consecutive_errors(&self) -> u32 {
        self.errors
    }

    /// Whether the failures are so many that the interval grows.
    #[must_use]
    pub fn is_slowed(&self) -> bool {
        self.errors >= self.max_errors
    }

    /// How long to wait before the next check: the interval, doubled for each failure from the last allowed one on, up
    /// to 5 minutes.
    #[must_use]
    pub fn next_interval(&self) -> Duration {
        if !self.is_slowed() {
            return self.interval;
        }
        let doublings = (self.errors - self.max_errors + 1).min(16);
        self.interval.saturating_mul(1 << doublings).min(MAX_INTERVAL.max(self.interval))
    }

    /// The health line, when one is due at `now`; `others` is what is wrong with those that are not the watcher's.
    pub fn line(&mut self, now: Duration, others: Option<String>) -> Option<String> {
        let due =
            self.checks - self.said_at_checks >= CHECKS_PER_LINE || now.saturating_sub(self.said_at) >= LINE_EVERY;
        if !due {
            return None;
        }
        self.said_at_checks = self.checks;
        self.said_at = now;
        let reasons: Vec<String> = self.reason.clone().into_iter().chain(others).collect();
        let state = match reasons.join("; ") {
            none if none.is_empty() => "healthy.".to_owned(),
            reasons => format!("degraded: {}.", reasons.trim_end_matches('.')),
        };
        Some(format!("📊 Health check: Gift code poster {state} Checks completed: {}", self.checks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn the_interval_doubles_after_too_many_errors_and_one_success_restores_it() {
        let mut health = Health::new(S(10), 5, S(0));
        let mut waits = Vec::new();
        for _ in 0..11 {
            health.failed("down".into());
            waits.push(health.next_interval().as_secs());
        }
        assert_eq!(waits, [10, 10, 10, 10, 20, 40, 80, 160, 300, 300, 300]);
        health.succeeded(None);
        assert_eq!(health.next_interval(), S(10));
        assert_eq!(Health::new(S(3600), 1, S(0)).next_interval(), S(3600));
        let mut slow = Health::new(S(3600), 1, S(0));
        slow.failed("down".into());
        assert_eq!(slow.next_interval(), S(3600));
    }

    #[test]
    fn healthy_is_said_only_when_it_is() {
        let mut health = Health::new(S(10), 5, S(0));
        for _ in 0..99 {
            health.succeeded(None);
            assert_eq!(health.line(S(1), None), None);
        }
        health.succeeded(None);
        assert_eq!(
            health.line(S(1), None).unwrap(),
            "📊 Health check: Gift code poster healthy. Checks completed: 100"
        );
        assert_eq!(health.line(S(1_000), None), None);
        health.failed("feed.example answers 500.".into());
        assert_eq!(
            health.line(S(1_001), None).unwrap(),
            "📊 Health check: Gift code poster degraded: feed.example answers 500. Checks completed: 101"
        );
        health.succeeded(Some("one of 2 feeds fails".into()));
        assert!(health.line(S(2_001), None).unwrap().contains("degraded: one of 2 feeds fails. Checks completed: 102"));
        let line = health.line(S(3_002), Some("the game is away".into())).unwrap();
        assert!(line.contains("degraded: one of 2 feeds fails; the game is away. Checks"), "{line}");
        health.succeeded(None);
        let line = health.line(S(4_003), Some("the game is away".into())).unwrap();
        assert!(line.contains("degraded: the game is away. Checks"), "{line}");
    }
}
