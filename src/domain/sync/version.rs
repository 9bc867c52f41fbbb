//! The hybrid logical clock, from which every stored record gets a version.
//!
//! Written by hand: a version is a single number that both stores can sort, and the time is passed in. The versions of
//! the uhlc crate are longer, and it reads the clock itself.

use jiff::Timestamp;

/// Milliseconds since 1970 in the upper 48 bits, a counter in the lower 16. Larger is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Version(pub i64);

impl Version {
    /// The largest that a record may have. It leaves room for all later changes.
    pub const MAX: Self = Self(i64::MAX >> 1);

    /// The first version of this wall time.
    pub fn at(wall: Timestamp) -> Self {
        Self(wall.as_millisecond().clamp(0, i64::MAX >> 17) << 16)
    }

    /// The wall time in it, in milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0 >> 16
    }
}

/// Gives versions that only grow, whatever the wall clock does.
#[derive(Debug, Clone, Copy, Default)]
pub struct HybridClock {
    last: Version,
}

impl HybridClock {
    pub fn after(last: Version) -> Self {
        Self { last }
    }

    /// The next version at wall time `now`, newer than every one before.
    pub fn tick(&mut self, now: Timestamp) -> Version {
        self.last = Version::at(now).max(Version(self.last.0.saturating_add(1)));
        self.last
    }

    /// Records a version from another writer. The next one is newer, however far that writer's clock is ahead.
    pub fn observe(&mut self, version: Version) {
        self.last = self.last.max(version.min(Version::MAX));
    }

    pub fn last(&self) -> Version {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_writers_are_followed_however_far_ahead_they_are() {
        let now = Timestamp::from_second(1_760_000_000).unwrap();
        let mut clock = HybridClock::default();
        assert_eq!(clock.tick(now).millis(), now.as_millisecond());
        for hours in [1, 25, 24 * 365 * 40] {
            let theirs = Version((now.as_millisecond() + hours * 3_600_000) << 16);
            clock.observe(theirs);
            assert!(clock.tick(now) > theirs, "{hours} h");
        }
        clock.observe(Version(i64::MAX));
        let ticks = [clock.tick(now), clock.tick(now)];
        assert!(Version::MAX < ticks[0] && ticks[0] < ticks[1]);
    }

    proptest! {
        #[test]
        fn versions_grow_whatever_the_wall_clock_does(
            last in 0i64..i64::MAX >> 2, walls in proptest::collection::vec(-5_000i64..4_000_000_000, 1..50),
        ) {
            let mut clock = HybridClock::after(Version(last));
            let mut newest = Version(last);
            for seconds in walls {
                let version = clock.tick(Timestamp::from_second(seconds).unwrap());
                prop_assert!(version > newest);
                newest = version;
            }
            prop_assert_eq!(clock.last(), newest);
        }
    }
}
