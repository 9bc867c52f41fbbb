//! The longest that anything waits for its next attempt, by any rule.
//!
//! A time that lies further ahead was written by a clock that was wrong: the host's time was corrected since, or the state came
//! from another host. What waits for it is due. And no rule writes a time beyond these.

use std::time::Duration;

use jiff::Timestamp;

/// A redemption: the back-off may be configured up to a day, and `Retry-After` is kept up to an hour.
pub const REDEMPTION: Duration = Duration::from_secs(24 * 3600);
/// A post, a run's message, or a guild that is paused: what stands before Discord has asked for 23 hours.
pub const POST: Duration = Duration::from_secs(26 * 3600);
/// The next look at a code: at least twice a day.
pub const CODE_CHECK: Duration = Duration::from_secs(13 * 3600);

/// When to try again what is to wait for `wait`: at most for `longest`.
pub fn after(now: Timestamp, wait: Duration, longest: Duration) -> Timestamp {
    now.checked_add(wait.min(longest)).unwrap_or(Timestamp::MAX)
}

/// Whether what waits for `at` is due.
pub fn is_due(at: Timestamp, now: Timestamp, longest: Duration) -> bool {
    at <= now || now.checked_add(longest).is_ok_and(|last| at > last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever waits, is due in time; and only a wrong clock makes it due before.
        #[test]
        fn nothing_waits_longer_than_the_longest(
            now in -1_000_000_000i64..4_000_000_000, at in any::<i32>(), longest in 1u64..200_000, wait in any::<u64>(),
        ) {
            let second = |second| Timestamp::from_second(second).unwrap();
            let (longest, now) = (Duration::from_secs(longest), second(now));
            let at = now + jiff::SignedDuration::from_secs(i64::from(at));
            let is_due_now = is_due(at, now, longest);
            prop_assert_eq!(is_due_now, at <= now || at > now + longest);
            prop_assert!(is_due_now || is_due(at, now + longest, longest));
            let tried = after(now, Duration::from_secs(wait), longest);
            prop_assert!(tried <= now + longest && !is_due(tried, now, longest) || wait == 0);
        }
    }
}
