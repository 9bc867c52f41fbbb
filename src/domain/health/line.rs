//! The health line: when it is due, and its text (docs/contract.md, "Log lines").

use std::time::Duration;

/// A health line comes every so many checks,
const CHECKS_PER_LINE: u64 = 100;
/// or after this long, whichever is first;
const LINE_EVERY: Duration = Duration::from_secs(1000);
/// but a poll that ends at that very moment, as the hundredth does at the usual interval, still counts.
const GRACE: Duration = Duration::from_secs(1);

/// The line that was logged last.
#[derive(Debug, Clone)]
pub struct HealthLine {
    at_checks: u64,
    at: Duration,
}

impl HealthLine {
    /// None was logged yet, at `now`.
    pub fn new(now: Duration) -> Self {
        Self { at_checks: 0, at: now }
    }

    /// When the next line is due at the latest.
    pub fn due_at(&self) -> Duration {
        self.at + LINE_EVERY + GRACE
    }

    /// Whether a line is due at `now`, after so many checks.
    pub fn is_due(&self, checks: u64, now: Duration) -> bool {
        checks - self.at_checks >= CHECKS_PER_LINE || now >= self.due_at()
    }

    /// The line, with what is wrong.
    pub fn line(&mut self, checks: u64, troubles: &[String], now: Duration) -> String {
        *self = Self { at_checks: checks, at: now };
        let state = match troubles {
            [] => "healthy.".to_owned(),
            troubles => format!("degraded: {}.", troubles.join("; ").trim_end_matches('.')),
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
        let mut line = HealthLine::new(S(0));
        assert!(!line.is_due(99, S(1000)));
        assert!(line.is_due(100, S(500)) && line.is_due(0, S(1001)));
        assert_eq!(line.line(100, &[], S(500)), "📊 Health check: Gift code poster healthy. Checks completed: 100");
        assert!(!line.is_due(199, S(1500)));
        assert!(line.is_due(200, S(600)) && line.is_due(101, S(1501)));
        assert_eq!(
            line.line(200, &["feed.example answers 500.".to_owned()], S(600)),
            "📊 Health check: Gift code poster degraded: feed.example answers 500. Checks completed: 200"
        );
    }
}
