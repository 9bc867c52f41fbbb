//! The hybrid logical clock: every stored record carries a version from it.

use jiff::Timestamp;

/// A record's version: milliseconds since 1970 in the upper 48 bits, a counter in the lower 16. Larger is newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Version(pub i64);

impl Version {
    /// The first version of this wall time.
    #[must_use]
    pub fn at(wall: Timestamp) -> Self {
        Self(wall.as_millisecond().clamp(0, i64::MAX >> 17) << 16)
    }

    /// The wall time in it, in milliseconds since 1970.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0 >> 16
    }
}

/// How far ahead of our wall clock another writer's version may be to be followed; more is a broken clock, whose
/// versions would outlive every change for as long as it is ahead.
const MAX_AHEAD_MILLIS: i64 = 24 * 3600 * 1000;

/// Gives versions that only ever grow, whatever the wall clock does.
#[derive(Debug, Clone, Copy, Default)]
pub struct HybridClock {
    last: Version,
}

impl HybridClock {
    /// A clock whose next version is newer than `last`.
    #[must_use]
    pub fn after(last: Version) -> Self {
        Self { last }
    }

    /// The next version at wall time `now`: newer than every one before it.
    pub fn tick(&mut self, now: Timestamp) -> Version {
        self.last = Version::at(now).max(Version(self.last.0.saturating_add(1)));
        self.last
    }

    /// Takes note of a version that another writer gave: the next one is newer, unless that writer's clock is more than a
    /// day ahead of `now`.
    pub fn observe(&mut self, version: Version, now: Timestamp) {
        if version.millis() - now.as_millisecond() <= MAX_AHEAD_MILLIS {
            self.last = self.last.max(version);
        }
    }

    /// The newest version given.
    #[must_use]
    pub fn last(&self) -> Version {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_writers_are_followed_unless_their_clock_is_broken() {
        let now = Timestamp::from_second(1_760_000_000).unwrap();
        let mut clock = HybridClock::default();
        let first = clock.tick(now);
        assert_eq!(first.millis(), now.as_millisecond());
        clock.observe(Version(first.0 + (3_600_000 << 16)), now);
        assert!(clock.tick(now).0 > first.0 + (3_600_000 << 16));
        let before = clock.last();
        clock.observe(Version(i64::MAX), now);
        assert_eq!(clock.last(), before);
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
