//! The health line: when it is due, and what it says.

use std::time::Duration;

/// A health line comes every so many checks,
const CHECKS_PER_LINE: u64 = 100;
/// or after this long, whichever is first;
const LINE_EVERY: Duration = Duration::from_secs(1000);
/// but a poll that ends at that very moment, as the hundredth does at the usual interval, still counts.
const GRACE: Duration = Duration::from_secs(1);

/// What was said so far.
///
/// A check is a round of the sources: as many were completed as the source that was asked most often was asked. The line
/// thus comes as often with many sources as with one, and a source that is left alone for a while holds none back.
#[derive(Debug, Clone)]
pub struct Health {
    said_at_checks: u64,
    said_at: Duration,
}

impl Health {
    /// A fresh start at `now`.
    pub fn new(now: Duration) -> Self {
        Self { said_at_checks: 0, said_at: now }
    }

    /// When the next line is due at the latest.
    pub fn due_at(&self) -> Duration {
        self.said_at + LINE_EVERY + GRACE
    }

    /// Whether a line is due at `now`, after so many checks.
    pub fn is_due(&self, checks: u64, now: Duration) -> bool {
        checks - self.said_at_checks >= CHECKS_PER_LINE || now >= self.due_at()
    }

    /// The line, with what is wrong, if anything.
    pub fn line(&mut self, checks: u64, trouble: Option<&str>, now: Duration) -> String {
        (self.said_at_checks, self.said_at) = (checks, now);
        let state = match trouble {
            None => "healthy.".to_owned(),
            Some(reason) => format!("degraded: {}.", reason.trim_end_matches('.')),
        };
        format!("📊 Health check: Gift code poster {state} Checks completed: {checks}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn a_line_is_due_every_hundred_checks_or_thousand_seconds() {
        let mut health = Health::new(S(0));
        assert!(!health.is_due(99, S(1000)));
        assert!(health.is_due(100, S(500)) && health.is_due(0, S(1001)));
        assert_eq!(health.line(100, None, S(500)), "📊 Health check: Gift code poster healthy. Checks completed: 100");
        assert!(!health.is_due(199, S(1500)));
        assert!(health.is_due(200, S(600)) && health.is_due(101, S(1501)));
        assert_eq!(
            health.line(200, Some("feed.example answers 500."), S(600)),
            "📊 Health check: Gift code poster degraded: feed.example answers 500. Checks completed: 200"
        );
    }
}
