//! When each feed is polled: on a schedule of its own, less often while it fails.
//!
//! The feeds share the interval evenly: of three feeds, the first is polled at 0, the second a third of the interval
//! later. Each keeps to its own grid, even after a pause, so that they never drift together.

use std::time::Duration;

use crate::domain::back_off::BackOff;

/// The longest back-off after failures. An interval that is longer stays as it is.
pub const MAX_BACK_OFF: Duration = Duration::from_secs(300);
/// The longest `Retry-After` that is honoured.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Clone)]
pub struct Schedule {
    interval: Duration,
    max_errors: u32,
    errors: u32,
    /// A point of the grid.
    next_at: Duration,
}

impl Schedule {
    /// The schedule of the feed at `position` of `count`, all of which start at `now`. It backs off after `max_errors`
    /// failures in a row.
    pub fn new(interval: Duration, max_errors: u32, (position, count): (u32, u32), now: Duration) -> Self {
        let next_at = now + interval * position / count.max(1);
        Self { interval: interval.max(Duration::from_millis(1)), max_errors, errors: 0, next_at }
    }

    pub fn next_at(&self) -> Duration {
        self.next_at
    }

    pub fn consecutive_errors(&self) -> u32 {
        self.errors
    }

    pub fn succeeded(&mut self, now: Duration) {
        self.errors = 0;
        self.move_on(self.interval, now);
    }

    /// Records a failure at `now`, with the feed's `Retry-After` if it sent one. Returns the time between the two polls
    /// if failures make it longer than usual.
    pub fn failed(&mut self, retry_after: Option<Duration>, now: Duration) -> Option<Duration> {
        self.errors = self.errors.saturating_add(1);
        let polled = self.next_at;
        let doublings = (self.errors + 1).saturating_sub(self.max_errors);
        let back_off = BackOff::new(self.interval, MAX_BACK_OFF.max(self.interval)).doubled(doublings);
        let retry_after = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
        self.move_on(back_off, now.saturating_add(retry_after));
        (self.errors >= self.max_errors).then(|| self.next_at - polled)
    }

    /// Moves to the first point of the grid that is at least `wait` after the last poll and not before `earliest`.
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
        let at = |position| Schedule::new(S(9), 5, (position, 3), S(100)).next_at().as_secs();
        assert_eq!([at(0), at(1), at(2)], [100, 103, 106]);
        let mut one = Schedule::new(S(9), 5, (1, 3), S(100));
        one.succeeded(S(104));
        assert_eq!(one.next_at(), S(112));
        // Points of the grid that passed while the answer was on its way are skipped.
        one.succeeded(S(125));
        assert_eq!(one.next_at(), S(130));
    }

    #[test]
    fn the_wait_doubles_after_too_many_errors_and_one_success_restores_it() {
        let mut source = Schedule::new(S(10), 5, (0, 1), S(0));
        let mut waits = Vec::new();
        for _ in 0..11 {
            let polled = source.next_at();
            let slowed_to = source.failed(None, polled);
            let waited = source.next_at() - polled;
            assert_eq!(slowed_to, (source.consecutive_errors() >= 5).then_some(waited));
            waits.push(waited.as_secs());
        }
        assert_eq!(waits, [10, 10, 10, 10, 20, 40, 80, 160, 300, 300, 300]);
        let polled = source.next_at();
        source.succeeded(polled);
        assert_eq!((source.next_at() - polled, source.consecutive_errors()), (S(10), 0));
        let mut slow = Schedule::new(S(3600), 1, (0, 1), S(0));
        assert_eq!(slow.failed(None, S(1)), Some(S(3600)));
    }

    #[test]
    fn a_retry_after_is_honoured_up_to_a_day() {
        let mut source = Schedule::new(S(10), 5, (0, 1), S(0));
        assert_eq!(source.failed(Some(S(3605)), S(1)), None);
        assert_eq!(source.next_at(), S(3610));
        source.failed(Some(Duration::MAX), S(3610));
        assert_eq!(source.next_at(), S(3610) + MAX_RETRY_AFTER);
    }

    proptest! {
        /// The grid is kept, no poll comes sooner than allowed, and every wait ends.
        #[test]
        fn never_sooner_than_allowed_and_always_on_the_grid(
            interval in 1u64..3700, position in 0u32..5, answers in prop::collection::vec((any::<bool>(), 0u64..40, prop::option::of(0u64..100_000)), 1..40),
        ) {
            let mut source = Schedule::new(S(interval), 3, (position, 5), S(7));
            let first = source.next_at();
            for (is_good, took, retry_after) in answers {
                let polled = source.next_at();
                let now = polled + S(took);
                let retry_after = if is_good { source.succeeded(now); None } else { source.failed(retry_after.map(S), now); retry_after };
                let next = source.next_at();
                prop_assert_eq!((next - first).as_nanos() % S(interval).as_nanos(), 0);
                prop_assert!(next >= now && next >= polled + S(interval));
                let retry_after = retry_after.map_or(Duration::ZERO, S).min(MAX_RETRY_AFTER);
                prop_assert!(next >= now + retry_after);
                prop_assert!(next <= now + retry_after.max(MAX_BACK_OFF) + S(interval) * 2);
            }
        }
    }
}
