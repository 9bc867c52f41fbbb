//! The longest wait before a next attempt, for each kind of work.
//!
//! A time further ahead was written by a wrong clock: the host's time was corrected since, or the state came from
//! another host. Such work is due at once, and no rule writes a time beyond these limits.

use std::time::Duration;

use jiff::Timestamp;

/// A redemption. The back-off may be configured up to a day, and `Retry-After` is honoured up to an hour.
pub const REDEMPTION: Duration = Duration::from_secs(24 * 3600);
/// A post, a batch's message, or a paused guild: the longest pause that the bot accepts from Discord is 23 hours.
pub const POST: Duration = Duration::from_secs(26 * 3600);
/// The next check of a code: at least twice a day.
pub const CODE_CHECK: Duration = Duration::from_secs(13 * 3600);

/// The time `wait` from now, limited to `longest`.
pub fn after(now: Timestamp, wait: Duration, longest: Duration) -> Timestamp {
    now.checked_add(wait.min(longest)).unwrap_or(Timestamp::MAX)
}

pub fn is_due(at: Timestamp, now: Timestamp, longest: Duration) -> bool {
    at <= now || now.checked_add(longest).is_ok_and(|last| at > last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Work is due in time, and only a wrong clock makes it due early.
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
