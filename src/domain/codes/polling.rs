//! When one source is asked: on a clock of its own, and less often while it fails.
//!
//! The sources share the interval evenly: the first of three is asked at 0, the second a third of it later. Each keeps to its
//! own grid, also after a pause, so that they never drift together.

use std::time::Duration;

/// The longest wait that failures lead to; a longer interval stays as it is.
pub const MAX_BACK_OFF: Duration = Duration::from_secs(300);
/// The longest time to stay away that a source is believed to mean.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// One source's clock.
#[derive(Debug, Clone)]
pub struct Schedule {
    interval: Duration,
    max_errors: u32,
    errors: u32,
    /// A point of the grid: when it is asked next.
    next_at: Duration,
}

impl Schedule {
    /// The clock of the source at `place` of `count`, all of which begin at `now`. Slower after `max_errors` failures in a
    /// row.
    pub fn new(interval: Duration, max_errors: u32, (place, count): (u32, u32), now: Duration) -> Self {
        let next_at = now + interval * place / count.max(1);
        Self { interval: interval.max(Duration::from_millis(1)), max_errors, errors: 0, next_at }
    }

    /// When the source is to be asked.
    pub fn next_at(&self) -> Duration {
        self.next_at
    }

    /// Failures in a row.
    pub fn consecutive_errors(&self) -> u32 {
        self.errors
    }

    /// It answered at `now`.
    pub fn succeeded(&mut self, now: Duration) {
        self.errors = 0;
        self.move_on(self.interval, now);
    }

    /// It failed at `now`, and asked us to stay away for so long. How long the wait from one question to the next is, where
    /// failures make it longer than usual.
    pub fn failed(&mut self, retry_after: Option<Duration>, now: Duration) -> Option<Duration> {
        self.errors = self.errors.saturating_add(1);
        let asked = self.next_at;
        let doublings = (self.errors + 1).saturating_sub(self.max_errors).min(16);
        let back_off = self.interval.saturating_mul(1 << doublings).min(MAX_BACK_OFF.max(self.interval));
        let told = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
        self.move_on(back_off, now.saturating_add(told));
        (self.errors >= self.max_errors).then(|| self.next_at - asked)
    }

    /// To the first point of the grid that is `wait` after the last question and not before `earliest`.
    fn move_on(&mut self, wait: Duration, earliest: Duration) {
        let behind = earliest.max(self.next_at.saturating_add(wait)).saturating_sub(self.next_at);
        let steps = behind.as_nanos().div_ceil(self.interval.as_nanos());
        self.next_at += self.interval.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const S: fn(u64) -> Duration = Duration::from_secs;

    #[test]
    fn sources_share_the_interval() {
        let at = |place| Schedule::new(S(9), 5, (place, 3), S(100)).next_at().as_secs();
        assert_eq!([at(0), at(1), at(2)], [100, 103, 106]);
        let mut one = Schedule::new(S(9), 5, (1, 3), S(100));
        one.succeeded(S(104));
        assert_eq!(one.next_at(), S(112));
        // An answer that took longer than the interval leaves out what it missed.
        one.succeeded(S(125));
        assert_eq!(one.next_at(), S(130));
    }

    #[test]
    fn the_wait_doubles_after_too_many_errors_and_one_success_restores_it() {
        let mut source = Schedule::new(S(10), 5, (0, 1), S(0));
        let mut waits = Vec::new();
        for _ in 0..11 {
            let asked = source.next_at();
            let told = source.failed(None, asked);
            let waited = source.next_at() - asked;
            assert_eq!(told, (source.consecutive_errors() >= 5).then_some(waited));
            waits.push(waited.as_secs());
        }
        assert_eq!(waits, [10, 10, 10, 10, 20, 40, 80, 160, 300, 300, 300]);
        let asked = source.next_at();
        source.succeeded(asked);
        assert_eq!((source.next_at() - asked, source.consecutive_errors()), (S(10), 0));
        let mut slow = Schedule::new(S(3600), 1, (0, 1), S(0));
        assert_eq!(slow.failed(None, S(1)), Some(S(3600)));
    }

    #[test]
    fn what_a_source_asks_for_is_kept_up_to_a_day() {
        let mut source = Schedule::new(S(10), 5, (0, 1), S(0));
        assert_eq!(source.failed(Some(S(3605)), S(1)), None);
        assert_eq!(source.next_at(), S(3610));
        source.failed(Some(Duration::MAX), S(3610));
        assert_eq!(source.next_at(), S(3610) + MAX_RETRY_AFTER);
    }

    proptest! {
        /// Whatever happens, the grid is kept, no question comes sooner than allowed, and a wait has an end.
        #[test]
        fn never_sooner_than_allowed_and_always_on_the_grid(
            interval in 1u64..3700, place in 0u32..5, answers in prop::collection::vec((any::<bool>(), 0u64..40, prop::option::of(0u64..100_000)), 1..40),
        ) {
            let mut source = Schedule::new(S(interval), 3, (place, 5), S(7));
            let first = source.next_at();
            for (is_good, took, retry_after) in answers {
                let asked = source.next_at();
                let now = asked + S(took);
                let told = if is_good { source.succeeded(now); None } else { source.failed(retry_after.map(S), now); retry_after };
                let next = source.next_at();
                prop_assert_eq!((next - first).as_nanos() % S(interval).as_nanos(), 0);
                prop_assert!(next >= now && next >= asked + S(interval));
                let told = told.map_or(Duration::ZERO, S).min(MAX_RETRY_AFTER);
                prop_assert!(next >= now + told);
                prop_assert!(next <= now + told.max(MAX_BACK_OFF) + S(interval) * 2);
            }
        }
    }
}
