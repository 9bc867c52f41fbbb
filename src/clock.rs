//! The time, as something that is passed in.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Wall time, and a time that never steps.
///
/// The system's clock may be set while we run (a small computer that starts in 1970 and asks NTP later), so in production
/// the wall time is read anew each time. In tests it follows tokio's clock: with time paused, a week passes in a second.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    simulated_start: Option<Timestamp>,
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self { started: Instant::now(), simulated_start: None }
    }

    /// Time that starts at `start` now and follows tokio's clock. Needs a tokio runtime when that clock is paused.
    #[must_use]
    pub fn simulated(start: Timestamp) -> Self {
        Self { started: Instant::now(), simulated_start: Some(start) }
    }

    /// The wall time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self.simulated_start {
            None => Timestamp::now(),
            Some(start) => start.checked_add(self.elapsed()).unwrap_or(Timestamp::MAX),
        }
    }

    /// The time since this clock was made; never steps. Clones share their start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// When [`Clock::elapsed`] will say `elapsed`.
    #[must_use]
    pub fn at(&self, elapsed: Duration) -> Instant {
        self.started + elapsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn simulated_time_follows_tokio() {
        let start = Timestamp::from_second(1_760_000_000).unwrap();
        let clock = Clock::simulated(start);
        tokio::time::sleep(Duration::from_secs(7 * 86_400)).await;
        assert_eq!(clock.now().as_second() - start.as_second(), 7 * 86_400);
        assert_eq!(clock.elapsed().as_secs(), 7 * 86_400);
    }
}
