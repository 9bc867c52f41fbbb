//! How long redemptions will take.

use std::time::Duration;

use super::budget::RateLimit;

/// The time for this many calls at this limit, if every redemption takes one call; `None` without a limit.
pub fn time_for(calls: u32, limit: Option<RateLimit>) -> Option<Duration> {
    let RateLimit { calls: allowed, window } = limit?;
    Some(window.saturating_mul(calls) / allowed.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_take_as_long_as_the_limit_makes_them() {
        let limit = |calls, seconds| Some(RateLimit { calls, window: Duration::from_secs(seconds) });
        assert_eq!(time_for(300, limit(30, 60)), Some(Duration::from_secs(600)));
        assert_eq!(time_for(0, limit(30, 60)), Some(Duration::ZERO));
        assert_eq!(time_for(u32::MAX, limit(1, u64::MAX)), Some(Duration::MAX));
        assert_eq!(time_for(1, limit(0, 60)), Some(Duration::from_secs(60)));
        assert_eq!(time_for(5, None), None);
    }
}
