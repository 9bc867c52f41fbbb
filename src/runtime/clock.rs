//! The time, passed in rather than read.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Wall time, a time that never goes back, and a time that keeps running while the machine sleeps.
///
/// The system's clock may be set while the bot runs (a small computer starts in 1970 and asks NTP later), so in
/// production every call reads the wall time afresh. In tests it follows tokio's clock: while that is paused, a week
/// passes in a second.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    source: Source,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    System,
    Simulated { start: Timestamp, skew: &'static Skew },
}

/// How the clocks of one simulated machine differ from tokio's, in milliseconds.
#[derive(Debug, Default)]
pub struct Skew {
    /// How far its wall clock is ahead.
    pub wall_ahead: AtomicI64,
    /// How long its monotonic clock has stood still, because the machine was suspended.
    pub monotonic_lost: AtomicI64,
    /// How long even the boot clock has stood still, because a virtual machine was paused. Negative if tokio's clock
    /// stood still and this one kept running.
    pub boot_lost: AtomicI64,
}

static NO_SKEW: Skew =
    Skew { wall_ahead: AtomicI64::new(0), monotonic_lost: AtomicI64::new(0), boot_lost: AtomicI64::new(0) };

/// The time since the machine started, including its sleep.
#[cfg(any(target_os = "linux", target_os = "android"))]
const BOOT: rustix::time::ClockId = rustix::time::ClockId::Boottime;
/// The time since the machine started. On macOS this clock keeps running while the machine sleeps; on other systems
/// only the wall clock shows a sleep.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const BOOT: rustix::time::ClockId = rustix::time::ClockId::Monotonic;

impl Clock {
    pub fn system() -> Self {
        Self { started: Instant::now(), source: Source::System }
    }

    /// Time that starts at `start` now and follows tokio's clock. Needs a tokio runtime while that clock is paused.
    pub fn simulated(start: Timestamp) -> Self {
        Self::skewed(start, &NO_SKEW)
    }

    /// The same for a machine whose clocks differ.
    pub fn skewed(start: Timestamp, skew: &'static Skew) -> Self {
        Self { started: Instant::now(), source: Source::Simulated { start, skew } }
    }

    pub fn now(&self) -> Timestamp {
        match self.source {
            Source::System => Timestamp::now(),
            Source::Simulated { start, skew } => {
                let ahead = SignedDuration::from_millis(skew.wall_ahead.load(Ordering::Relaxed));
                let now = start.checked_add(self.started.elapsed()).and_then(|now| now.checked_add(ahead));
                now.unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// The time since this clock was made. It never goes back, and may stand still while the machine sleeps. Clones
    /// share their start.
    pub fn elapsed(&self) -> Duration {
        match self.source {
            Source::System => self.started.elapsed(),
            Source::Simulated { skew, .. } => self.simulated_without(&skew.monotonic_lost),
        }
    }

    /// The time since some fixed moment, including the machine's sleep.
    pub fn boot(&self) -> Duration {
        match self.source {
            Source::System => {
                let now = rustix::time::clock_gettime(BOOT);
                let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
                Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
            }
            Source::Simulated { skew, .. } => self.simulated_without(&skew.boot_lost),
        }
    }

    /// The instant at which [`Clock::elapsed`] reaches `elapsed`.
    pub fn at(&self, elapsed: Duration) -> Instant {
        self.started + elapsed
    }

    fn simulated_without(&self, lost: &AtomicI64) -> Duration {
        let (lost, elapsed) = (lost.load(Ordering::Relaxed), self.started.elapsed());
        let millis = Duration::from_millis(lost.unsigned_abs());
        if lost < 0 { elapsed.saturating_add(millis) } else { elapsed.saturating_sub(millis) }
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
        assert_eq!(clock.boot().as_secs(), 7 * 86_400);
    }

    #[tokio::test(start_paused = true)]
    async fn a_suspended_machine_shows_in_the_boot_clock_and_a_paused_one_in_the_wall_clock() {
        static SKEW: Skew = Skew {
            wall_ahead: AtomicI64::new(-5_000),
            monotonic_lost: AtomicI64::new(0),
            boot_lost: AtomicI64::new(0),
        };
        let start = Timestamp::from_second(1_760_000_000).unwrap();
        let clock = Clock::skewed(start, &SKEW);
        tokio::time::sleep(Duration::from_secs(60)).await;
        SKEW.monotonic_lost.store(37_000, Ordering::Relaxed);
        assert_eq!((clock.elapsed().as_secs(), clock.boot().as_secs()), (23, 60));
        assert_eq!(clock.now().as_second() - start.as_second(), 55);
        SKEW.boot_lost.store(37_000, Ordering::Relaxed);
        assert_eq!(clock.boot().as_secs(), 23);
    }

    #[test]
    fn the_systems_boot_clock_grows() {
        let clock = Clock::system();
        let first = clock.boot();
        assert!(first > Duration::ZERO && clock.boot() >= first);
    }
}
